"""Approximation by exponentials: every claim is as expected, and wrong versions are refuted."""

from __future__ import annotations

import pytest

from longlag.derivations.memory import approximation as section
from longlag.derivations.memory import approximation_checks as checks
from longlag.theory.statement import Figure, Level, Settings, Table

SETTINGS = Settings(examples=2)


def test_two_published_statements_are_stated_to_fail() -> None:
    # That the claims come out so is asked of all derivations at once.
    claims = section.derivation().claims
    assert {c.statement.name for c in claims if not c.expected_to_hold} == {
        "rate_bound_published", "exponentially_many"
    }  # fmt: skip


def test_what_sympy_settles_is_proved() -> None:
    for verdict in (
        checks.derivative_verdict, checks.truncation_verdict, checks.exponent_verdict
    ):  # fmt: skip
        assert verdict(SETTINGS).level is Level.PROVED


def test_wrong_versions_of_the_algebra_are_refuted() -> None:
    assert not checks.derivative_verdict(SETTINGS, factor=2).holds
    assert not checks.truncation_verdict(SETTINGS, power=-2).holds
    assert not checks.exponent_verdict(SETTINGS, shift=0).holds
    assert not checks.representation_verdict(SETTINGS, shift=0.1).holds


def test_the_rate_bound_holds_and_a_thousandth_of_it_does_not() -> None:
    kernels = checks.decaying_kernels()[-1:]
    assert checks.bound_verdict(SETTINGS, kernels).holds
    assert not checks.bound_verdict(SETTINGS, kernels, shrink=1e-3).holds


def test_only_without_one_over_beta_the_bound_knows_no_unit_of_time() -> None:
    assert not checks.unit_verdict(SETTINGS, power=1.0).holds
    assert checks.unit_verdict(SETTINGS, power=0.0).holds


def test_too_few_exponentials_do_not_reach_one_per_cent() -> None:
    fewer = {power: m // 2 for power, m in checks.KNOWN.items() if power >= 0.5}
    assert not checks.count_verdict(SETTINGS, fewer).holds
    assert not checks.count_verdict(SETTINGS, {1.0: 3}, refined=True).holds


@pytest.mark.slow
def test_wrong_versions_about_all_sums_are_refuted() -> None:
    assert not checks.log_squared_verdict(SETTINGS, factor=0.1).holds
    assert not checks.slow_unit_verdict(SETTINGS, shrink=1e-2).holds
    assert "29 exponentials" in checks.necessary_verdict(SETTINGS).counterexample


@pytest.mark.slow
def test_the_table_and_the_figures_can_be_made() -> None:
    items = section.derivation().items
    (table,) = (item for item in items if isinstance(item, Table))
    rows = table.rows(SETTINGS)
    assert [int(row[2]) for row in rows] == [5, 9, 16, 29]
    assert all(len(row) == len(table.columns) for row in rows)
    for figure in (item for item in items if isinstance(item, Figure)):
        assert len(figure.draw(SETTINGS).axes[0].lines) >= 8
