"""Huber's estimator of location, with the scale of the noise known."""

from sympy import Interval, Rational, sqrt

from longlag.theory.estimators.estimator import Estimator, normal_quantiles, scale, variance
from longlag.theory.notation import samples
from longlag.theory.statement import Source

huber = Estimator(
    name="huber",
    description="the root of the mean of the deviations, each clipped",
    error=scale * sqrt(variance / samples),
    quantiles=normal_quantiles,
    exact=False,
    concentrates=Interval.Lopen(0, 2),
    source=Source("Huber 1964", "Ann. Math. Statist. 35"),
    # 1.345 standard deviations of the normal law, where the estimator has 95 % efficiency.
    threshold=Rational(1345, 1000) * sqrt(2),
)
