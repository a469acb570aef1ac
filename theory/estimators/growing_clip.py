"""The mean of draws clipped at a threshold that grows as fast as the largest draw."""

from sympy import Interval

from longlag.theory.estimators.estimator import Estimator, alpha, clipped_quantiles, scale
from longlag.theory.notation import samples
from longlag.theory.statement import Source

growing_clip = Estimator(
    name="growing_clip",
    description="the mean of the draws clipped at a threshold that grows like the largest of them: "
    "a better confidence than the mean's, at the same exponent",
    error=scale * samples ** (1 / alpha - 1),
    quantiles=clipped_quantiles,
    exact=False,
    concentrates=Interval.Lopen(1, 2),
    source=Source("Bubeck, Cesa-Bianchi and Lugosi 2013", "truncated mean; its law derived here"),
    threshold=samples ** (1 / alpha),
)
