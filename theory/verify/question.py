"""A relation made ready for judging: its domains as axes, its sides as programs in balls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flint import acb, arb, fmpq
from sympy import Dummy, Expr, Integral, Product, Sum, Symbol, oo, preorder_traversal

from longlag.theory.balls.numbers import Number, ball, compared, is_finite, precision
from longlag.theory.balls.program import LARGEST, Program
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.statement import Kind, Relation
from longlag.theory.verify.axis import Axis, axes
from longlag.theory.verify.budget import guarded
from longlag.theory.verify.endless import sums_closed
from longlag.theory.verify.normal import in_closed_form

Point = Mapping[Symbol, fmpq]

#: Precisions at which sides are compared, until they differ.
PRECISIONS = (64, 200, 700)
#: The same where values are estimated: more bits would not make the estimate better, only slower.
ESTIMATING = (80,)
#: Seconds that a closed form may take.
_SECONDS = 2.0
#: Precisions at which a counterexample is confirmed.
CONFIRMING = (128, 512, 2048, 8192)


@dataclass(frozen=True)
class Gap:
    """What two sides at a point say about a relation.

    Args:
        size: how far the relation is from failing there: negative where it holds, positive where it
            fails; the logarithm of the quotient of the sides where both have one sign.
        fails: whether the balls show that it fails.
        left: the left side.
        right: the right one.
    """

    size: float
    fails: bool
    left: Number
    right: Number


@dataclass(frozen=True)
class Question:
    """A relation whose domains are known to make sense.

    Args:
        relation: the two sides, the kind, the domains.

    Raises:
        LonglagError: a symbol without a domain, an empty domain, a limit without its variable.
    """

    relation: Relation
    axes: Mapping[Symbol, tuple[Axis, ...]] = field(init=False)

    def __post_init__(self) -> None:
        relation = self.relation
        for side in (relation.lhs, relation.rhs):
            refuse_large(side)
        free = (relation.lhs.free_symbols | relation.rhs.free_symbols) - {relation.variable}
        missing = sorted(str(symbol) for symbol in free if symbol not in relation.domains)
        if missing:
            raise LonglagError(
                f"symbols {missing}",
                "a relation is compared on a domain",
                "give each of them a SymPy set in domains",
            )
        if self.is_asymptotic and relation.variable is None:
            raise LonglagError(
                f"{relation.kind} of {relation.lhs}",
                "it is followed as one symbol goes to infinity",
                "name that symbol as variable",
            )
        found = {s: axes(s, relation.domains[s]) for s in sorted(free, key=str)}
        for symbol in relation.domains:
            axes(symbol, relation.domains[symbol])
        object.__setattr__(self, "axes", found)

    @property
    def kind(self) -> Kind:
        """What is said of the sides."""
        return self.relation.kind

    @property
    def is_asymptotic(self) -> bool:
        """Whether something goes to infinity."""
        return self.kind in (Kind.LIMIT, Kind.EXPONENT)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols that range over domains, in order."""
        return tuple(self.axes)

    @cached_property
    def program(self) -> Program:
        """Both sides in balls."""
        return Program([self.relation.lhs, self.relation.rhs])

    @cached_property
    def swift(self) -> Program:
        """Both sides in balls, by SymPy's closed forms of integrals and endless sums if any.

        A failure that is met with them is confirmed with the sides as they stand.
        """
        sides = (self.relation.lhs, self.relation.rhs)
        endless = any(node.has(oo) for side in sides for node in side.atoms(Sum))
        if self.program.encloses and not endless and not any(s.has(Integral) for s in sides):
            return self.program
        back = {lifted: symbol for symbol, lifted in self.assumed.items()}
        pieces = {self.assumed[symbol]: self.axes[symbol] for symbol in self.axes}
        closed = [_closed(self.lifted(side), pieces) for side in sides]
        try:
            swift = Program([side.xreplace(back) for side in closed])
        except LonglagError:
            return self.program
        return (
            swift
            if swift.cost < self.program.cost and set(swift.symbols) <= set(self.axes)
            else self.program
        )

    @property
    def adds_up(self) -> bool:
        """Whether there are sums or products over an index."""
        return bool(self.relation.lhs.has(Sum, Product) or self.relation.rhs.has(Sum, Product))

    def sides(self, point: Point, bits: int) -> list[Number]:
        """Return both sides at a point."""
        return self.program.at(point, bits)

    def gap(self, point: Point, precisions: tuple[int, ...] = PRECISIONS) -> Gap | None:
        """Return what the sides say at a point, or None where one of them has no value.

        Args:
            point: a fraction for every symbol.
            precisions: in bits, tried until the sides are told apart.
        """
        if precisions is not CONFIRMING and self.swift is not self.program:
            gap = _gap(self.swift, self.kind, point, precisions)
            if gap is not None:
                return gap
        return _gap(self.program, self.kind, point, precisions)

    @cached_property
    def assumed(self) -> Mapping[Symbol, Dummy]:
        """For every symbol one that knows what its domain says: its sign, that it is an integer."""
        return {symbol: assumed_symbol(symbol, self.axes[symbol]) for symbol in self.axes}

    def lifted(self, expression: Expr) -> Expr:
        """Return an expression in the symbols that know their domains."""
        return expression.xreplace(dict(self.assumed))


def _closed(side: Expr, pieces: Mapping[Symbol, tuple[Axis, ...]]) -> Expr:
    """A side with integrals and endless sums in closed form, where SymPy finds one in time."""
    try:
        closed = within(_SECONDS, guarded, lambda: in_closed_form(sums_closed(side, pieces)))
    except OutOfTimeError:
        return side
    return closed if isinstance(closed, Expr) else side


def _gap(program: Program, kind: Kind, point: Point, precisions: tuple[int, ...]) -> Gap | None:
    """What the sides of a program say at a point, in as many bits as it takes."""
    gap: Gap | None = None
    for bits in precisions if program.encloses else ESTIMATING:
        with precision(bits):
            left, right = program.run(point)
            if not (is_finite(left) and is_finite(right)):
                return None
            gap = (identity_gap if kind is Kind.IDENTITY else bound_gap)(left, right)
        if gap.fails or gap.size < 0:
            return gap
    return gap


def identity_gap(left: Number, right: Number) -> Gap:
    """Return the gap of an identity: the relative difference, 0 where the balls do not differ."""
    if compared(left, right) == 0:
        return Gap(-1.0, False, left, right)
    a, b = ball(left), ball(right)
    if a.overlaps(b) if type(a) is type(b) else acb(a).overlaps(acb(b)):
        return Gap(0.0, False, left, right)
    larger = abs(a).upper().max(abs(b).upper())
    return Gap(float(arb(abs(a - b).lower() / larger).mid()), True, left, right)


def bound_gap(left: Number, right: Number) -> Gap:
    """Return the gap of lhs ≤ rhs; what is not real has none that is negative."""
    a, b = ball(left), ball(right)
    if isinstance(a, acb) or isinstance(b, acb):
        real = [x.real if isinstance(x, acb) and x.imag.contains(0) else x for x in (a, b)]
        if any(isinstance(x, acb) for x in real):
            return Gap(float("nan"), False, left, right)
        a, b = real
    sign = compared(left, right) if isinstance(left, fmpq) and isinstance(right, fmpq) else None
    difference = a - b
    fails = bool(difference > 0) if sign is None else sign > 0
    holds = bool(difference < 0) if sign is None else sign < 0
    size = 0.0
    if fails or holds:
        size = _size(a, b, difference, fails)
    return Gap(size, fails, left, right)


def _size(a: Any, b: Any, difference: Any, fails: bool) -> float:
    if a > 0 and b > 0:
        size = _as_float((a / b).log())
    elif a < 0 and b < 0:
        size = _as_float((b / a).log())
    else:
        size = _as_float(difference / (abs(a) + abs(b))) * 50
    tiny = 1e-300
    return max(size, tiny) if fails else min(size, -tiny)


def _as_float(x: Any) -> float:
    return float(arb(x).mid())


def assumed_symbol(symbol: Symbol, pieces: tuple[Axis, ...], *, integer: bool = True) -> Dummy:
    """Return a symbol that knows what a domain says of it.

    Args:
        symbol: whose name it bears.
        pieces: of its domain.
        integer: whether it is to know that it is an integer, where it is.
    """
    known: dict[str, bool] = {"real": True}
    if integer and all(_holds_integers(axis) for axis in pieces):
        known["integer"] = True
    lows, highs = [axis.low for axis in pieces], [axis.high for axis in pieces]
    if all(low is not None for low in lows):
        least = min(low for low in lows if low is not None)
        opened = all(axis.low_open for axis in pieces if axis.low == least)
        if least > 0 or (least == 0 and opened):
            known["positive"] = True
        elif least == 0:
            known["nonnegative"] = True
    if all(high is not None for high in highs):
        most = max(high for high in highs if high is not None)
        opened = all(axis.high_open for axis in pieces if axis.high == most)
        if most < 0 or (most == 0 and opened):
            known["negative"] = True
        elif most == 0:
            known["nonpositive"] = True
    return Dummy(symbol.name, **known)


def _holds_integers(axis: Axis) -> bool:
    return axis.whole or (bool(axis.listed) and all(value.q == 1 for value in axis.listed))


def refuse_large(expression: Expr) -> None:
    """Raise LonglagError for an expression with too many parts to be worked on."""
    for count, _ in enumerate(preorder_traversal(expression)):
        if count > LARGEST:
            raise LonglagError(
                f"an expression with more than {LARGEST} parts",
                "it is too large to be judged",
                "write it with fewer terms, or as a Sum or a Product",
            )


__all__ = ["CONFIRMING", "Gap", "Point", "Question", "assumed_symbol", "refuse_large"]
