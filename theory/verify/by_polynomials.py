"""Show that a polynomial in several symbols is nowhere negative, by differences of its symbols.

A homogeneous polynomial with no negative coefficient is nowhere negative where its symbols are not.
For each order of the symbols, the smallest and the differences to the next ones are new symbols
that are not negative either; done again and again, this separates the coefficients of most
inequalities between symmetric or cyclic means (L. Yang, successive difference substitution, 2005).
"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import sympy
from sympy import Expr, Poly, Pow, Symbol, oo

from longlag.theory.statement import Level
from longlag.theory.verify.attempt import Attempt
from longlag.theory.verify.nonnegative import range_over
from longlag.theory.verify.shown import Shown

#: Symbols, substitutions one after another, and polynomials looked at.
_MOST_SYMBOLS, _DEEPEST, _MOST_POLYNOMIALS = 4, 5, 3000


def by_polynomials(attempt: Attempt) -> Shown | None:
    """Prove what is a polynomial over a positive denominator, in symbols that are not negative."""
    top, bottom = sympy.fraction(sympy.together(attempt.rhs - attempt.lhs))
    if not (bottom.is_positive or range_over(bottom, attempt.box).low >= 0):
        return None
    polynomial = _in_nonnegative_symbols(top, attempt)
    if polynomial is None or len(polynomial.gens) > _MOST_SYMBOLS:
        return None
    left = [_MOST_POLYNOMIALS]
    if not _is_nonnegative(polynomial, _DEEPEST, left):
        return None
    return Shown(Level.PROVED, "coefficients after differences of the symbols")


def _in_nonnegative_symbols(top: Expr, attempt: Attempt) -> Poly | None:
    """A homogeneous polynomial that takes the same values, in symbols from 0 to infinity."""
    symbols = sorted(top.free_symbols, key=str)
    if not 2 <= len(symbols) <= _MOST_SYMBOLS:
        return None
    roots = {x: _common_root(top, x) for x in symbols}
    written = sympy.powdenest(top.subs({x: x**q for x, q in roots.items()}), force=True)
    if not written.is_polynomial(*symbols):
        return None
    polynomial = Poly(sympy.expand(written), *symbols)
    if not (polynomial.domain.is_ZZ or polynomial.domain.is_QQ):
        return None
    for i, x in enumerate(symbols):
        side = attempt.box[x]
        if side.low.is_nonnegative and side.high == oo:
            continue
        powers = [monomial[i] for monomial in polynomial.monoms()]
        if (side.low, side.high) != (-oo, oo) or any(power % 2 for power in powers):
            return None
        halved = {
            tuple(p // 2 if j == i else p for j, p in enumerate(monomial)): c
            for monomial, c in polynomial.terms()
        }
        polynomial = Poly.from_dict(halved, *symbols, domain=polynomial.domain)
    return polynomial if polynomial.is_homogeneous else polynomial.homogenize(sympy.Dummy("w"))


def _common_root(top: Expr, x: Symbol) -> int:
    """The least q for which powers of x are powers of its q-th root."""
    denominators = [
        power.exp.q
        for power in top.atoms(Pow)
        if x in power.base.free_symbols and power.exp.is_Rational
    ]
    return int(sympy.ilcm(1, 1, *denominators))


def _is_nonnegative(polynomial: Poly, depth: int, left: list[int]) -> bool:
    coefficients = polynomial.coeffs()
    if all(c >= 0 for c in coefficients):
        return True
    left[0] -= 1
    if depth == 0 or left[0] < 0 or _fails_at_a_corner(polynomial):
        return False
    return all(
        _is_nonnegative(_ordered(polynomial, order), depth - 1, left)
        for order in permutations(range(len(polynomial.gens)))
    )


def _fails_at_a_corner(polynomial: Poly) -> bool:
    """Whether it is negative where all symbols but one are 0."""
    count = len(polynomial.gens)
    degree = polynomial.total_degree()
    corners = [tuple(degree if j == i else 0 for j in range(count)) for i in range(count)]
    return any(polynomial.coeff_monomial(corner) < 0 for corner in corners)


def _ordered(polynomial: Poly, order: tuple[int, ...]) -> Poly:
    """The polynomial with each symbol the sum of the smallest and differences up to it."""
    gens = polynomial.gens
    total: Any = sympy.S.Zero
    instead = {}
    for place in order:
        total += gens[place]
        instead[gens[place]] = total
    return Poly(sympy.expand(polynomial.as_expr().subs(instead, simultaneous=True)), *gens)


__all__ = ["by_polynomials"]
