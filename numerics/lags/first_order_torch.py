"""First-order rates over every lag as a PyTorch loop: all anchors at once, carried in float64."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor


def rates_by_lag(
    local: Float[Tensor, "T *batch S S H"],
    recurrent: Float[Tensor, "T *batch S S H"],
    *,
    max_lag: int,
    new: int = 0,
    previous: int = 0,
    source: Float[Tensor, "T *batch H"] | None = None,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield Γ and μ = Γ + C at lags 1, 2, …, L for all anchors ℓ−1 … T−1, in float64.

    Row ``new`` of the products obeys C ← C D + Γ ρ, Γ ← Γ D from the newest factor to older ones,
    as in ``rates.effective_rates``. Both results have shape (T−ℓ+1, *batch, H).

    Args:
        local: D by neuron, time forward, shape (T, *batch, S, S, H).
        recurrent: the diagonal of R by neuron, of the same shape.
        max_lag: the largest lag L, at most T.
        new: the position of the state at the new end of the lag.
        previous: the position of the state at the old end.
        source: a factor at the oldest step of each product, shape (T, *batch, H).
    """
    local, recurrent = local.detach().double(), recurrent.detach().double()
    gamma = torch.zeros_like(local[..., 0, :, :])
    gamma[..., new, :] = 1
    correction = torch.zeros_like(gamma)
    for lag in range(1, max_lag + 1):
        anchors = local.shape[0] - lag + 1
        d, rho = local[:anchors], recurrent[:anchors]
        gamma, correction = gamma[-anchors:], correction[-anchors:]
        correction = _row_product(correction, d) + _row_product(gamma, rho)
        gamma = _row_product(gamma, d)
        zeroth, rest = gamma[..., previous, :], correction[..., previous, :]
        if source is None:
            yield zeroth, zeroth + rest
        else:
            factor = source[:anchors].detach().double()
            yield zeroth * factor, (zeroth + rest) * factor


def means_by_lag(
    local: Float[Tensor, "T *batch S S H"],
    recurrent: Float[Tensor, "T *batch S S H"],
    *,
    max_lag: int,
    new: int = 0,
    previous: int = 0,
    source: Float[Tensor, "T *batch H"] | None = None,
) -> Float[Tensor, "4 L H"]:
    """Return means over anchors and batch: of |μ|, μ, |Γ| and Γ, shape (4, L, H).

    Args:
        local: D by neuron, time forward, shape (T, *batch, S, S, H).
        recurrent: the diagonal of R by neuron, of the same shape.
        max_lag: the largest lag L, at most T.
        new: the position of the state at the new end of the lag.
        previous: the position of the state at the old end.
        source: a factor at the oldest step of each product, shape (T, *batch, H).
    """
    options = {"max_lag": max_lag, "new": new, "previous": previous}
    rows = []
    for zeroth, first in rates_by_lag(local, recurrent, source=source, **options):
        values = (first.abs(), first, zeroth.abs(), zeroth)
        rows.append(torch.stack([value.flatten(0, -2).mean(0) for value in values]))
    return torch.stack(rows, 1)


def _row_product(
    row: Float[Tensor, "*batch S H"], block: Float[Tensor, "*batch S S H"]
) -> Float[Tensor, "*batch S H"]:
    """Return row vectors times the S×S blocks of each neuron."""
    return (row.unsqueeze(-2) * block).sum(-3)
