"""Full Jacobians of a run, one sequence at a time, through the kernels that need them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.lags.exact import ExactMeans, exact_means, exact_units
from longlag.numerics.lags.first_order import FirstOrder, LagMeans, first_order_means
from longlag.numerics.measurement.remainder import recurrent_norms
from longlag.numerics.measurement.run import Run

#: Recurrent parts are made for as many steps at a time as take less than this.
_CHUNK_BYTES = 2**27
#: Matrices that a norm is computed with: R, scaled, its square, powers.
_COPIES = 5


def exact_over_sequences(
    run: Run,
    *,
    max_lag: int,
    new: int,
    previous: int,
    per_anchor: bool = False,
    frobenius: bool = True,
    source: Float[Tensor, "T B H"] | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> ExactMeans:
    """Run the exact kernel over one sequence after the other, and average.

    Args:
        run: the network.
        max_lag: the longest lag.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        per_anchor: keep every anchor.
        frobenius: compute Frobenius norms.
        source: a factor of every neuron at the source step of a product.
        progress: called with the share of the work done.
    """
    steps, batch, size = run.shape
    total = exact_units(steps, batch, max_lag=max_lag)
    done = 0

    def advance(units: int) -> None:
        nonlocal done
        done += units
        progress(done / total)

    def means(sequence: slice) -> ExactMeans:
        return exact_means(
            lambda start, stop: run.jacobians(start, stop, sequence),
            steps=steps,
            max_lag=max_lag,
            size=size,
            new=new,
            previous=previous,
            source=None if source is None else source[:, sequence],
            frobenius=frobenius,
            per_anchor=per_anchor,
            advance=advance,
        )

    return _mean([means(slice(b, b + 1)) for b in range(batch)])


def first_order_over_sequences(
    local: Float[Tensor, "T B S S H"],
    recurrent: Float[Tensor, "T B S S H"],
    *,
    max_lag: int,
    new: int,
    previous: int,
    source: Float[Tensor, "T B H"] | None = None,
) -> FirstOrder:
    """Average first-order rates over sequences, one call each: a call cannot be interrupted.

    Args:
        local: D by neuron.
        recurrent: the diagonal of R by neuron.
        max_lag: the longest lag.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        source: a factor of every neuron at the source step of a product.
    """
    found = [
        first_order_means(
            local[:, b : b + 1].contiguous(),
            recurrent[:, b : b + 1].contiguous(),
            max_lag=max_lag,
            new=new,
            previous=previous,
            source=None if source is None else source[:, b : b + 1],
        )
        for b in range(local.shape[1])
    ]

    def mean(order: str) -> LagMeans:
        parts = [getattr(one, order) for one in found]
        return LagMeans(*(torch.stack(values).mean(0) for values in zip(*parts, strict=True)))

    return FirstOrder(mean("zeroth"), mean("first_order"))


def recurrent_norms_of(run: Run) -> Float[Tensor, "T B"]:
    """Return bounds on ‖R‖₂ of every step and sequence, over chunks of time."""
    chunk = _chunk(run.shape, len(run.cell.states), run.itemsize)
    steps = run.shape[0]
    return torch.cat(
        [
            recurrent_norms(run.recurrent(start, min(start + chunk, steps)))
            for start in range(0, steps, chunk)
        ]
    )


def recurrent_norm_bytes(shape: tuple[int, int, int], states: int, itemsize: int) -> int:
    """Return the bytes that ``recurrent_norms_of`` works in.

    Args:
        shape: steps T, sequences B, neurons H.
        states: S.
        itemsize: bytes of one number.
    """
    one = shape[1] * (states * shape[2]) ** 2 * itemsize * _COPIES
    return min(shape[0], _chunk(shape, states, itemsize)) * one


def _chunk(shape: tuple[int, int, int], states: int, itemsize: int) -> int:
    """The steps whose recurrent parts are made together."""
    return max(1, _CHUNK_BYTES // (shape[1] * (states * shape[2]) ** 2 * itemsize * _COPIES))


def _mean(found: list[ExactMeans]) -> ExactMeans:
    """Average over sequences; what is kept per anchor is joined along them."""

    def mean(name: str) -> Tensor | None:
        parts = [getattr(part, name) for part in found]
        return None if parts[0] is None else torch.stack(parts).mean(0)

    def joined(name: str) -> Tensor | None:
        parts = [getattr(part, name) for part in found]
        return None if parts[0] is None else torch.cat(parts, -1)

    absolute, signed = mean("absolute"), mean("signed")
    assert absolute is not None
    assert signed is not None
    return ExactMeans(
        absolute=absolute,
        signed=signed,
        frobenius=mean("frobenius"),
        per_anchor=joined("per_anchor"),
        frobenius_per_anchor=joined("frobenius_per_anchor"),
    )
