"""Which lags a network has learned: its predictions regressed on the inputs of every lag."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.experiments.measures.runs import by_lag
from longlag.numerics.experiments.table import Entry
from longlag.numerics.experiments.training import Moment
from longlag.numerics.tasks.multi_lag import MultiLag
from longlag.theory.errors import LonglagError

_SEQUENCES = 256


def coefficients(
    predictions: Float[Tensor, "T N"], seen: Float[Tensor, "T N"], longest: int
) -> Float[Tensor, " lags"]:
    """Return the least-squares coefficients of ŷ_t on u·x_{t−ℓ} for ℓ = 0 … L.

    The ideal predictor of the multi-lag task has c(ℓ) at the taught lags and 0 elsewhere. Steps
    that do not reach all lags are left out. Source: theory page 6.4.

    Args:
        predictions: ŷ.
        seen: u·x.
        longest: L.
    """
    steps = len(seen)
    columns = torch.stack([seen[longest - lag : steps - lag] for lag in range(longest + 1)], -1)
    response = predictions[longest:]
    columns = columns.reshape(-1, longest + 1).double()
    return torch.linalg.lstsq(columns, response.reshape(-1, 1).double()).solution[:, 0]


def regression_task(moment: Moment, what: str) -> MultiLag:
    """Return the task of a moment, which is regression on several lags.

    Args:
        moment: in training.
        what: is measured of it, for the message.

    Raises:
        LonglagError: it is another task.
    """
    task = moment.unit.task
    if not isinstance(task, MultiLag):
        raise LonglagError(
            f"{what} of {type(task).__name__}",
            "it is taken of regression on several lags",
            "use the task multi_lag",
        )
    return task


def gain(moment: Moment) -> list[dict[str, Entry]]:
    """Return γ(ℓ), coefficient over c(ℓ), at the taught lags, and the largest coefficient beside.

    At lags that were not taught the coefficient itself tells how well lags are kept apart.

    Raises:
        LonglagError: another task than regression on several lags.
    """
    task = regression_task(moment, "gain")
    inputs, _, _ = moment.probe(_SEQUENCES)
    predictions = moment.network.predictions(inputs)[..., 0]
    seen = inputs @ task.direction.to(inputs)
    longest = max(task.delays) + min(8, task.steps - 1 - max(task.delays))
    found = coefficients(predictions, seen, longest)
    taught = torch.tensor(task.delays)
    gains = found[taught] / torch.tensor(task.coefficients, dtype=torch.float64)
    others = torch.ones(longest + 1, dtype=torch.bool)
    others[taught] = False
    rows = by_lag("gain", task.delays, gains)
    return [*rows, {"quantity": "largest other", "value": float(found[others].abs().max())}]


__all__ = ["coefficients", "gain", "regression_task"]
