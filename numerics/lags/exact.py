"""Exact diagonals and norms of every product of one-step Jacobians, at all lags and anchors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from longlag.numerics.lags.divide import Window
from longlag.numerics.lags.exact_direct import is_direct_cheaper, multiply_directly
from longlag.numerics.lags.exact_reduce import Sums
from longlag.numerics.lags.exact_store import Layout, Workspace
from longlag.numerics.lags.exact_tree import prefix_places, room, suffix_places
from longlag.numerics.precision import in_full_precision
from longlag.theory.errors import LonglagError

#: (start, stop) ↦ the factors of those times, (stop − start, *batch, n, n).
Steps = Callable[[int, int], Tensor]


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
def exact_means(
    jacobians: Tensor | Steps,
    *,
    steps: int | None = None,
    max_lag: int,
    size: int | None = None,
    new: int = 0,
    previous: int = 0,
    source: Tensor | None = None,
    frobenius: bool = True,
    per_anchor: bool = False,
    direct: bool | None = None,
    advance: Callable[[int], None] | None = None,
) -> ExactMeans:
    """Return exact means of the diagonal and of the norm of every product over a lag.

    All T − ℓ + 1 anchors at each lag ℓ = 1…L, by midpoint divide and conquer in windows of L, see
    ``divide``: O(T log L n³ + T L H n) operations in place of the O(T L n³) of a product for
    every pair. Float64 errors are rounding errors of the products. Float32 factors are multiplied
    in float32 while that is safe and in float64 from there on. Source: derived here.

    Args:
        jacobians: J of shape (T, *batch, n, n), J[q, p] = ∂new_q/∂previous_p, time forward; or
            what returns those of a stretch of time, of which two windows are then held at a time.
        steps: T, needed with a function.
        max_lag: L.
        size: H, with blocks of H × H in order of the states; n by default.
        new: the state at the new end: which rows.
        previous: the state at the old end: which columns.
        source: (T, *batch, H), a factor of the diagonal at the oldest factor t − ℓ + 1.
        frobenius: whether to compute norms too, in float64, at about five times the cost.
        per_anchor: whether to return every anchor apart as well.
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
    read, steps = _reader(jacobians, steps)
    if not 1 <= max_lag <= steps:
        raise LonglagError(
            f"max_lag={max_lag}", f"a product over a lag needs 1 to T={steps} factors",
            "choose a lag in that range",
        )  # fmt: skip
    first = _checked(read(0, 1), 1)
    batch = tuple(first.shape[1:-2])
    layout = _layout(first.shape[-1], size, new, previous)
    weights = _check_source(source, (steps, *batch, layout.size), first.device)

    def flat(start: int, stop: int) -> Tensor:
        factors = _checked(read(start, stop), stop - start)
        return factors.reshape(stop - start, -1, *factors.shape[-2:])

    sums = Sums(
        layout.size, max_lag, steps if per_anchor else None, math.prod(batch),
        frobenius=frobenius, device=first.device,
    )  # fmt: skip
    work: dict[str, Any] = {"frobenius": frobenius, "advance": advance or _ignore}
    if direct is None:
        direct = is_direct_cheaper(max_lag, layout.size, layout.width)
    if direct:
        multiply_directly(
            flat, sums, steps=steps, rows=layout.rows, columns=layout.columns, source=weights,
            **work,
        )  # fmt: skip
    else:
        _divide_and_conquer(flat, sums, layout, steps, weights, **work)
    return _means(sums, steps, batch, frobenius)


def _divide_and_conquer(
    read: Steps,
    sums: Sums,
    layout: Layout,
    steps: int,
    source: Tensor | None,
    *,
    frobenius: bool,
    advance: Callable[[int], None],
) -> None:
    """Add every product to sums, window by window of L steps, sequence by sequence."""
    workspace: Workspace | None = None
    earlier: list[Window] = []
    for start in range(0, steps, sums.max_lag):
        stop = min(start + sums.max_lag, steps)
        factors = read(start, stop)
        workspace = workspace or Workspace(factors.device)
        for b in range(factors.shape[1]):
            window = Window(
                factors[:, b], layout, None if source is None else source[start:stop, b],
                workspace, sums, anchor=start, batch=b, last=stop == steps, frobenius=frobenius,
                advance=advance,
            )  # fmt: skip
            window.conquer(earlier[b] if start else None)
            earlier[b : b + 1] = [window]


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
    """
    width = states * size
    window = min(max_lag, steps)
    one = (size + 1) * width
    # In float64 besides, where float32 may have to be left.
    entry = 8 + (itemsize if itemsize < 8 else 0)
    if steps > window:
        stores = 2 * window * one * entry + batch * window * one * 8
    else:
        wanted = {"prefix": False, "suffix": False}
        places = prefix_places(0, window, **wanted), suffix_places(0, window, **wanted)
        stores = sum(room(each, window) for each in places) * one * entry
    sums = 3 * 8 * size * max_lag
    working = 64 * (width**2 + (1 << 17))
    if frobenius:
        working += 8 * window * width**2
    if per_anchor:
        sums += 2 * 8 * (1 + frobenius) * steps * batch * (max_lag + max(8, max_lag // 16))
    return stores + sums + working


def _reader(jacobians: Tensor | Steps, steps: int | None) -> tuple[Steps, int]:
    if isinstance(jacobians, Tensor):
        if jacobians.ndim < 3:
            raise LonglagError(
                f"jacobians of shape {tuple(jacobians.shape)}", "they are (T, *batch, n, n)",
                "stack the factors along a first axis",
            )  # fmt: skip
        if steps is not None and steps != len(jacobians):
            raise LonglagError(
                f"steps={steps}", f"there are {len(jacobians)} factors", "leave it out"
            )
        given = jacobians
        return lambda start, stop: given[start:stop], len(given)
    if steps is None:
        raise LonglagError("steps=None", "a function of time has no length", "give steps=T")
    return jacobians, steps


def _checked(factors: Tensor, count: int) -> Tensor:
    shape = tuple(factors.shape)
    if factors.ndim < 3 or shape[0] != count or shape[-1] != shape[-2] or 0 in shape:
        raise LonglagError(
            f"factors of shape {shape}", f"{count} times of square matrices were asked for",
            "give (stop − start, *batch, n, n)",
        )  # fmt: skip
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
            f"size={size}", f"matrices of {width} rows consist of blocks of size rows",
            "give the number of neurons",
        )  # fmt: skip
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
            f"source of shape {tuple(source.shape)}", "each step and neuron has one factor",
            f"give {shape}",
        )  # fmt: skip
    return source.detach().to(device=device, dtype=torch.float64).reshape(shape[0], -1, shape[-1])


def _means(sums: Sums, steps: int, batch: tuple[int, ...], frobenius: bool) -> ExactMeans:
    lags = torch.arange(1, sums.max_lag + 1, device=sums.absolute.device)
    finite = sums.absolute.isfinite().all(0) & sums.frobenius.isfinite()
    if not finite.all():
        lag = int(lags[~finite][0])
        raise LonglagError(
            f"max_lag={sums.max_lag}", f"products over lag {lag} overflow float64",
            f"choose max_lag < {lag}",
        )  # fmt: skip
    count = (steps - lags + 1).double() * math.prod(batch)

    def anchors(values: Tensor | None) -> Tensor | None:
        if values is None:
            return None
        by_lag = values[:, : sums.max_lag].permute(1, 2, 0).clone()
        time = torch.arange(steps, device=by_lag.device)
        by_lag[time < lags[:, None] - 1] = torch.nan
        return by_lag.reshape(sums.max_lag, steps, *batch)

    return ExactMeans(
        absolute=sums.absolute.T / count[:, None],
        signed=sums.signed.T / count[:, None],
        frobenius=sums.frobenius / count if frobenius else None,
        per_anchor=anchors(sums.per_anchor),
        frobenius_per_anchor=anchors(sums.frobenius_per_anchor) if frobenius else None,
    )


def _ignore(done: int) -> None:
    """Without a progress bar."""
