"""How unequal singular values are: ratios, shares of the energy, effective rank.

Each depends on ratios of singular values alone, so that no scale and no absolute floor enters.
Source: arXiv 2508.12121, with shares of the energy of *all* singular values: among the first
sixteen, as published for Jacobians, they cannot be compared with those of gradients (defect 6).
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.theory.errors import LonglagError


def anisotropy_index(
    values: Float[Tensor, "*batch H"], rank: int = 10, *, resolution: float = 0.0
) -> Float[Tensor, "*batch"]:
    """Return AI_r = σ₁/σ_r.

    Args:
        values: singular values, descending, in any unit.
        rank: r.
        resolution: a σ_r below this share of σ₁ is rounding, and the index NaN.

    Raises:
        LonglagError: a rank outside 1…H.

    >>> anisotropy_index(torch.tensor([8.0, 4.0, 2.0]), 3)
    tensor(4.)
    """
    _check(values, rank)
    ratio = values[..., 0] / values[..., rank - 1]
    return torch.where(ratio * resolution < 1, ratio, torch.nan)


def captured_energy(values: Float[Tensor, "*batch H"], rank: int = 10) -> Float[Tensor, "*batch"]:
    """Return CE_r = Σ_{i≤r} σ_i²/Σ_i σ_i²; arguments as for ``anisotropy_index``.

    >>> round(float(captured_energy(torch.tensor([2.0, 1.0, 1.0]), 1)), 4)
    0.6667
    """
    _check(values, rank)
    energy = (values / values[..., :1]).square()
    return energy[..., :rank].sum(-1) / energy.sum(-1)


def lost_energy(values: Float[Tensor, "*batch H"], rank: int = 10) -> Float[Tensor, "*batch"]:
    """Return 1 − CE_r as a sum over the tail: a difference from 1 loses all digits below 1e−16.

    >>> float(lost_energy(torch.tensor([1.0, 1e-12], dtype=torch.float64), 1))
    1e-24
    """
    _check(values, rank)
    energy = (values / values[..., :1]).square()
    return energy[..., rank:].sum(-1) / energy.sum(-1)


def effective_rank(values: Float[Tensor, "*batch H"]) -> Float[Tensor, "*batch"]:
    """Return exp(−Σ p_i ln p_i) with p_i = σ_i²/Σσ²: H if all are equal, 1 if one is left.

    Source: Roy and Vetterli 2007, with shares of the energy in place of shares of the values.

    >>> effective_rank(torch.tensor([[3.0, 3.0], [1.0, 0.0]]))
    tensor([2., 1.])
    """
    _check(values, 1)
    energy = (values / values[..., :1]).square()
    share = energy / energy.sum(-1, keepdim=True)
    return torch.special.entr(share).sum(-1).exp()


def _check(values: Tensor, rank: int) -> None:
    count = values.shape[-1] if values.ndim else 0
    if not 1 <= rank <= count:
        raise LonglagError(
            f"rank {rank}", f"there are {count} singular values", f"choose 1 to {count}"
        )


__all__ = ["anisotropy_index", "captured_energy", "effective_rank", "lost_energy"]
