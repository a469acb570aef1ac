r"""The law of logarithmic time scales W = ln τ that are pulled down and pushed up by jumps.

W falls at the rate κ down to 0 and jumps up: the workload of a queue. With the Laplace exponent
ψ(s) = ln E e^{−s X_1} of X_t = (jumps) − κ t it has a stationary law if and only if ψ'(0) > 0, and
then E e^{−sW} = s ψ'(0)/ψ(s) (Pollaczek and Khinchine; Asmussen 2003, chapter IX). A root −β < 0 of
ψ is a power: P(τ > t) ~ C t^{−β} with C = −ψ'(0)/ψ'(−β), and so is f(ℓ) ~ C Γ(1+β) ℓ^{−β}.
The process is that of Livi, arXiv 2606.29519.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import mpmath
import sympy
from sympy import Expr, S, Symbol, exp, gamma, uppergamma

from longlag.theory.errors import LonglagError
from longlag.theory.notation import SymbolTable, ell
from longlag.theory.scalar.evaluate import evaluate

_symbols = SymbolTable("anticollapse")
pull = _symbols.add("kappa", "rate at which a logarithmic time scale falls", positive=True)
rate = _symbols.add("lambda", "jumps in a unit of time", positive=True)
decay = _symbols.add("eta", "one over the mean of exponential jumps", positive=True)
index = _symbols.add("alpha", "tail index of the jumps, between 1 and 2", positive=True)
weight = _symbols.add("c", r"weight of the jumps, $c\, y^{-1-\alpha}$", positive=True)
temper = _symbols.add("theta", "rate at which large jumps are tempered", positive=True)
frequency = _symbols.add("s", "argument of a Laplace transform", real=True)
level = _symbols.add("x", "level of a logarithmic time scale", positive=True)


@dataclass(frozen=True, kw_only=True)
class Jumps:
    """A kind of jumps.

    Args:
        name: of the kind.
        exponent: ψ(s) with the pull, over ``frequency`` and the parameters.
        drift: ψ'(0), over the parameters; positive where there is a stationary law.
        parameters: of the kind, ``pull`` among them.
        edge: where ψ ends, −edge < s; ∞ would be no jump at all.
    """

    name: str
    exponent: Expr
    drift: Expr
    parameters: tuple[Symbol, ...]
    edge: Expr

    def transform(self) -> Expr:
        """Return E e^{−sW} of the stationary law.

        >>> sympy.factor(EXPONENTIAL.transform())
        (eta + s)*(eta*kappa - lambda)/(eta*(eta*kappa + kappa*s - lambda))
        """
        return frequency * self.drift / self.exponent

    def root(self, values: Mapping[Symbol, Expr]) -> mpmath.mpf | None:
        """Return β in (0, edge) with ψ(−β) = 0, or None where there is none.

        Args:
            values: of the parameters.

        Raises:
            LonglagError: there is no stationary law, ψ'(0) ≤ 0.

        >>> values = {pull: S.One, rate: S.One, decay: S(2)}
        >>> print(mpmath.nstr(EXPONENTIAL.root(values), 6))
        1.0
        """
        self.require_stationary(values)
        edge = evaluate(self.edge, values)
        if not edge > 0:
            return None

        def at(beta: mpmath.mpf) -> mpmath.mpf:
            return evaluate(self.exponent, {**values, frequency: -beta})

        # ψ is convex, 0 at 0 and rising there: left of 0 it is negative down to its other root.
        high = edge * (1 - mpmath.mpf(10) ** (4 - mpmath.mp.dps))
        if not at(high) > 0:
            return None
        low = mpmath.mpf(0)
        for _ in range(mpmath.mp.prec):
            middle = (low + high) / 2
            low, high = (low, middle) if at(middle) > 0 else (middle, high)
        return high

    def require_stationary(self, values: Mapping[Symbol, Expr]) -> None:
        """Raise LonglagError where the jumps carry more than the pull takes away."""
        if not evaluate(self.drift, values) > 0:
            told = ", ".join(f"{symbol} = {values[symbol]}" for symbol in self.parameters)
            raise LonglagError(
                f"{self.name} jumps with {told}",
                f"there is a stationary law only for {self.drift} > 0",
                "pull more, or take fewer or smaller jumps",
            )


EXPONENTIAL = Jumps(
    name="exponential",
    exponent=pull * frequency - rate * frequency / (decay + frequency),
    drift=pull - rate / decay,
    parameters=(pull, rate, decay),
    edge=decay,
)
_TEMPERED = (
    (temper + frequency) ** index - temper**index - index * frequency * temper ** (index - 1)
)
TEMPERED = Jumps(
    name="tempered stable",
    exponent=pull * frequency + weight * gamma(-index) * _TEMPERED,
    drift=pull,
    parameters=(pull, index, weight, temper),
    edge=temper,
)
STABLE = Jumps(
    name="stable",
    exponent=pull * frequency + weight * gamma(-index) * frequency**index,
    drift=pull,
    parameters=(pull, index, weight),
    edge=S.Zero,
)
JUMPS = (EXPONENTIAL, TEMPERED, STABLE)


def load() -> Expr:
    """Return ρ = λ/(ηκ), what exponential jumps carry over what the pull takes away."""
    return rate / (decay * pull)


def exponent() -> Expr:
    """Return β = η − λ/κ of exponential jumps."""
    return decay - rate / pull


def survival() -> Expr:
    """Return P(W > x) = ρ e^{−βx} of exponential jumps; P(W = 0) = 1 − ρ."""
    found: Expr = load() * exp(-exponent() * level)
    return found


def envelope() -> Expr:
    """Return f(ℓ) = E exp(−ℓ/τ) = e^{−ℓ} + ρ ℓ^{−β} (Γ(1+β) − Γ(1+β, ℓ)) of exponential jumps.

    >>> values = {pull: S.One, rate: S.One, decay: S(2), ell: S.One}
    >>> sympy.simplify(envelope().subs(values))
    1/2
    """
    beta = exponent()
    found: Expr = exp(-ell) + load() * ell ** (-beta) * (
        gamma(1 + beta) - uppergamma(1 + beta, ell)
    )
    return found


def leading_envelope() -> Expr:
    """Return ρ Γ(1+β) ℓ^{−β}, the leading term of f for exponential jumps."""
    found: Expr = load() * gamma(1 + exponent()) * ell ** (-exponent())
    return found


def phase_boundary() -> Expr:
    """Return c Γ(−α)(α−1) θ^{α−1}: above κ tempered jumps have a root β < θ, below it none.

    With G(β) = c Γ(−α)[(θ−β)^α − θ^α + αβθ^{α−1}] the root is that of G(β)/β = κ, and
    G(β)/β = c Σ_{k≥2} Γ(k−α)/k! θ^{α−k} β^{k−1} rises from 0 to G(θ)/θ, term by term.

    >>> phase_boundary().subs({index: sympy.Rational(3, 2), temper: 1, weight: 1})
    2*sqrt(pi)/3
    """
    return weight * gamma(-index) * (index - 1) * temper ** (index - 1)


def tempered_coefficient(order: int) -> Expr:
    """Return the coefficient Γ(k−α)/k! of θ^{α−k} β^{k−1} in G(β)/(cβ).

    Args:
        order: k ≥ 2.
    """
    found: Expr = gamma(order - index) / sympy.factorial(order)
    return found


def factor_beyond() -> Expr:
    """Return C of P(W > x) ~ C x^{−1−α} e^{−θx} below the phase boundary: c κ/ψ(−θ)²."""
    at_edge = -pull * temper + temper * phase_boundary()
    return weight * pull / at_edge**2


def stable_factor() -> Expr:
    """Return C of P(W > x) ~ C x^{1−α} of stable jumps: c/(κ α (α−1)).

    W is of Mittag-Leffler's law, E e^{−sW} = 1/(1 + c Γ(−α) s^{α−1}/κ), and
    f(ℓ) ~ C (ln ℓ)^{−(α−1)}.
    """
    return weight / (pull * index * (index - 1))


__all__ = [
    "EXPONENTIAL",
    "JUMPS",
    "STABLE",
    "TEMPERED",
    "Jumps",
    "decay",
    "envelope",
    "exponent",
    "factor_beyond",
    "frequency",
    "index",
    "leading_envelope",
    "level",
    "load",
    "phase_boundary",
    "pull",
    "rate",
    "stable_factor",
    "survival",
    "temper",
    "tempered_coefficient",
    "weight",
]
