"""N(ℓ) and its interval: the law of the mean at the fitted index."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from longlag.numerics.detection.required import required_samples
from longlag.numerics.signal.bootstrap import Bootstrap, Squares
from longlag.numerics.signal.directions import Noise, noise_of, scale_at
from longlag.numerics.stable import quantile, sample

HALF, SIZE, ERRORS = 16, 64, (0.1, 0.1)
BOOTSTRAP = Bootstrap.over(HALF, replicates=200, level=0.95, seed=0)


def squares(signal: float, spread: float = 0.0) -> Squares:
    drawn = torch.linspace(-spread, spread, 200, dtype=torch.float64)
    value = torch.tensor([signal**2], dtype=torch.float64)
    return Squares(value, (value + drawn * signal**2)[:, None])


def numbers(alpha: float) -> np.ndarray:
    return np.asarray(sample(alpha, size=(HALF, SIZE), rng=np.random.default_rng(0)))


@pytest.mark.parametrize("alpha", [1.5, 2.0])
def test_n_is_the_law_of_the_mean(alpha: float) -> None:
    noise = Noise(alpha, 1.3)
    found = BOOTSTRAP.required(squares(0.2), 0, noise, numbers(alpha), ERRORS)
    quantiles = 2 * float(quantile(0.9, alpha))
    assert found.value == pytest.approx((1.3 * quantiles / 0.2) ** noise.kappa, rel=1e-9)
    assert found.value == pytest.approx(required_samples("mean", alpha, 0.2, scale=1.3))
    assert found.low < found.value < found.high


@pytest.mark.parametrize("alpha", [1.5, 2.0])
def test_at_n_both_errors_are_what_was_asked_for(alpha: float) -> None:
    """Page 6.3: error levels .101/.099 and .099/.104."""
    signal, trials = 1.2, 20_000
    needed = BOOTSTRAP.required(squares(signal), 0, Noise(alpha, 1.0), numbers(alpha), ERRORS)
    count = round(needed.value)
    scale = count ** (1 / alpha - 1)
    threshold = scale * float(quantile(0.9, alpha))
    means = sample(alpha, size=(trials, count), rng=np.random.default_rng(1)).mean(1)
    assert (means > threshold).mean() == pytest.approx(0.1, abs=0.01)
    assert (means + signal < threshold).mean() == pytest.approx(0.1, abs=0.015)


def test_with_the_deviation_for_the_scale_n_doubles() -> None:
    normal = np.random.default_rng(0).normal(0, 3, (HALF, SIZE))
    noise = noise_of(normal.ravel(), alpha=2.0, level=0.95, seed=0)
    assert noise.scale == pytest.approx(normal.std(ddof=1) / 2**0.5)
    assert noise.deviation == pytest.approx(normal.std(ddof=1))
    found = BOOTSTRAP.required(squares(0.2), 0, noise, normal, ERRORS)
    wrong = replace(noise, scale=noise.scale * 2**0.5)
    doubled = BOOTSTRAP.required(squares(0.2), 0, wrong, normal, ERRORS)
    assert doubled.value == pytest.approx(2 * found.value)


def test_a_signal_that_may_be_none_takes_no_finite_number() -> None:
    found = BOOTSTRAP.required(squares(0.2, spread=1.5), 0, Noise(2.0, 1.0), numbers(2.0), ERRORS)
    assert found.value < found.high == float("inf")
    length = BOOTSTRAP.length(squares(0.2, spread=1.5), 0)
    assert length.low == 0
    assert length.value == pytest.approx(0.2)
    heavy = BOOTSTRAP.required(squares(0.2), 0, Noise(0.9, 1.0), numbers(2.0), ERRORS)
    assert heavy == (float("inf"),) * 3


def test_the_scale_at_a_known_index_is_that_of_the_draws() -> None:
    draws = 2.5 * np.asarray(sample(1.5, size=20_000, rng=np.random.default_rng(0)))
    assert scale_at(draws, 1.5) == pytest.approx(2.5, rel=0.03)


def test_three_estimators_and_block_differences_tell_of_the_tail() -> None:
    draws = np.asarray(sample(1.5, size=4096, rng=np.random.default_rng(0)))
    noise = noise_of(draws, alpha=None, level=0.95, seed=0)
    assert len(noise.estimates) == 3
    for estimate in noise.estimates:
        assert estimate.alpha == pytest.approx(1.5, abs=0.12)
    assert noise.scaling is not None
    assert noise.scaling.interval[0] < 3 < noise.scaling.interval[1]
