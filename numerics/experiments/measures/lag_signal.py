"""The gradient by lag as signal and noise, beside what might predict it: envelopes, norms."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from longlag.numerics.anisotropy import draw_pairs
from longlag.numerics.anisotropy.products import unit_products
from longlag.numerics.experiments.measures.gain import regression_task
from longlag.numerics.experiments.measures.runs import by_lag, scalars
from longlag.numerics.experiments.table import Entry
from longlag.numerics.experiments.training import PROBE, Moment
from longlag.numerics.measurement import measure_transport
from longlag.numerics.measurement.block import find_block
from longlag.numerics.signal import measure_signal

_SEQUENCES = 1024
#: Products of which norms are means.
_PAIRS = 256


def signal_by_lag(moment: Moment) -> list[dict[str, Entry]]:
    """Return s(ℓ), σ, α and κ at the taught lags, and every f that s might be proportional to.

    ``target signal`` is ‖E g^{(ℓ)}‖ less what shuffled targets give as well; ``signal`` is the
    whole, which falls as a lag is learned. Both of all leaves of the recurrence, and of the input
    maps alone, through which x_{t−ℓ} enters. Source: theory page 6.3.

    Raises:
        LonglagError: another task than regression on several lags.
    """
    task = regression_task(moment, "signal")
    lags = tuple(sorted(task.delays))
    inputs, targets, _ = moment.probe(_SEQUENCES)
    rows: list[dict[str, Entry]] = []
    entering = [f"input_weight.{drive}" for drive in moment.network.input_weight]
    for leaves, names in (("all", None), ("input", entering)):
        found = measure_signal(
            moment.network, inputs, targets, lags, burn_in=task.burn_in, leaves=names
        )
        along = [row.own for row in found.lags]
        scaling = [one.noise.scaling for one in along]
        for quantity, values in {
            "target signal": [row.dependency.value for row in found.lags],
            "signal": [one.signal.value for one in along],
            "null found": [float(row.null_resolved) for row in found.lags],
            "sigma": [one.noise.scale for one in along],
            "deviation": [one.noise.deviation for one in along],
            "alpha": [one.noise.alpha for one in along],
            "kappa": [torch.nan if one is None else one.kappa for one in scaling],
        }.items():
            rows += by_lag(quantity, lags, torch.tensor(values), leaves=leaves)
        rows += [
            row | {"leaves": leaves} for row in scalars({"log condition": _log(found.condition)})
        ]
    for name, each in envelopes(moment, lags).items():
        rows += by_lag(f"f {name}", lags, each)
    return rows


def envelopes(moment: Moment, lags: tuple[int, ...]) -> Mapping[str, Tensor]:
    """Return what is called an envelope, at some lags: diagonals, norms, norms of means.

    ``zeroth``, ``first_order`` and ``exact`` are means over neurons of the absolute diagonal;
    ``operator`` and ``frobenius`` means of the norm of M; ``of_mean`` is ‖E M‖₂, and ``read_out``
    ‖V E M‖ of the part of the mean that the readout V sees.

    Args:
        moment: of a run.
        lags: ascending.
    """
    unit, size = moment.unit, moment.unit.size
    report = measure_transport(
        moment.network.network(moment.probe(PROBE).inputs), max_lag=lags[-1], error_pairs=1
    )
    at = torch.tensor(lags) - 1
    found = {name: report.neuron_mean(name)[at] for name in report.readings}
    pairs = draw_pairs(
        unit.task.steps, PROBE, _PAIRS, max_lag=lags[-1], generator=unit.stream("pairs")
    )
    new, previous = find_block(moment.run.cell).positions
    columns = slice(previous * size, (previous + 1) * size)
    readout = moment.network.readout_weight.double()
    norms: dict[str, list[Tensor]] = {"operator": [], "of_mean": [], "read_out": []}
    for _, one, logarithm in unit_products(moment.run, pairs, lags):
        products = one[..., columns] * logarithm.exp()[:, None, None]
        block = products[:, new * size : (new + 1) * size]
        norms["operator"].append(torch.linalg.matrix_norm(block, 2).mean())
        norms["of_mean"].append(torch.linalg.matrix_norm(block.mean(0), 2))
        norms["read_out"].append((readout @ products[:, :size].mean(0)).norm())
    stacked = {name: torch.stack(values) for name, values in norms.items()}
    return found | {"frobenius": report.frobenius[at]} | stacked


def _log(condition: float) -> float:
    """ln of a condition number; NaN where noise hides a direction."""
    return float(torch.tensor(condition).log()) if condition < float("inf") else float("nan")


__all__ = ["envelopes", "signal_by_lag"]
