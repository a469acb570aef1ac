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
from longlag.theory.stability.kinds import Law, Structure, structure
from longlag.theory.stability.linearised import Linearised, at_rest


def growth_at(resting: Linearised, at: Expr) -> Matrix:
    """Return |T(λ)|² entry by entry: G(λ) of equal neurons at gains 1.

    Args:
        resting: factors that are numbers, the same for all neurons.
        at: λ, real.
    """
    return resting.response(at).applyfunc(lambda entry: entry**2)


def critical_gain(cell: Cell, parameters: Mapping[str, Any] | None = None) -> Expr:
    """Return the gain of all maps at which the boundary reaches λ = 1, at rest.

    Of an antisymmetric matrix 1 is no eigenvalue unless D has it: there it is where the unit circle
    is reached, D ± i 2√2 g p.

    Args:
        cell: that rests at zero.
        parameters: name ↦ number.

    Returns:
        1/√ρ(G(1)) with G at gains 1 of the matrices of independent entries; infinite where no gain
        reaches it. For W − Wᵀ √(1 − D²)/(2√2 |p|).

    Raises:
        LonglagError: a cell whose gain decides nothing, that does not rest at zero, or whose D has
            the eigenvalue 1.

    >>> from longlag.theory import CELLS
    >>> [critical_gain(CELLS[name]) for name in ("plain", "gru", "lstm")]
    [1, 2, 2]
    """
    found = structure(cell)
    if found.law in _NO_GAIN:
        raise LonglagError(
            f"critical gain of cell {cell.name!r}",
            _NO_GAIN[found.law],
            "look at its spectrum: longlag stability",
        )
    resting = at_rest(cell, parameters or {})
    if not found.dense:
        return S.Infinity
    kept = resting.only(found.dense)
    if (Matrix.eye(kept.local.rows) - kept.local).det() == 0:
        raise LonglagError(
            f"critical gain of cell {cell.name!r}",
            "at rest D has the eigenvalue 1 by itself, whatever the gain",
            "choose other parameters",
        )
    if found.law is Law.ANTISYMMETRIC:
        return antisymmetric_gain(kept.local[0], kept.after[0] * kept.before[0])
    growth = growth_at(kept, S.One)
    # Of a matrix without negative entries the largest modulus is an eigenvalue itself.
    largest = max(growth.eigenvals(), key=lambda each: complex(each).real)
    return S.Infinity if largest == 0 else 1 / sqrt(largest)


#: Laws of spectra that no gain of random matrices decides.
_NO_GAIN: dict[Law, str] = {
    Law.ORTHOGONAL: "an orthogonal matrix has the same radius at every gain",
    Law.RANK_ONE: "it has no random weights",
    Law.MEMORY: "its fixed memory decides too",
}


def antisymmetric_gain(kept: Expr, crossed: Expr) -> Expr:
    """Return g at which D + p (W − Wᵀ) of equal neurons reaches the unit circle; derived here.

    W − Wᵀ has the eigenvalues ±i x, x by Wigner's semicircle up to 2√2 g, and is normal.

    Args:
        kept: D, in (−1, 1).
        crossed: p.

    >>> antisymmetric_gain(S(3) / 5, S.One)
    sqrt(2)/5
    """
    return sqrt(1 - kept**2) / (2 * sqrt(2) * abs(crossed))


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


def resting_isotropy(cell: Cell, parameters: Mapping[str, Any] | None = None) -> Expr:
    """Return χ at rest at gains 1 by the law of a cell.

    Of W − Wᵀ entries have twice the variance, of an orthogonal matrix that of independent ones;
    sums drop out, and rows count as matrices do.

    Args:
        cell: that rests at zero.
        parameters: name ↦ number.

    Raises:
        LonglagError: no law is known, or it does not rest there.

    >>> from longlag.theory import CELLS
    >>> resting_isotropy(CELLS["orthogonal"]), resting_isotropy(CELLS["shared_gate"])
    (1, 1/2)
    """
    found = structure(cell)
    if found.law is Law.MEMORY:
        raise LonglagError(
            f"chi of cell {cell.name!r} at rest",
            "that of a fixed memory depends on the numbers of neurons",
            "sample networks of it: longlag stability",
        )
    resting = at_rest(cell, parameters or {})
    if found.law is Law.ANTISYMMETRIC:
        kept = resting.only(found.dense)
        return S(kept.local[0] ** 2 + 2 * (kept.after[0] * kept.before[0]) ** 2)
    return isotropy_at(resting.only((*found.dense, *found.rows, *_orthogonal(found))))


def _orthogonal(found: Structure) -> tuple[str, ...]:
    return found.others if found.law is Law.ORTHOGONAL else ()


__all__ = ["antisymmetric_gain", "critical_gain", "growth_at", "isotropy_at", "resting_isotropy"]
