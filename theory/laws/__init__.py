"""The registry of decay laws. A new law is one file here and one line below.

A file is imported when what it defines is asked for.
"""

from longlag.names import listed
from longlag.theory.laws.law import DecayLaw
from longlag.theory.registry import Registry

# In the order in which lists and reports show them.
LAWS: Registry[DecayLaw] = Registry("law")
for _name in (
    "logarithmic",
    "polynomial",
    "shifted_polynomial",
    "exponential",
    "stretched_exponential",
    "tempered_power",
    "humped_power",
    "two_exponentials",
    "exponential_mixture",
    "constant",
):
    LAWS.expect(_name, f"{__name__}.catalogue.{_name}")


def __getattr__(name: str) -> DecayLaw:
    return LAWS.attribute(name)


__all__ = [
    "LAWS",
    "constant",
    "exponential",
    "exponential_mixture",
    "humped_power",
    "logarithmic",
    "polynomial",
    "shifted_polynomial",
    "stretched_exponential",
    "tempered_power",
    "two_exponentials",
]

listed(__name__)
