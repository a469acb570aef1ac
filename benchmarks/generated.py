"""Generated PyTorch functions of the GRU against hand-written ones and against autograd."""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks.timing import Row, at_least, at_most, medians
from longlag.numerics import generate
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.cells import PAPER_CELLS

_STEPS, _BATCH, _SIZE = 1024, 8, 128


def _network(batch: tuple[int, ...]) -> Network:
    generator = torch.Generator().manual_seed(0)
    gru = PAPER_CELLS["gru"]
    return sample_network(gru, generator, size=_SIZE, batch=batch, dtype=torch.float32)


def hand_written_coefficients(network: Network) -> dict[str, Tensor]:
    """The coefficient fields of the GRU as one would write them by hand."""
    h = network.state["h"]
    d, w = network.drive, network.weight
    r = torch.sigmoid(d["r"] + h @ w["r"].mT)
    z = torch.sigmoid(d["z"] + h @ w["z"].mT)
    inner = d["hn"] + h @ w["n"].mT
    n = torch.tanh(d["n"] + r * inner)
    slope = (1 - z) * (1 - n**2)
    return {
        "local": z,
        "z": (h - n) * z * (1 - z),
        "n": slope * r,
        "r": slope * inner * r * (1 - r),
        "open": 1 - z,
    }


def run() -> list[Row]:
    """Return the rows of this file."""
    functions = generate(PAPER_CELLS["gru"], "torch")
    network = _network((_STEPS, _BATCH))
    seconds = medians(
        {
            "generated": lambda: functions.coefficients(*network.arguments),
            "by hand": lambda: hand_written_coefficients(network),
        },
        repeats=41,
    )
    rows = [
        at_most(
            f"GRU coefficients, T={_STEPS}, B={_BATCH}, H={_SIZE}",
            "hand-written torch",
            seconds["generated"] / seconds["by hand"],
            1.05,
        )
    ]
    steps = _network((_STEPS,))

    def one(state: Tensor, drive: dict[str, Tensor]) -> Tensor:
        return functions.step({"h": state}, drive, steps.weight, steps.parameter)["h"]

    autograd = torch.vmap(torch.func.jacrev(one))
    seconds = medians(
        {
            "generated": lambda: functions.jacobian(*steps.arguments),
            "autograd": lambda: autograd(steps.state["h"], dict(steps.drive)),
        },
        repeats=7,
        warmup=1,
    )
    rows.append(
        at_least(
            f"GRU Jacobian, T={_STEPS}, H={_SIZE}",
            "vmap(jacrev)",
            seconds["autograd"] / seconds["generated"],
            8,
        )
    )
    return rows
