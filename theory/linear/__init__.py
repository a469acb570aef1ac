"""Linear recurrent networks: what they can recall, how sensitive they are, and how they learn."""
