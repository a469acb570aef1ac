"""Prove identities with floors, ceilings and remainders, residue by residue.

A symbol is k m + r + θ with an integer k, one of finitely many residues r and 0 ≤ θ < 1: for each
residue the floors are linear in k, and remainders are numbers.
"""

from __future__ import annotations

import sympy
from sympy import Dummy, Expr, Mod, Rational, Symbol, ceiling, floor

from longlag.theory.verify.normal import vanishes_quickly

#: Residues that are gone through.
_MOST = 240


def by_residues(difference: Expr, x: Symbol, whole: bool) -> str | None:
    """Return how a difference was shown to vanish for all values of a symbol, or None.

    Args:
        difference: of both sides, with floors, ceilings or remainders.
        x: a symbol that runs over integers, or over real numbers, without end.
        whole: whether over integers.

    >>> n = Symbol("n", integer=True)
    >>> by_residues(floor(n / 2) + ceiling(n / 2) - n, n, True)
    '2 residues of n'
    """
    period, cells = _period(difference, x, whole)
    count = period * cells
    if count == 0 or count > _MOST:
        return None
    k = Dummy("k", integer=True)
    for residue in range(count):
        start = period * k + Rational(residue, cells)
        # Inside a cell floors do not change: its left end and one inner point tell.
        ways = [(start, start)]
        if not whole:
            inside = Dummy("t", positive=True)
            ways.append((start + Rational(1, 2 * cells), start + inside))
        for point, value in ways:
            told = _told(difference, x, point, k)
            if told is None or not vanishes_quickly(sympy.expand(told.subs(x, value))):
                return None
    return f"{count} residues of {x.name}"


def _period(difference: Expr, x: Symbol, whole: bool) -> tuple[int, int]:
    """After how many integers all parts repeat, and the cells of an integer; 0 where none do."""
    period, cells = 1, 1
    for part in difference.atoms(floor, ceiling):
        slope = sympy.diff(part.args[0], x)
        rest = sympy.expand(part.args[0] - slope * x)
        if not (slope.is_Rational and rest.is_Rational):
            return 0, 0
        if slope == 0:
            continue
        period = int(sympy.ilcm(period, slope.q))
        # The breaks lie at (j − rest)/slope.
        cells = int(sympy.ilcm(cells, abs(slope.p), (rest / slope).q, (1 / slope).q))
    for part in difference.atoms(Mod):
        if not (whole and part.args[1].is_Integer and part.args[0].is_polynomial(x)):
            return 0, 0
        content = sympy.Poly(part.args[0], x).all_coeffs()
        if not all(c.is_Rational for c in content):
            return 0, 0
        denominator = sympy.ilcm(1, 1, *[c.q for c in content])
        period = int(sympy.ilcm(period, part.args[1] * denominator))
    if not difference.atoms(floor, ceiling, Mod):
        return 0, 0
    return period, 1 if whole else cells


def _told(difference: Expr, x: Symbol, at: Expr, k: Symbol) -> Expr | None:
    """The difference with its floors and remainders as at a point of a cell, else in x."""

    def step(part: Expr) -> Expr:
        return part.func(sympy.expand(part.args[0].subs(x, at)))

    def remainder(part: Expr) -> Expr:
        value = sympy.Poly(part.args[0].subs(x, at), k)
        modulus = part.args[1]
        constant = value.coeff_monomial(1)
        rest = [c for (power,), c in value.terms() if power > 0]
        if not all((c / modulus).is_Integer for c in rest):
            return part
        return constant - modulus * floor(constant / modulus)

    told = difference.replace(lambda e: isinstance(e, (floor, ceiling)), step)
    told = told.replace(lambda e: isinstance(e, Mod), remainder)
    return None if told.has(Mod, floor, ceiling) else told


__all__ = ["by_residues"]
