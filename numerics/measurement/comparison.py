"""Expansions beside exact products at some anchors of a stream, spread evenly over it."""

from __future__ import annotations

import torch

from longlag.numerics.measurement.errors import Missed, sample_anchors
from longlag.numerics.measurement.run import Run
from longlag.numerics.measurement.segment import Wanted, segment_missed


class Comparison:
    """What the expansions miss at the anchors of ``sample_anchors``, segment by segment.

    Where nobody knows how many steps there are, one anchor of every segment is compared; once there
    are twice as many as asked for, every other one is dropped, and from then on every other segment
    is left out.

    Args:
        wanted: what is measured.
        steps: how many there are; None where that is not known.
        sequences: how many.
        pairs: of an anchor and a sequence.
    """

    def __init__(self, wanted: Wanted, steps: int | None, sequences: int, pairs: int) -> None:
        self._wanted, self._sequences, self._most = wanted, sequences, pairs
        self._missed: list[Missed] = []
        self._every, self._segments, self.pairs = 1, 0, 0
        self._planned: list[tuple[int, int]] | None = None
        if steps is not None:
            chosen = sample_anchors(steps, sequences, pairs, max_lag=wanted.max_lag)
            self._planned = [(anchor, owner) for anchor, owner in chosen.tolist()]

    def take(self, segment: Run, start: int, own: int) -> None:
        """Compare at the anchors whose longest product begins in a segment.

        Args:
            segment: its own steps and those after them.
            start: the number of its first step.
            own: how many steps are its own.
        """
        if not self._wanted.exact or self._wanted.kept is not None:
            return
        anchors = self._anchors(segment, start, own)
        self._segments += 1
        if not anchors:
            return
        found = segment_missed(segment, anchors, self._wanted)
        self._missed.append(found)
        self.pairs += len(anchors)
        if self._planned is None and len(self._missed) == 2 * self._most:
            self._missed = self._missed[::2]
            self._every, self.pairs = 2 * self._every, self._most
        elif self._planned is not None:
            self._missed = [_added(self._missed)]

    def missed(self) -> Missed | None:
        """Return what was missed at all of them; None where nothing was compared."""
        return _added(self._missed) if self._missed else None

    def _anchors(self, segment: Run, start: int, own: int) -> list[tuple[int, int]]:
        before = self._wanted.max_lag - 1
        if self._planned is not None:
            inside = range(start, start + own)
            return [(t - start, b) for t, b in self._planned if max(0, t - before) in inside]
        if self._segments % self._every or before >= segment.shape[0]:
            return []
        return [(before, self._segments // self._every % self._sequences)]


def _added(parts: list[Missed]) -> Missed:
    return Missed(*(torch.stack(each).sum(0) for each in zip(*parts, strict=True)))


__all__ = ["Comparison"]
