"""Prove identities with roots and inverse functions: by what they are inverse to, on their branch.

√A = B holds where B ≥ 0 and A = B²; arccos A = B where 0 ≤ B ≤ π and A = cos B.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy
from sympy import Expr, Function, Pow, Rational, oo, pi

from longlag.theory.verify.normal import zero_method

#: Inverse function: what it is inverse to, and where its values lie.
_INVERSES: dict[type[Function], tuple[Callable[[Expr], Expr], Expr, Expr]] = {
    sympy.asin: (sympy.sin, -pi / 2, pi / 2),
    sympy.acos: (sympy.cos, sympy.S.Zero, pi),
    sympy.atan: (sympy.tan, -pi / 2, pi / 2),
    sympy.log: (sympy.exp, -oo, oo),
    sympy.asinh: (sympy.sinh, -oo, oo),
    sympy.acosh: (sympy.cosh, sympy.S.Zero, oo),
    sympy.atanh: (sympy.tanh, -oo, oo),
}

Show = Callable[[Expr], bool]


def by_principal_values(lhs: Expr, rhs: Expr, show: Show) -> str | None:
    """Return how both sides were shown to be one value of an inverse function or root, or None.

    Args:
        lhs: left side, in symbols that know their domains.
        rhs: right side.
        show: whether an expression is known to be nowhere negative on the domain.

    >>> x = sympy.Symbol("x", positive=True)
    >>> by_principal_values(sympy.sqrt(x**2 + 2 * x + 1), x + 1, lambda part: part.is_positive)
    'powers of both sides, which are not negative'
    """
    for one, other in ((lhs, rhs), (rhs, lhs)):
        if _same_power(one, other, show):
            return "powers of both sides, which are not negative"
        for inverse, direct in _split(one):
            if _on_branch(inverse, direct(other), show):
                return f"the values of {type(inverse).__name__} on its branch"
    return None


def _same_power(root: Expr, other: Expr, show: Show) -> bool:
    """Whether a root is another expression that is not negative."""
    if not (isinstance(root, Pow) and root.exp.is_Rational and root.exp.q > 1):
        return False
    power = int(root.exp.q)
    equal = root.base ** int(root.exp.p) - _power(other, power)
    # An even power hides the sign of the base, whose root would not be real.
    return zero_method(sympy.expand(equal)) is not None and show(other) and show(root.base)


def _power(expression: Expr, count: int) -> Expr:
    raised = expression**count
    # |u|² is u² for real u.
    return raised.replace(
        lambda e: isinstance(e, Pow) and isinstance(e.base, sympy.Abs) and e.exp.is_even,
        lambda e: e.base.args[0] ** e.exp,
    )


def _split(side: Expr) -> Iterator[tuple[Function, Callable[[Expr], Expr]]]:
    """Yield an inverse function in a sum or multiple, and what it is if the side is another one."""
    mark = sympy.Dummy("v")
    for inverse in side.atoms(*_INVERSES):
        line = side.xreplace({inverse: mark})
        slope = sympy.diff(line, mark)
        if not slope.is_Rational or slope == 0:
            continue
        rest = line - slope * mark

        def direct(other: Expr, slope: Rational = slope, rest: Expr = rest) -> Expr:
            return sympy.expand((other - rest) / slope)

        yield inverse, direct


def _on_branch(inverse: Function, value: Expr, show: Show) -> bool:
    """Whether a value is that of an inverse function: it is mapped back, and lies on its branch."""
    function, low, high = _INVERSES[type(inverse)]
    back = sympy.expand_trig(function(value)) - inverse.args[0]
    if zero_method(back) is None:
        return False
    # tan has the period of the branch of arctan, whose ends it does not reach.
    return (low == -oo or show(value - low)) and (high == oo or show(high - value))


__all__ = ["by_principal_values"]
