"""Verdicts on relations: break them, prove them, certify them, within a budget.

A counterexample counts only where the balls of both sides are apart at exact numbers, so that what
is true is never refuted; what survives the search is proved or certified where that can be done.
"""

from longlag.names import listed
from longlag.theory.verify.decide import claim, compute, prove, verify
from longlag.theory.verify.distributions import (
    Beta,
    Density,
    Exponential,
    Gaussian,
    SymmetricStable,
)
from longlag.theory.verify.expectations import Expectation
from longlag.theory.verify.matrices import matrix_claim, verify_matrices
from longlag.theory.verify.norms import Norm
from longlag.theory.verify.proof import CheckedProof, Proof, Step, Substitution
from longlag.theory.verify.quantifiers import best_constant
from longlag.theory.verify.strictness import verify_strict
from longlag.theory.verify.thresholds import eventually, least_from

__all__ = [
    "Beta",
    "CheckedProof",
    "Density",
    "Expectation",
    "Exponential",
    "Gaussian",
    "Norm",
    "Proof",
    "Step",
    "Substitution",
    "SymmetricStable",
    "best_constant",
    "claim",
    "compute",
    "eventually",
    "least_from",
    "matrix_claim",
    "prove",
    "verify",
    "verify_matrices",
    "verify_strict",
]

listed(__name__)
