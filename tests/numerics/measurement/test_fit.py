"""From a measured network straight to a law."""

from __future__ import annotations

import pytest
import torch

from longlag.numerics import measure_transport
from longlag.numerics.fitting import Question
from longlag.theory import LAWS


def module() -> torch.nn.GRU:
    torch.manual_seed(0)
    return torch.nn.GRU(2, 8).double()


def test_sequences_are_what_a_bootstrap_is_drawn_over() -> None:
    inputs = torch.randn(40, 6, 2, dtype=torch.double)
    report = measure_transport(module(), inputs, max_lag=12, per_anchor=True)
    assert report.per_anchor is not None
    found = report.fit([LAWS["exponential"], LAWS["stretched_exponential"]], replicates=40)
    assert found.curve.values == pytest.approx(report.neuron_mean("exact").numpy(), rel=1e-10)
    assert found.curve.sequences is not None
    assert found.curve.sequences.shape == (6, 12)
    assert found.best.parameters["c"].interval is not None
    assert found.comparisons


def test_every_reading_can_be_fitted_and_has_a_window() -> None:
    report = measure_transport(module(), torch.randn(30, 1, 2, dtype=torch.double), max_lag=10)
    question = Question(100, kappa=2)
    for reading in report.readings:
        found = report.fit([LAWS["exponential"]], reading=reading, question=question)
        assert found.curve.values == pytest.approx(report.neuron_mean(reading).numpy())
        assert found.best.window is not None
        assert found.best.parameters["b"].interval is None


def test_a_fitted_window_is_that_of_the_envelope_itself() -> None:
    report = measure_transport(module(), torch.randn(30, 1, 2, dtype=torch.double), max_lag=20)
    samples = 1 / float(report.neuron_mean("exact")[9]) ** 2
    measured = report.window(samples=samples, cost=1, kappa=2).last
    found = report.fit([LAWS["stretched_exponential"]], question=Question(samples, kappa=2))
    assert found.best.window is not None
    assert measured is not None
    assert abs(found.best.window.computed.value - measured) < 2
