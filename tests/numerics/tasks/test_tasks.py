"""Every task: its sizes, its statistics, and what its inputs tell of its target."""

from __future__ import annotations

import pytest
import torch

from longlag.numerics.stable import quantile
from longlag.numerics.tasks import TASKS, stream
from longlag.numerics.tasks.adding import Adding
from longlag.numerics.tasks.autoregression import AR2
from longlag.numerics.tasks.copying import Copying
from longlag.numerics.tasks.five_harmonics import FiveHarmonics
from longlag.numerics.tasks.linear import DelaySum, MovingAverage, ShortSum
from longlag.numerics.tasks.multi_lag import MultiLag
from longlag.numerics.tasks.narma import NARMA
from longlag.numerics.tasks.recall import Recall
from longlag.numerics.tasks.sinusoids import SinusoidMix
from longlag.numerics.tasks.task import Sequences, Task
from longlag.theory.errors import LonglagError

MANY = 4000


def drawn(task: Task, sequences: int = MANY, seed: int = 0) -> Sequences:
    return task.draw(sequences, stream(seed, "data"))


def last(sequences: Sequences) -> torch.Tensor:
    return sequences.targets[-1, :, 0]


def explained(inputs: torch.Tensor, target: torch.Tensor) -> float:
    """R² of a linear regression of the target on columns and a constant."""
    columns = torch.cat([inputs, torch.ones(len(inputs), 1, dtype=inputs.dtype)], 1)
    left = target - columns @ torch.linalg.lstsq(columns, target[:, None]).solution[:, 0]
    return 1 - float(left.var(correction=0) / target.var(correction=0))


@pytest.mark.parametrize("name", TASKS)
def test_sequences_have_the_sizes_that_the_task_states(name: str) -> None:
    task = TASKS[name]()
    inputs, targets, _ = drawn(task, 5)
    assert inputs.shape == (task.steps, 5, task.features)
    assert targets.shape == (task.steps, 5, task.outputs)
    assert inputs.dtype == targets.dtype == torch.float64
    assert bool(inputs.isfinite().all() & targets.isfinite().all())
    assert not targets[: task.burn_in].any()
    assert all(0 <= lag < task.steps for lag in task.lags)


@pytest.mark.parametrize("name", TASKS)
def test_a_seed_draws_the_same_sequences_and_another_stream_others(name: str) -> None:
    task = TASKS[name]()
    once, again, other = drawn(task, 4), drawn(task, 4), drawn(task, 4, seed=1)
    assert torch.equal(once.inputs, again.inputs)
    assert torch.equal(once.targets, again.targets)
    assert not torch.equal(once.inputs, other.inputs)


@pytest.mark.parametrize("name", TASKS)
def test_the_default_generator_is_left_alone(name: str) -> None:
    before = torch.get_rng_state()
    drawn(TASKS[name](), 3)
    assert torch.equal(before, torch.get_rng_state())


def test_successive_batches_of_one_stream_differ() -> None:
    generator = stream(0, "data")
    first, second = (Adding().draw(8, generator).inputs for _ in range(2))
    assert not torch.equal(first, second)


@pytest.mark.parametrize("name", ["short_sum", "moving_average", "delay_sum"])
def test_linear_tasks_are_linear_in_the_inputs_at_their_lags_and_in_no_others(name: str) -> None:
    task = TASKS[name]()
    sequences = drawn(task)
    channel = sequences.inputs[..., 0].T
    taught = [task.steps - 1 - lag for lag in task.lags]
    others = [t for t in range(task.steps) if t not in taught][-40:]
    assert explained(channel[:, taught], last(sequences)) == pytest.approx(1, abs=1e-12)
    # Without a relation R² is about columns/sequences.
    assert explained(channel[:, others], last(sequences)) < 2.5 * len(others) / MANY


@pytest.mark.parametrize(
    ("task", "mean", "variance"),
    [
        (Adding(), 1.0, 1 / 6),
        (Recall(), 2.5, 5 / 12),
        (ShortSum(), 3.0, 0.5),
        (MovingAverage(), 0.5, 1 / 96),
        (DelaySum(), 0.5, 1 / 48),
        (SinusoidMix(), 0.0, 1.0),
        (FiveHarmonics(), 0.0, 1.0),
        # The stationary variance d²(1−b)/((1+b)((1−b)²−a²)).
        (AR2(), 0.0, 0.05**2 * 1.7 / (0.3 * (1.7**2 - 1.6**2))),
        (MultiLag(), 0.0, 0.6**2 + 0.5**2 + 0.4**2 + 0.3**2 + 0.22**2 + 0.4**2),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Task) else "",
)
def test_targets_have_the_mean_and_variance_of_their_definition(
    task: Task, mean: float, variance: float
) -> None:
    target = last(drawn(task))
    assert float(target.mean()) == pytest.approx(mean, abs=5 * (variance / MANY) ** 0.5)
    assert float(target.var()) == pytest.approx(variance, rel=0.15)


def test_marks_of_adding_are_uniform_in_either_half() -> None:
    task = Adding(steps=10)
    marks = drawn(task).inputs[..., -1]
    assert torch.equal(marks[:5].sum(0), torch.ones(MANY, dtype=torch.float64))
    assert torch.equal(marks[5:].sum(0), torch.ones(MANY, dtype=torch.float64))
    assert float((marks.mean(1) - 0.2).abs().max()) < 5 * (0.16 / MANY) ** 0.5


def test_adding_is_not_linear_but_linear_in_what_is_marked() -> None:
    sequences = drawn(Adding(steps=10))
    value, mark = sequences.inputs[..., 0].T, sequences.inputs[..., -1].T
    assert explained(value * mark, last(sequences)) == pytest.approx(1, abs=1e-12)
    assert explained(mark, last(sequences)) < 0.02


def test_marks_of_recall_are_different_steps_of_the_first_third() -> None:
    task = Recall(steps=30, marks=5)
    marks = drawn(task).inputs[..., -1]
    assert bool((marks[:10].sum(0) == 5).all())
    assert not marks[10:].any()


def test_the_inputs_of_ar2_say_nothing_about_its_target() -> None:
    task = AR2(steps=30)
    sequences = drawn(task)
    columns = sequences.inputs.permute(1, 0, 2).reshape(MANY, -1)
    assert task.lags == ()
    assert explained(columns, last(sequences)) < 1.3 * columns.shape[1] / MANY
    assert explained(columns.square(), last(sequences)) < 1.3 * columns.shape[1] / MANY


def test_a_shown_ar2_is_predicted_up_to_its_noise_by_two_values() -> None:
    task = AR2(steps=60, shown=True)
    sequences = drawn(task)
    two = sequences.inputs[-2:, :, 0].T
    variance = last(sequences).var()
    assert explained(two, last(sequences)) == pytest.approx(1 - 0.05**2 / float(variance), abs=1e-3)


def test_narma_follows_its_recursion() -> None:
    task = NARMA(steps=25, order=10)
    sequences = drawn(task, 3)
    drive = sequences.inputs[:, :, 0]
    y = [torch.zeros(3, dtype=torch.float64)]
    for t in range(25):
        before = sum(y[max(0, t - 9) : t + 1])
        delayed = drive[t - 9] if t >= 9 else torch.zeros(3, dtype=torch.float64)
        y.append(0.3 * y[t] + 0.05 * y[t] * before + 1.5 * delayed * drive[t] + 0.1)
    torch.testing.assert_close(last(sequences), y[-1], rtol=1e-13, atol=0)


def test_diverging_narma_is_redrawn_and_counted() -> None:
    # At T = 400 some thousandths of the sequences diverge.
    sequences = drawn(NARMA(steps=400, channels=1), 20_000)
    assert sequences.redrawn > 0
    assert float(last(sequences).abs().max()) < 10


def test_narma_of_order_twenty_is_bounded() -> None:
    sequences = drawn(NARMA(steps=400, order=20, channels=1), 2000)
    assert sequences.redrawn == 0
    assert float(last(sequences).abs().max()) <= 1


def test_copying_says_the_symbols_again() -> None:
    task = Copying(steps=20, symbols=4, alphabet=3)
    inputs, targets, _ = drawn(task, 6)
    assert torch.equal(inputs[:4, :, :3], targets[16:])
    assert torch.equal(inputs[..., 3].sum(1), torch.eye(20, dtype=torch.float64)[16] * 6)
    assert not inputs[4:, :, :3].any()


def test_multi_lag_weighs_the_direction_at_its_lags() -> None:
    task = MultiLag(steps=40, delays=(3, 9), coefficients=(0.6, 0.3), noise=0.1)
    sequences = drawn(task)
    columns = (sequences.inputs @ task.direction).T
    fitted = torch.linalg.lstsq(columns, last(sequences)[:, None]).solution[:, 0]
    wanted = torch.zeros(40, dtype=torch.float64)
    wanted[40 - 1 - 3], wanted[40 - 1 - 9] = 0.6, 0.3
    assert float((fitted - wanted).abs().max()) < 5 * 0.1 / MANY**0.5
    assert float(task.direction.norm()) == pytest.approx(1)


def test_the_noise_of_several_lags_has_one_scale_whatever_its_tail() -> None:
    for tail in (2.0, 1.5, 1.2):
        task = MultiLag(steps=40, delays=(3,), coefficients=(0.0,), noise=0.5, noise_tail=tail)
        noise = drawn(task, 1000).targets.ravel()
        quartiles = noise.quantile(torch.tensor([0.25, 0.75], dtype=torch.float64))
        wanted = 0.5 * float(quantile(0.75, tail)) / 2**0.5
        assert quartiles.tolist() == pytest.approx([-wanted, wanted], rel=0.03)


def test_five_harmonics_shift_their_own_input() -> None:
    task = FiveHarmonics(steps=60, period=20, noise=0)
    inputs, targets, _ = drawn(task, 4)
    torch.testing.assert_close(inputs[1:], targets[:-1])
    torch.testing.assert_close(inputs[20:], inputs[:-20], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("adding", {"steps": 1}),
        ("adding", {"channels": 1}),
        ("recall", {"steps": 9}),
        ("short_sum", {"window": 81}),
        ("short_sum", {"window": 0}),
        ("delay_sum", {"delays": (4, 4)}),
        ("delay_sum", {"delays": (120,)}),
        ("ar2", {"coefficients": (1.0, 0.1)}),
        ("narma", {"order": 5}),
        ("copying", {"symbols": 31}),
        ("multi_lag", {"delays": (1, 2)}),
        ("multi_lag", {"noise": -1.0}),
        ("multi_lag", {"noise_tail": 1.0}),
        ("five_harmonics", {"period": 9.0}),
        ("sinusoid_mix", {"noise": -0.1}),
        ("adding", {"steps": 0}),
    ],
)
def test_sizes_that_make_no_task_are_refused(kind: str, options: dict[str, object]) -> None:
    with pytest.raises(LonglagError):
        TASKS[kind](**options)  # type: ignore[arg-type]


def test_an_unknown_task_is_told_its_nearest_name() -> None:
    with pytest.raises(LonglagError, match="adding"):
        TASKS["addin"]


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(LonglagError, match="seed -1"):
        stream(-1, "data")
