"""What a network transports over a lag: envelopes, exact and expanded, and time scales."""

from __future__ import annotations

from longlag.names import listed
from longlag.numerics.measurement.block import Block
from longlag.numerics.measurement.measure import measure_transport
from longlag.numerics.measurement.report import TransportReport
from longlag.numerics.measurement.splits import SplitReport, measure_splits
from longlag.numerics.measurement.stream import measure_stream

__all__ = [
    "Block",
    "SplitReport",
    "TransportReport",
    "measure_splits",
    "measure_stream",
    "measure_transport",
]

listed(__name__)
