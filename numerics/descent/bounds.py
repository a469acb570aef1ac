"""The bounds ℓ_1 … ℓ_T and B_1 … B_T of one neuron as arrays, and their logarithms.

They are run as recursions, whose terms are all positive: nothing cancels near the cutoff, where the
closed forms divide by (1 − r)³.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import numpy as np
from jaxtyping import Float
from sympy import Add, Expr, Mul, Pow, Symbol

from longlag.numerics.codegen.scalar import generate_scalar
from longlag.theory.descent.activation import Activation
from longlag.theory.descent.problem import constant_values
from longlag.theory.descent.smoothness import gradient_step, hessian_step
from longlag.theory.descent.symbols import (
    alpha_ball,
    curvature_bound,
    gradient_ball,
    hessian_ball,
    input_bound,
    slope_bound,
    value_bound,
)
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import exact

_ARGUMENTS = [
    gradient_ball,
    hessian_ball,
    value_bound,
    slope_bound,
    curvature_bound,
    input_bound,
    alpha_ball,
]


@dataclass(frozen=True, eq=False)
class Bounds:
    """What gradient and Hessian of a neuron stay below after t = 1 … T steps.

    Args:
        gradient: ℓ_t; infinite where it exceeds the largest float.
        hessian: B_t, likewise.
        log_gradient: ln ℓ_t, finite always.
        log_hessian: ln B_t, finite always.
    """

    gradient: Float[np.ndarray, " T"]
    hessian: Float[np.ndarray, " T"]
    log_gradient: Float[np.ndarray, " T"]
    log_hessian: Float[np.ndarray, " T"]


def constants(activation: Activation, *, input_norm: float = 1.0) -> dict[Symbol, float]:
    """Return s₀, s₁, s₂ and χ by symbol, as floats.

    Args:
        activation: σ.
        input_norm: χ, the largest norm of an input.
    """
    with mpmath.workdps(30):
        found = constant_values(activation, exact(input_norm, "input norm"))
    return {symbol: float(number) for symbol, number in found.items()}


def bounds(
    activation: Activation, alpha_ball_value: float, steps: int, *, input_norm: float = 1.0
) -> Bounds:
    """Return ℓ_t and B_t for t = 1 … T by the recursions over the steps.

    Args:
        activation: σ.
        alpha_ball_value: α_m ≥ 0, the largest recurrent weight.
        steps: T ≥ 1.
        input_norm: χ > 0.

    Raises:
        LonglagError: T < 1, α_m < 0 or χ ≤ 0.

    >>> from longlag.theory.descent.activation import activation
    >>> bounds(activation("tanh"), 1.0, 3).gradient / 2**0.5
    array([1., 2., 3.])
    """
    if steps < 1:
        raise LonglagError(f"steps {steps}", "it counts steps", "give an integer >= 1")
    if not (0 <= alpha_ball_value < math.inf):
        raise LonglagError(
            f"alpha_m = {alpha_ball_value}", "it bounds the size of a weight", "give 0 or more"
        )
    if not (0 < input_norm < math.inf):
        raise LonglagError(f"input norm {input_norm}", "it is positive", "give a number such as 1")
    numbers = constants(activation, input_norm=input_norm) | {alpha_ball: alpha_ball_value}
    fixed = [numbers[symbol] for symbol in _ARGUMENTS[2:]]
    logs = {symbol: _log(number) for symbol, number in numbers.items()}
    recursions = gradient_step(gradient_ball), hessian_step(hessian_ball, gradient_ball)
    values = np.zeros((2, steps + 1))
    logarithms = np.full((2, steps + 1), -math.inf)
    with np.errstate(over="ignore", invalid="ignore"):
        for at in range(steps):
            values[:, at + 1] = [float(f(*values[:, at], *fixed)) for f in _functions()]
            before = dict(zip((gradient_ball, hessian_ball), logarithms[:, at], strict=True))
            logarithms[:, at + 1] = [log_of_positive(step, logs | before) for step in recursions]
    values[np.isnan(values)] = math.inf
    return Bounds(*values[:, 1:], *logarithms[:, 1:])


def log_of_positive(expression: Expr, logs: dict[Symbol, float]) -> float:
    """Return ln of an expression of positive terms from the logarithms of its symbols.

    Args:
        expression: of sums, products, constant powers and positive numbers.
        logs: symbol ↦ its logarithm, −∞ for 0.

    >>> from sympy.abc import x, y
    >>> round(log_of_positive(x**2 + y, {x: 1000.0, y: 2000.0}) - 2000, 6)
    0.693147
    """
    if isinstance(expression, Symbol):
        return logs[expression]
    if expression.is_number:
        return _log(float(expression))
    if isinstance(expression, Pow) and expression.exp.is_number:
        return float(expression.exp) * log_of_positive(expression.base, logs)
    parts = [log_of_positive(part, logs) for part in expression.args]
    if isinstance(expression, Add):
        return float(np.logaddexp.reduce(parts))
    if isinstance(expression, Mul):
        return sum(parts)
    raise LonglagError(
        f"function {type(expression).__name__}",
        "only sums, products and powers stay positive",
        "write it in those",
    )


def _log(number: float) -> float:
    return math.log(number) if number > 0 else -math.inf


@cache
def _functions() -> tuple[Callable[..., Any], Callable[..., Any]]:
    gradient = generate_scalar(gradient_step(gradient_ball), _ARGUMENTS, "numpy", "gradient_step")
    hessian = generate_scalar(
        hessian_step(hessian_ball, gradient_ball), _ARGUMENTS, "numpy", "hessian_step"
    )
    return gradient, hessian
