"""The first-order envelope of a GRU as one would write it by hand, in NumPy and nothing else.

Forward pass, gates, one-step derivatives, and every lag by differences of prefix sums in log space:
Γ_{t,ℓ} = exp(S_t − S_{t−ℓ}) with S = Σ ln z, and Γ + C = Γ (1 + Q_t − Q_{t−ℓ}) with Q = Σ ρ/z.
It needs gates that are never 0, and knows neither exact products nor a bound of the remainder.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from torch import Tensor, nn


class Gates(NamedTuple):
    """The local part z of every step and the diagonal ρ of its recurrent part, (T, B, H)."""

    local: np.ndarray
    recurrent: np.ndarray


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1/(1 + e^{−x})."""
    return 1 / (1 + np.exp(-x))


def run_gru(gru: nn.GRU, x: Tensor) -> Gates:
    """Run a GRU over an input (T, B, I) and return its one-step derivatives."""
    w_ih, w_hh, b_ih, b_hh = (p.detach().numpy().astype(float) for p in gru.parameters())
    steps, batch, _ = x.shape
    size = gru.hidden_size
    drive = x.numpy().astype(float) @ w_ih.T + b_ih
    w_r, w_z, w_n = (w.diagonal() for w in w_hh.reshape(3, size, size))
    h = np.zeros((batch, size))
    local, recurrent = np.empty((2, steps, batch, size))
    for t in range(steps):
        from_r, from_z, from_n = np.split(drive[t], 3, axis=-1)
        map_r, map_z, inner = np.split(h @ w_hh.T + b_hh, 3, axis=-1)
        r, z = sigmoid(from_r + map_r), sigmoid(from_z + map_z)
        n = np.tanh(from_n + r * inner)
        slope = (1 - z) * (1 - n**2) * r
        local[t] = z
        recurrent[t] = (h - n) * z * (1 - z) * w_z + slope * (w_n + inner * (1 - r) * w_r)
        h = (1 - z) * n + z * h
    return Gates(local, recurrent)


def first_order_envelope(gates: Gates, max_lag: int) -> np.ndarray:
    """Return E Σ_q |Γ + C| at lags 1…L over all anchors and sequences, shape (L,)."""
    sums = [
        np.cumsum(field, axis=0) for field in (np.log(gates.local), gates.recurrent / gates.local)
    ]
    logs, ratios = (np.concatenate([np.zeros_like(s[:1]), s]) for s in sums)
    envelope = np.empty(max_lag)
    for lag in range(1, max_lag + 1):
        gamma = np.exp(logs[lag:] - logs[:-lag])
        rates = gamma * (1 + ratios[lag:] - ratios[:-lag])
        envelope[lag - 1] = np.abs(rates).sum(-1).mean()
    return envelope
