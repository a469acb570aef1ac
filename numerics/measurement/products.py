"""What needs whole matrices of a run, and rates of first order, made a piece at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.lags.exact import ExactMeans, Factors, exact_means, exact_units
from longlag.numerics.lags.exact_picked import Picked
from longlag.numerics.lags.first_order import FirstOrder, LagMeans, first_order_means
from longlag.numerics.lags.workspace import Workspace
from longlag.numerics.measurement.remainder import recurrent_norms
from longlag.numerics.measurement.run import Run
from longlag.numerics.threads import shared, thread_count

#: Recurrent parts are made for as many steps at a time as take less than this.
_CHUNK_BYTES = 2**22
#: Factors times lags of neurons in one call for first order, which takes about a second.
_UNINTERRUPTED = 2**31
#: Matrices that a norm is computed with: R, scaled, and their squares.
_COPIES = 3


def exact_over_sequences(
    run: Run,
    *,
    max_lag: int,
    new: int,
    previous: int,
    per_anchor: bool = False,
    frobenius: bool = True,
    source: Float[Tensor, "T B H"] | None = None,
    picked: Picked | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> ExactMeans:
    """Return exact means of a run.

    Args:
        run: the network.
        max_lag: the longest lag.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        per_anchor: keep every anchor.
        frobenius: compute Frobenius norms.
        source: a factor of every neuron at the source step of a product.
        picked: where diagonals at some anchors are kept.
        progress: called with the share of the work done.
    """
    steps, batch, size = run.shape
    total = exact_units(steps, batch, max_lag=max_lag)
    done = 0

    def advance(units: int) -> None:
        nonlocal done
        done += units
        progress(done / total)

    workspace = Workspace(run.device)
    return exact_means(
        Factors(lambda times, owners: run.at(times, owners, workspace), steps, batch),
        max_lag=max_lag,
        size=size,
        new=new,
        previous=previous,
        source=source,
        frobenius=frobenius,
        per_anchor=per_anchor,
        picked=picked,
        advance=advance,
    )


def first_order_over_sequences(
    local: Float[Tensor, "T B S S H"],
    recurrent: Float[Tensor, "T B S S H"],
    *,
    max_lag: int,
    new: int,
    previous: int,
    source: Float[Tensor, "T B H"] | None = None,
) -> FirstOrder:
    """Average first-order rates over sequences, some at a time: a call cannot be interrupted.

    Args:
        local: D by neuron.
        recurrent: the diagonal of R by neuron.
        max_lag: the longest lag.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        source: a factor of every neuron at the source step of a product.
    """
    steps, batch, size = local.shape[0], local.shape[1], local.shape[-1]
    together = max(1, _UNINTERRUPTED // (steps * max_lag * size * local.shape[-2] ** 2))
    fields = [local, recurrent] if source is None else [local, recurrent, source]
    found, shares = [], []
    for some in zip(*(field.split(together, 1) for field in fields), strict=True):
        weighted = {} if source is None else {"source": some[2]}
        found.append(
            first_order_means(
                some[0], some[1], max_lag=max_lag, new=new, previous=previous, **weighted
            )
        )
        shares.append(some[0].shape[1] / batch)

    def mean(order: str) -> LagMeans:
        parts = [getattr(one, order) for one in found]
        by_kind = zip(*parts, strict=True)
        return LagMeans(
            *(sum(s * v for s, v in zip(shares, kind, strict=True)) for kind in by_kind)
        )

    return FirstOrder(mean("zeroth"), mean("first_order"))


def recurrent_norms_of(run: Run) -> Float[Tensor, "T B"]:
    """Return bounds on ‖R‖₂ of every step and sequence, over chunks of time."""
    steps, workspace = run.shape[0], Workspace(run.device)
    chunk = _chunk(run.shape, len(run.cell.states), run.itemsize)

    def norms(start: int) -> Tensor:
        matrices = run.recurrent(start, min(start + chunk, steps), workspace)
        return recurrent_norms(matrices, workspace)

    return torch.cat(shared([partial(norms, start) for start in range(0, steps, chunk)]))


def recurrent_norm_bytes(shape: tuple[int, int, int], states: int, itemsize: int) -> int:
    """Return the bytes that ``recurrent_norms_of`` works in.

    Args:
        shape: steps T, sequences B, neurons H.
        states: S.
        itemsize: bytes of one number.
    """
    one = shape[1] * (states * shape[2]) ** 2 * itemsize * _COPIES
    return min(shape[0], thread_count() * _chunk(shape, states, itemsize)) * one


def _chunk(shape: tuple[int, int, int], states: int, itemsize: int) -> int:
    """The steps whose recurrent parts are made together."""
    return max(1, _CHUNK_BYTES // (shape[1] * (states * shape[2]) ** 2 * itemsize * _COPIES))
