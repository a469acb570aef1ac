"""What is measured of a network in training; a further measure is a file and a line here."""

from __future__ import annotations

from longlag.numerics.experiments.measures.directions import (
    directions_of_gradients,
    directions_of_transport,
    gradient_lags,
)
from longlag.numerics.experiments.measures.gain import gain
from longlag.numerics.experiments.measures.lag_signal import signal_by_lag
from longlag.numerics.experiments.measures.loss import probe_loss
from longlag.numerics.experiments.measures.remainders import remainders
from longlag.numerics.experiments.measures.sensitivity import norms_as_published, sensitivity
from longlag.numerics.experiments.training import MEASURES

MEASURES.register("probe_loss", probe_loss)
MEASURES.register("sensitivity", sensitivity)
MEASURES.register("norms_as_published", norms_as_published)
MEASURES.register("directions_of_transport", directions_of_transport)
MEASURES.register("directions_of_gradients", directions_of_gradients)
MEASURES.register("gain", gain)
MEASURES.register("gradient_lags", gradient_lags)
MEASURES.register("remainders", remainders)
MEASURES.register("signal", signal_by_lag)

__all__ = ["MEASURES"]
