"""Sums of exponentials for a memory kernel: the methods, and the best that they find."""

from longlag.names import listed
from longlag.numerics.memory.approximation.best import METHODS, best_sum, terms_needed

__all__ = ["METHODS", "best_sum", "terms_needed"]

listed(__name__)
