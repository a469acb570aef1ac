"""Diagonals of all products that end at a few anchors, kept as every product is made anyway."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor


class Picked:
    """Diagonals at some anchors of some sequences, lag by lag, in the precision of the products.

    Args:
        pairs: an anchor and a sequence each.
        max_lag: the longest lag L.
        size: H.
        device: where the products are.

    Attributes:
        diagonals: (L, pairs, H) in float64; zero where a lag reaches back before the first step.
    """

    def __init__(
        self, pairs: Int[Tensor, "pairs two"], *, max_lag: int, size: int, device: torch.device
    ) -> None:
        self._anchors, self._owners = pairs.to(device).unbind(1)
        shape = (max_lag, len(pairs), size)
        self.diagonals: Float[Tensor, "L pairs H"] = torch.zeros(
            shape, dtype=torch.float64, device=device
        )

    def take_formed(self, diagonals: Tensor, times: Tensor, sequences: Tensor) -> None:
        """Keep what is wanted of products of lags 1, 2, …, before longer ones of their anchors.

        Args:
            diagonals: (lags, anchors, x, H), zero where there is no product.
            times: (anchors, x), at which they end.
            sequences: (x,).
        """
        lags = min(len(diagonals), len(self.diagonals))
        wanted = (times[..., None] == self._anchors) & (sequences[:, None] == self._owners)
        anchor, x, pair = wanted.nonzero().unbind(1)
        self.diagonals[:lags, pair] = diagonals[:lags, anchor, x]

    def take_across(
        self,
        prefix: Tensor,
        suffix: Tensor,
        weights: Tensor | None,
        times: Tensor,
        sequences: Tensor,
    ) -> None:
        """Keep what is wanted of products across seams.

        Args:
            prefix: (x, time, H + 1, K), from the seam on.
            suffix: (x, time, H + 1, K), up to the seam.
            weights: (x, time, H), factors of the diagonal at the times of the suffixes, or None.
            times: (x,), the first times of the prefixes.
            sequences: (x,).
        """
        length, most = suffix.shape[1], len(self.diagonals)
        after = self._anchors - times[:, None]
        wanted = (after >= 0) & (after < prefix.shape[1]) & (sequences[:, None] == self._owners)
        places = wanted.nonzero()
        rows = after[wanted]
        for (x, pair), row in zip(places.tolist(), rows.tolist(), strict=True):
            first = max(0, row + 1 + length - most)
            if first >= length:
                continue
            newer, older = prefix[x, row, :-1], suffix[x, first:, :-1]
            found = torch.bmm(older.transpose(0, 1), newer[..., None])[..., 0].T.double()
            if weights is not None:
                found = found * weights[x, first:]
            # The last suffix is of one factor, so that the shortest lag is one beyond the row's.
            self.diagonals[row + 1 : row + 1 + length - first, pair] = found.flip(0)
