"""From data to a law: decay laws fitted to measured envelopes, compared, and their windows."""

from longlag.names import listed
from longlag.numerics.fitting.comparison import Comparison
from longlag.numerics.fitting.curve import Curve, curve_of_sequences
from longlag.numerics.fitting.fit import fit_laws
from longlag.numerics.fitting.report import Estimate, FitReport, FittedWindow, LawFit, Question
from longlag.numerics.fitting.table import read_curve

__all__ = [
    "Comparison",
    "Curve",
    "Estimate",
    "FitReport",
    "FittedWindow",
    "LawFit",
    "Question",
    "curve_of_sequences",
    "fit_laws",
    "read_curve",
]

listed(__name__)
