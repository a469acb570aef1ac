"""Sections on transport at scale: every claim holds, and its wrong version does not."""

from __future__ import annotations

import pytest

from longlag.derivations.rates import constant_gate, trained_networks
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


@pytest.mark.slow
def test_first_order_is_a_short_lag_tool_on_trained_networks() -> None:
    cells = ("leaky", "lstm")
    (table,) = (i for i in trained_networks.derivation().items if isinstance(i, Table))
    rows = trained_networks.breakdown_rows(SETTINGS, cells)
    assert [row[0] for row in rows] == list(cells)
    assert all(len(row) == len(table.columns) for row in rows)
    for name in cells:
        found = trained_networks.trained(name, SETTINGS.seed)
        assert found.after.breakdown(0.1) <= 16
        assert found.loss < 0.2
