"""A bound on what first order leaves out, from the norms of the parts of every step."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.lags.powers import power_norms
from longlag.numerics.lags.workspace import Workspace

#: Squarings of RᵀR: 2^(squarings+1) is the order of the Schatten norm that bounds ‖R‖₂.
_SQUARINGS = 4


def local_norms(local: Float[Tensor, "T B S S H"]) -> Float[Tensor, "T B"]:
    """Return ‖D‖₂ of every step, or a bound on it for several states per neuron.

    D is a permutation of a block-diagonal matrix, so its norm is that of its worst S×S block; the
    norm of a block is at most √(‖·‖₁‖·‖_∞), and equal to it for S = 1.
    """
    sizes = local.double().abs()
    squared = sizes.sum(-3).amax(-2) * sizes.sum(-2).amax(-2)
    return squared.sqrt().amax(-1)


def recurrent_norms(
    recurrent: Float[Tensor, "*batch n n"], workspace: Workspace | None = None
) -> Float[Tensor, "*batch"]:
    """Return a bound on ‖R‖₂, at most n^{1/32} above it.

    ‖R‖₂ = max σ ≤ (Σ σ^32)^{1/32} = ‖(RᵀR)^8‖_F^{1/16}: four products instead of a singular value
    decomposition. Over ‖R‖_F², the largest eigenvalue of RᵀR is at least 1/n, and its eighth power
    far above the smallest float32 for every n that fits in memory. Derived here.

    Args:
        recurrent: R.
        workspace: memory to work in, for many calls.
    """
    workspace = workspace or Workspace(recurrent.device)
    factors = recurrent.reshape(-1, *recurrent.shape[-2:])
    precision = torch.finfo(factors.dtype)
    scale, norm = power_norms(factors, _SQUARINGS, workspace)
    root = norm ** (0.5**_SQUARINGS)
    # Rounding must not take the bound below the norm.
    slack = 1 + recurrent.shape[-1] * precision.eps
    return (slack * scale * root).view(recurrent.shape[:-2])


def remainder_bounds(
    local: Float[Tensor, "T B"], recurrent: Float[Tensor, "T B"], *, max_lag: int
) -> Float[Tensor, " lags"]:
    """Return the mean over anchors and batch of a bound on ‖M − Γ − M₁‖₂ at lags 1…max_lag.

    With d_j, r_j the norms of the parts, what is left out is at most the sum over all words with
    at least two r's, ∏(d+r) − ∏d − Σ_j r_j ∏_{i≠j} d_i. It is carried as a sum of positive terms,
    E ← E(d+r) + Cr, C ← Cd + Γr, Γ ← Γd, so nothing cancels. At equal norms it is the closed form
    of ``theory.transport``. Derived here.
    """
    return torch.stack([row.mean() for row in _by_lag(local, recurrent, max_lag)])


def remainder_sums(
    local: Float[Tensor, "T B"], recurrent: Float[Tensor, "T B"], *, max_lag: int, own: int
) -> Float[Tensor, "B lags"]:
    """Return sums of the bounds of ``remainder_bounds`` whose oldest factor is an early one.

    Args:
        local: ‖D‖₂ of every step.
        recurrent: ‖R‖₂ of every step.
        max_lag: the longest lag.
        own: the number of first steps among which the oldest factor is.
    """
    # Row j of a lag ends at step j + ℓ − 1 and begins at step j.
    return torch.stack([row[:own].sum(0) for row in _by_lag(local, recurrent, max_lag)], -1)


def _by_lag(local: Tensor, recurrent: Tensor, max_lag: int) -> Iterator[Float[Tensor, "anchors B"]]:
    """Yield the bound of every anchor that reaches a lag, lag by lag."""
    gamma = torch.ones_like(local)
    first, remainder = torch.zeros_like(local), torch.zeros_like(local)
    for lag in range(1, max_lag + 1):
        if lag > 1:
            gamma, first, remainder = gamma[1:], first[1:], remainder[1:]
        count = gamma.shape[0]
        d, r = local[:count], recurrent[:count]
        remainder = remainder * (d + r) + first * r
        first = first * d + gamma * r
        gamma = gamma * d
        yield remainder
