"""The letters of gradient descent on recurrent networks, one table for every formula.

Source of the letters: arXiv 2402.12241.
"""

from __future__ import annotations

from sympy import Expr, Symbol, sqrt

#: Step of the network, t = 1 … T, and the number T of steps.
step = Symbol("t", integer=True, positive=True)
horizon = Symbol("T", integer=True, positive=True)
#: Number n of sequences, dimension d of an input, and m of neurons.
samples = Symbol("n", integer=True, positive=True)
dimension = Symbol("d", integer=True, positive=True)
width = Symbol("m", positive=True)

#: sup|σ|, sup|σ'|, sup|σ''|.
value_bound, slope_bound, curvature_bound = (Symbol(f"s_{k}", positive=True) for k in range(3))
#: sup‖X_t‖, 1 unless inputs are scaled otherwise.
input_bound = Symbol("chi", positive=True)

#: |W_ii| at the start, and its supremum α_m = α + ρ_w/√m over the ball.
alpha = Symbol("alpha", nonnegative=True)
alpha_ball = Symbol("alpha_m", positive=True)
#: The factor r = α_m s₁ by which a derivative can grow in one step.
gain = Symbol("r", positive=True)

#: Radii of the ball, |W_ii − W_ii(0)| ≤ ρ_w/√m and ‖U_i − U_i(0)‖ ≤ ρ_u/√m; ρ² = ρ_w² + ρ_u².
radius = Symbol("rho", positive=True)
radius_w = Symbol("rho_w", nonnegative=True)
radius_u = Symbol("rho_u", nonnegative=True)
#: Size of the target's transportation map, |v_w| ≤ ν_w and ‖v_u‖ ≤ ν_u; ν² = ν_w² + ν_u².
size = Symbol("nu", positive=True)

#: Probability of failure, the risk to reach, step size and number of steps of descent.
delta = Symbol("delta", positive=True)
risk = Symbol("epsilon", positive=True)
step_size = Symbol("eta", positive=True)
iterations = Symbol("tau", positive=True)

#: R(Φ(s)), the risk after s steps of descent.
current_risk = Symbol("R", nonnegative=True)

#: Values of the gradient bound at the start and in the ball, and of the Hessian bound there.
gradient_start, gradient_ball = Symbol("ell_0", positive=True), Symbol("ell", positive=True)
hessian_ball = Symbol("B", positive=True)
#: What separates the network from its linearisation and this from the target.
misfit = Symbol("x", positive=True)


def input_norm() -> Expr:
    """Return √(s₀² + χ²), the largest norm of (H_{t−1}, X_t).

    >>> input_norm().subs({value_bound: 1, input_bound: 1})
    sqrt(2)
    """
    return sqrt(value_bound**2 + input_bound**2)
