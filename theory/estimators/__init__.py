"""The registry of estimators. A new one is one file here and one line below: its import."""

from longlag.names import listed
from longlag.theory.estimators.estimator import Estimator
from longlag.theory.registry import Registry

# In the order in which lists and reports show them.
# isort: off
from longlag.theory.estimators.mean import mean
from longlag.theory.estimators.median import median
from longlag.theory.estimators.huber import huber
from longlag.theory.estimators.maximum_likelihood import maximum_likelihood
from longlag.theory.estimators.fixed_clip import fixed_clip
from longlag.theory.estimators.growing_clip import growing_clip
# isort: on

ESTIMATORS: Registry[Estimator] = Registry("estimator")
for _estimator in [value for value in globals().values() if isinstance(value, Estimator)]:
    ESTIMATORS.register(_estimator.name, _estimator)

__all__ = [
    "ESTIMATORS",
    "Estimator",
    "fixed_clip",
    "growing_clip",
    "huber",
    "maximum_likelihood",
    "mean",
    "median",
]

listed(__name__)
