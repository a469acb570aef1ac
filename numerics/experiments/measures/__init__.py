"""What is measured of a network in training; a further measure is a file and a line here."""

from __future__ import annotations

from longlag.numerics.experiments.measures.loss import probe_loss
from longlag.numerics.experiments.training import MEASURES

MEASURES.register("probe_loss", probe_loss)

__all__ = ["MEASURES"]
