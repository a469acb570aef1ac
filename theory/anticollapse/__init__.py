"""Time scales as a workload: pulled down at a constant rate, pushed up by jumps."""
