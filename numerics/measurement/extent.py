"""How large a network is, asked of its shapes alone, before a number of it is touched."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import torch
from torch import Tensor

from longlag.numerics.networks.network import Network
from longlag.theory.errors import LonglagError


class Extent(NamedTuple):
    """The sizes of a network that runs over time.

    Args:
        steps: T.
        batch: the axes of sequences, broadcast over drives and states.
        size: the number of neurons H.
        itemsize: the bytes of one number, once half precision is widened.
        device: where its states are.
    """

    steps: int
    batch: tuple[int, ...]
    size: int
    itemsize: int
    device: torch.device

    @property
    def sequences(self) -> int:
        """The number of sequences B."""
        return prod(self.batch)


def extent_of(network: Network) -> Extent:
    """Return how large a network is.

    Args:
        network: drives (T, ..., H), states (..., H).

    Raises:
        LonglagError: what is no dense tensor of real numbers, no states, drives without time,
            steps or sequences that do not fit each other.
    """
    roles = ("state", "drive", "weight", "parameter")
    for role, group in zip(roles, network.arguments, strict=True):
        for name, value in group.items():
            _check_tensor(f"{role} {name!r} of the network", value)
    name = network.cell.name
    if not network.state or not network.drive:
        missing = "drives" if network.state else "states"
        raise LonglagError(
            f"cell {name!r} without {missing}",
            "the drives tell how many steps it runs, the states where it starts",
            f"give the {missing}; they may be zero",
        )
    for role, group, axes in (("drive", network.drive, 2), ("state", network.state, 1)):
        for name, value in group.items():
            if value.ndim < axes or 0 in value.shape:
                raise LonglagError(
                    f"{role} {name!r} of shape {tuple(value.shape)}",
                    "a lag needs one drive for every time step, and a state before the first",
                    "give drives of shape (T, ..., H) and states (..., H), no axis empty",
                )
    drives, states = network.drive.values(), network.state.values()
    steps = {value.shape[0] for value in drives}
    try:
        batch = torch.broadcast_shapes(
            *(d.shape[1:-1] for d in drives), *(s.shape[:-1] for s in states)
        )
    except RuntimeError:
        batch = None
    if batch is None or len(steps) > 1:
        shown = ", ".join(
            f"{name!r} {tuple(value.shape)}"
            for name, value in (*network.drive.items(), *network.state.items())
        )
        raise LonglagError(
            f"drives and states of shapes {shown}",
            "they share their steps, and their axes of sequences broadcast",
            "reshape them",
        )
    first = next(iter(states))
    itemsize = max(first.element_size(), 4)
    return Extent(steps.pop(), tuple(batch), first.shape[-1], itemsize, first.device)


def _check_tensor(what: str, value: object) -> None:
    if not isinstance(value, Tensor):
        raise LonglagError(
            f"{what}, of type {type(value).__name__}",
            "a network holds tensors",
            "convert it with torch.as_tensor",
        )
    if value.is_complex():
        raise LonglagError(
            f"{what}, of complex numbers",
            "cells are real, and the imaginary parts would be lost",
            "give real numbers, or real and imaginary parts as neurons of their own",
        )
    kind = str(value.layout).removeprefix("torch.")
    if value.is_quantized or value.device.type == "meta":
        kind = "quantized" if value.is_quantized else "meta"
    if kind != "strided":
        raise LonglagError(
            f"{what}, a {kind} tensor",
            "it is measured as a dense array of numbers",
            "convert it with .to_dense() or .dequantize(), or load its numbers",
        )
