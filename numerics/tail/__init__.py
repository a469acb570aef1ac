"""The tail index alpha and the concentration exponent κ, estimated from data."""

from longlag.names import listed
from longlag.numerics.tail.advice import Advice, Prediction
from longlag.numerics.tail.aggregation import Aggregation, aggregate
from longlag.numerics.tail.blocks import BlockScaling, block_differences
from longlag.numerics.tail.characteristic import kogon_williams
from longlag.numerics.tail.correlation import Dependence, dependence
from longlag.numerics.tail.estimate import TailIndex
from longlag.numerics.tail.likelihood import maximum_likelihood
from longlag.numerics.tail.order_statistics import HillCurve, hill
from longlag.numerics.tail.quantiles import mcculloch
from longlag.numerics.tail.report import NoiseReport, noise_report

__all__ = [
    "noise_report",
    "NoiseReport",
    "Advice",
    "Prediction",
    "block_differences",
    "BlockScaling",
    "maximum_likelihood",
    "kogon_williams",
    "mcculloch",
    "TailIndex",
    "hill",
    "HillCurve",
    "aggregate",
    "Aggregation",
    "dependence",
    "Dependence",
]

listed(__name__)
