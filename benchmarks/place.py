"""Where a call makes its arrays: a device, a dtype and sizes, and what is drawn there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import torch
from torch import Tensor, nn

from longlag.numerics import Network
from longlag.numerics.anisotropy import draw_pairs
from longlag.numerics.measurement.run import Run, ran
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.cells import PAPER_CELLS

Module = TypeVar("Module", bound=nn.Module)


@dataclass(frozen=True)
class Place:
    """Where a call makes its arrays, and how large.

    Args:
        device: of all its arrays.
        dtype: of all its arrays.
        size: the neurons H.
        steps: the steps T.
        sequences: the sequences B.
        max_lag: the longest lag L.
        generator: of the arrays, always drawn on the processor in float64, so that they are the
            same everywhere.
    """

    device: torch.device
    dtype: torch.dtype = torch.float64
    size: int = 6
    steps: int = 24
    sequences: int = 3
    max_lag: int = 8
    generator: torch.Generator = field(default_factory=lambda: torch.Generator().manual_seed(0))

    def there(self, value: Tensor) -> Tensor:
        """An array of the processor, moved."""
        return value.to(self.device, self.dtype)

    def drawn(self, *shape: int) -> Tensor:
        """Normal numbers."""
        return self.there(torch.randn(shape, generator=self.generator, dtype=torch.float64))

    def network(self, name: str) -> Network:
        """A network of a cell of the papers, with its drives."""
        found = sample_network(
            PAPER_CELLS[name],
            self.generator,
            size=self.size,
            batch=(self.sequences,),
            steps=self.steps,
            weight_scale=0.7,
        )
        roles = (found.state, found.drive, found.weight, found.parameter)
        moved = ({key: self.there(value) for key, value in role.items()} for role in roles)
        return Network(found.cell, *moved)

    def module(self, module: Module) -> Module:
        """A module with weights of this place, uniform as PyTorch draws them."""
        for part in module.modules():
            for name, value in list(part.named_parameters(recurse=False)):
                drawn = torch.rand(value.shape, generator=self.generator, dtype=torch.float64)
                scaled = (2 * drawn - 1) / self.size**0.5
                setattr(part, name, nn.Parameter(self.there(scaled)))
        return module

    def run(self, name: str) -> Run:
        """A network that has run."""
        return ran(self.network(name))

    def pairs(self) -> Tensor:
        """Pairs of an anchor and a sequence."""
        return draw_pairs(
            self.steps, self.sequences, 4, max_lag=self.max_lag, generator=self.generator
        )


__all__ = ["Place"]
