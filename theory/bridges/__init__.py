"""Where two rooms meet: cells and laws; laws, memory and descent."""
