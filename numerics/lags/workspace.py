"""Memory that outlives a piece of work, since fresh pages cost as much as the work done in them."""

from __future__ import annotations

from threading import get_ident

import torch
from torch import Tensor

from longlag.numerics.compiled.pages import fresh_at_page

#: Entries of a piece of work that should stay in a processor's cache, and on an accelerator.
_CACHED, _PARALLEL = 1 << 18, 1 << 25
#: The bytes from which on an array is worth whole large pages.
_LARGE = 1 << 19


class Workspace:
    """Arrays by name, each made once and used for every piece of work of its kind.

    Args:
        device: where they are.

    Attributes:
        entries: how many numbers a piece of work should have.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.entries = _CACHED if device.type == "cpu" else _PARALLEL
        self._kept: dict[tuple[str, torch.dtype, int], Tensor] = {}

    def take(self, name: str, dtype: torch.dtype, *shape: int) -> Tensor:
        """Return an array that is valid until this thread takes the next of its name.

        Args:
            name: what it is for.
            dtype: of its numbers, which are not set.
            shape: of it.
        """
        count = int(torch.Size(shape).numel())
        place = name, dtype, get_ident()
        kept = self._kept.get(place)
        if kept is None or kept.numel() < count:
            kept = torch.empty(0, dtype=dtype, device=self.device)
            large = kept.is_cpu and count * kept.element_size() >= _LARGE
            kept = fresh_at_page(kept, count) if large else kept.new_empty(count)
            self._kept[place] = kept
        return kept[:count].view(shape)
