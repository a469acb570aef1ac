"""Reparametrised rates: a unit learns θ, and its kernel is e^{f(θ)t} with f(θ) < 0.

Two questions decide whether a map f is a good one. How far does the kernel move when θ moves by at
most β (its stability), and how large is the gradient by θ (its scale)? Both follow from L¹ norms of
one unit: ∫|∂_w e^{−wt}| dt = 1/w² and ∫|e^{−pt} − e^{−qt}| dt = |1/p − 1/q|. Source: arXiv
2311.14495; the closed suprema of the maps and the discrete scale for multipliers of either sign are
derived here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy
from sympy import (
    Abs,
    Expr,
    Interval,
    Rational,
    S,
    Set,
    Symbol,
    exp,
    integrate,
    log,
    oo,
    simplify,
    sqrt,
)

from longlag.theory.errors import LonglagError
from longlag.theory.memory.kernel import rate, time
from longlag.theory.notation import SymbolTable
from longlag.theory.registry import Registry
from longlag.theory.scalar.functions import softplus
from longlag.theory.scalar.parameters import (
    POSITIVE,
    as_expression,
    parameter_values,
    validate_name,
)
from longlag.theory.typeset.scalar import function_tex, scalar_tex
from longlag.theory.typeset.shown import Shown

#: What is learnt, a perturbation of it, and the radius that bounds the perturbation.
_symbols = SymbolTable("memory")
theta = _symbols.add("theta", "what is learnt in place of an eigenvalue", real=True)
delta = _symbols.add("delta", "perturbation of what is learnt", real=True)
radius = _symbols.add("beta", "radius that bounds a perturbation", positive=True)
#: The multiplier of a discrete unit h_t = λ h_{t−1} + x_t that keeps its sign.
multiplier = _symbols.add("lambda", "multiplier of a discrete unit", positive=True)


@dataclass(frozen=True)
class Reparametrisation(Shown):
    """A map f from what is learnt to the eigenvalue of a unit, e^{f(θ)t}.

    Args:
        name: an identifier.
        map: f(θ) < 0 over ``theta`` and parameters.
        inverse: θ over the ``rate`` w = −f(θ); the branch with θ ≥ 0 where there are two.
        spread: sup |ln f(θ)/f(θ+δ)| over θ and |δ| ≤ β, over ``radius``; ∞ for an unstable map.
        domain: where θ lives.
        discrete: λ(θ), the multiplier of the discrete unit; e^{f(θ)} where it is left out.
        domains: for every parameter, the set it lives in; those left out are positive.
        description: a few words.
        source: where it is used.

    Raises:
        LonglagError: a map without θ, or one that is not negative at a point of its domain.

    >>> unit = Reparametrisation("unit", -exp(theta), log(rate), radius)
    >>> unit.gradient_scale, unit.modulus
    (exp(-theta), exp(beta) - 1)
    """

    name: str
    map: Expr
    inverse: Expr
    spread: Expr
    domain: Set = S.Reals
    discrete: Expr | None = None
    domains: Mapping[Symbol, Set] | None = None
    description: str = ""
    source: str = "arXiv 2311.14495"

    def __post_init__(self) -> None:
        validate_name("reparametrisation", self.name)
        expression = as_expression(f"reparametrisation {self.name!r}", self.map)
        if theta not in expression.free_symbols:
            raise LonglagError(
                f"reparametrisation {self.name!r} = {expression}",
                "it maps theta to a rate",
                f"write it over theta of {__name__}",
            )
        names = sorted(expression.free_symbols - {theta}, key=str)
        given = self.domains or {}
        object.__setattr__(self, "map", expression)
        object.__setattr__(self, "domains", {s: given.get(s, POSITIVE) for s in names})
        sample = expression.subs(dict.fromkeys(names, S.One))
        for point in (Rational(-3, 2), Rational(-1, 3), Rational(2, 3)):
            value = sample.subs(theta, point)
            if point in self.domain and not bool(value.evalf() < 0):
                raise LonglagError(
                    f"reparametrisation {self.name!r} = {value.evalf(4)} at theta = {point}",
                    "a unit forgets only if its eigenvalue is negative",
                    "give a negative map, or the domain on which it is",
                )

    def __hash__(self) -> int:
        return hash((self.name, self.map))

    def _lines(self) -> list[str]:
        return [f"{function_tex('f', theta)} &= {scalar_tex(self.map)}"]

    @property
    def multiplier(self) -> Expr:
        """λ(θ) of the discrete unit h_t = λ h_{t−1} + x_t."""
        return exp(self.map) if self.discrete is None else self.discrete

    @cached_property
    def gradient_scale(self) -> Expr:
        """|f'|/f², the L¹ norm of ∂/∂θ e^{f(θ)t}, by which |∂loss/∂θ| is bounded."""
        return simplify(Abs(self.map.diff(theta)) / self.map**2)

    @cached_property
    def discrete_scale(self) -> Expr:
        """|λ'|/(1 − |λ|)², the ℓ¹ norm of ∂/∂θ λ(θ)^k.

        Possible issues: it is published with 1 − λ, which is the same for λ ≥ 0 only; an input
        that alternates in sign shows that 1 − |λ| is needed at λ < 0.
        """
        return simplify(Abs(self.multiplier.diff(theta))) / (1 - Abs(self.multiplier)) ** 2

    @cached_property
    def ratio(self) -> Expr:
        """f(θ)/f(θ + δ), whose distance from 1 is the relative L¹ error of a perturbed unit."""
        return simplify(self.map / self.map.subs(theta, theta + delta))

    @property
    def modulus(self) -> Expr:
        """sup |f(θ)/f(θ+δ) − 1| over θ and |δ| ≤ β: e^{spread} − 1."""
        return exp(self.spread) - 1

    @property
    def is_stable(self) -> bool:
        """Whether the relative error of a perturbed unit is bounded at every radius."""
        return self.spread is not oo

    def at(self, given: Mapping[Any, Any]) -> Reparametrisation:
        """Return the map with a number for every parameter.

        Args:
            given: parameter, by symbol or by name, ↦ a real number.

        Raises:
            LonglagError: a parameter that is missing, unknown or outside its domain.
        """
        domains = self.domains or {}
        values = parameter_values(f"reparametrisation {self.name!r}", domains, given)
        return Reparametrisation(
            self.name,
            self.map.subs(values),
            self.inverse.subs(values),
            self.spread.subs(values),
            self.domain,
            None if self.discrete is None else self.discrete.subs(values),
            description=self.description,
            source=self.source,
        )


def unit_sensitivity() -> Expr:
    """Return ∫₀^∞ |∂/∂w e^{−wt}| dt = ∫ t e^{−wt} dt.

    >>> unit_sensitivity()
    w**(-2)
    """
    return integrate(-sympy.diff(exp(-rate * time), rate), (time, 0, oo))


def discrete_sensitivity() -> Expr:
    """Return Σ_k |∂/∂λ λ^k| for 0 < λ < 1, as the derivative of the geometric series.

    >>> discrete_sensitivity()
    (lambda - 1)**(-2)
    """
    return sympy.factor(_geometric(multiplier).diff(multiplier))


def white_noise_sensitivity() -> Expr:
    """Return E(∂h/∂λ)² of h_t = λ h_{t−1} + x_t with white x: Σ_k k² λ^{2(k−1)}.

    ∂h_t/∂λ = Σ_k k λ^{k−1} x_{t−k}, whose terms are uncorrelated; with q = λ² the sum is
    (q d/dq)² of the geometric series, over q.

    >>> white_noise_sensitivity()
    -(lambda**2 + 1)/((lambda - 1)**3*(lambda + 1)**3)
    """
    q = Symbol("q", positive=True)
    twice = q * (q * _geometric(q).diff(q)).diff(q)
    return sympy.factor((twice / q).subs(q, multiplier**2))


def unit_distance(slow: Expr, fast: Expr) -> Expr:
    """Return ∫₀^∞ |e^{−pt} − e^{−qt}| dt for p ≤ q, where the integrand keeps its sign.

    Args:
        slow: p, positive.
        fast: q, positive and not below p.

    >>> p, q = sympy.symbols("p q", positive=True)
    >>> unit_distance(p, q)
    -1/q + 1/p
    """
    return integrate(exp(-slow * time) - exp(-fast * time), (time, 0, oo))


def balanced_maps() -> tuple[Expr, ...]:
    """Return the maps whose gradient scale is 2a|θ|, continuous and discrete, up to a constant b.

    f'/f² = 2aθ and λ'/(1 − λ)² = 2aθ, solved by SymPy.

    >>> balanced_maps()
    (-1/(a*theta**2 + b), 1 - 1/(a*theta**2 + b))
    """
    f = sympy.Function("f")
    slope, constant = f(theta).diff(theta), {Symbol("C1"): _b}
    return tuple(
        sympy.apart(
            sympy.dsolve(slope - 2 * _a * theta * scale, f(theta)).rhs.subs(constant), theta
        )
        for scale in (f(theta) ** 2, (1 - f(theta)) ** 2)
    )


def _geometric(base: Expr) -> Expr:
    """Σ_k base^k below 1, the first branch of what SymPy finds."""
    k = Symbol("k", integer=True, nonnegative=True)
    return sympy.summation(base**k, (k, 0, oo)).args[0][0]


_a = _symbols.add("a", "curvature of the balanced map", positive=True)
_b = _symbols.add("b", "inverse rate of the balanced map at 0", positive=True)
_rational = -1 / (_a * theta**2 + _b)
_rational_inverse = sqrt((1 / rate - _b) / _a)
_rational_spread = 2 * sympy.asinh(radius * sqrt(_a / _b) / 2)

REPARAMETRISATIONS: Registry[Reparametrisation] = Registry("reparametrisation")
for _map in (
    Reparametrisation(
        "direct", theta, -rate, oo, Interval.open(-oo, 0), description="the eigenvalue itself"
    ),
    Reparametrisation(
        "exponential", -exp(theta), log(rate), radius, description="minus an exponential"
    ),
    Reparametrisation(
        "softplus", -softplus(theta), log(exp(rate) - 1), radius, description="minus a softplus"
    ),
    Reparametrisation(
        "rational",
        _rational,
        _rational_inverse,
        _rational_spread,
        description="the balanced map, sampled as e^f in discrete time",
    ),
    Reparametrisation(
        "best",
        _rational,
        _rational_inverse,
        _rational_spread,
        discrete=1 + _rational,
        domains={_b: Interval(Rational(1, 2), oo)},
        description="the balanced map, whose discrete multiplier is 1 + f",
    ),
):
    REPARAMETRISATIONS.register(_map.name, _map)

__all__ = [
    "REPARAMETRISATIONS",
    "Reparametrisation",
    "balanced_maps",
    "delta",
    "discrete_sensitivity",
    "multiplier",
    "radius",
    "theta",
    "unit_distance",
    "unit_sensitivity",
    "white_noise_sensitivity",
]
