"""The supremum of |f| over the real line: enclosed by intervals, and exact where it can be proved.

The proof: everywhere but around one critical point or beyond one R, interval arithmetic keeps |f|
below the value v. Around the point f'' has a sign and f' is exactly 0, so |f| ≤ v there; beyond R
f' has a sign and |f| tends to v. Derived here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import (
    Abs,
    Expr,
    Float,
    Rational,
    S,
    Symbol,
    ceiling,
    expand,
    floor,
    nsimplify,
    oo,
    simplify,
)

from longlag.theory.balls.numbers import precision
from longlag.theory.balls.program import enclosed
from longlag.theory.balls.ranges import WHOLE, Range, point
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.statement import Level
from longlag.theory.suprema.beyond import tail
from longlag.theory.suprema.critical import exact_values, is_nested
from longlag.theory.suprema.enclosure import (
    PRECISION,
    Enclosure,
    HalfLine,
    Piece,
    enclose_supremum,
    half_lines,
)
from longlag.theory.typeset.scalar import number_tex, scalar_tex
from longlag.theory.typeset.shown import Shown

#: Decimal digits to which the ends of an enclosure are rounded outwards.
_DIGITS = 15
#: Pieces of the line that a proof of an exact value may take.
_MOST_PIECES = 400


@dataclass(frozen=True)
class Supremum(Shown):
    """sup|f| over the real line.

    Args:
        expression: exact where found, else ``upper``.
        lower: lower end of the enclosure.
        upper: upper end of the enclosure.
        at: where |f| attains it, ∞ or −∞ for a limit, None where it is only enclosed.
        level: proved for an exact value, certified for an enclosure.
        method: how it is known, in one line.
    """

    expression: Expr
    lower: Rational
    upper: Rational
    at: Expr | None
    level: Level
    method: str

    def _lines(self) -> list[str]:
        if self.level is Level.PROVED:
            return [rf"\sup |f| &= {scalar_tex(self.expression)}"]
        low, high = number_tex(self.lower), number_tex(self.upper)
        return [rf"\sup |f| &\in \left[{low}, {high}\right]"]


def supremum(function: Expr, variable: Symbol) -> Supremum:
    """Return the supremum of |f| over the real line.

    Args:
        function: f, smooth, of one real variable.
        variable: the variable.

    Raises:
        LonglagError: where f is unbounded, has a pole, is not real everywhere, or where its
            supremum cannot be decided.

    >>> from sympy import Symbol, tanh
    >>> a = Symbol("a", real=True)
    >>> supremum(tanh(a).diff(a, 2), a).expression
    4*sqrt(3)/9
    """
    function = _exact(function)
    if not function.has(variable):
        return _constant(function)
    with precision(PRECISION):
        halves = half_lines(function, variable)
        found = enclose_supremum(halves, str(function))
        lower, upper = _outwards(found.lower, up=False), _outwards(found.upper, up=True)
        proved = _prove(halves, found)
    if proved is None:
        method = f"interval branch and bound on {found.pieces} pieces of the line, tails included"
        return Supremum(upper, lower, upper, None, Level.CERTIFIED, method)
    proof, at = proved
    what = "its limit" if abs(at) == oo else "its value at an exact critical point"
    method = f"{what}; no larger elsewhere, by intervals on {proof.pieces} pieces of the line"
    return Supremum(proof.value, lower, upper, at, Level.PROVED, method)


def _exact(function: Expr) -> Expr:
    """With decimals as the fractions that they are written as."""
    return function.xreplace({x: nsimplify(x, rational=True) for x in function.atoms(Float)})


def _constant(function: Expr) -> Supremum:
    size = Abs(function)
    with precision(PRECISION):
        found = enclosed(size)
        lower, upper = _outwards(found.low, up=False), _outwards(found.high, up=True)
    return Supremum(size, lower, upper, S.Zero, Level.PROVED, "a constant")


def _outwards(number: Any, *, up: bool) -> Rational:
    """A number rounded to a few decimal digits, up or down."""
    if number.is_zero():
        return S.Zero
    mantissa, exponent = (int(part) for part in number.man_exp())
    exact = Rational(mantissa) * Rational(2) ** exponent
    size = int(abs(number).log_base(10).floor().upper().unique_fmpz())
    unit = Rational(10) ** (size - _DIGITS)
    return (ceiling if up else floor)(exact / unit) * unit


def _prove(halves: tuple[HalfLine, ...], found: Enclosure) -> tuple[_Proof, Expr] | None:
    """A proof of an exact value that lies in an enclosure, with where it is taken."""
    values = {half: exact_values(half) for half in halves}
    for half, known in values.items():
        for at, value in known.items():
            size = _enclosed(value)
            if size.largest >= found.lower and size.least <= found.upper and size.sign:
                proof = _Proof(value if size.sign > 0 else -value, values)
                if proof.succeeds():
                    return proof, half.direction * at
    return None


def _enclosed(number: Expr) -> Range:
    """A range for an exact number; the whole line where SymPy leaves more than real functions."""
    try:
        return enclosed(number)
    except LonglagError:
        return WHOLE


def _same(value: Expr, other: Expr) -> bool:
    """Whether two exact numbers are known to be equal."""
    gap = expand(value - other)
    return bool(gap == 0 or (not is_nested(gap) and simplify(gap) == 0))


class _Proof:
    """The proof that |f| ≤ v on half-lines, where v is a value that it takes or tends to.

    Args:
        value: v.
        known: for each half-line, exact values of f by where they are taken.
    """

    def __init__(self, value: Expr, known: Mapping[HalfLine, Mapping[Expr, Expr]]) -> None:
        self.value = value
        self.pieces = 0
        #: Where tails begin on which |f| rises to a limit of no more than v.
        self._starts: list[tuple[HalfLine, Any]] = []
        self._below = _enclosed(value).low
        self._points = {
            half: [_enclosed(at) for at, own in values.items() if at != oo and self._allows(own)]
            for half, values in known.items()
        }
        self._limits = {half: values.get(oo) for half, values in known.items()}

    def succeeds(self) -> bool:
        """Whether every piece of the line is settled within the allowance."""
        waiting = [(half, piece) for half in self._points for piece in half.pieces()]
        while waiting:
            self.pieces += 1
            half, piece = waiting.pop()
            if self._settled(half, piece):
                continue
            if self.pieces >= _MOST_PIECES or piece.too_small:
                return False
            waiting.extend((half, part) for part in piece.halves())
        return True

    def _allows(self, value: Expr) -> bool:
        """Whether |value| ≤ v for an exact value."""
        if _enclosed(value).largest < self._below:
            return True
        return any(_same(value, sign * self.value) for sign in (1, -1))

    def _settled(self, half: HalfLine, piece: Piece) -> bool:
        _, most = half.bounds(piece)
        if most < self._below:
            return True
        if not most.is_finite() and not piece.is_tail:
            return False
        if piece.is_tail:
            return self._settled_tail(half, piece)
        x = piece.range
        slope = half.enclose(half.slope, x)
        ends = [self._allowed_at(half, end) for end in (piece.low, piece.high)]
        if (slope.low >= 0 or slope.high <= 0) and all(ends):
            return True
        if not any(x.holds(critical) for critical in self._points[half]):
            return False
        # f' has one zero at most, and this is it.
        value, curvature = half.enclose(half.value, x), half.enclose(half.curvature, x)
        if not curvature.sign:
            return False
        return all(ends) or value.sign * curvature.sign < 0

    def _allowed_at(self, half: HalfLine, at: Any) -> bool:
        """Whether |f| ≤ v at the end of a piece."""
        if (half, at) in self._starts:
            return True
        if any(known.is_point and known.low == at for known in self._points[half]):
            return True
        return bool(half.enclose(half.value, point(at)).largest < self._below)

    def _settled_tail(self, half: HalfLine, piece: Piece) -> bool:
        """Whether f runs monotonically, and from the side of 0, to a limit of no more than v."""
        limit = self._limits[half]
        if limit is None or not self._allows(limit):
            return False
        try:
            slope = tail(half.slope, half.variable, piece.low).sign
        except UndecidedError:
            return False
        value, towards = half.enclose(half.value, point(piece.low)).sign, _enclosed(limit).sign
        if not (value * towards > 0 and slope * towards > 0):
            return False
        self._starts.append((half, piece.low))
        return True
