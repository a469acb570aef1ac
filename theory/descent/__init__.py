"""Gradient descent on recurrent networks: constants, cutoff and bounds that can be evaluated."""

from longlag.names import listed
from longlag.theory.descent.activation import ACTIVATIONS, Activation, activation
from longlag.theory.descent.problem import Problem
from longlag.theory.descent.requirement import Requirement, requirement
from longlag.theory.descent.scaling import Algorithm, requirement_growth
from longlag.theory.descent.smoothness import (
    Regime,
    SmoothnessBound,
    geometric_sum,
    gradient_bound,
    hessian_bound,
    weighted_sum,
)

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Algorithm",
    "Problem",
    "Regime",
    "Requirement",
    "SmoothnessBound",
    "activation",
    "geometric_sum",
    "gradient_bound",
    "hessian_bound",
    "requirement",
    "requirement_growth",
    "weighted_sum",
]

listed(__name__)
