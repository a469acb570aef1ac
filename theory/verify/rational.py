"""Whether sums, products and whole powers of symbols are zero, as one fraction of polynomials.

FLINT multiplies polynomials a thousand times faster than a computer algebra of expressions, so that
a difference of two Jacobians is one fraction in milliseconds. Symbols are independent here: what
vanishes whatever they are vanishes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from math import lcm
from typing import Any, TypeAlias

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx
from sympy import Dummy, Expr, Mul, default_sort_key, exp, expand

#: A numerator and a denominator.
Fraction: TypeAlias = tuple[fmpq_mpoly, fmpq_mpoly]

#: Pairs of terms that one product may multiply.
_MOST_PAIRS = 10**7


class _NoFractionError(Exception):
    """It divides by zero, or is too long."""


def is_zero_fraction(expression: Expr, roots: Sequence[tuple[Expr, int, Expr]] = ()) -> bool | None:
    """Return whether a fraction of symbols and exponentials is zero, None where it is none.

    Exponentials whose exponents no whole numbers relate are independent too.

    Args:
        expression: over symbols, exponentials and rational numbers.
        roots: (symbol, its power q, what that power is); a later one may stand in what an earlier
            one is the root of.

    >>> from sympy.abc import x, y
    >>> is_zero_fraction(1 / x - 1 / y - (y - x) / (x * y)), is_zero_fraction(x - y)
    (True, False)
    >>> is_zero_fraction(x**3 - x * y, [(x, 2, y)])
    True
    >>> is_zero_fraction(exp(x) - exp(x / 2) ** 2 * exp(y) / exp(y))
    True
    """
    parts = _without_exponentials([expression, *(base for _, _, base in roots)])
    atoms = sorted(set().union(*map(_leaves, parts)), key=default_sort_key)
    if not all(atom.is_Symbol or atom.is_NumberSymbol for atom in atoms):
        return None
    context = fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(atoms))], Ordering.degrevlex)
    fractions = _Fractions(context, dict(zip(atoms, context.gens(), strict=True)))
    try:
        above, _ = fractions.of(parts[0])
        for (symbol, power, _), base in zip(roots, parts[1:], strict=True):
            if symbol in fractions.generators:
                above = fractions.reduced(above, symbol, power, fractions.of(base))
    except _NoFractionError:
        return None
    return not above


def _leaves(expression: Expr) -> set[Expr]:
    """What sums, products and whole powers are made of, numbers aside."""
    found: set[Any] = set()
    pending: list[Any] = [expression]
    while pending:
        part = pending.pop()
        if part.is_Add or part.is_Mul or (part.is_Pow and part.exp.is_Integer):
            pending += part.args
        elif not part.is_Rational:
            found.add(part)
    return found


def _without_exponentials(parts: Sequence[Expr]) -> list[Expr]:
    """Expressions with every exponential as a product of whole powers of symbols."""
    found = {e for part in parts for e in _leaves(part) if isinstance(e, exp)}
    exponents = {e: expand(e.args[0]).as_coefficients_dict() for e in found}
    shares: dict[Expr, int] = {}
    for terms in exponents.values():
        for term, number in terms.items():
            shares[term] = lcm(shares.get(term, 1), int(number.q) if number.is_Rational else 0)
    symbols = {term: Dummy() for term in shares}
    powers = {
        e: Mul(*[symbols[term] ** (number * shares[term]) for term, number in terms.items()])
        for e, terms in exponents.items()
        if all(shares[term] for term in terms)
    }
    return [part.xreplace(powers) for part in parts]


class _Fractions:
    """Expressions over given atoms as fractions."""

    def __init__(self, context: fmpq_mpoly_ctx, generators: Mapping[Expr, fmpq_mpoly]) -> None:
        self.context, self.generators = context, generators
        self.known: dict[Expr, Fraction] = {}

    def of(self, expression: Any) -> Fraction:
        if expression not in self.known:
            self.known[expression] = self._of(expression)
        return self.known[expression]

    def _of(self, expression: Any) -> Fraction:
        one = self.context.constant(1)
        if expression.is_Rational:
            return self.context.constant(fmpq(int(expression.p), int(expression.q))), one
        if expression.is_Add:
            return self._added([self.of(part) for part in expression.args])
        if expression.is_Mul:
            parts = [self.of(part) for part in expression.args]
            return reduce(_times, (p[0] for p in parts)), reduce(_times, (p[1] for p in parts))
        if expression.is_Pow and expression.exp.is_Integer:
            above, below = self.of(expression.base)
            if expression.exp < 0:
                above, below = below, above
            if not below:
                raise _NoFractionError
            count = abs(int(expression.exp))
            return reduce(_times, [above] * count, one), reduce(_times, [below] * count, one)
        return self.generators[expression], one

    def _added(self, parts: Sequence[Fraction]) -> Fraction:
        by_denominator: dict[str, Fraction] = {}
        for above, below in parts:
            key = str(below)
            known = by_denominator.get(key)
            by_denominator[key] = (above + known[0] if known else above, below)
        return reduce(_plus, by_denominator.values())

    def reduced(self, above: fmpq_mpoly, symbol: Expr, power: int, base: Fraction) -> fmpq_mpoly:
        """Return a numerator with powers of a root written by what it is the root of."""
        place = list(self.generators).index(symbol)
        by_power: dict[int, dict[tuple[int, ...], fmpq]] = {}
        for exponents, number in above.to_dict().items():
            whole, rest = divmod(int(exponents[place]), power)
            left = (*exponents[:place], rest, *exponents[place + 1 :])
            by_power.setdefault(whole, {})[left] = number
        highest = max(by_power, default=0)
        result = self.context.constant(0)
        for whole, terms in by_power.items():
            factors = [base[0]] * whole + [base[1]] * (highest - whole)
            result += reduce(_times, factors, self.context.from_dict(terms))
        return result


def _times(left: fmpq_mpoly, right: fmpq_mpoly) -> fmpq_mpoly:
    if len(left) * len(right) > _MOST_PAIRS:
        raise _NoFractionError
    return left * right


def _plus(left: Fraction, right: Fraction) -> Fraction:
    common = left[1].gcd(right[1])
    first, second = left[1] / common, right[1] / common
    return _times(left[0], second) + _times(right[0], first), _times(left[1], second)


__all__ = ["is_zero_fraction"]
