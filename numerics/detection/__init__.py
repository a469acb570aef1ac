"""Detection by simulation: which exponent kappa an estimator really has."""

from longlag.names import listed
from longlag.numerics.detection.clipped import clipped_quantile
from longlag.numerics.detection.estimators import PROCEDURES, Procedure
from longlag.numerics.detection.measurement import KappaMeasurement
from longlag.numerics.detection.score import LocationScore, location_score
from longlag.numerics.detection.simulation import simulate
from longlag.numerics.detection.table import KappaTable, kappa_table, measure_kappa

__all__ = [
    "KappaMeasurement",
    "KappaTable",
    "LocationScore",
    "PROCEDURES",
    "Procedure",
    "clipped_quantile",
    "kappa_table",
    "location_score",
    "measure_kappa",
    "simulate",
]

listed(__name__)
