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
#: A step that is expected to gain less than this share of what is left is the last.
_GAIN = 1e-13
_LONGEST_STEP = 2.0
_LEAST_DAMPING, _MOST_DAMPING = 1e-12, 1e10
#: Numbers of one batch, which fits in a processor's cache.
_NUMBERS = 2**15


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
) -> Solutions:
    """Return the least squares of every sample, from one start each.

    Args:
        model: of a law.
        lags: shape (L,).
        values: ln f, shape (B, L).
        weights: one over the standard errors, 0 for a lag that is left out, shape (B, L).
        start: coordinates, shape (B, K).
        most_steps: tried steps.

    Minimises Σ w² (y − a − h(ℓ; u))². Source: Golub and Pereyra (1973) for the projection,
    Levenberg (1944) and Marquardt (1963) for the damping.
    """
    rows = max(1, _NUMBERS // lags.size)
    parts = []
    for first in range(0, len(start), rows):
        part = slice(first, first + rows)
        parts.append(_fit(model, lags, values[part], weights[part], start[part], most_steps))
    return Solutions(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0]))
    )


def _fit(
    model: Model,
    lags: Float[np.ndarray, " L"],
    values: Float[np.ndarray, "B L"],
    weights: Float[np.ndarray, "B L"],
    start: Float[np.ndarray, "B K"],
    most_steps: int,
) -> Solutions:
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
        step, gain = _step(now, damping[rows])
        trial = _state(model, lags, values[rows], weights[rows], now.u + step)
        better = trial.squares < now.squares
        state.put(rows[better], trial.take(better))
        damping[rows] *= np.where(better, 0.1, 8.0)
        damping[rows] = np.maximum(damping[rows], _LEAST_DAMPING)
        done = gain <= _GAIN * now.squares
        active[rows] = ~done & (damping[rows] < _MOST_DAMPING) & (now.squares > 0)
    return Solutions(state.u, state.a, state.squares)


def _state(
    model: Model,
    lags: Float[np.ndarray, " L"],
    values: Float[np.ndarray, "B L"],
    weights: Float[np.ndarray, "B L"],
    u: Float[np.ndarray, "B K"],
) -> _State:
    """Project the amplitude out, and return residuals with the gradient of what is left."""
    shape, slopes = model.evaluate(lags, u)
    residuals = values - shape
    a = np.zeros(len(u))
    with np.errstate(all="ignore"):
        if model.scaled:
            squared = weights**2
            total = squared.sum(-1)
            a = np.einsum("bl,bl->b", squared, residuals) / total
            residuals = residuals - a[:, None]
            slopes = slopes - (np.einsum("bl,kbl->kb", squared, slopes) / total)[..., None]
        residuals = residuals * weights
        slopes = slopes * weights
        squares = np.einsum("bl,bl->b", residuals, residuals)
        rows = slopes.transpose(1, 0, 2)
        curvature = rows @ rows.transpose(0, 2, 1)
        descent = (rows @ residuals[:, :, None])[..., 0]
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
    step *= np.minimum(1.0, _LONGEST_STEP / np.maximum(np.abs(step).max(-1), 1e-300))[:, None]
    return np.clip(state.u + step, -EDGE, EDGE) - state.u, gain


__all__ = ["Solutions", "fit_batch"]
