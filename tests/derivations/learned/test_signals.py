"""Signals of lags beside envelopes: what the numbers say where the law holds, and where not."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from longlag.derivations.learned import law_checks, signals
from longlag.derivations.learned.signals import predicted_before, required, shares, slope, spread
from longlag.derivations.learned.windows import CELLS, LAGS, NUMBERS, SEEDS, Run, weights
from longlag.theory.statement import Level

DECAY = 0.95 ** np.asarray(LAGS)


@pytest.fixture
def lawful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in which s = 3 c (T−ℓ) f with one envelope, and twice its power with another."""

    def by_lag(quantity: str, cell: str, seed: int, update: int = 0, leaves: Any = "all") -> Any:
        signal = 3 * weights(cell, seed) * DECAY
        found = {
            "f true": DECAY,
            "f steeper": DECAY**2,
            "target signal": signal,
            "signal": signal,
            "deviation": np.full(len(LAGS), 0.2),
        }
        return found[quantity]

    monkeypatch.setattr(signals, "by_lag", by_lag)


@pytest.mark.usefixtures("lawful")
def test_where_the_law_holds_signals_are_one_share_of_the_envelope() -> None:
    assert shares("true", "gru", 0) == pytest.approx(math.log(3))
    wrong = -np.log(DECAY)
    assert spread("steeper", "gru", 0) == pytest.approx(math.log(np.ptp(wrong)))
    assert slope("true", "gru", 0) == pytest.approx(1)
    assert slope("true", "gru", 0, weighed=False) > 1.5


@pytest.mark.usefixtures("lawful")
def test_sequences_needed_fall_with_the_square_of_the_signal() -> None:
    needed = required("gru", 0)
    assert needed[1:] / needed[:-1] == pytest.approx(
        (weights("gru", 0)[:-1] * DECAY[:-1] / (weights("gru", 0)[1:] * DECAY[1:])) ** 2
    )


def test_windows_from_signal_and_noise_grow_with_the_sequences() -> None:
    found = predicted_before()
    for cell in CELLS:
        for seed in SEEDS:
            windows = [found[Run(cell, number, seed)] for number in NUMBERS]
            assert windows == sorted(windows)
    assert len(set(found.values())) > 2


@pytest.mark.parametrize(
    ("centre", "level"), [(-0.02, Level.MEASURED), (0.5, Level.REFUTED), (0.1, Level.UNDECIDED)]
)
def test_a_number_is_near_a_value_if_its_interval_is(centre: float, level: Level) -> None:
    number: Callable[[str, int], float] = lambda cell, seed: centre + 0.01 * (seed - 1)  # noqa: E731
    assert law_checks._around(0.0, "number", number, 0.1).level is level


def test_cells_of_one_seed_are_no_independent_runs() -> None:
    alike = law_checks.pooled(lambda cell, seed: float(seed))
    assert (alike.mean, alike.seeds) == (1.0, len(SEEDS))
