"""Relations in numbers with an index: under conditions, and as something tends somewhere.

A condition on every number of a family is that family written in a new one, as for symbols: with
s_j ≥ s, s_j is s + d_j. As a range grows, sequences of a few kinds are tried: what fails for one of
them is false, what holds for them is computed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy import Dummy, Expr, Indexed, IndexedBase, Integer, Product, Rational, S, Set, Sum, Symbol

from longlag.theory.papers.conditions import Condition, Region, guarded, narrowed, reparametrised
from longlag.theory.papers.plain import Sides, back, judge_plain, parted, undecided
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.statement import Level, Relation, Settings, Verdict
from longlag.theory.verify.budget import effort_named
from longlag.theory.verify.families import Follow, judge_families, short_ranges

#: Ranges at which a relation is compared as something tends somewhere.
_SHORT = 4
#: Seconds for one of them at least.
_LEAST = 0.5
#: Seconds for the closed forms of a side.
_CLOSING = 1.0
#: Sequences in (0, 1) by the place k = 0, 1, …, that are stretched to the domain of a family.
_SEQUENCES: tuple[Callable[[Expr], Expr], ...] = (
    lambda k: Rational(1, 2) + 0 * k,
    lambda k: 1 / (k + 2),
    lambda k: 1 / (k + 2) ** 2,
    lambda k: 1 - 1 / (k + 2) ** 2,
)


def judge_indexed(
    sides: Sides, families: Mapping[IndexedBase, Set], settings: Settings, follow: Follow | None
) -> Verdict:
    """Return the verdict on a relation in numbers with an index.

    Args:
        sides: with the domains of their symbols, and conditions.
        families: the domain of the numbers of each.
        settings: how hard.
        follow: writes numbers that follow from others in those.
    """
    numbers = _Numbers(dict(sides.region.domains), dict(families))
    rest = numbers.narrowed(sides.region.rest)
    if rest is None:
        return undecided("a condition on all numbers of a family is linear in them, and in one")
    sides = replace(
        sides,
        lhs=numbers.put_into(sides.lhs),
        rhs=numbers.put_into(sides.rhs),
        region=Region(sides.region.domains, tuple(map(numbers.in_condition, rest))),
    )
    if not sides.far_out:
        return numbers.back(_at_points(sides, numbers.families, settings, follow))
    seconds = settings.seconds or effort_named(settings.effort).seconds
    try:
        found = within(2 * seconds, _far_out, sides, numbers.families, settings, follow)
    except OutOfTimeError:
        return undecided("sequences in place of its numbers took too long")
    return numbers.back(found)


def _at_points(
    sides: Sides, families: Mapping[IndexedBase, Set], settings: Settings, follow: Follow | None
) -> Verdict:
    region = sides.region
    placed = reparametrised(region)
    if placed.rest:
        # What the domains cannot say is looked after where numbers are tried, and not in proofs.
        relation = Relation(sides.kind, sides.lhs, sides.rhs, region.domains)
        guard = region.rest
        return judge_families(
            sides.sign, relation, families, settings, follow, lambda e: guarded(e, guard)
        )
    relation = Relation(
        sides.kind, placed.put_into(sides.lhs), placed.put_into(sides.rhs), placed.domains
    )
    found = judge_families(sides.sign, relation, families, settings, follow)
    return back(found, placed, region.domains)


def _far_out(
    sides: Sides, families: Mapping[IndexedBase, Set], settings: Settings, follow: Follow | None
) -> Verdict:
    """As something tends somewhere: a number, at short ranges; or the length of the ranges."""
    grows = sides.tending.symbol if sides.tending else None
    counters = _in_ends((sides.lhs, sides.rhs))
    if grows is None and counters:
        return undecided("what is to be large is not said; write check as \\ell \\to \\infty")
    instances = (
        list(_sequences(sides, families))
        if grows in counters
        else list(_short(sides, families, follow))
    )
    found = []
    seconds = settings.seconds or effort_named(settings.effort).seconds
    each = parted(replace(settings, seconds=seconds), max(len(instances), 1))
    for told, instance in instances:
        verdict = _in_time(instance, each)
        if verdict.level is Level.REFUTED:
            # An arrow says nothing that the relation does not.
            points = "" if "→" in verdict.counterexample else verdict.counterexample
            where = ", ".join(part for part in (told, points) if part)
            return replace(verdict, counterexample=where)
        found.append(verdict)
    held = [verdict for verdict in found if verdict.holds]
    if not held or (grows not in counters and len(held) < len(found)):
        return undecided("nothing was found of short ranges, or of sequences that were tried")
    what = "sequences" if grows in counters else "short ranges"
    return Verdict(
        level=Level.COMPUTED, points=len(held), seed=settings.seed, method=f"it holds for {what}"
    )


def _in_time(instance: Sides, settings: Settings) -> Verdict:
    """The verdict on one instance of several, none of which may take the time of the others."""
    try:
        return within(settings.seconds or _LEAST, judge_plain, instance, settings)
    except OutOfTimeError:
        return undecided("its time was too short")


def _short(
    sides: Sides, families: Mapping[IndexedBase, Set], follow: Follow | None
) -> Iterator[tuple[str, Sides]]:
    """Yield a relation at short ranges, with its numbers as symbols."""
    relation = Relation(sides.kind, sides.lhs, sides.rhs, sides.region.domains)
    for lengths, (lhs, rhs), names in short_ranges(relation, _SHORT, follow):
        domains = {s: d for s, d in sides.region.domains.items() if s not in lengths}
        domains |= {symbol: families[item.base] for item, symbol in names.items()}
        rest = tuple((s, a.subs(lengths), b.subs(lengths)) for s, a, b in sides.region.rest)
        told = ", ".join(f"{symbol} = {value}" for symbol, value in lengths.items())
        yield told, replace(sides, lhs=lhs, rhs=rhs, region=Region(domains, rest))


def _sequences(sides: Sides, families: Mapping[IndexedBase, Set]) -> Iterator[tuple[str, Sides]]:
    """Yield a relation with sequences in place of its numbers."""
    items = sides.lhs.atoms(Indexed) | sides.rhs.atoms(Indexed)
    place = _places(items, sides.region.domains)
    if place is None or any(item.base not in families for item in items):
        return
    bases = sorted({item.base for item in items}, key=str)
    for sequence in _SEQUENCES:
        known = {item: _stretched(sequence(place[item]), families[item.base]) for item in items}
        try:
            lhs, rhs = (within(_CLOSING, _closed, s, known) for s in (sides.lhs, sides.rhs))
        except OutOfTimeError:
            continue
        if lhs is None or rhs is None:
            continue
        k = Symbol("k")
        told = ", ".join(
            f"{base}_k = {_stretched(sequence(k), families[base])}".replace("**", "^")
            for base in bases
        )
        yield told + " for all k", replace(sides, lhs=lhs, rhs=rhs)


def _places(items: set[Indexed], domains: Mapping[Symbol, Set]) -> dict[Indexed, Expr] | None:
    """The place of each number, counted from a first one; None where they count two ways."""
    clocks = {
        symbol
        for symbol, domain in domains.items()
        if domain == S.Integers and all(symbol in item.free_symbols for item in items)
    }
    if len(clocks) > 1:
        return None
    now = {clock: Integer(0) for clock in clocks}
    # With a time, places are counted backwards from it.
    sign = -1 if clocks else 1
    return {item: sympy.expand(sign * item.indices[0].subs(now)) for item in items}


def _stretched(share: Expr, domain: Set) -> Expr:
    low, high = domain.inf, domain.sup
    if low.is_finite and high.is_finite:
        return low + (high - low) * share
    if low.is_finite:
        return low + share
    return high - share if high.is_finite else share


def _closed(side: Expr, known: Mapping[Indexed, Expr]) -> Expr | None:
    """A side with a sequence in it, and without sums and products, where they have closed forms."""
    written = side.xreplace(dict(known)).doit()
    closed = sympy.combsimp(sympy.expand_func(written)) if written.has(sympy.gamma) else written
    return None if closed.has(Sum, Product) else closed


def _in_ends(sides: Sequence[Expr]) -> set[Symbol]:
    return {
        symbol
        for side in sides
        for node in side.atoms(Sum, Product)
        for _, *ends in node.limits
        for end in ends
        for symbol in end.free_symbols
    }


@dataclass
class _Numbers:
    """Families written in others so that conditions on all of their numbers hold."""

    domains: dict[Symbol, Set]
    families: dict[IndexedBase, Set]
    written: list[tuple[IndexedBase, IndexedBase, Symbol, Expr]] = field(default_factory=list)

    def narrowed(self, conditions: Sequence[Condition]) -> list[Condition] | None:
        """Put conditions on all numbers of a family into it; the others are returned.

        None where one cannot be put into it.
        """
        rest = []
        for condition in conditions:
            if not any(isinstance(s, Dummy) for side in condition[1:] for s in side.free_symbols):
                rest.append(condition)
            elif not self._put(condition):
                return None
        return rest

    def _put(self, condition: Condition) -> bool:
        sign, left, right = self.in_condition(condition)
        items = left.atoms(Indexed) | right.atoms(Indexed)
        if len(items) != 1:
            return False
        (item,) = items
        one = Symbol(f"{item.base}·")
        domains = {**self.domains, one: self.families[item.base]}
        region = narrowed(
            domains, [(sign, left.xreplace({item: one}), right.xreplace({item: one}))]
        )
        placed = reparametrised(region, keep=set(self.domains))
        if placed.rest or region.written:
            return False
        if not placed.written:
            self.families[item.base] = placed.domains[one]
            return True
        ((_, value),) = placed.written
        (new,) = value.free_symbols - set(self.domains)
        base = IndexedBase(f"{item.base}*", real=True)
        self.families[base] = placed.domains[new]
        self.written.append((item.base, base, new, value))
        return True

    def put_into(self, expression: Any) -> Any:
        """Return an expression in the new families."""
        for old, base, new, value in self.written:
            known = {
                item: value.xreplace({new: base[item.indices]})
                for item in expression.atoms(Indexed)
                if item.base == old
            }
            expression = expression.xreplace(known)
        return expression

    def in_condition(self, condition: Condition) -> Condition:
        """Return a condition in the new families."""
        return condition[0], self.put_into(condition[1]), self.put_into(condition[2])

    def back(self, verdict: Verdict) -> Verdict:
        """Return a verdict with the counterexample in the families of the paper."""
        where = verdict.counterexample
        for old, base, new, value in reversed(self.written):
            entries = dict(re.findall(r"([^,=]+?) = ([^,]+)(?:, |$)", where))
            numbers = {Symbol(n.strip()): _rational(v) for n, v in entries.items()}
            told = []
            for name, text in entries.items():
                stem, _, index = name.strip().partition("_")
                if stem != str(base):
                    told.append(f"{name.strip()} = {text}")
                    continue
                number = value.subs({**numbers, new: _rational(text)})
                told.append(f"{old}_{index} = {number if number.is_Rational else number.evalf(8)}")
            where = ", ".join(told) if entries else where
        return replace(verdict, counterexample=where)


def _rational(text: str) -> Expr:
    try:
        return Rational(text)
    except (TypeError, ValueError):
        return S.NaN


__all__ = ["judge_indexed"]
