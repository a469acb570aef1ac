"""The letters of gradient descent on recurrent networks, one table for every formula.

Source of the letters: arXiv 2402.12241.
"""

from __future__ import annotations

from sympy import Expr, sqrt

from longlag.theory.notation import SymbolTable

_symbols = SymbolTable("descent")

step = _symbols.add("t", "step of the network, 1 to T", unit="steps", integer=True, positive=True)
steps = _symbols.add(
    "T", "number of steps of a sequence", unit="steps", integer=True, positive=True
)
samples = _symbols.add("n", "number of sequences", unit="sequences", integer=True, positive=True)
dimension = _symbols.add("d", "dimension of an input", integer=True, positive=True)
width = _symbols.add("m", "width of the network", unit="neurons", positive=True)

value_bound, slope_bound, curvature_bound = (
    _symbols.add(f"s_{order}", rf"$\sup|{function}|$ of the activation", positive=True)
    for order, function in enumerate((r"\sigma", r"\sigma'", r"\sigma''"))
)
input_bound = _symbols.add("chi", r"$\sup\|X_t\|$, 1 unless inputs are scaled", positive=True)

alpha = _symbols.add("alpha", "$|W_{ii}|$ at the start", nonnegative=True)
alpha_ball = _symbols.add(
    "alpha_m", r"its supremum $\alpha + \rho_w/\sqrt{m}$ over the ball", positive=True
)
gain = _symbols.add(
    "r", r"factor $\alpha_m s_1$ by which a derivative can grow in one step", positive=True
)

radius = _symbols.add("rho", r"radius of the ball, $\rho^2 = \rho_w^2 + \rho_u^2$", positive=True)
radius_w = _symbols.add("rho_w", r"$|W_{ii} - W_{ii}(0)| \le \rho_w/\sqrt{m}$", nonnegative=True)
radius_u = _symbols.add("rho_u", r"$\|U_i - U_i(0)\| \le \rho_u/\sqrt{m}$", nonnegative=True)
size = _symbols.add(
    "nu", r"size of the target's transportation map, $\nu^2 = \nu_w^2 + \nu_u^2$", positive=True
)

delta = _symbols.add("delta", "probability of failure", positive=True)
risk = _symbols.add("epsilon", "risk to reach", tex=r"\varepsilon", positive=True)
step_size = _symbols.add("eta", "step size of descent", positive=True)
iterations = _symbols.add("tau", "number of steps of descent", positive=True)
current_risk = _symbols.add("R", "risk after some steps of descent", nonnegative=True)

gradient_start = _symbols.add("ell_0", "bound of the gradient at the start", positive=True)
gradient_ball = _symbols.add("ell", "bound of the gradient in the ball", positive=True)
hessian_ball = _symbols.add("B", "bound of the Hessian in the ball", positive=True)
misfit = _symbols.add(
    "x", "what separates the network from its linearisation and this from the target", positive=True
)


def input_norm() -> Expr:
    """Return √(s₀² + χ²), the largest norm of (H_{t−1}, X_t).

    >>> input_norm().subs({value_bound: 1, input_bound: 1})
    sqrt(2)
    """
    return sqrt(value_bound**2 + input_bound**2)
