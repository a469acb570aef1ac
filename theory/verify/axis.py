"""The domain of one symbol as a coordinate on the line, from which points are taken.

Equal steps of the coordinate are equal steps in what matters: in the logarithm towards 0, ∞ and
both ends of an interval. So a search sees corners and tails as well as the middle.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq
from sympy import Expr, FiniteSet, Integer, Interval, Range, Rational, S, Set, Symbol, Union, oo

from longlag.theory.balls import numbers, program, ranges
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import domain_text

#: Coordinates run as far as this: to values of 2^±1000.
_FARTHEST = 1000.0
#: Digits of an end that is no fraction, such as π/2.
_BITS_OF_END = 200
#: Bits of a coordinate's mantissa: points are to have short numbers.
_MANTISSA = 24


@dataclass(frozen=True)
class Axis:
    """One piece of the domain of a symbol.

    Args:
        symbol: whose domain it is.
        low: the smallest value as a fraction, or None for −∞; just inside where the end is open to
            fractions only.
        high: the largest, or None for ∞.
        low_open: whether ``low`` itself is left out.
        high_open: whether ``high`` is.
        whole: whether only integers are meant.
        listed: the values, where the domain is a finite set.
        ends: what the ends are, exactly.
    """

    symbol: Symbol
    low: fmpq | None
    high: fmpq | None
    low_open: bool = False
    high_open: bool = False
    whole: bool = False
    listed: tuple[fmpq, ...] = ()
    ends: tuple[Expr, Expr] = (-oo, oo)

    def at(self, coordinate: float) -> fmpq:
        """Return the value at a coordinate, which may be any number."""
        u = max(-_FARTHEST, min(_FARTHEST, coordinate))
        if self.listed:
            return self.listed[round(abs(u)) % len(self.listed)]
        value = self._real_at(u)
        return self._inside(_rounded(value)) if self.whole else value

    def _real_at(self, u: float) -> fmpq:
        if self.low is None and self.high is None:
            return -(power_of_two(-u) - 1) if u < 0 else power_of_two(u) - 1
        if self.high is None:
            assert self.low is not None
            return self.low + power_of_two(u)
        if self.low is None:
            return self.high - power_of_two(u)
        if self.low == self.high:
            return self.low
        share = power_of_two(-abs(u) - 1)
        width = self.high - self.low
        return self.high - width * share if u > 0 else self.low + width * share

    def coordinate(self, value: fmpq) -> float:
        """Return the coordinate of a value; the farthest one at an end."""
        if self.listed:
            return float(self.listed.index(value)) if value in self.listed else 0.0
        if self.low is None and self.high is None:
            return math.copysign(logarithm(abs(value) + 1), float(value > 0) - 0.5)
        if self.high is None:
            assert self.low is not None
            return logarithm(value - self.low)
        if self.low is None:
            return logarithm(self.high - value)
        width = self.high - self.low
        if width == 0:
            return 0.0
        share = (value - self.low) / width
        if share > fmpq(1, 2):
            return -logarithm(1 - share) - 1
        return logarithm(share) + 1

    def _inside(self, value: fmpq) -> fmpq:
        if self.low is not None and value < self.low:
            return self.low
        return self.high if self.high is not None and value > self.high else value

    def contains(self, value: fmpq) -> bool:
        """Whether a fraction belongs to the piece."""
        if self.listed:
            return value in self.listed
        if self.whole and value.q != 1:
            return False
        if self.low is not None and (value < self.low or (self.low_open and value == self.low)):
            return False
        return not (
            self.high is not None and (value > self.high or (self.high_open and value == self.high))
        )

    @property
    def span(self) -> float:
        """How far coordinates are of use on both sides."""
        if self.listed:
            return float(len(self.listed))
        return _FARTHEST if not self.whole else 62.0

    def special(self) -> Iterator[fmpq]:
        """Yield the values where formulas tend to break: ends, near ends, 0, ½, 1, integers."""
        if self.listed:
            yield from self.listed
            return
        candidates = [fmpq(p, q) for p, q in _SPECIAL]
        for end in (self.low, self.high):
            if end is not None:
                candidates += [end, end + 1, end - 1, end + 2, end + 3, end + 5]
        if self.low is not None and self.high is not None and not self.whole:
            width = self.high - self.low
            candidates += [self.low + width * fmpq(k, 12) for k in (1, 3, 4, 6, 8, 9, 11)]
        seen = set()
        for value in candidates:
            key = (int(value.p), int(value.q))
            if key not in seen and self.contains(value):
                seen.add(key)
                yield value

    def draw(self, generator: random.Random) -> float:
        """Return a random coordinate: mostly of moderate values, sometimes far out."""
        if self.listed:
            return float(generator.randrange(len(self.listed)))
        width = generator.choice((1.0, 2.5, 2.5, 6.0, 15.0, 60.0))
        if generator.random() < 0.03:
            width = self.span
        width = min(width, self.span)
        if self.whole:
            return generator.uniform(-1, width)
        return generator.uniform(-width, width)

    def range(self) -> ranges.Range:
        """Return the piece as a range, ends included."""
        if self.listed:
            return ranges.Range(
                min(arb(v).lower() for v in self.listed), max(arb(v).upper() for v in self.listed)
            )
        outer = [
            program.value(end, {}, 64) if end.is_finite else arb("inf") * (1 if end > 0 else -1)
            for end in self.ends
        ]
        return ranges.Range(outer[0].lower(), outer[1].upper())


_SPECIAL = (
    (0, 1),
    (1, 1),
    (-1, 1),
    (1, 2),
    (-1, 2),
    (2, 1),
    (-2, 1),
    (3, 2),
    (1, 3),
    (2, 3),
    (3, 1),
    (4, 1),
    (1, 10),
    (9, 10),
    (5, 1),
    (5, 2),
    (10, 1),
    (100, 1),
    (1, 1000),
    (1000, 1),
    (7, 3),
)


def power_of_two(exponent: float) -> fmpq:
    """Return a fraction with a short mantissa near 2 to a float."""
    whole = math.floor(exponent)
    mantissa = round(2.0 ** (exponent - whole + _MANTISSA))
    shift = whole - _MANTISSA
    return fmpq(mantissa << shift) if shift >= 0 else fmpq(mantissa, 1 << -shift)


def logarithm(value: fmpq) -> float:
    """Return the logarithm to base 2 of a positive fraction, −∞ for what is not.

    >>> logarithm(fmpq(1, 8))
    -3.0
    """
    if value <= 0:
        return -_FARTHEST
    p, q = int(value.p), int(value.q)
    shift = p.bit_length() - q.bit_length()
    scaled = (p << -shift) / q if shift < 0 else p / (q << shift)
    return shift + math.log2(scaled)


def _rounded(value: fmpq) -> fmpq:
    p, q = int(value.p), int(value.q)
    return fmpq((2 * p + q) // (2 * q))


def axes(symbol: Symbol, domain: Set) -> tuple[Axis, ...]:
    """Return the pieces of a domain.

    Args:
        symbol: whose domain it is.
        domain: an interval, integers, a range, a finite set, or a union of them.

    Raises:
        LonglagError: another kind of set, an empty one, or ends that are no real numbers.

    >>> [axis.whole for axis in axes(Symbol("n"), S.Naturals)]
    [True]
    """
    if isinstance(domain, Union):
        return tuple(axis for piece in domain.args for axis in axes(symbol, piece))
    if domain is S.EmptySet or (isinstance(domain, Range) and domain.size == 0):
        raise LonglagError(
            f"domain of {symbol}",
            "it is empty, so that everything would hold on it",
            "correct its ends",
        )
    if isinstance(domain, FiniteSet):
        return (_listed(symbol, tuple(domain.args)),)
    if domain in (S.Integers, S.Naturals, S.Naturals0):
        start = {S.Naturals: 1, S.Naturals0: 0}.get(domain)
        low = None if start is None else fmpq(start)
        return (
            Axis(
                symbol, low, None, whole=True, ends=(-oo if start is None else Integer(start), oo)
            ),
        )
    if isinstance(domain, Range):
        return (_progression(symbol, domain),)
    if isinstance(domain, Interval):
        return (_interval(symbol, domain),)
    raise LonglagError(
        f"domain {domain_text(domain)} of {symbol}",
        "points are taken from intervals, ranges and finite sets",
        "give a SymPy Interval, Range, FiniteSet, or a Union of them",
    )


def _listed(symbol: Symbol, values: tuple[Expr, ...]) -> Axis:
    if not all(value.is_Rational for value in values):
        raise LonglagError(
            f"domain {set(values)} of {symbol}",
            "a finite set holds exact fractions",
            "write its numbers as Rational, or let the symbol run over an interval",
        )
    fractions = tuple(sorted(numbers.fraction(value) for value in values))
    return Axis(symbol, fractions[0], fractions[-1], listed=fractions)


def _progression(symbol: Symbol, domain: Range) -> Axis:
    if domain.size.is_finite and domain.size <= 100_000 and domain.step != 1:
        return _listed(symbol, tuple(domain))
    if domain.step != 1:
        raise LonglagError(
            f"domain {domain} of {symbol}",
            "an endless range counts by one",
            "let another symbol count, and write this one in it",
        )
    low = None if domain.start == -oo else numbers.fraction(domain.start)
    high = None if domain.stop == oo else numbers.fraction(domain.stop - 1)
    ends = (domain.start, oo if domain.stop == oo else domain.stop - 1)
    return Axis(symbol, low, high, whole=True, ends=ends)


def _interval(symbol: Symbol, domain: Interval) -> Axis:
    low, low_open = _end(symbol, domain.start, bool(domain.left_open), upwards=True)
    high, high_open = _end(symbol, domain.end, bool(domain.right_open), upwards=False)
    return Axis(symbol, low, high, low_open, high_open, ends=(domain.start, domain.end))


def _end(symbol: Symbol, end: Expr, is_open: bool, *, upwards: bool) -> tuple[fmpq | None, bool]:
    if end in (oo, -oo):
        return None, True
    if isinstance(end, Rational):
        return numbers.fraction(end), is_open
    if end.free_symbols or not end.is_real:
        raise LonglagError(
            f"end {end} of the domain of {symbol}",
            "it must be a real number",
            "substitute numbers for its symbols",
        )
    ball: Any = program.value(end, {}, _BITS_OF_END)
    with numbers.precision(_BITS_OF_END):
        inner = ball.upper() if upwards else ball.lower()
    mantissa, exponent = inner.man_exp()
    power = int(exponent)
    return (fmpq(mantissa) * (1 << power) if power >= 0 else fmpq(mantissa, 1 << -power)), False
