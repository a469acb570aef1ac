"""Time scales lifted by tempered stable jumps against a constant pull (theory page 7.3).

β ∈ (0, θ) is the root of c Γ(−α)((θ−β)^α − θ^α + αβθ^{α−1}) = κ₀β, which exists iff
c Γ(2−α)θ^{α−1}/α > κ₀.
"""

from sympy import Interval, Piecewise, Symbol, gamma, log, oo

from longlag.theory.notation import ell
from longlag.theory.phases.family import Family
from longlag.theory.scalar.parameters import positive

alpha, beta, c, pull = (positive(name) for name in ("alpha", "beta", "c", "kappa_0"))
theta = Symbol("theta", real=True)

_LIFTED = c * gamma(2 - alpha) * theta ** (alpha - 1) / alpha

workload = Family(
    "workload",
    Piecewise(
        (log(ell) ** (1 - alpha), theta <= 0),
        (ell**-beta, pull < _LIFTED),
        # On the boundary itself the factor beside the power is another one.
        (ell**-theta * log(ell) ** (-1 - alpha), pull > _LIFTED),
    ),
    {alpha: Interval.open(1, 2), theta: Interval(0, oo)},
    description="time scales lifted by jumps of index α, tempered at θ, against a pull κ₀",
    source="arXiv 2606.29519; derived here",
)
