"""How fast sums of exponentials approximate a memory, as far as bounds can tell.

Published (JMLR 23(42), 2022): let y be the response to a unit step, y' = ρ, one for each of d
inputs. If e^{βt}y^{(k)} → 0 and sup_t|e^{βt}y^{(k)}|/β^k ≤ γ for k = 1..α+1, then m units reach an
error of C(α) γ d/(β m^α), C(α) not given.

Derived here. With u = e^{−βt/(α+1)} and g(u) = ρ(t)/u, a polynomial p of degree m−1 makes u p(u) a
sum of exponentials with the rates jβ/(α+1), j = 1..m, and
∫|ρ − u p| dt = ((α+1)/β) ∫₀¹|g − p| du. Jackson's theorem in the form of Favard and Achieser,
E_{m−1}(g) ≤ (π/4)^α ‖g^{(α)}‖/(m(m−1)⋯(m−α+1)) on [0, 1], and
g^{(α)}(u) = (−1)^α e^{βt} Σ_k [α+1, k+1] ((α+1)/β)^k ρ^{(k)}(t), at most γβ(2α+1)!/(α+1)!, give
the error ≤ (π/4)^α ((2α+1)!/α!) γ d/(m(m−1)⋯(m−α+1)) for m ≥ α.

There is no 1/β: time in other units changes β and neither γ nor the error, so that with γ as above
a factor 1/β would let the bound be anything. It belongs to the bound if γ is that of ρ instead:
sup|e^{βt}ρ^{(k)}|/β^k, k = 0..α.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import mpmath
import sympy
from sympy import Expr, Integer, Interval, Rational, exp, log, oo, pi
from sympy.functions.combinatorial.numbers import stirling

from longlag.theory.errors import LonglagError
from longlag.theory.memory.kernel import Kernel, time
from longlag.theory.notation import SymbolTable
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import require_count
from longlag.theory.statement import Kind, Relation

#: The variable u in which sums of exponentials are polynomials, the rate β, and a rate λ of ρ.
_symbols = SymbolTable("memory")
unit_variable = _symbols.add(
    "u", "variable in which sums of exponentials are polynomials", positive=True
)
decay_rate = _symbols.add("beta", r"rate of decay of $\rho$", unit="1/time", positive=True)
test_rate = _symbols.add("lambda", "rate of an exponential memory", unit="1/time", positive=True)

#: Where the decay of a kernel is read off, and the times over which suprema are taken.
_FAR, _VERY_FAR = 10**3, 10**9
_UNTIL, _STEPS = 40, 400
#: β stays this much below the rate of decay, where e^{βt}ρ would not vanish.
_MARGIN = 1e-6
_GOLDEN, _SEARCHES = (math.sqrt(5) - 1) / 2, 40


def derivative_identity(smoothness: int) -> Relation:
    """Return g^{(α)} = (−1)^α u^{−(α+1)} Σ_k [α+1, k+1] ((α+1)/β)^k ρ^{(k)} for ρ = e^{−λt}.

    Both sides are linear differential operators with constant coefficients in t, so that the
    identity holds for every ρ if it does for every λ. Brackets are Stirling numbers of the first
    kind: Π_{j≤α}(x + j) = Σ_k [α+1, k+1] x^k.

    Args:
        smoothness: α, at least 1.

    >>> derivative_identity(1).lhs.subs({decay_rate: 2, test_rate: 3, unit_variable: 1})
    2
    """
    alpha = checked_smoothness(smoothness)
    stretch = (alpha + 1) / decay_rate
    at = -stretch * log(unit_variable)
    rho = exp(-test_rate * time)
    left = sympy.diff(
        sympy.powsimp(unit_variable ** (stretch * test_rate) / unit_variable), unit_variable, alpha
    )
    terms = (
        stirling(alpha + 1, k + 1, kind=1) * stretch**k * sympy.diff(rho, time, k).subs(time, at)
        for k in range(alpha + 1)
    )
    right = (-1) ** alpha * unit_variable ** -(alpha + 1) * sympy.Add(*terms)
    domains = {
        decay_rate: Interval.open(0, oo),
        test_rate: Interval.open(0, oo),
        unit_variable: Interval.open(0, 1),
    }
    return Relation(Kind.IDENTITY, left, right, domains)


def constant(smoothness: int) -> Expr:
    """Return an admissible C(α) of the error C(α)γd/m^α for m ≥ α: derived here.

    (π/4)^α ((2α+1)!/α!) α^α/α!, the last factor from m^α/(m(m−1)⋯(m−α+1)), largest at m = α.

    Args:
        smoothness: α, at least 1.

    >>> constant(1), constant(2)
    (3*pi/2, 15*pi**2/2)
    """
    alpha = checked_smoothness(smoothness)
    falling = Rational(alpha**alpha, math.factorial(alpha))
    return _leading(alpha) * falling


def rate_bound(smoothness: int, terms: int, gamma: float, inputs: int = 1) -> float:
    """Return the derived bound on the L¹ error, (π/4)^α ((2α+1)!/α!) γd/(m(m−1)⋯(m−α+1)).

    Args:
        smoothness: α, at least 1.
        terms: the number m of units; below α the bound says nothing.
        gamma: sup_t|e^{βt}y^{(k)}|/β^k over k = 1..α+1, for some β.
        inputs: d.

    >>> round(rate_bound(1, 10, 1.0), 4)
    0.4712
    """
    alpha = checked_smoothness(smoothness)
    if terms < alpha:
        return math.inf
    return float(_leading(alpha)) * gamma * inputs / math.perm(terms, alpha)


@dataclass(frozen=True)
class WeightedDerivatives:
    """γ as a function of β: sup_t e^{βt}|ρ^{(k−1)}(t)|/β^k over k = 1..α+1.

    Args:
        times: where suprema are sought.
        logarithms: ln|ρ^{(k)}| there, one series for k = 0..α.
        rate: the exponential rate of decay of ρ; from it on, γ is infinite. 0 for a power law.
    """

    times: tuple[float, ...]
    logarithms: tuple[tuple[float, ...], ...]
    rate: float

    def gamma(self, beta: float) -> float:
        """Return γ(β); infinite where e^{βt}y^{(k)} does not vanish.

        Args:
            beta: positive.
        """
        if not 0 < beta < self.rate:
            return math.inf
        largest = max(
            max(beta * t + value for t, value in zip(self.times, series, strict=True))
            - (k + 1) * math.log(beta)
            for k, series in enumerate(self.logarithms)
        )
        return math.exp(largest) if largest < 700 else math.inf

    def best(self, power: float = 0.0) -> tuple[float, float]:
        """Return β with the smallest γ(β)β^{−power}, and γ there.

        As a function of ln β every logarithm in γ is convex, so the section search finds it.

        Args:
            power: 0 for the derived bound, 1 for one with a factor 1/β.

        Raises:
            LonglagError: γ is infinite for every β.
        """
        if self.rate <= 0:
            raise LonglagError(
                "the best rate of the bound",
                "the memory does not decay exponentially, and γ is infinite for every β",
                "truncate the memory first",
            )
        top = min(self.rate * (1 - _MARGIN), 1e3)
        low, high = math.log(top) - 12, math.log(top)

        def value(logarithm: float) -> float:
            beta = math.exp(logarithm)
            return self.gamma(beta) * beta**-power

        for _ in range(_SEARCHES):
            left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
            if value(left) <= value(right):
                high = right
            else:
                low = left
        beta = math.exp(min((low, high), key=value))
        return beta, self.gamma(beta)


def weighted_derivatives(kernel: Kernel, smoothness: int) -> WeightedDerivatives:
    """Return γ(β) of a kernel with numbers for all parameters.

    Suprema are taken over a grid of step 1/10 up to t = 40 and a geometric one beyond: a feature
    that is narrower is not seen.

    Args:
        kernel: with derivatives up to α.
        smoothness: α, at least 1.

    Raises:
        LonglagError: a kernel with parameters left.
    """
    alpha = checked_smoothness(smoothness)
    if kernel.parameters:
        names = ", ".join(str(symbol) for symbol in kernel.parameters)
        raise LonglagError(
            f"kernel {kernel.name!r} with the parameters {names}",
            "a supremum is a number only if the parameters are",
            "give them with kernel.at",
        )
    with mpmath.workdps(20):
        rate = _exponential_rate(kernel)
    return WeightedDerivatives(
        _times(), tuple(_derivative_logarithms(kernel, k) for k in range(alpha + 1)), rate
    )


def checked_smoothness(smoothness: int) -> int:
    """Return α.

    Raises:
        LonglagError: not a positive integer.
    """
    rule = "the bound counts derivatives of the memory"
    return require_count("smoothness", smoothness, rule, least=1)


def _leading(alpha: int) -> Expr:
    """(π/4)^α (2α+1)!/α!."""
    return (pi / 4) ** alpha * Integer(math.factorial(2 * alpha + 1) // math.factorial(alpha))


@lru_cache(maxsize=1)
def _times() -> tuple[float, ...]:
    even = [_UNTIL * i / _STEPS for i in range(_STEPS + 1)]
    return (*even, *(_UNTIL * 1.1**i for i in range(1, 60)))


@lru_cache(maxsize=256)
def _derivative_logarithms(kernel: Kernel, order: int) -> tuple[float, ...]:
    """ln|ρ^{(k)}| over the grid of times."""
    derivative = sympy.diff(kernel.rho, time, order)
    with mpmath.workdps(20):
        return tuple(_logarithm(derivative, at) for at in _times())


def _logarithm(expression: Expr, at: float) -> float:
    """ln|f| at one time; −∞ where it vanishes, ∞ where it is infinite."""
    try:
        value = abs(evaluate(expression, {time: mpmath.mpf(at)}))
    except LonglagError:
        # Functions that only SymPy evaluates, such as the derivative of Airy's.
        value = mpmath.mpf(abs(expression.subs(time, Rational(float(at))).evalf(20)))
    except (ArithmeticError, ValueError):
        return math.inf
    return float(mpmath.log(value)) if value != 0 else -math.inf


def _exponential_rate(kernel: Kernel) -> float:
    """lim −ln|ρ(t)|/t, or 0 where it falls as t grows, as it does for a power law."""
    near, far = (-_logarithm(kernel.rho, at) / at for at in (_FAR, _VERY_FAR))
    return far if far > 0.5 * near > 0 else 0.0
