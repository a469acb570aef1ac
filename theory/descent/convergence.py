"""What gradient descent reaches, as bounds that can be evaluated, and what they require.

The risk is R(Φ) = (1/nT) Σ_j Σ_t (F_t(X^j; Φ) − f*_t(X^j))², without a factor 1/2. With
x = e_m + (5/2) B_T ρ²/√m, every step of gradient descent inside the ball obeys
‖Φ(s+1) − Φ̄‖² ≤ ‖Φ(s) − Φ̄‖² − 4ηR + 4ηx√R + 4η²ℓ²R, which for η ≤ 1/(4ℓ²) is at most
‖Φ(s) − Φ̄‖² − ηR + 2ηx². Its sum over the steps is the risk bound.
Source: arXiv 2402.12241; the constants and the proof in this form derived here.
"""

from __future__ import annotations

from functools import cache

from sympy import Eq, Expr, Max, Rational, log, simplify, sqrt
from sympy.solvers import solve

from longlag.theory.descent.symbols import (
    current_risk,
    delta,
    gradient_ball,
    gradient_start,
    hessian_ball,
    iterations,
    misfit,
    radius,
    risk,
    samples,
    size,
    step_size,
    steps,
    width,
)

#: Shares of the risk ε that are left to the misfit 2x² and to descent ν²/(ητ).
_HALF = Rational(1, 2)


def log_union() -> Expr:
    """Return ln(2nT/δ), the price of asking for all samples and steps at once."""
    return log(2 * samples * steps / delta)


def finite_width_error() -> Expr:
    """Return e_m = 2 ν ℓ⁰_T √(ln(2nT/δ)/m) ≥ |⟨∇F_t(Φ₀), Φ̄ − Φ₀⟩ − f*_t|.

    Of the m/2 independent terms of the mean each is at most ν ℓ⁰_T; Hoeffding's inequality and a
    union bound over n samples and T steps.

    >>> finite_width_error()
    2*ell_0*nu*sqrt(log(2*T*n/delta))/sqrt(m)
    """
    return 2 * size * gradient_start * sqrt(log_union() / width)


def mean_square_error() -> Expr:
    """Return e₂ = ν ℓ⁰_T √(2/m) (1 + √(2 ln(1/δ))) ≥ (mean over j, t of (⟨∇F_t, Φ̄−Φ₀⟩ − f*_t)²)^½.

    The risk bound asks for the error in the mean alone. That is the norm of a mean of m/2
    independent vectors of norm at most ν ℓ⁰_T: its expectation is at most ν ℓ⁰_T √(2/m), and one
    vector moves it by at most 4 ν ℓ⁰_T/m, so that McDiarmid's inequality gives the rest. No union
    bound is needed, and neither n nor T appears. Derived here.

    >>> mean_square_error()
    sqrt(2)*ell_0*nu*(sqrt(2)*sqrt(log(1/delta)) + 1)/sqrt(m)
    """
    tail = 1 + sqrt(2 * log(1 / delta))
    return size * gradient_start * sqrt(2 / width) * tail


def linearisation_error() -> Expr:
    """Return B_t ρ²/(2√m) ≥ |F_t(Φ) − F_t(Φ₀) − ⟨∇F_t(Φ₀), Φ − Φ₀⟩| in the ball.

    m neurons with c_i/√m, each with a second-order remainder of at most B_t (ρ/√m)²/2.
    """
    return hessian_ball * radius**2 / (2 * sqrt(width))


def gradient_drift() -> Expr:
    """Return B_t ρ/√m ≥ ‖∇F_t(Φ) − ∇F_t(Φ₀)‖ in the ball, m blocks of at most B_t ρ/m."""
    return hessian_ball * radius / sqrt(width)


def misfit_bound(*, mean_square: bool = False) -> Expr:
    """Return x = e_m + (5/2) B_T ρ²/√m ≥ |⟨∇F_t(Φ), Φ − Φ̄⟩ − (F_t(Φ) − f*_t)|.

    The error at finite width, the linearisation error, and the drift of the gradient times
    ‖Φ − Φ̄‖ ≤ ρ + ν ≤ 2ρ.

    Args:
        mean_square: bound the root of the mean square over samples and steps only, with e₂ in
            place of e_m; the risk bound holds with it as well.

    >>> misfit_bound() - finite_width_error()
    5*B*rho**2/(2*sqrt(m))
    """
    at_start = mean_square_error() if mean_square else finite_width_error()
    return at_start + linearisation_error() + gradient_drift() * 2 * radius


def largest_step() -> Expr:
    """Return 1/(4ℓ_T²), the largest step size η for which the risk bound holds."""
    return 1 / (4 * gradient_ball**2)


def progress() -> Expr:
    """Return the bound on ‖Φ(s+1) − Φ̄‖² − ‖Φ(s) − Φ̄‖² by one step, over R(Φ(s)).

    −2η⟨∇R, Φ − Φ̄⟩ ≤ −4ηR + 4ηx√R, and ‖∇R‖² ≤ 4ℓ²R.
    """
    return (
        -4 * step_size * current_risk
        + 4 * step_size * misfit * sqrt(current_risk)
        + 4 * step_size**2 * gradient_ball**2 * current_risk
    )


def progress_bound() -> Expr:
    """Return −ηR + 2ηx², what ``progress`` is at most where η ≤ 1/(4ℓ²).

    The gap is 2η(√R − x)² + ηR(1 − 4ηℓ²).
    """
    return -step_size * current_risk + 2 * step_size * misfit**2


def progress_gap() -> Expr:
    """Return 2η(√R − x)² + ηR(1 − 4ηℓ²), by which ``progress`` stays below its bound."""
    square = 2 * step_size * (sqrt(current_risk) - misfit) ** 2
    return square + step_size * current_risk * (1 - 4 * step_size * gradient_ball**2)


def risk_bound() -> Expr:
    """Return ν²/(ητ) + 2x² ≥ (1/τ) Σ_{s<τ} R(Φ(s)) of projected gradient descent.

    For ρ ≥ ν componentwise, η ≤ 1/(4ℓ_T²) and targets of the class F_ν.
    """
    return size**2 / (step_size * iterations) + 2 * misfit**2


def drift_radius() -> Expr:
    """Return 2ℓ √(ητν² + 2η²τ²x²) ≥ √m ‖φ_i(s) − φ_i(0)‖ for s ≤ τ of plain gradient descent.

    A step moves a neuron by at most 2ηℓ√(R/m), and Σ√R ≤ √(τ ΣR) is bounded by the risk bound.
    """
    spread = step_size * iterations * size**2 + 2 * (step_size * iterations * misfit) ** 2
    return 2 * gradient_ball * sqrt(spread)


@cache
def required_iterations() -> Expr:
    """Return the τ at which ν²/(ητ) is half of ε at the largest step size.

    >>> required_iterations()
    8*ell**2*nu**2/epsilon
    """
    descended = (size**2 / (step_size * iterations)).subs(step_size, largest_step())
    (found,) = solve(Eq(descended, risk * _HALF), iterations)
    return found


@cache
def required_width(*, mean_square: bool = False) -> Expr:
    """Return the m at which 2x² is half of ε.

    With m on the right side in ℓ⁰ and B, which depend on it through α_m, an equation for m.

    Args:
        mean_square: with e₂ in place of e_m, as in ``misfit_bound``.

    >>> required_width()
    4*(5*B*rho**2/2 + 2*ell_0*nu*sqrt(log(2*T*n/delta)))**2/epsilon
    """
    (found,) = solve(Eq(2 * misfit**2 / width, risk * _HALF), width)
    # Every part of x falls as 1/√m, so that x√m is x at m = 1.
    return found.subs(misfit, misfit_bound(mean_square=mean_square).subs(width, 1))


def width_of_finite_width_error() -> Expr:
    """Return the width that the error at finite width alone would require."""
    return required_width().subs(hessian_ball, 0)


def linearisation_width() -> Expr:
    """Return the width that linearisation and drift alone would require."""
    return required_width().subs(gradient_start, 0)


@cache
def required_radius() -> Expr:
    """Return the radius that plain gradient descent may drift, at the required τ and x, η.

    With ητ = 2ν²/ε and x² = ε/4 it is 4ℓν²/√ε, and never less than ν, which the bound on x asks.

    >>> required_radius()
    Max(nu, 4*ell*nu**2/sqrt(epsilon))
    """
    drifted = drift_radius().subs({misfit: sqrt(risk) / 2, iterations: required_iterations()})
    return Max(size, simplify(drifted.subs(step_size, largest_step())))


def cutoff_width(alpha: Expr, slope_bound: Expr, radius_w: Expr) -> Expr:
    """Return the width beyond which α_m s₁ = (α + ρ_w/√m) s₁ < 1, for α s₁ < 1.

    Args:
        alpha: α.
        slope_bound: s₁.
        radius_w: ρ_w.

    >>> from sympy import Rational, S
    >>> cutoff_width(Rational(9, 10), S(1), S(1))
    100
    """
    (root,) = solve(Eq((alpha + radius_w / sqrt(width)) * slope_bound, 1), width)
    return root
