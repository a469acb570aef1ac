"""From gates to laws, windows and trained networks."""
