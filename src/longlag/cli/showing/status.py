"""Exit statuses that more than one place of the command line tells."""

#: Of a process that was told to stop by Ctrl-C.
INTERRUPTED = 130
