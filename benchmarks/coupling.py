"""Singular values and gradients by lag against the published way, and what Dask costs."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.timing import Row, at_least, at_most
from longlag.numerics.anisotropy import draw_pairs, singular_values
from longlag.numerics.checks.reference import autograd_jacobian, evaluate_update
from longlag.numerics.experiments.perform import perform
from longlag.numerics.experiments.scheduler import perform_all
from longlag.numerics.experiments.training import TrainingUnit
from longlag.numerics.generate import generate
from longlag.numerics.gradients import gradient_by_lag, objective_of
from longlag.numerics.gradients.objective import Objective, leaves_with_gradient
from longlag.numerics.lags.products import trajectory
from longlag.numerics.measurement.block import find_block
from longlag.numerics.measurement.run import Run, ran
from longlag.numerics.tasks.adding import Adding

_LAGS = (1, 2, 4, 8, 12, 16, 24, 32, 40)
_PAIRS, _SEQUENCES, _STEPS, _SIZE = 64, 64, 120, 64
#: The published way is timed on so many pairs and lags, and scaled.
_PAIRS_TIMED, _LAGS_TIMED = 2, (0, 30, 60, 90, 119)
_FACTORS_TIMED = 4
_GOAL, _PASSES, _OVERHEAD = 20.0, 3.0, 1.10
#: Updates that take about half a minute.
_UPDATES = 800


def _unit(**changes: object) -> TrainingUnit:
    unit = TrainingUnit(cell="diag_gate", task=Adding(steps=_STEPS, channels=6), size=_SIZE)
    return replace(unit, **changes)  # type: ignore[arg-type]


def one_product_at_a_time(run: Run, pairs: Tensor, lags: tuple[int, ...]) -> list[Tensor]:
    """Singular values of each product, its Jacobians made again for it by autograd."""
    network, found = run.network, []
    for anchor, sequence in pairs.tolist():
        for lag in lags:
            product = torch.eye(run.shape[2], dtype=torch.float64)
            for step in range(anchor, anchor - lag, -1):
                here = replace(
                    network,
                    state={k: v[step, sequence].double() for k, v in network.state.items()},
                    drive={k: v[step, sequence].double() for k, v in network.drive.items()},
                    weight={k: v.double() for k, v in network.weight.items()},
                )
                jacobian = autograd_jacobian(
                    lambda *arguments: evaluate_update(run.cell, *arguments), here
                )
                product = product @ jacobian
            found.append(torch.linalg.svdvals(product))
    return found


def one_pass_for_each_lag(
    objective: Objective, inputs: Tensor, targets: Tensor, lags: tuple[int, ...]
) -> list[Tensor]:
    """Gradients of the last step's error by lag: the parameters act in one step, fixed after it."""
    functions, found = generate(objective.cell, "torch"), []
    for lag in lags:
        leaves = leaves_with_gradient(objective)
        network, fixed = (objective.network(held, inputs) for held in (leaves, objective.leaves))
        start = len(inputs) - 1 - lag
        with torch.no_grad():
            states = trajectory(functions, fixed).state
        state = {name: value[start] for name, value in states.items()}
        for step in range(start, len(inputs)):
            acting = network if step == start else fixed
            drive = {name: value[step] for name, value in acting.drive.items()}
            state = functions.step(state, drive, acting.weight, acting.parameter)
        outputs = state[objective.cell.states[0]].expand(len(inputs), -1, -1)
        loss = objective.loss(objective.leaves, outputs, targets)
        parts = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
        found.append(torch.cat([part.flatten() for part in parts if part is not None]))
    return found


def run() -> list[Row]:
    """Time everything once: each call takes long enough."""
    return [*_singular(), *_by_lag(), _dask()]


def _singular() -> list[Row]:
    unit = _unit()
    network = unit.session().detached()
    found = ran(network.network(unit.draw(unit.stream("probe"), _SEQUENCES).inputs))
    generator = torch.Generator().manual_seed(0)
    pairs = draw_pairs(_STEPS, _SEQUENCES, _PAIRS, max_lag=_LAGS[-1], generator=generator)
    block = find_block(found.cell)
    singular_values(found, pairs[:2], _LAGS[:1], block)
    start = time.perf_counter()
    singular_values(found, pairs, _LAGS, block)
    ours = time.perf_counter() - start
    start = time.perf_counter()
    one_product_at_a_time(found, pairs[:_PAIRS_TIMED], _LAGS)
    published = (time.perf_counter() - start) * _PAIRS / _PAIRS_TIMED
    what = f"singular values, H {_SIZE}, {_PAIRS} pairs, {len(_LAGS)} lags to {_LAGS[-1]}"
    return [at_least(what, "one product at a time, scaled", published / ours, _GOAL)]


def row_of_one_lag(run: Run, delta: Tensor, lag: int) -> Tensor:
    """δᵀM of one lag at the last step of the first sequence, its Jacobians made by autograd."""
    network, row = run.network, delta
    for step in range(run.shape[0] - 1, run.shape[0] - 1 - lag, -1):
        here = replace(
            network,
            state={name: value[step, 0] for name, value in network.state.items()},
            drive={name: value[step, 0] for name, value in network.drive.items()},
        )
        row = row @ autograd_jacobian(lambda *a: evaluate_update(run.cell, *a), here)
    return row


def _by_lag() -> list[Row]:
    unit = _unit()
    batch = unit.draw(unit.stream("probe"), _SEQUENCES)
    network = unit.session().detached()
    objective = objective_of(network, burn_in=unit.task.burn_in)
    gradient_by_lag(objective, batch.inputs, batch.targets, max_lag=1)
    start = time.perf_counter()
    gradient_by_lag(objective, batch.inputs, batch.targets)
    ours = time.perf_counter() - start
    start = time.perf_counter()
    one_pass_for_each_lag(objective, batch.inputs, batch.targets, _LAGS_TIMED)
    passes = (time.perf_counter() - start) * _STEPS / len(_LAGS_TIMED)
    found = ran(network.network(batch.inputs[:, :1]))
    start = time.perf_counter()
    row_of_one_lag(found, torch.ones(_SIZE), _FACTORS_TIMED)
    factors = _SEQUENCES * _STEPS * (_STEPS - 1) / 2
    published = (time.perf_counter() - start) / _FACTORS_TIMED * factors
    what = f"gradient by lag, H {_SIZE}, T {_STEPS}, {_SEQUENCES} sequences, all lags"
    return [
        at_least(what, "one product at a time, scaled", published / ours, _GOAL),
        at_least(what, "a backward pass for every lag, scaled", passes / ours, _PASSES),
    ]


def _dask() -> Row:
    unit = _unit(updates=_UPDATES)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        perform(unit, Path(folder) / "here")
        alone = time.perf_counter() - start
        start = time.perf_counter()
        units = [unit, replace(unit, seed=1)]
        outcomes = [one for one in perform_all(units, Path(folder) / "there", processes=2) if one]
        elapsed = time.perf_counter() - start
    spread = max(outcome.seconds for outcome in outcomes)
    what = f"two runs of {alone:.0f} s on two processes"
    return at_most(what, "the longer of the two itself", elapsed / spread, _OVERHEAD)


__all__ = ["one_pass_for_each_lag", "one_product_at_a_time", "run"]
