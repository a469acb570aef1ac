"""The words of an update, matrices over neurons, and how they print."""
