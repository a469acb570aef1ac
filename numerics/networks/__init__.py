"""A cell with its arrays: drawn at random, bound to a torch module, read from a file."""
