"""Time scales as a workload: event by event, from the stationary law, and by transforms."""
