"""Weighted least squares on ln f for many samples at once.

The amplitude is linear in ln f, so it is solved for at every step (variable projection); the other
coordinates take damped Gauss–Newton steps, every sample with a damping of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from longlag.numerics.fitting.model import EDGE, Model

_MOST_STEPS = 200
#: Of the sum of squares, the share that a further step must be expected to gain: of exact data,
#: and of samples, whose parameters that places within a ten-thousandth of their spread.
_GAIN, GAIN_OF_SAMPLES = 1e-13, 1e-9
_LONGEST_STEP = 2.0
_LEAST_DAMPING, _MOST_DAMPING = 1e-12, 1e10
#: Numbers of one array: a score of larger ones leaves the cache, smaller ones are overhead.
_NUMBERS = 2**14
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Solutions:
    """Where the sums of squares are least, for B samples.

    Args:
        u: coordinates, shape (B, K).
        a: logarithms of the amplitude, 0 without one, shape (B,).
        squares: sums of weighted squares, shape (B,); infinite where f was no number.
    """

    u: Float[np.ndarray, "B K"]
    a: Float[np.ndarray, " B"]
    squares: Float[np.ndarray, " B"]


@dataclass
class _State:
    """Residuals of a batch at its coordinates, and what a step needs."""

    u: Float[np.ndarray, "B K"]
    a: Float[np.ndarray, " B"]
    squares: Float[np.ndarray, " B"]
    descent: Float[np.ndarray, "B K"]
    curvature: Float[np.ndarray, "B K K"]

    def take(self, which: Bool[np.ndarray, " B"]) -> _State:
        return _State(*(part[which] for part in vars(self).values()))

    def put(self, which: Bool[np.ndarray, " B"], new: _State) -> None:
        for own, other in zip(vars(self).values(), vars(new).values(), strict=True):
            own[which] = other


def fit_batch(
    model: Model,
    lags: Float[np.ndarray, " L"],
    values: Float[np.ndarray, "B L"],
    weights: Float[np.ndarray, "B L"],
    start: Float[np.ndarray, "B K"],
    *,
    most_steps: int = _MOST_STEPS,
    gain: float = _GAIN,
) -> Solutions:
    """Return the least squares of every sample, from one start each.

    Args:
        model: of a law.
        lags: shape (L,).
        values: ln f, shape (B, L).
        weights: one over the standard errors, 0 for a lag that is left out, shape (B, L).
        start: coordinates, shape (B, K).
        most_steps: tried steps.
        gain: a step that is expected to lessen the sum of squares by a smaller share is the last.

    Minimises Σ w² (y − a − h(ℓ; u))². Source: Golub and Pereyra (1973) for the projection,
    Levenberg (1944) and Marquardt (1963) for the damping.
    """
    state = _state(model, lags, values, weights, start)
    damping = np.full(len(start), 1e-3)
    active = np.isfinite(state.squares)
    if not model.dimensions:
        active[:] = False
    for _ in range(most_steps):
        rows = np.flatnonzero(active)
        if not rows.size:
            break
        now = state.take(rows)
        step, promised = _step(now, damping[rows])
        trial = _state(model, lags, values[rows], weights[rows], now.u + step)
        better = trial.squares < now.squares
        state.put(rows[better], trial.take(better))
        damping[rows] *= np.where(better, 0.1, 8.0)
        damping[rows] = np.maximum(damping[rows], _LEAST_DAMPING)
        # On what it brought as well: where f barely moves, steps promise more than they bring.
        brought = np.where(better, now.squares - trial.squares, np.inf)
        done = np.minimum(promised, brought) <= gain * now.squares
        active[rows] = ~done & (damping[rows] < _MOST_DAMPING) & (now.squares > 0)
    return Solutions(state.u, state.a, state.squares)


def _state(
    model: Model,
    lags: Float[np.ndarray, " L"],
    values: Float[np.ndarray, "B L"],
    weights: Float[np.ndarray, "B L"],
    u: Float[np.ndarray, "B K"],
) -> _State:
    """Return what a step needs, block by block."""
    rows = max(1, _NUMBERS // lags.size)
    blocks = [slice(first, first + rows) for first in range(0, len(u), rows)]
    found = [_block(model, lags, values[each], weights[each], u[each]) for each in blocks]
    return _State(*(np.concatenate([getattr(f, name) for f in found]) for name in vars(found[0])))


def _block(
    model: Model,
    lags: Float[np.ndarray, " L"],
    values: Float[np.ndarray, "B L"],
    weights: Float[np.ndarray, "B L"],
    u: Float[np.ndarray, "B K"],
) -> _State:
    """Project the amplitude out, and return residuals with the gradient of what is left."""
    shape, *slopes = model.evaluate(lags, u)
    count = len(slopes)
    # Rows of one matrix, so that one product has all sums over the lags.
    rows = np.empty((len(u), count + 2, lags.size))
    with np.errstate(all="ignore"):
        for place, slope in enumerate(slopes):
            np.multiply(slope, weights, out=rows[:, place])
        residuals, constant = rows[:, count], rows[:, count + 1]
        constant[...] = weights if model.scaled else 0.0
        missed = values - shape
        a = np.zeros(len(u))
        if model.scaled:
            a = np.einsum("bl,bl,bl->b", missed, weights, weights)
            a /= np.einsum("bl,bl->b", weights, weights)
            missed -= a[:, None]
        np.multiply(missed, weights, out=residuals)
        sums = rows @ rows.transpose(0, 2, 1)
        squares = sums[:, count, count]
        descent = sums[:, :count, count]
        curvature = sums[:, :count, :count]
        if model.scaled:
            # What a slope has of the amplitude is no slope: the amplitude follows.
            along = sums[:, :count, count + 1]
            total = sums[:, count + 1, count + 1, None, None]
            whole = np.einsum("bkk->bk", curvature)
            curvature = curvature - along[:, :, None] * along[:, None, :] / total
            # Of a slope that is hardly more than the amplitude's, rounding may leave less than 0.
            diagonal = np.einsum("bkk->bk", curvature)
            diagonal[...] = np.maximum(diagonal, _ROUNDING * whole)
    usable = np.isfinite(squares) & np.isfinite(curvature).all((-1, -2))
    squares = np.where(usable, squares, np.inf)
    return _State(u.copy(), a, squares, descent, curvature)


def _step(
    state: _State, damping: Float[np.ndarray, " B"]
) -> tuple[Float[np.ndarray, "B K"], Float[np.ndarray, " B"]]:
    """Return a damped step that stays inside the edges, and what an undamped one would gain."""
    outward = (state.u <= -EDGE) & (state.descent < 0) | (state.u >= EDGE) & (state.descent > 0)
    descent = np.where(outward, 0.0, state.descent)
    free = ~outward
    curvature = state.curvature * (free[:, :, None] & free[:, None, :])
    diagonal = np.einsum("bkk->bk", curvature)
    least = 1e-12 * diagonal.max(-1, keepdims=True) + 1e-290
    scale = np.sqrt(np.where(outward, 1.0, np.maximum(diagonal, least)))
    scaled = curvature / scale[:, :, None] / scale[:, None, :]
    identity = np.eye(scale.shape[1])
    shift = damping[:, None, None] * identity + outward[:, :, None] * identity
    step = np.linalg.solve(scaled + shift, (descent / scale)[..., None])[..., 0] / scale
    gain = np.einsum("bk,bk->b", descent, step)
    # One by one: a coordinate on its way out must not hold the others back.
    step = np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
    return np.clip(state.u + step, -EDGE, EDGE) - state.u, gain


__all__ = ["GAIN_OF_SAMPLES", "Solutions", "fit_batch"]
