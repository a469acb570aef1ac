"""The alpha-stable law with 1 < alpha <= 2: draws, density, distribution function, quantile.

Nolan's parametrisation S1 with scale 1 and location 0 throughout: the characteristic function is
exp(-|t|^alpha (1 - i beta sign(t) tan(pi alpha / 2))); alpha = 2 is the normal law of variance 2.
"""

from longlag.names import listed
from longlag.numerics.stable.distribution import cdf, logpdf, pdf, sf
from longlag.numerics.stable.quantile import quantile
from longlag.numerics.stable.sampling import sample

__all__ = ["sample", "pdf", "logpdf", "cdf", "sf", "quantile"]

listed(__name__)
