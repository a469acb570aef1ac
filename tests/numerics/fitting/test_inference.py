"""What a fit says of how sure it is: intervals, tests, and the traps that it must not fall into."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import chi2

from longlag.numerics.fitting import Curve, FitReport, Question, curve_of_sequences, fit_laws
from longlag.numerics.fitting.least_squares import GAIN_OF_SAMPLES, fit_batch
from longlag.numerics.fitting.model import model_of
from longlag.theory import LAWS, LonglagError
from longlag.theory.laws.law import DecayLaw

LAGS = np.arange(1.0, 33)
EXPONENTIAL = 0.9 * np.exp(-LAGS / 12)
RATE, CORRELATION = 1 / 12, 0.95


def correlated(
    generator: np.random.Generator, sequences: int, envelope: np.ndarray, spread: float = 0.3
) -> np.ndarray:
    """Curves whose errors hang together over the lags."""
    errors = generator.standard_normal((sequences, envelope.size))
    for lag in range(1, envelope.size):
        new = np.sqrt(1 - CORRELATION**2) * errors[:, lag]
        errors[:, lag] = CORRELATION * errors[:, lag - 1] + new
    return np.asarray(envelope * (1 + spread * errors))


def fitted(curve: Curve, *names: str, replicates: int = 100, **options: object) -> FitReport:
    return fit_laws(curve, [LAWS[name] for name in names], replicates=replicates, **options)


@pytest.mark.slow
def test_intervals_cover_where_errors_hang_together() -> None:
    generator = np.random.default_rng(0)
    covered = np.zeros(2)
    count = 200
    for _ in range(count):
        curve = curve_of_sequences(LAGS, correlated(generator, 24, EXPONENTIAL))
        alone = Curve(LAGS, curve.values, curve.errors)
        for place, each in enumerate((curve, alone)):
            interval = fitted(each, "exponential").best.parameters["b"].interval
            assert interval is not None
            covered[place] += interval[0] <= RATE <= interval[1]
    assert covered[0] / count > 0.9
    assert covered[1] / count < 0.7


@pytest.mark.parametrize(
    ("small", "u", "large"),
    [
        ("exponential", [-3.0], "stretched_exponential"),
        ("exponential", [-3.0], "two_exponentials"),
        ("polynomial", [-0.3], "tempered_power"),
        ("exponential", [-3.0], "shifted_polynomial"),
    ],
)
def test_a_likelihood_ratio_of_nested_laws_has_the_size_that_it_says(
    small: str, u: list[float], large: str
) -> None:
    count, error = 2000, 0.05
    less, more = model_of(LAWS[small]), model_of(LAWS[large])
    truth = less.log_shape(LAGS, np.array([u]))
    values = truth + error * np.random.default_rng(0).standard_normal((count, LAGS.size))
    weights = np.full_like(values, 1 / error)
    first = fit_batch(less, LAGS, values, weights, np.tile(u, (count, 1)), gain=GAIN_OF_SAMPLES)
    # From several places: the larger law has several valleys.
    generator = np.random.default_rng(1)
    squares = np.full(count, np.inf)
    for _ in range(6):
        start = np.tile(generator.uniform(-4, 3, more.dimensions), (count, 1))
        found = fit_batch(more, LAGS, values, weights, start, gain=GAIN_OF_SAMPLES)
        squares = np.minimum(squares, found.squares)
    gained = first.squares - squares
    freedom = more.symbolic.size - less.symbolic.size
    size = np.mean(chi2.sf(gained, freedom) < 0.05)
    assert size < 0.06
    if large == "stretched_exponential":
        assert size > 0.04


def test_a_likelihood_ratio_holds_its_size_where_errors_hang_together() -> None:
    generator = np.random.default_rng(0)
    rejected = 0
    for _ in range(150):
        curve = curve_of_sequences(LAGS, correlated(generator, 24, EXPONENTIAL))
        report = fitted(curve, "exponential", "stretched_exponential", replicates=20)
        rejected += report.comparisons[0].p_value < 0.05
    assert rejected / 150 < 0.1


def test_another_law_is_rejected_and_the_true_one_is_not() -> None:
    generator = np.random.default_rng(0)
    envelope = 0.9 * np.exp(-((LAGS / 6) ** 0.5))
    report = fit_laws(curve_of_sequences(LAGS, correlated(generator, 64, envelope, 0.1)))
    assert "stretched_exponential" in report.not_rejected
    assert not {"exponential", "polynomial", "logarithmic", "constant"} & {*report.not_rejected}
    assert all(0 <= each.p_value <= 1 for each in report.comparisons)
    assert report.best.goodness is not None
    assert report.best.goodness > 0.01


def test_nearly_deterministic_points_without_errors_decide_nothing() -> None:
    lags = np.arange(1.0, 129)
    values = 0.9 * np.exp(-lags / 20) * (1 + 1e-3 * np.sin(lags / 9))
    report = fit_laws(Curve(lags, values))
    assert report.comparisons == ()
    assert not report.decided
    assert {*report.not_rejected} == {fit.name for fit in report.fits}
    assert all(e.interval is None for fit in report.fits for e in fit.parameters.values())
    assert "nothing more is known" in report.verdict()


def test_errors_that_are_given_alone_are_said_to_be_taken_as_independent() -> None:
    report = fitted(Curve(LAGS, EXPONENTIAL, 0.05 * EXPONENTIAL), "exponential")
    assert any("independent" in note for note in report.notes)
    assert not report.to_dict()["correlation_known"]


@pytest.mark.parametrize("spectrum", ["exponential", "normal", "lognormal"])
def test_the_tail_of_a_spectrum_that_has_no_power_law_is_not_taken_for_one(spectrum: str) -> None:
    generator = np.random.default_rng(3)
    times = {
        "exponential": generator.exponential(20, 512),
        "normal": np.abs(generator.normal(40, 10, 512)),
        "lognormal": generator.lognormal(3, 0.5, 512),
    }[spectrum]
    # The whole sample, a curve of 0 and 1 for each neuron.
    lags = np.geomspace(np.quantile(times, 0.02), np.quantile(times, 0.98), 24)
    report = fit_laws(curve_of_sequences(lags, (times[:, None] > lags).astype(float)))
    assert "polynomial" not in report.not_rejected


def test_features_at_taught_lags_are_told_as_a_misfit() -> None:
    generator = np.random.default_rng(0)
    bumps = 1 + 0.4 * np.isin(LAGS, (4, 8, 16)) + 0.2 * np.isin(LAGS, (5, 9, 17))
    curve = curve_of_sequences(LAGS, correlated(generator, 64, EXPONENTIAL * bumps, 0.1))
    report = fit_laws(curve)
    assert report.best.goodness is not None
    assert report.best.goodness < 1e-3
    assert "by more than their errors" in report.verdict()
    assert not report.decided


def test_a_power_law_over_less_than_a_decade_is_not_supported() -> None:
    short, long = np.arange(10.0, 91), np.arange(10.0, 111)
    for lags, supported in ((short, False), (long, True)):
        values = 0.9 * lags**-0.7
        report = fit_laws(Curve(lags, values, 0.01 * values), replicates=20)
        assert (report["polynomial"].unsupported == "") == supported
        assert ("polynomial" in report.not_rejected) == supported
    assert fit_laws(Curve(short, short**-0.5)).best.name != "polynomial"


def test_a_power_law_of_ones_own_is_known_as_one() -> None:
    from longlag.theory import ell
    from longlag.theory.scalar.parameters import positive

    law = DecayLaw("own", positive("k") * (2 * ell) ** (-positive("q") / 3))
    lags = np.arange(10.0, 91)
    assert "decade" in fit_laws(Curve(lags, lags**-0.5), [law]).best.unsupported


def test_the_mean_of_logarithms_has_another_time_scale() -> None:
    generator = np.random.default_rng(0)
    walks = np.cumsum(0.2 * generator.standard_normal((4000, LAGS.size)), axis=1)
    sequences = np.exp(walks - LAGS / 10)
    arithmetic = fitted(curve_of_sequences(LAGS, sequences), "exponential").best
    geometric = fitted(curve_of_sequences(LAGS, sequences, mean="geometric"), "exponential").best
    # The variance of a walk grows by .04 a lag, half of which ln E has besides.
    assert arithmetic.parameters["b"].value == pytest.approx(0.08, rel=0.03)
    assert geometric.parameters["b"].value == pytest.approx(0.1, rel=0.03)


def test_a_window_beyond_the_measured_lags_is_a_number_only_if_asked_for() -> None:
    curve = Curve(LAGS, EXPONENTIAL, 0.02 * EXPONENTIAL)
    for samples, extrapolate in ((1e2, False), (1e9, False), (1e9, True)):
        question = Question(samples, kappa=2, extrapolate=extrapolate)
        window = fitted(curve, "exponential", question=question).best.window
        assert window is not None
        expected = 12 * (np.log(samples) / 2 + np.log(0.9))
        assert window.computed.value == pytest.approx(expected, rel=1e-6)
        told = window.to_dict()
        if samples == 1e2:
            assert window.horizon is not None
            assert window.extrapolation < 1
        elif extrapolate:
            assert told["horizon"]["value"] == pytest.approx(expected, rel=1e-6)
            assert "times the longest measured lag" in str(window)
        else:
            assert window.horizon is None
            assert told["horizon"] is None
            assert "beyond every measured lag" in str(window)


def test_lags_without_information_are_left_out_and_told() -> None:
    errors = np.where(LAGS > 24, EXPONENTIAL, 0.02 * EXPONENTIAL)
    report = fitted(Curve(LAGS, EXPONENTIAL, errors), "exponential")
    assert report.best.lags == 24
    assert any("left out" in note for note in report.notes)


def test_a_report_prints_draws_and_writes_itself() -> None:
    question = Question(1e6, kappa=3, extrapolate=True)
    report = fit_laws(
        Curve(LAGS, EXPONENTIAL, 0.02 * EXPONENTIAL), question=question, replicates=20
    )
    assert r"\approx" in report.latex()
    assert json.loads(json.dumps(report.to_dict(), allow_nan=False))["best"] == report.best.name
    assert len(report.plot().axes) == 2
    with pytest.raises(LonglagError, match="not fitted"):
        report["nothing"]
