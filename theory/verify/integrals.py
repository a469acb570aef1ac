"""Prove identities with integrals: by a limit of integration, or for each sign of a symbol."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Dummy, Expr, Integral, Symbol

from longlag.theory.verify.normal import without_gaps, zero_method


def by_limits_of_integral(
    lhs: Expr, rhs: Expr, is_continuous: Callable[[Expr, dict[Symbol, Expr]], bool]
) -> str | None:
    """Return how ∫_a^b f = F was shown by ∂F/∂b = f(b) and F(b = a) = 0, or None.

    Args:
        lhs: left side, in symbols that know their domains.
        rhs: right side.
        is_continuous: whether an expression is continuous on the domain, with symbols that stand
            for others, since b runs from a on.

    >>> a, b, u = sympy.symbols("a b u", positive=True)
    >>> by_limits_of_integral(Integral(1 / u, (u, a, b)), sympy.log(b / a), lambda *_: True)
    'the derivative in b, and equal limits'
    """
    for integral, other in ((lhs, rhs), (rhs, lhs)):
        if not isinstance(integral, Integral) or len(integral.limits) != 1:
            continue
        if len(integral.limits[0]) != 3 or other.has(Integral):
            continue
        u, low, high = integral.limits[0]
        for end, opposite, sign in ((high, low, 1), (low, high, -1)):
            if not end.is_Symbol or not opposite.is_finite or end in opposite.free_symbols:
                continue
            here = integral.function.subs(u, end)
            slope = sympy.diff(other, end) - sign * here
            if zero_method(slope) is None or zero_method(other.subs(end, opposite)) is None:
                continue
            between = {end: opposite}
            if is_continuous(here, between) and is_continuous(other, between):
                return f"the derivative in {end}, and equal limits"
    return None


def by_sign_of_symbol(difference: Expr, signed: list[Symbol]) -> str | None:
    """Return how integrals were shown to agree for a positive, negative and vanishing symbol.

    Args:
        difference: of both sides.
        signed: the symbols that take either sign.
    """
    if not difference.has(Integral):
        return None
    for x in signed:
        size = Dummy(x.name, positive=True)
        cases = (difference.subs(x, value) for value in (size, -size, sympy.S.Zero))
        if all(
            zero_method(sympy.simplify(without_gaps(case).doit())) is not None for case in cases
        ):
            return f"closed forms for either sign of {x.name}"
    return None


__all__ = ["by_limits_of_integral", "by_sign_of_symbol"]
