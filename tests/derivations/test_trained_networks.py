"""Sections on transport at scale: every claim holds, and its wrong version does not."""

from __future__ import annotations

import pytest

from longlag.derivations import constant_gate, trained_networks
from longlag.theory import CELLS
from longlag.theory.statement import Derivation, Settings, Table

SETTINGS = Settings(examples=2)


def verdicts(derivation: Derivation) -> dict[str, tuple[bool, bool]]:
    checked = derivation.check(SETTINGS).checked
    return {
        one.claim.statement.name: (one.verdict.holds, one.claim.expected_to_hold) for one in checked
    }


def test_a_constant_gate_decays_like_a_power_and_not_exponentially() -> None:
    assert verdicts(constant_gate.derivation()) == {
        "diagonal": (True, True),
        "norm": (True, True),
        "power_law": (True, True),
        "exponential_norm": (False, False),
    }


def test_wrong_versions_of_the_constant_gate_are_refuted() -> None:
    assert not constant_gate.binomial_verdict(SETTINGS, shift=1).holds
    assert not constant_gate.asymptote_verdict(SETTINGS, exponent=-0.4).holds


@pytest.mark.slow
def test_trained_networks_agree_with_autograd_and_with_the_bound() -> None:
    assert set(verdicts(trained_networks.derivation()).values()) == {(True, True)}
    assert not trained_networks.autograd_verdict(SETTINGS, lag_error=1).holds
    assert not trained_networks.lag_one_verdict(SETTINGS, reading="zeroth").holds
    assert not trained_networks.remainder_verdict(SETTINGS, shrink=1e-3).holds


@pytest.mark.slow
def test_the_table_has_a_row_for_every_cell_and_first_order_is_a_short_lag_tool() -> None:
    (table,) = (i for i in trained_networks.derivation().items if isinstance(i, Table))
    rows = table.rows(SETTINGS)
    assert [row[0] for row in rows] == list(CELLS)
    assert all(len(row) == len(table.columns) for row in rows)
    for name in CELLS:
        report = trained_networks.trained(name, SETTINGS.seed).after
        assert report.breakdown(0.1) <= 16
        assert trained_networks.trained(name, SETTINGS.seed).loss < 0.2
