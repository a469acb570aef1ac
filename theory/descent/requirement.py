"""Width, iterations and step size that the theorems ask for at given numbers.

The bounds on gradient and Hessian depend on the width through α_m = α + ρ_w/√m. With a = α_m − α
as the unknown, both conditions on the width are explicit: m ≥ (ρ_w/a)², so that the ball keeps to
α_m, and m ≥ 4 (2νℓ⁰√ln(2nT/δ) + (5/2) B(α+a) ρ²)²/ε. The larger of the two is a maximum of sums of
powers of a with positive coefficients, and so convex in ln a: a search finds its minimum, and a
width at any a suffices. Derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
from sympy import Expr

from longlag.theory.descent.convergence import (
    concentration_width,
    cutoff_width,
    largest_step,
    linearisation_width,
    required_iterations,
    required_radius,
    required_width,
)
from longlag.theory.descent.problem import Problem
from longlag.theory.descent.scaling import Algorithm
from longlag.theory.descent.smoothness import Regime, gradient_bound, hessian_bound
from longlag.theory.descent.symbols import (
    delta,
    gradient_ball,
    gradient_start,
    hessian_ball,
    horizon,
    radius,
    risk,
    samples,
    size,
    slope_bound,
)
from longlag.theory.evaluate import evaluate

#: Digits carried beyond those asked for.
_GUARD = 15
_GOLDEN = (mpmath.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Requirement:
    """What gradient descent is known to need; numbers are mpmath's, which do not overflow.

    Args:
        problem: what is to be learnt.
        algorithm: projected or plain.
        width: m, the least even number of neurons that the theorem is found to allow.
        iterations: τ.
        step_size: η.
        radius: ρ of the ball, the drift for plain descent.
        alpha_ball: α_m = α + ρ_w/√m.
        gain: r = α_m s₁.
        gradient: ℓ_T in the ball.
        gradient_at_start: ℓ⁰_T, with α in place of α_m.
        hessian: B_T in the ball.
        concentration: the width that concentration alone would need.
        linearisation: the width that linearisation and drift of the gradient alone would need.
        cutoff: the width beyond which r < 1; None where α s₁ ≥ 1, so that there is none.
        horizon_free: the width with the limits of the bounds as T → ∞ in place of ℓ_T and B_T, so
            that T counts by ln T alone; None where α s₁ ≥ 1.
        mean_square: the width with concentration in the mean square in place of the union bound
            over samples and steps; n does not appear in it.
    """

    problem: Problem
    algorithm: Algorithm
    width: Any
    iterations: Any
    step_size: Any
    radius: Any
    alpha_ball: Any
    gain: Any
    gradient: Any
    gradient_at_start: Any
    hessian: Any
    concentration: Any
    linearisation: Any
    cutoff: Any
    horizon_free: Any
    mean_square: Any

    @property
    def regime(self) -> Regime:
        """On which side of the cutoff α s₁ = 1 the network starts."""
        return self.problem.regime

    @property
    def parameters(self) -> Any:
        """The number m(d+1) of trained parameters."""
        return self.width * (int(self.problem.dimension) + 1)

    @property
    def binding(self) -> str:
        """Which term asks for the largest width: concentration, linearisation or cutoff."""
        terms = {"concentration": self.concentration, "linearisation": self.linearisation}
        if self.cutoff is not None:
            terms["cutoff"] = self.cutoff
        return max(terms, key=lambda name: terms[name])


def requirement(
    problem: Problem, algorithm: Algorithm | str = Algorithm.PROJECTED, *, digits: int = 15
) -> Requirement:
    """Return the width, iterations and step size for which the least risk is at most ε.

    Args:
        problem: the numbers.
        algorithm: ``projected`` onto the ball after every step, or ``plain``.
        digits: decimal digits to which the search for the least width is driven.

    Returns:
        With probability 1 − δ over the start, min_{s<τ} R(Φ(s)) ≤ ε for targets of the class F_ν
        (the requirement is sufficient; nothing is said of smaller widths).
        Source: arXiv 2402.12241; the constants derived here.

    >>> found = requirement(Problem(
    ...     horizon=20, samples=100, dimension=3, alpha=0.5, delta=0.1, epsilon=0.1))
    >>> int(found.iterations), found.regime.value, found.binding
    (1286, 'below', 'linearisation')
    """
    algorithm = Algorithm(algorithm)
    # Powers r^T lose the digits of T.
    carried = digits + _GUARD + len(str(problem.horizon))
    with mpmath.workdps(carried):
        return _Search(problem, algorithm, digits).requirement()


class _Search:
    """The conditions on the width over a = α_m − α."""

    def __init__(self, problem: Problem, algorithm: Algorithm, digits: int) -> None:
        self.problem = problem
        self.algorithm = algorithm
        self.accuracy = mpmath.mpf(10) ** -digits
        self.constants = problem.constants()
        self.alpha = evaluate(problem.alpha, {})
        self.numbers = {
            size: evaluate(problem.size, {}),
            samples: problem.samples, horizon: problem.horizon,
            delta: problem.delta, risk: problem.epsilon,
        }  # fmt: skip

    def requirement(self) -> Requirement:
        steps = int(self.problem.horizon)
        least, ball = self.least_width(steps)
        width = _rounded_up_to_even(least)
        alpha_ball = self.alpha + self.radius_w(ball) / mpmath.sqrt(width)
        numbers = self.bounds(alpha_ball, steps) | {radius: ball}
        iterations = _rounded_up(evaluate(required_iterations(), numbers))
        step = evaluate(largest_step(), numbers)
        if self.algorithm is Algorithm.PLAIN:
            # The drift counts ητ, which the rounding of τ must not increase.
            step *= evaluate(required_iterations(), numbers) / iterations
        below = self.problem.regime is Regime.BELOW
        return Requirement(
            self.problem, self.algorithm, width, iterations, step, ball, alpha_ball,
            alpha_ball * self.constants[slope_bound],
            numbers[gradient_ball], numbers[gradient_start], numbers[hessian_ball],
            evaluate(concentration_width(), numbers), evaluate(linearisation_width(), numbers),
            self.cutoff(ball) if below else None,
            _rounded_up_to_even(self.least_width(mpmath.inf)[0]) if below else None,
            _rounded_up_to_even(self.least_width(steps, mean_square=True)[0]),
        )  # fmt: skip

    def least_width(self, steps: Any, *, mean_square: bool = False) -> tuple[Any, Any]:
        """Return the least width and the radius of the ball at it."""
        asked = required_width(mean_square=mean_square)
        if self.algorithm is Algorithm.PROJECTED and self.problem.rho_w == 0:
            ball = self.ball(self.alpha, steps)
            return self.width_of_misfit(asked, self.alpha, steps, ball), ball

        def log_width(log_room: Any) -> Any:
            room = mpmath.exp(log_room)
            ball = self.ball(self.alpha + room, steps)
            of_ball = (self.radius_w(ball) / room) ** 2
            of_misfit = self.width_of_misfit(asked, self.alpha + room, steps, ball)
            return mpmath.log(max(of_ball, of_misfit))

        log_room = _minimise_convex(log_width, self.accuracy)
        ball = self.ball(self.alpha + mpmath.exp(log_room), steps)
        return mpmath.exp(log_width(log_room)), ball

    def width_of_misfit(self, asked: Expr, alpha_ball: Any, steps: Any, ball: Any) -> Any:
        """The width at which the misfit is small enough, at a given α_m."""
        return evaluate(asked, self.bounds(alpha_ball, steps) | {radius: ball})

    def ball(self, alpha_ball: Any, steps: Any) -> Any:
        """The radius ρ: given for projected descent, the drift at a given α_m for plain descent."""
        if self.algorithm is Algorithm.PROJECTED:
            return evaluate(self.problem.radius, {})
        return evaluate(required_radius(), self.bounds(alpha_ball, steps))

    def radius_w(self, ball: Any) -> Any:
        """How far a recurrent weight may move, times √m; plain descent has one radius for all."""
        if self.algorithm is Algorithm.PROJECTED:
            return evaluate(self.problem.rho_w, {})
        return ball

    def bounds(self, alpha_ball: Any, steps: Any) -> dict[Any, Any]:
        """Return ℓ_T and B_T at α_m, ℓ⁰_T at α, and the numbers of the problem."""
        gain, gain_at_start = (a * self.constants[slope_bound] for a in (alpha_ball, self.alpha))
        return self.numbers | {
            gradient_ball: gradient_bound().value(steps, gain, self.constants),
            gradient_start: gradient_bound().value(steps, gain_at_start, self.constants),
            hessian_ball: hessian_bound().value(steps, gain, self.constants),
        }

    def cutoff(self, ball: Any) -> Any:
        """The width beyond which r < 1."""
        problem = self.problem
        if self.radius_w(ball) == 0:
            return mpmath.mpf(0)
        root = cutoff_width(problem.alpha, problem.slope_bound, radius)
        return evaluate(root, {radius: self.radius_w(ball)})


def _minimise_convex(function: Callable[[Any], Any], accuracy: Any) -> Any:
    """Return where a convex function of one variable, infinite far to the right, is least."""
    low, high = mpmath.mpf(-1), mpmath.mpf(0)
    while mpmath.isinf(function(low)) or function(low) < function(high):
        low, high = 2 * low, low
    reach = mpmath.mpf(1)
    while function(high + reach) < function(high):
        high, reach = high + reach, 2 * reach
    high += reach
    with mpmath.workprec(mpmath.mp.prec + max(0, mpmath.mag(high - low))):
        while high - low > accuracy:
            inner = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
            if function(inner[0]) <= function(inner[1]):
                high = inner[1]
            else:
                low = inner[0]
        return (low + high) / 2


def _rounded_up(number: Any) -> Any:
    """The next integer, as far as the number has digits before its point."""
    if mpmath.mag(number) > mpmath.mp.prec:
        return number
    nearest = mpmath.nint(number)
    # An integer that the last digits miss is that integer.
    return nearest if mpmath.almosteq(number, nearest) else mpmath.ceil(number)


def _rounded_up_to_even(number: Any) -> Any:
    """The next even integer: the symmetric start has neurons in pairs."""
    return 2 * _rounded_up(number / 2)
