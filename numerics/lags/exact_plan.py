"""How a run is cut for divide and conquer: into windows, and these into blocks that are doubled."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from longlag.numerics.lags.exact_store import Layout
from longlag.numerics.threads import SHARES

#: The most factors that are multiplied lag after lag, in place of being divided.
LONGEST_FORMED = 8
#: Prefixes and suffixes of as many windows and sequences at a time as take less than this, so that
#: the last cache holds them.
_CHUNK_BYTES = 1 << 24
#: From so many windows on, a part of one more is a small share of the work.
_MANY = 8


@dataclass(frozen=True)
class Plan:
    """How a run is cut.

    Args:
        leaf: the number of factors in the smallest blocks.
        levels: how often neighbouring blocks are united to one window.
        windows: how many windows hold the run; the last is filled up with zeros.
        together: how many windows are worked on at a time.
        sequences: how many sequences are.
    """

    leaf: int
    levels: int
    windows: int
    together: int
    sequences: int

    @property
    def window(self) -> int:
        """The number of factors in a window."""
        return self.leaf << self.levels


def plan_for(steps: int, sequences: int, layout: Layout, *, max_lag: int) -> Plan:
    """Return windows no shorter than the longest product across a seam is on one side.

    Args:
        steps: T.
        sequences: B.
        layout: the block of states.
        max_lag: L.
    """
    reach = max(1, max_lag - 1)
    count = max(1, steps // reach)
    length = reach if count > _MANY else -(-steps // count)
    levels = 0
    while length > LONGEST_FORMED << levels:
        levels += 1
    leaf = -(-length >> levels)
    windows = -(-steps // (leaf << levels))
    one = window_bytes(leaf << levels, layout, 8)
    # Few sequences are worked on by all threads together, which takes larger pieces.
    together = max(1, (_CHUNK_BYTES if sequences >= SHARES else 4 * _CHUNK_BYTES) // one)
    at_once = min(-(-sequences // SHARES), together)
    return Plan(leaf, levels, windows, min(windows, max(1, together // at_once)), at_once)


def window_bytes(window: int, layout: Layout, itemsize: int) -> int:
    """Return the bytes of the prefixes and suffixes of a window of one sequence."""
    return 2 * window * (layout.size + 1) * layout.width * itemsize


def pairs_between(anchors: Tensor, first: Tensor, stop: Tensor, *, steps: int, max_lag: int) -> int:
    """Return how many products end at some anchors and begin in stretches of time.

    Args:
        anchors: times; those from T on count for nothing.
        first: the first time of each anchor's stretch.
        stop: the time after its last.
        steps: T.
        max_lag: the longest lag that counts.
    """
    first = torch.maximum(first, anchors - max_lag + 1)
    return int((stop - first).clamp(min=0)[anchors < steps].sum())
