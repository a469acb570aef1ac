"""Estimators of alpha: accurate on the stable law, equivariant, honest about their errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from longlag.numerics.stable import logpdf, quantile, sample
from longlag.numerics.tail import (
    TailIndex,
    aggregate,
    hill,
    kogon_williams,
    likelihood,
    maximum_likelihood,
    mcculloch,
)
from longlag.numerics.tail.table import density_table
from longlag.theory import LonglagError

ALPHAS = (1.2, 1.5, 1.8, 1.95)
N = 10_000
FITS = (maximum_likelihood, kogon_williams, mcculloch)
Fit = Callable[[np.ndarray], TailIndex]

# Root mean square errors at n = 10⁴ that the specification states, met within 15 %. Over 400
# replicates this code gives .0134, .0152, .0139, .0088 and .0143, .0163, .0152, .0109; the
# Cramér–Rao bound is .0133, .0154, .0138, .0088, so that no unbiased estimator reaches the first
# two of likelihood more closely.
LIKELIHOOD = {1.2: 0.012, 1.5: 0.016, 1.8: 0.014, 1.95: 0.010}
KOGON_WILLIAMS = {1.2: 0.014, 1.5: 0.018, 1.8: 0.017, 1.95: 0.011}


def draws(alpha: float, seed: int, size: int | tuple[int, ...] = N) -> np.ndarray:
    return sample(alpha, size, np.random.default_rng(seed))


def error(estimate: Callable[[np.ndarray], float], alpha: float, replicates: int) -> float:
    """The root mean square error, whose own relative error is 1/√(2 · replicates)."""
    data = draws(alpha, 5, (replicates, N))
    return float(np.sqrt(np.mean([(estimate(row) - alpha) ** 2 for row in data])))


def allowed(stated: float, replicates: int) -> float:
    return 1.15 * stated * (1 + 3 / np.sqrt(2 * replicates))


def regress_without_standardising(data: np.ndarray) -> float:
    """Kogon and Williams's regression as it is written, for data that have scale 1 already."""
    t = np.linspace(0.1, 1.5, 15)
    size = np.abs(np.exp(1j * np.outer(t, data)).mean(1))
    return float(np.polyfit(np.log(t), np.log(-np.log(size)), 1)[0])


@pytest.mark.parametrize("alpha", ALPHAS)
def test_kogon_williams_has_the_stated_error(alpha: float) -> None:
    found = error(lambda x: kogon_williams(x).alpha, alpha, 150)
    assert found < allowed(KOGON_WILLIAMS[alpha], 150)


@pytest.mark.slow
@pytest.mark.parametrize("alpha", ALPHAS)
def test_likelihood_has_the_stated_error(alpha: float) -> None:
    found = error(lambda x: maximum_likelihood(x).alpha, alpha, 60)
    assert found < allowed(LIKELIHOOD[alpha], 60)


@pytest.mark.parametrize("scale", [0.2, 5.0])
def test_without_standardising_the_regression_fails(scale: float) -> None:
    def naive(x: np.ndarray) -> float:
        return regress_without_standardising(scale * x)

    assert error(naive, 1.5, 60) > allowed(KOGON_WILLIAMS[1.5], 60)
    rescaled = error(lambda x: kogon_williams(scale * x).alpha, 1.5, 60)
    assert rescaled < allowed(KOGON_WILLIAMS[1.5], 60)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("alpha", [1.2, 1.8])
def test_alpha_does_not_see_units_and_origin(fit: Fit, alpha: float) -> None:
    data = draws(alpha, 1)
    first, second = fit(data), fit(-3e4 * data + 7e5)
    # The characteristic function is jagged about outliers, so its fixed point is not exact.
    assert second.alpha == pytest.approx(first.alpha, abs=1e-6)
    assert second.scale == pytest.approx(3e4 * first.scale, rel=1e-5)
    assert second.location == pytest.approx(-3e4 * first.location + 7e5, abs=1e-4 * 3e4)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("alpha", ALPHAS)
def test_standard_errors_and_intervals_are_those_of_repeated_samples(
    fit: Fit, alpha: float
) -> None:
    found = [fit(row) for row in draws(alpha, 2, (60, 4000))]
    covered = sum(one.interval[0] <= alpha <= one.interval[1] for one in found)
    assert covered >= 51  # 95 % of 60 is 57; 50 or fewer has a chance of 2 in 1000
    scores = [(one.alpha - alpha) / one.standard_error for one in found]
    # McCulloch's estimate is cut at 2 too often at 1.95 for the errors to be normal there.
    if (fit, alpha) != (mcculloch, 1.95):
        assert 0.75 < np.std(scores) < 1.25


@pytest.mark.parametrize("fit", FITS)
def test_the_scale_and_the_location_are_those_of_the_law(fit: Fit) -> None:
    found = fit(2 + 3 * draws(1.5, 3, 100_000))
    assert found.scale == pytest.approx(3, rel=0.02)
    assert found.location == pytest.approx(2, abs=0.06)
    assert found.predicted_kappa == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize("fit", FITS)
def test_normal_data_have_alpha_two_and_half_the_variance_as_squared_scale(fit: Fit) -> None:
    found = fit(np.random.default_rng(0).normal(0, np.sqrt(2), N))
    assert found.alpha == pytest.approx(2, abs=0.06)
    assert found.interval[1] == 2
    assert found.scale == pytest.approx(1, rel=0.03)


#: Standard deviations that no unbiased estimator undercuts at n = 10⁴ (Cramér–Rao).
CRAMER_RAO = {1.2: 0.0133, 1.5: 0.0154, 1.8: 0.0138}


@pytest.mark.parametrize("alpha", CRAMER_RAO)
def test_the_error_of_likelihood_is_that_of_its_information(alpha: float) -> None:
    found = maximum_likelihood(draws(alpha, 8, 1000)).standard_error
    assert found == pytest.approx(10**0.5 * CRAMER_RAO[alpha], rel=0.2)


def test_a_search_that_does_not_end_has_no_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    search = likelihood.minimize

    def stopped(*given: object, **options: object) -> object:
        found = search(*given, **options)
        found.success = False
        return found

    data = draws(1.5, 9, 1000)
    maximum_likelihood(data)
    monkeypatch.setattr(likelihood, "minimize", stopped)
    with pytest.raises(LonglagError, match="no single maximum"):
        maximum_likelihood(data)


def test_likelihood_is_the_most_accurate_and_quantiles_the_least() -> None:
    data = draws(1.8, 4)
    best, middle, last = (fit(data).standard_error for fit in FITS)
    assert best < middle < last


@pytest.mark.parametrize("alpha", [1.01, 1.37, 1.5, 1.711, 1.93, 1.99, 1.9999])
def test_the_table_is_the_density(alpha: float) -> None:
    x = np.concatenate([np.linspace(-15, 15, 301), np.geomspace(15, 1e8, 100)])
    found = density_table().evaluate(x, alpha)
    assert np.abs(found.value - logpdf(x, alpha)).max() < 1e-4
    near = np.linspace(-15, 15, 101)
    step = 1e-6
    table = density_table()
    by_x = table.evaluate(near + step, alpha).value - table.evaluate(near - step, alpha).value
    by_alpha = table.evaluate(near, alpha + step).value - table.evaluate(near, alpha - step).value
    inside = table.evaluate(near, alpha)
    assert np.allclose(by_x / (2 * step), inside.by_x, atol=1e-7)
    assert np.allclose(by_alpha / (2 * step), inside.by_alpha, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("alpha", [1.013, 1.5, 1.87, 1.99])
def test_quantiles_of_the_law_give_its_alpha_exactly(alpha: float) -> None:
    # A sample whose quantiles are the law's: p = (k − 1)/(n − 1) is NumPy's definition.
    p = np.linspace(0, 1, 2001)[1:-1]
    data = quantile(p, alpha)
    padded = np.concatenate([[2 * data[0]], data, [2 * data[-1]]])
    assert mcculloch(padded).alpha == pytest.approx(alpha, abs=1e-3)


def test_hill_finds_a_power_law_but_not_that_of_a_stable_one() -> None:
    pareto = np.random.default_rng(0).pareto(1.8, N) + 1
    signed = np.where(np.arange(N) % 2, pareto, -pareto)
    low, high = hill(signed).interval
    assert low < 1.8 < high
    # Its interval excludes the truth, and its curve drifts over k.
    curve = hill(draws(1.8, 6))
    assert curve.interval[0] > 2
    assert max(curve.alphas) > 1.2 * min(curve.alphas)
    # And it gives a number where there is no power law.
    assert 4 < hill(np.random.default_rng(0).normal(size=N)).alpha < 8


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (400, (1, 2)),
        (799, (1, 2)),
        (800, (1, 2, 4)),
        (3199, (1, 2, 4, 8)),
        (3200, (1, 2, 4, 8, 16)),
        (10**5, (1, 2, 4, 8, 16)),
    ],
)
def test_blocks_double_while_two_hundred_sums_are_left(count: int, sizes: tuple[int, ...]) -> None:
    data = draws(1.7, 10, count)
    found = aggregate(data)
    assert found.block_sizes == sizes
    assert len(found.alphas) == len(sizes)
    last = (data - np.median(data))[: count // sizes[-1] * sizes[-1]].reshape(-1, sizes[-1]).sum(1)
    assert found.alphas[-1] == kogon_williams(last).alpha


@pytest.mark.parametrize("alpha", [1.2, 1.5, 1.8, 2.0])
def test_addition_keeps_alpha_only_for_the_stable_law(alpha: float) -> None:
    assert abs(aggregate(draws(alpha, 7)).drift) < 3.3
    student = np.random.default_rng(0).standard_t(3, 10 * N)
    assert aggregate(student).drift > 10
