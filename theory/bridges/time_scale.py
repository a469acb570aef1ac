"""The time scale τ = −1/ln q of a memory that keeps the share q of itself at each step.

A gate s keeps q = 1 − s, a diagonal recurrent weight keeps q = r (at most α_m s₁ over all inputs),
a unit e^{−wt} keeps q = e^{−w}. Sources: arXiv 2512.05790, arXiv 2402.12241, JMLR 23(42), 2022.
That they are one number, and what it costs to make it large, is derived here.
"""

from __future__ import annotations

from functools import cache

from sympy import (
    Expr,
    Function,
    Matrix,
    Rational,
    S,
    Symbol,
    exp,
    factor,
    factor_list,
    integrate,
    log,
    numer,
    oo,
    pi,
    simplify,
    solve,
    sqrt,
    sympify,
    tanh,
    together,
)

from longlag.theory.descent.symbols import gain, slope_bound
from longlag.theory.errors import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.memory.kernel import rate, time
from longlag.theory.memory.plateau import late_symbol, length, silent
from longlag.theory.notation import SymbolTable
from longlag.theory.scalar.parameters import positive
from longlag.theory.scalar.special import expm1
from longlag.theory.window.window import learnability_window

#: The time scale, the lag that a network is asked to reach, the state of a neuron that rests.
_symbols = SymbolTable("bridges")
tau = _symbols.add("tau", "slowest time scale of a network", unit="steps", positive=True)
reach = _symbols.add("H", "lag that a network is asked to reach", unit="steps", positive=True)
level = _symbols.add("h", "state of a neuron that rests", positive=True)
late_weight = _symbols.add("g", "what a target weighs its late input with", positive=True)


def time_scale(kept: Expr | float) -> Expr:
    """Return the time scale −1/ln q of what keeps the share q at each step.

    Args:
        kept: q, a number in (0, 1) or an expression.

    Raises:
        LonglagError: a number outside (0, 1), which forgets at once or never.

    >>> time_scale(exp(-rate))
    1/w
    >>> time_scale(1 - positive("s"))
    -1/log(1 - s)
    """
    share = sympify(kept)
    if share.is_number and not (share.is_real and 0 < share < 1):
        raise LonglagError(
            f"the share {kept} kept at each step",
            "a memory that fades keeps between 0 and 1",
            "give such a number: 1 − s for a gate s, r for a recurrent weight, e^{−w} for a rate w",
        )
    return -1 / log(share)


def kept_share(scale: Expr = tau) -> Expr:
    """Return q = e^{−1/τ}, what is kept at each step: r of a weight, 1 − s of a gate.

    >>> time_scale(kept_share())
    tau
    """
    return exp(-1 / scale)


def forgotten_share(scale: Expr = tau) -> Expr:
    """Return 1 − q = 1 − e^{−1/τ}: a gate s, or the distance 1 − r of a weight from the cutoff.

    >>> forgotten_share()
    -expm1(-1/tau)
    """
    return -expm1(-1 / scale)


@cache
def window_of_time_scale() -> Expr:
    """Return H_N = τ (ln N − ln A + κ ln c)/κ, the window of c e^{−ℓ/τ}.

    >>> window_of_time_scale()
    tau*(log(c) + (-log(A) + log(N))/kappa)
    """
    horizon = learnability_window(LAWS["exponential"]).horizon
    if horizon is None:
        raise LonglagError("the exponential law", "it has a window in closed form", "restore it")
    return horizon.subs(positive("b"), 1 / tau)


@cache
def needed_time_scale() -> Expr:
    """Return the time scale at which N samples reach the lag H, κH/ln(N c^κ/A).

    >>> needed_time_scale()
    H*kappa/log(N*c**kappa/A)
    """
    (found,) = solve(window_of_time_scale() - reach, tau)
    return found


@cache
def silent_resistance() -> Expr:
    """Return ‖P⊥ e^{−vt}‖², what a silent unit of rate v costs the first part.

    It is a loss per squared amplitude. P⊥ removes e^{−wt} and t e^{−wt}, which the units of the
    first part make up for.

    >>> silent_resistance()
    (w - w_min)**4/(2*w_min*(w + w_min)**4)
    """
    unit = exp(-silent * time)
    basis = [exp(-rate * time), time * exp(-rate * time)]
    gram = Matrix(2, 2, lambda i, j: _inner(basis[i], basis[j]))
    against = Matrix(2, 1, lambda i, _: _inner(basis[i], unit))
    return factor(_inner(unit, unit) - (against.T * gram.inv() * against)[0, 0])


@cache
def silent_gain() -> Expr:
    """Return G(v), by which the loss has fallen once the amplitude of a silent unit has settled.

    J = D a² − 2a B(v) e^{−vμ} with D the resistance has its minimum −G = −B² e^{−2vμ}/D.

    >>> silent_gain().has(late_symbol)
    True
    """
    a = Symbol("a", real=True)
    pull = late_symbol(silent) * exp(-silent * length)
    loss = silent_resistance() * a**2 - 2 * a * pull
    (settled,) = solve(loss.diff(a), a)
    return simplify(-loss.subs(a, settled))


def silent_exit() -> Expr:
    """Return the leading exit time of a silent unit, 1/(4μ²G(v)) = D ω² e^{2v/ω}/(4B²).

    Once the amplitude has settled the rate falls at the speed dv/dt = G'(v) ~ −2μ G(v). So the time
    to leave a ball of fixed radius is ∫dv/|G'|, and nearly all of it is spent at the start.

    >>> silent_exit().has(exp(2 * length * silent))
    True
    """
    return simplify(1 / (4 * length**2 * silent_gain()))


@cache
def steady_curvature() -> Expr:
    """Return ∂²H/∂u² of a neuron that rests at H = tanh(rH + u), over the ``level`` H.

    u is the input ⟨U, X⟩, held for ever.

    >>> steady_curvature().subs(level, 0)
    0
    """
    u = Symbol("u", real=True)
    state = Function("h")(u)
    rest = state - tanh(gain * state + u)
    (first,) = solve(rest.diff(u), state.diff(u))
    second = first.diff(u).subs(state.diff(u), first)
    return factor(second.subs(tanh(gain * state + u), level))


@cache
def steepest_level() -> Expr:
    """Return the level 0 < H < 1 at which |∂²H/∂u²| is largest, for r < 1.

    >>> round(float(steepest_level().subs(gain, 0.99)), 4)  # near 1/√(5τ)
    0.0448
    """
    (condition,) = [
        part
        for part, _ in factor_list(numer(together(steady_curvature().diff(level))))[1]
        if part.has(level)
    ]
    half = Rational(1, 2)
    (found,) = [root for root in solve(condition, level) if 0 < root.subs(gain, half).evalf() < 1]
    return found


@cache
def late_weights() -> tuple[Expr, Expr]:
    """Return what v_u and v_w of length 1 weigh the input H steps ago with, at small inputs.

    A target of the class F_ν is E⟨∇H_t, v⟩. To first order in the inputs H_t is
    s₁ Σ_k r^k ⟨U, X_{t−k}⟩, and a component of U is standard normal.

    >>> late_weights()[0]
    r**H*s_1
    """
    weight, component = Symbol("W", positive=True), Symbol("U", positive=True)
    response = slope_bound * (weight * slope_bound) ** reach * component
    density = sqrt(2 / pi) * exp(-(component**2) / 2)
    by_inputs = response.diff(component)
    # v_w takes the sign of the component, so that only its size counts.
    by_weight = integrate(response.diff(weight) * density, (component, 0, oo))
    at_gain = {weight: gain / slope_bound}
    return simplify(by_inputs.subs(at_gain)), simplify(by_weight.subs(at_gain))


def late_size() -> Expr:
    """Return the smallest ‖ν‖ of a target that weighs the input H steps ago with g.

    g = ν_u a + ν_w b with the weights (a, b), and so ν ≥ g/√(a² + b²).

    >>> late_size().has(late_weight)
    True
    """
    by_inputs, by_weight = late_weights()
    return late_weight / sqrt(by_inputs**2 + by_weight**2)


def _inner(left: Expr, right: Expr) -> Expr:
    return integrate((left * right).expand(), (time, S.Zero, oo))
