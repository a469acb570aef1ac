"""What the figures of linear networks show: ceilings, sensitivities, and where orders cross."""

from __future__ import annotations

import numpy as np
import pytest

from longlag.derivations.linear_networks.figures import (
    order_figure,
    recall_figure,
    sensitivity_figure,
)
from longlag.theory.statement import Settings

SETTINGS = Settings()


def test_no_network_recalls_more_than_its_ceiling() -> None:
    (axes,) = recall_figure(SETTINGS).axes
    few, ceiling, many, higher = (line.get_ydata() for line in axes.lines[:4])
    assert (few <= ceiling + 1e-12).all()
    assert (many <= higher + 1e-12).all()
    (simulated,) = axes.containers
    points, _, (bars,) = simulated.lines
    for value, ((_, low), (_, high)) in zip(points.get_ydata(), bars.get_segments(), strict=True):
        assert low < value < high


def test_sensitivities_end_where_they_are_known_to() -> None:
    (axes,) = sensitivity_figure(SETTINGS).axes
    last = {line.get_label(): float(line.get_ydata()[-1]) for line in axes.lines}
    # At ρ = .8 and τ = 1e5: (1+ρ)/(1−ρ) = 9, a quarter of it, and τ² times that.
    assert last["tanh"] == pytest.approx(9.0, rel=1e-3)
    assert last["exponential"] == pytest.approx(2.25, rel=1e-3)
    assert last["softplus"] == pytest.approx(2.25, rel=1e-3)
    assert last["direct"] == pytest.approx(2.25e10, rel=1e-3)
    assert last["rational"] == pytest.approx(1.5 * 9e-5, rel=1e-3)


def test_orders_change_places_below_one() -> None:
    (axes,) = order_figure(SETTINGS).axes
    late, early = (np.asarray(line.get_ydata()) for line in axes.lines[:2])
    starts = np.asarray(axes.lines[0].get_xdata())
    crossed = starts[np.flatnonzero(late > early)[0]]
    assert 0.8 < crossed < 0.95
    assert (np.diff(late) > 0).all()
