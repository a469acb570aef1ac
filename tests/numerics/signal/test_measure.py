"""The gradient by lag of a network before training, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from longlag.numerics.gradients import gradient_by_lag, gradients_by_sequence, objective_of
from longlag.numerics.signal import SignalReport, measure_signal
from longlag.numerics.signal.directions import project
from longlag.numerics.signal.groups import gradient_groups, shifted_in_groups
from longlag.numerics.stable import quantile
from longlag.numerics.tasks import stream
from longlag.numerics.tasks.multi_lag import MultiLag
from longlag.numerics.tasks.task import Sequences
from longlag.numerics.training import TrainedNetwork
from longlag.numerics.training.initial import initial_network
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.errors import LonglagError

TASK = MultiLag(steps=128, delays=(8, 16, 32, 64), coefficients=(0.6, 0.5, 0.4, 0.3))
LEAK, SIZE, SEQUENCES = 0.05, 32, 96


def problem(task: MultiLag = TASK, sequences: int = SEQUENCES) -> tuple[TrainedNetwork, Sequences]:
    """A constant gate with an orthogonal map, as page 6.3 has it, and sequences for it."""
    drawn = task.draw(sequences, stream(0, "data"))
    network = initial_network(
        CELLS["const_gate"],
        drawn.inputs,
        drawn.targets,
        size=SIZE,
        generator=stream(0, "weights"),
        parameter={"s": LEAK},
        drive_bias=None,
        initialisation="orthogonal",
        recurrent_scale=1.0,
    )
    return network, drawn


def without(inputs: Tensor, targets: Tensor, lag: int) -> Tensor:
    return targets - TASK.part(inputs, lag)


@pytest.fixture(scope="module")
def report() -> SignalReport:
    network, (inputs, targets, _) = problem()
    return measure_signal(
        network, inputs, targets, TASK.lags, alpha=2.0, groups=16, without=without
    )


def mean_row(network: TrainedNetwork, inputs: Tensor, lag: int) -> Tensor:
    """‖V E M_{t,ℓ}‖ by Jacobians written out by hand."""
    weight, states = network.weight["n"], [torch.zeros(inputs.shape[1], SIZE).double()]
    drive = network.network(inputs).drive["n"]
    jacobians = []
    for now in range(len(inputs)):
        new = torch.tanh(states[-1] @ weight.T + drive[now])
        states.append((1 - LEAK) * states[-1] + LEAK * new)
        slope = LEAK * (1 - new.square())
        jacobians.append((1 - LEAK) * torch.eye(SIZE).double() + slope[..., None] * weight)
    rows = []
    for anchor in range(lag, len(inputs), 8):
        row = network.readout_weight.expand(inputs.shape[1], 1, SIZE)
        for now in range(anchor, anchor - lag, -1):
            row = row @ jacobians[now]
        rows.append(row.mean(0))
    return torch.stack(rows).mean(0).norm()


def test_the_signal_is_coefficient_times_steps_times_transport(report: SignalReport) -> None:
    network, (inputs, _, _) = problem(sequences=16)
    constant, without_both = [], []
    for row, coefficient in zip(report.lags, TASK.coefficients, strict=True):
        transport = float(mean_row(network, inputs, row.lag))
        constant.append(row.own.signal.value / (coefficient * (TASK.steps - row.lag) * transport))
        without_both.append(row.own.signal.value / transport)
    # Within 3 % at 256 sequences of 192 steps; here noise adds as much again.
    assert max(constant) / min(constant) < 1.1
    assert max(without_both) / min(without_both) > 2


def test_other_lags_add_more_than_the_lag_itself(report: SignalReport) -> None:
    ratios = [row.own.other_lags / row.own.signal.value for row in report.lags]
    assert ratios == sorted(ratios)
    assert ratios[-1] > 3


def test_taught_lags_are_found_and_shuffled_targets_hide_them(report: SignalReport) -> None:
    assert all(row.resolved for row in report.lags)
    assert not any(row.null_resolved for row in report.lags)
    for row in report.lags:
        low, high = row.dependency.low, row.dependency.high
        assert low < row.own.signal.value < high


def test_the_paired_experiment_shifts_by_the_signal_and_little_more(report: SignalReport) -> None:
    """The target of a lag also teaches shorter lags, through the state: that is the rest."""
    for row in report.lags:
        assert row.paired is not None
        assert row.paired.shift.low < 1.2 * row.own.signal.value
        assert row.paired.shift.high > row.own.signal.value
    assert report.lags[0].paired is not None
    assert report.lags[0].paired.shift.low > 0


def test_deflated_lags_have_less_signal_and_take_more_sequences(report: SignalReport) -> None:
    assert report.condition > 10
    for row in report.lags:
        assert row.deflated.signal.value < row.own.signal.value
        assert row.deflated.required.value > row.own.required.value


def test_a_network_that_transports_less_hides_a_long_lag_behind_more_noise() -> None:
    """The product of halves of g^{(ℓ)} is blind to the transport; N(ℓ) is not."""
    network, (inputs, targets, _) = problem(sequences=48)
    fast = initial_network(
        network.cell, inputs, targets, size=8, generator=stream(1, "weights"),
        parameter={"s": 0.6}, drive_bias=None, initialisation="normal", recurrent_scale=0.3,
    )  # fmt: skip
    found = measure_signal(fast, inputs, targets, (8, 32), alpha=2.0, groups=16)
    assert found.lags[1].own.required.low > 1e10 * found.lags[0].own.required.high
    assert found.detectable(found.lags[0].own.required.high) == (8,)


def test_the_cost_is_one_number_where_the_law_holds(report: SignalReport) -> None:
    """A f^{−κ} with f = s/σ has one A, (q + q′)^κ; of another f it comes with its interval."""
    ratio = {row.lag: row.own.signal.value / row.own.noise.scale for row in report.lags}
    costs = [cost.value for cost in report.cost(ratio).values()]
    quantiles = 2 * float(quantile(0.9, 2.0))
    assert costs == pytest.approx([quantiles**2] * len(costs))
    zeroth = {row.lag: (1 - LEAK) ** row.lag for row in report.lags}
    for lag, cost in report.cost(zeroth).items():
        needed = next(row.own.required for row in report.lags if row.lag == lag)
        assert cost == pytest.approx([end * zeroth[lag] ** 2 for end in needed])
    with pytest.raises(LonglagError, match="f = 0 at lag 8"):
        report.cost({16: 1.0})


def test_the_report_is_plain_and_can_be_drawn(report: SignalReport) -> None:
    told = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert [row["lag"] for row in told["lags"]] == list(TASK.lags)
    assert told["lags"][0]["own"]["signal"]["value"] == report.lags[0].own.signal.value
    assert len(report.plot().axes) == 2


def small(sequences: int = 12) -> tuple[nn.GRU, Mapping[str, Any], Tensor, Tensor]:
    torch.manual_seed(0)
    inputs, targets = torch.randn(9, sequences, 2).double(), torch.randn(9, sequences, 3).double()
    loss = {"loss": lambda states, wanted: (states - wanted).square().mean()}
    return nn.GRU(2, 3).double(), loss, inputs, targets


def test_groups_are_the_gradients_of_their_sequences() -> None:
    module, loss, inputs, targets = small()
    objective = objective_of(module, **loss)
    names = tuple(objective.leaves)
    lags = tuple(range(9))
    found = gradient_groups(objective, inputs, targets, lags, groups=4, leaves=names)
    each = gradients_by_sequence(objective, inputs, targets, leaves=names)
    torch.testing.assert_close(found.sum(1), each.unflatten(0, (4, 3)).mean(1))
    directions = torch.randn(2, each.shape[1]).double()
    projected = project(objective, inputs, targets, directions, leaves=names, chunk=5)
    torch.testing.assert_close(projected, each @ directions.T)


def test_total_derivatives_count_a_lag_so_often_as_its_number_and_once_more() -> None:
    module, loss, inputs, targets = small()
    objective = objective_of(module, **loss)
    names, lags = tuple(objective.leaves), tuple(range(9))
    found = gradient_groups(objective, inputs, targets, lags, groups=4, leaves=names)
    total = found.flip(1).cumsum(1).flip(1).sum(1)
    weighted = torch.einsum("l,glp->gp", torch.arange(1.0, 10).double(), found)
    torch.testing.assert_close(total, weighted)


def test_shuffled_targets_stay_in_their_group_and_leave_their_sequence() -> None:
    targets = torch.arange(24)[None, :, None]
    for places in (1, 2):
        moved = shifted_in_groups(targets, 4, places).flatten()
        assert (moved // 6 == targets.flatten() // 6).all()
        assert (moved != targets.flatten()).all()


def test_half_a_chooses_directions_and_half_b_is_measured_along_them() -> None:
    module, loss, inputs, targets = small(24)
    found = measure_signal(module, inputs, targets, (1, 2), groups=4, alpha=2.0, **loss)
    objective = objective_of(module, **loss)
    first = gradient_by_lag(objective, inputs[:, :12], targets[:, :12], lags=(1, 2)).flat()
    second = gradient_by_lag(objective, inputs[:, 12:], targets[:, 12:], lags=(1, 2)).flat()
    rows = gradients_by_sequence(objective, inputs[:, 12:], targets[:, 12:])
    for place, row in enumerate(found.lags):
        direction = first[place] / first[place].norm()
        along = rows @ direction
        assert row.own.noise.scale == pytest.approx(float(along.std()) / 2**0.5)
        others = float(along.mean() - second[place] @ direction)
        assert row.own.other_lags == pytest.approx(others, abs=1e-12)
        square = float(first[place] @ second[place])
        assert row.own.signal.value == pytest.approx(max(square, 0) ** 0.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lags": (9,)}, "lag 9: a gradient crosses 0 to 8 of 9 steps"),
        ({"lags": ()}, "no lag"),
        ({"groups": 6}, "12 sequences in 6 groups"),
        ({"groups": 5}, "5 groups"),
        ({"groups": 2}, "groups 2"),
        ({"alpha": None}, "12 sequences: the tail is fitted to half of them"),
        ({"alpha": 0.9}, "alpha"),
        ({"miss": 0.5}, "miss"),
        ({"level": 1.0}, "level"),
        ({"replicates": 5}, "replicates 5"),
        ({"leaves": ("nothing",)}, "leaf 'nothing'"),
        ({"memory_limit": 1000}, "a measurement of about"),
    ],
)
def test_what_cannot_be_measured_is_refused(options: dict[str, Any], message: str) -> None:
    module, loss, inputs, targets = small()
    given = {"lags": (1, 2), "groups": 4, "alpha": 2.0, **options}
    with pytest.raises(LonglagError, match=message):
        measure_signal(module, inputs, targets, given.pop("lags"), **given, **loss)


def test_a_gradient_that_is_not_finite_is_refused() -> None:
    module, loss, inputs, targets = small()
    targets[0, 0] = float("nan")
    with pytest.raises(LonglagError, match="not finite"):
        measure_signal(module, inputs, targets, (1,), groups=4, alpha=2.0, **loss)
