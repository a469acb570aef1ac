"""The full first-order matrix and the second-order diagonal of one anchor, at every lag.

One anchor is the newest factor; the product grows by older factors on its right. With J = D + εR,
where D couples the states of one neuron only, its terms of order 1 and 2 obey

    Γ' = ΓD,   M₁' = M₁D + ΓR,   C₂' = C₂D + diag(M₁R),

with C₂ the diagonal of the second-order term. D and Γ are S×S blocks by neuron, so a lag costs
O(n²) for M₁ in place of the O(n³) of a product, and the diagonal of M₁R, the row sums of M₁∘Rᵀ,
as much again. Derived here. All is in float64: products keep their digits to 1e-300.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from longlag.numerics.lags.rates import neuron_product
from longlag.numerics.precision import in_full_precision
from longlag.theory.errors import LonglagError


class FirstOrder(NamedTuple):
    """The terms of order 0 and 1 of a product over a lag.

    Args:
        lag: the number of factors.
        local: Γ, of shape (S, S, H).
        matrix: M₁, of shape (n, n) with n = S·H, blocks in order of the states.
    """

    lag: int
    local: Tensor
    matrix: Tensor


@in_full_precision
def first_order_matrices(
    local: Tensor, recurrent: Tensor, lags: Collection[int] | None = None
) -> Iterator[FirstOrder]:
    """Yield Γ and the full first-order matrix M₁ at every lag that ends at the last factor.

    Args:
        local: D by neuron, (ℓ, S, S, H), time forward.
        recurrent: R, (ℓ, n, n) with n = S·H, time forward.
        lags: which of 1…ℓ to yield; all by default.

    Raises:
        LonglagError: shapes that do not fit, or a lag outside 1…ℓ.

    >>> ones = torch.ones(2, 1, 1, 1, dtype=torch.float64)
    >>> [term.matrix.item() for term in first_order_matrices(ones / 2, ones[..., 0] / 4)]
    [0.25, 0.25]
    """
    _check(local, recurrent)
    steps = len(local)
    wanted = set(range(1, steps + 1) if lags is None else lags)
    outside = sorted(lag for lag in wanted if not 1 <= lag <= steps)
    if outside:
        raise LonglagError(
            f"lag {outside[0]}", f"there are {steps} factors", f"choose lags from 1 to {steps}"
        )
    return _yield_first_order(local, recurrent, wanted)


def _yield_first_order(local: Tensor, recurrent: Tensor, lags: set[int]) -> Iterator[FirstOrder]:
    last = max(lags, default=0)
    terms = _Terms(local)
    for lag in range(1, last + 1):
        terms.extend(local[-lag].detach().double(), recurrent[-lag].detach().double())
        if lag in lags:
            yield FirstOrder(lag, terms.gamma.clone(), terms.first.flatten(0, 1).flatten(1).clone())


@in_full_precision
def second_order_diagonal(local: Tensor, recurrent: Tensor) -> Tensor:
    """Return the per-neuron blocks of the second-order term at every lag to the last factor.

    Args:
        local: D by neuron, (ℓ, S, S, H), time forward.
        recurrent: R, (ℓ, n, n) with n = S·H, time forward.

    Returns:
        The diagonals of the S×S blocks at lags 1…ℓ, (ℓ, S, S, H) in float64; zero at lag 1.

    Raises:
        LonglagError: shapes that do not fit.
    """
    _check(local, recurrent)
    states, size = local.shape[-2:]
    terms = _Terms(local)
    second = torch.zeros_like(terms.gamma)
    found = []
    for older in range(1, len(local) + 1):
        d, r = local[-older].detach().double(), recurrent[-older].detach().double()
        crossed = torch.einsum("aqbp,bpcq->acq", terms.first, r.view(states, size, states, size))
        second = neuron_product(second, d) + crossed
        terms.extend(d, r)
        found.append(second)
    return torch.stack(found)


class _Terms:
    """Γ as (S, S, H) and M₁ as (S, H, S, H) of a product that begins with no factor."""

    def __init__(self, local: Tensor) -> None:
        states, size = local.shape[-2:]
        eye = torch.eye(states, dtype=torch.float64, device=local.device)
        self.gamma = eye[..., None].expand(states, states, size)
        self.first = eye.new_zeros(states, size, states, size)

    def extend(self, d: Tensor, r: Tensor) -> None:
        """Multiply by an older factor."""
        r = r.view(self.first.shape)
        if len(d) == 1:
            self.first.mul_(d[0, 0]).addcmul_(r, self.gamma[0, 0, :, None, None])
        else:
            kept = torch.einsum("aqbp,bcp->aqcp", self.first, d)
            self.first = kept + torch.einsum("abq,bqcp->aqcp", self.gamma, r)
        self.gamma = neuron_product(self.gamma, d)


def _check(local: Tensor, recurrent: Tensor) -> None:
    if local.ndim != 4 or local.shape[1] != local.shape[2] or len(local) == 0:
        raise LonglagError(
            f"local of shape {tuple(local.shape)}", "D is given by neuron for at least one factor",
            "give (ℓ, S, S, H)",
        )  # fmt: skip
    width = local.shape[-2] * local.shape[-1]
    if tuple(recurrent.shape) != (len(local), width, width):
        raise LonglagError(
            f"recurrent of shape {tuple(recurrent.shape)}", "R has one matrix for each D",
            f"give {(len(local), width, width)}",
        )  # fmt: skip
