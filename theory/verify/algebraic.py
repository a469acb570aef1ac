"""The sign of a polynomial, or of roots of polynomials, in one symbol: by exact roots."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import sympy
from sympy import Dummy, Expr, Pow, Rational, S, Symbol, oo

from longlag.theory.balls.numbers import fraction
from longlag.theory.balls.program import NoEnclosureError, Program
from longlag.theory.verify.argument import Side, SignProof

#: Distinct roots in one expression, and the degree of the norm, that are worked on.
_MOST_ROOTS, _HIGHEST = 3, 40
#: How closely roots are enclosed, until their enclosures lie apart.
_NARROWER = (Rational(1, 10**12), Rational(1, 10**60), Rational(1, 10**300))


def polynomial_sign(polynomial: Any, side: Side) -> SignProof | None:
    """Decide a polynomial of one symbol with rational coefficients by isolating its roots."""
    proof = SignProof(["real roots, isolated exactly"])
    low = None if side.low == -oo else side.low
    high = None if side.high == oo else side.high
    for factor, multiplicity in polynomial.factor_list()[1]:
        if multiplicity % 2 == 0:
            continue
        ends = {"inf": low, "sup": high}
        for (left, right), _ in factor.intervals(eps=Rational(1, 10**9), **ends):
            is_end = left == right and left in (low, high)
            if not is_end:
                return None
    sample = _rational_inside(side, polynomial)
    return proof if polynomial.eval(sample) >= 0 else None


def _rational_inside(side: Side, polynomial: Any) -> Expr:
    for share in (Rational(1, 2), Rational(1, 3), Rational(2, 7), Rational(5, 11), Rational(6, 13)):
        if side.low.is_finite and side.high.is_finite:
            at = side.low + (side.high - side.low) * share
        elif side.low.is_finite:
            at = side.low + share / (1 - share)
        elif side.high.is_finite:
            at = side.high - share
        else:
            at = share
        if polynomial.eval(at) != 0:
            return at
    return at


def algebraic_sign(expression: Expr, x: Symbol, side: Side) -> SignProof | None:
    """Show that an expression with square and other roots is nowhere negative on an interval.

    It changes its sign only where the product of its conjugates vanishes; between the roots of that
    polynomial, isolated exactly, one point tells the sign.

    Args:
        expression: of x, with rational numbers.
        x: the symbol.
        side: the interval, with rational or infinite ends.
    """
    if not all(end.is_rational or end.is_infinite for end in (side.low, side.high)):
        return None
    norm = _norm(expression, x)
    if norm is None or norm.degree() > _HIGHEST or norm.is_zero:
        return None
    points = _between_roots(norm, side)
    if points is None:
        return None
    for at in points:
        if not _is_nonnegative_at(expression, x, at):
            return None
    return SignProof(["real roots of the norm, isolated exactly"])


def _norm(expression: Expr, x: Symbol) -> Any:
    """A polynomial that vanishes wherever the expression does; None where there is none."""
    powers = [p for p in expression.atoms(Pow) if p.exp.is_Rational and p.exp.q > 1]
    bases = list(dict.fromkeys(p.base for p in powers))
    if not bases or len(bases) > _MOST_ROOTS:
        return None
    roots: dict[Expr, tuple[Symbol, int]] = {}
    for base in bases:
        if not base.is_polynomial(x):
            return None
        order = int(sympy.ilcm(1, *[p.exp.q for p in powers if p.base == base]))
        roots[base] = Dummy("s"), order
    changed = expression.xreplace({p: _power_of_root(p, *roots[p.base]) for p in powers})
    top, _ = sympy.fraction(sympy.together(changed))
    if not top.is_polynomial(x, *(root for root, _ in roots.values())):
        return None
    for base, (root, order) in roots.items():
        top = sympy.resultant(top, root**order - base, root)
    polynomial = sympy.Poly(top, x)
    return polynomial if polynomial.domain.is_QQ or polynomial.domain.is_ZZ else None


def _power_of_root(power: Pow, root: Symbol, order: int) -> Expr:
    exponent = power.exp * order
    return root**exponent


def _between_roots(norm: Any, side: Side) -> list[Rational] | None:
    """A rational point between every two neighbouring roots, and between them and the ends.

    None where roots lie too close to each other, or to an end, to be told apart.
    """
    for eps in _NARROWER:
        points = _points_between(norm, side, eps)
        if points is not None:
            return points
    return None


def _points_between(norm: Any, side: Side, eps: Rational) -> list[Rational] | None:
    low = None if side.low == -oo else side.low
    high = None if side.high == oo else side.high
    found = sympy.Poly(norm, norm.gen).intervals(eps=eps, inf=low, sup=high)
    enclosed = sorted(interval for interval, _ in found)
    first = low if low is not None else (enclosed[0][0] if enclosed else S.Zero) - 2
    last = high if high is not None else (enclosed[-1][1] if enclosed else first) + 2
    points = []
    for before, after in pairwise(((first, first), *enclosed, (last, last))):
        left, right = before[1], after[0]
        if left < right:
            points.append((left + right) / 2)
        elif norm.eval(left) != 0:
            # Two roots, or a root and an end, are enclosed by intervals that touch.
            points.append(left)
        elif before != after:
            return None
    return points


def _is_nonnegative_at(expression: Expr, x: Symbol, at: Rational) -> bool:
    try:
        program = Program([expression])
    except NoEnclosureError:
        return False
    for bits in (64, 512):
        value = program.at({x: fraction(at)}, bits)[0]
        if value >= 0:
            return True
        if value < 0:
            return False
    return False
