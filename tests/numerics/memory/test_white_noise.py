"""White noise: the sensitivity of a unit, the expected loss, the plateau of a delay."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

from longlag.numerics.memory.white_noise import (
    DiagonalStudent,
    RecurrentStudent,
    Student,
    TrainingCurve,
    recurrent_student,
    sampled_kernel,
    shifted_kernel,
    squared_sensitivity,
    train_on_white_noise,
)
from longlag.theory import LonglagError
from longlag.theory.memory import KERNELS, Mixture
from longlag.theory.memory.reparametrisation import REPARAMETRISATIONS

DIRECT = REPARAMETRISATIONS["direct"]


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def noise(samples: int, steps: int) -> torch.Tensor:
    return torch.randn(samples, steps, generator=seeded(7), dtype=torch.float64)


def test_simulated_sensitivity_agrees_with_the_formula_and_not_with_another() -> None:
    for multiplier in (0.5, -0.6, 0.9):
        found = squared_sensitivity(multiplier, steps=150, samples=20000, generator=seeded(0))
        square = multiplier**2
        assert found.agrees((1 + square) / (1 - square) ** 3)
        assert not found.agrees((1 + square) / (1 - square) ** 2)
        assert not found.agrees(1 / (1 - square) ** 3)


@given(seed=st.integers(0, 10**6), step=st.floats(0.05, 0.5))
def test_a_diagonal_response_is_what_its_recurrence_computes(seed: int, step: float) -> None:
    learnt = -torch.rand(3, generator=seeded(seed), dtype=torch.float64) - 0.1
    amplitudes = torch.randn(3, generator=seeded(seed + 1), dtype=torch.float64)
    student = DiagonalStudent(learnt, amplitudes, DIRECT, step)
    inputs, state = noise(4, 20), torch.zeros(4, 3, dtype=torch.float64)
    for earlier in range(19, -1, -1):
        state = (learnt * step).exp() * state + step**0.5 * inputs[:, earlier, None]
    assert torch.allclose(student.respond(inputs), state @ amplitudes, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("saturating", [False, True])
def test_a_recurrent_response_is_what_its_recurrence_computes(saturating: bool) -> None:
    student = recurrent_student(5, 0.8, seeded(0), saturating=saturating)
    inputs, state = noise(4, 12), torch.zeros(4, 5, dtype=torch.float64)
    for earlier in range(11, -1, -1):
        state = state @ student.recurrent.T + inputs[:, earlier, None] * student.inputs
        state = state.tanh() if saturating else state
    assert torch.allclose(student.respond(inputs), state @ student.readout, rtol=1e-12)
    assert (student.response(12) is None) == saturating


@pytest.mark.parametrize("step", [0.1, 0.05])
def test_the_expected_loss_is_the_objective_up_to_the_step(step: float) -> None:
    # ∫(e^{−t} − ½e^{−t/2})² dt, the energy of a mixture, is what white noise measures.
    energy = float(Mixture((1, Rational(-1, 2)), (1, Rational(1, 2))).energy)
    student = DiagonalStudent(
        torch.tensor([-0.5], dtype=torch.float64),
        torch.tensor([0.5], dtype=torch.float64),
        DIRECT,
        step,
    )
    target = sampled_kernel(KERNELS["exponential"].at({"a": 1, "b": 1}), step, int(40 / step))
    discrete = float((student.response(len(target)) - target).square().sum())
    assert discrete == pytest.approx(energy, abs=step)
    inputs = noise(8000, len(target))
    sampled = (student.respond(inputs) - inputs @ target).square().mean()
    assert float(sampled) == pytest.approx(discrete, rel=0.1)


def curve(student: Student, target: torch.Tensor, **options: object) -> TrainingCurve:
    return train_on_white_noise(
        student,
        target,
        batch=32,
        generator=seeded(1),
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("saturating", [False, True])
def test_a_longer_delay_stays_unlearnt_longer_unless_memory_is_there(saturating: bool) -> None:
    options = {"steps": 900, "learning_rate": 0.005, "optimiser": "adam", "until": 0.5}

    def steps(lag: int, gain: float, orthogonal: bool) -> int:
        student = recurrent_student(
            16, gain, seeded(0), orthogonal=orthogonal, saturating=saturating
        )
        found = curve(student, shifted_kernel(lag, 11), **options).escape(0.5)
        assert found is not None
        return found

    fading = [steps(lag, 0.5, False) for lag in (2, 5, 8)]
    remembering = [steps(lag, 0.9, True) for lag in (2, 8)]
    assert fading[1] > 2 * fading[0]
    assert fading[2] > 2 * fading[1]
    assert max(remembering) < fading[1]


def test_a_silent_slow_unit_shortens_the_plateau() -> None:
    delayed = KERNELS["two_parts"]
    target = sampled_kernel(delayed, 0.25, 52)
    late = float(sampled_kernel(delayed, 0.25, 52)[20:].square().sum())

    def steps(rates: list[float], amplitudes: list[float]) -> int | None:
        student = DiagonalStudent(
            -torch.tensor(rates, dtype=torch.float64),
            torch.tensor(amplitudes, dtype=torch.float64),
            DIRECT,
            0.25,
        )
        found = curve(student, target, steps=1000, learning_rate=0.02, until=0.9 * late)
        return found.escape(0.9 * late)

    assert steps([1.05, 0.95], [0.5, 0.5]) is None
    slow = steps([1.05, 0.95, 0.2], [0.5, 0.5, 0.0])
    assert slow is not None
    assert slow < 200


def test_training_is_deterministic_and_tells_divergence() -> None:
    target = shifted_kernel(3, 8)
    first, second = (
        curve(recurrent_student(6, 0.5, seeded(3)), target, steps=5, learning_rate=0.01)
        for _ in range(2)
    )
    assert first.losses == second.losses
    assert len(first.losses) == 5
    assert not first.diverged
    assert curve(
        recurrent_student(6, 0.5, seeded(3)), target, steps=50, learning_rate=50.0
    ).diverged


def test_bad_input_is_refused() -> None:
    target = shifted_kernel(1, 3)
    student: RecurrentStudent = recurrent_student(2, 0.5, seeded(0))
    with pytest.raises(LonglagError, match="optimiser"):
        curve(student, target, steps=1, learning_rate=0.1, optimiser="newton")
    with pytest.raises(LonglagError, match="positive"):
        curve(student, target, steps=0, learning_rate=0.1)
    with pytest.raises(LonglagError, match="in numbers"):
        sampled_kernel(KERNELS["exponential"], 0.1, 3)
    with pytest.raises(LonglagError, match="lag"):
        shifted_kernel(3, 3)
