"""Check a certificate again, without SymPy and without the program that made it.

Of every box the expression is enclosed once more, with its slopes (those that the certificate
states are used where they agree with the rule of products at the middle of the box), and the boxes
are put together again to the domain. What rests on an argument about faces or derivatives
cannot be seen from boxes; such boxes are counted apart.

Run it on a file: ``python -m longlag.theory.verify.reread certificate.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from flint import arb, ctx, fmpq

INFINITY = arb("inf")
Side = tuple[Any, Any]


def side(low: Any, high: Any) -> Side:
    """The numbers between two balls; what has no value is the whole line."""
    return (-INFINITY if low.is_nan() else low.lower(), INFINITY if high.is_nan() else high.upper())


def times(a: Side, b: Side) -> Side:
    """The products of two sides; 0 · ∞ is 0, since ∞ stands for the numbers below it."""
    ends = [arb(0) if x.is_zero() or y.is_zero() else x * y for x in a for y in b]
    low, high = ends[0].lower(), ends[0].upper()
    for end in ends[1:]:
        low, high = low.min(end.lower()), high.max(end.upper())
    return side(low, high)


def plus(a: Side, b: Side) -> Side:
    """The sums of two sides."""
    return side(a[0] + b[0], a[1] + b[1])


def rising(function: Callable[[Any], Any], at_end: Any = INFINITY) -> Callable[[Side], Side]:
    """A rising function, end by end."""
    return lambda a: side(
        function(a[0]) if a[0].is_finite() else -INFINITY,
        function(a[1]) if a[1].is_finite() else at_end,
    )


def exponential(a: Side) -> Side:
    """e to a side."""
    low, high = rising(arb.exp)(a)
    return side(low.max(arb(0)) if low.is_finite() else arb(0), high)


def logarithm(a: Side) -> Side:
    """The logarithm of a side that is not negative."""
    if a[0] < 0:
        return -INFINITY, INFINITY
    return side(-INFINITY if a[0].is_zero() else a[0].log(), rising(arb.log)(a)[1])


def whole_power(a: Side, n: int) -> Side:
    """A side to an integer."""
    if n < 0:
        b = whole_power(a, -n)
        if b[0] <= 0 <= b[1] and not (b[0].is_zero() or b[1].is_zero()):
            return -INFINITY, INFINITY
        high = INFINITY if b[0].is_zero() else 1 / b[0]
        if b[1] <= 0:
            return times((arb(-1), arb(-1)), whole_power((-a[1], -a[0]), n))
        return side(1 / b[1] if b[1].is_finite() else arb(0), high)
    if n % 2 == 0 and a[0] < 0 < a[1]:
        return side(arb(0), (-a[0]).max(a[1]) ** n)
    if n % 2 == 0 and a[1] <= 0:
        a = (-a[1], -a[0])
    return side(a[0] ** n if a[0].is_finite() else a[0], a[1] ** n if a[1].is_finite() else a[1])


ONE = (arb(1), arb(1))
ZERO = (arb(0), arb(0))


def negative(a: Side) -> Side:
    """Minus a side."""
    return -a[1], -a[0]


#: A function and its derivative, from the argument.
FUNCTIONS: dict[str, tuple[Callable[[Side], Side], Callable[[Side], Side]]] = {
    "exp": (exponential, exponential),
    "log": (logarithm, lambda a: whole_power(a, -1)),
    "erf": (
        lambda a: side(a[0].erf(), a[1].erf()),
        lambda a: times(side(*[2 / arb.pi().sqrt()] * 2), exponential(negative(whole_power(a, 2)))),
    ),
    "erfc": (
        lambda a: side(a[1].erfc(), a[0].erfc()),
        lambda a: times(
            side(*[-2 / arb.pi().sqrt()] * 2), exponential(negative(whole_power(a, 2)))
        ),
    ),
    "atan": (
        lambda a: side(a[0].atan(), a[1].atan()),
        lambda a: whole_power(plus(ONE, whole_power(a, 2)), -1),
    ),
    "sin": (lambda a: wave(a, arb.sin), lambda a: wave(a, arb.cos)),
    "cos": (lambda a: wave(a, arb.cos), lambda a: negative(wave(a, arb.sin))),
}


def wave(a: Side, function: Callable[[Any], Any]) -> Side:
    """A sine or cosine over a side."""
    if not (a[0].is_finite() and a[1].is_finite()) or a[1] - a[0] > 7:
        return arb(-1), arb(1)
    value = function(a[0].union(a[1]))
    return value.lower().max(arb(-1)), value.upper().min(arb(1))


class UnknownError(Exception):
    """A function that this reader does not know."""


@dataclass(frozen=True)
class Dual:
    """A value over a box, and its slopes."""

    value: Side
    slopes: tuple[Side, ...]


def enclosed(tree: Any, names: Sequence[str], box: Sequence[Side]) -> Dual:
    """The value and the slopes of an expression over a box."""
    flat = (ZERO,) * len(names)
    if isinstance(tree, str):
        if tree in names:
            at = names.index(tree)
            return Dual(box[at], tuple(ONE if i == at else ZERO for i in range(len(names))))
        number = Fraction(tree)
        exact = arb(fmpq(number.numerator, number.denominator))
        return Dual(side(exact, exact), flat)
    head, *rest = tree
    if head == "pi":
        return Dual(side(arb.pi(), arb.pi()), flat)
    parts = [enclosed(part, names, box) for part in rest]
    if head == "+":
        total = parts[0]
        for part in parts[1:]:
            slopes = tuple(plus(a, b) for a, b in zip(total.slopes, part.slopes, strict=True))
            total = Dual(plus(total.value, part.value), slopes)
        return total
    if head == "*":
        total = parts[0]
        for part in parts[1:]:
            slopes = tuple(
                plus(times(a, part.value), times(total.value, b))
                for a, b in zip(total.slopes, part.slopes, strict=True)
            )
            total = Dual(times(total.value, part.value), slopes)
        return total
    if head == "^" and isinstance(rest[1], str) and Fraction(rest[1]).denominator == 1:
        n, base = int(Fraction(rest[1])), parts[0]
        factor = times((arb(n), arb(n)), whole_power(base.value, n - 1))
        return Dual(whole_power(base.value, n), tuple(times(factor, s) for s in base.slopes))
    if head == "^":
        return enclosed(["exp", ["*", rest[1], ["log", rest[0]]]], names, box)
    if head not in FUNCTIONS:
        raise UnknownError(head)
    function, derivative = FUNCTIONS[head]
    slope = derivative(parts[0].value)
    return Dual(function(parts[0].value), tuple(times(slope, s) for s in parts[0].slopes))


def slopes_over(data: dict[str, Any], box: Sequence[Side], whole: Dual) -> list[Side]:
    """The slopes over a box: as the certificate writes them, where they agree with ours inside."""
    names = data["symbols"]
    middle = [(m, m) for m in (middle_of(b) for b in box)]
    ours = enclosed(data["expression"], names, middle).slopes
    found = []
    for tree, at_middle, wide in zip(data["slopes"], ours, whole.slopes, strict=True):
        stated = enclosed(tree, names, middle).value
        agree = stated[0] <= at_middle[1] and at_middle[0] <= stated[1]
        narrow = enclosed(tree, names, box).value
        found.append((narrow[0].max(wide[0]), narrow[1].min(wide[1])) if agree else wide)
    return found


def middle_of(a: Side) -> Any:
    """A number inside a side."""
    if a[0].is_finite() and a[1].is_finite():
        return ((a[0] + a[1]) / 2).mid()
    if a[0].is_finite():
        return a[0] + 1
    return a[1] - 1 if a[1].is_finite() else arb(0)


def holds(data: dict[str, Any], box: Sequence[Side]) -> bool:
    """Whether the expression of a cover is seen to be nowhere negative over a box."""
    tree, names = data["expression"], data["symbols"]
    whole = enclosed(tree, names, box)
    if whole.value[0] >= 0:
        return True
    slopes = slopes_over(data, box, whole)
    corner = [
        (b[0], b[0])
        if s[0] >= 0 and b[0].is_finite()
        else (b[1], b[1])
        if s[1] <= 0 and b[1].is_finite()
        else b
        for b, s in zip(box, slopes, strict=True)
    ]
    if enclosed(tree, names, corner).value[0] >= 0:
        return True
    if not all(b[0].is_finite() and b[1].is_finite() for b in corner):
        return False
    middles = [((b[0] + b[1]) / 2).mid() for b in corner]
    value = enclosed(tree, names, [(m, m) for m in middles]).value
    for m, b, s in zip(middles, corner, slopes, strict=True):
        value = plus(value, times(s, side(b[0] - m, b[1] - m)))
    return bool(value[0] >= 0)


def covers(domain: Sequence[Side], boxes: Sequence[Sequence[Side]]) -> bool:
    """Whether boxes, each a half of a half …, leave nothing of a domain out."""
    if not boxes:
        return False
    if any(
        all(b[0] <= d[0] and d[1] <= b[1] for b, d in zip(x, domain, strict=True)) for x in boxes
    ):
        return True
    for axis, (low, high) in enumerate(domain):
        ends = sorted({float(x[axis][0]) for x in boxes if low < x[axis][0] < high})
        for at in sorted(ends, key=lambda end: abs(ends.index(end) - len(ends) // 2)):
            cut = next(x[axis][0] for x in boxes if float(x[axis][0]) == at)
            left = [x for x in boxes if x[axis][1] <= cut]
            right = [x for x in boxes if x[axis][0] >= cut]
            if len(left) + len(right) == len(boxes):
                halves = [list(domain), list(domain)]
                halves[0][axis], halves[1][axis] = (low, cut), (cut, high)
                return covers(halves[0], left) and covers(halves[1], right)
    return False


def end(text: str) -> Any:
    """An exact end."""
    if text.endswith("inf"):
        return -INFINITY if text.startswith("-") else INFINITY
    mantissa, _, exponent = text.partition("*2^")
    return arb(int(mantissa)) * arb(2) ** int(exponent)


@dataclass(frozen=True)
class Reread:
    """What is left of a certificate: boxes enclosed again, boxes that rest on arguments."""

    enclosed: int
    argued: int
    failed: int
    complete: bool

    @property
    def stands(self) -> bool:
        """Whether nothing was found against it."""
        return self.complete and self.failed == 0


#: Ways in which a box was settled that can be seen from the box alone.
SEEN = ("as it is", "its least corner", "expansion about its middle")


def reread(data: dict[str, Any]) -> Reread:
    """Check one cover again.

    >>> sides = [["0*2^0", "1*2^0"]]
    >>> boxes = [{"sides": sides, "way": "as it is"}]
    >>> line = {"expression": "x", "symbols": ["x"], "slopes": ["1"]}
    >>> reread({**line, "domain": sides, "boxes": boxes})
    Reread(enclosed=1, argued=0, failed=0, complete=True)
    """
    before, ctx.prec = ctx.prec, 128
    try:
        return _reread(data)
    finally:
        ctx.prec = before


def _reread(data: dict[str, Any]) -> Reread:
    boxes = [[(end(a), end(b)) for a, b in box["sides"]] for box in data["boxes"]]
    counts = {"enclosed": 0, "argued": 0, "failed": 0}
    for box, way in zip(boxes, (box["way"] for box in data["boxes"]), strict=True):
        try:
            seen = holds(data, box)
        except UnknownError:
            seen = False
            way = "argued"
        counts["enclosed" if seen else "failed" if way in SEEN else "argued"] += 1
    domain = [(end(a), end(b)) for a, b in data["domain"]]
    return Reread(**counts, complete=covers(domain, boxes))


def main() -> int:
    """Check every cover of a file again, say what came of it, return 1 where one does not stand."""
    covers_found = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["covers"]
    results = [reread(cover) for cover in covers_found]
    for result in results:
        verdict = "stands" if result.stands else "DOES NOT STAND"
        print(
            f"{verdict}: {result.enclosed} boxes enclosed again, {result.argued} rest on arguments"
        )
    return int(not all(result.stands for result in results))


if __name__ == "__main__":
    sys.exit(main())
