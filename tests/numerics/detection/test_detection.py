"""kappa by simulation: the derived exponents are met, the others rejected, the intervals honest."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from longlag.numerics.detection import (
    PROCEDURES,
    KappaMeasurement,
    KappaTable,
    kappa_table,
    location_score,
    measure_kappa,
)
from longlag.numerics.detection.measurement import measure
from longlag.numerics.stable import logpdf, quantile, sample
from longlag.theory import LonglagError
from longlag.theory.estimators import ESTIMATORS
from longlag.theory.estimators.concentration import PUBLISHED_KAPPA
from longlag.theory.estimators.estimator import alpha as tail_index

ROBUST = ("median", "huber", "maximum_likelihood", "fixed_clip")
EQUIVARIANT = ("mean", "median", "huber", "maximum_likelihood")
SMALL = {"sizes": (64, 128, 256), "replicates": 2000}


def draws(alpha: float, size: int, replicates: int = 40) -> np.ndarray:
    values = sample(alpha, (replicates, size), np.random.default_rng(0))
    values.sort(-1)
    return values


@pytest.fixture(scope="module")
def heavy() -> KappaTable:
    """Every estimator at alpha = 1.5, as a user gets it by default."""
    return kappa_table(alphas=(1.5,))


class TestAcceptance:
    @pytest.mark.parametrize("name", ESTIMATORS)
    def test_the_derived_exponent_is_met(self, heavy: KappaTable, name: str) -> None:
        measured = heavy.at(name, 1.5)
        assert not measured.rejects(measured.derived)
        tolerance = 0.1 if measured.derived == 3 else 0.05
        assert measured.kappa == pytest.approx(measured.derived, abs=tolerance)
        low, high = measured.interval
        assert low < measured.kappa < high
        assert high - low < 2 * tolerance

    @pytest.mark.parametrize("name", ESTIMATORS)
    def test_the_exponent_of_versions_1_2_is_rejected(self, heavy: KappaTable, name: str) -> None:
        published = PUBLISHED_KAPPA["versions 1-2"].kappa.subs(tail_index, 1.5)
        assert heavy.at(name, 1.5).rejects(float(published))

    @pytest.mark.parametrize("name", ROBUST)
    def test_the_exponent_of_the_mean_is_rejected_for_others(
        self, heavy: KappaTable, name: str
    ) -> None:
        assert heavy.at(name, 1.5).rejects(heavy.at("mean", 1.5).derived)
        assert heavy.at("mean", 1.5).rejects(heavy.at(name, 1.5).derived)

    def test_local_slopes_scatter_about_the_slope(self, heavy: KappaTable) -> None:
        for measured in heavy.measurements:
            errors = np.hypot(measured.errors[1:], measured.errors[:-1]) / np.log(2)
            gaps = np.array(measured.local_slopes) + 1 / measured.derived
            assert np.all(np.abs(gaps) < 4 * errors)
        assert heavy.disagreements == ()


def test_at_alpha_two_a_check_tells_nothing() -> None:
    measured = measure_kappa("mean", 2.0, replicates=4000)
    assert not measured.rejects(2.0)  # versions 1-2 and versions 3 and later alike


@pytest.mark.parametrize(("alpha", "expected"), [(1.2, 6.0), (1.8, 2.25)])
def test_other_tail_indices(alpha: float, expected: float) -> None:
    table = kappa_table(("mean", "median"), (alpha,), replicates=4000, level=0.999)
    assert table.at("mean", alpha).derived == pytest.approx(expected)
    assert table.disagreements == ()
    assert table.at("mean", alpha).rejects(alpha)
    assert table.at("median", alpha).rejects(alpha)
    assert table.at("median", alpha).rejects(expected)


class TestIntervals:
    """On errors of an exact power law, drawn without simulating any sample."""

    SIZES = (256, 512, 1024, 2048)

    def synthetic(self, seed: int, exponent: float, level: float = 0.9) -> KappaMeasurement:
        rng = np.random.default_rng(seed)
        errors = [
            np.sort(np.abs(sample(1.5, 2000, rng))) * size ** (-1 / exponent) for size in self.SIZES
        ]
        return measure(
            "mean", 1.5, self.SIZES, errors, false_alarm=0.1, miss=0.05, level=level, seed=seed
        )

    def test_they_cover_at_their_level(self) -> None:
        covered = sum(not self.synthetic(seed, 3.0).rejects(3.0) for seed in range(200))
        assert 168 <= covered <= 192  # 180 ± 3 standard deviations

    def test_a_higher_level_is_wider(self) -> None:
        low, high = self.synthetic(0, 3.0).interval
        wide_low, wide_high = self.synthetic(0, 3.0, level=0.999).interval
        assert wide_low < low < high < wide_high

    def test_what_does_not_concentrate_has_no_finite_exponent(self) -> None:
        flat = self.synthetic(0, math.inf)
        assert flat.interval[1] == math.inf
        assert not flat.rejects(math.inf)
        assert flat.rejects(3.0)

    def test_the_detectable_mean_is_the_sum_of_two_quantiles(self) -> None:
        measured = self.synthetic(0, 3.0)
        exact = float(quantile(0.9, 1.5) + quantile(0.95, 1.5)) * 256 ** (-1 / 3)
        assert abs(math.log(measured.detectable[0] / exact)) < 4 * measured.errors[0]


class TestEstimators:
    def test_each_estimator_of_theory_has_a_procedure(self) -> None:
        assert set(PROCEDURES) == set(ESTIMATORS)

    @pytest.mark.parametrize("name", EQUIVARIANT)
    @pytest.mark.parametrize("alpha", [1.2, 1.5, 2.0])
    def test_it_moves_with_the_draws(self, name: str, alpha: float) -> None:
        estimate, values = PROCEDURES[name].estimate, draws(alpha, 257)
        moved = estimate(values + 10.0, alpha)
        np.testing.assert_allclose(moved, estimate(values, alpha) + 10.0, rtol=0, atol=1e-9)

    @pytest.mark.parametrize("name", ESTIMATORS)
    @pytest.mark.parametrize("size", [16, 257])
    def test_it_turns_its_sign_with_the_draws(self, name: str, size: int) -> None:
        estimate, values = PROCEDURES[name].estimate, draws(1.5, size)
        mirrored = np.ascontiguousarray(-values[:, ::-1])
        np.testing.assert_allclose(
            estimate(mirrored, 1.5), -estimate(values, 1.5), rtol=0, atol=1e-9
        )

    @pytest.mark.parametrize("name", ESTIMATORS)
    def test_a_small_signal_shows_as_it_is(self, name: str) -> None:
        """On average: the clipped means are divided by their response."""
        estimate, values = PROCEDURES[name].estimate, draws(1.5, 1024, 400)
        shift = np.mean(estimate(values + 0.05, 1.5) - estimate(values, 1.5))
        assert shift == pytest.approx(0.05, rel=0.01)

    @pytest.mark.parametrize("size", [1, 2, 17, 256])
    def test_the_median_is_numpys(self, size: int) -> None:
        values = draws(1.5, size)
        np.testing.assert_array_equal(
            PROCEDURES["median"].estimate(values, 1.5), np.median(values, axis=-1)
        )

    @pytest.mark.parametrize("size", [1, 2, 3, 17, 256])
    @pytest.mark.parametrize("alpha", [1.2, 2.0])
    def test_huber_solves_its_equation(self, size: int, alpha: float) -> None:
        values = draws(alpha, size)
        centre = PROCEDURES["huber"].estimate(values, alpha)
        threshold = float(ESTIMATORS["huber"].threshold)
        residual = np.clip(values - centre[:, None], -threshold, threshold).mean(-1)
        np.testing.assert_allclose(residual, 0, atol=1e-8)

    @pytest.mark.parametrize("alpha", [1.2, 1.5, 2.0])
    def test_maximum_likelihood_is_the_most_likely(self, alpha: float) -> None:
        values = draws(alpha, 256, 8)
        estimates = PROCEDURES["maximum_likelihood"].estimate(values, alpha)
        for row, estimate in zip(values, estimates, strict=True):
            best = minimize_scalar(
                lambda c, row=row: -np.sum(logpdf(row - c, alpha)),
                bounds=(estimate - 0.2, estimate + 0.2),
                options={"xatol": 1e-8},
                method="bounded",
            )
            # A hundredth of the standard error, which is about 1/11.
            assert estimate == pytest.approx(best.x, abs=1e-3)

    @pytest.mark.parametrize("alpha", [1.05, 1.5, 1.95])
    def test_the_tabulated_score_is_the_slope_of_the_log_density(self, alpha: float) -> None:
        x, step = np.concatenate((np.linspace(-12, 12, 401), [-500.0, 40.0, 3000.0])), 1e-4
        slope = (logpdf(x + step, alpha) - logpdf(x - step, alpha)) / (2 * step)
        np.testing.assert_allclose(location_score(alpha)(x), -slope, rtol=2e-4, atol=1e-6)
        assert abs(location_score(alpha)(np.array([1e30]))[0]) < 1e-3

    def test_the_score_of_normal_noise_is_linear(self) -> None:
        x = np.linspace(-12, 12, 201)
        np.testing.assert_allclose(location_score(2.0)(x), x / 2, atol=1e-5)


class TestReproducibility:
    def test_it_depends_on_the_seed_and_on_no_neighbour_or_thread(self) -> None:
        alone = measure_kappa("median", 1.5, workers=1, **SMALL)
        table = kappa_table(("huber", "median"), (1.8, 1.5), workers=3, **SMALL)
        assert table.at("median", 1.5) == alone
        assert measure_kappa("median", 1.5, seed=1, **SMALL).kappa != alone.kappa

    def test_progress_is_told_in_draws(self) -> None:
        told: list[tuple[int, int]] = []
        measure_kappa("mean", 1.5, progress=lambda done, total: told.append((done, total)), **SMALL)
        total = 2000 * (64 + 128 + 256)
        assert told[-1] == (total, total)
        assert [done for done, _ in told] == sorted({done for done, _ in told})

    def test_what_breaks_in_the_callback_stops_the_work(self) -> None:
        def stop(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            measure_kappa("mean", 1.5, progress=stop, **SMALL)

    def test_samples_longer_than_a_chunk_and_a_block_of_one(self) -> None:
        measured = measure_kappa("median", 1.5, sizes=(1000, 40_000), replicates=130)
        assert 1.5 < measured.kappa < 2.7

    def test_the_summary_says_what_it_depends_on(self) -> None:
        summary = measure_kappa("median", 1.5, seed=7, level=0.95, **SMALL).summary()
        for part in ("median", "alpha = 1.5", "95 %", "N = 64..256", "2000 replicates", "seed 7"):
            assert part in summary


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"estimator": "medain"}, r"did you mean 'median'"),
        ({"alpha": 0.9}, r"alpha = 0\.9: .*so that it has a mean"),
        ({"alpha": 0.9, "estimator": "mean"}, r"the mean never concentrates"),
        ({"alpha": 2.1}, r"alpha = 2\.1"),
        ({"alpha": math.nan}, r"alpha = nan"),
        ({"sizes": (256,)}, r"two sizes or more"),
        ({"sizes": (512, 256)}, r"in order"),
        ({"sizes": (256, 256)}, r"in order"),
        ({"sizes": (64.5, 256)}, r"is an integer"),
        ({"sizes": (0, 256)}, r"needs 1 samples"),
        ({"sizes": (8, 256), "estimator": "maximum_likelihood"}, r"needs 16 samples"),
        ({"replicates": 100}, r"replicates 100: .*25 errors.*give 125 or more"),
        ({"replicates": 2000.0}, r"replicates 2000\.0"),
        ({"replicates": 2000, "miss": 0.001}, r"give 12500 or more"),
        ({"false_alarm": 0.5}, r"false_alarm = 0\.5"),
        ({"miss": -0.1}, r"miss = -0\.1"),
        ({"level": 1.0}, r"level 1\.0"),
        ({"seed": -1}, r"seed -1"),
        ({"workers": 0}, r"workers 0"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object], message: str) -> None:
    arguments = {"estimator": "median", "alpha": 1.5, **SMALL, **wrong}
    with pytest.raises(LonglagError, match=message):
        measure_kappa(**arguments)


def test_a_cell_that_was_not_measured_is_not_made_up() -> None:
    with pytest.raises(LonglagError, match=r"no such cell"):
        kappa_table(("median",), (1.5,), **SMALL).at("mean", 1.5)
