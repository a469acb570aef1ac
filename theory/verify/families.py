"""Relations in numbers with an index, such as a product of gates: independent, with one domain.

Broken with as many symbols as there are numbers, at short ranges; shown for every range with sums
and products as symbols, at once or by induction, where the next number is a symbol of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any

import sympy
from sympy import (
    Dummy,
    Expr,
    Indexed,
    IndexedBase,
    Integer,
    Interval,
    Product,
    Range,
    S,
    Set,
    Sum,
    Symbol,
    oo,
)

from longlag.theory.statement import Kind, Level, Relation, Settings, Verdict
from longlag.theory.verify.antidifferences import at_ends
from longlag.theory.verify.budget import Budget, effort_named, guarded
from longlag.theory.verify.decide import compute, prove, verify
from longlag.theory.verify.induction import grown
from longlag.theory.verify.strictness import verify_strict

#: Lengths of ranges at which a relation is tried to be broken, and combinations of them.
_LENGTHS, _MOST_COMBINATIONS = 7, 16
#: Seconds for one length, and for one step of an argument; the least that a search is given.
_BREAKING, _SHOWING, _LEAST = 2.0, 4.0, 0.05
#: Of the time in all, what is left for arguments.
_RESERVED = 0.5
_SURE = (Level.PROVED, Level.CERTIFIED)

Families = Mapping[IndexedBase, Set]
#: Writes numbers that follow from others in those.
Follow = Callable[[Sequence[Expr]], list[Expr]]


def has_families(*sides: Expr) -> bool:
    """Whether sides hold numbers with an index."""
    return any(side.has(Indexed) for side in sides)


def judge_families(
    sign: str,
    relation: Relation,
    families: Families,
    settings: Settings,
    follow: Follow | None = None,
    guard: Callable[[Expr], Expr] | None = None,
) -> Verdict:
    """Return the verdict on a relation in numbers with an index.

    Args:
        sign: =, ≤ or <.
        relation: its sides, and the domains of its other symbols.
        families: the domain of the numbers of each.
        settings: how hard.
        follow: writes the numbers that follow from others in those, at given ranges; proofs hold
            for all values, and need it not.
        guard: takes the value of a side where a condition is broken, of which proofs know nothing.

    Returns:
        refuted with the numbers; else proved or certified for every range; else computed at short
        ranges.

    >>> s, j, n = IndexedBase("s", real=True), Symbol("j"), Symbol("n")
    >>> leak = Product(1 - s[j], (j, 1, n))
    >>> bound = Relation(Kind.BOUND, leak, sympy.exp(-Sum(s[j], (j, 1, n))), {n: S.Naturals})
    >>> judge_families("≤", bound, {s: Interval.open(0, 1)}, Settings()).level.value
    'proved'
    """
    effort = effort_named(settings.effort)
    budget = Budget(effort, settings.seconds or effort.seconds)
    family = _Family(sign, relation, families, settings, follow or list, budget)
    if not family.counters:
        # Sums and products with numbers at their ends are written out once for all.
        relation = replace(relation, lhs=relation.lhs.doit(), rhs=relation.rhs.doit())
        family = replace(family, relation=relation)
    broken = replace(relation, lhs=guard(relation.lhs)) if guard else relation
    search = replace(family, relation=broken)
    met = longest = 0
    for lengths in family.lengths():
        if met and budget.left < _RESERVED * budget.seconds:
            break
        verdict = search.at(lengths)
        if verdict.level is Level.REFUTED:
            told = ", ".join(f"{n} = {v}" for n, v in lengths.items())
            where = ", ".join(part for part in (told, verdict.counterexample) if part)
            return replace(verdict, counterexample=where, method=verdict.method)
        met += verdict.points or 0
        longest = max(longest, *lengths.values(), 0)
    for show in (family.at_ends, family.with_symbols, family.by_induction):
        shown = budget.part(1.0, guarded, show)
        if shown is not None:
            return shown
    if met == 0:
        return Verdict(level=Level.UNDECIDED, method="no side has a value at short ranges")
    return Verdict(
        level=Level.COMPUTED,
        points=met,
        seed=settings.seed,
        method="searched for a counterexample at short ranges"
        + (f", up to {longest}" if longest else ""),
    )


def short_ranges(
    relation: Relation, count: int, follow: Follow | None = None
) -> Iterator[tuple[dict[Symbol, Integer], tuple[Expr, Expr], dict[Indexed, Symbol]]]:
    """Yield the sides of a relation at short ranges, with their numbers as symbols.

    Args:
        relation: in numbers with an index.
        count: how many ranges.
        follow: writes numbers that follow from others in those.

    Yields:
        The lengths of the ranges, both sides there, and the number that each symbol is.
    """
    settings = Settings()
    budget = Budget(effort_named(settings.effort), _BREAKING)
    family = _Family("≤", relation, {}, settings, follow or list, budget)
    for lengths in islice(family.lengths(), count):
        names: dict[Expr, Symbol] = {}
        lhs, rhs = (family._plain(side, names) for side in family.sides_at(lengths))
        yield lengths, (lhs, rhs), names


@dataclass(frozen=True)
class _Family:
    sign: str
    relation: Relation
    families: Families
    settings: Settings
    follow: Follow
    budget: Budget

    @property
    def nodes(self) -> list[Any]:
        """Sums and products that hold numbers with an index, and are in no other."""
        sides = self.relation.lhs, self.relation.rhs
        return sorted(set().union(*(_outermost(side) for side in sides)), key=str)

    @property
    def counters(self) -> list[Symbol]:
        """Integers in the ends of the ranges, which are as long as they say."""
        domains = self.relation.domains
        found = {
            symbol
            for side in (self.relation.lhs, self.relation.rhs)
            for node in side.atoms(Sum, Product)
            for limit in node.limits
            for end in limit[1:]
            for symbol in end.free_symbols
            if symbol in domains and domains[symbol].is_subset(S.Integers)
        }
        return sorted(found, key=str)

    def lengths(self) -> Iterator[dict[Symbol, Integer]]:
        """Yield values of the counters, small ones."""
        choices = [_first(self.relation.domains[n]) for n in self.counters]
        combinations = list(islice(product(*choices), 400))
        combinations.sort(key=sum)
        for values in combinations[: _MOST_COMBINATIONS if len(choices) > 1 else _LENGTHS]:
            yield dict(zip(self.counters, map(Integer, values), strict=True))

    def sides_at(self, lengths: Mapping[Symbol, Integer]) -> list[Expr]:
        """Return both sides with ranges of given lengths written out."""
        sides = self.relation.lhs, self.relation.rhs
        return self.follow([_written_out(side.subs(lengths)) for side in sides])

    def at(self, lengths: Mapping[Symbol, Integer]) -> Verdict:
        """Return the verdict of a search with ranges of given lengths."""
        names: dict[Expr, Symbol] = {}
        lhs, rhs = (self._plain(side, names) for side in self.sides_at(lengths))
        relation = self._with(lhs, rhs, {name: self._domain(i) for i, name in names.items()})
        seconds = min(_BREAKING, self.budget.left)
        verdict = compute(relation, self.settings, seconds=max(seconds, _LEAST))
        first = all(value <= 1 for value in lengths.values())
        if self.sign == "<" and first and verdict.level is not Level.REFUTED:
            quick = replace(self.settings, effort="quick", seconds=max(seconds, _LEAST))
            strict = verify_strict(relation, quick)
            return strict if strict.level is Level.REFUTED else verdict
        return verdict

    def at_ends(self) -> Verdict | None:
        """Show that both sides are one, with sums and products as differences and quotients."""
        lhs, rhs = self.relation.lhs, self.relation.rhs
        if self.sign != "=" or not (lhs.has(Sum, Product) or rhs.has(Sum, Product)):
            return None
        sides = at_ends(lhs, rhs, self._is_nowhere_zero)
        if sides is None:
            return None
        names: dict[Expr, Symbol] = {}
        lhs, rhs = (self._plain(side, names) for side in sides)
        domains: dict[Symbol, Set] = {name: self._domain(i) for i, name in names.items()}
        domains |= {e: S.Reals for e in (lhs.free_symbols | rhs.free_symbols) if e.name == "E"}
        found = self._shown(lhs, rhs, domains)
        if found is None:
            return None
        level, method = found
        told = f"sums and products by their ends: {method}"
        return Verdict(level=level, method=told, seed=self.settings.seed)

    def _is_nowhere_zero(self, factor: Expr) -> bool:
        names = {item: Dummy(str(item)) for item in factor.atoms(Indexed)}
        value = factor.xreplace(names)
        domains = {name: self._domain(item) for item, name in names.items()}
        if value.has(Sum, Product) or not value.free_symbols <= {*domains, *self.relation.domains}:
            return False
        quick = self._quick
        return any(
            verify_strict(self._with(*sides, domains, kind=Kind.BOUND), quick).level in _SURE
            for sides in ((S.Zero, value), (value, S.Zero))
        )

    def with_symbols(self) -> Verdict | None:
        """Show it for any values of its sums and products that they can have."""
        nodes = self.nodes
        peeled = [_peeled(side, nodes) for side in (self.relation.lhs, self.relation.rhs)]
        left: set[Any] = set().union(*(_outermost(side) for side in peeled))
        symbols, domains = self._symbols(sorted(left, key=str))
        names: dict[Expr, Symbol] = {}
        lhs, rhs = (self._plain(side.xreplace(symbols), names) for side in peeled)
        domains |= {name: self._domain(i) for i, name in names.items()}
        found = self._shown(lhs, rhs, domains, strict=self.sign == "<")
        if found is None:
            return None
        level, method = found
        return Verdict(
            level=level,
            method=f"with sums and products as symbols: {method}",
            seed=self.settings.seed,
        )

    def by_induction(self) -> Verdict | None:
        """Show it from one length to the next."""
        for n in self.counters:
            low = self.relation.domains[n].inf
            if low.is_finite:
                found = self._induction(n, low)
                if found is not None:
                    return found
        return None

    def _induction(self, n: Symbol, low: Integer) -> Verdict | None:
        nodes = [node for node in self.nodes if n in node.free_symbols]
        gains = [grown(node, n) for node in nodes]
        if not nodes or any(gain is None for gain in gains):
            return None
        names: dict[Expr, Symbol] = {}
        lhs, rhs = (
            self._plain(_written_out(side.subs(n, low)), names)
            for side in (self.relation.lhs, self.relation.rhs)
        )
        first = self._shown(
            lhs, rhs, {name: self._domain(i) for i, name in names.items()}, strict=self.sign == "<"
        )
        if first is None:
            return None
        symbols, domains = self._symbols(nodes)
        domains[n] = Range(low, oo)
        names = {}
        after = {
            node: (symbols[node] + gain if isinstance(node, Sum) else symbols[node] * gain)
            for node, gain in zip(nodes, gains, strict=True)
            if gain is not None
        }
        here = [side.xreplace(symbols) for side in (self.relation.lhs, self.relation.rhs)]
        marks = {node: Dummy("m") for node in nodes}
        back = {marks[node]: value.xreplace(symbols) for node, value in after.items()}
        there = [
            side.xreplace(marks).subs(n, n + 1).xreplace(back)
            for side in (self.relation.lhs, self.relation.rhs)
        ]
        before = self._plain(here[0], names), self._plain(here[1], names)
        behind = self._plain(there[0], names), self._plain(there[1], names)
        if has_families(*before, *behind):
            return None
        domains |= {name: self._domain(i) for i, name in names.items()}
        for way, left, right in self._ways(before, behind, list(symbols.values()), domains):
            found = self._shown(left, right, domains)
            if found is not None:
                level = max(first[0], found[0], key=_SURE.index)
                method = f"induction on {n}, {way}: {found[1]}"
                return Verdict(level=level, method=method, seed=self.settings.seed)
        return None

    def _ways(
        self,
        before: tuple[Expr, Expr],
        behind: tuple[Expr, Expr],
        symbols: list[Symbol],
        domains: Mapping[Symbol, Set],
    ) -> Iterator[tuple[str, Expr, Expr]]:
        """Yield relations from each of which the step follows, and how."""
        (lhs, rhs), (lhs_after, rhs_after) = before, behind
        expand, powsimp = sympy.expand, sympy.powsimp
        yield "by what is added", expand(lhs_after - lhs), expand(rhs_after - rhs)
        if self.sign == "<":
            # Sides that are apart at first stay so where the right one gains as much; the other
            # ways would have to be strict themselves.
            return
        if self.sign == "=" or all(self._holds(S.Zero, side, domains) for side in (lhs, rhs)):
            # Where the sides vanish a quotient says nothing: it must have lost its symbols.
            quotients = [powsimp(expand(a) / b) for a, b in ((lhs_after, lhs), (rhs_after, rhs))]
            quotients = [sympy.simplify(quotient) for quotient in quotients]
            if not any(q.free_symbols & set(symbols) for q in quotients):
                yield "by what is multiplied", quotients[0], quotients[1]
        for symbol in symbols:
            yield from self._by_hypothesis(symbol, before, behind, domains)

    def _by_hypothesis(
        self,
        symbol: Symbol,
        before: tuple[Expr, Expr],
        behind: tuple[Expr, Expr],
        domains: Mapping[Symbol, Set],
    ) -> Iterator[tuple[str, Expr, Expr]]:
        """Replace a sum or product by what the hypothesis bounds it by."""
        (lhs, rhs), (lhs_after, rhs_after) = before, behind
        for side, other, after in ((rhs, lhs, rhs_after), (lhs, rhs, lhs_after)):
            if symbol in other.free_symbols or not all(
                e.is_polynomial(symbol) and sympy.degree(e, symbol) == 1 for e in (side, after)
            ):
                continue
            slopes = [sympy.diff(e, symbol) for e in (side, after)]
            if self.sign != "=" and not all(
                self._holds(S.Zero, slope, domains) for slope in slopes
            ):
                continue
            bounded = after.subs(symbol, (other - side.subs(symbol, 0)) / slopes[0])
            left, right = (lhs_after, bounded) if side is rhs else (bounded, rhs_after)
            yield "by the hypothesis", sympy.expand(left), sympy.expand(right)

    def _holds(self, small: Expr, large: Expr, domains: Mapping[Symbol, Set]) -> bool:
        relation = self._with(small, large, domains, kind=Kind.BOUND)
        seconds = min(_SHOWING, max(self.budget.left, _LEAST))
        return large.is_nonnegative or prove(relation, seconds)

    def _shown(
        self, lhs: Expr, rhs: Expr, domains: Mapping[Symbol, Set], *, strict: bool = False
    ) -> tuple[Level, str] | None:
        if has_families(lhs, rhs):
            return None
        relation = self._with(lhs, rhs, domains)
        quick = self._quick
        verdict = (verify_strict if strict else verify)(relation, quick)
        return (verdict.level, verdict.method) if verdict.level in _SURE else None

    @property
    def _quick(self) -> Settings:
        """The settings of one step of an argument."""
        seconds = min(_SHOWING, max(self.budget.left, _LEAST))
        return replace(self.settings, effort="quick", seconds=seconds)

    def _with(
        self, lhs: Expr, rhs: Expr, domains: Mapping[Symbol, Set], kind: Kind | None = None
    ) -> Relation:
        free = lhs.free_symbols | rhs.free_symbols
        known = {**self.relation.domains, **domains}
        used = {s: d for s, d in known.items() if s in free}
        return Relation(kind or self.relation.kind, lhs, rhs, used)

    def _domain(self, indexed: Expr) -> Set:
        return self.families[indexed.base]

    def _plain(self, side: Expr, names: dict[Expr, Symbol]) -> Expr:
        """A side in which every number with an index is a symbol, unless its index is bound."""
        free = {node for node in side.atoms(Indexed) if node in side.free_symbols}
        for node in sorted(free, key=str):
            short = node.base[tuple(sympy.expand(index) for index in node.indices)]
            if short not in names:
                below = ",".join(str(index).replace(" ", "") for index in short.indices)
                names[short] = Symbol(f"{node.base}_{_braced(below)}")
            side = side.xreplace({node: names[short]})
        return side

    def _symbols(self, nodes: list[Any]) -> tuple[dict[Any, Symbol], dict[Symbol, Set]]:
        """A symbol for each sum or product, and what it ranges over."""
        symbols = {node: Dummy(f"S{i}", real=True) for i, node in enumerate(nodes)}
        return symbols, {symbols[node]: self._range(node) for node in nodes}

    def _range(self, node: Any) -> Set:
        """What a sum or a product can be at most and at least, by what its terms can be."""
        index, low, _ = node.limits[0]
        names = {item: Dummy(str(item)) for item in node.function.atoms(Indexed)}
        if node.function.has(Sum, Product):
            return S.Reals
        term = node.function.xreplace(names)
        domains = {index: Range(low, oo) if low.is_Integer else S.Integers}
        domains |= {name: self._domain(item) for item, name in names.items()}
        if not self._holds(S.Zero, term, domains):
            return S.Reals
        if isinstance(node, Sum):
            return Interval(0, oo)
        return Interval(0, 1) if self._holds(term, S.One, domains) else Interval(0, oo)


def _outermost(side: Expr) -> set[Any]:
    """Sums and products over numbers with an index that are in no other."""
    if isinstance(side, (Sum, Product)) and side.has(Indexed):
        return {side}
    return set().union(*(_outermost(argument) for argument in side.args))


def _peeled(side: Expr, nodes: list[Any]) -> Expr:
    """A side whose sums and products end where the shortest of their kind does."""
    replaced: dict[Any, Expr] = {}
    for node in _outermost(side):
        for other in nodes:
            found = _less(node, other)
            if found is not None:
                replaced[node] = found
    return side.xreplace(replaced)


def _less(node: Any, other: Any) -> Expr | None:
    """A sum or product as a shorter one and its last terms, if the shorter one is of its kind."""
    if type(node) is not type(other) or len(node.limits) != 1 or len(other.limits) != 1:
        return None
    index, low, high = node.limits[0]
    shorter, start, end = other.limits[0]
    count = sympy.expand(high - end)
    same = sympy.expand(low - start) == 0 and other.function.xreplace({shorter: index})
    if same != node.function or not (count.is_Integer and 0 < count < _LENGTHS):
        return None
    last = [node.function.subs(index, end + k) for k in range(1, int(count) + 1)]
    return other + sympy.Add(*last) if isinstance(node, Sum) else other * sympy.Mul(*last)


def _written_out(side: Expr) -> Expr:
    """A side with the terms of its sums and products of known length, the outermost index first.

    SymPy takes the innermost first, whose ends may be the other index and no numbers yet.
    """
    if not side.has(Sum, Product):
        return side
    if not isinstance(side, (Sum, Product)):
        return side.func(*map(_written_out, side.args)).doit()
    *inner, (index, low, high) = side.limits
    if not (low.is_Integer and high.is_Integer) or high < low - 1:
        return side.doit()
    body = side.func(side.function, *inner) if inner else side.function
    terms = [_written_out(body.subs(index, Integer(at))) for at in range(low, high + 1)]
    return sympy.Add(*terms) if isinstance(side, Sum) else sympy.Mul(*terms)


def _first(domain: Set) -> list[int]:
    """The first integers of a domain; around 0 where it has no first one."""
    low = int(domain.inf) if domain.inf.is_finite else 0
    return [value for value in range(low, low + _LENGTHS) if Integer(value) in domain]


def _braced(index: str) -> str:
    return index if len(index) == 1 else f"{{{index}}}"


__all__ = ["has_families", "judge_families"]
