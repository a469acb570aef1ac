"""Text that a person types, read into an expression through a whitelist."""
