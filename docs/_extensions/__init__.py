"""What the pages need besides Sphinx: mathematics without a network, equations with verdicts,
tables of what is registered, and the command line."""
