"""Logarithmic time scales event by event, draws from their stationary laws, and intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import gamma
from scipy.stats import t as student

from longlag.theory.errors import LonglagError


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean over independent runs.

    Args:
        value: the mean.
        error: its standard error, from the spread among the runs.
        runs: how many.
    """

    value: float
    error: float
    runs: int

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the interval of Student's law with runs − 1 degrees of freedom."""
        half = float(student.ppf((1 + level) / 2, self.runs - 1)) * self.error
        return self.value - half, self.value + half


def over_runs(values: Float[np.ndarray, " runs"]) -> Estimate:
    """Return the mean of one number for each independent run, with its error.

    Args:
        values: one for each run.

    Raises:
        LonglagError: fewer than two runs.

    >>> over_runs(np.array([1.0, 3.0])).value
    2.0
    """
    if values.size < 2:
        raise LonglagError(
            f"{values.size} runs", "an error needs two runs at least", "simulate more"
        )
    error = float(values.std(ddof=1)) / float(np.sqrt(values.size))
    return Estimate(value=float(values.mean()), error=error, runs=values.size)


def levels_at_jumps(
    rate: float,
    decay: float,
    pull: float,
    *,
    runs: int,
    events: int,
    generator: np.random.Generator,
    start: Float[np.ndarray, " runs"] | None = None,
) -> Float[np.ndarray, "runs events"]:
    """Return W just before each jump: W ← max(W + J − κΔ, 0), exact at every event.

    Jumps come as a Poisson process, so that what they find has the stationary law of W.

    Args:
        rate: λ, jumps in a unit of time.
        decay: η, one over their mean; they are exponential.
        pull: κ.
        runs: independent ones.
        events: jumps of each.
        generator: of the draws.
        start: W just before the first jump, by default 0.
    """
    level = np.zeros(runs) if start is None else start.astype(np.float64)
    found = np.empty((events, runs))
    for event in range(events):
        found[event] = level
        level = level + generator.exponential(1 / decay, runs)
        level = np.maximum(level - pull * generator.exponential(1 / rate, runs), 0.0)
    return found.T


def exponential_levels(
    rate: float, decay: float, pull: float, *, size: int, generator: np.random.Generator
) -> Float[np.ndarray, " size"]:
    """Return draws of the stationary W of exponential jumps: 0, or exponential at the rate β.

    Args:
        rate, decay, pull: λ, η and κ, as for ``levels_at_jumps``.
        size: how many.
        generator: of the draws.

    Raises:
        LonglagError: λ/η ≥ κ, without a stationary law.
    """
    load = rate / (decay * pull)
    if load >= 1:
        raise LonglagError(
            f"a load of {load:g}", "there is a stationary law only below 1", "pull more"
        )
    drawn = generator.exponential(1 / (decay * (1 - load)), size)
    return np.where(generator.random(size) < load, drawn, 0.0)


def stable_levels(
    index: float, weight: float, pull: float, *, size: int, generator: np.random.Generator
) -> Float[np.ndarray, " size"]:
    """Return draws of the stationary W of compensated stable jumps, of Mittag-Leffler's law.

    E e^{−sW} = 1/(1 + (s x₀)^a) with a = α − 1 and x₀^a = c Γ(−α)/κ; drawn as by Kozubowski
    (1998): W = x₀ E (sin aπ/tan aπU − cos aπ)^{1/a} with exponential E and uniform U.

    Args:
        index: α between 1 and 2.
        weight: c.
        pull: κ.
        size: how many.
        generator: of the draws.
    """
    a = index - 1
    scale = (weight * gamma(-index) / pull) ** (1 / a)
    angle = a * np.pi * generator.random(size)
    turned = np.sin(a * np.pi) / np.tan(angle) - np.cos(a * np.pi)
    return scale * generator.exponential(1.0, size) * turned ** (1 / a)


def tail_exponent(levels: Float[np.ndarray, "runs events"]) -> Estimate:
    """Return β by maximum likelihood over what lies above 0, with its error over the runs.

    Above 0 a stationary W is exponential, so that 1/β is the mean of what lies there.

    Args:
        levels: independent runs of W.
    """
    above = np.where(levels > 0, levels, 0.0).sum(1) / np.maximum((levels > 0).sum(1), 1)
    mean = over_runs(above)
    return Estimate(value=1 / mean.value, error=mean.error / mean.value**2, runs=mean.runs)


__all__ = [
    "Estimate",
    "exponential_levels",
    "levels_at_jumps",
    "over_runs",
    "stable_levels",
    "tail_exponent",
]
