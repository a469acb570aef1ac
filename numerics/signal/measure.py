"""Measure the gradient by lag: what is its signal, what its noise, how many sequences it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor, nn

from longlag import __version__
from longlag.numerics.gradients import Objective, gradient_by_lag, objective_of
from longlag.numerics.networks.binding import Bound
from longlag.numerics.precision import in_full_precision
from longlag.numerics.signal.bootstrap import Bootstrap, Squares
from longlag.numerics.signal.directions import LEAST_FOR_TAIL, noise_of, project, scale_at
from longlag.numerics.signal.geometry import (
    condition_number,
    cosines,
    deflated_directions,
    deflated_squares,
    gram,
    gram_products,
    unit_directions,
)
from longlag.numerics.signal.groups import gradient_groups, shifted_in_groups
from longlag.numerics.signal.report import Along, LagSignal, Paired, SignalReport
from longlag.numerics.tail.data import check_level
from longlag.numerics.training import TrainedNetwork
from longlag.theory.errors import LonglagError
from longlag.theory.estimators.concentration import require_error_level, require_tail_index
from longlag.theory.scalar.parameters import require_count

#: Both shuffles give every sequence another one's target, and each its own.
_LEAST_IN_GROUP = 3

#: Maps inputs, targets and a lag to the targets without what depends on the inputs at that lag.
Without: TypeAlias = Callable[[Tensor, Tensor, int], Tensor]


@in_full_precision
def measure_signal(
    network: TrainedNetwork | nn.Module | Bound,
    inputs: Float[Tensor, "T N D"],
    targets: Float[Tensor, "T N O"],
    lags: Collection[int],
    *,
    loss: Callable[[Float[Tensor, "T N H"], Tensor], Tensor] | None = None,
    burn_in: int = 0,
    leaves: Sequence[str] | None = None,
    without: Without | None = None,
    groups: int = 32,
    alpha: float | None = None,
    false_alarm: float = 0.1,
    miss: float = 0.1,
    level: float = 0.95,
    replicates: int = 400,
    seed: int = 0,
    memory_limit: int | None = None,
) -> SignalReport:
    """Return signal, noise and the number of sequences that detect each lag inside the gradient.

    Half A of the sequences chooses directions, along which half B is measured. The gradient of one
    sequence is g = Σ_ℓ g^{(ℓ)}, with immediate partials; s(ℓ)² = ⟨ĝ_A^{(ℓ)}, ĝ_B^{(ℓ)}⟩ has no
    bias; N(ℓ) = (σ_ℓ (q_{δ₁} + q_{δ₂})/s(ℓ))^κ with κ = α/(α−1). Source: arXiv 2512.05790 for the
    decomposition; the statistic is derived here.

    Args:
        network: trained, or a recurrent module, bound or not.
        inputs: sequences, time first; those that are left over by equal groups are not used.
        targets: of them.
        lags: the lags that are told apart, each deflated of all others.
        loss: of a module: maps outputs (T, N, H) and targets to a mean over sequences.
        burn_in: of a trained network, as for ``train``.
        leaves: whose gradient; by default all that the recurrence reads but the constants of the
            cell, such as the time scale of a constant gate.
        without: targets without a lag, for the paired experiment.
        groups: of sequences, over which intervals are resampled; an even number from 4 on.
        alpha: the tail index of the noise, in (1, 2]; else fitted, which takes 512 sequences.
        false_alarm: δ₁.
        miss: δ₂.
        level: of all intervals, each by itself.
        replicates: resamples behind them.
        seed: of the resamples.
        memory_limit: bytes that may be used; None asks the machine.

    Raises:
        LonglagError: too few sequences, no such lag or leaf, gradients that are not finite, or a
            number out of range.
    """
    started = time.perf_counter()
    check_level(level)
    require_count("replicates", replicates, "an interval has resamples beyond its ends", least=100)
    errors = require_error_level("false_alarm", false_alarm), require_error_level("miss", miss)
    if alpha is not None:
        alpha = float(require_tail_index(alpha, symbolic=False))
    chosen = _lags(lags, len(inputs))
    used = _used(inputs.shape[1], groups, alpha)
    x, y = inputs[:, :used], targets[:, :used]
    _finite(x, y)
    objective = objective_of(network, loss=loss, burn_in=burn_in)
    names = _leaves(objective, x, y, leaves)

    def found(targets: Tensor) -> Float[Tensor, "G K P"]:
        rows = gradient_groups(
            objective, x, targets, chosen, groups=groups, leaves=names, memory_limit=memory_limit
        )
        _finite(rows)
        return rows.double()

    half = groups // 2
    bootstrap = Bootstrap.over(half, replicates=replicates, level=level, seed=seed)
    whole = found(y)
    shuffled, again = (found(shifted_in_groups(y, groups, places)) for places in (1, 2))
    mean = gram(gram_products(whole[:half], whole[half:])).cpu()
    own, inside = _squares(whole, bootstrap)
    dependency, _ = _squares(whole - shuffled, bootstrap)
    null, _ = _squares(shuffled - again, bootstrap)

    first = whole[:half].mean(0)
    directions = torch.cat([unit_directions(first), deflated_directions(first)])
    x, y = x[:, used // 2 :], y[:, used // 2 :]
    # Gradients stay where the network is; what is resampled, a number or two of each, does not.
    noisy = project(objective, x, y, directions.to(x), leaves=names).double().cpu()
    part = whole[half:].mean(0).repeat(2, 1)
    rest = (noisy.mean(0) - (part * directions).sum(1).cpu()).tolist()

    def along(squares: Squares, place: int, column: int) -> Along:
        numbers = noisy[:, column].numpy()
        noise = noise_of(numbers, alpha=alpha, level=level, seed=seed)
        by_group = numbers.reshape(half, -1)
        return Along(
            bootstrap.length(squares, place),
            rest[column],
            noise,
            bootstrap.required(squares, place, noise, by_group, errors),
        )

    def paired(place: int, noise_alpha: float) -> Paired | None:
        if without is None:
            return None
        fewer = without(x, y, chosen[place])
        direction = directions[place : place + 1]
        other = project(objective, x, fewer, direction.to(x), leaves=names).double().cpu()
        shift = (noisy[:, place] - other[:, 0]).numpy()
        known = noise_alpha if noise_alpha > 1 else 2.0
        return Paired(bootstrap.mean(shift.reshape(half, -1)), scale_at(shift, known))

    rows = []
    for place, lag in enumerate(chosen):
        beside = along(own, place, place)
        rows.append(
            LagSignal(
                lag,
                beside,
                along(inside, place, len(chosen) + place),
                bootstrap.length(dependency, place),
                bootstrap.length(null, place),
                paired(place, beside.noise.alpha),
            )
        )
    provenance = {
        "cell": objective.cell.name,
        "leaves": names,
        "steps": len(inputs),
        "sequences": used,
        "groups": groups,
        "alpha": alpha,
        "false_alarm": errors[0],
        "miss": errors[1],
        "level": level,
        "replicates": replicates,
        "seed": seed,
        "versions": {"longlag": __version__, "torch": torch.__version__},
        "seconds": time.perf_counter() - started,
    }
    angles = tuple(tuple(row) for row in cosines(mean).tolist())
    return SignalReport(tuple(rows), condition_number(mean), angles, provenance)


def _squares(gradients: Float[Tensor, "G K P"], bootstrap: Bootstrap) -> tuple[Squares, Squares]:
    """The squared lengths of mean gradients, whole and outside the span of the other lags'."""
    half = len(gradients) // 2
    products = gram_products(gradients[:half], gradients[half:]).cpu()
    mean, resampled = gram(products), bootstrap.gram(products)
    return (
        Squares(mean.diagonal(), resampled.diagonal(dim1=-2, dim2=-1)),
        Squares(deflated_squares(mean), deflated_squares(resampled)),
    )


def _finite(*tensors: Tensor) -> None:
    if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors):
        raise LonglagError(
            "inputs, targets or their gradient",
            "they hold numbers that are not finite",
            "look for huge or missing numbers in weights, inputs and targets",
        )


def _lags(lags: Collection[int], steps: int) -> tuple[int, ...]:
    for lag in lags:
        require_count("lag", lag, f"a gradient crosses 0 to {steps - 1} of {steps} steps",
                      most=steps - 1)  # fmt: skip
    if not lags:
        raise LonglagError(
            "no lag", "a signal is that of a taught lag", f"give lags from 0 to {steps - 1}"
        )
    return tuple(sorted(set(lags)))


def _used(sequences: int, groups: int, alpha: float | None) -> int:
    """How many sequences there are in equal groups."""
    require_count("groups", groups, "each half has two or more", least=4)
    if groups % 2:
        raise LonglagError(
            f"{groups} groups", "both halves have equally many", f"give {groups + 1}"
        )
    least = groups * _LEAST_IN_GROUP
    if sequences < least:
        raise LonglagError(
            f"{sequences} sequences in {groups} groups",
            f"each group has {_LEAST_IN_GROUP} or more, so that targets can be shuffled twice",
            f"give {least} sequences, or fewer groups",
        )
    used = groups * (sequences // groups)
    if alpha is None and used < 2 * LEAST_FOR_TAIL:
        raise LonglagError(
            f"{used} sequences",
            f"the tail is fitted to half of them, {LEAST_FOR_TAIL} or more",
            f"give {2 * LEAST_FOR_TAIL} sequences, or alpha",
        )
    return used


def _leaves(
    objective: Objective, inputs: Tensor, targets: Tensor, wanted: Sequence[str] | None
) -> tuple[str, ...]:
    """The leaves that act through the recurrence, and which of them are meant."""
    one = gradient_by_lag(objective, inputs[:, :1], targets[:, :1], max_lag=0)
    recurrent = tuple(one.parts)
    if wanted is None:
        return tuple(name for name in recurrent if not name.startswith("parameter."))
    for name in wanted:
        if name not in recurrent:
            raise LonglagError(
                f"leaf {name!r}",
                "the recurrence reads none of this name",
                f"choose from {', '.join(recurrent)}",
            )
    return tuple(wanted)


__all__ = ["Without", "measure_signal"]
