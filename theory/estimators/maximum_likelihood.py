"""Maximum likelihood of the location, with the law of the noise known."""

from sympy import Interval, sqrt

from longlag.theory.estimators.estimator import Estimator, information, normal_quantiles, scale
from longlag.theory.notation import samples
from longlag.theory.statement import Source

maximum_likelihood = Estimator(
    name="maximum_likelihood",
    description="the most likely location; asymptotically nothing does better",
    error=scale / sqrt(information * samples),
    quantiles=normal_quantiles,
    exact=False,
    concentrates=Interval.Lopen(0, 2),
    source=Source("DuMouchel 1973", "Ann. Statist. 1"),
)
