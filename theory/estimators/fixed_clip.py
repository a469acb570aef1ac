"""The mean of draws clipped at a fixed threshold."""

from sympy import Integer, Interval, sqrt

from longlag.theory.estimators.estimator import Estimator, normal_quantiles, scale, variance
from longlag.theory.notation import samples
from longlag.theory.statement import Source

fixed_clip = Estimator(
    name="fixed_clip",
    description="the mean of the draws clipped at a fixed threshold, over its response to a signal",
    error=scale * sqrt(variance / samples),
    quantiles=normal_quantiles,
    exact=False,
    concentrates=Interval.Lopen(0, 2),
    source=Source("Huber 1964", "one step from 0"),
    threshold=Integer(3),
)
