"""Boundaries of spectra and critical gains, against eigenvalues and exponents of networks."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from sympy import Expr, Rational

from longlag.numerics.anisotropy import lyapunov_spectrum
from longlag.numerics.measurement.run import ran
from longlag.numerics.networks.sampling import sample_network
from longlag.numerics.stability.boundary import boundary_radius, largest_moduli
from longlag.numerics.stability.factors import Factors, resting_factors
from longlag.theory.cells import CELLS
from longlag.theory.stability.criticality import critical_gain
from longlag.theory.statement import Level, Settings, Verdict, judged

#: Networks that are drawn, and the confidence of means over them.
_DRAWS, _STANDARD_ERRORS = 6, 4.0
#: Neurons of the large ones, and how close the radius is found.
_LARGE, _CLOSE = 512, 0.04


def two_maps(size: int) -> Factors:
    """Return factors of one state and two maps whose b and c are large for different neurons.

    Args:
        size: the number of neurons.
    """
    large = np.where(np.arange(size) % 2 == 0, 1.0, 0.1)
    small = 0.1 / large
    return Factors(
        ("first", "second"),
        np.full((size, 1, 1), 0.2),
        np.stack([large, small], -1)[:, None, :],
        np.stack([small, large], -1)[:, :, None],
        np.zeros((size, 2, 2)),
    )


def two_maps_verdict(settings: Settings, *, by_trace: bool) -> Verdict:
    """Compare the largest eigenvalue with the boundary, of two maps with different b and c.

    Args:
        settings: the seed.
        by_trace: with the trace of G in the place of its spectral radius.
    """
    factors, gains = two_maps(_LARGE), np.ones(2)
    mean, error = _largest(settings.seed)
    stated = boundary_radius(factors, gains, by_trace=by_trace)
    told = f"{mean:.3f} ± {error:.3f}, stated {stated:.3f}"
    return judged(
        Level.MEASURED,
        f"{_DRAWS} draws of two matrices, H = {_LARGE}, mean and standard error {told}; relative "
        "distance",
        abs(mean / stated - 1),
        _CLOSE,
        told,
        points=_DRAWS,
        seed=settings.seed,
    )


@lru_cache(maxsize=2)
def _largest(seed: int) -> tuple[float, float]:
    factors = two_maps(_LARGE)
    return _mean_of_largest(factors, np.ones(2), seed)


def _mean_of_largest(factors: Factors, gains: np.ndarray, seed: int) -> tuple[float, float]:
    """The mean over draws of the largest |eigenvalue|, and its standard error."""
    found = largest_moduli(factors, gains, seed, _DRAWS)
    return float(found.mean()), float(found.std(ddof=1) / np.sqrt(_DRAWS))


def critical_verdict(settings: Settings, *, cell: str, gain: Expr) -> Verdict:
    """Judge a critical gain in exact numbers, and by eigenvalues at .8 and at 1.2 of it.

    Args:
        settings: the seed.
        cell: a name of the catalogue.
        gain: as stated.
    """
    found = critical_gain(CELLS[cell])
    method = f"ρ(G(1)) = 1 solved in exact numbers: {found}"
    if found != gain:
        return Verdict(level=Level.REFUTED, method=method, counterexample=f"it is {found}")
    below, above = (
        _rest_radius(cell, settings.seed, share * gain)
        for share in (Rational(4, 5), Rational(6, 5))
    )
    told = (
        f"largest |λ| at .8 of it {below[0]:.3f} ± {below[1]:.3f}, at 1.2 {above[0]:.3f} ± "
        f"{above[1]:.3f}"
    )
    gaps = (1 - below[0]) / below[1], (above[0] - 1) / above[1]
    # A negative gap is a network on the wrong side.
    return judged(
        Level.MEASURED,
        f"{method}; H = {_LARGE // 2}, {_DRAWS} draws: {told}; {_STANDARD_ERRORS:g} over the "
        "smaller distance from 1 in standard errors",
        _STANDARD_ERRORS / min(gaps) if min(gaps) > 0 else float("inf"),
        1.0,
        told,
        points=2 * _DRAWS,
        seed=settings.seed,
    )


@lru_cache(maxsize=32)
def _rest_radius(cell: str, seed: int, gain: Expr) -> tuple[float, float]:
    factors = resting_factors(CELLS[cell], {}, _LARGE // 2)
    return _mean_of_largest(factors, np.full(len(factors.maps), float(gain)), seed)


def exponent_verdict(settings: Settings, *, share: Expr, negative: bool) -> Verdict:
    """Judge the sign of the largest Lyapunov exponent at a share of the critical gain.

    Args:
        settings: the seed.
        share: of the critical gain of each cell.
        negative: whether it is negative, as stated.
    """
    means = {name: _exponents(name, settings.seed, share) for name in ("plain", "gru", "lstm")}
    told = ", ".join(f"{name} {mean:.3f} ± {error:.3f}" for name, (mean, error) in means.items())
    sign = -1 if negative else 1
    least = min(sign * mean / error for mean, error in means.values())
    return judged(
        Level.MEASURED,
        f"at {float(share):g} of the critical gain, H = 96, 250 steps, {_DRAWS} networks each, "
        f"mean and standard error: {told}; 3 over the smallest distance from 0 in standard errors",
        3 / least if least > 0 else float("inf"),
        1.0,
        told,
        points=3 * _DRAWS,
        seed=settings.seed,
    )


@lru_cache(maxsize=16)
def _exponents(cell: str, seed: int, share: Expr) -> tuple[float, float]:
    found = []
    for draw in range(_DRAWS):
        network = sample_network(
            CELLS[cell],
            torch.Generator().manual_seed(100 * seed + draw),
            size=96,
            batch=(1,),
            steps=250,
            weight_scale=float(share * critical_gain(CELLS[cell])),
            drive_scale=0.0,
        )
        found.append(float(lyapunov_spectrum(ran(network), 1, burn_in=100).exponents[0]))
    values = np.array(found)
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(_DRAWS))


__all__ = ["critical_verdict", "exponent_verdict", "two_maps", "two_maps_verdict"]
