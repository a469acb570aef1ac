"""The registry of decay laws. A new law is one file here and one line below: its import."""

from longlag.theory.laws.law import DecayLaw
from longlag.theory.registry import Registry

# In the order in which lists and reports show them.
# isort: off
from longlag.theory.laws.catalogue.logarithmic import logarithmic
from longlag.theory.laws.catalogue.polynomial import polynomial
from longlag.theory.laws.catalogue.shifted_polynomial import shifted_polynomial
from longlag.theory.laws.catalogue.exponential import exponential
from longlag.theory.laws.catalogue.stretched_exponential import stretched_exponential
from longlag.theory.laws.catalogue.tempered_power import tempered_power
from longlag.theory.laws.catalogue.humped_power import humped_power
from longlag.theory.laws.catalogue.two_exponentials import two_exponentials
from longlag.theory.laws.catalogue.exponential_mixture import exponential_mixture
from longlag.theory.laws.catalogue.constant import constant
# isort: on

LAWS: Registry[DecayLaw] = Registry("law")
for _law in [value for value in globals().values() if isinstance(value, DecayLaw)]:
    LAWS.register(_law.name, _law)

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
