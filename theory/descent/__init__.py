"""Gradient descent on recurrent networks: constants, cutoff and bounds that can be evaluated."""
