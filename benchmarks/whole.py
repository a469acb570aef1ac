"""``measure_transport`` as a user calls it against the floor of the products it cannot do without.

The floor are the matrix products of the diagonals of every product, by divide and conquer, each
timed as a batched product of its shape and type in the same run. Norms, bounds, compared anchors
and all that is no product come on top; their shares of the whole stand beside the figure. Norms and
bounds take products of their own, in float64 those of Frobenius norms, so that a second row has the
floor of all of them. Times on one thread are those of the processor, since a call of seconds is
interrupted and a product is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from time import process_time
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from benchmarks.timing import Row, at_least, at_most, fastest
from longlag.numerics import measure_transport
from longlag.numerics.compiled import on_torch_alone
from longlag.numerics.lags.exact_picked import Picked
from longlag.numerics.measurement.block import find_block
from longlag.numerics.measurement.errors import expansion_errors, sample_anchors
from longlag.numerics.measurement.products import (
    exact_over_sequences,
    first_order_over_sequences,
    recurrent_norms_of,
)
from longlag.numerics.measurement.run import Run, ran
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.numerics.threads import cores, use_threads
from longlag.theory import CELLS

_WHOLE, _EVERY, _DIAGONALS, _SPEED_UP = 3.0, 1.5, 2.0, 1.7
_PAIRS, _LAGS = 16, 128
_REPEATS, _OF_PRODUCTS = 3, 5


@dataclass(frozen=True)
class Case:
    """One call: the cell, H, T, sequences, and the longest lag."""

    cell: str
    size: int
    steps: int
    sequences: int
    max_lag: int

    def __str__(self) -> str:
        lags = "all lags" if self.max_lag == self.steps else f"lags to {self.max_lag}"
        return f"{self.cell} H={self.size}, T={self.steps}, {self.sequences} sequences, {lags}"

    def network(self) -> tuple[nn.Module | Network, Tensor | None]:
        """Return what is measured and its input."""
        torch.manual_seed(0)
        modules = {"GRU": nn.GRU, "LSTM": nn.LSTM}
        if self.cell in modules:
            x = torch.randn(self.steps, self.sequences, 1)
            return modules[self.cell](1, self.size), x
        generator = torch.Generator().manual_seed(0)
        cell, batch = CELLS[self.cell], (self.sequences,)
        network = sample_network(
            cell, generator, size=self.size, batch=batch, steps=self.steps, dtype=torch.float32
        )
        return network, None


#: What is run by default, in a minute or two.
FEW = (
    Case("GRU", 64, 256, 16, _LAGS),
    Case("GRU", 32, 256, 16, _LAGS),
    Case("LSTM", 32, 256, 16, _LAGS),
    Case("leaky", 64, 256, 16, _LAGS),
    Case("GRU", 64, 256, 1, 256),
)


class Products(TorchDispatchMode):
    """Counts batched products by shape and type."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[tuple[torch.dtype, torch.Size, torch.Size]] = Counter()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func.overloadpacket is torch.ops.aten.bmm:
            self.found[args[0].dtype, args[0].shape, args[1].shape] += 1
        return func(*args, **(kwargs or {}))


def floor(counted: Products) -> float:
    """Return the least seconds of all counted products, each timed by itself."""
    total = 0.0
    for (dtype, left, right), count in counted.found.items():
        a, b = torch.randn(left, dtype=dtype), torch.randn(right, dtype=dtype)
        out = torch.empty(left[0], left[1], right[2], dtype=dtype)
        seconds = []
        for _ in range(_OF_PRODUCTS + 1):
            start = process_time()
            torch.bmm(a, b, out=out)
            seconds.append(process_time() - start)
        total += count * min(seconds[1:])
    return total


def parts(run: Run, max_lag: int) -> dict[str, Callable[[], object]]:
    """Return the parts of a measurement by name."""
    new, previous = find_block(run.cell).positions
    place: dict[str, Any] = {"max_lag": max_lag, "new": new, "previous": previous}
    precise = run.in_double()
    local, recurrent = precise.diagonals()
    pairs = sample_anchors(run.shape[0], run.shape[1], _PAIRS, max_lag=max_lag)
    picked = Picked(pairs, max_lag=max_lag, size=run.shape[-1], device=run.device)
    exact_over_sequences(run, frobenius=False, picked=picked, **place)
    known: dict[str, Any] = {"known": picked.diagonals, "rounded": run.itemsize < 8}
    return {
        "diagonals": lambda: exact_over_sequences(run, frobenius=False, **place),
        "diagonals and norms": lambda: exact_over_sequences(run, picked=picked, **place),
        "norms of R": lambda: recurrent_norms_of(run),
        "compared anchors": lambda: expansion_errors(
            precise, local, recurrent, pairs, **known, **place
        ),
        "first order": lambda: first_order_over_sequences(local, recurrent, **place),
    }


def rows(case: Case) -> list[Row]:
    """Return the rows of one call, on one thread."""
    module, x = case.network()
    with torch.no_grad():
        run = ran(module, x)
        counted, every = Products(), Products()
        # Where nothing is compiled every product is one of BLAS.
        with on_torch_alone():
            alone = parts(run, case.max_lag)
            with counted:
                alone["diagonals"]()
            with every:
                for name in ("diagonals and norms", "norms of R", "compared anchors"):
                    alone[name]()
        candidates = parts(run, case.max_lag)
        candidates["whole"] = lambda: measure_transport(module, x, max_lag=case.max_lag)
        least, most = floor(counted), floor(every)
        seconds = fastest(candidates, _REPEATS, clock=process_time)
        least, most = min(least, floor(counted)), min(most, floor(every))
    whole = seconds.pop("whole")
    seconds["norms"] = seconds.pop("diagonals and norms") - seconds["diagonals"]
    seconds["the rest"] = whole - sum(seconds.values())
    told = ", ".join(f"{name} {value / whole:.0%}" for name, value in seconds.items())
    against = "its products, batched, in the same run"
    each = "those and the products of norms, bounds and compared anchors"
    return [
        at_most(f"measure_transport, {case}: {told}", against, whole / least, _WHOLE),
        at_most(f"measure_transport, {case}", each, whole / most, _EVERY),
        at_most(
            f"exact diagonals alone, {case}", against, seconds["diagonals"] / least, _DIAGONALS
        ),
    ]


def on_two_threads(case: Case) -> list[Row]:
    """Return how much faster two threads are, where there are as many cores."""
    if cores() < 2:
        return []
    module, x = case.network()

    def measure(threads: int) -> object:
        use_threads(threads)
        try:
            return measure_transport(module, x, max_lag=case.max_lag)
        finally:
            use_threads(1)

    seconds = fastest({"one": lambda: measure(1), "two": lambda: measure(2)}, _REPEATS)
    what = f"measure_transport on two threads, {case}"
    return [at_least(what, "one thread", seconds["one"] / seconds["two"], _SPEED_UP)]


def run() -> list[Row]:
    """Return the rows of this file."""
    return [*(row for case in FEW for row in rows(case)), *on_two_threads(FEW[0])]


def run_every() -> list[Row]:
    """Return the rows of every size."""
    found = []
    for cell, size, steps, sequences, lags in product(
        ("GRU", "LSTM", "leaky"), (32, 64, 128), (256, 1024), (1, 16, 64), (_LAGS, None)
    ):
        case = Case(cell, size, steps, sequences, lags or steps)
        found += [*rows(case), *on_two_threads(case)]
    return found
