"""What a function does beyond a point: f(a) = a^p e^{P(a)} k(a) with k enclosed for all a ≥ R.

Derived here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flint import arb
from sympy import Add, Expr, S, expand

from longlag.theory.balls.program import enclosed, enclosing
from longlag.theory.balls.ranges import Range, exponential, point, power
from longlag.theory.notation import SymbolTable
from longlag.theory.scalar.signs import UndecidedError

#: The range of 1 alone.
UNIT = point(1)
_ZERO = arb(0)

Z = SymbolTable("suprema").add("z", "a point far out on the line", real=True)


def at_z(expression: Expr, z: Range) -> Range:
    """Return a range around the values of an expression over ``Z``.

    >>> at_z(Z**2, Range(arb(1), arb(2)))
    [1.00000, 4.00000]
    """
    return enclosing(expression).over({Z: z}, defined=True)[0]


@dataclass(frozen=True)
class Tail:
    """f(a) = a^power · exp(Σ c_q a^q) · k(a), with k(a) in ``factor`` for all a ≥ R.

    Args:
        power: a real number.
        exponent: for each degree q > 0 its coefficient c_q, none of them 0.
        factor: a range.
    """

    factor: Range
    power: Expr = S.Zero
    exponent: Mapping[Expr, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.factor.is_bounded:
            raise UndecidedError("a factor without a bound")

    @property
    def growth(self) -> int:
        """1, 0 or −1 as the scale grows, is 1, or decays."""
        if self.exponent:
            return sign_of(self.exponent[max(self.exponent)])
        return sign_of(self.power)

    @property
    def sign(self) -> int:
        """The sign of f beyond R; 0 where the enclosure does not tell it."""
        return self.factor.sign

    @property
    def inverse(self) -> Tail:
        """One over its scale, with the factor 1."""
        return Tail(UNIT, -self.power, {q: -c for q, c in self.exponent.items()})

    def times(self, other: Tail) -> Tail:
        """Return the product."""
        degrees = {*self.exponent, *other.exponent}
        sums = {q: self.exponent.get(q, S.Zero) + other.exponent.get(q, S.Zero) for q in degrees}
        exponent = {q: c for q, c in sums.items() if sign_of(c) != 0}
        return Tail(self.factor * other.factor, self.power + other.power, exponent)

    def to_the(self, to: Expr) -> Tail:
        """Return a constant power; a fractional or negative one of what has a sign."""
        whole = to.is_Integer
        if not (whole and to > 0) and self.sign == 0:
            raise UndecidedError("a power of what may be 0")
        if not whole and self.sign < 0:
            raise UndecidedError("a fractional power of what is negative")
        exponent = {q: c * to for q, c in self.exponent.items()}
        return Tail(power(self.factor, enclosed(to)), self.power * to, exponent)

    def scale(self, start: Any) -> Range:
        """Return a^power e^{…} at one a, as a range."""
        terms = [c * Z**q for q, c in self.exponent.items()]
        return at_z(Z**self.power, point(start)) * exponential(at_z(Add(*terms), point(start)))

    def range(self, start: Any) -> Range:
        """Return a range that holds f(a) for all a ≥ start.

        Raises:
            UndecidedError: where the scale grows, or does not fall from ``start`` on.
        """
        growth = self.growth
        if growth == 0:
            return self.factor
        if growth < 0 and self.falls_from(start):
            return self.factor * Range(_ZERO, self.scale(start).high)
        raise UndecidedError("a scale that grows")

    def falls_from(self, start: Any) -> bool:
        """Whether the scale, which decays in the end, falls for all a ≥ start.

        So it does where power + Σ q c_q a^q ≤ 0.
        """
        if not self.exponent:
            return True
        top = max(self.exponent)
        positive = {q: c for q, c in self.exponent.items() if q != top and sign_of(c) > 0}
        rate = top * self.exponent[top]
        rate += Add(*[q * c * Z ** (q - top) for q, c in positive.items()])
        if sign_of(self.power) > 0:
            rate += self.power * Z**-top
        return bool(at_z(rate, point(start)).high <= 0)


def sign_of(number: Expr) -> int:
    """Return the sign of an exact number.

    Raises:
        UndecidedError: where neither a range nor an expansion tells it.
    """
    if number.is_Rational:
        return int(number.is_positive) - int(number.is_negative)
    sign = enclosed(number).sign
    if sign or expand(number) == 0:
        return sign
    raise UndecidedError(f"the sign of {number}")
