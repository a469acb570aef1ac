"""Stability of networks with random weights: boundaries, isotropy, and what sampled ones show."""
