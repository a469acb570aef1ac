"""One time scale τ for all units: exponential decay."""

from sympy import S

from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.spectrum import Spectrum, Variable

single_time_scale = Spectrum(
    "single_time_scale",
    atoms={positive("tau"): S.One},
    variable=Variable.TIME_SCALE,
    description="one time scale: exponential decay",
    source="arXiv 2512.05790",
)
