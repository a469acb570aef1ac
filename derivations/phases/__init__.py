"""Families of laws: the classes of windows that occur, and the boundaries between them."""
