"""The registry of decay laws. A new law is one file here and one line below: its import."""

from longlag.theory.decay import DecayLaw
from longlag.theory.registry import Registry

# In the order in which lists and reports show them.
# isort: off
from longlag.theory.laws.logarithmic import logarithmic
from longlag.theory.laws.polynomial import polynomial
from longlag.theory.laws.shifted_polynomial import shifted_polynomial
from longlag.theory.laws.exponential import exponential
from longlag.theory.laws.stretched_exponential import stretched_exponential
from longlag.theory.laws.tempered_power import tempered_power
from longlag.theory.laws.humped_power import humped_power
from longlag.theory.laws.two_exponentials import two_exponentials
from longlag.theory.laws.exponential_mixture import exponential_mixture
from longlag.theory.laws.constant import constant
# isort: on

LAWS: Registry[DecayLaw] = Registry("law")
for _law in [value for value in globals().values() if isinstance(value, DecayLaw)]:
    LAWS.register(_law.name, _law)

__all__ = [
    "LAWS", "constant", "exponential", "exponential_mixture", "humped_power", "logarithmic",
    "polynomial", "shifted_polynomial", "stretched_exponential", "tempered_power",
    "two_exponentials",
]  # fmt: skip
