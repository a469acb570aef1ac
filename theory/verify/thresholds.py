"""From where on does a bound hold? The least value of a symbol, and whether there is one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import sympy
from flint import arb, fmpq
from sympy import Expr, Integer, Interval, Range, Rational, Set, Symbol, oo

from longlag.theory.balls.nodes import MANY_TERMS, adding_up_to
from longlag.theory.balls.numbers import compared
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.leading import leading
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.statement import Kind, Level, Relation, Settings, Verdict
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown
from longlag.theory.verify.axis import Axis
from longlag.theory.verify.budget import Budget, effort_named
from longlag.theory.verify.decide import verify
from longlag.theory.verify.expectations import written_out
from longlag.theory.verify.far import difference_far_out, quotient_far_out
from longlag.theory.verify.question import Question
from longlag.theory.verify.search import Search, short, short_fraction, written

#: A threshold that is no integer is bisected to this share of itself.
_WIDTH = fmpq(1, 10**16)
#: How far beyond it the bound is shown, where it cannot be shown from the threshold itself.
_BEYOND = (Rational(0), Rational(1, 10**9))
#: How often a failure beyond a threshold moves it.
_MOVES = 8
#: A threshold beyond this is the edge of the search.
_EDGE = 10**200


@dataclass(frozen=True)
class Threshold(Shown):
    """The answer to: from where on does lhs ≤ rhs hold?

    Args:
        holds: whether it holds from some value on; None where it is not told.
        value: the least such value, an exact number (of what is no integer, rounded up); or None.
        verdict: on the bound from there on, or on that it fails however far out.
        before: both sides just before it, where the bound fails; "" where it never does.
        tried: what was done, in words.
    """

    holds: bool | None
    value: Expr | None
    verdict: Verdict
    before: str = ""
    tried: tuple[str, ...] = ()

    def _lines(self) -> list[str]:
        """The least value from which on the bound holds, or the verdict where there is none."""
        if self.value is None:
            return [self.verdict.latex()]
        return [rf"\ell_0 &= {scalar_tex(self.value)}"]


def least_from(
    relation: Relation, variable: Symbol | None = None, settings: Settings | None = None
) -> Threshold:
    """Return the least value of a symbol from which on a bound holds for all.

    Args:
        relation: a bound, on a domain that is unbounded in the symbol.
        variable: the symbol; by default the variable of the relation.
        settings: how hard.

    >>> from sympy import S
    >>> from sympy.abc import n
    >>> least_from(Relation(Kind.BOUND, n**2, 2**n, {n: S.Naturals}), n).value
    4
    """
    settings = settings or Settings()
    relation, variable = _prepared(relation, variable)
    sought = _Sought(relation, variable, settings)
    far = quotient_far_out(relation, variable)
    if _fails_far_out(relation, variable, far):
        return _never(variable, far)
    last = sought.last_failing()
    if last is None:
        start = sought.axis.ends[0]
        if start == -oo:
            return Threshold(True, None, verify(relation, settings), "", ("it fails nowhere",))
        opened = sought.axis.low_open
        return _from(sought, start, "", settings, opened=opened)
    if last == "everywhere":
        verdict = Verdict(
            level=Level.UNDECIDED, method=f"it fails as far out in {variable} as it has a value"
        )
        return Threshold(None, None, verdict, "", tuple(sought.tried))
    assert isinstance(last, tuple)
    failing, holding = last
    return _from(sought, _exact(holding), sought.told(failing), settings, opened=False)


def eventually(
    relation: Relation, variable: Symbol | None = None, settings: Settings | None = None
) -> Threshold:
    """Return whether a bound holds for all sufficiently large values of a symbol.

    By leading terms, and from where on if that is found; where they do not tell, by ``least_from``.

    Args:
        relation: a bound.
        variable: the symbol; by default the variable of the relation.
        settings: how hard.

    >>> from sympy import S, log
    >>> from sympy.abc import n
    >>> eventually(Relation(Kind.BOUND, log(n) ** 9, n, {n: S.Naturals}), n).holds
    True
    """
    settings = settings or Settings()
    relation, variable = _prepared(relation, variable)
    far = quotient_far_out(relation, variable)
    told = _sign_far_out(relation, variable, far)
    if told is False:
        return _never(variable, far)
    if told is None or len(Question(relation).symbols) == 1:
        found = least_from(relation, variable, settings)
        if told is None and found.verdict.level is Level.COMPUTED and _is_at_the_edge(found.value):
            # It fails as far as the search goes: that nothing beyond was met says nothing.
            verdict = Verdict(level=Level.UNDECIDED, method="it fails as far as numbers go")
            return replace(found, holds=None, value=None, verdict=verdict)
        if told is None or found.value is not None:
            if told and found.verdict.level is not Level.PROVED:
                verdict = Verdict(level=Level.PROVED, method=f"leading terms: {_quotient(far)}")
                return replace(found, holds=True, verdict=verdict)
            return found
    verdict = Verdict(level=Level.PROVED, method=f"leading terms: {_quotient(far)}")
    return Threshold(True, None, verdict, "", ("leading terms",))


def _is_at_the_edge(value: Expr | None) -> bool:
    return value is not None and bool(value > _EDGE)


def _prepared(relation: Relation, variable: Symbol | None) -> tuple[Relation, Symbol]:
    symbol = variable or relation.variable
    if symbol is None or symbol not in relation.domains:
        raise LonglagError(
            f"symbol {symbol}",
            "a bound holds from some value of a symbol on",
            "name a symbol of its domains as variable",
        )
    if relation.domains[symbol].sup != oo:
        raise LonglagError(
            f"domain {relation.domains[symbol]} of {symbol}",
            "it must have no upper end",
            "let the symbol run to infinity",
        )
    sides = (written_out(relation.lhs), written_out(relation.rhs))
    return replace(relation, kind=Kind.BOUND, variable=None, lhs=sides[0], rhs=sides[1]), symbol


def _quotient(far: Expr | None) -> str:
    return "the difference tells" if far is None else f"the quotient tends to {far}"


def _never(variable: Symbol, far: Expr | None) -> Threshold:
    verdict = Verdict(
        level=Level.REFUTED,
        method=f"leading terms: {_quotient(far)}",
        counterexample=f"all large {variable}",
    )
    return Threshold(False, None, verdict, "", ("leading terms",))


def _fails_far_out(relation: Relation, variable: Symbol, far: Expr | None) -> bool:
    return _sign_far_out(relation, variable, far) is False


def _sign_far_out(relation: Relation, variable: Symbol, far: Expr | None) -> bool | None:
    """Whether lhs < rhs, or lhs > rhs, far out; None where it is not told."""
    if far is not None and far != 1:
        sign = _sign(relation, variable)
        if sign and (1 - far).is_extended_positive:
            return sign > 0
        if sign and (far - 1).is_extended_positive:
            return sign < 0
    difference = difference_far_out(relation, variable)
    if difference is None:
        return None
    above = difference.is_extended_positive
    return True if above else False if difference.is_extended_negative else None


def _sign(relation: Relation, variable: Symbol) -> int:
    """The sign of the right side far out, 0 where it is not told."""
    question = Question(relation)
    positive = sympy.Dummy("x", positive=True)
    side = relation.rhs.xreplace({**question.assumed, variable: positive})
    try:
        coefficient = side if side.is_positive else leading(side, positive).coefficient
    except (UndecidedError, RecursionError, TypeError, AttributeError):
        return 0
    return 1 if coefficient.is_positive else -1 if coefficient.is_negative else 0


def _from(
    sought: _Sought, start: Expr, before: str, settings: Settings, *, opened: bool
) -> Threshold:
    """The bound from a value on, judged; where a failure is met beyond it, from beyond that."""
    for _ in range(_MOVES):
        beyond = sought.failing_beyond(start)
        if beyond is None:
            break
        failing, holding = beyond
        start, before = _exact(holding), sought.told(failing)
    verdict = Verdict(level=Level.UNDECIDED, method="")
    for share in _BEYOND:
        at = start if sought.axis.whole else start + share * abs(start)
        domain = sought.rest(at, opened=opened)
        relation = sought.relation
        domains = {**relation.domains, sought.variable: domain}
        verdict = verify(replace(relation, domains=domains), settings)
        sought.tried.append(f"from {short_fraction(_fraction(at))} on: {verdict.level}")
        if verdict.level in (Level.PROVED, Level.CERTIFIED) or sought.axis.whole:
            break
    return Threshold(verdict.holds or None, start, verdict, before, tuple(sought.tried))


class _Sought:
    """The threshold of a bound in one symbol."""

    def __init__(self, relation: Relation, variable: Symbol, settings: Settings) -> None:
        self.relation, self.variable, self.settings = relation, variable, settings
        self.question = Question(relation)
        pieces = [a for a in self._axes() if a.high is None]
        self.axis: Axis = pieces[-1]
        self.effort = effort_named("quick")
        self.tried: list[str] = []

    def _axes(self) -> tuple[Axis, ...]:
        from longlag.theory.verify.axis import axes

        found = self.question.axes.get(self.variable)
        return found or axes(self.variable, self.relation.domains[self.variable])

    def fails_at(self, value: fmpq) -> bool | None:
        """Whether the bound fails at a value of the symbol for some values of the others."""
        if self.question.symbols == (self.variable,):
            with adding_up_to(MANY_TERMS if self.question.swift.cost < 2000 else 300):
                gap = self.question.gap({self.variable: value})
            # Where the balls do not tell the sides apart it neither fails nor surely holds.
            told = gap is not None and (gap.size != 0 or compared(gap.left, gap.right) == 0)
            return gap.fails if gap is not None and told else None
        number = _exact(value)
        relation = replace(
            self.relation,
            lhs=self.relation.lhs.subs(self.variable, number),
            rhs=self.relation.rhs.subs(self.variable, number),
        )
        search = self._search(relation)
        found = search.run(0.3)
        return found is not None if search.evaluations > search.undefined else None

    def _search(self, relation: Relation) -> Search:
        budget = Budget(self.effort, self.effort.seconds)
        return Search(Question(relation), budget, random.Random(self.settings.seed))

    def last_failing(self) -> tuple[fmpq, fmpq] | str | None:
        """The last failing value and the first holding one after it; None where none fails."""
        holding: fmpq | None = None
        looked = 0
        for value in self._inwards():
            fails = self.fails_at(value)
            looked += 1
            if fails:
                self.tried.append(f"scanned inwards, {looked} values")
                return "everywhere" if holding is None else self.between(value, holding)
            if fails is False:
                holding = value
        self.tried.append(f"scanned inwards, {looked} values")
        return None

    def _inwards(self) -> Iterator[fmpq]:
        span, last = self.axis.span, None
        coordinate = span
        few = len(self.question.symbols) > 1
        while coordinate > -30:
            value = self.axis.at(coordinate)
            if value != last:
                yield value
            last = value
            coordinate -= 16 if coordinate > 100 else 1 if few else 0.25
        if self.axis.low is not None and self.axis.contains(self.axis.low):
            yield self.axis.low

    def between(self, failing: fmpq, holding: fmpq) -> tuple[fmpq, fmpq]:
        """Bisect between a failing value and a holding one."""
        while holding - failing > (1 if self.axis.whole else _WIDTH * abs(holding)):
            middle = (failing + holding) / 2
            if self.axis.whole:
                middle = fmpq(int(middle.p) // int(middle.q))
            if self.fails_at(middle):
                failing = middle
            else:
                holding = middle
        return failing, holding if self.axis.whole else _rounded_up(holding)

    def failing_beyond(self, start: Expr) -> tuple[fmpq, fmpq] | None:
        """A failure beyond a start, and the first holding value after it."""
        relation = replace(
            self.relation,
            domains={**self.relation.domains, self.variable: self.rest(start, opened=True)},
        )
        failing = self._search(relation).run()
        if failing is None or self.variable not in failing:
            return None
        at = failing[self.variable]
        step = fmpq(1) if self.axis.whole else abs(at) / 1000 + fmpq(1, 10**6)
        while self.fails_at(at + step):
            at, step = at + step, step * 2
            if at > fmpq(2) ** 900:
                return None
        self.tried.append(f"a failure at {written(failing)} moved it")
        return self.between(at, at + step)

    def rest(self, start: Expr, *, opened: bool) -> Set:
        """What the symbol ranges over from a value on."""
        if self.axis.whole:
            return Range(start, oo)
        return Interval(start, oo, left_open=opened, right_open=True)

    def told(self, failing: fmpq) -> str:
        """Both sides at a failing value, in words."""
        where = f"{self.variable} = {short_fraction(failing)}"
        if self.question.symbols != (self.variable,):
            return f"fails at {where}"
        left, right = self.question.sides({self.variable: failing}, 128)
        return f"fails at {where}: {short(arb(left))} against {short(arb(right))}"


def _exact(value: fmpq) -> Rational:
    return Rational(int(value.p), int(value.q))


def _fraction(value: Expr) -> fmpq:
    number = Rational(value) if value.is_Rational else Rational(str(sympy.N(value, 20)))
    return fmpq(int(number.p), int(number.q))


def _rounded_up(value: fmpq) -> fmpq:
    """A decimal of about sixteen digits that is not less."""
    exact = _exact(value)
    if exact == 0:
        return value
    unit = Rational(10) ** (sympy.floor(sympy.log(abs(exact), 10)) - Integer(15))
    return _fraction(sympy.ceiling(exact / unit) * unit)


__all__ = ["Threshold", "eventually", "least_from"]
