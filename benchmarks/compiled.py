"""Compiled functions of GRU and LSTM: the coefficient map and the field of one-step Jacobians.

The coefficient map is that of a measurement, D and the diagonal of R. A fresh array costs page
faults, for the compiled function as for ``fill_``, so fresh arrays are compared with fresh ones and
given ones with given ones.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from unittest.mock import patch

import torch
from torch import Tensor

from benchmarks.timing import Row, absolute, at_least, at_most, medians
from longlag.kept import CACHE_VARIABLE
from longlag.numerics import generate
from longlag.numerics.compiled import CompiledCell, load_library, toolchain
from longlag.numerics.compiled.execution import dense
from longlag.numerics.compiled.source import c_source
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import jacobian
from longlag.theory.cells import PAPER_CELLS

_ELEMENTS, _SIZE = 2**20, 128
_FIELDS = (("gru", 1024, 128), ("gru", 1024, 256), ("lstm", 256, 128), ("lstm", 256, 256))


def _compiled(name: str) -> CompiledCell:
    found = generate(PAPER_CELLS[name], "compiled")
    assert isinstance(found, CompiledCell)
    return found


def _network(name: str, steps: int, size: int) -> Network:
    generator = torch.Generator().manual_seed(0)
    return sample_network(
        PAPER_CELLS[name], generator, size=size, batch=(steps,), dtype=torch.float32
    )


def hand_written_map(network: Network, maps: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """D and the diagonal of R of the GRU from the values of its maps, as one would write them."""
    h, d = network.state["h"], network.drive
    w_r, w_z, w_n = (network.weight[name].diagonal() for name in ("r", "z", "n"))
    r = torch.sigmoid(d["r"] + maps["r"])
    z = torch.sigmoid(d["z"] + maps["z"])
    inner = d["hn"] + maps["n"]
    n = torch.tanh(d["n"] + r * inner)
    slope = (1 - z) * (1 - n**2) * r
    return z, (h - n) * z * (1 - z) * w_z + slope * (w_n + inner * (1 - r) * w_r)


def build_seconds() -> float:
    """The time from a derived Jacobian to a loaded library of its diagonals, nothing cached."""
    derived = jacobian(PAPER_CELLS["gru"])
    toolchain()
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {CACHE_VARIABLE: folder}):
        start = time.perf_counter()
        cell = CompiledCell(derived)
        text = c_source(cell.cell, cell.parts["diagonals"])
        load_library(f"{text}/* built at {time.time_ns()} */\n", "timed")
        return time.perf_counter() - start


def _map_rows() -> list[Row]:
    gru, network = _compiled("gru"), _network("gru", _ELEMENTS // _SIZE, _SIZE)
    h = network.state["h"]
    maps = {name: dense(weight, h) for name, weight in network.weight.items()}
    read = [h, *network.drive.values(), *maps.values()]
    written = gru.diagonals(*network.arguments)
    seconds = medians(
        {
            "whole": lambda: gru.diagonals(*network.arguments),
            "maps": lambda: [dense(weight, h) for weight in network.weight.values()],
            "copy": lambda: [array.clone() for array in (*read, *written)],
            "by hand": lambda: hand_written_map(network, maps),
        },
        repeats=41,
    )
    pointwise = seconds["whole"] - seconds["maps"]
    what = f"G7 GRU coefficient map, n={_ELEMENTS}, less W·h"
    return [
        at_most(what, "copying its arrays", pointwise / seconds["copy"], 1.05),
        at_least(what, "hand-written torch", seconds["by hand"] / pointwise, 4),
        absolute("G7 build of the GRU's coefficient map", build_seconds(), 0.5),
    ]


def _autograd(network: Network) -> Callable[[], object]:
    """The Jacobians at all times by PyTorch's transforms of the generated step."""
    step = generate(network.cell, "torch").step
    states = network.cell.states

    def new(state: Tensor, drive: dict[str, Tensor]) -> Tensor:
        parts = dict(zip(states, state.chunk(len(states)), strict=True))
        return torch.cat(list(step(parts, drive, network.weight, network.parameter).values()))

    joined = torch.cat([network.state[name] for name in states], -1)
    call = torch.vmap(torch.func.jacrev(new))
    return lambda: call(joined, dict(network.drive))


def _field_rows(name: str, steps: int, size: int) -> list[Row]:
    cell, network = _compiled(name), _network(name, steps, size)
    matrix = cell.jacobian(*network.arguments)
    matrix.fill_(0)
    seconds = medians(
        {
            "given": lambda: cell.jacobian(*network.arguments, out=matrix),
            "filled": lambda: matrix.fill_(1.0),
            "fresh": lambda: cell.jacobian(*network.arguments),
            "fresh filled": lambda: torch.empty_like(matrix).fill_(1.0),
            "maps": lambda: [dense(w, network.state["h"]) for w in network.weight.values()],
        },
        repeats=21,
    )
    what = f"G6 {name.upper()} Jacobians, T={steps}, H={size}"
    pointwise = seconds["given"] - seconds["maps"]
    fill = "fill_ of the same bytes"
    rows = [
        at_most(f"{what}, fresh array", fill, seconds["fresh"] / seconds["fresh filled"], 1.2),
        at_most(f"{what}, given array", fill, seconds["given"] / seconds["filled"], 1.2),
        at_most(f"{what}, given array, less W·h", fill, pointwise / seconds["filled"], 1.2),
    ]
    if size == 128:
        by_autograd = medians({"autograd": _autograd(network)}, repeats=3, warmup=1)["autograd"]
        against = "vmap(jacrev)"
        rows += [
            at_least(f"{what}, fresh array", against, by_autograd / seconds["fresh"], 80),
            at_least(f"{what}, given array", against, by_autograd / seconds["given"], 80),
        ]
    return rows


def run() -> list[Row]:
    """Return the rows of this file; none without a compiler."""
    if toolchain() is None:
        return []
    return [*_map_rows(), *(row for field in _FIELDS for row in _field_rows(*field))]
