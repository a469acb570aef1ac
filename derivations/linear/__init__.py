"""Linear recurrences: random gates and keys, and the two rates at which their products decay."""
