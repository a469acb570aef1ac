"""Lengths of mean gradients and the angles between them, without the bias of their noise.

⟨ĝ_A, ĝ_B⟩ of the means over two halves of the sequences estimates ‖E g‖² without bias, where one
half used twice adds the variance of its mean. Derived here.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor


def gram_products(
    first: Float[Tensor, "A K P"], second: Float[Tensor, "B K P"]
) -> Float[Tensor, "A B K K"]:
    """Return ⟨g_a^{(ℓ)}, g_b^{(ℓ')}⟩ of the groups of two halves, symmetric in the lags."""
    product = torch.einsum("akp,blp->abkl", first, second)
    return (product + product.mT) / 2


def gram(
    products: Float[Tensor, "A B K K"],
    weights: tuple[Float[Tensor, "R A"], Float[Tensor, "R B"]] | None = None,
) -> Float[Tensor, "*R K K"]:
    """Return ⟨ĝ_A^{(ℓ)}, ĝ_B^{(ℓ')}⟩, unbiased for ⟨E g^{(ℓ)}, E g^{(ℓ')}⟩.

    Args:
        products: as ``gram_products`` returns them.
        weights: of the groups in R resamples, each a mean; equal ones if left out.
    """
    if weights is None:
        return products.mean((0, 1))
    return torch.einsum("ra,abkl,rb->rkl", weights[0], products, weights[1])


def deflated_squares(found: Float[Tensor, "*R K K"]) -> Float[Tensor, "*R K"]:
    """Return the squared length of E g^{(ℓ)} outside the span of the other lags' mean gradients.

    G_ℓℓ − g_ℓᵀ G_o⁺ g_ℓ, o the other lags; directions of them that noise has made negative are left
    in, as nothing is known of them. Negative where the lag cannot be told from the others.

    >>> deflated_squares(torch.tensor([[4.0, 2.0], [2.0, 2.0]])).tolist()
    [2.0, 1.0]
    """
    count = found.shape[-1]
    kept = []
    for lag in range(count):
        others = [k for k in range(count) if k != lag]
        inner = found[..., others, :][..., others]
        across = found[..., others, lag][..., None]
        values, vectors = torch.linalg.eigh(inner)
        resolved = values > torch.finfo(found.dtype).eps * values.abs().sum(-1, keepdim=True)
        squares = (vectors.mT @ across)[..., 0].square()
        inside = torch.where(resolved, squares / torch.where(resolved, values, 1), 0).sum(-1)
        kept.append(found[..., lag, lag] - inside)
    return torch.stack(kept, -1)


def condition_number(found: Float[Tensor, "K K"]) -> float:
    """Return the condition number of the unit mean directions; infinite where noise hides some.

    The ratio of the largest and the smallest eigenvalue of their cosines: near-parallel directions
    cannot be told apart by any statistic of g.

    >>> round(condition_number(torch.tensor([[1.0, 0.5], [0.5, 1.0]])), 4)
    3.0
    """
    if not bool((found.diagonal() > 0).all()):
        return float("inf")
    values = torch.linalg.eigvalsh(cosines(found))
    return float(values[-1] / values[0]) if bool(values[0] > 0) else float("inf")


def cosines(found: Float[Tensor, "K K"]) -> Float[Tensor, "K K"]:
    """Return the cosines between mean gradients; NaN where a squared length is not positive."""
    lengths = found.diagonal().sqrt()
    return found / (lengths[:, None] * lengths)


def unit_directions(means: Float[Tensor, "K P"]) -> Float[Tensor, "K P"]:
    """Return the rows at length 1; a row of zeros stays one."""
    scaled = means / means.abs().amax(1, keepdim=True).clamp(min=torch.finfo(means.dtype).tiny)
    return torch.nn.functional.normalize(scaled, dim=1)


def deflated_directions(means: Float[Tensor, "K P"]) -> Float[Tensor, "K P"]:
    """Return the unit direction of every row outside the span of the other rows.

    >>> deflated_directions(torch.tensor([[1.0, 1.0], [0.0, 2.0]])).abs().tolist()
    [[1.0, 0.0], [0.7071067690849304, 0.7071067690849304]]
    """
    unit = unit_directions(means)
    found = []
    for row in range(len(unit)):
        others = unit[[k for k in range(len(unit)) if k != row]]
        basis = torch.linalg.qr(others.T).Q
        rest = unit[row] - basis @ (basis.T @ unit[row])
        found.append(rest - basis @ (basis.T @ rest))
    return unit_directions(torch.stack(found))


__all__ = [
    "condition_number",
    "cosines",
    "deflated_directions",
    "deflated_squares",
    "gram",
    "gram_products",
    "unit_directions",
]
