"""A session is training cut into updates: the same numbers, whatever stands between them."""

from __future__ import annotations

import pytest
import torch
from sympy import Interval

from longlag.numerics.tasks import stream
from longlag.numerics.tasks.linear import ShortSum
from longlag.numerics.training.initial import initial_network
from longlag.numerics.training.network import TrainedNetwork
from longlag.numerics.training.session import DivergedError, begin, tensors_of
from longlag.numerics.training.step_sizes import OPTIMISERS
from longlag.theory import Cell, drive, recurrent, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.errors import LonglagError

TASK = ShortSum(steps=9, window=3)


def fresh(cell: str | Cell = "diag_gate", initialisation: str = "uniform") -> TrainedNetwork:
    task = TASK.draw(3, stream(0, "data"))
    return initial_network(
        CELLS[cell] if isinstance(cell, str) else cell,
        task.inputs,
        task.targets,
        size=5,
        generator=stream(0, "weights"),
        parameter=None,
        drive_bias=None,
        initialisation=initialisation,  # type: ignore[arg-type]
        recurrent_scale=1.0,
    )


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_moves_every_trained_tensor_and_lowers_the_loss(name: str) -> None:
    session = begin(fresh(), optimiser=name, learning_rate=3e-3)
    before = {k: v.clone() for k, v in tensors_of(session.network).items()}
    inputs, targets, _ = TASK.draw(64, stream(1, "data"))
    for _ in range(30):
        session.update(inputs, targets, burn_in=TASK.burn_in)
    after = tensors_of(session.finished())
    assert all(not torch.equal(before[name], after[name]) for name in before)
    assert session.losses[-1] < session.losses[0]
    assert session.updates == len(session.losses) == 30


def test_biases_that_are_not_trained_stay_zero() -> None:
    session = begin(fresh(), optimiser="SGD", train_biases=False)
    session.update(*TASK.draw(8, stream(1, "data"))[:2], burn_in=TASK.burn_in)
    tensors = tensors_of(session.finished())
    assert not any(t.any() for name, t in tensors.items() if "bias" in name)


def test_uniform_weights_lie_within_one_over_the_root_of_their_inputs() -> None:
    network = fresh()
    for tensor in (*network.weight.values(), network.readout_weight):
        assert float(tensor.abs().max()) <= 5**-0.5
    assert float(network.input_weight["n"].abs().max()) <= 1


def test_sgd_is_the_gradient_times_the_learning_rate() -> None:
    session = begin(fresh(), optimiser="SGD", learning_rate=0.1, clip=None)
    inputs, targets, _ = TASK.draw(8, stream(1, "data"))
    before = [t.detach().clone() for t in session.trained]
    session.update(inputs, targets, burn_in=TASK.burn_in)
    for old, new in zip(before, session.trained, strict=True):
        assert new.grad is not None
        torch.testing.assert_close(new.detach(), old - 0.1 * new.grad, rtol=0, atol=1e-15)


def test_a_loss_that_is_not_finite_makes_no_step() -> None:
    session = begin(fresh())
    inputs, targets, _ = TASK.draw(8, stream(1, "data"))
    before = {k: v.clone() for k, v in tensors_of(session.network).items()}
    with pytest.raises(DivergedError, match="step 0"):
        session.update(inputs * float("nan"), targets, burn_in=TASK.burn_in)
    assert all(torch.equal(before[k], v) for k, v in tensors_of(session.network).items())
    assert session.losses == []


def test_training_stops_where_a_state_leaves_the_interval_it_lives_in() -> None:
    n = state("n", Interval(0, 2))
    session = begin(fresh(Cell("counted", {n: n + drive("u") ** 2 + recurrent("u", n) ** 2 + 1})))
    inputs, targets, _ = TASK.draw(8, stream(1, "data"))
    with pytest.raises(LonglagError, match=r"state n = .* at step \d of a run of cell 'counted'"):
        session.update(inputs, targets, burn_in=TASK.burn_in)


def test_options_of_another_optimiser_are_refused() -> None:
    with pytest.raises(LonglagError, match="betas"):
        begin(fresh(), optimiser="SGD", options={"betas": 0.9})
    with pytest.raises(LonglagError, match="RMSprop"):
        begin(fresh(), optimiser="RMSProp")
