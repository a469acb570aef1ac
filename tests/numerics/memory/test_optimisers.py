"""Optimisers of PyTorch on J: gradient descent is the flow, momentum faster, divergence is told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sympy import Rational

from longlag.numerics.memory.flow import exit_time
from longlag.numerics.memory.optimisers import OPTIMISERS, descend
from longlag.theory.errors import LonglagError
from longlag.theory.memory import KERNELS

START = ([0.5, 0.5], [1.05, 0.95])
TARGET = KERNELS["delayed"].at({"a": 1, "b": 1, "c": 1, "s": 1, "omega": Rational(1, 6)})


def test_gradient_descent_tends_to_the_flow_at_first_order_in_its_step() -> None:
    exact = exit_time(TARGET, *START, 0.3)
    coarse, fine = (
        descend(TARGET, *START, learning_rate=step, steps=2000, delta=0.3).end - exact
        for step in (0.04, 0.004)
    )
    assert abs(coarse) < 0.06
    assert abs(fine) < 0.006


def test_momentum_is_faster_by_what_it_remembers() -> None:
    run = descend(TARGET, *START, optimiser="momentum", learning_rate=1e-3, steps=2000, delta=0.3)
    assert run.ended == "ball"
    assert run.end * (1 - 0.9) ** -1 == pytest.approx(exit_time(TARGET, *START, 0.3), rel=0.1)


@pytest.mark.parametrize("name", list(OPTIMISERS))
def test_gradients_are_those_that_autograd_would_take(name: str) -> None:
    from longlag.numerics.memory.objective import numeric_objective

    objective = numeric_objective(TARGET, "torch")
    units = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in START]
    stepper = OPTIMISERS[name](units, 0.01)
    for _ in range(20):
        stepper.zero_grad()
        objective.value(*units).backward()
        stepper.step()
    run = descend(TARGET, *START, optimiser=name, learning_rate=0.01, steps=20)
    np.testing.assert_allclose(run.amplitudes[-1], units[0].detach(), atol=1e-10)
    np.testing.assert_allclose(run.rates[-1], units[1].detach(), atol=1e-10)
    assert run.times[-1] == pytest.approx(0.2)
    assert len(run.losses) == 21


def test_runs_stop_where_the_loss_has_fallen() -> None:
    run = descend(TARGET, *START, optimiser="adam", learning_rate=0.01, steps=2000, loss_drop=0.2)
    assert run.ended == "loss"
    assert run.losses[-1] <= 0.8 * run.losses[0] < run.losses[-2]


def test_the_start_is_left_as_it_was() -> None:
    a, w = np.array(START[0]), np.array(START[1])
    descend(TARGET, a, w, steps=3)
    assert a.tolist() == START[0]
    assert w.tolist() == START[1]


def test_bad_settings_and_divergence_are_told() -> None:
    with pytest.raises(LonglagError, match="gradient descent, momentum, adam"):
        descend(TARGET, *START, optimiser="sgd")
    for wrong in ({"learning_rate": 0.0}, {"steps": 0}, {"learning_rate": float("inf")}):
        with pytest.raises(LonglagError, match="positive"):
            descend(TARGET, *START, **wrong)
    with pytest.raises(LonglagError, match="lower the learning rate"):
        descend(TARGET, *START, learning_rate=50.0)
