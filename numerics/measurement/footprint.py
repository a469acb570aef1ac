"""How much memory a measurement needs, asked before it starts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from longlag.numerics.lags.exact import exact_memory
from longlag.numerics.measurement.errors import compared_bytes
from longlag.numerics.measurement.local import PIECE_BYTES
from longlag.numerics.measurement.products import recurrent_norm_bytes
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count

_GIB = 2**30
#: Own steps of a segment over the longest lag: the L − 1 after them are worked on twice. Norms of
#: every lag and anchor of a segment are no more numbers than the last.
_OVER_LAG, _LEAST, _NORMS = 16, 512, 1 << 22
#: So many blocks are there to be drawn at least, unless they would be shorter than the longest lag.
_BLOCKS = 64
#: Blocks that are drawn have fewer steps than those of a stream, so that time ends between two.
_LEAST_DRAWN = 128
#: Blocks of a stream whose means are kept; twice as many are united with their neighbours.
KEPT_BLOCKS = 64
#: Copies of the means of blocks of a stream while intervals are computed.
_COPIES = 2


def segment_length(max_lag: int) -> int:
    """Return how many steps of a stream are worked on at a time.

    Args:
        max_lag: the longest lag.

    >>> segment_length(64), segment_length(10_000)
    (1024, 20000)
    """
    return max(2 * max_lag, min(max(_OVER_LAG * max_lag, _LEAST), _NORMS // max_lag))


def block_steps(steps: int, sequences: int, max_lag: int) -> int:
    """Return how many steps the blocks have that are drawn.

    Many tell an interval; in each the L − 1 steps after it are worked on, too.

    Args:
        steps: T.
        sequences: B.
        max_lag: L.

    >>> block_steps(10_000, 1, 64), block_steps(200, 1, 64), block_steps(10**6, 1, 64)
    (156, 64, 256)
    """
    return min(max(steps * sequences // _BLOCKS, max_lag), max(4 * max_lag, _LEAST_DRAWN))


def memory_needed(
    cell: Cell,
    shape: tuple[int, int, int],
    itemsize: int,
    *,
    max_lag: int,
    per_anchor: bool,
    pairs: int,
    alone: bool = False,
    device: torch.device | None = None,
    widened: bool = True,
) -> dict[str, int]:
    """Return the bytes of every part of a measurement by name.

    Args:
        cell: the cell.
        shape: steps T, sequences B, neurons H.
        itemsize: bytes of a number of the network's dtype.
        max_lag: the longest lag.
        per_anchor: whether results are kept for every anchor.
        pairs: the pairs of an anchor and a sequence at which expansions are compared; 0 where exact
            products are left out.
        alone: whether the cell has no recurrent part, so that its factors pass piece by piece.
        device: of the network; the processor if left out.
        widened: whether products leave float32.
    """
    steps, batch, size = shape
    states = len(cell.states)
    values = steps * batch * size
    # Every step's own arrays live beside the stacked ones, and the fields are made in float64.
    trajectory = values * (3 * states + 2 * len(cell.drives)) * itemsize
    fields = _fields(cell, values, 6)
    if alone:
        # Some steps at a time, beside the factors before them.
        fields = min(fields, 3 * max_lag * fields // steps + 8 * PIECE_BYTES)
    needed = {
        "states, drives and coefficients": trajectory + fields,
        "rates per neuron and lag": 6 * max_lag * size * 8,
    }
    if pairs:
        options: dict[str, Any] = {"per_anchor": False, "widened": widened, "device": device}
        needed |= _of_matrices(cell, shape, itemsize, max_lag=max_lag, pairs=pairs, **options)
    if per_anchor:
        needed["results per anchor"] = (4 if pairs else 2) * max_lag * steps * batch * 8
    return needed


def drawn_memory(
    cell: Cell,
    shape: tuple[int, int, int],
    itemsize: int,
    *,
    max_lag: int,
    alone: bool,
    exact: bool,
) -> dict[str, int]:
    """Return the bytes of every part of a measurement of blocks that are drawn, by name.

    Args:
        cell: the cell.
        shape: steps T, sequences B, neurons H.
        itemsize: bytes of a number of the network's dtype.
        max_lag: the longest lag.
        alone: whether the cell has no recurrent part.
        exact: whether exact products are wanted.
    """
    steps, batch, size = shape
    own = min(steps, block_steps(steps, batch, max_lag))
    needed = streamed_memory(
        cell, (own, 1, size), itemsize, max_lag=max_lag, pairs=1, alone=alone, exact=exact
    )
    # The drives that are given, and all pieces of the run beside their union.
    run = steps * batch * size * (3 * len(cell.states) + 3 * len(cell.drives)) * itemsize
    needed["states, drives and coefficients"] += run
    needed["means of blocks"] = 5 * 8 * max_lag * (steps // own + 1) * batch
    return needed


def streamed_memory(
    cell: Cell,
    shape: tuple[int, int, int],
    itemsize: int,
    *,
    max_lag: int,
    pairs: int,
    alone: bool,
    exact: bool,
) -> dict[str, int]:
    """Return the bytes of every part of a measurement along a stream by name.

    Args:
        cell: the cell.
        shape: own steps of a segment, sequences B, neurons H.
        itemsize: bytes of a number of the network's dtype.
        max_lag: the longest lag.
        pairs: the pairs of an anchor and a sequence that are compared in one segment at most.
        alone: whether the cell has no recurrent part.
        exact: whether exact products are wanted.
    """
    own, batch, size = shape
    held = own + max_lag - 1
    # A piece is joined to what waits for it; sequences pass one after the other.
    kept = (held + 2 * own) * batch * size * (len(cell.states) + len(cell.drives)) * itemsize
    needed = {
        "states, drives and coefficients": 2 * kept + _fields(cell, held * size, 7),
        "rates per neuron and lag": 12 * max_lag * size * 8,
        "means of blocks": _COPIES * 2 * KEPT_BLOCKS * 5 * batch * max_lag * 8,
    }
    if exact and not alone:
        one = (held, 1, size)
        needed |= _of_matrices(cell, one, itemsize, max_lag=max_lag, pairs=pairs, per_anchor=True)
    return needed


def _fields(cell: Cell, values: int, blocks: int) -> int:
    """The bytes of states, drives and so many fields of S×S blocks, which are in float64."""
    return 8 * values * (len(cell.states) + len(cell.drives) + blocks * len(cell.states) ** 2)


def _of_matrices(
    cell: Cell,
    shape: tuple[int, int, int],
    itemsize: int,
    *,
    max_lag: int,
    pairs: int,
    per_anchor: bool,
    device: torch.device | None = None,
    widened: bool = True,
) -> dict[str, int]:
    """Return the bytes of every part that needs whole matrices by name, as ``memory_needed``."""
    steps, batch, size = shape
    states = len(cell.states)
    return {
        "norms of the recurrent part": recurrent_norm_bytes(shape, states, itemsize),
        "exact products": exact_memory(
            steps,
            batch,
            states,
            size,
            itemsize,
            max_lag=max_lag,
            frobenius=True,
            per_anchor=per_anchor,
            device=device,
            widened=widened,
        ),
        "compared anchors": compared_bytes(pairs, states, size, max_lag=max_lag),
    }


def likely_bytes(most: Mapping[str, int], least: Mapping[str, int]) -> int:
    """Return an estimate of a peak: exact products are gone when anchors are compared.

    Args:
        most: bytes by name, where products leave float32.
        least: the same where they stay; whether they do, only the products tell, so that the
            estimate is half-way on a scale of ratios.
    """
    ends = []
    for needed in (most, least):
        parts = dict(needed)
        after = parts.pop("compared anchors", 0)
        ends.append(sum(parts.values()) - parts.get("exact products", 0))
        ends[-1] += max(parts.get("exact products", 0), after)
    return round(math.sqrt(ends[0] * ends[1]))


def check_memory(
    needed: Mapping[str, int], limit: int | None, device: torch.device | None = None
) -> None:
    """Refuse what would not fit.

    Args:
        needed: bytes by name.
        limit: the bytes that may be used; None asks the machine or the device.
        device: where they are needed; the processor if left out.

    Raises:
        LonglagError: more is needed than there is, or a limit that is no number of bytes.
    """
    if limit is not None:
        limit = require_count("memory_limit", limit, "it counts bytes", least=1)
    free = available_memory(device) if limit is None else limit
    total = sum(needed.values())
    if free is None or total <= free:
        return
    largest = max(needed, key=needed.__getitem__)
    remedy = "lower max_lag or give shorter or fewer sequences"
    if largest == "results per anchor":
        remedy += ", or leave per_anchor out"
    if largest == "compared anchors":
        remedy += ", or lower error_pairs"
    if largest == "exact products":
        remedy += ", or leave exact products out"
    place = "" if device is None or device.type == "cpu" else f" on {device}"
    if place:
        remedy += ", or measure on the processor"
    raise LonglagError(
        f"a measurement of about {_shown(total)}",
        f"{_shown(free)} may be used{place}, and {largest} alone take {_shown(needed[largest])}",
        remedy,
    )


def _shown(count: int) -> str:
    return f"{count / _GIB:.1f} GiB" if count >= _GIB / 10 else f"{count / 2**20:.1f} MiB"


def device_of(x: object) -> torch.device | None:
    """Return where an input is, or None where it is no tensor.

    Args:
        x: an input, as it was given.
    """
    return x.device if isinstance(x, Tensor) else None


def available_memory(device: torch.device | None = None) -> int | None:
    """Return the bytes that this process may still take, or None where that cannot be asked.

    Args:
        device: where; the processor if left out. Of CUDA devices what is free, and what PyTorch
            keeps of it for itself.
    """
    if device is not None and device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    if device is not None and device.type != "cpu":
        return None
    found = []
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        found.append(int(fields["MemAvailable"].split()[0]) * 1024)
    except (OSError, KeyError, ValueError):
        pass
    try:
        group = Path("/sys/fs/cgroup")
        limit = int((group / "memory.max").read_text())
        found.append(limit - int((group / "memory.current").read_text()))
    except (OSError, ValueError):
        pass
    return min(found) if found else None
