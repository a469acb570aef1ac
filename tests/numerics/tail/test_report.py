"""The report: silent on stable noise, and each trap told in words with the numbers."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from scipy.signal import lfilter

from longlag.numerics.stable import sample
from longlag.numerics.tail import NoiseReport, dependence, noise_report
from longlag.numerics.tail.report import _repeated_values

N = 200_000


def normal(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def autoregression(coefficient: float, noise: np.ndarray) -> np.ndarray:
    return np.asarray(lfilter([1], [1, -coefficient], noise))


def alphas(report: NoiseReport) -> list[float]:
    return [fit.alpha for fit in report.estimates]


def warned(report: NoiseReport, words: str) -> bool:
    return any(words in warning for warning in report.warnings)


def holds_two(report: NoiseReport) -> bool:
    low, high = report.scaling.interval
    return low < 2 < high


@pytest.mark.parametrize("alpha", [1.2, 1.5, 1.8, 2.0])
def test_nothing_speaks_against_stable_noise(alpha: float) -> None:
    report = noise_report(3 + sample(alpha, N, np.random.default_rng(1)), seed=0)
    assert report.warnings == ()
    assert alphas(report) == pytest.approx([alpha] * 3, abs=0.03)


@pytest.mark.slow
def test_one_stable_record_in_fifty_at_most_is_warned_of_without_cause() -> None:
    rng = np.random.default_rng(2)
    reports = [noise_report(sample(1.5, 5000, rng), seed=0) for _ in range(100)]
    # Too short to exclude κ = 2 is no false alarm.
    false = [w for r in reports for w in r.warnings if "Record more samples" not in w]
    assert len(false) <= 4


def test_a_product_of_two_normals_fits_a_stable_law_yet_has_kappa_two() -> None:
    report = noise_report(normal(0, 2, N).prod(0), seed=0)
    # Likelihood 1.23, characteristic function 1.34, quantiles 1.21.
    assert all(1.2 < alpha < 1.5 for alpha in alphas(report))
    assert all(fit.interval[1] < 1.4 for fit in report.estimates)
    assert holds_two(report)
    assert min(fit.predicted_kappa for fit in report.estimates) > 3.5
    assert warned(report, "A fitted alpha < 2 is no evidence that kappa > 2")
    assert warned(report, "drifts under addition")
    assert warned(report, "estimators of alpha disagree")


@pytest.mark.slow
def test_unequal_scales_turn_a_normal_into_alpha_one_point_one() -> None:
    data = np.exp(normal(1, 5 * N)) * normal(2, 5 * N)
    report = noise_report(data, seed=0)
    # Likelihood 1.10, characteristic function 1.12, quantiles 1.10.
    assert alphas(report) == pytest.approx([1.1] * 3, abs=0.03)
    # The kurtosis is 3 e⁴ = 164: means of 128 samples, where the fit begins, are not quite normal.
    # Over eight seeds κ is 2.05 on average, with a standard deviation of .07.
    assert report.scaling.kappa == pytest.approx(2.05, abs=0.25)
    assert warned(report, "A fitted alpha < 2 is no evidence that kappa > 2")
    # Small blocks still show the heavy centre: κ = 7 between 1 and 2 samples.
    assert report.scaling.local_kappas[0] > 5
    assert warned(report, "The slope −1/kappa changes with the block size")


def test_clipped_noise_is_recognised_by_its_repeated_extremes() -> None:
    report = noise_report(np.clip(sample(1.5, N, np.random.default_rng(3)), -25, 25), seed=0)
    assert warned(report, "clipped data")
    assert warned(report, "(bound/scale)^alpha = 1.2e+02") or warned(report, "= 1.3e+02")
    assert holds_two(report)
    assert alphas(report)[0] == pytest.approx(1.5, abs=0.05)


def test_clipped_normal_noise_has_no_bound_in_units_of_its_tail() -> None:
    report = noise_report(np.clip(normal(13, 5000), -2, 2), seed=0)
    assert warned(report, "clipped data.")
    assert not warned(report, "(bound/scale)")


@pytest.mark.parametrize(
    ("alpha", "told"), [(0.8, False), (1.0, False), (1.01, True), (1.99, True), (2.0, False)]
)
def test_the_bound_is_told_where_means_of_the_fitted_law_concentrate_slowly(
    alpha: float, told: bool
) -> None:
    data = np.clip(sample(1.5, 5000, np.random.default_rng(3)), -25, 25)
    fit = replace(noise_report(data, seed=0).estimates[0], alpha=alpha)
    second = replace(fit, alpha=2.0 if told else 1.5)  # only the first is asked
    (text,) = _repeated_values(data, (fit, second))
    assert "clipped data." in text
    assert ("(bound/scale)^alpha" in text) == told
    (without,) = _repeated_values(data, ())
    assert without.endswith("clipped data.")


@pytest.mark.parametrize(("count", "lags"), [(100, 25), (399, 99), (3996, 999), (4004, 1000)])
def test_memory_is_looked_for_over_a_quarter_of_the_record(count: int, lags: int) -> None:
    noise = normal(14, count)
    assert dependence(noise).lags == lags
    # What repeats itself after so many samples is seen, and after one more it is not.
    for period in (lags, lags + 1):
        found = dependence(np.resize(noise[:period], count))
        assert (found.sign_correlation > 0.7) == (period == lags)


def test_correlated_noise_is_told_with_the_block_size_that_it_needs() -> None:
    x = autoregression(0.9, normal(4, N))
    assert dependence(x).sign_time == pytest.approx(19, rel=0.1)
    report = noise_report(x, seed=0)
    assert warned(report, "not independent: their signs")
    assert warned(report, "Blocks of 64 samples are shorter than 10 correlation times")
    longer = noise_report(x, seed=0, fitted_from=256)
    assert not warned(longer, "are shorter than")
    assert holds_two(longer)


def test_slowly_varying_scales_are_told_from_magnitudes() -> None:
    # The signs are independent: only |x| remembers.
    x = normal(5, N) * np.exp(autoregression(0.99, 0.1 * normal(6, N)))
    found = dependence(x)
    assert found.sign_time == 1
    assert found.magnitude_time > 50
    assert warned(noise_report(x, seed=0), "not independent: their magnitudes")


@pytest.mark.parametrize("tail", [1.2, 2.0])
def test_the_correlation_time_does_not_see_the_tail(tail: float) -> None:
    noise = sample(tail, N, np.random.default_rng(7))
    assert dependence(noise).time == 1
    assert 2 < dependence(autoregression(0.5, noise)).sign_time < 5


def test_too_few_samples_to_exclude_two_are_told() -> None:
    report = noise_report(sample(1.7, 1000, np.random.default_rng(0)), seed=0)
    assert warned(report, "Record more samples")


def test_an_estimator_that_has_no_answer_says_so_and_the_others_go_on() -> None:
    heavy = np.exp(2 * normal(8, 5000)) * normal(9, 5000)
    report = noise_report(heavy, seed=0)
    assert warned(report, "Maximum likelihood gives no estimate")
    assert [fit.estimator for fit in report.estimates] == ["Kogon–Williams"]
    assert report.estimates[0].predicted_kappa == np.inf


def test_rounded_data_are_told() -> None:
    assert warned(noise_report(np.round(normal(10, 5000), 1), seed=0), "rounded or repeated")


def test_the_comparison_puts_the_measured_kappa_beside_the_predicted_one() -> None:
    report = noise_report(sample(1.5, N, np.random.default_rng(11)), seed=0)
    fit, scaling = report.estimates[0], report.scaling
    assert f"alpha/(alpha − 1) = {fit.predicted_kappa:.2f}" in report.comparison
    assert f"measure kappa = {scaling.kappa:.2f}" in report.comparison


def test_the_report_is_json() -> None:
    report = noise_report(np.random.default_rng(12).standard_cauchy(2000), seed=3)
    text = json.dumps(report.to_dict(), allow_nan=False)
    back = json.loads(text)
    assert set(back) == {field.name for field in fields(report)}
    assert back["seed"] == 3
    assert back["scaling"]["block_sizes"] == list(report.scaling.block_sizes)
    assert back["scaling"]["interval"][1] is None  # ∞
