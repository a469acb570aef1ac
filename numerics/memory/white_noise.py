"""Networks of discrete time trained on white noise to reproduce a functional of the past.

With inputs of variance 1/Δ the target y_t = Σ_k ρ(kΔ) x_{t−k} Δ is Σ_k r_k ξ_{t−k}, r_k = ρ(kΔ)√Δ
and ξ standard normal. A linear network whose response to ξ_{t−k} is κ_k has the expected loss
Σ_k (κ_k − r_k)², which is J(a, w) = ∫(Σ a_i e^{−w_i t} − ρ)² dt up to O(Δ). Every sequence ends
where it is scored, so that inputs (N, T) hold ξ_{t−k} at place k. Derived here; experiments of this
kind are in JMLR 23(42), 2022.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, sqrt
from typing import Literal, Protocol

import mpmath
import torch
from sympy import Expr
from torch import Tensor

from longlag.numerics.codegen import generate_scalar
from longlag.numerics.networks.sampling import orthogonal_matrix
from longlag.theory.errors import LonglagError
from longlag.theory.memory import Kernel
from longlag.theory.memory.reparametrisation import Reparametrisation, theta

Optimiser = Literal["descent", "adam"]
_OPTIMISERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "descent": torch.optim.SGD,
    "adam": torch.optim.Adam,
}
#: Losses of single batches are averaged over this many steps.
_AVERAGED = 10
#: A loss so many times the energy of its target has diverged.
_DIVERGED = 1e3


class Student(Protocol):
    """A network that is trained on white noise."""

    @property
    def parameters(self) -> Sequence[Tensor]:
        """What is learnt."""

    def respond(self, noise: Tensor) -> Tensor:
        """Return the last output, shape (N,), of noise (N, T), latest input first."""

    def response(self, steps: int) -> Tensor | None:
        """Return κ, shape (T,), of a linear network; None for one that is not."""


@dataclass(frozen=True)
class DiagonalStudent:
    """m linear units h_t = λ(θ) h_{t−1} + √Δ ξ_t with λ = e^{f(θ)Δ}, read out by a.

    Args:
        learnt: θ, shape (m,).
        amplitudes: a, shape (m,).
        reparametrisation: f, with a number for every parameter.
        step: Δ.
    """

    learnt: Tensor
    amplitudes: Tensor
    reparametrisation: Reparametrisation
    step: float

    @property
    def parameters(self) -> Sequence[Tensor]:
        """θ and a."""
        return (self.learnt, self.amplitudes)

    @property
    def eigenvalues(self) -> Tensor:
        """f(θ), shape (m,)."""
        values: Tensor = _function(self.reparametrisation.map)(self.learnt)
        return values

    def respond(self, noise: Tensor) -> Tensor:
        """Return the last output, as the convolution that the recurrence computes."""
        return noise @ self.response(noise.shape[-1])

    def response(self, steps: int) -> Tensor:
        """Return κ_k = √Δ Σ a_i e^{f_i kΔ}."""
        times = self.step * torch.arange(steps, dtype=self.learnt.dtype)
        return sqrt(self.step) * (self.amplitudes @ torch.exp(self.eigenvalues[:, None] * times))


@dataclass(frozen=True)
class RecurrentStudent:
    """h_t = φ(W h_{t−1} + U ξ_t), y = c·h, with φ the identity or tanh.

    Args:
        recurrent: W, shape (m, m).
        inputs: U, shape (m,).
        readout: c, shape (m,).
        saturating: whether φ is tanh.
    """

    recurrent: Tensor
    inputs: Tensor
    readout: Tensor
    saturating: bool = False

    @property
    def parameters(self) -> Sequence[Tensor]:
        """W, U and c."""
        return (self.recurrent, self.inputs, self.readout)

    def respond(self, noise: Tensor) -> Tensor:
        """Return the last output of the recurrence, run from the oldest input on."""
        response = self.response(noise.shape[-1])
        if response is not None:
            return noise @ response
        state = torch.tanh(noise[:, -1:] * self.inputs)
        for earlier in range(noise.shape[-1] - 2, -1, -1):
            drive = noise[:, earlier : earlier + 1] * self.inputs
            state = torch.tanh(torch.addmm(drive, state, self.recurrent.T))
        return state @ self.readout

    def response(self, steps: int) -> Tensor | None:
        """Return κ_k = cᵀ W^k U of the linear network."""
        if self.saturating:
            return None
        state, kernel = self.inputs, []
        for _ in range(steps):
            kernel.append(self.readout @ state)
            state = self.recurrent @ state
        return torch.stack(kernel)


@dataclass(frozen=True)
class TrainingCurve:
    """The loss over the steps of a training.

    Args:
        losses: before every step; of the linear networks the expected loss, of others the mean of
            the batches so far, the last ten at most.
        energy: Σ r_k², the loss of no response at all.
        diverged: whether the loss ran away, which ends the training.
        student: the network at the end.
    """

    losses: tuple[float, ...]
    energy: float
    diverged: bool
    student: Student

    def escape(self, level: float) -> int | None:
        """Return the first step before which the loss is below a level; None if it never is."""
        return next((step for step, loss in enumerate(self.losses) if loss < level), None)


@lru_cache(maxsize=64)
def _function(expression: Expr) -> Callable[..., Tensor]:
    return generate_scalar(expression, [theta], "torch")


def sampled_kernel(kernel: Kernel, step: float, count: int) -> Tensor:
    """Return r_k = ρ(kΔ)√Δ, k = 0…count−1.

    Args:
        kernel: with a number for every parameter.
        step: Δ.
        count: how many.

    Raises:
        LonglagError: a step that is not positive, or a kernel with parameters.
    """
    if not step > 0 or kernel.parameters:
        raise LonglagError(
            f"kernel {kernel.name!r} at steps of {step}",
            "numbers need a positive step and a kernel in numbers",
            "give them, with .at({…})",
        )
    values = [float(kernel.value(mpmath.mpf(step) * k)) for k in range(count)]
    return torch.tensor(values, dtype=torch.float64) * sqrt(step)


def shifted_kernel(lag: int, count: int) -> Tensor:
    """Return the kernel that repeats the input of ``lag`` steps ago.

    >>> shifted_kernel(1, 3).tolist()
    [0.0, 1.0, 0.0]
    """
    if not 0 <= lag < count:
        raise LonglagError(
            f"lag {lag} of {count} steps", "the input must be seen", "raise count above the lag"
        )
    return torch.eye(count, dtype=torch.float64)[lag]


def recurrent_student(
    size: int,
    gain: float,
    generator: torch.Generator,
    *,
    orthogonal: bool = False,
    saturating: bool = False,
) -> RecurrentStudent:
    """Draw a network whose recurrent matrix has spectral radius near the gain.

    Args:
        size: m.
        gain: of the matrix, whose entries are normal of variance gain²/m.
        generator: of the weights.
        orthogonal: draw an orthogonal matrix times the gain, from the Haar measure: every
            direction forgets at one rate.
        saturating: tanh units; their inputs are small, so that they start near the linear ones.
    """

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64) / sqrt(size)

    matrix = orthogonal_matrix(size, generator) if orthogonal else normal(size, size)
    scale = 0.1 if saturating else 1.0
    return RecurrentStudent(gain * matrix, scale * normal(size), normal(size) / scale, saturating)


def train_on_white_noise(
    student: Student,
    target: Tensor,
    *,
    steps: int,
    learning_rate: float,
    batch: int,
    generator: torch.Generator,
    optimiser: Optimiser = "descent",
    until: float = 0.0,
) -> TrainingCurve:
    """Train a network to respond to white noise as the target does; deterministic by generator.

    The student's own tensors are changed.

    Args:
        student: the network at the start.
        target: r, shape (T,); no sequence is longer.
        steps: at most so many.
        learning_rate: of the optimiser.
        batch: sequences drawn for every step.
        generator: of the noise.
        optimiser: ``descent`` or ``adam``.
        until: the loss at which to stop.

    Raises:
        LonglagError: an unknown optimiser, or numbers that are not positive.
    """
    if optimiser not in _OPTIMISERS:
        raise LonglagError(
            f"optimiser {optimiser!r}", "no such optimiser", f"choose from {list(_OPTIMISERS)}"
        )
    if min(steps, batch) < 1 or not learning_rate > 0:
        raise LonglagError(
            f"{steps} steps of {batch} sequences at learning rate {learning_rate}",
            "all three are positive",
            "raise them",
        )
    learnt = [value.requires_grad_() for value in student.parameters]
    descent = _OPTIMISERS[optimiser](learnt, lr=learning_rate)
    energy = float(target.square().sum())
    recent: list[float] = []
    losses: list[float] = []
    diverged = False
    for _ in range(steps):
        noise = torch.randn(batch, len(target), generator=generator, dtype=target.dtype)
        response = student.response(len(target))
        if response is None:
            loss = (student.respond(noise) - noise @ target).square().mean()
            recent = [*recent[1 - _AVERAGED :], loss.item()]
            expected = sum(recent) / len(recent)
        else:
            gap = response - target
            loss, expected = (noise @ gap).square().mean(), float(gap.detach().square().sum())
        losses.append(expected)
        diverged = not isfinite(expected) or expected > _DIVERGED * energy
        if diverged or expected < until:
            break
        descent.zero_grad()
        loss.backward()
        descent.step()
    for value in learnt:
        value.requires_grad_(False)
    return TrainingCurve(tuple(losses), energy, diverged, student)


@dataclass(frozen=True)
class Estimate:
    """A mean over samples and its standard error."""

    mean: float
    error: float

    def agrees(self, value: float, errors: float = 4.0) -> bool:
        """Whether a value lies within so many standard errors."""
        return abs(self.mean - value) <= errors * self.error


def squared_sensitivity(
    multiplier: float, *, steps: int, samples: int, generator: torch.Generator
) -> Estimate:
    """Return E(∂h_T/∂λ)² of h_t = λ h_{t−1} + ξ_t, h_0 = 0, by simulation and autograd.

    Args:
        multiplier: λ.
        steps: T, long enough that λ^T is nothing.
        samples: sequences.
        generator: of the noise.
    """
    # One λ for each sequence, so that one backward pass gives the derivative of each.
    each = torch.full((samples,), multiplier, dtype=torch.float64, requires_grad=True)
    state = torch.zeros(samples, dtype=torch.float64)
    for _ in range(steps):
        noise = torch.randn(samples, generator=generator, dtype=torch.float64)
        state = each * state + noise
    (slope,) = torch.autograd.grad(state.sum(), each)
    squares = slope.square()
    return Estimate(float(squares.mean()), float(squares.std()) / sqrt(samples))


__all__ = [
    "DiagonalStudent",
    "Estimate",
    "Optimiser",
    "RecurrentStudent",
    "Student",
    "TrainingCurve",
    "recurrent_student",
    "sampled_kernel",
    "shifted_kernel",
    "squared_sensitivity",
    "train_on_white_noise",
]
