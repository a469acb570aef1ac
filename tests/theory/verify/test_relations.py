"""The relations are well-formed: names, balance, and a place of failure for each false one."""

from __future__ import annotations

import re

import pytest
import sympy

from longlag.theory.statement import Kind
from tests.theory.verify.relations import ALL, CHAINS, QUANTIFIED, Case, Chain, Quantified

FALSE_AT_A_POINT = [
    case for case in ALL if not case.true and case.relation.kind in (Kind.IDENTITY, Kind.BOUND)
]
FALSE_FAR_OUT = [
    case for case in ALL if not case.true and case.relation.kind in (Kind.LIMIT, Kind.EXPONENT)
]


def by_name(case: Case) -> str:
    return case.name


def stated(case: Case) -> dict[str, sympy.Expr]:
    """Return the point before the colon of a reason."""
    point = case.why.removeprefix("at ").partition(":")[0]
    pairs = (part.split(" = ") for part in point.split(", "))
    return {name: sympy.nsimplify(value, rational=True) for name, value in pairs}


def test_names_are_unique_and_halves_balance() -> None:
    assert len({case.name for case in ALL}) == len(ALL)
    assert abs(sum(1 if case.true else -1 for case in ALL)) <= len(ALL) / 10


@pytest.mark.parametrize("case", ALL, ids=by_name)
def test_every_symbol_has_a_domain(case: Case) -> None:
    relation = case.relation
    used = relation.lhs.free_symbols | relation.rhs.free_symbols
    assert used - {relation.variable} <= set(relation.domains)


@pytest.mark.parametrize("case", FALSE_AT_A_POINT, ids=by_name)
def test_place_of_failure_lies_in_the_domain(case: Case) -> None:
    point, domains = stated(case), case.relation.domains
    assert set(point) == {symbol.name for symbol in domains}
    assert all(point[symbol.name] in domain for symbol, domain in domains.items())


@pytest.mark.parametrize("case", FALSE_FAR_OUT, ids=by_name)
def test_true_value_of_a_false_limit_is_stated(case: Case) -> None:
    assert re.match(r"the (ratio tends to|exponent is) [^:]+: ", case.why)


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)
def test_chains_are_well_formed(chain: Chain) -> None:
    lines = [chain.first, *(line for _, line, _ in chain.steps)]
    assert set().union(*(line.free_symbols for line in lines)) <= set(chain.domains)
    assert {sign for sign, _, _ in chain.steps} <= set("=≤<≥>∼")
    assert (chain.broken is None) == (chain.why == "")
    assert chain.broken is None or chain.broken < len(chain.steps)


@pytest.mark.parametrize("claim", QUANTIFIED, ids=lambda claim: claim.name)
def test_quantified_are_well_formed(claim: Quantified) -> None:
    assert claim.quantifier in ("constant", "from", "eventually")
    assert (claim.relation.variable is None) == (claim.quantifier == "constant")
    assert claim.answer is None or claim.answer.is_number
