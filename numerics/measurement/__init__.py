"""What a network transports over a lag: envelopes, exact and expanded, and time scales."""

from __future__ import annotations

from longlag.numerics.measurement.block import Block
from longlag.numerics.measurement.measure import measure_transport
from longlag.numerics.measurement.report import TransportReport

__all__ = ["Block", "TransportReport", "measure_transport"]
