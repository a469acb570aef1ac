"""The section on the slowest time scale: every claim holds, and its wrong version does not."""

from __future__ import annotations

import mpmath
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy import S

from longlag.derivations.connections import chapter as connections
from longlag.derivations.connections import clock_checks as checks
from longlag.derivations.connections import plateau_checks as flows
from longlag.derivations.connections import price_checks as prices
from longlag.theory.bridges.time_scale import tau
from longlag.theory.statement import Figure, Settings, Table

SETTINGS = Settings(examples=2)


def test_only_the_exponent_of_the_exit_is_stated_to_fail() -> None:
    claims = connections.derivation().claims
    assert [c.statement.name for c in claims if not c.expected_to_hold] == ["plateau_exponent"]


def test_the_exponent_of_the_exit_rises_from_the_slowest_rate_to_twice_it() -> None:
    slopes = [flows.plateau_slope(*pair) for pair in ((8, 16), (16, 24), (24, 32), (32, 40))]
    assert slopes == sorted(slopes)
    assert 0.85 < slopes[0] < 1.15
    assert 1.8 < slopes[-1] < 2


def test_the_drift_closes_in_on_the_exit() -> None:
    gaps = [abs(flows.leaving(k) / flows.drifting(k) - 1) for k in (20, 24, 28, 32)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1e-3


@given(st.floats(1.5, 60.0), st.integers(0, 100))
def test_every_clock_reads_the_time_scale(scale: float, seed: int) -> None:
    readings = checks.read_time_scales(scale, torch.Generator().manual_seed(seed))
    assert set(readings) == {"gate", "envelope", "kernel", "weight"}
    assert all(abs(found / scale - 1) < 1e-12 for found in readings.values())


def test_a_limit_is_followed_and_not_only_believed() -> None:
    # SymPy's limit alone would pass the first; a wrong value or a wrong limit is refuted.
    assert prices.limit_verdict(SETTINGS, (tau + 1) / tau, tau, S.One).holds
    assert not prices.limit_verdict(SETTINGS, (tau + 1) / tau, tau, S(2)).holds
    assert not prices.limit_verdict(SETTINGS, tau, tau, S.One).holds


def test_the_table_and_the_figures_are_drawn() -> None:
    items = connections.derivation().items
    (table,) = (item for item in items if isinstance(item, Table))
    assert all(len(row) == len(table.columns) for row in table.rows(SETTINGS))
    figures = {item.name: item.draw(SETTINGS) for item in items if isinstance(item, Figure)}
    (costs,) = figures["connections_costs"].axes
    ends = {line.get_label(): line.get_ydata()[[0, -1]] for line in costs.get_lines()}
    # What a time scale reaches and costs rises with it, and the push falls to 1.
    assert sum(high > low for low, high in ends.values()) == len(ends) - 1
    (push,) = (high for low, high in ends.values() if high < low)
    assert 1 < push < mpmath.mpf("1.02")
