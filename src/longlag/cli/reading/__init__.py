"""What the command line reads: names, files, expressions, networks."""
