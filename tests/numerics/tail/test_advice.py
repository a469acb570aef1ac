"""Each reason for two different κ is recognised in a series made by it, and the advice follows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter
from typer.testing import CliRunner

from longlag.cli import app
from longlag.numerics.stable import sample
from longlag.numerics.tail import Advice, noise_report

N = 100_000


def advice(data: np.ndarray, **options: int) -> Advice:
    return noise_report(data, seed=0, **options).advice


@pytest.mark.parametrize("alpha", [1.3, 1.6, 2.0])
def test_stable_noise_agrees_and_its_kappa_is_used(alpha: float) -> None:
    found = advice(sample(alpha, N, np.random.default_rng(1)))
    assert not found.disagree
    assert found.reasons == {}
    assert found.interval is not None
    assert found.interval[0] - 0.05 <= alpha / (alpha - 1) <= found.interval[1] + 0.05
    assert "agrees" in found.text


def test_every_estimator_predicts_with_the_interval_of_its_alpha() -> None:
    report = noise_report(sample(1.5, N, np.random.default_rng(2)), seed=0)
    for each, fit in zip(report.advice.predictions, report.estimates, strict=True):
        low, high = fit.interval
        assert each.interval == pytest.approx((high / (high - 1), low / (low - 1)))
        assert each.interval[0] < each.kappa < each.interval[1]
        assert abs(each.apart) < 3.3


def test_a_mixture_of_scales_is_told_and_the_measured_kappa_is_used() -> None:
    rng = np.random.default_rng(3)
    found = advice(rng.normal(size=(2, N)).prod(0))
    assert found.disagree
    assert "mixture" in found.reasons
    assert found.interval is not None
    assert found.interval[0] < 2 < found.interval[1]
    assert "alpha describes the samples and not their means" in found.text


def test_a_crossover_is_told_with_the_block_size() -> None:
    # Clipped: alpha/(alpha − 1) = 3 up to about 200 samples, and 2 beyond.
    found = advice(np.clip(sample(1.5, 4 * N, np.random.default_rng(4)), -30, 30))
    assert found.disagree
    assert "finite size" in found.reasons["crossover"]
    assert found.kappa == pytest.approx(2, abs=0.3)


def test_dependence_is_told_by_the_correlation_of_neighbours() -> None:
    x = np.asarray(lfilter([1], [1, -0.9], np.random.default_rng(5).normal(size=4 * N)))
    found = advice(x)
    assert found.lag_one == pytest.approx(6 / np.pi * np.arcsin(0.45), abs=0.02)
    assert "neighbouring samples correlate" in found.reasons["dependence"]
    assert found.kappa is None
    assert "Use neither" in found.text
    longer = advice(x, fitted_from=256)
    assert longer.kappa == pytest.approx(2, abs=0.4)


def test_weak_dependence_needs_only_longer_blocks() -> None:
    rng = np.random.default_rng(6)
    x = np.asarray(lfilter([1], [1, -0.1], rng.normal(size=N)))
    found = advice(x)
    assert found.lag_one == pytest.approx(0.095, abs=0.02)
    assert "dependence" in found.reasons
    assert found.kappa is not None
    assert "independent samples" in found.text


def test_an_alpha_near_2_is_hard_to_tell_from_2() -> None:
    found = advice(sample(1.95, N, np.random.default_rng(7)))
    assert "cannot tell it from 2" in found.reasons["near_normal"]
    assert not found.disagree


def test_two_kappas_whose_intervals_lie_apart_are_not_said_to_agree() -> None:
    found = advice(np.random.default_rng(0).standard_t(1.5, size=3000))
    (low, high), first = found.predictions[0].interval, found.predictions[0]
    assert not found.disagree
    assert first.kappa == found.kappa
    assert "agrees" not in found.text
    assert f"lies {abs(first.apart):.1f} standard errors away" in found.text
    assert low < high < 5.9  # where the interval of the measured one begins


def test_the_correlation_of_neighbours_does_not_see_the_tail() -> None:
    assert abs(advice(sample(1.2, N, np.random.default_rng(8))).lag_one) < 0.01


def test_the_command_line_tells_reasons_and_advice(tmp_path: Path) -> None:
    file = tmp_path / "noise.npy"
    np.save(file, np.random.default_rng(9).normal(size=(2, 20_000)).prod(0))
    text = CliRunner().invoke(app, ["noise", str(file)]).stdout
    assert "mixture" in text
    assert "advice" in text
    assert "standard errors" in " ".join(text.split())
    found = json.loads(CliRunner().invoke(app, ["noise", str(file), "--json"]).stdout)
    assert found["advice"]["disagree"] is True
