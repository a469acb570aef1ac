"""The gradient by lag as a measurement: signal, noise, and the sequences that tell them apart."""

from __future__ import annotations

from longlag.names import listed
from longlag.numerics.signal.bootstrap import Estimate
from longlag.numerics.signal.directions import Noise
from longlag.numerics.signal.measure import measure_signal
from longlag.numerics.signal.report import Along, LagSignal, Paired, SignalReport

__all__ = ["Along", "Estimate", "LagSignal", "Noise", "Paired", "SignalReport", "measure_signal"]

listed(__name__)
