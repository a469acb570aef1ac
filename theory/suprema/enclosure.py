"""The largest |f| over the whole line, enclosed: interval branch and bound, tails included.

A piece of the line is settled by its enclosure, by the sign of f', by an interval Newton step
where f'' has a sign, or, beyond R, by ``longlag.theory.suprema.tail``. Derived here.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import count
from math import lcm
from typing import Any

import mpmath
from sympy import (
    Dummy,
    Expr,
    Function,
    Pow,
    Symbol,
    cos,
    cse,
    diff,
    factor,
    log,
    numbered_symbols,
    pi,
    preorder_traversal,
    sin,
    tan,
)

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import TooLargeError, evaluate
from longlag.theory.scalar.leading import UndecidedError
from longlag.theory.suprema.tail import far_value, grows, tail

iv = mpmath.iv

#: Bits that are carried, and decimal digits.
PRECISION = 110
DIGITS = int(PRECISION * 0.3)
#: The relative width of an enclosure that is narrow enough.
_TOLERANCE = mpmath.mpf(2) ** -46
#: Pieces of the line that are looked at before the search is given up: at most and at least so
#: many, and as many as make this many operations.
_MOST_PIECES, _FEWEST_PIECES, _MOST_STEPS = 2000, 150, 60_000
#: Bits of an upper bound by which pieces are put in order.
_BITS_OF_ORDER = 20
#: A piece this narrow, or a tail that begins this far out, is not taken apart any further.
_NARROW, _FAR = mpmath.mpf(2) ** -60, mpmath.mpf(4) ** 40
#: Expressions larger than this are not factored: it would take longer than it saves.
_MOST_OPERATIONS = 400


@dataclass(frozen=True)
class Piece:
    """The interval [low, high] of a half-line, or its tail [low, ∞)."""

    low: Any
    high: Any

    @property
    def is_tail(self) -> bool:
        """Whether it reaches to infinity."""
        return bool(mpmath.isinf(self.high))

    @property
    def too_small(self) -> bool:
        """Whether taking it apart leads nowhere."""
        if self.is_tail:
            return bool(self.low > _FAR)
        return bool(self.high - self.low < _NARROW * max(1, self.high))

    def halves(self) -> tuple[Piece, Piece]:
        """Return its two halves; a tail gives up the part up to four times its start."""
        if self.is_tail:
            middle = 4 * self.low
        elif self.high > 2 * self.low > 0:
            middle = mpmath.sqrt(self.low * self.high)
        else:
            middle = (self.low + self.high) / 2
        return Piece(self.low, middle), Piece(middle, self.high)

    @property
    def interval(self) -> Any:
        """The interval, in mpmath's interval arithmetic."""
        return iv.mpf([self.low, self.high])


@dataclass(frozen=True)
class HalfLine:
    """A function on a ≥ 0 with its first two derivatives.

    Args:
        value: f, over ``variable``.
        variable: a.
        direction: 1, or −1 where it is f(−a) of the function that was asked for.
        period: where f repeats itself, its period.
        divisors: what must not be 0 for f to be smooth: bases of roots and of negative powers,
            arguments of logarithms.
    """

    value: Expr
    variable: Symbol
    direction: int = 1
    period: Expr | None = None
    divisors: tuple[Expr, ...] = ()

    @cached_property
    def slope(self) -> Expr:
        """f', factored."""
        return tidy(diff(self.value, self.variable))

    @cached_property
    def curvature(self) -> Expr:
        """f'', factored."""
        return tidy(diff(self.slope, self.variable))

    def pieces(self) -> tuple[Piece, ...]:
        """Return the pieces to begin with."""
        if self.period is not None:
            length = mpmath.make_mpf(evaluate(self.period, {}, iv)._mpi_[1])
            # A round number that is no less: halves of the period itself would be critical points.
            return (Piece(mpmath.mpf(0), mpmath.mpf(length, prec=4, rounding="u")),)
        return (Piece(mpmath.mpf(0), mpmath.mpf(1)), Piece(mpmath.mpf(1), mpmath.inf))

    def enclose_value(self, at: Any) -> Any:
        """Return a bounded interval for f where it is smooth; None where that is not certain."""
        for divisor in self.divisors:
            found = self.enclose(divisor, at)
            if found is None or not (found > 0 or found < 0):
                return None
        return self.enclose(self.value, at)

    def enclose(self, expression: Expr, at: Any) -> Any:
        """Return a bounded interval for f or a derivative over an interval; None without one."""
        try:
            values = {self.variable: at}
            for symbol, step in _steps(expression):
                values[symbol] = found = evaluate(step, values, iv)
        except (ValueError, ZeroDivisionError, OverflowError, TooLargeError) as error:
            if isinstance(error, LonglagError):
                raise
            return None
        real = isinstance(found, mpmath.ctx_iv.ivmpf)
        # A derivative that is infinite somewhere may have a sign, and tells nothing.
        return found if real and mpmath.isfinite(_largest(found)) else None

    def bounds(self, piece: Piece) -> tuple[Any, Any]:
        """Return the largest |f| somewhere in a piece, from below and from above."""
        if piece.is_tail:
            return self._tail_bounds(piece)
        ends = [self._magnitude(iv.mpf(end)) for end in (piece.low, piece.high)]
        least, most = max(end[0] for end in ends), max(end[1] for end in ends)
        x = piece.interval
        value, slope = self.enclose_value(x), self.enclose(self.slope, x)
        found = _largest(value)
        if mpmath.isinf(found):
            return least, found
        if slope is not None and (slope > 0 or slope < 0):
            return least, most
        curvature = self.enclose(self.curvature, x)
        if slope is not None and curvature is not None and (curvature > 0 or curvature < 0):
            critical = self._critical(x, curvature)
            if critical is None:
                return least, most
            least = max(least, self._magnitude(critical.mid)[0])
            found = min(found, max(most, _largest(self._centred(critical))))
        elif slope is not None:
            found = min(found, _largest(self._centred(x)))
        inside = self._magnitude(iv.mpf(piece.halves()[0].high))
        return max(least, inside[0]), found

    def _tail_bounds(self, piece: Piece) -> tuple[Any, Any]:
        least, _ = self._magnitude(iv.mpf(piece.low))
        try:
            return least, _largest(tail(self.value, self.variable, piece.low).range(piece.low))
        except UndecidedError:
            return least, mpmath.inf

    def _magnitude(self, x: Any) -> tuple[Any, Any]:
        """|f| at a point, from below and from above."""
        found = self.enclose_value(x)
        if found is None:
            return mpmath.mpf(0), mpmath.inf
        return mpmath.make_mpf(abs(found)._mpi_[0]), _largest(found)

    def _centred(self, x: Any) -> Any:
        """f(m) + f'(X)(X − m)."""
        value, slope = self.enclose(self.value, x.mid), self.enclose(self.slope, x)
        return None if value is None or slope is None else value + slope * (x - x.mid)

    def _critical(self, x: Any, curvature: Any) -> Any:
        """The part of X in which f' may be 0, where f'' has a sign; None where there is none."""
        for _ in range(12):
            slope = self.enclose(self.slope, x.mid)
            if slope is None:
                return x
            step = x.mid - slope / curvature
            low, high = max(x.a, step.a), min(x.b, step.b)
            if low > high:
                return None
            narrower = iv.mpf([low, high])
            if narrower.delta > x.delta / 2:
                return narrower
            x = narrower
            curvature = self.enclose(self.curvature, x)
        return x

    def limit(self) -> Expr:
        """The exact limit of f at infinity; raises UndecidedError where it is not known."""
        return far_value(self.value, self.variable, _FAR)


@lru_cache(maxsize=1024)
def _steps(expression: Expr) -> tuple[tuple[Symbol, Expr], ...]:
    """An expression in steps, each of its common parts once; the last is the whole."""
    steps, (whole,) = cse(expression, symbols=numbered_symbols(cls=Dummy))
    return (*steps, (Dummy(), whole))


def _largest(interval: Any) -> Any:
    """The largest |x| of an interval; ∞ where there is none."""
    return mpmath.inf if interval is None else mpmath.make_mpf(abs(interval)._mpi_[1])


@dataclass(frozen=True)
class Enclosure:
    """lower ≤ sup|f| ≤ upper, and how many pieces of the line it took."""

    lower: Any
    upper: Any
    pieces: int


def half_lines(function: Expr, variable: Symbol) -> tuple[HalfLine, ...]:
    """Return the half-lines that |f| must be looked at on: one where it is even or periodic."""
    value = tidy(function)
    period = period_of(value, variable)
    divisors = tuple(sorted(set(_divisors(function, variable)), key=str))
    right = HalfLine(value, variable, period=period, divisors=divisors)
    mirror = {variable: -variable}
    mirrored = tidy(value.xreplace(mirror))
    if period is not None or mirrored in (value, tidy(-value)):
        return (right,)
    turned = tuple(divisor.xreplace(mirror) for divisor in divisors)
    return right, replace(right, value=mirrored, direction=-1, divisors=turned)


def _divisors(function: Expr, variable: Symbol) -> Iterator[Expr]:
    """As the function was written: a simplification may hide that 1/a is not defined at 0."""
    for part in preorder_traversal(function):
        if isinstance(part, Pow) and not (part.exp.is_Integer and part.exp > 0):
            if part.base.has(variable):
                yield part.base
        elif isinstance(part, log):
            yield part.args[0]
        elif isinstance(part, tan):
            yield cos(part.args[0])


def enclose_supremum(halves: tuple[HalfLine, ...], shown: str) -> Enclosure:
    """Return an enclosure of the largest |f| over half-lines.

    Args:
        halves: what ``half_lines`` returned.
        shown: the function, for an error message.

    Raises:
        LonglagError: where |f| is unbounded, has a pole, or cannot be decided.
    """
    number = count()
    lower = settled = mpmath.mpf(0)
    queue: list[tuple[Any, ...]] = []
    waiting = [(half, piece) for half in halves for piece in half.pieces()]
    for looked_at in range(_allowance(halves)):
        for half, piece in waiting:
            least, most = half.bounds(piece)
            lower = max(lower, least)
            # Of nearly equal ones finite pieces come before tails, since a pole is a better reason
            # than a tail that cannot be told, and the newest first: a maximum is approached.
            key = (-mpmath.mpf(most, prec=_BITS_OF_ORDER), piece.is_tail, -next(number))
            heapq.heappush(queue, (*key, most, half, piece))
        while queue and queue[0][3] <= lower * (1 + _TOLERANCE):
            settled = max(settled, heapq.heappop(queue)[3])
        if not queue:
            return Enclosure(lower, max(settled, lower), looked_at + len(halves) + 1)
        *_, most, half, piece = heapq.heappop(queue)
        if mpmath.isinf(most) and (piece.is_tail or piece.too_small):
            _refuse_infinite(half, piece, shown)
        if piece.too_small:
            break
        waiting = [(half, part) for part in piece.halves()]
    raise LonglagError(
        shown,
        f"its largest value was not enclosed in {looked_at + 1} pieces of the line",
        "write it simpler, nearer to scale 1, or in functions that do not oscillate",
    )


def _allowance(halves: tuple[HalfLine, ...]) -> int:
    """The number of pieces that may be looked at in some seconds."""
    half = halves[0]
    parts = (half.value, half.slope, half.curvature)
    operations = sum(step.count_ops() for part in parts for _, step in _steps(part))
    return min(_MOST_PIECES, max(_FEWEST_PIECES, _MOST_STEPS // max(1, int(operations))))


def _refuse_infinite(half: HalfLine, piece: Piece, shown: str) -> None:
    """Raise where a piece without a bound is a tail that grows, or a point."""
    if not piece.is_tail:
        where = mpmath.nstr(half.direction * piece.low, 8) if piece.low else "0"
        near = f"near {half.variable} = {where}, as far as {DIGITS} digits tell"
        raise LonglagError(
            shown,
            f"it has a pole or is not real {near}",
            "choose a function that is finite and smooth on the whole line",
        )
    end = f"{half.variable} -> {'' if half.direction > 0 else '-'}oo"
    remedy = "choose a bounded function, such as tanh, sigmoid or erf"
    with suppress(UndecidedError):
        if grows(half.value, half.variable, piece.low):
            raise LonglagError(shown, f"it is unbounded as {end}", remedy)
    if piece.too_small:
        raise LonglagError(shown, f"no bound on it is found as {end}", remedy)


def tidy(expression: Expr) -> Expr:
    """Return the expression factored where that is shorter, its functions taken as they stand.

    >>> from sympy import tanh
    >>> from sympy.abc import a
    >>> tidy(tanh(a).diff(a, 2))
    2*(tanh(a)**2 - 1)*tanh(a)
    """
    functions = {part: Dummy() for part in expression.atoms(Function)}
    if expression.count_ops() > _MOST_OPERATIONS:
        return expression
    # The outermost functions only: what they hold is not touched.
    found = factor(expression.xreplace(functions))
    found = found.xreplace({dummy: part for part, dummy in functions.items()})
    return min(found, expression, key=lambda form: form.count_ops())


def period_of(function: Expr, variable: Symbol) -> Expr | None:
    """Return a period of a function that depends on its variable through sin and cos alone.

    >>> from sympy.abc import a
    >>> period_of(sin(2 * a) + cos(3 * a + 1), a), period_of(a * sin(a), a)
    (2*pi, None)
    """
    waves = function.atoms(sin, cos)
    waves = {wave for wave in waves if wave.has(variable)}
    rest = function.xreplace({wave: Dummy() for wave in waves})
    if not waves or rest.has(variable):
        return None
    frequencies = [diff(wave.args[0], variable) for wave in waves]
    shares = [frequency / frequencies[0] for frequency in frequencies]
    if frequencies[0].has(variable) or not all(share.is_Rational for share in shares):
        return None
    return 2 * pi * lcm(*[int(share.q) for share in shares]) / abs(frequencies[0])
