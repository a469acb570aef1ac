"""κ by block differences: the mean's exponent, measured without a model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.signal import lfilter

from longlag.numerics.stable import sample
from longlag.numerics.tail import block_differences


def draws(alpha: float, seed: int, size: int | tuple[int, ...]) -> np.ndarray:
    return sample(alpha, size, np.random.default_rng(seed))


@pytest.mark.parametrize("alpha", [1.2, 1.5, 1.8, 2.0])
def test_the_mean_of_stable_noise_has_kappa_alpha_over_alpha_minus_one(alpha: float) -> None:
    scaling = block_differences(draws(alpha, 0, 400_000), seed=0, fitted_from=1)
    low, high = scaling.interval
    assert low < alpha / (alpha - 1) < high
    assert scaling.kappa == pytest.approx(alpha / (alpha - 1), rel=0.05)
    # Versions 1 and 2 of the paper: κ = alpha. At alpha = 2 the laws agree and nothing shows.
    assert alpha == 2 or not low < alpha < high


@pytest.mark.slow
@pytest.mark.parametrize("fitted_from", [None, 1])
@pytest.mark.parametrize("alpha", [1.2, 2.0])
def test_the_interval_covers_as_often_as_it_says(alpha: float, fitted_from: int | None) -> None:
    slope = -(1 - 1 / alpha)
    found = [
        block_differences(row, seed=1, fitted_from=fitted_from, level=0.9)
        for row in draws(alpha, 3, (150, 4000))
    ]
    covered = sum(one.slope_interval[0] <= slope <= one.slope_interval[1] for one in found)
    assert 120 <= covered <= 147  # 135 expected, ∓ 4 standard deviations
    local = [low <= slope <= high for one in found for low, high in one.local_intervals[-2:]]
    assert 0.83 < np.mean(local) < 0.97


def test_the_dispersion_is_the_median_difference_of_adjacent_means() -> None:
    data = draws(1.5, 4, 1000)
    scaling = block_differences(data, seed=0, block_sizes=[3, 7])
    for size, dispersion, count in zip(
        scaling.block_sizes, scaling.dispersions, scaling.differences, strict=True
    ):
        means = [data[i : i + size].mean() for i in range(0, 1000 - size + 1, size)]
        gaps = [abs(b - a) for a, b in pairwise(means)]
        assert dispersion == pytest.approx(np.median(gaps))
        assert count == len(gaps)
    (slope,) = scaling.local_slopes
    ratio = np.log(scaling.dispersions[1] / scaling.dispersions[0]) / np.log(7 / 3)
    assert slope == pytest.approx(ratio)
    assert scaling.slope == pytest.approx(ratio)
    assert scaling.kappa == pytest.approx(-1 / ratio)


def test_a_location_drops_out_and_a_scale_does_not_matter() -> None:
    data = draws(1.5, 5, 5000)
    first, second = (block_differences(x, seed=0) for x in (data, 1e3 * data - 1e6))
    assert second.slope == pytest.approx(first.slope, abs=1e-6)
    assert second.slope_interval == pytest.approx(first.slope_interval, abs=1e-6)


def test_the_seed_decides_the_interval_and_nothing_else() -> None:
    data = draws(1.5, 6, 5000)
    first, again, other = (block_differences(data, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert other.kappa == first.kappa
    assert other.interval != first.interval


def test_a_higher_level_gives_a_wider_interval() -> None:
    data = draws(1.5, 7, 5000)
    narrow, wide = (
        block_differences(data, seed=0, level=level, replicates=2000) for level in (0.5, 0.99)
    )
    assert wide.interval[0] < narrow.interval[0] < narrow.interval[1] < wide.interval[1]


def test_cauchy_means_do_not_concentrate() -> None:
    cauchy = np.random.default_rng(1).standard_cauchy(400_000)
    scaling = block_differences(cauchy, seed=0, fitted_from=1)
    assert scaling.interval[1] > 100
    assert scaling.slope == pytest.approx(0, abs=0.02)


def test_clipping_at_b_gives_the_stable_exponent_until_n_is_b_to_the_alpha_then_two() -> None:
    # B^alpha = 125: sums of fewer samples rarely meet the clip.
    clipped = np.clip(draws(1.5, 8, 2**21), -25, 25)
    scaling = block_differences(clipped, seed=0)
    local = dict(zip(scaling.block_sizes[:-1], scaling.local_kappas, strict=True))
    assert all(local[size] == pytest.approx(3, rel=0.05) for size in (1, 2, 4))
    assert all(local[size] == pytest.approx(2, rel=0.15) for size in (256, 512))
    crossing = [(low, high) for low, high in scaling.local_intervals if high < -1 / 2.9]
    assert crossing  # slopes between blocks are told from −1/3 with confidence
    assert scaling.interval[0] < 2 < scaling.interval[1]


def test_correlated_noise_needs_blocks_longer_than_its_correlation_time() -> None:
    x = lfilter([1], [1, -0.9], np.random.default_rng(2).normal(size=2**20))
    # The correlation time (1 + .9)/(1 − .9) is 19 samples.
    short = block_differences(x, seed=0, block_sizes=[1, 2, 4, 8], fitted_from=1)
    assert short.kappa > 10
    long = block_differences(x, seed=0, fitted_from=256)
    assert long.interval[0] < 2 < long.interval[1]
    assert long.kappa == pytest.approx(2, rel=0.1)
