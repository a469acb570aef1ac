"""How unequal the directions of transport and of gradients are, with the slopes predicted."""

from __future__ import annotations

import torch
from torch import Tensor

from longlag.numerics.anisotropy import (
    anisotropy_index,
    captured_energy,
    effective_rank,
    lost_energy,
    lyapunov_spectrum,
    singular_values,
)
from longlag.numerics.experiments.measures.runs import by_lag, lags_of, median, pairs_of, scalars
from longlag.numerics.experiments.table import Entry
from longlag.numerics.experiments.training import Moment
from longlag.numerics.gradients import gradient_by_lag, gradients_by_sequence, objective_of
from longlag.numerics.gradients.by_sequence import centred_directions
from longlag.numerics.measurement.block import find_block
from longlag.numerics.training.session import tensors_of

_RANK = 10
#: As many gradients of single sequences as published.
_GRADIENTS = 256
#: Singular values among which the published share of the energy is taken (defect 6).
_PUBLISHED = 16


def directions_of_transport(moment: Moment) -> list[dict[str, Entry]]:
    """Return medians of AI₁₀, CE₁₀, 1−CE₁₀ and the effective rank at every lag, over pairs.

    Beside them the slopes over the lag that the Lyapunov exponents predict, with half widths of
    their intervals, and CE₁₀ among the first sixteen, as published.
    """
    run = moment.run
    lags, pairs, size = lags_of(moment), pairs_of(moment), run.shape[2]
    rank = min(_RANK, size - 1)
    found = singular_values(run, pairs, lags, find_block(run.cell))
    values = found.unit
    ratio = anisotropy_index(values, rank, resolution=found.resolution)
    rows = [
        *by_lag("ln AI", lags, median(ratio.log())),
        *by_lag("CE", lags, median(captured_energy(values, rank))),
        *by_lag("ln lost energy", lags, median(lost_energy(values, rank).log())),
        *by_lag("effective rank", lags, median(effective_rank(values))),
        *by_lag("CE of sixteen", lags, median(captured_energy(values[..., :_PUBLISHED], rank))),
    ]
    exponents = lyapunov_spectrum(run, rank + 1, burn_in=run.shape[0] // 4)
    errors = exponents.half_width
    return rows + scalars(
        {
            "ln AI, predicted slope": exponents.anisotropy_slope(rank),
            "ln AI, half width": float((errors[0] ** 2 + errors[rank - 1] ** 2).sqrt()),
            "ln lost energy, predicted slope": exponents.lost_energy_slope(rank),
            "largest exponent": float(exponents.exponents[0]),
        }
    )


def directions_of_gradients(moment: Moment) -> list[dict[str, Entry]]:
    """Return AI₁₀, CE₁₀ and effective rank of gradients of single sequences, as directions.

    Rows of length 1, columns centred, all leaves together; 256 sequences of the probe.
    """
    inputs, targets, _ = moment.probe(_GRADIENTS)
    objective = objective_of(moment.network, burn_in=moment.unit.task.burn_in)
    matrix = gradients_by_sequence(objective, inputs, targets, leaves=_trained(moment), chunk=64)
    used = matrix.double()[matrix.abs().amax(1) > 0]
    values = torch.linalg.svdvals(centred_directions(used))
    rank = min(_RANK, len(values))
    return scalars(
        {
            "gradients: ln AI": float(anisotropy_index(values, rank).log()),
            "gradients: CE": float(captured_energy(values, rank)),
            "gradients: effective rank": float(effective_rank(values)),
        }
    )


def gradient_lags(moment: Moment) -> list[dict[str, Entry]]:
    """Return ‖g^{(ℓ)}‖ over the norm of the whole gradient, all leaves of the recurrence together.

    With immediate partials, which add up to the gradient, and with total derivatives, which count
    lag ℓ ℓ+1 times.
    """
    inputs, targets, _ = moment.probe(64)
    objective = objective_of(moment.network, burn_in=moment.unit.task.burn_in)
    found = gradient_by_lag(objective, inputs, targets)
    lags = (0, *lags_of(moment))

    def norms(parts: dict[str, Tensor]) -> Tensor:
        return torch.cat([part.reshape(len(part), -1) for part in parts.values()], 1).norm(dim=1)

    whole = found.flat().sum(0).norm()
    return [
        *by_lag("gradient of a lag", lags, (norms(found.parts) / whole)[list(lags)]),
        *by_lag(
            "gradient of a lag, total derivative",
            lags,
            (norms(found.with_total_derivative()) / whole)[list(lags)],
        ),
    ]


def _trained(moment: Moment) -> tuple[str, ...]:
    held = {id(tensor) for tensor in moment.session.trained}
    return tuple(
        name for name, tensor in tensors_of(moment.session.network).items() if id(tensor) in held
    )


__all__ = ["directions_of_gradients", "directions_of_transport", "gradient_lags"]
