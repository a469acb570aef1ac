"""Exponents, anisotropy and dimensions by mean field, against drawn products and networks."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from longlag.numerics.anisotropy import (
    Lyapunov,
    anisotropy_index,
    exponents_of,
    kaplan_yorke,
    lyapunov_spectrum,
    singular_values,
)
from longlag.numerics.measurement.block import find_block
from longlag.numerics.measurement.run import Run, ran
from longlag.numerics.networks.sampling import sample_network
from longlag.numerics.stability.exponents import (
    crossed_exponents,
    fresh_exponents,
    plain_factors,
    shares,
    tied_exponents,
)
from longlag.numerics.stability.factors import Reals
from longlag.theory.cells import CELLS
from longlag.theory.statement import Level, Settings, Verdict, judged

#: D and σ, neurons, and steps of drawn products.
KEPT, CROSSED = 0.8, 0.6
_SIZE, _STEPS, _BURN_IN = 64, 500, 100
#: Gain, neurons, networks and steps of chaotic ones.
GAIN = 2.5
_NEURONS, _NETWORKS, _LONG, _SETTLED = 128, 4, 400, 150
#: The rank at which anisotropy is told, as published.
RANK = 10
_STANDARD_ERRORS = 4.0
#: What a law for large H is off with so many neurons, in units of λ₁ − λ_H/2.
_SHARE, _OFF = 0.5, 0.12
_LAGS = (30, 40, 50, 60, 70)


def product_verdict(settings: Settings, *, law: str) -> Verdict:
    """Compare the first half of the exponents of products of D + σW with a law.

    Args:
        settings: the seed.
        law: "fresh", "tied" or "triangle" for fresh weights; "tied fresh" and "tied tied" for one
            matrix.
    """
    drawn, told = ("tied", law.removeprefix("tied ")) if " " in law else ("fresh", law)
    found = _products(settings.seed, drawn)
    stated = _LAWS[told]
    half = int(_SHARE * _SIZE)
    off = float(np.abs(found[:half] - stated[:half]).max()) / float(stated[0] - stated[half])
    place = int(np.abs(found[:half] - stated[:half]).argmax())
    where = f"exponent {place + 1} {found[place]:.3f}, stated {stated[place]:.3f}"
    return judged(
        Level.MEASURED,
        f"D = {KEPT}, σ = {CROSSED}, H = {_SIZE}, {_STEPS - _BURN_IN} steps or {_NETWORKS * 4} "
        f"matrices; largest distance of the first half over their range, {where}",
        off,
        _OFF,
        where,
        points=half,
        seed=settings.seed,
    )


_LAWS: dict[str, Reals] = {
    "fresh": fresh_exponents(KEPT, CROSSED, _SIZE),
    "tied": tied_exponents(KEPT, CROSSED, _SIZE),
    "triangle": 0.5 * np.log((KEPT**2 + CROSSED**2) * (1 - shares(_SIZE))),
}


@lru_cache(maxsize=4)
def _products(seed: int, drawn: str) -> Reals:
    generator = torch.Generator().manual_seed(seed)

    def step() -> torch.Tensor:
        normal = torch.randn(_SIZE, _SIZE, generator=generator, dtype=torch.float64)
        eye = torch.eye(_SIZE, dtype=torch.float64)
        return KEPT * eye + CROSSED * normal / _SIZE**0.5

    if drawn == "fresh":
        factors = (step()[None] for _ in range(_STEPS))
        return exponents_of(factors, burn_in=_BURN_IN).exponents.numpy()
    # With one matrix exponents are logarithms of the moduli of its eigenvalues.
    moduli = [
        np.sort(np.abs(np.linalg.eigvals(step().numpy())))[::-1] for _ in range(4 * _NETWORKS)
    ]
    found: Reals = np.log(moduli).mean(0)
    return found


def anisotropy_verdict(settings: Settings, *, alike: bool) -> Verdict:
    """Compare the slope of ln AI_r of chaotic networks over the lag with mean field.

    Args:
        settings: the seed.
        alike: with √⟨b²⟩ of all neurons in the place of b; not so as stated.
    """
    exponents = _predicted(alike)
    stated = float(exponents[0] - exponents[RANK - 1])
    slopes = np.array([_slope(run) for run, _ in _chaotic(settings.seed, GAIN)])
    mean, error = float(slopes.mean()), float(slopes.std(ddof=1) / np.sqrt(len(slopes)))
    told = f"{mean:.4f} ± {error:.4f}, stated {stated:.4f}"
    return judged(
        Level.MEASURED,
        f"slope of the mean ln AI_{RANK} over the lags {_LAGS[0]} to {_LAGS[-1]}, {_NETWORKS} "
        f"plain networks, gain {GAIN:g}, H = {_NEURONS}, mean and standard error {told}; distance "
        f"over {_STANDARD_ERRORS:g} standard errors and a tenth",
        abs(mean - stated) / (_STANDARD_ERRORS * error + stated / 10),
        1.0,
        told,
        points=_NETWORKS,
        seed=settings.seed,
    )


def dimension_verdict(settings: Settings, *, alike: bool) -> Verdict:
    """Compare the dimension of the attractor of chaotic networks with mean field.

    Args:
        settings: the seed.
        alike: as for ``anisotropy_verdict``.
    """
    exponents = torch.from_numpy(_predicted(alike))
    stated = kaplan_yorke(exponents, _NEURONS)
    found = [spectrum.dimension() for _, spectrum in _chaotic(settings.seed, GAIN)]
    values = np.array([each.value for each in found])
    mean, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
    told = (
        f"{mean:.1f} ± {error:.1f} over networks, ± {found[0].error:.1f} over time of the first, "
        f"stated {stated:.1f}"
    )
    return judged(
        Level.MEASURED,
        f"{_NETWORKS} plain networks, gain {GAIN:g}, H = {_NEURONS}, {_LONG - _SETTLED} steps: "
        f"{told}; distance over {_STANDARD_ERRORS:g} standard errors and a tenth",
        abs(mean - stated) / (_STANDARD_ERRORS * error + stated / 10),
        1.0,
        told,
        points=_NETWORKS,
        seed=settings.seed,
    )


def filled_verdict(settings: Settings, *, gain: float, filled: bool) -> Verdict:
    """Judge whether the attractor fills any direction, by the interval over time of each network.

    Args:
        settings: the seed.
        gain: of the networks.
        filled: whether it does, as stated.
    """
    found = [spectrum.dimension() for _, spectrum in _chaotic(settings.seed, gain)]
    told = ", ".join(f"{each.value:.1f} ± {each.half_width:.1f}" for each in found)
    agree = [
        each.value - each.half_width > 0 if filled else each.value + each.half_width == 0
        for each in found
    ]
    return judged(
        Level.MEASURED,
        f"{_NETWORKS} plain networks without input, gain {gain:g}, H = {_NEURONS}: dimensions with "
        f"95 % intervals over time {told}; how many are against it",
        float(len(agree) - sum(agree)),
        0.0,
        told,
        points=_NETWORKS,
        seed=settings.seed,
    )


@lru_cache(maxsize=2)
def _predicted(alike: bool) -> Reals:
    factors = plain_factors(GAIN)
    if alike:
        factors = np.full(1, np.sqrt((factors**2).mean()))
    return crossed_exponents(factors, GAIN, _NEURONS)


@lru_cache(maxsize=4)
def _chaotic(seed: int, gain: float) -> tuple[tuple[Run, Lyapunov], ...]:
    found = []
    for draw in range(_NETWORKS):
        network = sample_network(
            CELLS["plain"],
            torch.Generator().manual_seed(100 * seed + draw),
            size=_NEURONS,
            batch=(1,),
            steps=_LONG,
            weight_scale=gain,
            drive_scale=0.0,
        )
        run = ran(network)
        found.append((run, lyapunov_spectrum(run, burn_in=_SETTLED)))
    return tuple(found)


def _slope(run: Run) -> float:
    """The slope of the mean of ln AI_r over anchors, by least squares over the lags."""
    anchors = torch.arange(_SETTLED + _LAGS[-1], _LONG, 10)
    pairs = torch.stack([anchors, torch.zeros_like(anchors)], 1)
    values = singular_values(run, pairs, _LAGS, find_block(run.cell)).unit
    means = anisotropy_index(values, RANK).log().mean(1).numpy()
    return float(np.polyfit(_LAGS, means, 1)[0])


__all__ = [
    "CROSSED",
    "GAIN",
    "KEPT",
    "RANK",
    "anisotropy_verdict",
    "dimension_verdict",
    "filled_verdict",
    "product_verdict",
]
