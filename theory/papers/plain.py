"""Relations without an index, where conditions hold and as something tends somewhere.

Where conditions hold between symbols, counterexamples are searched in the paper's own symbols, and
proofs are sought in those that the conditions were written into.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Interval, Max, Rational, S, Set, Symbol, oo

from longlag.theory.errors import LonglagError
from longlag.theory.papers.conditions import Region, guarded, reparametrised
from longlag.theory.statement import Kind, Level, Relation, Settings, Verdict
from longlag.theory.tex import Approach
from longlag.theory.verify.decide import compute
from longlag.theory.verify.steps import judge_step
from longlag.theory.verify.thresholds import eventually

#: One symbol of a counterexample with its value.
_ENTRY = re.compile(r"(?P<name>[^,=]+?) = (?P<value>[^,]+)(?:, |$)")


@dataclass(frozen=True)
class Sides:
    """Two sides with the sign between them, and where it is to hold.

    Args:
        sign: =, ≤, <, ∼, → or O.
        lhs: the left one.
        rhs: the right one.
        region: domains, and conditions.
        tending: what tends to where, if something does.
        eventually: whether it is to hold from some point on only.
    """

    sign: str
    lhs: Expr
    rhs: Expr
    region: Region
    tending: Approach | None = None
    eventually: bool = False

    @property
    def far_out(self) -> bool:
        """Whether they are compared as something tends somewhere."""
        return self.sign in ("∼", "→", "O") or self.eventually

    @property
    def kind(self) -> Kind:
        """Of the relation at points."""
        return Kind.IDENTITY if self.sign == "=" else Kind.BOUND


def judge_plain(sides: Sides, settings: Settings) -> Verdict:
    """Break a relation without an index where it is to hold, then show it.

    Args:
        sides: in the symbols of their region.
        settings: how hard.
    """
    sign, lhs, rhs, region = sides.sign, sides.lhs, sides.rhs, sides.region
    own = region.domains
    variable = sides.tending.symbol if sides.tending else None
    if region.rest and not sides.far_out:
        settings = parted(settings, 2)
        relation = Relation(sides.kind, guarded(lhs, region.rest), rhs, own)
        found = compute(relation, settings)
        if found.level in (Level.REFUTED, Level.UNDECIDED):
            return found
    placed = reparametrised(replace(region, written=()), keep={variable} if variable else set())
    relation = Relation(
        Kind.BOUND, placed.put_into(lhs), placed.put_into(rhs), placed.domains, variable
    )
    if sides.tending is not None:
        relation = _towards_infinity(relation, sides.tending)
    verdict = _at_sign(sign, relation, sides.eventually, settings)
    if verdict.level is Level.REFUTED and placed.rest:
        return undecided("it fails where a condition is broken; with it, nothing was shown")
    return back(verdict, placed, own)


def _at_sign(sign: str, relation: Relation, far_out: bool, settings: Settings) -> Verdict:
    if not far_out or sign in ("∼", "→", "O"):
        return judge_step(sign, relation, {}, settings)
    if sign == "=":
        return undecided("what holds from some point on is a bound, and not =")
    threshold = eventually(relation, _far_symbol(relation), settings)
    from_where = "" if threshold.value is None else f", from {threshold.value} on"
    return replace(threshold.verdict, method=threshold.verdict.method + from_where)


def _far_symbol(relation: Relation) -> Symbol:
    """What goes far out: the variable, or else the only integer without an upper end."""
    if relation.variable is not None:
        return relation.variable
    unbounded = [s for s, d in relation.domains.items() if d.sup == oo]
    whole = [s for s in unbounded if relation.domains[s].is_subset(S.Integers)]
    choice = whole if len(whole) == 1 else unbounded
    if len(choice) != 1:
        raise LonglagError(
            "check eventually", "more than one symbol may grow", r"write check as \ell \to \infty"
        )
    return choice[0]


def _towards_infinity(relation: Relation, tending: Approach) -> Relation:
    """A relation as something tends to a point, as one in a symbol that goes to infinity."""
    symbol, target = tending.symbol, tending.target
    if target == oo:
        return relation
    far = Symbol(f"1/{symbol}" if target == 0 else f"1/|{symbol}-{target}|")
    domain = relation.domains[symbol]
    if target == -oo:
        far = Symbol(f"-{symbol}")
        value, least = -far, Max(1, -domain.sup)
    else:
        above = tending.direction == "+" or (tending.direction != "-" and target == domain.inf)
        if not above and tending.direction != "-" and target != domain.sup:
            raise LonglagError(
                f"{symbol} → {target}", "it comes from two sides", rf"write {symbol} \to {target}^+"
            )
        value = target + 1 / far if above else target - 1 / far
        width = domain.sup - target if above else target - domain.inf
        least = 1 / width if width.is_finite and width.is_positive else S.Zero
    domains: dict[Symbol, Set] = {s: d for s, d in relation.domains.items() if s != symbol}
    return replace(
        relation,
        lhs=relation.lhs.subs(symbol, value),
        rhs=relation.rhs.subs(symbol, value),
        domains={**domains, far: Interval.open(least, oo)},
        variable=far,
    )


def back(verdict: Verdict, region: Region, own: Mapping[Symbol, Set]) -> Verdict:
    """Return a verdict whose counterexample is in the symbols of the paper, and in no others.

    Args:
        verdict: with one in those of a region.
        region: in which symbols were written in others.
        own: those of the paper.
    """
    entries = {m["name"].strip(): m["value"] for m in _ENTRY.finditer(verdict.counterexample)}
    if not region.written or not entries:
        return verdict
    try:
        values = {Symbol(name): Rational(value) for name, value in entries.items()}
    except (TypeError, ValueError):
        return verdict
    for symbol, expression in reversed(region.written):
        value = expression.subs(values)
        values[symbol] = value if value.is_Rational else sympy.N(value, 8)
    # Numbers with an index are in no domain, and stay.
    kept = [(s, v) for s, v in values.items() if s in own or s not in region.domains]
    told = sorted(kept, key=lambda pair: str(pair[0]))
    return replace(verdict, counterexample=", ".join(f"{s} = {v}" for s, v in told))


def parted(settings: Settings, count: int) -> Settings:
    """Return the settings of each of several parts of one check.

    Args:
        settings: of all.
        count: of the parts.
    """
    return (
        settings
        if settings.seconds is None
        else replace(settings, seconds=settings.seconds / count)
    )


def undecided(method: str) -> Verdict:
    """Return the verdict that nothing was decided.

    Args:
        method: why.
    """
    return Verdict(level=Level.UNDECIDED, method=method)


__all__ = ["Sides", "back", "judge_plain", "parted", "undecided"]
