"""Every call on a GPU: its values against float64 on the processor, and how much faster it is.

``python -m benchmarks device``. Nothing is compiled for a GPU here: PyTorch runs the same functions
there. Without a GPU nothing is measured, and that is said.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from rich.console import Console

from benchmarks.device_calls import CALLS, Found
from benchmarks.place import Place
from benchmarks.timing import Row

#: Largest error over the largest value: of float64, whose sums another device adds in another
#: order, and of float32.
_GOALS = {torch.float64: 1e-9, torch.float32: 1e-3}
#: Sizes that ratios are measured at.
_SIZES = (64, 256, 16, 64)
_PROCESSOR = torch.device("cpu")
_REPEATS = 2


def error_of(found: Found, expected: Found) -> float:
    """Return the largest error of a call's results over the largest value of each.

    Args:
        found: results, on any device.
        expected: those in float64 on the processor.
    """
    errors = [
        float((found[name].cpu().double() - value).abs().max() / value.abs().max())
        for name, value in expected.items()
    ]
    return max(errors) if all(error == error for error in errors) else float("nan")


def values(device: torch.device, dtype: torch.dtype) -> list[Row]:
    """Return a row for every call: its values on a device.

    Args:
        device: which one.
        dtype: of the arrays there.
    """
    rows = []
    for name, call in CALLS.items():
        error = error_of(call(Place(device, dtype)), call(Place(_PROCESSOR)))
        goal = _GOALS[dtype]
        kind = str(dtype).removeprefix("torch.")
        rows.append(
            Row(
                f"{name}, {kind}, largest relative error",
                "float64 on the processor",
                f"{error:.0e}",
                f"≤ {goal:g}",
                error <= goal,
            )
        )
    return rows


def ratios(device: torch.device, dtype: torch.dtype) -> list[Row]:
    """Return a row for every call: how many times as fast it is as on the processor.

    Args:
        device: a GPU.
        dtype: of the arrays in both places.
    """
    rows = []
    size = "H={}, T={}, {} sequences, lags to {}".format(*_SIZES)
    for name, call in CALLS.items():
        ratio = _seconds(call, _PROCESSOR, dtype) / _seconds(call, device, dtype)
        what = f"{name}, {str(dtype).removeprefix('torch.')}, {size}"
        against = f"the processor, {torch.get_num_threads()} thread"
        # A GPU need not win on work of this size; the figure is told, and is no goal.
        rows.append(Row(what, against, f"{ratio:.2f}×", "told", True, 1 / ratio))
    return rows


def run() -> list[Row]:
    """Return the rows of this file; none without a GPU, which is told."""
    console = Console(highlight=False)
    if not torch.cuda.is_available():
        console.print(
            f"There is no GPU: all {len(CALLS)} calls are UNTESTED on one in this run. What the "
            "tests show without one: no call leaves its device or mixes it with the processor."
        )
        return []
    device = torch.device("cuda")
    console.print(f"device     {torch.cuda.get_device_name(device)}, CUDA {torch.version.cuda}")
    rows = [row for dtype in _GOALS for row in values(device, dtype)]
    return [*rows, *(row for dtype in _GOALS for row in ratios(device, dtype))]


def _seconds(call: Callable[[Place], object], device: torch.device, dtype: torch.dtype) -> float:
    """The least time of a call, with what it left running on its device."""
    found = []
    for _ in range(_REPEATS + 1):
        start = time.perf_counter()
        call(Place(device, dtype, *_SIZES))
        if device.type == "cuda" and torch.cuda.is_available():
            torch.cuda.synchronize(device)
        found.append(time.perf_counter() - start)
    return min(found[1:])


__all__ = ["error_of", "ratios", "run", "values"]
