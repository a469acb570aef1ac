"""A network that has run over its input, with what is needed of every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from longlag.numerics.codegen import DiagonalFields
from longlag.numerics.compiled import toolchain
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import trajectory
from longlag.numerics.lags.workspace import Workspace
from longlag.numerics.measurement.extent import extent_of
from longlag.numerics.networks.binding import AdaptedModule, Bound, bind
from longlag.numerics.networks.network import Network
from longlag.numerics.threads import by_sharing
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError


@dataclass(frozen=True)
class Run:
    """The trajectory of a network: states and drives of shape (T, B, H), time running forward.

    Args:
        network: with ``state[name][t]`` the state that enters step t.
        functions: generated functions of the cell.
        origin: what ran, in words.
        on_compiled: whether compiled functions can run on it.
    """

    network: Network
    functions: Any
    origin: str
    on_compiled: bool

    @property
    def cell(self) -> Cell:
        """The cell."""
        return self.network.cell

    @property
    def shape(self) -> tuple[int, int, int]:
        """The numbers of steps T, of sequences B and of neurons H."""
        steps, batch, size = next(iter(self.network.state.values())).shape
        return steps, batch, size

    @property
    def itemsize(self) -> int:
        """The bytes of one number."""
        return next(iter(self.network.state.values())).element_size()

    @property
    def device(self) -> torch.device:
        """Where its numbers are."""
        return next(iter(self.network.state.values())).device

    def diagonals(self) -> DiagonalFields:
        """Return D and the diagonal of R of every step, shape (T, B, S, S, H)."""
        found: DiagonalFields = self.functions.diagonals(*self.network.arguments)
        return found

    def recurrent(self, start: int, stop: int, workspace: Workspace) -> Float[Tensor, "T B n n"]:
        """Return the recurrent parts R of some times, until the next are made in the workspace."""
        part = self.part(slice(start, stop), slice(None))
        return self._matrices("recurrent", part, workspace)

    def at(
        self, times: Int[Tensor, "*pairs"], sequences: Int[Tensor, "*pairs"], workspace: Workspace
    ) -> Float[Tensor, "*pairs n n"]:
        """Return one-step Jacobians at pairs of a time and a sequence, until the next are made."""
        return self._matrices("jacobian", self.part(times, sequences), workspace)

    def _matrices(self, function: str, part: Network, workspace: Workspace) -> Tensor:
        made: Callable[..., Tensor] = getattr(self.functions, function)
        if not self.on_compiled:
            return made(*part.arguments)
        state = next(iter(part.state.values()))
        width = len(self.cell.states) * state.shape[-1]
        out = workspace.take(function, state.dtype, *state.shape[:-1], width, width)
        return made(*part.arguments, out=out)

    def in_double(self) -> Run:
        """Return the same trajectory in float64, so that derivatives are rounded less."""
        groups = (getattr(self.network, role) for role in ("state", "drive", "weight", "parameter"))
        doubled = ({name: value.double() for name, value in group.items()} for group in groups)
        return replace(self, network=Network(self.cell, *doubled))

    def without(self, burn_in: int) -> Run:
        """Return the run without its first steps."""
        part = self.part(slice(burn_in, None), slice(None))
        return replace(self, network=part)

    def part(self, times: slice | Tensor, batch: slice | Tensor) -> Network:
        """Return the steps at some times of some sequences as one network."""
        network = self.network
        state, drive = (
            {name: value[times, batch] for name, value in group.items()}
            for group in (network.state, network.drive)
        )
        return Network(network.cell, state, drive, network.weight, network.parameter)


def run_network(network: Network, origin: str) -> Run:
    """Run a network over its drives.

    Args:
        network: as ``flattened`` returns it.
        origin: what runs, in words.
    """
    # Step by step, PyTorch's functions are faster than compiled ones.
    return as_run(trajectory(generate(network.cell, "torch"), network), origin)


def as_run(network: Network, origin: str) -> Run:
    """Return a network as one that has run.

    Args:
        network: with states of shape (T, B, H), those that enter each step.
        origin: what ran, in words.
    """
    device = next(iter(network.state.values())).device
    on_compiled = device.type == "cpu" and toolchain() is not None
    functions = generate(network.cell, "compiled" if on_compiled else "torch")
    return Run(network, functions, origin, on_compiled)


@by_sharing
def ran(module: object, x: object = None, hx: object = None, *, layer: int = 0) -> Run:
    """Return a module or a network that has run over its input, one axis of sequences, detached.

    Args:
        module: an ``nn.RNN``, ``nn.GRU`` or ``nn.LSTM``, what ``bind`` made of one, or a
            ``Network``.
        x: the module's input in its own layout; None for a Network.
        hx: the module's initial state.
        layer: the layer of a stack.

    Raises:
        LonglagError: as ``measure_transport``.
    """
    network, _, origin = find_network(module, x, hx, layer, False, afford=lambda size: None)
    with torch.no_grad():
        return run_network(flattened(network, extent_of(network).batch), origin)


def find_network(
    module: object,
    x: object,
    hx: object,
    layer: int,
    reverse: bool,
    *,
    afford: Callable[[int], None],
) -> tuple[Network, Bound | None, str]:
    """Return the network, the module it was bound from, if any, and what it is in words.

    Args:
        module: a module, bound or not, or a Network.
        x: the input of a module.
        hx: its initial state.
        layer: of a stack.
        reverse: the backward direction.
        afford: called with the bytes of the drives before they are made; raises if those are not
            to be had.

    Raises:
        LonglagError: what is given is neither, or an argument does not belong to it.
    """
    if isinstance(module, Network):
        if x is not None or hx is not None or layer or reverse:
            raise LonglagError(
                "x, hx, layer or reverse beside a Network",
                "its drives and initial states say it all",
                "leave x and hx out",
            )
        return module, None, "Network"
    bound = module if isinstance(module, Bound) else None
    if bound is not None and (layer or reverse):
        raise LonglagError(
            f"layer={layer!r}, reverse={reverse!r} of a bound module",
            f"it is bound to layer {bound.layer}, reverse={bound.reverse} already",
            "give the module itself, or leave layer and reverse out",
        )
    if isinstance(bound, AdaptedModule):
        if not isinstance(x, Tensor):
            raise LonglagError(
                f"input of type {type(x).__name__}",
                "a module is measured along an input",
                "give a tensor (T, ..., D), time first",
            )
        afford(_drive_bytes(bound, x))
        with torch.no_grad():
            return bound.network(x, hx), bound, type(bound.module).__name__
    if bound is None:
        if not isinstance(module, nn.Module):
            raise LonglagError(
                f"{type(module).__name__}",
                "what is measured is a recurrent torch module, its "
                "bind(…), or a cell with its weights",
                "give an nn.RNN, nn.GRU or nn.LSTM, bind(module, adapter), or a Network",
            )
        bound = bind(module, layer, reverse=reverse)
    if not isinstance(bound.module, nn.RNNBase):
        raise LonglagError(
            f"module of type {type(bound.module).__name__}",
            "it makes a single step, and a lag needs a sequence",
            "use nn.RNN, nn.GRU or nn.LSTM with its weights",
        )
    if any(parameter.device.type == "meta" for parameter in bound.module.parameters()):
        raise LonglagError(
            f"{type(bound.module).__name__} on the meta device",
            "it has shapes and no weights",
            "load its weights onto a real device",
        )
    afford(_drive_bytes(bound, x))
    with torch.no_grad():
        network = bound.network(x, hx)
    direction = ", backward" if bound.reverse else ""
    return network, bound, f"{type(bound.module).__name__}, layer {bound.layer}{direction}"


def _drive_bytes(bound: Bound, x: object) -> int:
    """The bytes of the drives that an input makes: pre-activations, their gates and their sums."""
    if not isinstance(x, Tensor) or x.ndim == 0 or x.shape[-1] == 0:
        return 0  # refused as an input
    rows = sum(len(weight) for weight in bound.weight.values())
    return 3 * x.numel() // x.shape[-1] * rows * x.element_size()


def flattened(network: Network, batch: tuple[int, ...]) -> Network:
    """Return a network with one axis of sequences, drives (T, B, H), detached from autograd.

    Half precision becomes float32: derivatives in it would be noise.

    Args:
        network: as ``extent_of`` accepts it.
        batch: its axes of sequences.

    Raises:
        LonglagError: numbers that are not finite.
    """

    def usable(name: str, value: Tensor) -> Tensor:
        if not bool(torch.isfinite(value).all()):
            raise LonglagError(
                f"{name} of the network",
                "it holds NaN or infinity, so nothing can be measured",
                "look for such values in the input and the weights",
            )
        value = value.detach()
        return value if value.dtype in (torch.float32, torch.float64) else value.float()

    def flat(name: str, value: Tensor, leading: tuple[int, ...]) -> Tensor:
        wide = usable(name, value).expand(*leading, *batch, value.shape[-1])
        return wide.reshape(*leading, -1, value.shape[-1])

    steps = (network.steps,)
    return Network(
        network.cell,
        {name: flat(f"initial state {name!r}", v, ()) for name, v in network.state.items()},
        {name: flat(f"drive {name!r}", v, steps) for name, v in network.drive.items()},
        {name: usable(f"weight {name!r}", value) for name, value in network.weight.items()},
        {name: usable(f"parameter {name!r}", value) for name, value in network.parameter.items()},
    )
