"""The sample median."""

from sympy import Interval, sqrt

from longlag.theory.estimators.estimator import Estimator, density_at_zero, normal_quantiles, scale
from longlag.theory.notation import samples
from longlag.theory.statement import Source

median = Estimator(
    name="median",
    description="the sample median; only the density at the centre matters",
    error=scale / (2 * density_at_zero * sqrt(samples)),
    quantiles=normal_quantiles,
    exact=False,
    concentrates=Interval.Lopen(0, 2),
    source=Source("van der Vaart 1998", "section 21.2"),
)
