"""Linear networks: what they recall, how sensitive they are, and how their modes are learned."""
