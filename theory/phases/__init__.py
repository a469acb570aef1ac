"""The search for laws: which windows a family with free parameters has, and where they meet.

The registry of families. A new one is one file in ``catalogue`` and one line below: its import.
"""

from longlag.theory.phases.family import Family
from longlag.theory.registry import Registry

# In the order in which lists and reports show them.
# isort: off
from longlag.theory.phases.catalogue.any_decay import any_decay
from longlag.theory.phases.catalogue.shifted_rates import shifted_rates
from longlag.theory.phases.catalogue.ring import ring
from longlag.theory.phases.catalogue.logistic_biases import logistic_biases
from longlag.theory.phases.catalogue.weibull_biases import weibull_biases
from longlag.theory.phases.catalogue.pareto_biases import pareto_biases
from longlag.theory.phases.catalogue.workload import workload
# isort: on

FAMILIES: Registry[Family] = Registry("family")
for _family in [value for value in globals().values() if isinstance(value, Family)]:
    FAMILIES.register(_family.name, _family)

__all__ = [
    "FAMILIES",
    "Family",
    "any_decay",
    "logistic_biases",
    "pareto_biases",
    "ring",
    "shifted_rates",
    "weibull_biases",
    "workload",
]
