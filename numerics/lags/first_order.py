"""First-order effective rates of every anchor at every lag, averaged on the fly.

The compiled function and the PyTorch loop give the same numbers; see ``first_order_c/work.c`` for
how the first gets by with four vector operations for each anchor, lag and neuron.
"""

from __future__ import annotations

import ctypes
from functools import partial
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.lags.first_order_compiled import library_for
from longlag.numerics.lags.first_order_torch import means_by_lag, rates_by_lag
from longlag.numerics.precision import in_full_precision
from longlag.numerics.threads import SHARES, shared
from longlag.theory.errors import LonglagError


class LagMeans(NamedTuple):
    """Means over anchors and batch at lags 1…L, float64 of shape (L, H): of |value| and value."""

    absolute: Tensor
    signed: Tensor


class FirstOrder(NamedTuple):
    """Means of the zeroth-order rates Γ and of the first-order rates μ = Γ + C."""

    zeroth: LagMeans
    first_order: LagMeans


class PerAnchor(NamedTuple):
    """Σ_q |·| of every anchor and sequence, shape (L, T, *batch); NaN where no product ends."""

    zeroth: Tensor
    first_order: Tensor


@in_full_precision
def first_order_means(
    local: Float[Tensor, "T *batch S S H"],
    recurrent: Float[Tensor, "T *batch S S H"],
    *,
    max_lag: int,
    new: int = 0,
    previous: int = 0,
    source: Float[Tensor, "T *batch H"] | None = None,
    compiled: bool | None = None,
) -> FirstOrder:
    """Return per-neuron means of zeroth- and first-order rates over all anchors, at every lag.

    μ_{t,ℓ} = Γ + C with C ← C D + Γ ρ, Γ ← Γ D from the newest factor t to the oldest t−ℓ+1.
    Source: arXiv 2512.05790; the recursion without division is derived in ``theory.rates``.

    Args:
        local: D by neuron, time forward, shape (T, *batch, S, S, H), as ``Generated.diagonals``
            gives it.
        recurrent: the diagonal of R by neuron, of the same shape.
        max_lag: the largest lag L, from 1 to T.
        new: the position of the state at the new end of the lag.
        previous: the position of the state at the old end.
        source: a factor of both rates at the source step t−ℓ+1, shape (T, *batch, H): the learning
            rates of an optimiser.
        compiled: True for the compiled function, False for PyTorch, None for that where there
            is a compiler and the tensors are float32 or float64 on the CPU.

    Returns:
        Means over anchors ℓ−1 … T−1 and the batch, float64 of shape (L, H).

    Raises:
        LonglagError: shapes, types or lags that do not fit, values that are not finite, a product
            that overflows, or ``compiled=True`` where that cannot run.

    >>> gates = torch.full((5, 1, 1, 2), 0.5, dtype=torch.float64)
    >>> first_order_means(gates, torch.zeros_like(gates), max_lag=2).zeroth.absolute.tolist()
    [[0.5, 0.5], [0.25, 0.25]]
    """
    _check(local, recurrent, max_lag, new, previous, source)
    means, library = None, library_for(local, compiled)
    if library is not None:
        means = _compiled_means(
            library, local, recurrent, max_lag, new, previous, source, per_neuron=True
        )
    if means is None:
        _check_finite(local, recurrent, source)
        means = means_by_lag(
            local, recurrent, max_lag=max_lag, new=new, previous=previous, source=source
        )
        _check_overflow(means.flatten(2).sum((0, 2)))
    return FirstOrder(LagMeans(means[2], means[3]), LagMeans(means[0], means[1]))


@in_full_precision
def envelope(
    local: Float[Tensor, "T *batch S S H"],
    recurrent: Float[Tensor, "T *batch S S H"],
    *,
    max_lag: int,
    new: int = 0,
    previous: int = 0,
    compiled: bool | None = None,
) -> Float[Tensor, " L"]:
    """Return H f(ℓ) = E_{t,b} Σ_q |μ_{t,ℓ}| of first order at lags 1…L, in float64.

    Args:
        local: D by neuron, time forward, shape (T, *batch, S, S, H).
        recurrent: the diagonal of R by neuron, of the same shape.
        max_lag: the largest lag L, from 1 to T.
        new: the position of the state at the new end of the lag.
        previous: the position of the state at the old end.
        compiled: as in ``first_order_means``.

    Raises:
        LonglagError: as ``first_order_means``.

    >>> gates = torch.full((5, 1, 1, 2), 0.5, dtype=torch.float64)
    >>> envelope(gates, torch.full_like(gates, 0.25), max_lag=2).tolist()
    [1.5, 1.0]
    """
    _check(local, recurrent, max_lag, new, previous, None)
    library = library_for(local, compiled)
    if library is not None:
        means = _compiled_means(
            library, local, recurrent, max_lag, new, previous, None, per_neuron=False
        )
        if means is not None:
            return means
    _check_finite(local, recurrent, None)
    rows = rates_by_lag(local, recurrent, max_lag=max_lag, new=new, previous=previous)
    means = torch.stack([first.abs().sum(-1).mean() for _, first in rows])
    _check_overflow(means)
    return means


@in_full_precision
def first_order_per_anchor(
    local: Float[Tensor, "T *batch S S H"],
    recurrent: Float[Tensor, "T *batch S S H"],
    *,
    max_lag: int,
    new: int = 0,
    previous: int = 0,
    source: Float[Tensor, "T *batch H"] | None = None,
) -> PerAnchor:
    """Return Σ_q |Γ| and Σ_q |μ| of every anchor and sequence at every lag, in float64.

    Args:
        local: D by neuron, time forward, shape (T, *batch, S, S, H).
        recurrent: the diagonal of R by neuron, of the same shape.
        max_lag: the largest lag L, from 1 to T.
        new: the position of the state at the new end of the lag.
        previous: the position of the state at the old end.
        source: a factor of both rates at the source step, shape (T, *batch, H).

    Returns:
        Arrays of shape (L, T, *batch), NaN at anchors t < ℓ−1 where the lag reaches before the
        first factor.

    Raises:
        LonglagError: as ``first_order_means``.
    """
    _check(local, recurrent, max_lag, new, previous, source)
    _check_finite(local, recurrent, source)
    shape = (max_lag, *local.shape[:-3])
    result = PerAnchor(
        *(local.new_full(shape, torch.nan, dtype=torch.float64) for _ in PerAnchor._fields)
    )
    rows = rates_by_lag(
        local, recurrent, max_lag=max_lag, new=new, previous=previous, source=source
    )
    for index, rates in enumerate(rows):
        for place, values in zip(result, rates, strict=True):
            place[index, index:] = values.abs().sum(-1)
    _check_overflow(torch.stack([row[lag:].sum() for lag, row in enumerate(result.first_order)]))
    return result


def workspace_bytes(
    local: Float[Tensor, "T *batch S S H"], *, max_lag: int, per_neuron: bool = False
) -> int:
    """Return the memory the compiled function takes besides its arguments and results, in bytes.

    Args:
        local: D by neuron, shape (T, *batch, S, S, H).
        max_lag: the largest lag L.
        per_neuron: for ``first_order_means`` instead of ``envelope``.

    Raises:
        LonglagError: there is no compiler.
    """
    library = library_for(local, True)
    assert library is not None
    single = local.dtype == torch.float32
    size: int = library.first_order_workspace(
        single, local.shape[0], local.shape[-2], max_lag, 4 if per_neuron else 1
    )
    return size


def _compiled_means(
    library: ctypes.CDLL,
    local: Tensor,
    recurrent: Tensor,
    max_lag: int,
    new: int,
    previous: int,
    source: Tensor | None,
    *,
    per_neuron: bool,
) -> Tensor | None:
    """Return (4, L, H) means, or the (L,) envelope; None if a value is not finite.

    Parts of a product can overflow where the product itself, taken factor by factor, does not:
    then the loop over lags decides.
    """
    steps, *batch, states, _, neurons = local.shape
    sequences = int(torch.tensor(batch).prod()) if batch else 1
    # Without blocks all sequences are one long row of neurons.
    rows, width = (1, sequences * neurons) if states == 1 else (sequences, neurons)
    arguments = [tensor.detach().contiguous() for tensor in (local, recurrent)]
    factor = None if source is None else source.detach().contiguous()
    kinds = 4 if per_neuron else 1
    shape = (kinds, max_lag, neurons) if per_neuron else (max_lag,)

    def add(begin: int, end: int) -> tuple[int, Tensor]:
        means = torch.zeros(shape, dtype=torch.float64)
        status = library.first_order(
            *(tensor.data_ptr() for tensor in arguments),
            None if factor is None else factor.data_ptr(),
            local.dtype == torch.float32,
            steps,
            rows,
            width,
            states,
            new,
            previous,
            max_lag,
            kinds,
            neurons,
            begin,
            end,
            means.data_ptr(),
        )
        return status, means

    groups = library.first_order_groups(rows, width)
    step = -(-groups // SHARES)
    tasks = [partial(add, x, min(x + step, groups)) for x in range(0, groups, step)]
    statuses, parts = zip(*shared(tasks), strict=True)
    status, means = max(statuses), torch.stack(parts).sum(0)
    if status == 1:
        _check_finite(local, recurrent, source)
    if status == 2:
        raise LonglagError(
            f"max_lag {max_lag}", "the memory for its sums cannot be had", "lower max_lag"
        )
    anchors = steps - torch.arange(max_lag, dtype=torch.float64)
    means /= (anchors * sequences).reshape((-1, 1) if per_neuron else (-1,))
    return means if bool(means.isfinite().all()) else None


def _check(
    local: Tensor, recurrent: Tensor, max_lag: int, new: int, previous: int, source: Tensor | None
) -> None:
    """Refuse arguments that do not fit together."""
    shape = tuple(local.shape)
    if local.ndim < 4 or shape[-2] != shape[-3] or 0 in shape:
        raise LonglagError(
            f"local of shape {shape}",
            "rates need one S×S block per step and neuron",
            "give shape (T, *batch, S, S, H) with nothing empty",
        )
    others = {"recurrent": (recurrent, shape)}
    if source is not None:
        others["source"] = (source, (*shape[:-3], shape[-1]))
    for name, (tensor, expected) in others.items():
        if tuple(tensor.shape) != expected:
            raise LonglagError(
                f"{name} of shape {tuple(tensor.shape)}",
                f"local of shape {shape} needs {expected}",
                "give arrays of one network and one run",
            )
        if tensor.dtype != local.dtype or tensor.device != local.device:
            raise LonglagError(
                f"{name} of {tensor.dtype} on {tensor.device}",
                f"local is of {local.dtype} on {local.device}",
                "convert one of them",
            )
    if not local.is_floating_point():
        raise LonglagError(
            f"local of {local.dtype}", "rates are real numbers", "convert to float64"
        )
    if not 1 <= max_lag <= shape[0]:
        raise LonglagError(
            f"max_lag {max_lag}",
            f"{shape[0]} factors have lags 1 to {shape[0]}",
            "give a lag within, or a longer run",
        )
    for name, position in (("new", new), ("previous", previous)):
        if not 0 <= position < shape[-2]:
            raise LonglagError(
                f"{name} {position}",
                f"the states have positions 0 to {shape[-2] - 1}",
                "give one of them",
            )


def _check_finite(local: Tensor, recurrent: Tensor, source: Tensor | None) -> None:
    """Refuse arguments with a value that is not finite."""
    for name, tensor in (("local", local), ("recurrent", recurrent), ("source", source)):
        if tensor is not None and not bool(torch.stack(tensor.detach().aminmax()).isfinite().all()):
            raise LonglagError(
                f"{name} with a value that is not finite",
                "rates are products of finite factors",
                "look for the step at which the run diverges",
            )


def _check_overflow(by_lag: Float[Tensor, " L"]) -> None:
    """Refuse results of which a lag is not finite."""
    wrong = (~by_lag.isfinite()).nonzero()
    if len(wrong):
        raise LonglagError(
            f"lag {int(wrong[0]) + 1}",
            "a product over this lag overflows double precision",
            "lower max_lag below it",
        )
