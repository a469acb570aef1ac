"""The registry of spectra. A new spectrum is one file here and one line below: its import."""

from longlag.theory.registry import Registry
from longlag.theory.spectra.spectrum import Spectrum

# In the order in which lists and reports show them.
# isort: off
from longlag.theory.spectra.catalogue.single_time_scale import single_time_scale
from longlag.theory.spectra.catalogue.mixture import mixture_of_2
from longlag.theory.spectra.catalogue.gamma_rates import gamma_rates
from longlag.theory.spectra.catalogue.pareto_time_scales import pareto_time_scales
from longlag.theory.spectra.catalogue.log_uniform_rates import log_uniform_rates
from longlag.theory.spectra.catalogue.logarithmic_rates import logarithmic_rates
from longlag.theory.spectra.catalogue.levy_rates import levy_rates
from longlag.theory.spectra.catalogue.inverse_gaussian_rates import inverse_gaussian_rates
from longlag.theory.spectra.catalogue.half_normal_rates import half_normal_rates
from longlag.theory.spectra.catalogue.uniform_rates import uniform_rates
from longlag.theory.spectra.catalogue.beta_rates import beta_rates
from longlag.theory.spectra.catalogue.log_normal_rates import log_normal_rates
# isort: on

SPECTRA: Registry[Spectrum] = Registry("spectrum")
for _spectrum in [value for value in globals().values() if isinstance(value, Spectrum)]:
    SPECTRA.register(_spectrum.name, _spectrum)

__all__ = [
    "SPECTRA",
    "beta_rates",
    "gamma_rates",
    "half_normal_rates",
    "inverse_gaussian_rates",
    "levy_rates",
    "log_normal_rates",
    "log_uniform_rates",
    "logarithmic_rates",
    "mixture_of_2",
    "pareto_time_scales",
    "single_time_scale",
    "uniform_rates",
]
