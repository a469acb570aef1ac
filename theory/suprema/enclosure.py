"""The largest |f| over the whole line, enclosed: interval branch and bound, tails included.

A piece of the line is settled by its enclosure, by the sign of f', by an interval Newton step
where f'' has a sign, or, beyond R, by ``longlag.theory.suprema.tail``. Derived here.
"""

from __future__ import annotations

import heapq
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from math import lcm
from typing import Any

from flint import arb
from sympy import Derivative, Dummy, Expr, Function, S, Subs, Symbol, cos, diff, factor, pi, sin

from longlag.theory.balls.numbers import precision
from longlag.theory.balls.program import enclosed, enclosing
from longlag.theory.balls.ranges import WHOLE, Range, point, reciprocal
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.suprema.beyond import far_value, grows, tail

#: Bits that are carried, and decimal digits.
PRECISION = 110
DIGITS = int(PRECISION * 0.3)
#: The relative width of an enclosure that is narrow enough.
_TOLERANCE = arb(2) ** -46
#: Pieces of the line that are looked at before the search is given up: at most and at least so
#: many, and as many as make this many operations.
_MOST_PIECES, _FEWEST_PIECES, _MOST_STEPS = 2000, 150, 60_000
#: Bits of an upper bound by which pieces are put in order.
_BITS_OF_ORDER = 20
#: A piece this narrow, or a tail that begins this far out, is not taken apart any further.
_NARROW, _FAR = arb(2) ** -60, arb(4) ** 40
#: Expressions larger than this are not factored: it would take longer than it saves.
_MOST_OPERATIONS = 400


@dataclass(frozen=True)
class Piece:
    """The interval [low, high] of a half-line, or its tail [low, ∞), between exact balls."""

    low: Any
    high: Any

    @property
    def is_tail(self) -> bool:
        """Whether it reaches to infinity."""
        return not self.high.is_finite()

    @property
    def too_small(self) -> bool:
        """Whether taking it apart leads nowhere."""
        if self.is_tail:
            return bool(self.low > _FAR)
        return bool(self.high - self.low < _NARROW * self.high.max(arb(1)))

    def halves(self) -> tuple[Piece, Piece]:
        """Return its two halves; a tail gives up the part up to four times its start."""
        if self.is_tail:
            middle = 4 * self.low
        elif self.high > 2 * self.low > 0:
            middle = (self.low * self.high).sqrt().mid()
        else:
            middle = self.range.middle
        return Piece(self.low, middle), Piece(middle, self.high)

    @property
    def range(self) -> Range:
        """All numbers of it."""
        return Range(self.low, self.high)


@dataclass(frozen=True)
class HalfLine:
    """A function on a ≥ 0 with its first two derivatives.

    Args:
        value: f, over ``variable``.
        variable: a.
        direction: 1, or −1 where it is f(−a) of the function that was asked for.
        period: where f repeats itself, its period.
        written: f as it was asked for: a simplification may hide that 1/a is not defined at 0.
    """

    value: Expr
    variable: Symbol
    direction: int = 1
    period: Expr | None = None
    written: Expr = S.Zero

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
            # A round number that is no less: halves of the period itself would be critical points.
            length = enclosed(self.period).high
            with precision(4):
                return (Piece(arb(0), length.upper()),)
        return (Piece(arb(0), arb(1)), Piece(arb(1), arb.pos_inf()))

    def enclose_value(self, at: Range) -> Range:
        """Return a bounded range for f; the whole line where that is not certain."""
        if self.written != self.value and not self.enclose(self.written, at).is_bounded:
            return WHOLE
        return self.enclose(self.value, at)

    def enclose(self, expression: Expr, at: Range) -> Range:
        """Return a bounded range for f or a derivative over a range; the whole line without one."""
        (found,) = enclosing(expression).over({self.variable: at}, defined=True)
        # A derivative that is infinite somewhere may have a sign, and tells nothing.
        return found if found.is_bounded else WHOLE

    def bounds(self, piece: Piece) -> tuple[Any, Any]:
        """Return the largest |f| somewhere in a piece, from below and from above."""
        if piece.is_tail:
            return self._tail_bounds(piece)
        ends = [self._magnitude(end) for end in (piece.low, piece.high)]
        (first, above), (last, beyond) = ends
        least, most = first.max(last), above.max(beyond)
        x = piece.range
        found = self.enclose_value(x).largest
        if not found.is_finite():
            return least, found
        slope = self.enclose(self.slope, x)
        if slope.sign:
            return least, most
        if not slope.is_bounded:
            return least.max(self._magnitude(x.middle)[0]), found
        curvature = self.enclose(self.curvature, x)
        if curvature.sign:
            critical = self._critical(x, curvature)
            if critical is None:
                return least, most
            least = least.max(self._magnitude(critical.middle)[0])
            found = found.min(most.max(self._centred(critical).largest))
        else:
            found = found.min(self._centred(x).largest)
        inside = self._magnitude(piece.halves()[0].high)
        return least.max(inside[0]), found

    def _tail_bounds(self, piece: Piece) -> tuple[Any, Any]:
        least, _ = self._magnitude(piece.low)
        try:
            if self.written != self.value:
                tail(self.written, self.variable, piece.low)
            most = tail(self.value, self.variable, piece.low).range(piece.low).largest
        except UndecidedError:
            return least, arb.pos_inf()
        return least, most

    def _magnitude(self, at: Any) -> tuple[Any, Any]:
        """|f| at a point, from below and from above."""
        found = self.enclose_value(point(at))
        return found.least, found.largest

    def _centred(self, x: Range) -> Range:
        """f(m) + f'(X)(X − m)."""
        middle = point(x.middle)
        value = self.enclose(self.value, middle)
        return value + self.enclose(self.slope, x) * (x - middle)

    def _critical(self, x: Range, curvature: Range) -> Range | None:
        """The part of X in which f' may be 0, where f'' has a sign; None where there is none."""
        for _ in range(12):
            middle = point(x.middle)
            step = middle - self.enclose(self.slope, middle) * reciprocal(curvature)
            low, high = x.low.max(step.low), x.high.min(step.high)
            if low > high:
                return None
            narrower = Range(low, high)
            if narrower.width > x.width / 2:
                return narrower
            x = narrower
            curvature = self.enclose(self.curvature, x)
        return x

    def limit(self) -> Expr:
        """The exact limit of f at infinity; raises UndecidedError where it is not known."""
        return far_value(self.value, self.variable, _FAR)


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
    right = HalfLine(value, variable, period=period, written=function)
    mirror = {variable: -variable}
    mirrored = tidy(value.xreplace(mirror))
    if period is not None or mirrored in (value, tidy(-value)):
        return (right,)
    written = function.xreplace(mirror)
    return right, replace(right, value=mirrored, direction=-1, written=written)


def enclose_supremum(halves: tuple[HalfLine, ...], shown: str) -> Enclosure:
    """Return an enclosure of the largest |f| over half-lines.

    Args:
        halves: what ``half_lines`` returned.
        shown: the function, for an error message.

    Raises:
        LonglagError: where |f| is unbounded, has a pole, or cannot be decided.
    """
    number = count()
    lower = settled = arb(0)
    queue: list[tuple[Any, ...]] = []
    waiting = [(half, piece) for half in halves for piece in half.pieces()]
    for looked_at in range(_allowance(halves)):
        for half, piece in waiting:
            least, most = half.bounds(piece)
            lower = lower.max(least)
            # Of nearly equal ones finite pieces come before tails, since a pole is a better reason
            # than a tail that cannot be told, and the newest first: a maximum is approached.
            key = (-_rounded(most), piece.is_tail, -next(number))
            heapq.heappush(queue, (*key, most, half, piece))
        while queue and queue[0][3] <= lower * (1 + _TOLERANCE):
            settled = settled.max(heapq.heappop(queue)[3])
        if not queue:
            return Enclosure(lower, settled.max(lower), looked_at + len(halves) + 1)
        *_, most, half, piece = heapq.heappop(queue)
        if not most.is_finite() and (piece.is_tail or piece.too_small):
            _refuse_infinite(half, piece, shown)
        if piece.too_small:
            break
        waiting = [(half, part) for part in piece.halves()]
    raise LonglagError(
        shown,
        f"its largest value was not enclosed in {looked_at + 1} pieces of the line",
        "write it simpler, nearer to scale 1, or in functions that do not oscillate",
    )


def _rounded(bound: Any) -> float:
    """An upper bound to a few bits; gigantic ones are alike, and so are tiny ones."""
    with precision(_BITS_OF_ORDER):
        return float((bound * 1).mid())


def _allowance(halves: tuple[HalfLine, ...]) -> int:
    """The number of pieces that may be looked at in some seconds."""
    half = halves[0]
    parts = (half.value, half.slope, half.curvature)
    operations = sum(enclosing(part).cost for part in parts)
    return min(_MOST_PIECES, max(_FEWEST_PIECES, _MOST_STEPS // max(1, operations)))


def _refuse_infinite(half: HalfLine, piece: Piece, shown: str) -> None:
    """Raise where a piece without a bound is a tail that grows, or a point."""
    if not piece.is_tail:
        where = half.direction * float(piece.low)
        near = f"near {half.variable} = {where:.8g}, as far as {DIGITS} digits tell"
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
    functions = {part: Dummy() for part in expression.atoms(Function, Subs, Derivative)}
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
