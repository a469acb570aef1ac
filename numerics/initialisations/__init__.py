"""Networks of an initialisation, drawn."""
