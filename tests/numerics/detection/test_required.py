"""Sample sizes as numbers: against simulation, against one another, against the page's values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm
from sympy import Symbol

from longlag.numerics.detection import clipped_quantile
from longlag.numerics.detection.required import (
    asymptotic_variance,
    fewest_samples,
    fisher_information,
    required_samples,
)
from longlag.numerics.stable import logpdf, pdf, quantile, sample, sf
from longlag.theory import LonglagError
from longlag.theory.estimators import ESTIMATORS
from longlag.theory.estimators.concentration import kappa, tail_constant
from longlag.theory.estimators.estimator import alpha as tail_index

ALPHAS = (1.2, 1.5, 1.8, 2.0)


@pytest.mark.parametrize(
    ("alpha", "information", "decile"),
    [(1.2, 0.442, 2.47963), (1.5, 0.428, 2.06146), (1.8, 0.455, 1.88030), (2.0, 0.5, 1.81239)],
)
def test_known_values(alpha: float, information: float, decile: float) -> None:
    assert fisher_information(alpha) == pytest.approx(information, abs=5e-4)
    needed = required_samples("mean", alpha, 2.0, scale=3.0, false_alarm=0.1, miss=0.1)
    assert needed == pytest.approx((3.0 * decile) ** (alpha / (alpha - 1)), rel=2e-5)


@pytest.mark.parametrize("alpha", [1.05, 1.2, 1.5, 1.8, 1.99, 2.0])
def test_the_information_by_another_quadrature(alpha: float) -> None:
    step = 1e-4

    def integrand(x: float) -> float:
        slope = (logpdf(x + step, alpha) - logpdf(x - step, alpha)) / (2 * step)
        return float(slope**2 * pdf(x, alpha))

    body, tail = quad(integrand, 0, 10, epsabs=1e-9)[0], quad(integrand, 10, 1000, limit=200)[0]
    assert fisher_information(alpha) == pytest.approx(2 * (body + tail), rel=1e-6)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_the_variance_of_a_clip_interpolates_between_median_and_mean(alpha: float) -> None:
    median = 1 / (4 * pdf(0, alpha) ** 2)
    assert asymptotic_variance(1e-4, alpha) == pytest.approx(float(median), rel=1e-3)
    if alpha == 2:
        for far in (20.0, 500.0, 1e5):
            assert asymptotic_variance(far, alpha) == pytest.approx(2.0, rel=1e-9)
    else:
        assert asymptotic_variance(200.0, alpha) > asymptotic_variance(20.0, alpha)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_nothing_beats_maximum_likelihood_and_that_not_the_bound(alpha: float) -> None:
    needed = {name: required_samples(name, alpha, 0.05) for name in ESTIMATORS}
    best = needed["maximum_likelihood"]
    assert all(n >= best * (1 - 1e-9) for n in needed.values())
    assert 0.5 * best < fewest_samples(alpha, 0.05) < best


def test_for_normal_noise_the_mean_is_maximum_likelihood_with_or_without_growing_clip() -> None:
    mean = required_samples("mean", 2, 0.05)
    z = norm.isf(0.1)
    assert mean == pytest.approx(2 * (2 * z / 0.05) ** 2, rel=1e-12)
    assert required_samples("maximum_likelihood", 2, 0.05) == pytest.approx(mean, rel=1e-9)
    assert required_samples("growing_clip", 2, 0.05) == pytest.approx(mean, rel=1e-12)
    assert required_samples("huber", 2, 0.05) == pytest.approx(mean / 0.95, rel=1e-3)


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("alpha", ALPHAS)
def test_half_the_signal_costs_two_to_the_kappa(name: str, alpha: float) -> None:
    ratio = required_samples(name, alpha, 0.1) / required_samples(name, alpha, 0.2)
    assert ratio == pytest.approx(2 ** float(kappa(alpha, name)), rel=1e-9)
    scaled = required_samples(name, alpha, 0.3, scale=3.0)
    assert scaled == pytest.approx(required_samples(name, alpha, 0.1), rel=1e-9)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_the_sign_test_of_the_mean_by_simulation(alpha: float) -> None:
    """At error p between ±m, N = (q_{1-p}/m)^kappa for every N, so a small one will do."""
    size, replicates, exponent = 3, 1_500_000, float(kappa(alpha))
    means = np.abs(sample(alpha, (replicates, size), np.random.default_rng(0)).mean(-1))
    signal = float(np.quantile(means, 0.8))  # the sign errs in a tenth of the cases
    needed = required_samples("mean", alpha, 2 * signal, false_alarm=0.1, miss=0.1)
    assert needed == pytest.approx(size, rel=0.004 * exponent)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_both_error_levels_are_met_by_simulation(name: str) -> None:
    """At the smallest signal that N = 1024 detects, the formula asks for 1024."""
    from longlag.numerics.detection import measure_kappa

    measured = measure_kappa(
        name, 1.5, sizes=(512, 1024), replicates=20_000, false_alarm=0.05, miss=0.2, seed=1
    )
    needed = required_samples(name, 1.5, measured.detectable[-1], false_alarm=0.05, miss=0.2)
    sigmas = 3.5 * measured.errors[-1] * measured.derived
    assert abs(math.log(needed / 1024)) < sigmas + 0.01
    # The other order of the levels is the same test of a symmetric law; other levels are not.
    wrong = required_samples(name, 1.5, measured.detectable[-1], false_alarm=0.1, miss=0.2)
    assert abs(math.log(wrong / 1024)) > sigmas + 0.01


@pytest.mark.parametrize("alpha", [1.2, 1.5, 1.8])
def test_quantiles_of_clipped_jumps_by_simulation(alpha: float) -> None:
    size, rng = 512, np.random.default_rng(0)
    bound = size ** (1 / alpha)
    errors = np.concatenate(
        [
            np.abs(np.clip(sample(alpha, (500, size), rng), -bound, bound).mean(-1))
            for _ in range(50)
        ]
    )
    for level in (0.1, 0.01):
        simulated = np.quantile(errors, 1 - 2 * level) * size ** (1 - 1 / alpha)
        assert clipped_quantile(level, alpha) == pytest.approx(simulated, rel=0.03)
        assert abs(float(quantile(1 - level, alpha)) / simulated - 1) > 0.06


def test_clipped_jumps_are_continuous_up_to_the_normal_law() -> None:
    assert clipped_quantile(0.1, 1.9999) == pytest.approx(clipped_quantile(0.1, 2.0), rel=1e-4)


def test_confidence_is_a_power_for_the_mean_and_cheap_for_the_others() -> None:
    def price(name: str) -> float:
        return required_samples(name, 1.5, 0.1, false_alarm=1e-10, miss=1e-10) / required_samples(
            name, 1.5, 0.1, false_alarm=1e-5, miss=1e-5
        )

    assert price("mean") == pytest.approx(1e5 ** (1 / (1.5 - 1)), rel=1e-3)
    assert all(price(name) < 10 for name in ESTIMATORS if name != "mean")


@pytest.mark.parametrize("alpha", [1.2, 1.5, 1.8])
def test_the_tail_constant_is_that_of_the_survival_function(alpha: float) -> None:
    far = 1e6
    constant = float(tail_constant.subs(tail_index, alpha))
    assert float(sf(far, alpha)) * far**alpha == pytest.approx(constant, rel=1e-4)


def test_samples_beyond_float64_are_infinite() -> None:
    assert required_samples("mean", 1.001, 0.1) == math.inf


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"signal": 0}, "signal = 0"),
        ({"signal": -1.0}, r"signal = -1\.0"),
        ({"signal": math.nan}, "signal = nan"),
        ({"signal": "1"}, "signal = '1'"),
        ({"scale": 0}, "scale = 0"),
        ({"scale": math.inf}, "scale = inf"),
        ({"false_alarm": 0.5}, r"false_alarm = 0\.5"),
        ({"miss": 0}, "miss = 0"),
        ({"alpha": 2.5}, r"alpha = 2\.5"),
        ({"alpha": Symbol("alpha")}, "alpha = alpha: a symbol has no value"),
        ({"alpha": 1}, "alpha = 1: at alpha <= 1 the mean never concentrates"),
        ({"estimator": "means"}, "did you mean 'mean'"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object], message: str) -> None:
    arguments = {"estimator": "mean", "alpha": 1.5, "signal": 0.1, **wrong}
    with pytest.raises(LonglagError, match=message):
        required_samples(**arguments)


def test_the_bounds_of_the_bounds() -> None:
    with pytest.raises(LonglagError, match="signals within the noise"):
        fewest_samples(1.5, 2.0, scale=1.0)
    with pytest.raises(LonglagError, match=r"error level 1e-13"):
        clipped_quantile(1e-13, 1.5)
    with pytest.raises(LonglagError, match="threshold = -1"):
        asymptotic_variance(-1, 1.5)
