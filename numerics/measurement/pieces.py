"""A network that runs piece by piece: every piece starts from the states that the last one left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from longlag.numerics.generate import generate
from longlag.numerics.measurement.extent import extent_of
from longlag.numerics.measurement.feed import array_steps, cut, is_array, require_finite
from longlag.numerics.measurement.local import has_to_run, run_locally
from longlag.numerics.measurement.origin import check_states
from longlag.numerics.measurement.run import Run, flattened, run_network
from longlag.numerics.networks.binding import AdaptedModule, BoundModule, bind
from longlag.numerics.networks.flat import Layout
from longlag.numerics.networks.network import Network
from longlag.numerics.training import TrainedNetwork
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.transport.jacobian import jacobian

#: Steps after which the clock is looked at, and the share of a time that may go by for the run.
_TIMED, _SHARE = 1024, 0.5
#: What makes drives of an input, time first.
_Reader = BoundModule | AdaptedModule | TrainedNetwork


class Pieces(NamedTuple):
    """A network in pieces of time.

    Args:
        cell: its cell.
        networks: the pieces in order, each with drives of its own; of the states those of the
            first count.
        steps: how many there are in all; None where only the end of the stream tells.
        origin: what runs, in words.
        dtype: of the network as it was given.
        layout: of its vectors, for states with axes.
    """

    cell: Cell
    networks: Iterator[Network]
    steps: int | None
    origin: str
    dtype: torch.dtype
    layout: Layout | None = None


def pieces_of(
    module: object,
    blocks: Any,
    *,
    length: int,
    steps: int | None = None,
    hx: Any = None,
    layer: int = 0,
) -> Pieces:
    """Return a network in pieces.

    Args:
        module: what ``measure_stream`` takes.
        blocks: its input; None for a Network.
        length: steps of a piece.
        steps: how many there are in all, where blocks do not tell it.
        hx: the module's initial state.
        layer: the layer of a stack.

    Raises:
        LonglagError: what cannot run in pieces, an array with a value that is not finite.
    """
    if isinstance(module, Network):
        if blocks is not None or hx is not None or layer or steps is not None:
            raise LonglagError(
                "blocks, steps, hx or layer beside a Network",
                "its drives and initial states say it all",
                "leave them out",
            )
        dtype = next(iter(module.state.values())).dtype
        steps = extent_of(module).steps
        parts = _sliced(module, length)
        return Pieces(module.cell, parts, steps, "Network", dtype, module.layout)
    reader, origin = _reader(module, layer)
    like = _like(reader)
    if is_array(blocks):
        if steps is not None and steps != array_steps(blocks):
            raise LonglagError(
                f"steps={steps} of an array of {array_steps(blocks)}",
                "an array tells how many it has",
                "leave steps out, or give a part of the array",
            )
        steps = array_steps(blocks)
        require_finite(blocks, length, like)
    inputs = cut(blocks, length, steps=steps, like=like)
    return Pieces(reader.cell, _made(reader, inputs, hx), steps, origin, like.dtype)


def run_pieces(pieces: Pieces) -> Iterator[Run]:
    """Yield the run of every piece, states of one axis of sequences.

    Args:
        pieces: of a network.

    Raises:
        LonglagError: states that are not finite, and what the stream holds.
    """
    alone = jacobian(pieces.cell).is_local
    start = run_locally if alone else run_network
    follows = not alone or has_to_run(pieces.cell)
    functions = generate(pieces.cell, "torch")
    state: dict[str, Tensor] | None = None
    seen = 0
    for network in pieces.networks:
        flat = flattened(network, extent_of(network).batch)
        if state is not None:
            flat = replace(flat, state=state)
        run = start(flat, pieces.origin)
        check_states(run, seen)
        seen += run.shape[0]
        state = dict(flat.state)
        if follows:
            last = {name: value[-1] for name, value in run.network.state.items()}
            state = functions.step(*run.network.at(-1, last).arguments)
        yield run


def run_within(network: Network, origin: str, share: Callable[[], float], least: int) -> Run:
    """Return the run of a network, of its first steps where it takes half of a time or more.

    Args:
        network: as ``flattened`` returns it.
        origin: what runs, in words.
        share: returns the share of the time that is used.
        least: steps that run in any case.
    """
    parts = _sliced(network, _TIMED)
    dtype = next(iter(network.state.values())).dtype
    pieces, runs, seen = Pieces(network.cell, parts, network.steps, origin, dtype), [], 0
    for run in run_pieces(pieces):
        runs.append(run)
        seen += run.shape[0]
        if share() > _SHARE and seen >= least:
            break
    return joined(runs)


def joined(runs: Sequence[Run]) -> Run:
    """Return the pieces of a run, each of which goes on where the last one stood, as one."""
    groups = []
    for role in ("state", "drive"):
        parts = [getattr(run.network, role) for run in runs]
        groups.append({name: torch.cat([part[name] for part in parts]) for name in parts[0]})
    first = runs[0].network
    return replace(runs[0], network=replace(first, state=groups[0], drive=groups[1]))


def _sliced(network: Network, length: int) -> Iterator[Network]:
    """A network's own drives, some steps at a time."""
    for start in range(0, network.steps, length):
        part = slice(start, start + length)
        yield replace(network, drive={name: each[part] for name, each in network.drive.items()})


def _reader(module: object, layer: int) -> tuple[_Reader, str]:
    """What makes drives, and what it is in words."""
    if isinstance(module, AdaptedModule):
        return module, type(module.module).__name__
    if isinstance(module, TrainedNetwork):
        return module, "trained network"
    if not isinstance(module, BoundModule):
        if not isinstance(module, nn.Module):
            raise LonglagError(
                f"{type(module).__name__}",
                "what is measured is a recurrent torch module, its bind(…), what train(…) returns, "
                "or a cell with its weights",
                "give one of them",
            )
        module = bind(module, layer)
    elif layer:
        raise LonglagError(
            f"layer={layer} of a bound module",
            f"it is bound to layer {module.layer} already",
            "give the module itself, or leave layer out",
        )
    inner = module.module
    name = type(inner).__name__
    if not isinstance(inner, nn.RNNBase):
        raise LonglagError(
            f"module of type {name}",
            "it makes a single step, and a lag needs a sequence",
            "use nn.RNN, nn.GRU or nn.LSTM with its weights",
        )
    if module.reverse or (module.layer and inner.bidirectional):
        raise LonglagError(
            f"a stream through {name}, layer {module.layer}, reverse={module.reverse}",
            "what runs backwards begins at the end of the stream",
            "give the sequence as a whole to measure_transport",
        )
    return module, f"{name}, layer {module.layer}"


def _like(reader: _Reader) -> Tensor:
    """A tensor of the dtype and device of inputs."""
    if isinstance(reader, TrainedNetwork):
        return reader.readout_weight
    return next(iter(reader.module.parameters()), torch.zeros(()))


def _made(reader: _Reader, inputs: Iterable[Tensor], hx: Any) -> Iterator[Network]:
    """Networks of inputs that are time first; lower layers go on from where they stood."""
    for x in inputs:
        # A generator that is left behind must not leave its mode of autograd with others.
        with torch.no_grad():
            network, hx = _next(reader, x, hx)
        yield network


def _next(reader: _Reader, x: Tensor, hx: Any) -> tuple[Network, Any]:
    """The network of the next steps, and the states of all layers after them."""
    if isinstance(reader, TrainedNetwork):
        return reader.network(x), None
    if isinstance(reader, AdaptedModule):
        return reader.network(x, hx), hx
    inner: Any = reader.module
    turned = x.transpose(0, 1) if x.ndim == 3 and inner.batch_first else x
    network = reader.network(turned, hx)
    return network, inner(turned, hx)[1] if reader.layer else hx


__all__ = ["Pieces", "joined", "pieces_of", "run_pieces", "run_within"]
