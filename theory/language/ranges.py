"""Where the values of a cell's expression lie, by interval arithmetic over declared domains.

Maps range over the real line, states, drives and parameters over their intervals, and functions
over what they map there to. An enclosure may be too wide, never too narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce

from sympy import (
    Abs,
    Add,
    Expr,
    Heaviside,
    Interval,
    Max,
    Min,
    Mul,
    Pow,
    S,
    asinh,
    atan,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    log,
    oo,
    pi,
    sin,
    sinh,
    tanh,
)

from longlag.theory.language.maps import LinearMap, MeanWeight
from longlag.theory.language.reductions import FixedWeight
from longlag.theory.language.symbols import Ranged
from longlag.theory.language.weights import FreeWeight
from longlag.theory.scalar.functions import hold, relu, sigmoid, softplus, surrogate


@dataclass(frozen=True)
class Range:
    """An interval of real numbers.

    Args:
        low: its lower end, a number or −∞.
        high: its upper end.
        low_open: whether the lower end is left out.
        high_open: whether the upper end is left out.
    """

    low: Expr
    high: Expr
    low_open: bool = False
    high_open: bool = False

    @property
    def is_positive(self) -> bool:
        """Whether all of it lies above 0."""
        return bool(self.low > 0) or (self.low == 0 and self.low_open)

    @property
    def is_negative(self) -> bool:
        """Whether all of it lies below 0."""
        return (-self).is_positive

    @property
    def interval(self) -> Interval:
        """The same as SymPy's interval."""
        return Interval(self.low, self.high, self.low_open, self.high_open)

    def __neg__(self) -> Range:
        return Range(-self.high, -self.low, self.high_open, self.low_open)

    def __add__(self, other: Range) -> Range:
        return Range(
            self.low + other.low,
            self.high + other.high,
            self.low_open or other.low_open,
            self.high_open or other.high_open,
        )

    def __mul__(self, other: Range) -> Range:
        return _hull(_corner(x, y) for x in self._ends for y in other._ends)

    @property
    def _ends(self) -> tuple[tuple[Expr, bool], tuple[Expr, bool]]:
        return (self.low, self.low_open), (self.high, self.high_open)

    def mapped(self, rising: Callable[[Expr], Expr]) -> Range:
        """Return the image under a function that rises, given by its values and limits."""
        return Range(rising(self.low), rising(self.high), self.low_open, self.high_open)

    def to(self, exponent: Expr) -> Range:
        """Return the image under a power with a given exponent."""
        if exponent.is_Integer and exponent.is_even:
            size = max_of(self, -self, Range(S.Zero, S.Zero))
            return size.to_positive(exponent) if exponent > 0 else size.reciprocal().to(-exponent)
        if self.is_positive or (self.low == 0 and exponent > 0):
            return self.to_positive(exponent)
        if exponent.is_Integer:
            whole = self if exponent > 0 else self.reciprocal()
            return whole.mapped(lambda end: end ** abs(exponent))
        return LINE

    def to_positive(self, exponent: Expr) -> Range:
        """Return the image under a power of a range without negative numbers."""
        if exponent < 0:
            return self.reciprocal().to_positive(-exponent)
        return self.mapped(lambda end: end**exponent)

    def reciprocal(self) -> Range:
        """Return the image under 1/x, the whole line where 0 lies inside."""
        if self.is_positive:
            above = oo if self.low == 0 else 1 / self.low
            return Range(1 / self.high, above, self.high_open, self.low_open)
        return -((-self).reciprocal()) if self.is_negative else LINE


LINE = Range(-oo, oo, True, True)
_ABOVE_ZERO = Range(S.Zero, oo, True, True)

#: Functions that rise ↦ their limits at −∞ and ∞.
_RISING: Mapping[type[Expr], tuple[Expr, Expr]] = {
    exp: (S.Zero, oo),
    sigmoid: (S.Zero, S.One),
    tanh: (-S.One, S.One),
    softplus: (S.Zero, oo),
    erf: (-S.One, S.One),
    atan: (-pi / 2, pi / 2),
    sinh: (-oo, oo),
    asinh: (-oo, oo),
}


@lru_cache(maxsize=4096)
def range_of(expression: Expr) -> Range:
    """Return an interval that holds every value of a cell's expression.

    Args:
        expression: over states, drives, parameters and linear maps.

    >>> from sympy import Interval
    >>> from longlag.theory import drive, parameter, sigmoid
    >>> step = parameter("dt", Interval.open(0, 1))
    >>> range_of(1 + step * sigmoid(drive("n")))
    Range(low=1, high=2, low_open=True, high_open=True)
    """
    if expression.is_number:
        return Range(expression, expression)
    if isinstance(expression, Ranged):
        return _within(expression.interval)
    if isinstance(expression, LinearMap):
        return _of_map(expression)
    if isinstance(expression, Pow):
        return _power(expression)
    inner = [range_of(argument) for argument in expression.args]
    if isinstance(expression, Add):
        return reduce(Range.__add__, inner)
    if isinstance(expression, Mul):
        return reduce(Range.__mul__, inner)
    return _function(expression, inner)


def _of_map(node: LinearMap) -> Range:
    """The values of a map: an average lies where its argument does, a sum of one sign keeps it."""
    if isinstance(node.weight, MeanWeight):
        return range_of(node.argument)
    if isinstance(node.weight, FreeWeight):
        return _sum_of(_within(node.weight.interval) * range_of(node.argument))
    if not isinstance(node.weight, FixedWeight):
        return LINE
    inner = range_of(node.argument)
    alike = node.weight.operation in ("mean", "spread", "largest")
    return inner if alike else _sum_of(inner)


def _within(interval: Interval) -> Range:
    # SymPy's own truth values cannot be ordered.
    is_open = bool(interval.left_open), bool(interval.right_open)
    return Range(interval.start, interval.end, *is_open)


def _sum_of(inner: Range) -> Range:
    """The values of a sum of one or more numbers of a range."""
    if inner.low >= 0:
        return Range(inner.low, oo, inner.low_open, True)
    return -Range(-inner.high, oo, inner.high_open, True) if inner.high <= 0 else LINE


def max_of(*ranges: Range) -> Range:
    """Return where the largest of some numbers lies, one out of each range."""
    low, low_open = max(((r.low, r.low_open) for r in ranges), key=_by_end(above=True))
    high, high_open = max(((r.high, r.high_open) for r in ranges), key=_by_end(above=False))
    return Range(low, high, low_open, high_open)


def _power(power: Pow) -> Range:
    base = range_of(power.base)
    if power.exp.is_number:
        return base.to(power.exp)
    return _ABOVE_ZERO if base.is_positive else LINE


def _function(expression: Expr, inner: list[Range]) -> Range:
    if type(expression) in _RISING:
        below, above = _RISING[type(expression)]
        limits = {-oo: below, oo: above}
        return inner[0].mapped(lambda end: limits.get(end, expression.func(end)))
    if isinstance(expression, erfc):
        return Range(S.One, S.One) + -_function(erf(expression.args[0]), inner)
    if isinstance(expression, (cosh, Abs)):
        size = max_of(inner[0], -inner[0], Range(S.Zero, S.Zero))
        return size.mapped(expression.func) if isinstance(expression, cosh) else size
    if isinstance(expression, (hold, surrogate)):
        return inner[0] if isinstance(expression, hold) else inner[1]
    if isinstance(expression, log) and inner[0].is_positive:
        return inner[0].mapped(lambda end: -oo if end == 0 else log(end))
    if isinstance(expression, relu):
        return max_of(inner[0], Range(S.Zero, S.Zero))
    if isinstance(expression, Max):
        return max_of(*inner)
    if isinstance(expression, Min):
        return -max_of(*(-part for part in inner))
    if isinstance(expression, (sin, cos)):
        return Range(-S.One, S.One)
    return Range(S.Zero, S.One) if isinstance(expression, Heaviside) else LINE


def _corner(x: tuple[Expr, bool], y: tuple[Expr, bool]) -> tuple[Expr, bool]:
    """The product of two ends, and whether it is left out."""
    (a, a_open), (b, b_open) = x, y
    if a == 0 or b == 0:
        attained = (a == 0 and not a_open) or (b == 0 and not b_open)
        return S.Zero, not attained
    return a * b, a_open or b_open


def _hull(ends: Iterable[tuple[Expr, bool]]) -> Range:
    """The smallest range with some ends; an end that is attained once is attained."""
    found = list(ends)
    low, low_open = max(((-end, is_open) for end, is_open in found), key=_by_end(above=False))
    high, high_open = max(found, key=_by_end(above=False))
    return Range(-low, high, low_open, high_open)


class _by_end:  # noqa: N801  (a key)
    """A key that orders ends; of equal ones the open lies above, or below."""

    def __init__(self, *, above: bool) -> None:
        self.above = above

    def __call__(self, end: tuple[Expr, bool]) -> tuple[Expr, bool]:
        value, is_open = end
        return value, is_open if self.above else not is_open


__all__ = ["LINE", "Range", "range_of"]
