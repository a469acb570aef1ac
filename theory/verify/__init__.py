"""Verdicts on relations: break them, prove them, certify them, within a budget.

A counterexample counts only where the balls of both sides are apart at exact numbers, so that what
is true is never refuted; what survives the search is proved or certified where that can be done.
"""

from longlag.theory.verify.decide import claim, compute, prove, verify

__all__ = ["claim", "compute", "prove", "verify"]
