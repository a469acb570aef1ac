"""The verdict on one relation of a paper.

Where conditions hold between symbols, counterexamples are searched in the paper's own symbols, and
proofs are sought in those that the conditions were written into.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from sympy import Expr, Interval, Limit, Max, S, Symbol, oo

from longlag.theory.errors import LonglagError
from longlag.theory.papers.assertions import Assertion
from longlag.theory.papers.conditions import Region, narrowed
from longlag.theory.papers.indexed import judge_indexed
from longlag.theory.papers.networks import judge_networks, judge_sizes
from longlag.theory.papers.plain import Sides, back, judge_plain, parted, undecided
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.statement import Level, Settings, Verdict
from longlag.theory.tex import Approach
from longlag.theory.verify.families import has_families
from longlag.theory.verify.matrices import verify_matrices
from longlag.theory.verify.ordered import has_order

_TURNED = {"≥": "≤", ">": "<"}
#: Of the seconds that one relation may take, what its searches and proofs are told that they have.
_SHARE = 0.8


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
        verdict = undecided(f"{error.value}: {error.rule}")
    except MemoryError:
        verdict = undecided("it takes more memory than one relation may; make its powers smaller")
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
        return undecided(f"{settings.seconds:g} seconds were too few; allow more with --seconds")


def _judged(assertion: Assertion, settings: Settings) -> Verdict:
    lhs, rhs = assertion.lhs, assertion.rhs
    if getattr(lhs, "is_MatrixExpr", False) or getattr(lhs, "is_Matrix", False):
        if assertion.sign != "=":
            return undecided(f"matrices are compared by =, and not by {assertion.sign}")
        if assertion.cell is not None:
            sides, integers = (lhs, rhs), integers_of(assertion)
            return judge_networks(sides, assertion.cell, assertion.domains, integers, settings)
        return verify_matrices(lhs, rhs, settings, integers_of(assertion))
    if assertion.cell is not None and has_order(lhs, rhs):
        if assertion.sign != "=":
            return judge_sizes(assertion.sign, (lhs, rhs), assertion.cell, settings)
        sides, integers = (lhs, rhs), integers_of(assertion)
        return judge_networks(sides, assertion.cell, assertion.domains, integers, settings)
    if assertion.sign == "≠":
        return undecided("what is nowhere equal is not judged; write < or >")
    if assertion.sign == "=" and isinstance(lhs, Limit):
        assertion = _of_limit(assertion, lhs)
        lhs = assertion.lhs
    region = narrowed(assertion.domains, assertion.conditions)
    if any(g is not None for g in assertion.remainders):
        orders = _orders(assertion)
        each = parted(settings, len(orders))
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

    >>> _shown(-oo), _shown(S.Zero)
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
    """Judge a relation where it is to hold."""
    if sign in _TURNED:
        sign, lhs, rhs = _TURNED[sign], rhs, lhs
    lhs, rhs = region.put_into(lhs), region.put_into(rhs)
    if assertion.cell is not None:
        lhs, rhs = assertion.cell.unrolled(assertion.cell.with_drives([lhs, rhs]))
    sides = Sides(sign, lhs, rhs, region, assertion.tending, assertion.eventually)
    if has_families(lhs, rhs):
        follow = assertion.cell.unrolled if assertion.cell else None
        verdict = judge_indexed(sides, assertion.families, settings, follow)
    else:
        verdict = judge_plain(sides, settings)
    return back(verdict, region, assertion.domains)


def _weakest(verdicts: list[Verdict]) -> Verdict:
    order = list(Level)
    refuted = [v for v in verdicts if v.level is Level.REFUTED]
    return refuted[0] if refuted else max(verdicts, key=lambda v: order.index(v.level))


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
