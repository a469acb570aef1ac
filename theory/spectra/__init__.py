"""The registry of spectra. A new spectrum is one file here and one line below.

A file is imported when what it defines is asked for.
"""

from longlag.names import listed
from longlag.theory.registry import Registry
from longlag.theory.spectra.spectrum import Spectrum

# In the order in which lists and reports show them.
SPECTRA: Registry[Spectrum] = Registry("spectrum")
for _name, _file in (
    ("single_time_scale", "single_time_scale"),
    ("mixture_of_2", "mixture"),
    ("gamma_rates", "gamma_rates"),
    ("pareto_time_scales", "pareto_time_scales"),
    ("log_uniform_rates", "log_uniform_rates"),
    ("logarithmic_rates", "logarithmic_rates"),
    ("levy_rates", "levy_rates"),
    ("inverse_gaussian_rates", "inverse_gaussian_rates"),
    ("half_normal_rates", "half_normal_rates"),
    ("uniform_rates", "uniform_rates"),
    ("beta_rates", "beta_rates"),
    ("log_normal_rates", "log_normal_rates"),
):
    SPECTRA.expect(_name, f"{__name__}.catalogue.{_file}")


def __getattr__(name: str) -> Spectrum:
    return SPECTRA.attribute(name)


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

listed(__name__)
