"""Networks trained on white noise: how long a plateau lasts, and what shortens it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from sympy import Integer, Rational, sqrt

from longlag.derivations.memory.reparametrisation_checks import in_numbers
from longlag.numerics.memory.perturbation import parameters_of
from longlag.numerics.memory.white_noise import (
    DiagonalStudent,
    TrainingCurve,
    recurrent_student,
    sampled_kernel,
    shifted_kernel,
    train_on_white_noise,
)
from longlag.theory.memory import KERNELS
from longlag.theory.statement import Level, Settings, Verdict

TRAINED_MAPS = ("direct", "exponential", "softplus", "best")
LAGS, DELAYS = (4, 6, 8), (3, 5, 7)
#: Parameters of the balanced map in training.
_SAMPLED = {"a": Integer(1), "b": Rational(1, 2)}
_STEP = 0.25
_SIZE, _FADING, _SEEDS = 16, 0.5, 3
#: Losses that are averaged at the end of a training.
_LAST = 40
#: Targets of the comparison of starts, and the step and the length at which they are sampled.
TARGETS = ("shifted", "airy", "two_parts")
_COARSE, _LENGTH, _SHIFT = 0.5, 26, 8
#: The spread of the bump of two_parts.
_WIDTH = sqrt(Rational(1, 2))


@lru_cache(maxsize=256)
def plateau_curve(
    seed: int, lag: int, orthogonal: bool, saturating: bool, long: bool = False
) -> TrainingCurve:
    """Train a linear or tanh network to repeat the input of some steps ago."""
    student = recurrent_student(
        _SIZE,
        0.9 if orthogonal else _FADING,
        torch.Generator().manual_seed(seed),
        orthogonal=orthogonal,
        saturating=saturating,
    )
    return train_on_white_noise(
        student,
        shifted_kernel(lag, max(LAGS) + 2),
        steps=1500,
        learning_rate=0.005 if saturating else 0.03,
        batch=32 if saturating else 128,
        generator=torch.Generator().manual_seed(seed + 100),
        until=0.02 if long else 0.5,
        optimiser="adam" if saturating else "descent",
    )


def plateau_slope(seed: int, orthogonal: bool, saturating: bool) -> float:
    """Return the slope of ln(steps to half the loss) over the lag.

    A training that does not get there counts with all its steps.
    """
    steps = []
    for lag in LAGS:
        curve = plateau_curve(seed, lag, orthogonal, saturating)
        steps.append(curve.escape(0.5) or len(curve.losses))
    return float(np.polyfit(LAGS, np.log(np.maximum(steps, 1)), 1)[0])


def plateau_verdict(settings: Settings, *, saturating: bool, orthogonal: bool) -> Verdict:
    """Show that the time to half the loss grows exponentially with the lag.

    Args:
        settings: seed of the networks.
        saturating: tanh networks.
        orthogonal: start from an orthogonal matrix, from which it does not.
    """
    slopes = [plateau_slope(settings.seed + s, orthogonal, saturating) for s in range(_SEEDS)]
    mean, rule = float(np.mean(slopes)), -math.log(_FADING) / 2
    holds = mean >= rule
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method=f"{'tanh' if saturating else 'linear'} networks, H = {_SIZE}: slope {mean:.2f}, "
        f"at least {rule:.2f} asked",
        points=_SEEDS,
        seed=settings.seed,
        counterexample="" if holds else f"slope {mean:.2f}",
    )


@lru_cache(maxsize=64)
def kernel_curve(seed: int, target: str, orthogonal: bool, saturating: bool) -> TrainingCurve:
    """Train a linear or tanh network with Adam on one of ``TARGETS``, down to a quarter of it."""
    wanted = shifted_kernel(_SHIFT, _SHIFT + 2)
    if target != "shifted":
        wanted = sampled_kernel(KERNELS[target], _COARSE, _LENGTH)
    student = recurrent_student(
        _SIZE,
        0.9 if orthogonal else _FADING,
        torch.Generator().manual_seed(seed),
        orthogonal=orthogonal,
        saturating=saturating,
    )
    return train_on_white_noise(
        student,
        wanted,
        steps=1500,
        learning_rate=0.005,
        batch=32,
        optimiser="adam",
        generator=torch.Generator().manual_seed(seed + 100),
        until=0.25 * float(wanted.square().sum()),
    )


def starts_verdict(settings: Settings, *, swapped: bool) -> Verdict:
    """Show on every target that networks that remember at the start are done first.

    Args:
        settings: seed of the networks.
        swapped: exchanges the starts.
    """
    share, where = 0.0, ""
    for target in TARGETS:
        for saturating in (False, True):
            fading, remembering = (
                len(kernel_curve(settings.seed, target, start != swapped, saturating).losses)
                for start in (False, True)
            )
            if remembering / fading > share:
                share = remembering / fading
                where = f"{target}: {remembering} steps, {fading} from the other start"
    return Verdict(
        level=Level.MEASURED if share < 1 else Level.REFUTED,
        method="share of the steps of Adam to a quarter of the energy",
        error=share,
        tolerance=1.0,
        points=2 * len(TARGETS),
        seed=settings.seed,
        counterexample="" if share < 1 else where,
    )


def kernel_rows(settings: Settings) -> list[list[str]]:
    """Return for every target and network the steps of training from both starts."""
    return [
        [target, "tanh" if saturating else "linear"]
        + [
            str(len(kernel_curve(settings.seed, target, orthogonal, saturating).losses))
            for orthogonal in (False, True)
        ]
        for target in TARGETS
        for saturating in (False, True)
    ]


@lru_cache(maxsize=128)
def delayed_curve(seed: int, delay: int, slowest: float | None, name: str) -> TrainingCurve:
    """Train two units near the early part of ``delayed``, and a silent third one where asked."""
    kernel = KERNELS["delayed"].at(
        {"a": 1, "b": 1, "c": 1, "s": _WIDTH, "omega": Rational(1, delay)}
    )
    target = sampled_kernel(kernel, _STEP, int((delay + 4) / _STEP))
    silent = [] if slowest is None else [slowest]
    student = _diagonal(
        name, np.array([1.05, 0.95, *silent]), torch.tensor([0.5, 0.5, *(0.0 for _ in silent)])
    )
    return train_on_white_noise(
        student,
        target,
        steps=3000,
        learning_rate=0.02,
        batch=32,
        generator=torch.Generator().manual_seed(seed),
        until=0.9 * late_energy(),
    )


def late_energy() -> float:
    """Return ∫e^{−(t−1/ω)²/s²} dt = s√π, which is left while the bump is not seen."""
    return float(_WIDTH) * math.sqrt(math.pi)


def delayed_slope(seed: int, slowest: float | None, name: str = "direct") -> float:
    """Return the slope of ln(steps on the plateau) over the delay 1/ω."""
    curves = [delayed_curve(seed, delay, slowest, name) for delay in DELAYS]
    return float(np.polyfit(DELAYS, np.log([len(c.losses) for c in curves]), 1)[0])


def slow_unit_verdict(settings: Settings, *, slowest: float | None) -> Verdict:
    """Compare the plateau of two units with that of the same with a silent slow one.

    Args:
        settings: seed of the noise.
        slowest: rate of the silent unit.
    """
    plain, helped = (
        [len(delayed_curve(settings.seed, delay, slow, "direct").losses) for delay in DELAYS]
        for slow in (None, slowest)
    )
    gain = plain[-1] / helped[-1]
    return Verdict(
        level=Level.MEASURED if gain > 10 else Level.REFUTED,
        method=f"steps of descent at 1/ω = {DELAYS[-1]}: {plain[-1]} without, {helped[-1]} with; "
        f"slopes {delayed_slope(settings.seed, None):.2f} and "
        f"{delayed_slope(settings.seed, slowest):.2f}",
        points=len(DELAYS),
        seed=settings.seed,
        counterexample="" if gain > 10 else f"{helped[-1]} steps, {plain[-1]} without",
    )


def remedy_verdict(settings: Settings, *, name: str, slowest: float | None) -> Verdict:
    """Ask whether a stable map from the same rates leaves the plateau in half the time.

    Args:
        settings: seed of the noise.
        name: of the map.
        slowest: rate of a silent unit of the network with the map.
    """
    direct = len(delayed_curve(settings.seed, DELAYS[-1], None, "direct").losses)
    mapped = len(delayed_curve(settings.seed, DELAYS[-1], slowest, name).losses)
    holds = 2 * mapped <= direct
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method=f"steps of descent at 1/ω = {DELAYS[-1]}, {name} map",
        seed=settings.seed,
        counterexample="" if holds else f"{mapped} steps, {direct} with the direct map",
    )


@lru_cache(maxsize=32)
def slow_start(seed: int, name: str) -> TrainingCurve:
    """Train four units, the slowest at rate 0.1, on two_parts at a large learning rate."""
    amplitudes = 0.3 * torch.randn(4, generator=torch.Generator().manual_seed(seed))
    return train_on_white_noise(
        _diagonal(name, np.geomspace(0.1, 1.0, 4), amplitudes),
        sampled_kernel(KERNELS["two_parts"], _STEP, 64),
        steps=300,
        learning_rate=0.05,
        batch=32,
        generator=torch.Generator().manual_seed(seed + 100),
    )


def stable_training_verdict(settings: Settings, *, names: Sequence[str], level: float) -> Verdict:
    """Show that slow units survive a large learning rate: the late part is partly learnt.

    Args:
        settings: seed of the networks.
        names: of the maps.
        level: the mean of the last losses over the energy of the late part that must be reached.
    """
    worst, where = 0.0, ""
    for name in names:
        for seed in range(settings.seed, settings.seed + _SEEDS):
            curve = slow_start(seed, name)
            loss = (
                math.inf
                if curve.diverged
                else float(np.mean(curve.losses[-_LAST:])) / late_energy()
            )
            if loss > worst:
                worst, where = loss, f"{name}, seed {seed}: {loss:.3g} of the late energy left"
    holds = worst < level
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method="loss over the energy of the late part, two_parts",
        points=len(names) * _SEEDS,
        error=worst,
        tolerance=level,
        seed=settings.seed,
        counterexample="" if holds else where,
    )


def _diagonal(name: str, rates: NDArray[np.float64], amplitudes: torch.Tensor) -> DiagonalStudent:
    one = in_numbers(name, _SAMPLED)
    learnt = torch.from_numpy(parameters_of(rates, one))
    return DiagonalStudent(learnt, amplitudes.double(), one, _STEP)
