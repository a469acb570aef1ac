"""Sums over the products whose oldest factor lies in a segment of time: what adds up to means.

Every product has one oldest factor, so that segments which share no step share no product, and
those of a whole run together have them all, each once. A segment is a run of its own steps and of
the L − 1 after them, which its products reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.lags.first_order import FirstOrder, first_order_means
from longlag.numerics.lags.local import local_means
from longlag.numerics.measurement.block import Block, true_entries
from longlag.numerics.measurement.errors import Missed, expansions_missed
from longlag.numerics.measurement.local import coupled_states
from longlag.numerics.measurement.products import exact_over_sequences, recurrent_norms_of
from longlag.numerics.measurement.remainder import local_norms, remainder_sums
from longlag.numerics.measurement.run import Run
from longlag.numerics.measurement.time_scales import LocalPath
from longlag.numerics.networks.network import Network
from longlag.theory.cells.cell import Cell
from longlag.theory.transport.jacobian import jacobian


@dataclass(frozen=True)
class Wanted:
    """What is measured of every segment.

    Args:
        max_lag: the longest lag L.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        entries: how many entries of a vector belong to the block.
        exact: whether exact products are wanted.
        kept: of a cell without a recurrent part, the states whose blocks are multiplied; None for a
            cell that has one.
        modulus: whether the norms of such blocks are read, too.
    """

    max_lag: int
    new: int
    previous: int
    entries: int
    exact: bool
    kept: tuple[int, ...] | None = None
    modulus: bool = False

    @property
    def place(self) -> dict[str, int]:
        """The positions of both states among those that are multiplied."""
        if self.kept is None:
            return {"new": self.new, "previous": self.previous}
        return {"new": self.kept.index(self.new), "previous": self.kept.index(self.previous)}


def wanted_of(network: Network, block: Block, *, max_lag: int, exact: bool, named: bool) -> Wanted:
    """Return what is measured of every segment of a network.

    Args:
        network: the network.
        block: the states at both ends of the lag.
        max_lag: the longest lag.
        exact: whether exact products are wanted.
        named: whether the block was asked for by name, which reads its entry and no modulus.
    """
    new, previous = block.positions
    kept = None
    if jacobian(network.cell).is_local:
        # Products of blocks of states that are coupled are blocks of the products.
        every = tuple(range(len(network.cell.states)))
        kept = coupled_states(network.cell, block.new) if new == previous else every
    return Wanted(
        max_lag,
        new,
        previous,
        true_entries(network, block),
        exact,
        kept,
        modulus=kept is not None and len(kept) > 1 and not named,
    )


def path_of(cell: Cell, block: Block, wanted: Wanted) -> LocalPath:
    """Return the local path of a network, which has no factors yet."""
    if wanted.kept is None:
        new, previous = block.positions
        coupled = coupled_states(cell, block.new) if new == previous else ()
        return LocalPath(new=new, previous=previous, coupled=coupled)
    coupled = tuple(range(len(wanted.kept))) if wanted.modulus else ()
    return LocalPath(**wanted.place, coupled=coupled, turning=True)


class SegmentSums(NamedTuple):
    """Sums over the products of a segment, in float64, lags 1…L.

    Args:
        absolute: reading ↦ sums over sequences of |rate| by neuron, shape (L, H).
        signed: the same of the rates; a modulus has none.
        totals: what is averaged ↦ its sum in every sequence, shape (B, L): readings, over the true
            entries, ``frobenius`` and ``remainder_bound``.
        products: how many there are of one sequence, shape (L,).
    """

    absolute: Mapping[str, Tensor]
    signed: Mapping[str, Tensor]
    totals: Mapping[str, Tensor]
    products: Tensor


def segment_sums(run: Run, own: int, wanted: Wanted) -> SegmentSums:
    """Return the sums over the products whose oldest factor is an early one.

    Args:
        run: the steps of a segment and the L − 1 after them, as many as there are.
        own: the number of first steps that are the segment's own.
        wanted: what is measured.

    Raises:
        LonglagError: a product that overflows.
    """
    steps, batch, _ = run.shape
    each = [replace(run, network=run.part(slice(None), slice(b, b + 1))) for b in range(batch)]
    make = _matrix_sums if wanted.kept is None else _local_sums
    sums = [make(one, own, wanted) for one in each]
    lags = torch.arange(1, wanted.max_lag + 1, dtype=torch.float64)
    count = (steps - lags + 1).clamp(0, own)
    absolute, signed, totals = zip(*sums, strict=True)
    return SegmentSums(
        {name: _padded(sum(one[name] for one in absolute), wanted) for name in absolute[0]},
        {name: _padded(sum(one[name] for one in signed), wanted) for name in signed[0]},
        {
            name: _padded(torch.stack([one[name] for one in totals], 1), wanted).T
            for name in totals[0]
        },
        count,
    )


def segment_missed(run: Run, anchors: Iterable[tuple[int, int]], wanted: Wanted) -> Missed:
    """Return what the expansions miss at some anchors of a segment.

    Args:
        run: the segment.
        anchors: pairs of an anchor, a step of the segment, and a sequence.
        wanted: what is measured.
    """
    pairs = torch.tensor(sorted(anchors, reverse=True), dtype=torch.int64)
    precise = run.in_double()
    local, recurrent = precise.diagonals()
    place: dict[str, Any] = {"max_lag": wanted.max_lag, **wanted.place}
    return expansions_missed(precise, local, recurrent, pairs, **place)


def local_factors(run: Run, wanted: Wanted) -> Float[Tensor, "T B S S H"]:
    """Return D of a run in float64, of the states that are multiplied."""
    local = run.in_double().diagonals().local
    if wanted.kept is None:
        return local
    states = torch.tensor(wanted.kept, device=local.device)
    return local[..., states[:, None], states, :]


#: Sums of one sequence: by neuron, by neuron with their signs, and over neurons.
_Sums = tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]


def _matrix_sums(run: Run, own: int, wanted: Wanted) -> _Sums:
    """Sums of one sequence of a cell with a recurrent part, by a weight of 1 at own sources."""
    steps, _, size = run.shape
    reach = min(wanted.max_lag, steps)
    local, recurrent = run.in_double().diagonals()
    source = local.new_zeros(steps, 1, size)
    source[:own] = 1
    place: dict[str, Any] = {"max_lag": reach, **wanted.place}
    # Means are over all anchors of the run, of which those beyond its own steps add zeros.
    anchors = (steps - torch.arange(reach, dtype=torch.float64))[:, None]
    first: FirstOrder = first_order_means(local, recurrent, source=source, **place)
    means = {"zeroth": first.zeroth, "first_order": first.first_order}
    absolute = {name: each.absolute.cpu() * anchors for name, each in means.items()}
    signed = {name: each.signed.cpu() * anchors for name, each in means.items()}
    totals = {}
    if wanted.exact:
        exact = exact_over_sequences(run, source=source, per_anchor=True, **place)
        absolute["exact"] = exact.absolute.cpu() * anchors
        signed["exact"] = exact.signed.cpu() * anchors
        norms = exact.frobenius_per_anchor
        assert norms is not None
        totals["frobenius"] = _by_source(norms[..., 0].cpu(), own)
        bounds = remainder_sums(local_norms(local), recurrent_norms_of(run), max_lag=reach, own=own)
        totals["remainder_bound"] = bounds[0].cpu()
    totals |= {name: each[:, : wanted.entries].sum(-1) for name, each in absolute.items()}
    return absolute, signed, totals


def _by_source(values: Float[Tensor, "L T"], own: int) -> Float[Tensor, " L"]:
    """Sums of what is known by lag and anchor over those whose oldest factor is an early one."""
    lags, steps = values.shape
    oldest = torch.arange(steps) - torch.arange(lags)[:, None]
    return torch.where((oldest >= 0) & (oldest < own), values, 0.0).sum(-1)


def _local_sums(run: Run, own: int, wanted: Wanted) -> _Sums:
    """Sums of one sequence of a cell without a recurrent part, where every expansion is exact.

    All products of the run, less those of the steps that are not the segment's own.
    """
    local = local_factors(run, wanted)
    absolute, signed, totals = _all_products(local, wanted)
    after = local[own:]
    if len(after):
        fewer = _all_products(after, wanted)
        for whole, part in zip((absolute, signed, totals), fewer, strict=True):
            for name, value in part.items():
                whole[name][: len(value)] -= value
    return absolute, signed, totals


def _all_products(local: Float[Tensor, "T one S S H"], wanted: Wanted) -> _Sums:
    steps = len(local)
    reach = min(wanted.max_lag, steps)
    place: dict[str, Any] = {**wanted.place, "modulus": wanted.modulus}
    found = local_means(local, reach, **place)
    anchors = steps - torch.arange(reach, dtype=torch.float64)
    by_neuron = found.exact.absolute.cpu() * anchors[:, None]
    readings = ("zeroth", "first_order", *(["exact"] if wanted.exact else []))
    absolute = {name: by_neuron.clone() for name in readings}
    signed = {name: found.exact.signed.cpu() * anchors[:, None] for name in readings}
    if found.modulus is not None:
        absolute["modulus"] = found.modulus.cpu() * anchors[:, None]
    totals = {name: each[:, : wanted.entries].sum(-1) for name, each in absolute.items()}
    if wanted.exact:
        assert found.exact.frobenius is not None
        totals["frobenius"] = found.exact.frobenius.cpu() * anchors
        totals["remainder_bound"] = torch.zeros_like(anchors)
    return absolute, signed, totals


def _padded(values: Tensor, wanted: Wanted) -> Tensor:
    """Sums up to the longest lag, of which a short segment has no products."""
    missing = wanted.max_lag - len(values)
    return torch.cat([values, values.new_zeros(missing, *values.shape[1:])]) if missing else values
