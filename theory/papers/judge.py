"""The verdict on one relation of a paper.

Where conditions hold between symbols, counterexamples are searched in the paper's own symbols, and
proofs are sought in those that the conditions were written into.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import sympy
from sympy import Expr, Interval, Limit, Max, Rational, S, Set, Symbol, oo

from longlag.theory.errors import LonglagError
from longlag.theory.papers.assertions import Assertion
from longlag.theory.papers.conditions import Region, guarded, narrowed, reparametrised
from longlag.theory.papers.networks import judge_networks
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.statement import Kind, Level, Relation, Settings, Verdict
from longlag.theory.tex import Approach
from longlag.theory.verify.decide import compute
from longlag.theory.verify.families import has_families, judge_families
from longlag.theory.verify.matrices import verify_matrices
from longlag.theory.verify.ordered import has_order
from longlag.theory.verify.steps import judge_step
from longlag.theory.verify.thresholds import eventually

_TURNED = {"≥": "≤", ">": "<"}
#: Of the seconds that one relation may take, what its searches and proofs are told that they have.
_SHARE = 0.8
#: One symbol of a counterexample with its value.
_ENTRY = re.compile(r"(?P<name>[^,=]+?) = (?P<value>[^,]+)(?:, |$)")


def judge(assertion: Assertion, settings: Settings) -> Verdict:
    """Return the verdict on a relation of a paper, in the paper's own symbols.

    Args:
        assertion: the relation with all that it depends on.
        settings: how hard.

    Returns:
        As of ``verify``; undecided, with the reason, where longlag cannot work on it.
    """
    try:
        verdict = _in_time(assertion, settings)
    except LonglagError as error:
        verdict = _undecided(f"{error.value}: {error.rule}")
    except MemoryError:
        verdict = _undecided("it takes more memory than one relation may; make its powers smaller")
    where = verdict.counterexample
    if assertion.tending is not None and "→" in where:
        where = f"{assertion.tending.symbol} → {_shown(assertion.tending.target)}"
    return replace(
        verdict,
        # Symbols that know their domains are told apart by a mark that says nothing to a reader.
        method=re.sub(r"\b_(?=\w)", "", verdict.method),
        counterexample=_in_own_symbols(where, assertion.names),
        routes=(),
        certificate=(),
    )


def _in_time(assertion: Assertion, settings: Settings) -> Verdict:
    """The verdict within the seconds that were asked for, of all searches and proofs together."""
    if settings.seconds is None:
        return _judged(assertion, settings)
    inner = replace(settings, seconds=_SHARE * settings.seconds)
    try:
        return within(settings.seconds, _judged, assertion, inner)
    except OutOfTimeError:
        return _undecided(f"{settings.seconds:g} seconds were too few; allow more with --seconds")


def _judged(assertion: Assertion, settings: Settings) -> Verdict:
    lhs, rhs = assertion.lhs, assertion.rhs
    if getattr(lhs, "is_MatrixExpr", False) or getattr(lhs, "is_Matrix", False):
        if assertion.sign != "=":
            return _undecided(f"matrices are compared by =, and not by {assertion.sign}")
        if assertion.cell is not None:
            sides, integers = (lhs, rhs), integers_of(assertion)
            return judge_networks(sides, assertion.cell, assertion.domains, integers, settings)
        return verify_matrices(lhs, rhs, settings, integers_of(assertion))
    if assertion.cell is not None and has_order(lhs, rhs):
        if assertion.sign != "=":
            return _undecided("numbers of a cell's matrices are compared by =")
        sides, integers = (lhs, rhs), integers_of(assertion)
        return judge_networks(sides, assertion.cell, assertion.domains, integers, settings)
    if assertion.sign == "≠":
        return _undecided("what is nowhere equal is not judged; write < or >")
    if assertion.sign == "=" and isinstance(lhs, Limit):
        assertion = _of_limit(assertion, lhs)
        lhs = assertion.lhs
    region = narrowed(assertion.domains, assertion.conditions)
    if any(g is not None for g in assertion.remainders):
        orders = _orders(assertion)
        each = _parted(settings, len(orders))
        return _weakest([_in_region(*order, assertion, region, each) for order in orders])
    return _in_region(assertion.sign, lhs, rhs, assertion, region, settings)


def integers_of(assertion: Assertion) -> dict[Symbol, list[int]]:
    """Return the first few integers that each symbol may be.

    Args:
        assertion: whose domains, and conditions on one symbol, say that.
    """
    region = narrowed(assertion.domains, assertion.conditions)
    found = {}
    for symbol, domain in region.domains.items():
        if domain.is_subset(S.Integers):
            low = int(domain.inf) if domain.inf.is_finite else 0
            found[symbol] = [k for k in range(low, low + 4) if k in domain]
    return found


def _shown(target: Expr) -> str:
    """A point as a reader writes it.

    >>> _shown(-oo), _shown(sympy.Integer(0))
    ('-∞', '0')
    """
    return {oo: "∞", -oo: "-∞"}.get(target, str(target))


def _of_limit(assertion: Assertion, limit: Limit) -> Assertion:
    """That a limit equals something, as that what is under it tends there."""
    inside, symbol, target, direction = limit.args
    free = Symbol(symbol.name)
    # The symbol is bound, and has no domain: far out, or near a point on one side, all are alike.
    domain = Interval.open(0, oo) if target == oo else S.Reals
    return replace(
        assertion,
        sign="→",
        lhs=inside.subs(symbol, free),
        domains={free: domain, **assertion.domains},
        tending=Approach(free, target, "+-" if target == oo else str(direction)),
    )


def _orders(assertion: Assertion) -> list[tuple[str, Expr, Expr]]:
    """What a relation between lines with a remainder says, as bounds up to a constant."""
    before, after = assertion.remainders
    if after is None:
        raise LonglagError(
            f"{assertion.place}", "the O(...) of the line before is lost", "write + O(...) again"
        )
    difference = assertion.lhs - assertion.rhs
    if assertion.sign == "≤":
        difference = Max(difference, 0)
    orders = [("O", difference, after)]
    if before is not None and before != after:
        orders.append(("O", before, after))
    return orders


def _in_region(
    sign: str, lhs: Expr, rhs: Expr, assertion: Assertion, region: Region, settings: Settings
) -> Verdict:
    """Judge a relation where it is to hold: break it, then show it."""
    asymptotic = sign in ("∼", "→", "O") or assertion.eventually
    sign, lhs, rhs = _turned(sign, lhs, rhs)
    lhs, rhs = region.put_into(lhs), region.put_into(rhs)
    cell = assertion.cell
    if cell is not None:
        lhs, rhs = cell.unrolled(cell.with_drives([lhs, rhs]))
    if has_families(lhs, rhs):
        if asymptotic or region.rest:
            return _undecided("numbers with an index are compared at all points alone")
        relation = Relation(_kind(sign), lhs, rhs, region.domains)
        follow = cell.unrolled if cell else None
        return judge_families(sign, relation, assertion.families, settings, follow)
    variable = assertion.tending.symbol if assertion.tending else None
    if region.rest and not asymptotic:
        settings = _parted(settings, 2)
        sides = guarded(lhs, region.rest), rhs
        found = compute(Relation(_kind(sign), *sides, region.domains), settings)
        if found.level in (Level.REFUTED, Level.UNDECIDED):
            return _back(found, region, assertion.domains)
    placed = reparametrised(region, keep=variable)
    relation = Relation(
        Kind.BOUND, placed.put_into(lhs), placed.put_into(rhs), placed.domains, variable
    )
    if assertion.tending is not None:
        relation = _towards_infinity(relation, assertion.tending)
    verdict = _at_sign(sign, relation, assertion.eventually, settings)
    if verdict.level is Level.REFUTED and placed.rest:
        return _undecided("it fails where a condition is broken; with it, nothing was shown")
    return _back(verdict, placed, assertion.domains)


def _parted(settings: Settings, count: int) -> Settings:
    """The settings of each of several parts of one check."""
    return (
        settings
        if settings.seconds is None
        else replace(settings, seconds=settings.seconds / count)
    )


def _at_sign(sign: str, relation: Relation, far_out: bool, settings: Settings) -> Verdict:
    if not far_out or sign in ("∼", "→", "O"):
        return judge_step(sign, relation, {}, settings)
    if sign == "=":
        return _undecided("what holds from some point on is a bound, and not =")
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


def _turned(sign: str, lhs: Expr, rhs: Expr) -> tuple[str, Expr, Expr]:
    return (_TURNED[sign], rhs, lhs) if sign in _TURNED else (sign, lhs, rhs)


def _kind(sign: str) -> Kind:
    return Kind.IDENTITY if sign == "=" else Kind.BOUND


def _undecided(method: str) -> Verdict:
    return Verdict(level=Level.UNDECIDED, method=method)


def _weakest(verdicts: list[Verdict]) -> Verdict:
    order = list(Level)
    refuted = [v for v in verdicts if v.level is Level.REFUTED]
    return refuted[0] if refuted else max(verdicts, key=lambda v: order.index(v.level))


def _back(verdict: Verdict, region: Region, own: Mapping[Symbol, Set]) -> Verdict:
    """A verdict whose counterexample is in the symbols of the paper, and in no others."""
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
    told = sorted(((s, v) for s, v in values.items() if s in own), key=lambda pair: str(pair[0]))
    return replace(verdict, counterexample=", ".join(f"{s} = {v}" for s, v in told))


def _in_own_symbols(text: str, names: Mapping[str, str]) -> str:
    r"""A counterexample with symbols as the paper writes them.

    >>> print(_in_own_symbols("ell = 3, s = 1/2", {"ell": r"\ell", "s": "s"}))
    \ell = 3, s = 1/2
    """

    def told(match: re.Match[str]) -> str:
        name = match["name"]
        stem, _, index = name.partition("_")
        sign = match[0][-1]
        if name in names:
            return f"{names[name]} {sign}"
        return f"{names[stem]}_{index} {sign}" if index and stem in names else match[0]

    return re.sub(r"(?<![^ ,(])(?P<name>[^ ,=(]+) [=→]", told, text)


__all__ = ["judge"]
