"""Effective learning rates, cell by cell."""
