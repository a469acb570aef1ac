"""What the command line shows: progress, tables, numbers, documents."""
