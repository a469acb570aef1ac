"""Relations between symbols that are taken to hold, put into the domains.

A condition that is linear in a symbol is that symbol written in a new one: b > a is b = a + d with
d > 0. Where counterexamples are searched the symbols stay as they are, and what breaks a condition
has no value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy import Expr, Interval, Piecewise, S, Set, Symbol, oo

from longlag.theory.errors import LonglagError
from longlag.theory.statement import Kind, Relation
from longlag.theory.tex.domains import bounded
from longlag.theory.tex.tokens import Text, Token
from longlag.theory.verify.decide import prove
from longlag.theory.verify.question import Question

Condition = tuple[str, Expr, Expr]

#: Seconds for what makes a condition a substitution.
_SECONDS = 1.0
_NO_TOKEN = Token("a condition", Text("", ""), 0)
_TURNED = {"<": ">", "≤": "≥", ">": "<", "≥": "≤"}
_HOLDS = {"<": sympy.Lt, "≤": sympy.Le, ">": sympy.Gt, "≥": sympy.Ge, "≠": sympy.Ne}


@dataclass(frozen=True)
class Region:
    """Where a relation is to hold.

    Args:
        domains: of the symbols.
        rest: conditions that no domain says.
        written: symbols in others, in the order in which they were replaced.
    """

    domains: Mapping[Symbol, Set]
    rest: tuple[Condition, ...] = ()
    written: tuple[tuple[Symbol, Expr], ...] = ()

    def put_into(self, expression: Any) -> Any:
        """Return an expression in the symbols of the region.

        Args:
            expression: in those of the paper.
        """
        for symbol, value in self.written:
            expression = expression.subs(symbol, value)
        return expression


@dataclass
class _Builder:
    domains: dict[Symbol, Set]
    written: list[tuple[Symbol, Expr]] = field(default_factory=list)


def narrowed(domains: Mapping[Symbol, Set], conditions: Sequence[Condition]) -> Region:
    r"""Return the domains cut by the conditions that they can say; the others are left.

    A symbol beside a number is bounded by it; one that equals an expression is written as that, as
    κ in ``\quad \kappa = \alpha/(\alpha-1)``, and its domain bounds the expression.

    Args:
        domains: of the symbols.
        conditions: as sign and two sides.

    Raises:
        LonglagError: nothing is left of a domain.

    >>> from sympy.abc import a, k
    >>> positive = Interval.open(0, oo)
    >>> narrowed({a: positive, k: positive}, (("<", a, S(2)), ("=", k, a + 1)))
    Region(domains={a: Interval.open(0, 2)}, rest=(('<', 0, a + 1),), written=((k, a + 1),))
    """
    region = _written_out(domains, conditions)
    kept: list[Condition] = []
    cut = dict(region.domains)
    for sign, left, right in region.rest:
        if isinstance(right, Symbol) and not left.free_symbols and sign in _TURNED:
            sign, left, right = _TURNED[sign], right, left
        if isinstance(left, Symbol) and not right.free_symbols and sign in _TURNED:
            try:
                cut[left] = bounded(cut[left], sign, right, _NO_TOKEN)
            except LonglagError as error:
                raise LonglagError(
                    f"the condition {left} {sign} {right}", error.rule, error.remedy
                ) from None
        else:
            kept.append((sign, left, right))
    return Region(cut, tuple(kept), region.written)


def _written_out(domains: Mapping[Symbol, Set], conditions: Sequence[Condition]) -> Region:
    """The region in which no condition says what a symbol equals."""
    domains, waiting = dict(domains), list(conditions)
    rest: list[Condition] = []
    written: list[tuple[Symbol, Expr]] = []
    while waiting:
        sign, left, right = waiting.pop(0)
        swapped = isinstance(right, Symbol) and right in domains and not isinstance(left, Symbol)
        if sign == "=" and swapped:
            left, right = right, left
        if sign != "=" or left not in domains or left in right.free_symbols:
            rest.append((sign, left, right))
            continue
        waiting = [(s, a.subs(left, right), b.subs(left, right)) for s, a, b in [*rest, *waiting]]
        rest = [*_inside(right, domains.pop(left))]
        written.append((left, right))
    return Region(domains, tuple(c for c in rest if c[1:] != (c[1], c[1])), tuple(written))


def _inside(value: Expr, domain: Set) -> Iterator[Condition]:
    """That a value lies between the ends of a domain."""
    if domain.inf.is_finite:
        yield ("<" if getattr(domain, "left_open", False) else "≤"), domain.inf, value
    if domain.sup.is_finite:
        yield ("<" if getattr(domain, "right_open", False) else "≤"), value, domain.sup


def guarded(expression: Expr, conditions: Sequence[Condition]) -> Expr:
    """Return an expression that has no value where a condition is broken.

    Args:
        expression: a side of a relation.
        conditions: as sign and two sides.

    >>> from sympy.abc import a, b
    >>> guarded(a, [("<", a, b)])
    Piecewise((a, a < b))
    """
    for sign, left, right in conditions:
        test = sympy.Eq(left, right) if sign == "=" else _HOLDS[sign](left, right)
        if test not in (True, S.true):
            expression = Piecewise((expression, test), evaluate=False)
    return expression


def reparametrised(region: Region, keep: Collection[Symbol] = ()) -> Region:
    """Return a region without conditions where they can be put into domains; the others are left.

    Args:
        region: with conditions.
        keep: symbols that are not to be replaced.

    >>> from sympy.abc import a, b
    >>> positive = Interval.open(0, oo)
    >>> reparametrised(Region({a: positive, b: positive}, (("<", a, b),))).written
    ((b, a + b'),)
    """
    builder = _Builder(dict(region.domains), list(region.written))
    left: list[Condition] = []
    waiting = list(region.rest)
    while waiting:
        sign, small, large = waiting.pop(0)
        ways = _substitutions(sign, small, large, builder.domains, keep)
        found = min(ways, key=_is_a_share, default=None)
        if found is None:
            left.append((sign, small, large))
            continue
        symbol, value, new, domain = found
        if symbol is not None:
            del builder.domains[symbol]
            builder.domains[new] = domain
            builder.written.append((symbol, value))
            replaced = [*waiting, *left]
            waiting = [(s, a.subs(symbol, value), b.subs(symbol, value)) for s, a, b in replaced]
            left = []
    return Region(builder.domains, tuple(left), tuple(builder.written))


def _is_a_share(way: tuple[Symbol | None, Any, Any, Set | None]) -> bool:
    """Whether a symbol is written as a share of others, and not as a sum, which is simpler."""
    return way[3] is not None and way[3].sup.is_finite is True


def _substitutions(
    sign: str, left: Expr, right: Expr, domains: Mapping[Symbol, Set], keep: Collection[Symbol]
) -> Iterator[tuple[Symbol | None, Any, Any, Any]]:
    """Yield ways to write a symbol so that a condition holds; None where it holds anyway."""
    if sign not in _TURNED:
        return
    small, large = (left, right) if sign in "<≤" else (right, left)
    if _holds(small, large, domains):
        yield None, None, None, None
        return
    difference = large - small
    for symbol in sorted(difference.free_symbols, key=str):
        if symbol in keep or symbol not in domains:
            continue
        bound = _bound(difference, symbol, domains)
        if bound is not None:
            yield from _written(symbol, *bound, sign in "<>", domains)


def _bound(
    difference: Expr, symbol: Symbol, domains: Mapping[Symbol, Set]
) -> tuple[Expr, bool] | None:
    """What a symbol has to exceed, or to stay below, for a difference to be positive."""
    expanded = sympy.expand(difference)
    if not expanded.is_polynomial(symbol) or sympy.degree(expanded, symbol) != 1:
        return None
    slope = expanded.coeff(symbol, 1)
    if symbol in slope.free_symbols:
        return None
    bound = sympy.simplify(-expanded.coeff(symbol, 0) / slope)
    if _holds(S.Zero, slope, domains):
        return bound, True
    return (bound, False) if _holds(slope, S.Zero, domains) else None


def _written(
    symbol: Symbol, bound: Expr, above: bool, strict: bool, domains: Mapping[Symbol, Set]
) -> Iterator[tuple[Symbol, Expr, Symbol, Set]]:
    domain = domains[symbol]
    low, high = domain.inf, domain.sup
    new = Symbol(f"{symbol.name}'")
    if domain.is_subset(S.Integers):
        steps = S.Naturals if strict else S.Naturals0
        inside = low == -oo or _holds(low, bound, domains)
        if above and high == oo and inside and _is_whole(bound, domains):
            yield symbol, bound + new, new, steps
        return
    ray = Interval(0, oo, strict, True)
    if above and (low == -oo or _holds(low, bound, domains)):
        if high == oo:
            yield symbol, bound + new, new, ray
        elif _holds(bound, high, domains):
            part = Interval(0, 1, strict, bool(getattr(domain, "right_open", True)))
            yield symbol, bound + (high - bound) * new, new, part
    elif not above and (high == oo or _holds(bound, high, domains)):
        if low == -oo:
            yield symbol, bound - new, new, ray
        elif _holds(low, bound, domains):
            part = Interval(0, 1, bool(getattr(domain, "left_open", True)), strict)
            yield symbol, low + (bound - low) * new, new, part


def _is_whole(bound: Expr, domains: Mapping[Symbol, Set]) -> bool:
    question = Question(Relation(Kind.IDENTITY, bound, S.Zero, _used(domains, bound)))
    return bool(question.lifted(bound).is_integer)


def _holds(small: Expr, large: Expr, domains: Mapping[Symbol, Set]) -> bool:
    """Whether one expression is shown to be at most another."""
    difference = large - small
    if difference.is_number:
        return bool(difference.is_nonnegative)
    try:
        used = _used(domains, difference)
        relation = Relation(Kind.BOUND, S.Zero, difference, used)
        if Question(relation).lifted(difference).is_nonnegative:
            return True
        return prove(replace(relation, lhs=small, rhs=large), _SECONDS)
    except LonglagError:
        return False


def _used(domains: Mapping[Symbol, Set], expression: Expr) -> dict[Symbol, Set]:
    return {s: d for s, d in domains.items() if s in expression.free_symbols}


__all__ = ["Condition", "Region", "guarded", "narrowed", "reparametrised"]
