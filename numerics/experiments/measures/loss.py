"""The loss on sequences that no update sees."""

from __future__ import annotations

from longlag.numerics.experiments.table import Entry
from longlag.numerics.experiments.training import Moment

_SEQUENCES = 256


def probe_loss(moment: Moment) -> list[dict[str, Entry]]:
    """Return the loss on the probe, and beside it that of predicting the mean of its targets."""
    unit, (inputs, targets, _) = moment.unit, moment.probe(_SEQUENCES)
    burn_in = unit.task.burn_in
    loss = moment.network.loss(inputs, targets, burn_in=burn_in)
    scored = targets[burn_in:]
    constant = float((scored - scored.mean((0, 1))).square().mean())
    return [
        {"quantity": "probe loss", "value": loss},
        {"quantity": "loss of the mean", "value": constant},
    ]
