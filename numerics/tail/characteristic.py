"""The tail index from the empirical characteristic function (Kogon and Williams)."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, sqrt
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float

from longlag.numerics.tail.data import check_data, check_level, spread
from longlag.numerics.tail.estimate import TailIndex, tail_index
from longlag.theory.errors import LonglagError

MINIMUM = 200

# Frequencies in units of 1/scale: 0.1, 0.2, …, 1.5. Kogon and Williams stop at 1.0; by the delta
# method the standard error at n = 10⁴ is then .0164, .0183, .0168, .0105 at alpha = 1.2, 1.5, 1.8,
# 1.95, and .0144, .0160, .0151, .0111 here. Beyond 1.5 the noise grows quickly for alpha near 2.
_STEP = 0.1
_FREQUENCIES = _STEP * np.arange(1, 16)
_LOG_FREQUENCIES = np.log(_FREQUENCIES) - np.log(_FREQUENCIES).mean()
_SLOPE = _LOG_FREQUENCIES / (_LOG_FREQUENCIES @ _LOG_FREQUENCIES)
# An outlier of size x answers a change ε of the scale with a phase x ε: φ is jagged on a fine scale
# and the rounds never stand quite still. They stop at steps this small against the statistical
# error 1/√n; to first order the slope does not depend on the scale at all.
_TOLERANCE = 0.2
_ROUNDS = 50
# Samples at a time: their waves stay in a core's cache.
_CHUNK = 4096


class _Regression(NamedTuple):
    """Slope, and the step of scale and location in units of the ones assumed."""

    slope: float
    scale: float
    location: float


def kogon_williams(data: Float[np.ndarray, " n"], *, level: float = 0.95) -> TailIndex:
    """Fit a symmetric stable law by regression on the empirical characteristic function φ.

    For data of scale 1 and location 0, log(−log|φ(t)|) = alpha log t and arg φ(t) = 0. Both are
    fitted by least squares on t = 0.1, …, 1.5, the phase with weights |φ|²; the data are then
    standardised with the fitted scale and location, until these stand still. Source: Kogon and
    Williams (1998), with β = 0 and a longer range of frequencies; the standard error is derived
    here from the first-order change Σ_k c_k δ|φ(t_k)| / (|φ(t_k)| log|φ(t_k)|) of the slope, c the
    regression's weights.

    Args:
        data: independent samples, shape (n,), n >= 200.
        level: of the interval.

    Raises:
        LonglagError: bad data, or no stable law that fits.

    >>> normal = np.random.default_rng(0).normal(3, 2, 1000)
    >>> fit = kogon_williams(normal)
    >>> round(fit.alpha, 1), round(fit.scale * 2**0.5, 1), round(fit.location, 1)
    (2.0, 1.9, 2.9)
    """
    check_level(level)
    data = check_data(data, estimator="Kogon–Williams", minimum=MINIMUM)
    location, scale = spread(data)
    tolerance = _TOLERANCE / sqrt(data.size)
    for count in range(_ROUNDS):
        standardised = (data - location) / scale
        characteristic = _characteristic(standardised)
        found = _regress(characteristic)
        if found.slope <= 0:
            break
        damping = 1 / (1 + count // 8)  # rounds that still jump by then do so about a solution
        location += damping * scale * found.location
        scale *= found.scale**damping
        if abs(found.scale - 1) < tolerance and abs(found.location) < tolerance:
            return tail_index(
                estimator="Kogon–Williams",
                n=data.size,
                alpha=found.slope,
                scale=scale,
                location=location,
                standard_error=_standard_error(standardised, characteristic),
                level=level,
            )
    raise LonglagError(
        f"{data.size} samples",
        "no stable law has an empirical characteristic function like theirs",
        "use block_differences, which assumes no law",
    )


def _waves(standardised: Float[np.ndarray, " n"]) -> Iterator[Complex[np.ndarray, " n"]]:
    """Yield exp(i t x) at one frequency after another, in one array, as powers of the first."""
    first = np.exp(1j * _STEP * standardised)
    wave = np.ones_like(first)
    for _ in _FREQUENCIES:
        wave *= first
        yield wave


def _chunks(standardised: Float[np.ndarray, " n"]) -> Iterator[Float[np.ndarray, " chunk"]]:
    return (standardised[i : i + _CHUNK] for i in range(0, standardised.size, _CHUNK))


def _characteristic(standardised: Float[np.ndarray, " n"]) -> Complex[np.ndarray, " frequency"]:
    sums = sum(np.array([w.sum() for w in _waves(chunk)]) for chunk in _chunks(standardised))
    return np.asarray(sums) / standardised.size


def _regress(characteristic: Complex[np.ndarray, " frequency"]) -> _Regression:
    height = np.log(-np.log(np.abs(characteristic)))
    slope = float(_SLOPE @ height)
    intercept = float(height.mean()) - slope * float(np.log(_FREQUENCIES).mean())
    # The phase of a small |φ| is mostly noise.
    weighted = _FREQUENCIES * np.abs(characteristic) ** 2
    phase = weighted @ np.angle(characteristic) / (weighted @ _FREQUENCIES)
    step = min(max(intercept / slope, -1.0), 1.0)  # log scale, where far off one step at a time
    return _Regression(slope, exp(step), float(phase))


def _standard_error(
    standardised: Float[np.ndarray, " n"], characteristic: Complex[np.ndarray, " frequency"]
) -> float:
    size = np.abs(characteristic)
    # |φ| changes by the part of each wave along the direction of φ.
    along = _SLOPE / (size * np.log(size)) * characteristic.conj() / size
    influence = np.concatenate(
        [
            sum(c * wave for c, wave in zip(along, _waves(chunk), strict=True)).real
            for chunk in _chunks(standardised)
        ]
    )
    return float(influence.std() / sqrt(influence.size))
