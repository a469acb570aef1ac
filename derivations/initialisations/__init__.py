"""From an initialisation to a decay law and its window."""
