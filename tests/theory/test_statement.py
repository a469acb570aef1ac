"""What is said, how it is checked, and what we expect: three things that are never mixed up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from latex2mathml.converter import convert
from sympy import Integer, Interval, S, exp
from sympy.abc import x, y

from longlag.theory.errors import LonglagError
from longlag.theory.statement import (
    DERIVED_HERE,
    CheckedClaim,
    Claim,
    Derivation,
    Kind,
    Level,
    Relation,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
    failure_rate_bound,
)
from longlag.theory.verify import verify

HOLDING = {Level.PROVED, Level.CERTIFIED, Level.COMPUTED, Level.MEASURED}


def verdict(level: Level) -> Verdict:
    return Verdict(level=level, method="a method")


def claim(
    name: str, check: Callable[[Settings], Verdict] | Level, *, expected: bool = True
) -> Claim:
    route = check if callable(check) else lambda settings: verdict(check)
    return Claim(Statement(name, Kind.IDENTITY, "a = b"), route, expected_to_hold=expected)


@pytest.mark.parametrize("level", Level)
def test_a_verdict_holds_unless_refuted_or_undecided(level: Level) -> None:
    assert verdict(level).holds == (level in HOLDING)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("expected", [True, False])
def test_expected_means_as_we_said_and_undecided_never_is(level: Level, expected: bool) -> None:
    checked = CheckedClaim(claim("c", level, expected=expected), verdict(level), 0.0)
    decided = level is not Level.UNDECIDED
    assert checked.as_expected == (decided and (level in HOLDING) == expected)


def test_a_summary_is_one_line_with_all_that_the_number_depends_on() -> None:
    full = Verdict(
        level=Level.REFUTED,
        method="by hand",
        points=7,
        digits=50,
        error=0.25,
        tolerance=1e-9,
        seed=3,
        failure_rate=0.05,
        counterexample="x = 2",
    )
    text = full.summary()
    assert text.startswith("refuted: by hand")
    for part in ("7 points", "error 0.25", "1e-09", "seed 3", "0.05 at 95 %", "fails at x = 2"):
        assert part in text
    assert "\n" not in text
    assert verdict(Level.PROVED).summary() == "proved: a method"
    assert "1 point;" in Verdict(level=Level.COMPUTED, method="m", points=1, seed=0).summary()


@given(points=st.integers(1, 10**5))
def test_the_failure_rate_bound_is_where_seeing_none_has_probability_five_percent(
    points: int,
) -> None:
    rate = failure_rate_bound(points)
    assert 0 < rate < 1
    assert (1 - rate) ** points == pytest.approx(0.05)
    assert failure_rate_bound(points + 1) < rate


def test_a_source_reads_as_a_citation() -> None:
    assert str(DERIVED_HERE) == "derived here"
    assert str(Source("arXiv 2512.05790", "eq. 3", "v2")) == "arXiv 2512.05790, v2, eq. 3"
    assert Statement("s", Kind.BOUND, "a").source is DERIVED_HERE


@pytest.mark.parametrize(
    ("kind", "mark"),
    [
        (Kind.IDENTITY, "="),
        (Kind.DEFINITION, "="),
        (Kind.BOUND, r"\le"),
        (Kind.LIMIT, r"\sim"),
        (Kind.EXPONENT, r"d \ln"),
    ],
)
def test_a_relation_prints_its_kind_and_both_sides(kind: Kind, mark: str) -> None:
    text = Relation(kind, exp(-x), 1 / (1 + y), {x: S.Reals, y: Interval(0, 1)}, x).latex()
    convert(text)
    assert mark in text
    assert "e^{- x}" in text
    assert r"\frac{1}{y + 1}" in text
    assert (r"\infty" in text) == (kind is Kind.LIMIT)


def test_claims_are_checked_in_order_with_the_same_settings() -> None:
    seen: list[tuple[str, Settings]] = []

    def witness(name: str) -> Claim:
        def check(settings: Settings) -> Verdict:
            seen.append((name, settings))
            return verdict(Level.PROVED)

        return claim(name, check)

    settings = Settings(examples=3, seed=9, digits=40)
    items = (Text("words"), witness("a"), Text("more"), witness("b"))
    derivation = Derivation("d", "title", items)
    assert [c.statement.name for c in derivation.claims] == ["a", "b"]
    checked = derivation.check(settings)
    assert seen == [("a", settings), ("b", settings)]
    assert checked.settings == settings
    assert [c.claim for c in checked.checked] == list(derivation.claims)
    assert all(c.seconds >= 0 for c in checked.checked)
    assert derivation.check().settings == Settings()


def test_one_surprise_spoils_a_derivation_and_is_found_by_name() -> None:
    good = claim("good", Level.COMPUTED)
    known_wrong = claim("known_wrong", Level.REFUTED, expected=False)
    assert Derivation("d", "t", (good, known_wrong)).check().as_expected
    for surprise in (
        claim("x", Level.REFUTED),
        claim("x", Level.PROVED, expected=False),
        claim("x", Level.UNDECIDED),
    ):
        checked = Derivation("d", "t", (good, surprise, known_wrong)).check()
        assert not checked.as_expected
        assert checked.verdict("x").level is surprise.check(Settings()).level
        assert checked.verdict("good").level is Level.COMPUTED


def test_checks_run_one_by_one_so_that_progress_can_be_shown() -> None:
    def never(settings: Settings) -> Verdict:
        raise AssertionError("checked too early")

    steps = Derivation("d", "t", (claim("a", Level.PROVED), claim("b", never)))
    first = next(steps.check_each(Settings()))
    assert first.claim.statement.name == "a"


def test_a_users_check_that_raises_is_told_to_its_author() -> None:
    def broken(settings: Settings) -> Verdict:
        return verify(1 / 0, settings)

    for check in (broken, lambda settings: verify(settings), 3):
        user = Claim(Statement("mine", Kind.IDENTITY, "a = b"), check)
        with pytest.raises(LonglagError, match="make it a function") as raised:
            Derivation("d", "t", (user,)).check()
        assert "'mine'" in str(raised.value)


def test_a_check_of_longlags_own_that_breaks_blames_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from longlag.theory.verify import decide as room

    def broken(relation: Relation, settings: Settings) -> Verdict:
        raise ValueError("tuple.index(x):\n x not in tuple")

    monkeypatch.setattr(room, "verify", broken)
    relation = Relation(Kind.IDENTITY, x, x, {x: S.Reals})
    own = room.claim("ours", relation, "x = x", title="ours")
    with pytest.raises(LonglagError, match="fault of longlag") as raised:
        Derivation("d", "t", (own,)).check()
    message = str(raised.value)
    assert "\n" not in message
    assert "make it a function" not in message
    assert "ValueError: tuple.index(x): x not in tuple" in message


def test_statements_and_verdicts_are_values() -> None:
    assert Statement("s", Kind.LIMIT, "a") == Statement("s", Kind.LIMIT, "a")
    assert hash(verdict(Level.PROVED)) == hash(verdict(Level.PROVED))
    assert verdict(Level.PROVED) != verdict(Level.COMPUTED)
    with pytest.raises(TypeError):
        Verdict(Level.PROVED, "positional")  # type: ignore[misc]
    assert Relation(Kind.BOUND, x, Integer(1), {}) != Relation(Kind.IDENTITY, x, Integer(1), {})
