r"""Where random weights make a cell unstable: at rest, in exact numbers.

With independent entries of variance g_k²/H the spectrum of J is bounded by ρ(G(λ)) = 1 for large H,
G_{kl}(λ) = g_k² ⟨|T_{kl}(λ)|²⟩ over the neurons, T(λ) = m + c (λ − D)^{−1} b. Derived here: the
entries of diag(W) T x have variances G times those of x. For one state and single maps this is
g_k² ⟨c_k² b_l²/|λ − D|²⟩, as for structured random matrices (Ahmadian et al. 2015,
arXiv 1311.4672), and for one map the trace g² ⟨(b c)²/|λ − D|²⟩ = 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Expr, Matrix, S, sqrt

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.stability.linearised import Linearised, at_rest


def growth_at(resting: Linearised, at: Expr) -> Matrix:
    """Return |T(λ)|² entry by entry: G(λ) of equal neurons at gains 1.

    Args:
        resting: factors that are numbers, the same for all neurons.
        at: λ, real.
    """
    return resting.response(at).applyfunc(lambda entry: entry**2)


def critical_gain(cell: Cell, parameters: Mapping[str, Any] | None = None) -> Expr:
    """Return the gain of all maps at which λ = 1 lies on the boundary, at rest.

    Args:
        cell: that rests at zero.
        parameters: name ↦ number.

    Returns:
        1/√ρ(G(1)) with G at gains 1; infinite where no gain reaches it.

    Raises:
        LonglagError: a cell that is not covered, that does not rest at zero, or whose D has the
            eigenvalue 1.

    >>> from longlag.theory import CELLS
    >>> [critical_gain(CELLS[name]) for name in ("plain", "gru", "lstm")]
    [1, 2, 2]
    """
    resting = at_rest(cell, parameters or {})
    if not resting.maps:
        return S.Infinity
    if (Matrix.eye(resting.local.rows) - resting.local).det() == 0:
        raise LonglagError(
            f"critical gain of cell {cell.name!r}",
            "at rest D has the eigenvalue 1 by itself, whatever the gain",
            "choose other parameters",
        )
    growth = growth_at(resting, S.One)
    # Of a matrix without negative entries the largest modulus is an eigenvalue itself.
    largest = max(growth.eigenvals(), key=lambda each: complex(each).real)
    return S.Infinity if largest == 0 else 1 / sqrt(largest)


def isotropy_at(resting: Linearised) -> Expr:
    """Return χ = E‖J‖_F²/(S H) at gains 1 of equal neurons.

    Args:
        resting: factors that are numbers or symbols, the same for all neurons.

    >>> from longlag.theory import CELLS
    >>> isotropy_at(at_rest(CELLS["gru"], {}))
    5/16
    """
    inner = resting.nested.applyfunc(lambda entry: entry**2)
    taken = resting.before.applyfunc(lambda entry: entry**2) * Matrix.ones(resting.local.rows, 1)
    passed = (Matrix.eye(inner.rows) - inner).inv() * taken
    squares = resting.after.applyfunc(lambda entry: entry**2)
    total = sum(resting.local.applyfunc(lambda entry: entry**2)) + sum(squares * passed)
    return S(total) / resting.local.rows


__all__ = ["critical_gain", "growth_at", "isotropy_at"]
