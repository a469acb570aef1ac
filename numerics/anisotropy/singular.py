"""Singular values of transports: all of them, or the largest with a residual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from longlag.numerics.anisotropy.products import unit_products
from longlag.numerics.lags.workspace import Workspace
from longlag.numerics.measurement.block import Block
from longlag.numerics.measurement.footprint import check_memory
from longlag.numerics.measurement.run import Run

#: Products that are held at once take about so many bytes.
_BYTES = 1 << 27


@dataclass(frozen=True)
class SingularValues:
    """All singular values of M_{t,ℓ} at some lags and anchors, σ = e^logarithm · unit.

    Args:
        lags: ℓ, ascending.
        unit: σ over the largest of its product, descending; shape (L, pairs, H), float64. NaN
            throughout where the product is 0.
        logarithm: ln σ₁ = ln ‖M‖₂, shape (L, pairs); −∞ where the product is 0.
    """

    lags: tuple[int, ...]
    unit: Float[Tensor, "lags pairs H"]
    logarithm: Float[Tensor, "lags pairs"]

    @property
    def resolution(self) -> float:
        """The share of σ₁ below which rounding of the products hides a singular value."""
        return self.unit.shape[-1] * torch.finfo(self.unit.dtype).eps

    @property
    def norms(self) -> Float[Tensor, "lags pairs"]:
        """‖M‖₂, which may be below the smallest number; ``logarithm`` never is."""
        return self.logarithm.exp()


def singular_values(
    run: Run,
    pairs: Int[Tensor, "pairs two"],
    lags: Sequence[int],
    block: Block,
    *,
    memory_limit: int | None = None,
) -> SingularValues:
    """Return all singular values of a block of the transport at some anchors and lags.

    ‖M‖₂ is σ₁ exactly: five iterations v ← Mv/(‖Mv‖ + 1e−12) without Mᵀ, as published (defect 2 of
    arXiv 2508.12121), give a spectral radius of sorts. Products of a float32 network are made in
    float64. Source: singular value decomposition of the products of ``unit_products``.

    Args:
        run: the network that ran.
        pairs: anchors and sequences, such as ``draw_pairs`` returns.
        lags: which lags, ascending; every anchor reaches them.
        block: which states stand at the ends of the lag.
        memory_limit: bytes that may be used; None asks the machine.

    Raises:
        LonglagError: as ``unit_products``, and more memory than there is.
    """
    size = run.shape[2]
    new, previous = block.positions
    rows, columns = (slice(at * size, (at + 1) * size) for at in (new, previous))
    width = len(run.cell.states) * size
    at_once = max(1, _BYTES // (6 * 8 * width * width))
    count = min(at_once, len(pairs))
    check_memory(
        {"products": 6 * 8 * count * width * width, "values": 8 * len(lags) * len(pairs) * size},
        memory_limit,
        run.device,
    )
    units, logarithms = [], []
    for part in pairs.split(at_once):
        found = [_of_block(*each, rows, columns) for each in unit_products(run, part, lags)]
        units.append(torch.stack([unit for unit, _ in found]))
        logarithms.append(torch.stack([logarithm for _, logarithm in found]))
    return SingularValues(tuple(lags), torch.cat(units, 1), torch.cat(logarithms, 1))


def _of_block(
    lag: int, unit: Tensor, logarithm: Tensor, rows: slice, columns: slice
) -> tuple[Tensor, Tensor]:
    values = torch.linalg.svdvals(unit[:, rows, columns])
    largest = values[:, :1]
    return values / largest, logarithm + largest[:, 0].log()


class Largest(NamedTuple):
    """The largest singular value of every product by power iteration.

    Args:
        logarithm: ln of the estimate of σ₁, which is never above it; shape (pairs,).
        residual: ‖MᵀM v − σ²v‖/σ² of the last vector; some σ_i lies within σ·residual of it.
        iterations: how many were made.
    """

    logarithm: Tensor
    residual: Tensor
    iterations: int


def largest_singular(
    run: Run,
    pairs: Int[Tensor, "pairs two"],
    lag: int,
    *,
    generator: torch.Generator,
    tolerance: float = 1e-10,
    most: int = 1000,
) -> Largest:
    """Return ‖M_{t,ℓ}‖₂ of whole products without forming them, for networks of many neurons.

    Power iteration on MᵀM: v goes through the factors from the oldest to the newest and back
    through their transposes, 2ℓ products of a matrix and a vector each time.

    Args:
        run: the network that ran.
        pairs: anchors and sequences.
        lag: ℓ.
        generator: where the first vector comes from.
        tolerance: of the residual.
        most: iterations.
    """
    anchors, sequences = pairs.unbind(1)
    doubled, workspace = run.in_double(), Workspace(run.device)
    newest_first = [doubled.at(anchors - k, sequences, workspace).clone() for k in range(lag)]
    width = newest_first[0].shape[-1]
    # Drawn on the processor, so that a seed means the same everywhere.
    drawn = torch.randn(len(pairs), width, 1, generator=generator, dtype=torch.float64)
    vector = (drawn / drawn.norm(dim=1, keepdim=True)).to(run.device)
    iteration = 0
    residual = vector.new_full((len(pairs),), torch.inf)
    while iteration < most and not bool((residual <= tolerance).all()):
        moved, forward = _through(vector, newest_first[::-1])
        back, backward = _through(moved, [factor.mT for factor in newest_first])
        # MᵀMv = e^{forward + backward} back, and σ² = vᵀMᵀMv = ‖Mv‖² = e^{2 forward}.
        ratio = (backward - forward).exp()[:, None, None]
        residual = (ratio * back - vector).norm(dim=1)[:, 0]
        vector, iteration = back, iteration + 1
    return Largest(forward, residual, iteration)


def _through(vector: Tensor, factors: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Return the image of unit vectors as unit vectors, and the logarithms of its lengths."""
    logarithm = vector.new_zeros(len(vector))
    for factor in factors:
        vector = factor @ vector
        length = vector.norm(dim=1, keepdim=True)
        vector = vector / torch.where(length > 0, length, 1.0)
        logarithm = logarithm + length[:, 0, 0].log()
    return vector, logarithm


__all__ = ["Largest", "SingularValues", "largest_singular", "singular_values"]
