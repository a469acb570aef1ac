"""A Gaussian bump at time μ: what happened then, and nothing else."""

from sympy import Interval, Symbol, erfc, exp, oo, pi, sqrt

from longlag.theory.memory.kernel import Kernel, rate, time
from longlag.theory.scalar.parameters import positive

c, mu, s = positive("c"), Symbol("mu", real=True), positive("s")

bump = Kernel(
    "bump",
    c * exp(-((time - mu) ** 2) / (2 * s**2)),
    domains={mu: Interval(-oo, oo)},
    closed_transform=c
    * s
    * sqrt(pi / 2)
    * exp(s**2 * rate**2 / 2 - mu * rate)
    * erfc((s**2 * rate - mu) / (s * sqrt(2))),
    description="a Gaussian bump at time mu",
    source="JMLR 23(42), 2022",
)
