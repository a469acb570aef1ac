"""The theorems on gradient descent as vectorised functions, generated from their expressions."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sympy import Expr, Symbol

from longlag.numerics.codegen.scalar import generate_scalar
from longlag.theory.descent import convergence
from longlag.theory.registry import Registry

#: Name ↦ the expression, over the letters of ``longlag.theory.descent.symbols``.
BOUNDS: Registry[Expr] = Registry("bound")
BOUNDS.register("concentration_error", convergence.concentration_error())
BOUNDS.register("mean_square_error", convergence.mean_square_error())
BOUNDS.register("linearisation_error", convergence.linearisation_error())
BOUNDS.register("gradient_drift", convergence.gradient_drift())
BOUNDS.register("misfit_bound", convergence.misfit_bound())
BOUNDS.register("risk_bound", convergence.risk_bound())
BOUNDS.register("drift_radius", convergence.drift_radius())
BOUNDS.register("largest_step", convergence.largest_step())
BOUNDS.register("required_iterations", convergence.required_iterations())
BOUNDS.register("required_width", convergence.required_width())
BOUNDS.register("required_width_mean_square", convergence.required_width(mean_square=True))
BOUNDS.register("required_radius", convergence.required_radius())


def arguments(name: str) -> tuple[Symbol, ...]:
    """Return the symbols of a bound in the order of its function's arguments: by name.

    Args:
        name: in ``BOUNDS``.

    >>> [str(symbol) for symbol in arguments("required_iterations")]
    ['ell', 'epsilon', 'nu']
    """
    return tuple(sorted(BOUNDS[name].free_symbols, key=str))


@lru_cache(maxsize=64)
def bound_function(name: str, backend: str = "numpy") -> Callable[..., Any]:
    """Return a bound as a function of arrays, which broadcasts its arguments.

    Args:
        name: in ``BOUNDS``.
        backend: ``numpy``, ``torch`` or ``mpmath``.

    >>> float(bound_function("required_iterations")(2.0, 0.1, 1.0))
    320.0
    """
    return generate_scalar(BOUNDS[name], arguments(name), backend, name)
