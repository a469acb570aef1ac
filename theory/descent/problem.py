"""The numbers of a learning problem, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from functools import cached_property, lru_cache
from typing import Any

import mpmath
from sympy import Expr, Symbol, sqrt

from longlag.theory.descent import symbols
from longlag.theory.descent.activation import Activation, activation
from longlag.theory.descent.smoothness import Regime, gradient_bound, hessian_bound
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import exact
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown

_MOST_DIGITS = 400
_LARGEST_COUNT = 10**_MOST_DIGITS
_NOT_NEGATIVE = ("alpha", "nu_w", "nu_u", "rho_w", "rho_u")


@dataclass(frozen=True, kw_only=True)
class Problem(Shown):
    """What is to be learnt, from how much, how well and how surely.

    Args:
        steps: T ≥ 1, of a sequence; ``horizon`` is its old name and does the same.
        samples: n ≥ 1, the number of sequences.
        dimension: d ≥ 1, of an input.
        alpha: α ≥ 0, |W_ii| at the start.
        delta: δ in (0, 1), the probability that the start is not good enough.
        epsilon: ε in (0, 1), the risk to reach.
        activation: σ, by name or as an expression.
        nu_w, nu_u: size of the target's transportation map, |v_w| ≤ ν_w and ‖v_u‖ ≤ ν_u.
        rho_w, rho_u: radii of projected descent, at least ν_w and ν_u, which they are by default.
        input_bound: χ > 0, the largest norm of an input.

    Numbers are ints, floats, or exact SymPy numbers; what is out of range raises LonglagError.
    """

    steps: Any = None
    samples: Any
    dimension: Any
    alpha: Any
    delta: Any
    epsilon: Any
    activation: Activation | Expr | str = "tanh"
    nu_w: Any = 1
    nu_u: Any = 1
    rho_w: Any = None
    rho_u: Any = None
    input_bound: Any = 1
    horizon: InitVar[Any] = None

    def __repr__(self) -> str:
        told = ", ".join(
            f"{name} = {getattr(self, name)}"
            for name in ("steps", "samples", "dimension", "alpha", "delta", "epsilon")
        )
        return described(f"problem: {told}, activation {self.certified.function}", "latex()")

    def __post_init__(self, horizon: Any) -> None:
        """Replace every number by an exact one, after checking it."""
        if (horizon is None) == (self.steps is None):
            raise LonglagError(
                f"steps = {self.steps} and horizon = {horizon}",
                "both name T, the steps of a sequence",
                "give steps alone",
            )
        self._store("steps", self.steps if horizon is None else horizon)
        for name in ("rho_w", "rho_u"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, getattr(self, name.replace("rho", "nu")))
        for name, letter in (("steps", "T"), ("samples", "n"), ("dimension", "d")):
            self._store(name, _count(getattr(self, name), f"{name} {letter}"))
        for name in ("delta", "epsilon"):
            self._store(name, _share(getattr(self, name), name))
        for name in (*_NOT_NEGATIVE, "input_bound"):
            self._store(name, _size(getattr(self, name), name, positive=name == "input_bound"))
        if self.nu_w == 0 and self.nu_u == 0:
            raise LonglagError(
                "nu_w = nu_u = 0",
                "a target of size 0 is learnt before the first step",
                "give nu_w or nu_u above 0",
            )
        for radius, size in (("rho_w", "nu_w"), ("rho_u", "nu_u")):
            if getattr(self, radius) < getattr(self, size):
                raise LonglagError(
                    f"{radius} = {getattr(self, radius)}",
                    f"the ball must hold the target, {radius} >= {size} = {getattr(self, size)}",
                    f"give {radius} >= {getattr(self, size)}",
                )
        self._store("activation", self.certified)

    def _store(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    @cached_property
    def certified(self) -> Activation:
        """σ with its constants."""
        given = self.activation
        return given if isinstance(given, Activation) else activation(given)

    def _lines(self) -> list[str]:
        numbers = {
            symbols.steps: self.steps,
            symbols.samples: self.samples,
            symbols.dimension: self.dimension,
            symbols.alpha: self.alpha,
            symbols.delta: self.delta,
            symbols.risk: self.epsilon,
            symbols.size: self.size,
            symbols.input_bound: self.input_bound,
        }
        equations = [f"{scalar_tex(s)} &= {scalar_tex(number)}" for s, number in numbers.items()]
        return [*self.certified._lines(), *equations]

    @property
    def size(self) -> Expr:
        """ν = √(ν_w² + ν_u²)."""
        return sqrt(self.nu_w**2 + self.nu_u**2)

    @property
    def radius(self) -> Expr:
        """ρ = √(ρ_w² + ρ_u²) of projected descent."""
        return sqrt(self.rho_w**2 + self.rho_u**2)

    @property
    def slope_bound(self) -> Expr:
        """s₁ = sup|σ'|."""
        return self.certified.slope.expression

    @cached_property
    def regime(self) -> Regime:
        """On which side of the cutoff α s₁ = 1 the start is, the limit of large widths."""
        gain_at_start = self.alpha * self.slope_bound
        if (gain_at_start - 1).is_zero:
            return Regime.AT
        return Regime.BELOW if gain_at_start < 1 else Regime.ABOVE

    def constants(self) -> Mapping[Symbol, Any]:
        """Return s₀, s₁, s₂ and χ as numbers at mpmath's working precision."""
        return constant_values(self.certified, self.input_bound)

    def at_start(self, steps: Any) -> dict[Symbol, Any]:
        """Return ν, n, T, δ, ε and ℓ⁰, by symbol, at mpmath's working precision.

        Args:
            steps: T of the bound, or mpmath's infinity for its limit.
        """
        constants = self.constants()
        gain_at_start = evaluate(self.alpha, {}) * constants[symbols.slope_bound]
        return {
            symbols.size: evaluate(self.size, {}),
            symbols.samples: self.samples,
            symbols.steps: self.steps,
            symbols.delta: self.delta,
            symbols.risk: self.epsilon,
            symbols.gradient_start: gradient_bound().value(steps, gain_at_start, constants),
        }

    def in_ball(self, alpha_in_ball: Any, steps: Any) -> dict[Symbol, Any]:
        """Return r, ℓ and B in a ball, by symbol, at mpmath's working precision.

        Args:
            alpha_in_ball: α_m.
            steps: T of the bounds, or mpmath's infinity for their limits.
        """
        constants = self.constants()
        r = alpha_in_ball * constants[symbols.slope_bound]
        return {
            symbols.gain: r,
            symbols.gradient_ball: gradient_bound().value(steps, r, constants),
            symbols.hessian_ball: hessian_bound().value(steps, r, constants),
        }


def constant_values(activation: Activation, largest_input: Expr) -> Mapping[Symbol, Any]:
    """Return s₀, s₁, s₂ and χ by symbol, as numbers at mpmath's working precision.

    Args:
        activation: σ.
        largest_input: χ.
    """
    return _constant_values(activation, largest_input, mpmath.mp.prec)


@lru_cache(maxsize=64)
def _constant_values(
    activation: Activation, largest_input: Expr, precision: int
) -> Mapping[Symbol, Any]:
    names = (symbols.value_bound, symbols.slope_bound, symbols.curvature_bound, symbols.input_bound)
    numbers = (*activation.constants, largest_input)
    with mpmath.workprec(precision):
        return {s: evaluate(number, {}) for s, number in zip(names, numbers, strict=True)}


def check_width(width: int) -> None:
    """Refuse a width that no symmetric start has: its neurons come in pairs.

    Args:
        width: m.

    Raises:
        LonglagError: m < 2 or odd.
    """
    if width < 2 or width % 2:
        raise LonglagError(
            f"width {width}",
            "the symmetric start has neurons in pairs",
            f"give an even number, such as {max(2, int(width) + 1)}",
        )


def _count(value: Any, name: str) -> Expr:
    number = exact(value, f"{name} = {value}")
    if not number.is_integer or number < 1:
        raise LonglagError(f"{name} = {value}", "it counts, from 1 on", "give an integer >= 1")
    if number > _LARGEST_COUNT:
        raise LonglagError(
            f"{name} beyond 10^{_MOST_DIGITS}",
            "not even logarithms are formed there",
            "give a smaller one",
        )
    return number


def _share(value: Any, name: str) -> Expr:
    number = exact(value, f"{name} = {value}")
    meaning = "a probability of failure" if name == "delta" else "a mean square error to reach"
    if not 0 < number < 1:
        raise LonglagError(
            f"{name} = {value}", f"{meaning} lies in (0, 1)", "give a number such as 0.05"
        )
    return number


def _size(value: Any, name: str, *, positive: bool) -> Expr:
    number = exact(value, f"{name} = {value}")
    if number < 0 or (positive and number == 0):
        rule = "it is positive" if positive else "it is a size, 0 or more"
        raise LonglagError(f"{name} = {value}", rule, "give a number such as 1")
    return number
