"""The largest |f| on the line, exact or enclosed."""
