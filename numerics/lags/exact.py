"""Exact diagonals and norms of every product of one-step Jacobians, at all lags and anchors."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from longlag.numerics.lags.divide import TASKS, divide
from longlag.numerics.lags.exact_formed import PIECES, Former, Read, Stretch
from longlag.numerics.lags.exact_gram import gram_entries
from longlag.numerics.lags.exact_picked import Picked
from longlag.numerics.lags.exact_plan import LONGEST_FORMED, pairs_between, plan_for, window_bytes
from longlag.numerics.lags.exact_reduce import Sums
from longlag.numerics.lags.exact_store import Layout
from longlag.numerics.lags.workspace import Workspace
from longlag.numerics.precision import in_full_precision
from longlag.numerics.threads import SHARES, by_sharing, shared, thread_count
from longlag.theory.errors import LonglagError

#: Anchors for each lag in a block: the factors before it are read for it once more.
_ANCHORS = 4


class Factors(NamedTuple):
    """Factors that are made where they are needed, each once if lags are many.

    Args:
        at: (times, sequences), integer arrays of one shape ↦ the factors of those, (…, n, n).
        steps: T.
        sequences: B.
    """

    at: Read
    steps: int
    sequences: int


class ExactMeans(NamedTuple):
    """What every product M_{t,ℓ} = J_t ⋯ J_{t−ℓ+1} amounts to, by lag ℓ = 1…L, in float64.

    Args:
        absolute: (L, H) means over anchors and batch of |[M]_qq| of the block.
        signed: (L, H) means of [M]_qq; their sum over neurons is the mean trace of the block.
        frobenius: (L,) means of ‖M‖_F of the block.
        per_anchor: (L, T, *batch) sums over neurons of |[M]_qq|, NaN for t < ℓ − 1.
        frobenius_per_anchor: (L, T, *batch) norms ‖M‖_F of the block, NaN for t < ℓ − 1.
    """

    absolute: Tensor
    signed: Tensor
    frobenius: Tensor | None
    per_anchor: Tensor | None
    frobenius_per_anchor: Tensor | None


@in_full_precision
@by_sharing
def exact_means(
    jacobians: Tensor | Factors,
    *,
    max_lag: int,
    size: int | None = None,
    new: int = 0,
    previous: int = 0,
    source: Tensor | None = None,
    frobenius: bool = True,
    per_anchor: bool = False,
    picked: Picked | None = None,
    direct: bool | None = None,
    advance: Callable[[int], None] | None = None,
) -> ExactMeans:
    """Return exact means of the diagonal and of the norm of every product over a lag.

    All T − ℓ + 1 anchors at each lag ℓ = 1…L, by midpoint divide and conquer in windows that hold
    L, see ``divide``: O(T log L n³ + T L H n) operations in place of the O(T L n³) of a product for
    every pair. Float64 errors are rounding errors of the products. Float32 factors are multiplied
    in float32 while that is safe and in float64 from there on. Source: derived here.

    Args:
        jacobians: J of shape (T, *batch, n, n), J[q, p] = ∂new_q/∂previous_p, time forward; or
            what returns those of some times and sequences, of which only a piece is then held.
        max_lag: L.
        size: H, with blocks of H × H in order of the states; n by default.
        new: the state at the new end: which rows.
        previous: the state at the old end: which columns.
        source: (T, *batch, H), a factor of the diagonal at the oldest factor t − ℓ + 1.
        frobenius: whether to compute norms too, at less than twice the cost.
        per_anchor: whether to return every anchor apart as well.
        picked: where diagonals at some anchors are kept, by neuron.
        direct: whether to multiply lag after lag in place of dividing; None takes what is cheaper.
        advance: called with the number of products that are done, out of ``exact_units``.

    Raises:
        LonglagError: shapes or names that do not fit, NaN or infinity in the input, or products
            that overflow.

    >>> gates = torch.tensor([[.5, .9], [.5, .8], [.5, .7]], dtype=torch.float64)
    >>> exact_means(torch.diag_embed(gates), max_lag=3).absolute
    tensor([[0.5000, 0.8000],
            [0.2500, 0.6400],
            [0.1250, 0.5040]], dtype=torch.float64)
    """
    factors, batch = _reader(jacobians)
    steps, sequences = factors.steps, factors.sequences
    if not 1 <= max_lag <= steps:
        raise LonglagError(
            f"max_lag={max_lag}",
            f"a product over a lag needs 1 to T={steps} factors",
            "choose a lag in that range",
        )
    one = torch.zeros(1, dtype=torch.int64)
    first = _checked(factors.at(one, one), (1,))
    layout = _layout(first.shape[-1], size, new, previous)
    weights = _check_source(source, (steps, *batch, layout.size), first.device)

    def read(times: Tensor, owners: Tensor) -> Tensor:
        return _checked(factors.at(times, owners), tuple(times.shape))

    if direct is None:
        direct = max_lag <= LONGEST_FORMED
    plan = plan_for(steps, sequences, layout, max_lag=max_lag)
    block = min(steps, _ANCHORS * max_lag) if direct else plan.window
    sums = Sums(
        layout.size,
        max_lag,
        -(-steps // block) * block if per_anchor else None,
        sequences,
        frobenius=frobenius,
        device=first.device,
        picked=picked,
    )
    workspace = Workspace(first.device)
    former = Former(read, steps, layout, weights, workspace, sums)
    every = torch.arange(sequences, device=first.device)
    if direct:
        _multiply_directly(former, every, block, advance or _ignore)
    else:
        divide(former, every, plan, first.dtype, advance or _ignore)
    return _means(sums, steps, batch, frobenius)


def _multiply_directly(
    former: Former, sequences: Tensor, anchors: int, advance: Callable[[int], None]
) -> None:
    """Add every product to sums, lag after lag, blocks of anchors of some sequences at a time."""
    steps, max_lag = former.steps, former.sums.max_lag
    earlier = max_lag - 1
    width = former.layout.width
    step = max(1, PIECES * former.workspace.entries // ((anchors + earlier) * width**2))
    starts = torch.arange(0, steps, anchors, device=sequences.device)
    times = starts.expand(len(sequences), -1).flatten()
    owners = sequences[:, None].expand(-1, len(starts)).flatten()
    inside = torch.arange(-earlier, anchors, device=sequences.device)[:, None]

    def add(some: Tensor, of: Tensor) -> tuple[Sums, int]:
        sums = former.sums.apart()
        former.into(sums).add(Stretch(some + inside, of, earlier, max_lag))
        ends = some + inside[earlier:]
        first = torch.zeros_like(ends)
        return sums, pairs_between(ends, first, ends + 1, steps=steps, max_lag=max_lag)

    def take_in(found: tuple[Sums, int]) -> None:
        former.sums.take_in(found[0])
        advance(found[1])

    pieces = zip(times.split(step), owners.split(step), strict=True)
    shared([partial(add, *piece) for piece in pieces], take_in)


def exact_units(steps: int, batch: int, *, max_lag: int) -> int:
    """Return the number of products, which ``advance`` counts: one for an anchor and a lag."""
    return batch * sum(steps - lag + 1 for lag in range(1, max_lag + 1))


def exact_memory(
    steps: int,
    batch: int,
    states: int,
    size: int,
    itemsize: int,
    *,
    max_lag: int,
    frobenius: bool,
    per_anchor: bool,
    device: torch.device | None = None,
    widened: bool = True,
) -> int:
    """Return an estimate of the peak bytes of ``exact_means``, without the factors given to it.

    Args:
        steps: T.
        batch: how many sequences.
        states: S.
        size: H.
        itemsize: bytes of one entry of a factor.
        max_lag: L.
        frobenius: whether norms are wanted.
        per_anchor: whether every anchor is wanted.
        device: of the factors, which decides how large a piece of work is; the processor if left
            out.
        widened: whether float32 has to be left, which products of many small factors make it.
    """
    layout = Layout(size, states, 0, 0)
    plan = plan_for(steps, batch, layout, max_lag=max_lag)
    square, entries = layout.width**2, Workspace(device or torch.device("cpu")).entries
    # In float64 besides, where float32 is left.
    entry = itemsize if itemsize >= 8 or not widened else itemsize + 8
    if max_lag <= LONGEST_FORMED:
        kept, block, piece = 0, (_ANCHORS + 1) * max_lag, PIECES * entries
    else:
        windows = plan.sequences * (plan.together + 1)
        kept = windows * window_bytes(plan.window, layout, entry)
        block, piece = plan.leaf, PIECES * entries
    every = steps * batch * square
    # Factors, products of two lags, and what becomes of them.
    working = 4 * entry * max(min(piece, every), block * square)
    if frobenius and kept:
        gram = gram_entries(layout.width, torch.device("cpu"))
        # Of float32 in float64 besides, where that does not do for them.
        working += (8 if itemsize >= 8 else 12) * max(2 * entries, plan.window * gram)
        working += 16 * entries
    sums = 3 * 8 * size * max_lag
    if batch >= SHARES:
        # Each thread has arrays of its own, and each task sums.
        kept, working = kept * thread_count(), working * thread_count()
        sums += 2 * 8 * size * max_lag * TASKS
    if per_anchor:
        anchors = plan.windows * plan.window * (max_lag + max(8, max_lag // 8))
        sums += 8 * (1 + frobenius) * batch * (anchors + steps * max_lag)
    return kept + working + sums


def _reader(jacobians: Tensor | Factors) -> tuple[Factors, tuple[int, ...]]:
    """Return what reads factors, and the axes of sequences."""
    if isinstance(jacobians, Factors):
        return jacobians, (jacobians.sequences,)
    if jacobians.ndim < 3 or 0 in jacobians.shape:
        raise LonglagError(
            f"jacobians of shape {tuple(jacobians.shape)}",
            "they are (T, *batch, n, n)",
            "stack the factors along a first axis, no axis empty",
        )
    batch = tuple(jacobians.shape[1:-2])
    flat = jacobians.detach().reshape(len(jacobians), -1, *jacobians.shape[-2:])
    return Factors(lambda times, owners: flat[times, owners], len(flat), flat.shape[1]), batch


def _checked(factors: Tensor, shape: tuple[int, ...]) -> Tensor:
    found = tuple(factors.shape)
    if found[:-2] != shape or len(found) < 3 or found[-1] != found[-2] or 0 in found:
        raise LonglagError(
            f"factors of shape {found}",
            f"square matrices for {shape} times were asked for",
            "give (…, n, n)",
        )
    if not factors.is_floating_point():
        raise LonglagError(
            f"factors of {factors.dtype}", "derivatives are real numbers", "convert them to float"
        )
    factors = factors.detach()
    return factors if factors.dtype in (torch.float32, torch.float64) else factors.float()


def _layout(width: int, size: int | None, new: int, previous: int) -> Layout:
    size = width if size is None else size
    if size < 1 or width % size:
        raise LonglagError(
            f"size={size}",
            f"matrices of {width} rows consist of blocks of size rows",
            "give the number of neurons",
        )
    states = width // size
    for name, value in (("new", new), ("previous", previous)):
        if not 0 <= value < states:
            raise LonglagError(
                f"{name}={value}", f"there are {states} states", f"choose 0 to {states - 1}"
            )
    return Layout(size, states, new, previous)


def _check_source(
    source: Tensor | None, shape: tuple[int, ...], device: torch.device
) -> Tensor | None:
    if source is None:
        return None
    if tuple(source.shape) != shape:
        raise LonglagError(
            f"source of shape {tuple(source.shape)}",
            "each step and neuron has one factor",
            f"give {shape}",
        )
    return source.detach().to(device=device, dtype=torch.float64).reshape(shape[0], -1, shape[-1])


def _means(sums: Sums, steps: int, batch: tuple[int, ...], frobenius: bool) -> ExactMeans:
    # Kept from the largest lag.
    absolute, signed = sums.absolute.flip(1), sums.signed.flip(1)
    lags = torch.arange(1, sums.max_lag + 1, device=absolute.device)
    finite = absolute.isfinite().all(0)
    if not finite.all():
        lag = int(lags[~finite][0])
        raise LonglagError(
            f"max_lag={sums.max_lag}",
            f"products over lag {lag} overflow float64",
            f"choose max_lag < {lag}",
        )
    count = (steps - lags + 1).double() * math.prod(batch)

    def anchors(values: Tensor | None) -> Tensor | None:
        if values is None:
            return None
        by_lag = values[:, :steps, sums.strip :].permute(2, 1, 0).flip(0)
        time = torch.arange(steps, device=by_lag.device)
        by_lag[time < lags[:, None] - 1] = torch.nan
        return by_lag.reshape(sums.max_lag, steps, *batch)

    return ExactMeans(
        absolute=absolute[:-1].T / count[:, None],
        signed=signed[:-1].T / count[:, None],
        frobenius=absolute[-1] / count if frobenius else None,
        per_anchor=anchors(sums.per_anchor),
        frobenius_per_anchor=anchors(sums.frobenius_per_anchor) if frobenius else None,
    )


def _ignore(done: int) -> None:
    """Without a progress bar."""
