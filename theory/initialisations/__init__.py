"""The registry of initialisations. A new one is one file here and one line below.

A file is imported when what it defines is asked for.
"""

from longlag.theory.initialisations.initialisation import Initialisation, chance
from longlag.theory.registry import Registry

# In the order in which lists and reports show them.
INITIALISATIONS: Registry[Initialisation] = Registry("initialisation")
for _name, _file in (
    ("constant_logit", "constant_logit"),
    ("two_populations", "two_populations"),
    ("uniform_gates", "uniform_gates"),
    ("beta_gates", "beta_gates"),
    ("chrono", "chrono"),
    ("lru_disc", "lru_ring"),
    ("lru_ring", "lru_ring"),
    ("rg_lru_code", "rg_lru"),
    ("rg_lru_text", "rg_lru"),
    ("log_uniform_steps", "log_uniform_steps"),
    ("hippo_rates", "hippo_rates"),
):
    INITIALISATIONS.expect(_name, f"{__name__}.catalogue.{_file}")


def __getattr__(name: str) -> Initialisation:
    return INITIALISATIONS.attribute(name)


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
