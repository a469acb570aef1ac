"""Real series shipped with longlag, and the prediction tasks cut from them."""

from longlag.names import listed
from longlag.numerics.series.data import SERIES, Series, digits, monthly_sunspots, sunspots
from longlag.numerics.series.prediction import NextValue, last_value_loss, mean_loss, next_value

__all__ = [
    "NextValue",
    "SERIES",
    "Series",
    "digits",
    "last_value_loss",
    "mean_loss",
    "monthly_sunspots",
    "next_value",
    "sunspots",
]

listed(__name__)
