"""Width, iterations and step size that the theorems ask for at given numbers.

The bounds on gradient and Hessian depend on the width through α_m = α + ρ_w/√m. With a = α_m − α
as the unknown, both conditions on the width are explicit: m ≥ (ρ_w/a)², so that the ball keeps to
α_m, and m ≥ 4 (2νℓ⁰√ln(2nT/δ) + (5/2) B(α+a) ρ²)²/ε. The larger of the two is a maximum of sums of
powers of a with positive coefficients, and so convex in ln a: a search finds its minimum, and a
width at any a suffices. Derived here.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mpmath
from sympy import Expr, Symbol

from longlag.theory.descent.convergence import (
    cutoff_width,
    largest_step,
    linearisation_width,
    required_iterations,
    required_radius,
    required_width,
    width_of_finite_width_error,
)
from longlag.theory.descent.problem import Problem
from longlag.theory.descent.scaling import Algorithm
from longlag.theory.descent.smoothness import Regime
from longlag.theory.descent.symbols import gain, gradient_ball, gradient_start, hessian_ball, radius
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.minimise import minimise_convex
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import number_tex
from longlag.theory.typeset.shown import Shown

#: Digits carried beyond those asked for.
_GUARD, _GUARD_BITS = 15, 20
_FEWEST_DIGITS, _MOST_DIGITS = 15, 100


@dataclass(frozen=True)
class Requirement(Shown):
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
        finite_width: the width that the error at finite width alone would need.
        linearisation: the width that linearisation and drift of the gradient alone would need.
        cutoff: the width beyond which r < 1, which bounds that hold for every T need and those of
            this T do not; None where α s₁ ≥ 1, so that there is none.
        digits: to which widths are found.
    """

    problem: Problem
    algorithm: Algorithm
    width: mpmath.mpf
    iterations: mpmath.mpf
    step_size: mpmath.mpf
    radius: mpmath.mpf
    alpha_ball: mpmath.mpf
    gain: mpmath.mpf
    gradient: mpmath.mpf
    gradient_at_start: mpmath.mpf
    hessian: mpmath.mpf
    finite_width: mpmath.mpf
    linearisation: mpmath.mpf
    cutoff: mpmath.mpf
    digits: int

    def __repr__(self) -> str:
        told = f"m = {mpmath.nstr(self.width, 6)}, tau = {mpmath.nstr(self.iterations, 6)}"
        return described(
            f"{self.algorithm} descent: {told}; {self.regime}, bound by {self.binding}",
            "width",
            "iterations",
            "gain",
            "latex()",
        )

    def _lines(self) -> list[str]:
        numbers = {"m": self.width, r"\tau": self.iterations, r"\eta": self.step_size}
        return [f"{letter} &= {number_tex(number)}" for letter, number in numbers.items()]

    @cached_property
    def horizon_free(self) -> Any:
        """The width with the limits of ℓ_T and B_T as T → ∞, so that T counts by ln T alone.

        None where α s₁ ≥ 1, so that there are no limits.
        """
        if self.regime is not Regime.BELOW:
            return None
        return self._least_width(required_width(), mpmath.inf)

    @cached_property
    def mean_square(self) -> Any:
        """The width with the error at finite width in the mean square, without a union bound.

        The number of samples does not appear in it.
        """
        return self._least_width(required_width(mean_square=True), int(self.problem.steps))

    def _least_width(self, asked: Expr, steps: Any) -> Any:
        with mpmath.workdps(_carried(self.problem, self.digits)):
            search = _Search(self.problem, self.algorithm, self.digits, steps)
            return _rounded_up_to_even(search.least_width(asked)[0])

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
        """Which error asks for the larger width: that at finite width, or linearisation."""
        return "finite width" if self.finite_width > self.linearisation else "linearisation"

    @property
    def concentration(self) -> Any:
        """The old name of ``finite_width``."""
        return self.finite_width


def requirement(
    problem: Problem, algorithm: Algorithm | str = Algorithm.PROJECTED, *, digits: int = 15
) -> Requirement:
    """Return the width, iterations and step size for which the least risk is at most ε.

    Args:
        problem: the numbers.
        algorithm: ``projected`` onto the ball after every step, or ``plain``.
        digits: decimal digits to which the least width is found, 1 to 100; at least 15 are.

    Returns:
        With probability 1 − δ over the start, min_{s<τ} R(Φ(s)) ≤ ε for targets of the class F_ν
        (the requirement is sufficient; nothing is said of smaller widths).
        Source: arXiv 2402.12241; the constants derived here.

    Raises:
        LonglagError: another algorithm, or another number of digits.

    >>> found = requirement(Problem(
    ...     steps=20, samples=100, dimension=3, alpha=0.5, delta=0.1, epsilon=0.1))
    >>> int(found.iterations), found.regime.value, found.binding
    (1286, 'below', 'linearisation')
    """
    found, wanted = _known(algorithm), _checked(digits)
    with mpmath.workdps(_carried(problem, wanted)):
        return _Search(problem, found, wanted, int(problem.steps)).requirement()


class _Search:
    """The conditions on the width over a = α_m − α, for the bounds at a number of steps."""

    def __init__(self, problem: Problem, algorithm: Algorithm, digits: int, steps: Any) -> None:
        self.problem = problem
        self.algorithm = algorithm
        self.digits = digits
        self.steps = steps
        self.alpha = evaluate(problem.alpha, {})
        self.at_start = problem.at_start(steps)
        self.radii = evaluate(problem.radius, {}), evaluate(problem.rho_w, {})

    def requirement(self) -> Requirement:
        least, ball = self.least_width(required_width())
        width = _rounded_up_to_even(least)
        alpha_ball = self.alpha + self.radius_w(ball) / mpmath.sqrt(width)
        numbers = self.bounds(alpha_ball) | {radius: ball}
        iterations = _rounded_up(evaluate(required_iterations(), numbers))
        step = evaluate(largest_step(), numbers)
        if self.algorithm is Algorithm.PLAIN:
            # The drift counts ητ, which the rounding of τ must not increase.
            step *= evaluate(required_iterations(), numbers) / iterations
        below = self.problem.regime is Regime.BELOW
        return Requirement(
            self.problem,
            self.algorithm,
            width,
            iterations,
            step,
            ball,
            alpha_ball,
            numbers[gain],
            numbers[gradient_ball],
            numbers[gradient_start],
            numbers[hessian_ball],
            evaluate(width_of_finite_width_error(), numbers),
            evaluate(linearisation_width(), numbers),
            self.cutoff(ball) if below else None,
            self.digits,
        )

    def least_width(self, asked: Expr) -> tuple[Any, Any]:
        """Return the least width and the radius of the ball at it.

        Args:
            asked: the width at which the misfit is small enough, over the bounds.
        """
        at_start, ball = self.width_of_misfit(asked, self.alpha)
        if self.radius_w(ball) == 0:
            return at_start, ball

        def log_width(log_room: Any) -> Any:
            room = mpmath.exp(log_room)
            of_misfit, ball = self.width_of_misfit(asked, self.alpha + room)
            return mpmath.log(max((self.radius_w(ball) / room) ** 2, of_misfit))

        # Where the ball would keep to α_m if the misfit did not grow with it.
        start = mpmath.log(self.radius_w(ball)) - mpmath.log(at_start) / 2
        log_room = minimise_convex(log_width, start, mpmath.mpf(10) ** -self.digits)
        _, ball = self.width_of_misfit(asked, self.alpha + mpmath.exp(log_room))
        return mpmath.exp(log_width(log_room)), ball

    def width_of_misfit(self, asked: Expr, alpha_ball: Any) -> tuple[Any, Any]:
        """The width at which the misfit is small enough at a given α_m, and the radius there."""
        numbers = self.bounds(alpha_ball)
        drift = self.algorithm is Algorithm.PLAIN
        ball = evaluate(required_radius(), numbers) if drift else self.radii[0]
        return evaluate(asked, numbers | {radius: ball}), ball

    def radius_w(self, ball: Any) -> Any:
        """How far a recurrent weight may move, times √m; plain descent has one radius for all."""
        return self.radii[1] if self.algorithm is Algorithm.PROJECTED else ball

    def bounds(self, alpha_ball: Any) -> dict[Symbol, Any]:
        """Return ℓ_T and B_T at α_m, ℓ⁰_T at α, and the numbers of the problem."""
        return self.at_start | self.problem.in_ball(alpha_ball, self.steps)

    def cutoff(self, ball: Any) -> Any:
        """The width beyond which r < 1."""
        problem = self.problem
        if self.radius_w(ball) == 0:
            return mpmath.mpf(0)
        root = cutoff_width(problem.alpha, problem.slope_bound, radius)
        return evaluate(root, {radius: self.radius_w(ball)})


def _rounded_up(number: Any) -> Any:
    """The next integer from 1 on, as far as the number has digits before its point."""
    if mpmath.mag(number) > mpmath.mp.prec:
        return number
    nearest = mpmath.nint(number)
    # An integer that the last digits miss is that integer.
    missed = mpmath.mpf(2) ** (_GUARD_BITS - mpmath.mp.prec) * number
    found = nearest if abs(number - nearest) <= missed else mpmath.ceil(number)
    return max(found, mpmath.mpf(1))


def _rounded_up_to_even(number: Any) -> Any:
    """The next even integer: the symmetric start has neurons in pairs."""
    return 2 * _rounded_up(number / 2)


def _carried(problem: Problem, digits: int) -> int:
    """The digits to work with: powers r^T lose those of T, and 1/(1 − r) those of 1 − α s₁."""
    room = (1 - problem.alpha * problem.slope_bound).evalf(5)
    lost = 0 if room <= 0 else max(0, int(-mpmath.log10(mpmath.mpf(room))))
    return digits + _GUARD + len(str(problem.steps)) + lost


def _checked(digits: Any) -> int:
    try:
        found = operator.index(digits)
    except TypeError:
        found = 0
    if not 1 <= found <= _MOST_DIGITS:
        raise LonglagError(
            f"digits {digits!r}", f"an integer from 1 to {_MOST_DIGITS}", "leave them out for 15"
        )
    return max(found, _FEWEST_DIGITS)


def _known(algorithm: Algorithm | str) -> Algorithm:
    try:
        return Algorithm(algorithm)
    except ValueError:
        raise LonglagError(
            f"algorithm {algorithm!r}",
            "no requirement is known for it",
            f"choose {' or '.join(Algorithm)}",
        ) from None
