"""Measured envelopes: the last learnable lag and the first that fails."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longlag.numerics.generate import generate
from longlag.numerics.measurement.window import measured_window
from longlag.theory import LAWS, LonglagError

NUMBERS = {"samples": 1e4, "cost": 2.0, "kappa": 3.0}


@given(decay=st.floats(0.01, 0.5), samples=st.floats(3, 1e9), kappa=st.floats(0.5, 10))
def test_an_exponential_seen_at_whole_lags_has_the_window_of_its_law(
    decay: float, samples: float, kappa: float
) -> None:
    parameter = {"b": decay, "c": 1.0}
    functions = generate(LAWS["exponential"], "numpy")
    lags = np.arange(5000)
    envelope = functions.envelope(lags.astype(float), parameter)
    found = measured_window(lags, envelope, samples=samples, cost=2.0, kappa=kappa)
    wanted = float(functions.horizon(samples, parameter, cost=2.0, kappa=kappa))
    if min(wanted % 1, 1 - wanted % 1) > 1e-9 and wanted < 4999:
        assert found.last == np.floor(wanted)
        assert found.first_failure == found.last + 1
        assert not found.has_gaps


def test_a_gap_is_told() -> None:
    envelope = np.array([1.0, 0.9, 1e-3, 0.8, 1e-3])
    found = measured_window(np.arange(1, 6), envelope, **NUMBERS)
    assert (found.last, found.first_failure, found.learnable) == (4, 3, 0.6)
    assert found.has_gaps


def test_nothing_and_everything_can_be_learnable() -> None:
    nothing = measured_window(np.arange(3), np.zeros(3), **NUMBERS)
    assert (nothing.last, nothing.first_failure, nothing.has_gaps) == (None, 0, False)
    everything = measured_window(np.arange(3), np.ones(3), **NUMBERS)
    assert (everything.last, everything.first_failure, everything.has_gaps) == (2, None, False)


def test_more_samples_never_shorten_the_window() -> None:
    envelope = np.abs(np.random.default_rng(0).normal(size=50))
    lasts = [
        measured_window(np.arange(50), envelope, samples=float(n), cost=1.0, kappa=2.0).last or -1
        for n in np.logspace(-2, 4, 30)
    ]
    assert lasts == sorted(lasts)


BAD: dict[str, dict[str, Any]] = {
    "lags": {"lags": np.array([1, 3, 2])},
    "not negative": {"envelope": np.array([1.0, -0.1, 0.2])},
    "finite": {"envelope": np.array([1.0, np.nan, 0.2])},
    "same length": {"envelope": np.array([1.0, 0.2])},
    "samples": {"samples": 0.0},
    "cost": {"cost": -1.0},
    "kappa": {"kappa": np.inf},
}


@pytest.mark.parametrize("reason", BAD)
def test_bad_measurements_are_refused(reason: str) -> None:
    good: dict[str, Any] = {"lags": np.arange(3), "envelope": np.ones(3), **NUMBERS}
    with pytest.raises(LonglagError, match=reason):
        measured_window(**{**good, **BAD[reason]})
