"""How large gradient and Hessian of a neuron can be after t steps, through the cutoff.

With r = α_m s₁: p_t = Σ_{k<t} r^k, q_t = Σ_{k<t} (k+1) r^k,
ℓ_t = s₁ √(s₀²+χ²) p_t bounds ‖∇H_t‖, and
B_t = Σ_{k<t} r^k [s₂ (s₀²+χ²) p_{t−k}² + 2 s₁² √(s₀²+χ²) p_{t−k−1}] bounds ‖∇²H_t‖.
Source: arXiv 2402.12241 for the model and the cutoff; the constants derived here.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

import mpmath
from sympy import (
    Add,
    Expr,
    Function,
    Integer,
    Piecewise,
    S,
    Sum,
    Symbol,
    expand,
    factor,
    powsimp,
    summation,
)

from longlag.theory.descent.symbols import (
    alpha_ball,
    curvature_bound,
    gain,
    input_norm,
    slope_bound,
    step,
)
from longlag.theory.errors import LonglagError
from longlag.theory.notation import SymbolTable
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.leading import leading
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown

_symbols = SymbolTable("descent")
_k = _symbols.add("k", "index of a sum over steps", integer=True, nonnegative=True)
#: p_n(r) = Σ_{k<n} r^k inside a summand, where n depends on k.
_geometric = Function("p", positive=True)
_power = _symbols.add("y", "a power of the gain", positive=True)
#: v > 0 in r = 1 + v above and r = 1/(1 + v) below the cutoff, so that signs can be told.
_excess = _symbols.add("v", "distance of the gain from the cutoff", positive=True)
#: Closed forms are divided by (1 − r)³ at most, so that so many times its digits cancel.
_POLE = 3


class Regime(StrEnum):
    """On which side of the cutoff r = 1 a network is."""

    BELOW = "below"
    AT = "at"
    ABOVE = "above"

    def parametrise(self, expression: Expr) -> Expr:
        """Write an expression in r over v > 0 on this side of the cutoff.

        >>> Regime.ABOVE.parametrise(1 - gain)
        -v
        """
        sides = {"below": 1 / (1 + _excess), "at": S.One, "above": 1 + _excess}
        return expression.subs(gain, sides[self])

    def restore(self, expression: Expr) -> Expr:
        """Write an expression over v in r again."""
        sides = {"below": 1 / gain - 1, "at": S.Zero, "above": gain - 1}
        return expression.subs(_excess, sides[self])


@dataclass(frozen=True)
class SmoothnessBound(Shown):
    """A sum over the past, Σ_i c_i Σ_{k<t} f_i(k, t, r), of powers of the gain r.

    Args:
        name: what it is called, in TeX.
        terms: pairs of a factor c_i, free of r and t, and a summand f_i that is 0 or more.
    """

    name: str
    terms: tuple[tuple[Expr, Expr], ...]

    def __repr__(self) -> str:
        return described(f"bound {self.name}: {self.sum}", "growth", "latex()")

    @property
    def sum(self) -> Expr:
        """The bound as a sum."""
        return Add(*[c * Sum(summand, (_k, 0, step - 1)) for c, summand in self.terms])

    @cached_property
    def closed(self) -> Expr:
        """The closed form for r ≠ 1.

        >>> geometric_sum().closed
        (r**t - 1)/(r - 1)
        """
        return Add(*[c * _closed(summand) for c, summand in self.terms])

    @cached_property
    def at_cutoff(self) -> Expr:
        """The closed form at r = 1, a polynomial in t.

        >>> weighted_sum().at_cutoff
        t*(t + 1)/2
        """
        sums = [(c, _closed_at_cutoff(summand)) for c, summand in self.terms]
        return Add(*[c * factor(found) for c, found in sums])

    @cached_property
    def limit(self) -> Expr:
        """The limit as t → ∞ for r < 1, where powers r^t vanish.

        >>> weighted_sum().limit
        (r - 1)**(-2)
        """
        return Add(*[c * factor(_closed(summand).subs(gain**step, 0)) for c, summand in self.terms])

    def growth(self, regime: Regime) -> Expr:
        """Return the leading term as t → ∞ on one side of the cutoff.

        Args:
            regime: the side.

        >>> geometric_sum().growth(Regime.ABOVE)
        r**t/(r - 1)
        """
        if regime is Regime.BELOW:
            return self.limit
        if regime is Regime.AT:
            return leading(expand(self.at_cutoff), step).expression(step)
        # r^t outgrows every power of t, so that its highest power leads.
        numerator, denominator = self.closed.subs(gain**step, _power).as_numer_denom()
        in_powers = numerator.as_poly(_power)
        coefficient = regime.parametrise(in_powers.LC())
        leader = leading(expand(coefficient), step).expression(step)
        return factor(regime.restore(leader) / denominator) * gain ** (in_powers.degree() * step)

    def value(self, steps: Any, gain_value: Any, constants: Mapping[Symbol, Any]) -> Any:
        """Return the bound after ``steps`` steps at a gain, at mpmath's working precision.

        The exponent of an mpmath number is unbounded, so that nothing overflows.

        Args:
            steps: t ≥ 1, an integer of any size, or mpmath's infinity for the limit.
            gain_value: r ≥ 0.
            constants: s₀, s₁, s₂ and χ by symbol, as numbers.

        Raises:
            LonglagError: steps or a gain outside their range.
        """
        r, steps = _checked_gain(gain_value), _checked_steps(steps)
        if r == 0:
            first = Add(*[c * _spelled_out(summand).subs(_k, 0) for c, summand in self.terms])
            return evaluate(first, {gain: r, step: steps, **constants})
        if mpmath.isinf(steps):
            # In powers of 1 − r, which is exact, and of one sign: no digits cancel.
            return evaluate(self.limit, {gain: r, **constants}) if r < 1 else mpmath.inf
        if r == 1:
            return evaluate(self.at_cutoff, {step: steps, **constants})
        cancelled = _POLE * max(0, -mpmath.mag(1 - r))
        # r^t loses the digits of t.
        with mpmath.workprec(mpmath.mp.prec + cancelled + mpmath.mag(steps)):
            found = evaluate(self.closed, {gain: r, step: steps, **constants})
        return +found

    def _lines(self) -> list[str]:
        return [f"{self.name} &= {scalar_tex(self.sum)}"]


def _checked_gain(value: Any) -> Any:
    r = mpmath.mpf(value)
    if not 0 <= r < mpmath.inf:
        raise LonglagError(f"gain {value}", "it is finite and not negative", "give one such as 0.9")
    return r


def _checked_steps(steps: Any) -> Any:
    if isinstance(steps, mpmath.mpf | float) and steps == mpmath.inf:
        return mpmath.inf
    try:
        count = operator.index(int(steps) if isinstance(steps, Integer) else steps)
    except TypeError:
        count = 0
    if count < 1:
        raise LonglagError(f"steps {steps!r}", "they count from 1 on", "give an integer >= 1")
    return count


@cache
def geometric_sum() -> SmoothnessBound:
    """Return p_t = Σ_{k<t} r^k, t at the cutoff."""
    return SmoothnessBound("p_t", ((S.One, gain**_k),))


@cache
def weighted_sum() -> SmoothnessBound:
    """Return q_t = Σ_{k<t} (k+1) r^k, t(t+1)/2 at the cutoff."""
    return SmoothnessBound("q_t", ((S.One, (_k + 1) * gain**_k),))


@cache
def gradient_bound() -> SmoothnessBound:
    """Return ℓ_t = s₁ √(s₀²+χ²) p_t ≥ ‖∇H_t‖.

    Source: arXiv 2402.12241; with these constants derived here.
    """
    return SmoothnessBound(r"\ell_t", ((slope_bound * input_norm(), gain**_k),))


@cache
def hessian_bound() -> SmoothnessBound:
    """Return B_t = Σ_{k<t} r^k [s₂ (s₀²+χ²) p_{t−k}² + 2 s₁² √(s₀²+χ²) p_{t−k−1}] ≥ ‖∇²H_t‖.

    Source: arXiv 2402.12241; with these constants derived here.
    """
    curved = curvature_bound * input_norm() ** 2, gain**_k * _geometric(step - _k) ** 2
    crossed = 2 * slope_bound**2 * input_norm(), gain**_k * _geometric(step - _k - 1)
    return SmoothnessBound("B_t", (curved, crossed))


def gradient_step(before: Expr, factor_of_slope: Expr = slope_bound) -> Expr:
    """Return the bound on ‖∇H_t‖ from the one on ‖∇H_{t−1}‖, by the recursion of the gradient.

    σ'(a)[(H, X) + W ∇H] is at most s [√(s₀²+χ²) + α_m ℓ_{t−1}].

    Args:
        before: ℓ_{t−1}.
        factor_of_slope: s ≥ |σ'(a_t)|, s₁ where nothing better is known.
    """
    return factor_of_slope * (input_norm() + alpha_ball * before)


def hessian_step(
    before: Expr,
    gradient_before: Expr,
    factor_of_slope: Expr = slope_bound,
    factor_of_curvature: Expr = curvature_bound,
) -> Expr:
    """Return the bound on ‖∇²H_t‖ from those on the derivatives of H_{t−1}.

    σ''(a) v vᵀ + σ'(a)[e_W ∇Hᵀ + ∇H e_Wᵀ + W ∇²H] with v = (H, X) + W ∇H is at most
    s'' (√(s₀²+χ²) + α_m ℓ_{t−1})² + s [2 ℓ_{t−1} + α_m B_{t−1}]. Derived here.

    Args:
        before: B_{t−1}.
        gradient_before: ℓ_{t−1}.
        factor_of_slope: s ≥ |σ'(a_t)|.
        factor_of_curvature: s'' ≥ |σ''(a_t)|.
    """
    moved = (input_norm() + alpha_ball * gradient_before) ** 2
    return factor_of_curvature * moved + factor_of_slope * (
        2 * gradient_before + alpha_ball * before
    )


def _closed(summand: Expr) -> Expr:
    """Sum the powers in a summand one by one, for r ≠ 1."""
    total = S.Zero
    for term in Add.make_args(powsimp(expand(_spelled_out(summand)))):
        total += summation(term, (_k, 0, step - 1)).replace(
            lambda part: isinstance(part, Piecewise), lambda part: part.args[-1].expr
        )
    in_powers = expand(powsimp(expand(total))).subs(gain**step, _power)
    return factor(in_powers).subs(_power, gain**step)


def _spelled_out(summand: Expr) -> Expr:
    return summand.replace(_geometric, lambda n: (1 - gain**n) / (1 - gain))


def _closed_at_cutoff(summand: Expr) -> Expr:
    """Sum a summand at r = 1, where every geometric sum inside it is its number of terms."""
    return summation(summand.replace(_geometric, lambda n: n).subs(gain, 1), (_k, 0, step - 1))
