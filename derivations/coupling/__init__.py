"""Time-scale coupling between states and parameters: the analogies, and what was measured."""
