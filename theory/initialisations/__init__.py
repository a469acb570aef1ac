"""The registry of initialisations. A new one is one file here and one line below: its import."""

from longlag.theory.initialisations.initialisation import Initialisation, chance
from longlag.theory.registry import Registry

# In the order in which lists and reports show them.
# isort: off
from longlag.theory.initialisations.catalogue.constant_logit import constant_logit
from longlag.theory.initialisations.catalogue.two_populations import two_populations
from longlag.theory.initialisations.catalogue.uniform_gates import uniform_gates
from longlag.theory.initialisations.catalogue.beta_gates import beta_gates
from longlag.theory.initialisations.catalogue.chrono import chrono
from longlag.theory.initialisations.catalogue.lru_ring import lru_disc, lru_ring
from longlag.theory.initialisations.catalogue.rg_lru import rg_lru_code, rg_lru_text
from longlag.theory.initialisations.catalogue.log_uniform_steps import log_uniform_steps
from longlag.theory.initialisations.catalogue.hippo_rates import hippo_rates
# isort: on

INITIALISATIONS: Registry[Initialisation] = Registry("initialisation")
for _scheme in [value for value in globals().values() if isinstance(value, Initialisation)]:
    INITIALISATIONS.register(_scheme.name, _scheme)

__all__ = [
    "INITIALISATIONS",
    "Initialisation",
    "beta_gates",
    "chance",
    "chrono",
    "constant_logit",
    "hippo_rates",
    "log_uniform_steps",
    "lru_disc",
    "lru_ring",
    "rg_lru_code",
    "rg_lru_text",
    "two_populations",
    "uniform_gates",
]
