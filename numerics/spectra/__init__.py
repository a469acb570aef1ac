"""Spectra with numbers: envelopes and windows in milliseconds, and fits to a network's neurons."""

from longlag.numerics.spectra.fit import FamilyFit, SpectrumFit, fit_spectrum
from longlag.numerics.spectra.rule import Rule, rule_of
from longlag.numerics.spectra.study import SpectrumStudy, study_spectrum

__all__ = [
    "study_spectrum",
    "SpectrumStudy",
    "fit_spectrum",
    "SpectrumFit",
    "FamilyFit",
    "rule_of",
    "Rule",
]
