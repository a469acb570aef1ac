"""The gradient by lag of errors at every step, against backward passes and a double loop."""

from __future__ import annotations

import time

import torch
from torch import Tensor

from benchmarks.timing import Row, at_least, at_most, medians
from longlag.numerics.experiments.training import TrainingUnit
from longlag.numerics.generate import generate
from longlag.numerics.gradients import gradient_by_lag, objective_of
from longlag.numerics.gradients.objective import Objective, leaves_with_gradient, states_of
from longlag.numerics.lags.products import trajectory
from longlag.numerics.tasks.multi_lag import MultiLag

_SIZE, _STEPS, _SEQUENCES = 64, 256, 64
#: Lags that may cost as much as three backward passes.
_LAGS_OF_A_PASS, _PASSES = 32, 3.0
#: The double loop is timed from so late a step on, and scaled, all sequences side by side.
_ANCHOR, _LOOP = 40, 3.0


def double_loop(objective: Objective, inputs: Tensor, targets: Tensor, anchor: int) -> list[Tensor]:
    """Gradients by lag of the error at one step: a vector–Jacobian product of a step for each lag.

    All sequences side by side; over all anchors it is the double loop.
    """
    functions, leaves = generate(objective.cell, "torch"), leaves_with_gradient(objective)
    with torch.no_grad():
        states = trajectory(functions, objective.network(objective.leaves, inputs)).state
        new = states_of(objective, objective.leaves, inputs)
    outputs = new.requires_grad_()
    loss = objective.loss(objective.leaves, outputs, targets)
    first = objective.cell.states[0]
    row = {first: torch.autograd.grad(loss, outputs)[0][anchor]}
    found = []
    for step in range(anchor, -1, -1):
        network = objective.network(leaves, inputs[step : step + 1])
        before = {name: value[step].clone().requires_grad_() for name, value in states.items()}
        drive = {name: value[0] for name, value in network.drive.items()}
        after = functions.step(before, drive, network.weight, network.parameter)
        parts = torch.autograd.grad(
            [after[name] for name in row],
            [*before.values(), *leaves.values()],
            list(row.values()),
            allow_unused=True,
        )
        row = {
            name: part
            for name, part in zip(before, parts[: len(before)], strict=True)
            if part is not None
        }
        kept = [part.flatten() for part in parts[len(before) :] if part is not None]
        found.append(torch.cat(kept))
    return found


def run() -> list[Row]:
    """Time a gated network on regression on several lags, whose errors come at every step."""
    task = MultiLag(steps=_STEPS, channels=4)
    unit = TrainingUnit(cell="diag_gate", task=task, size=_SIZE)
    batch = unit.draw(unit.stream("probe"), _SEQUENCES)
    objective = objective_of(unit.session().detached())

    def backward_pass() -> None:
        leaves = leaves_with_gradient(objective)
        states = states_of(objective, leaves, batch.inputs)
        torch.autograd.grad(objective.loss(leaves, states, batch.targets), list(leaves.values()))

    seconds = medians(
        {
            "ours": lambda: gradient_by_lag(objective, batch.inputs, batch.targets),
            "pass": backward_pass,
        },
        repeats=3,
        warmup=1,
    )
    start = time.perf_counter()
    double_loop(objective, batch.inputs, batch.targets, _ANCHOR)
    loop = (time.perf_counter() - start) / (_ANCHOR + 1) * _STEPS * (_STEPS + 1) / 2
    what = f"gradient by lag, H {_SIZE}, T {_STEPS}, {_SEQUENCES} sequences, errors at every step"
    passes = _STEPS / _LAGS_OF_A_PASS * seconds["pass"]
    return [
        at_most(
            what,
            f"a backward pass for every {_LAGS_OF_A_PASS} lags",
            seconds["ours"] / passes,
            _PASSES,
        ),
        at_least(what, "a double loop over steps and lags, scaled", loop / seconds["ours"], _LOOP),
    ]


__all__ = ["double_loop", "run"]
