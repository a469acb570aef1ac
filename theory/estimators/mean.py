"""The sample mean: a stable law again, so its error is known exactly at every N."""

from sympy import Interval

from longlag.theory.estimators.estimator import Estimator, alpha, scale, stable_quantiles
from longlag.theory.notation import samples
from longlag.theory.statement import Source

mean = Estimator(
    name="mean",
    description="the sample mean; the largest draws decide its error",
    error=scale * samples ** (1 / alpha - 1),
    quantiles=stable_quantiles,
    exact=True,
    concentrates=Interval.Lopen(1, 2),
    source=Source("Zolotarev 1986", "sums of stable variables"),
)
