"""What a line through a tail accepts, and spectra of neurons that share one number."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from jaxtyping import Float

from longlag.numerics.anticollapse.events import exponential_levels
from longlag.numerics.anticollapse.gate import share_accepted
from longlag.theory.statement import Level, Settings, Verdict, judged

#: Spectra of each kind, their neurons, and R² from which one is called a power law.
_SPECTRA, _NEURONS, _LEAST = 200, 512, 0.9
#: Steps over which a constant gate is fitted, what it lets through, and networks.
_STEPS, _GATE, _NETWORKS = (256, 4096), 0.1, 20


@lru_cache(maxsize=2)
def _without_power_tails(seed: int) -> dict[str, Float[np.ndarray, "spectra n"]]:
    """Spectra whose tails fall faster than every power."""
    generator = np.random.default_rng(seed)
    shape = (_SPECTRA, _NEURONS)
    normal = generator.standard_normal(shape)
    return {
        "exponential": generator.exponential(1.0, shape),
        "normal": np.abs(normal),
        "lognormal": np.exp(0.5 * generator.standard_normal(shape)),
    }


def accepted_verdict(settings: Settings, *, share: float, least: float) -> Verdict:
    """Judge whether the gate accepts at least a share of spectra of each kind without a power tail.

    Args:
        settings: the seed.
        share: of the largest time scales that it looks at.
        least: the share of accepted spectra, as stated.
    """
    found = {
        name: share_accepted(spectra, share=share, least=_LEAST)
        for name, spectra in _without_power_tails(settings.seed).items()
    }
    shown = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
    method = (
        f"{_SPECTRA} spectra of {_NEURONS} neurons of each kind, the upper {share:g} of each: "
        f"accepted {shown}"
    )
    worst = min(found.values())
    return judged(
        Level.MEASURED, method, least, worst, method, points=3 * _SPECTRA, seed=settings.seed
    )


def whole_verdict(settings: Settings, *, least: float, power: bool) -> Verdict:
    """Judge that the whole sample accepts a share at most of a kind of spectra.

    Args:
        settings: the seed.
        least: the largest share, as stated.
        power: whether they have a power tail, from τ = 1 on.
    """
    spectra = _without_power_tails(settings.seed)
    if power:
        levels = exponential_levels(
            1.0, 2.0, 1.0, size=2 * _SPECTRA * 2 * _NEURONS, generator=_generator(settings)
        )
        above = levels[levels > 0][: _SPECTRA * _NEURONS].reshape(_SPECTRA, _NEURONS)
        spectra = {"power": np.exp(above)}
    found = {name: share_accepted(each, share=1.0, least=_LEAST) for name, each in spectra.items()}
    shown = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
    method = f"{_SPECTRA} spectra of {_NEURONS} neurons, the whole of each: accepted {shown}"
    return judged(
        Level.MEASURED,
        method,
        max(found.values()),
        least,
        method,
        points=_SPECTRA * len(found),
        seed=settings.seed,
    )


def _generator(settings: Settings) -> np.random.Generator:
    return np.random.default_rng(settings.seed + 1)


@lru_cache(maxsize=2)
def constant_gate_spectra(seed: int) -> dict[int, Float[np.ndarray, "networks n"]]:
    """Return fitted time scales of neurons that all have the multiplier 1 − s, by steps.

    Each is fitted by its correlation at lag one over a sequence of white input; what is not in
    (0, 1) has no time scale and is left out by taking the nearest that has.

    Args:
        seed: of the inputs.
    """
    generator = np.random.default_rng(seed)
    kept, size = 1 - _GATE, _NETWORKS * _NEURONS
    state = generator.standard_normal(size) / np.sqrt(1 - kept**2)
    across, square = np.zeros(size), np.zeros(size)
    found = {}
    for step in range(1, max(_STEPS) + 1):
        after = kept * state + generator.standard_normal(size)
        across += after * state
        square += state**2
        state = after
        if step in _STEPS:
            fitted = np.clip(across / square, 1e-3, 1 - 1e-3)
            found[step] = (-1 / np.log(fitted)).reshape(_NETWORKS, _NEURONS)
    return found


def constant_gate_verdict(settings: Settings, *, least: float, share: float) -> Verdict:
    """Judge whether the gate accepts at least a share of spectra of one number, fitted.

    Args:
        settings: the seed.
        least: the share of accepted spectra, as stated.
        share: of the largest time scales that it looks at.
    """
    spectra = constant_gate_spectra(settings.seed)[_STEPS[0]]
    found = share_accepted(spectra, share=share, least=_LEAST)
    method = (
        f"{_NETWORKS} networks of {_NEURONS} neurons with s = {_GATE:g}, each fitted over "
        f"{_STEPS[0]} steps, the upper {share:g}: {found:.3f} accepted"
    )
    return judged(
        Level.MEASURED, method, least, found, method, points=_NETWORKS, seed=settings.seed
    )


def narrowing_verdict(settings: Settings, *, share: float) -> Verdict:
    """Judge that the spread of fitted ln τ falls as the square root of the steps.

    Args:
        settings: the seed.
        share: of the spread over the shorter sequences that is left over the longer ones.
    """
    spreads = [
        float(np.log(constant_gate_spectra(settings.seed)[steps]).std(1).mean()) for steps in _STEPS
    ]
    shown = f"{spreads[0]:.3f} over {_STEPS[0]} steps, {spreads[1]:.3f} over {_STEPS[1]}"
    return judged(
        Level.MEASURED,
        f"{_NETWORKS} networks of {_NEURONS} neurons with s = {_GATE:g}, fitted: {shown}",
        spreads[1] / spreads[0],
        share,
        shown,
        points=_NETWORKS,
        seed=settings.seed,
    )


__all__ = [
    "accepted_verdict",
    "constant_gate_spectra",
    "constant_gate_verdict",
    "narrowing_verdict",
    "whole_verdict",
]
