"""Certify a sign by a cover: boxes over each of which the enclosure has that sign.

A box is taken as it is, or moved to the face towards which the expression falls, or expanded about
its middle, or about a face of the domain on which the expression vanishes; else it is cut.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import sympy
from flint import arb
from sympy import Expr, Symbol

from longlag.theory.balls.numbers import precision
from longlag.theory.balls.program import Program
from longlag.theory.balls.ranges import Range

#: Relative width below which a box is not cut again.
_THINNEST = arb(2) ** -40
#: Derivatives at a face that are looked at.
_ORDERS = 4
_BITS = 64


@dataclass(frozen=True)
class Cover:
    """Boxes that cover a domain, on each of which a sign was enclosed.

    Args:
        expression: what is nowhere negative.
        domain: the range of every symbol.
        boxes: sides by symbol, and the way in which the sign was seen.
        margin: the smallest lower end that was met on a box taken as it is.
    """

    expression: Expr
    domain: Mapping[Symbol, Range]
    boxes: tuple[tuple[Mapping[Symbol, Range], str], ...]
    margin: float

    @property
    def size(self) -> int:
        """How many boxes there are."""
        return len(self.boxes)


@dataclass
class Covering:
    """The making of a cover.

    Args:
        expression: what is to be nowhere negative.
        box: by symbol its range.
        most: boxes.
        on_face: from a symbol, which end (−1 the lower, 1 the upper) and the order of a derivative,
            whether that derivative, towards the inside, is nowhere negative on that face.
        is_spent: whether no time is left.
        closer: from an expression and an unbounded box, whether another argument shows the sign.
    """

    expression: Expr
    box: Mapping[Symbol, Range]
    most: int
    on_face: Callable[[Symbol, int, int], bool]
    is_spent: Callable[[], bool]
    closer: Callable[[Mapping[Symbol, Range]], bool]
    done: list[tuple[Mapping[Symbol, Range], str]] = field(default_factory=list)
    failing: Mapping[Symbol, Any] | None = None
    stuck: Mapping[Symbol, Range] | None = None
    margin: float = float("inf")

    def __post_init__(self) -> None:
        self.symbols = tuple(sorted(self.box, key=str))
        slopes = [sympy.diff(self.expression, s) for s in self.symbols]
        self.program = Program([self.expression, *slopes])
        self._nested = Program(_nested(self.expression, self.symbols))
        self._higher: dict[tuple[Symbol, int], Program | None] = {}

    def run(self) -> Cover | None:
        """Return the cover, or None; then ``failing`` or ``stuck`` tell why."""
        if not self.program.encloses:
            return None
        order = count()
        queue: list[tuple[float, int, dict[Symbol, Range]]] = [(0.0, next(order), dict(self.box))]
        with precision(_BITS):
            while queue:
                if len(self.done) + len(queue) > self.most or self.is_spent():
                    self.stuck = queue[0][2]
                    return None
                _, _, box = heapq.heappop(queue)
                way, low = self._settled(box)
                if self.failing is not None:
                    return None
                if way:
                    self.done.append((box, way))
                    continue
                parts = self._cut(box)
                if parts is None:
                    self.stuck = box
                    return None
                for part in parts:
                    heapq.heappush(queue, (low, next(order), part))
        return Cover(self.expression, self.box, tuple(self.done), self.margin)

    def _settled(self, box: dict[Symbol, Range]) -> tuple[str, float]:
        value, *slopes = self.program.over(box)
        if value.low >= 0:
            self.margin = min(self.margin, float(value.low))
            return "as it is", 0.0
        if value.high < 0:
            self.failing = {s: _middle(side) for s, side in box.items()}
            return "", 0.0
        if any(form.low >= 0 for form in self._nested.over(box)):
            return "nested by one symbol", 0.0
        falling = dict(box)
        for s, slope in zip(self.symbols, slopes, strict=True):
            end = -1 if slope.low >= 0 else 1 if slope.high <= 0 else 0
            if end:
                at = box[s].low if end < 0 else box[s].high
                if self._is_face(s, box[s], end) and self.on_face(s, end, 0):
                    return "its least face", 0.0
                if at.is_finite():
                    falling[s] = Range(at, at)
        if falling != box:
            least = self.program.over(falling)[0]
            if least.low >= 0:
                return "its least corner", 0.0
            if least.high < 0:
                self.failing = {s: _middle(side) for s, side in falling.items()}
                return "", 0.0
        if self._by_middle(falling, slopes):
            return "expansion about its middle", 0.0
        if self._by_face(box):
            return "expansion about a face", 0.0
        if not all(side.is_bounded for side in box.values()) and self.closer(box):
            return "signs of derivatives", 0.0
        self._try_middle(box)
        return "", float(value.low) if value.low.is_finite() else -1e300

    def _try_middle(self, box: Mapping[Symbol, Range]) -> None:
        """Look whether the middle of a box is a point where the sign is wrong."""
        middle = {s: _middle(side) for s, side in box.items()}
        if self.program.over({s: Range(m, m) for s, m in middle.items()})[0].high < 0:
            self.failing = middle

    def _is_face(self, symbol: Symbol, side: Range, end: int) -> bool:
        whole = self.box[symbol]
        return bool(side.low == whole.low if end < 0 else side.high == whole.high)

    def _by_middle(self, box: Mapping[Symbol, Range], slopes: list[Range]) -> bool:
        if not all(side.is_bounded for side in box.values()):
            return False
        middles = {s: _middle(side) for s, side in box.items()}
        total = self.program.over({s: Range(m, m) for s, m in middles.items()})[0]
        for s, slope in zip(self.symbols, slopes, strict=True):
            side = box[s]
            if not side.is_point:
                total = total + slope * (side + Range(-middles[s], -middles[s]))
        return bool(total.low >= 0)

    def _by_face(self, box: Mapping[Symbol, Range]) -> bool:
        for s in self.symbols:
            for end in (-1, 1):
                if not self._is_face(s, box[s], end) or not box[s].is_bounded:
                    continue
                for order in range(1, _ORDERS + 1):
                    if not self.on_face(s, end, order - 1):
                        break
                    program = self._derivative(s, order)
                    if program is None:
                        break
                    found = program.over(dict(box))[0]
                    towards = found if end < 0 or order % 2 == 0 else -found
                    if towards.low >= 0:
                        return True
        return False

    def _derivative(self, symbol: Symbol, order: int) -> Program | None:
        key = (symbol, order)
        if key not in self._higher:
            derivative = sympy.diff(self.expression, symbol, order)
            size = sum(1 for _ in sympy.preorder_traversal(derivative))
            program = Program([derivative]) if size < 2000 else None
            self._higher[key] = program if program is not None and program.encloses else None
        return self._higher[key]

    def _cut(self, box: dict[Symbol, Range]) -> list[dict[Symbol, Range]] | None:
        """The two halves across the side that is widest, in the logarithm where it is long."""
        widest, size = None, 0.0
        for s in self.symbols:
            width = _width(box[s])
            if width > size:
                widest, size = s, width
        if widest is None or size < float(_THINNEST):
            return None
        side = box[widest]
        at = _cut_at(side)
        return [{**box, widest: Range(side.low, at)}, {**box, widest: Range(at, side.high)}]


def _nested(expression: Expr, symbols: tuple[Symbol, ...]) -> list[Expr]:
    """Other forms of a polynomial, nested by one symbol first, in which less is lost far out."""
    if len(symbols) < 2 or not expression.is_polynomial(*symbols):
        return []
    orders = [(s, *(t for t in symbols if t is not s)) for s in symbols]
    return [sympy.horner(expression, wrt=list(order)) for order in orders]


def _middle(side: Range) -> Any:
    if side.is_point:
        return side.low
    return _cut_at(side)


def _width(side: Range) -> float:
    """How wide a side is: its width where it is near 1, the logarithm's where it is long."""
    if side.is_point:
        return 0.0
    if not side.is_bounded:
        return 1e6
    low, high = side.low, side.high
    if low > 0 or high < 0:
        ratio = abs(high) / abs(low) if low > 0 else abs(low) / abs(high)
        return (
            min(float((high - low).upper()), float(ratio.log().upper()))
            if ratio > 4
            else float((high - low) / (1 + abs(low).min(abs(high))))
        )
    return float((high - low).upper().min(arb(1000)))


def _cut_at(side: Range) -> Any:
    low, high = side.low, side.high
    if not low.is_finite() and not high.is_finite():
        return arb(0)
    if not high.is_finite():
        return arb(1) if low < arb("0.5") and low >= 0 else (low * 4 if low > 0 else abs(low) + 1)
    if not low.is_finite():
        return (
            -arb(1) if high > -arb("0.5") and high <= 0 else (high * 4 if high < 0 else -high - 1)
        )
    if low > 0 and high / low > 4:
        return (low * high).sqrt().mid()
    if high < 0 and low / high > 4:
        return -(low * high).sqrt().mid()
    if low < 0 < high and abs(low) > high / 64 and high > abs(low) / 64:
        return arb(0)
    if low.is_zero() and high > arb("1e-30"):
        return (high / 4).mid()
    if high.is_zero() and low < -arb("1e-30"):
        return (low / 4).mid()
    return ((low + high) / 2).mid()
