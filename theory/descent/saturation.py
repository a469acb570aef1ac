"""A bound that knows how far a neuron is saturated: powers of the gain become products of slopes.

Where |σ'(a_t)| ≤ S_t, |σ''(a_t)| ≤ C_t and ‖(H_{t−1}, X_t)‖ ≤ N_t, gradient and Hessian of a neuron
are at most
g_t = S_t (N_t + α_m g_{t−1}) = Σ_{s≤t} N_s S_s Π_{s<i≤t} α_m S_i and
b_t = C_t (N_t + α_m g_{t−1})² + S_t (2 g_{t−1} + α_m b_{t−1}), by the triangle inequality in the
recursions of ``model``. With S_t = s₁, C_t = s₂ and N_t = √(s₀²+χ²) they are ℓ_t and B_t. Both
steps grow with everything that they depend on, so that smaller S, C and N give smaller bounds, by
induction. Derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from sympy import Eq, Expr, Function, Product, Rational, Sum
from sympy.solvers import solve

from longlag.theory.descent.convergence import (
    finite_width_error,
    gradient_drift,
    linearisation_error,
)
from longlag.theory.descent.smoothness import gradient_step, hessian_step
from longlag.theory.descent.symbols import (
    alpha_ball,
    hessian_ball,
    input_norm,
    misfit,
    radius,
    risk,
    step,
    width,
)
from longlag.theory.notation import SymbolTable

#: S_t ≥ |σ'(a_t)|, C_t ≥ |σ''(a_t)| and N_t ≥ ‖(H_{t−1}, X_t)‖, as sequences and in one step.
slopes, curvatures, norms = (Function(name, positive=True) for name in "SCN")
_symbols = SymbolTable("descent")
slope_now, curvature_now, norm_now = (
    _symbols.add(f"{name}_t", f"bound of {what} at step t", positive=True)
    for name, what in (("S", "the slope"), ("C", "the curvature"), ("N", r"$\|(H_{t-1}, X_t)\|$"))
)
#: g_t and b_t as sequences, and g_{t−1} and b_{t−1} in one step.
gradients = Function("g", nonnegative=True)
gradient_before, hessian_before = (
    _symbols.add(f"{name}_-", f"bound of the {what} one step before", nonnegative=True)
    for name, what in (("g", "gradient"), ("b", "Hessian"))
)
mean_hessian = _symbols.add("b_1", "mean of $b_t$ over the neurons of a network", positive=True)
root_mean_square_hessian = _symbols.add(
    "b_2", "root of the mean of $b_t^2$ over the neurons", positive=True
)
source_step = _symbols.add("s", "index of a sum over steps", integer=True, positive=True)
between_step = _symbols.add("i", "index of a product over steps", integer=True, positive=True)


def saturated_gradient_step(
    before: Expr = gradient_before, slope: Expr = slope_now, norm: Expr = norm_now
) -> Expr:
    """Return g_t = S_t (N_t + α_m g_{t−1}).

    Args:
        before: g_{t−1}.
        slope: S_t.
        norm: N_t.

    >>> saturated_gradient_step()
    S_t*(N_t + alpha_m*g_-)
    """
    known = {gradient_before: before, slope_now: slope, norm_now: norm}
    return _with_norm(gradient_step(gradient_before, slope_now)).xreplace(known)


def saturated_hessian_step(
    before: Expr = hessian_before,
    gradient: Expr = gradient_before,
    slope: Expr = slope_now,
    curvature: Expr = curvature_now,
    norm: Expr = norm_now,
) -> Expr:
    """Return b_t = C_t (N_t + α_m g_{t−1})² + S_t (2 g_{t−1} + α_m b_{t−1}).

    Args:
        before: b_{t−1}.
        gradient: g_{t−1}.
        slope: S_t.
        curvature: C_t.
        norm: N_t.
    """
    step_of_symbols = hessian_step(hessian_before, gradient_before, slope_now, curvature_now)
    known = {
        hessian_before: before,
        gradient_before: gradient,
        slope_now: slope,
        curvature_now: curvature,
        norm_now: norm,
    }
    return _with_norm(step_of_symbols).xreplace(known)


def gradient_summand(start: Expr = source_step, end: Expr = step) -> Expr:
    """Return N_s S_s Π_{s<i≤t} α_m S_i, what step s leaves in g_t.

    Args:
        start: s.
        end: t.
    """
    return norms(start) * slopes(start) * _product(start, end)


def hessian_summand(start: Expr = source_step, end: Expr = step) -> Expr:
    """Return [C_s (N_s + α_m g_{s−1})² + 2 S_s g_{s−1}] Π_{s<i≤t} α_m S_i, what s leaves in b_t.

    Args:
        start: s.
        end: t.
    """
    moved = norms(start) + alpha_ball * gradients(start - 1)
    own = curvatures(start) * moved**2 + 2 * slopes(start) * gradients(start - 1)
    return own * _product(start, end)


def gradient_products() -> Expr:
    """Return g_t as the sum of products that solves its recursion."""
    return Sum(gradient_summand(), (source_step, 1, step))


def hessian_products() -> Expr:
    """Return b_t as the sum of products that solves its recursion."""
    return Sum(hessian_summand(), (source_step, 1, step))


def unrolled(steps: int) -> tuple[Expr, Expr]:
    """Return g_t and b_t after a number of steps of their recursions, from g_0 = b_0 = 0.

    Args:
        steps: t ≥ 0.

    >>> unrolled(1)[0]
    N(1)*S(1)
    """
    gradient, hessian = Rational(0), Rational(0)
    for t in range(1, steps + 1):
        hessian = saturated_hessian_step(hessian, gradient, slopes(t), curvatures(t), norms(t))
        gradient = saturated_gradient_step(gradient, slopes(t), norms(t))
    return gradient, hessian


def spelled_out(products: Callable[[], Expr], steps: int) -> Expr:
    """Return a sum of products at a number of steps, with g_0 … spelled out as well.

    Args:
        products: ``gradient_products`` or ``hessian_products``.
        steps: t ≥ 1.
    """
    found = products().subs(step, steps).doit()
    known = {gradients(t): unrolled(t)[0] for t in range(steps)}
    return found.xreplace(known)


def saturated_misfit() -> Expr:
    """Return e_m + b₁ρ²/(2√m) + 2b₂ρ²/√m, the misfit with means over the neurons in place of B_T.

    b₁ = (1/m) Σ_i b_{T,i} bounds the linearisation error, b₂ = √((1/m) Σ_i b_{T,i}²) the drift of
    the gradient; b₁ = b₂ = B_T gives ``misfit_bound``. The error at finite width keeps ℓ⁰_T:
    Hoeffding's inequality asks for a bound that every neuron that can be drawn obeys.
    """
    linear = linearisation_error().subs(hessian_ball, mean_hessian)
    drift = gradient_drift().subs(hessian_ball, root_mean_square_hessian)
    return finite_width_error() + linear + drift * 2 * radius


@cache
def saturated_width() -> Expr:
    """Return the m at which 2x² is half of ε, with the means b₁ and b₂ in place of B_T.

    >>> from longlag.theory.descent.convergence import required_width
    >>> both = {mean_hessian: hessian_ball, root_mean_square_hessian: hessian_ball}
    >>> (saturated_width().subs(both) - required_width()).simplify()
    0
    """
    (found,) = solve(Eq(2 * misfit**2 / width, risk / 2), width)
    return found.subs(misfit, saturated_misfit().subs(width, 1))


def _with_norm(step_of_symbols: Expr) -> Expr:
    """N_t in place of its bound √(s₀²+χ²), while that still stands there as a whole."""
    return step_of_symbols.xreplace({input_norm(): norm_now})


def _product(start: Expr, end: Expr) -> Expr:
    return Product(alpha_ball * slopes(between_step), (between_step, start + 1, end))
