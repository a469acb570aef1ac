"""Chains hold in every step or break at the named one; what says nothing is refused."""

from __future__ import annotations

import pytest
from sympy import E, Integer, Interval, Range, S, Sum, cos, exp, log, oo, pi, sin, sqrt, symbols

from longlag.theory import LonglagError
from longlag.theory.statement import Level, Settings
from longlag.theory.verify import Proof, Step, Substitution
from tests.theory.verify.relations import CHAINS, Chain

BRIEF = Settings(effort="quick", seconds=2)
k, n, u, x, y = symbols("k n u x y")
POSITIVE = Interval.open(0, oo)


@pytest.mark.slow
@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)
def test_chains_break_where_they_are_wrong(chain: Chain) -> None:
    checked = Proof(chain.first, chain.steps, chain.domains, chain.variable).check(BRIEF)
    assert checked.broken == chain.broken
    assert checked.verdict.holds == (chain.broken is None)
    if chain.broken is not None:
        assert checked.verdict.level is Level.REFUTED
        assert checked.verdict.method.startswith(f"step {chain.broken + 1} (")


def test_chain_is_as_strong_as_its_weakest_step() -> None:
    proof = Proof(1 + x, (("≤", exp(x), "tangent"), ("=", exp(2 * x) / exp(x))), {x: S.Reals})
    verdict = proof.check(BRIEF).verdict
    levels = [route.level for route in verdict.routes]
    assert verdict.level is max(levels, key=list(Level).index)


def test_display_has_a_mark_for_each_step() -> None:
    proof = Proof(x, (("≤", x + 1, "one more"), ("≤", x, "wrong")), {x: S.Reals})
    tex = proof.check(BRIEF).latex()
    assert tex.startswith(r"\begin{aligned}")
    assert tex.endswith(r"\end{aligned}")
    assert tex.count(r"\le") == 2
    assert r"\checkmark" in tex
    assert r"\times" in tex
    assert r"\text{one more}" in proof.latex()


def test_first_step_that_breaks_is_named_although_a_later_one_does_too() -> None:
    proof = Proof(x, (("≤", x + 1), ("≤", x, "first slip"), ("≤", x - 1, "second")), {x: S.Reals})
    checked = proof.check(BRIEF)
    assert checked.broken == 1
    assert "first slip" in checked.verdict.summary()


@pytest.mark.parametrize(
    ("sign", "line", "next_", "holds"),
    [
        ("→", (x + 1) / x, 1, True),
        ("→", (x + 1) / x, 2, False),
        ("→", log(x) / x, 0, True),
        ("→", 2 + log(x) / x, 0, False),
        ("→", x, oo, True),
        ("→", 1 + 1 / x, oo, False),
        ("O", 3 * x**2 + x, x**2, True),
        ("O", x * log(x), x, False),
        ("O", sin(x) / x, 1 / x, True),
    ],
)
def test_what_tends_and_what_is_bounded_up_to_a_constant(
    sign: str, line: object, next_: object, holds: bool
) -> None:
    proof = Proof(S(line), ((sign, S(next_)),), {x: POSITIVE}, x)
    assert proof.check(BRIEF).verdict.holds == holds


def test_constant_for_all_is_told() -> None:
    checked = Proof(sin(x), (("O", Integer(1)),), {x: S.Reals}).check(BRIEF)
    assert checked.verdict.holds
    assert checked.says == "sin(x) = O(1)"
    assert Proof(x, (("O", sqrt(x)),), {x: POSITIVE}).check(BRIEF).verdict.level is Level.REFUTED


def test_substitution_changes_the_domain() -> None:
    into_unit = Substitution(x, exp(-u), {u: POSITIVE}, "x below one")
    proof = Proof(log(x), (("<", S.Zero), into_unit, ("<", u)), {x: Interval.open(0, 1)})
    checked = proof.check(BRIEF)
    assert checked.verdict.holds
    assert checked.says == "log(exp(-u)) < u"


@pytest.mark.parametrize(
    ("domain", "expression"),
    [(Interval.open(0, 1), exp(u)), (S.Naturals, u / 2), (Interval(-1, 1), 2 * cos(u))],
)
def test_substitution_out_of_the_domain_is_refuted(domain: object, expression: object) -> None:
    move = Substitution(x, expression, {u: S.Naturals})
    checked = Proof(x, (("=", x), move), {x: domain}).check(BRIEF)
    assert checked.broken == 1
    assert checked.verdict.level is Level.REFUTED


def test_variable_follows_a_substitution() -> None:
    move = Substitution(x, u**2, {u: POSITIVE})
    proof = Proof(sqrt(x + 1), (move, ("∼", u, "the square is larger")), {x: POSITIVE}, x)
    assert proof.check(BRIEF).verdict.level is Level.PROVED


def test_claim_refutes_its_wrong_versions() -> None:
    proof = Proof(Sum(k, (k, 1, n)), (("=", n * (n + 1) / 2), ("≤", n**2)), {n: S.Naturals})
    claim = proof.claim("sum", wrong={"off by one": proof.replaced(0, n * (n - 1) / 2)})
    assert claim.judge(BRIEF).holds
    assert claim.misstated("off by one").judge(BRIEF).level is Level.REFUTED


@pytest.mark.parametrize(
    "arguments",
    [
        (x, (("≤", x + 1), ("≥", x)), {x: S.Reals}),
        (x, (("∼", x + 1),), {x: S.Reals}),
        (x, (), {x: S.Reals}),
        (x, (("≈", x),), {x: S.Reals}),
        (x, ("x = x",), {x: S.Reals}),
    ],
)
def test_what_says_nothing_is_refused(arguments: tuple) -> None:
    with pytest.raises(LonglagError):
        Proof(*arguments)


def test_symbols_without_a_domain_are_refused() -> None:
    with pytest.raises(LonglagError, match="domain"):
        Proof(x, (("≤", x + y**2),), {x: S.Reals}).check(BRIEF)
    with pytest.raises(LonglagError):
        Proof(x, (("=", x), Substitution(y, u)), {x: S.Reals}).check(BRIEF)
    with pytest.raises(LonglagError, match="depend"):
        Proof(x, (("→", 1 / x),), {x: POSITIVE}, x).check(BRIEF)


def test_steps_may_be_written_as_objects() -> None:
    proof = Proof(E**x, (Step(">", x, "tangent"),), {x: Range(0, oo)})
    assert proof.check(BRIEF).verdict.holds
    assert proof.sign == ">"
    assert Proof(pi, (("<", Integer(4)),), {}).check(BRIEF).verdict.holds
