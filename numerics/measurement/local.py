"""Networks without a recurrent part: the diagonal is the product, and nothing is left out.

D is made for some steps at a time, so that a long run takes memory for its drives and little else;
where D does not depend on the states, as in a linear recurrence, the network does not even run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import torch
from jaxtyping import Float
from sympy import Expr, S
from torch import Tensor

from longlag.numerics.lags.local import LocalMeans, LocalProducts
from longlag.numerics.measurement.block import Block
from longlag.numerics.measurement.run import Run, as_run, run_network
from longlag.numerics.measurement.time_scales import condensed, mean_angles, scales_of
from longlag.numerics.networks.network import Network
from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import State
from longlag.theory.transport.jacobian import jacobian

#: Bytes of the factors that are made together.
PIECE_BYTES = 2**22


class Locally(NamedTuple):
    """What the local part of a network amounts to.

    Args:
        means: of its products at every lag.
        time_scales: τ_q, shape (H,).
        angles: radians by which a neuron's coupled states turn at a step, the mean over steps and
            sequences, shape (H,); None where a state is on its own.
    """

    means: LocalMeans
    time_scales: Tensor
    angles: Tensor | None


def coupled_states(cell: Cell, state: str) -> tuple[int, ...]:
    """Return the positions of the states that reach a state locally and are reached from it.

    In the theory of graphs its strong component, of which products of blocks are blocks of their
    own: a rotating pair is one, the cell state of an LSTM stands alone.

    Args:
        cell: the cell.
        state: the name of a state.

    >>> from longlag.theory import CELLS
    >>> coupled_states(CELLS["lstm"], "c")
    (1,)
    """
    edges = set(jacobian(cell).coefficients.local)

    def reached(start: str, *, forward: bool) -> set[str]:
        found, waiting = {start}, [start]
        while waiting:
            now = waiting.pop()
            for new, previous in edges:
                source, target = (previous, new) if forward else (new, previous)
                if source == now and target not in found:
                    found.add(target)
                    waiting.append(target)
        return found

    together = reached(state, forward=True) & reached(state, forward=False)
    return tuple(i for i, name in enumerate(cell.states) if name in together)


def local_part_reads_states(cell: Cell) -> bool:
    """Return whether D depends on the states, and not on drives and parameters alone.

    >>> from longlag.theory import CELLS
    >>> local_part_reads_states(CELLS["gru"]), local_part_reads_states(CELLS["leaky"])
    (True, False)
    """
    graph = cell.graph
    inside = {node.value: node.definition for node in graph.values}
    inside |= {node.value: node.argument for node in graph.maps}

    def reads(expression: Expr) -> bool:
        symbols = expression.free_symbols
        return any(isinstance(s, State) or (s in inside and reads(inside[s])) for s in symbols)

    return any(map(reads, jacobian(cell).coefficients.local.values()))


def has_to_run(cell: Cell) -> bool:
    """Return whether the states of a network without a recurrent part have to be known."""
    bounded = any(symbol.interval != S.Reals for symbol in cell.update)
    # Whether a state stays in its interval, only a run tells.
    return bounded or local_part_reads_states(cell)


def run_locally(network: Network, origin: str) -> Run:
    """Return the run of a network, without its states where its local part does not read them.

    Args:
        network: as ``flattened`` returns it.
        origin: what runs, in words.
    """
    if has_to_run(network.cell):
        return run_network(network, origin)
    steps = network.steps
    state = {name: value.expand(steps, *value.shape) for name, value in network.state.items()}
    return as_run(replace(network, state=state), origin)


def measured_locally(
    run: Run, block: Block, *, max_lag: int, modulus: bool, per_anchor: bool
) -> Locally:
    """Return the products of a network without a recurrent part, and what its neurons keep.

    Args:
        run: the network.
        block: the states at both ends of the lag.
        max_lag: the longest lag.
        modulus: read the norm of the coupled states instead of one entry, too.
        per_anchor: keep every anchor.
    """
    new, previous = block.positions
    kept = list(range(len(run.cell.states)))
    if new == previous:
        # Products of these blocks are blocks of the products.
        kept = list(coupled_states(run.cell, block.new))
    place = {"new": kept.index(new), "previous": kept.index(previous)}
    together = modulus and len(kept) > 1
    products = LocalProducts(max_lag, **place, modulus=together, per_anchor=per_anchor)
    shares, turns = [], []
    for local in _pieces(run, kept, max_lag):
        products.add(local)
        shares.append(condensed(local))
        if together:
            turns.append(mean_angles(local) * len(local))
    whole = condensed(*(torch.cat(parts) for parts in zip(*shares, strict=True)))
    scales = scales_of(whole, products.steps, **place, together=together)
    angles = torch.stack(turns).sum(0) / products.steps if turns else None
    return Locally(products.means(), scales, angles)


def _pieces(run: Run, kept: Sequence[int], max_lag: int) -> Iterator[Float[Tensor, "t B S S H"]]:
    """Make D of some steps at a time, in float64, of the states that are kept."""
    steps, batch, size = run.shape
    together = max(max_lag, PIECE_BYTES // (8 * batch * size * len(run.cell.states) ** 2))
    states = torch.tensor(kept, device=run.device)
    for start in range(0, steps, together):
        times = slice(start, min(start + together, steps))
        piece = replace(run, network=run.part(times, slice(None))).in_double()
        local = piece.diagonals().local
        yield local[..., states[:, None], states, :]


__all__ = [
    "Locally",
    "coupled_states",
    "has_to_run",
    "local_part_reads_states",
    "measured_locally",
    "run_locally",
]
