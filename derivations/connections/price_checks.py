"""Checks of what a time scale costs: limits and identities of SymPy, and real neurons at rest."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import mpmath
import torch
from sympy import Expr, Rational, S, Symbol, exp, limit, log, oo, pi, powdenest, simplify, sqrt

from longlag.derivations.connections.clock_checks import weighted_step
from longlag.theory.bridges.time_scale import (
    kept_share,
    late_size,
    late_weight,
    late_weights,
    level,
    needed_time_scale,
    reach,
    steady_curvature,
    steepest_level,
    tau,
)
from longlag.theory.descent.convergence import required_iterations, required_width
from longlag.theory.descent.smoothness import geometric_sum, gradient_bound, hessian_bound
from longlag.theory.descent.symbols import (
    curvature_bound,
    gain,
    gradient_ball,
    gradient_start,
    hessian_ball,
    input_norm,
    radius,
    risk,
    size,
    slope_bound,
    step,
    steps,
)
from longlag.theory.laws import LAWS
from longlag.theory.memory import plateau
from longlag.theory.memory.plateau import late_symbol, silent
from longlag.theory.notation import ell
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.statement import Level, Settings, Verdict, judged
from longlag.theory.window.window import COST, KAPPA, SAMPLES

#: Where limits are followed, besides SymPy's own.
_FAR = (10**4, 10**8, 10**16)
_ROUNDING = 1e-12
#: Steps, and neurons of these gains, of the networks at rest.
_STEPS, _GAINS = 60, (0.5, 0.9, 0.99, 1.1)
#: Of τ in the largest second derivative of a steady neuron.
STEADY_POWER = Rational(5, 2)
#: ln(N c^κ/A)/κ = H/τ, the number of time scales that N samples reach, and a letter for it.
AMPLITUDE = LAWS["exponential"].parameters[1]
LOG_LEVEL: Expr = log(SAMPLES * AMPLITUDE**KAPPA / COST) / KAPPA
LEVEL = Symbol("L", positive=True)


def limit_verdict(settings: Settings, expression: Expr, variable: Symbol, value: Expr) -> Verdict:
    """Find a limit at infinity by SymPy, and follow the expression there in many digits.

    Args:
        settings: seed and digits.
        expression: over positive symbols.
        variable: what goes to infinity.
        value: the stated limit.
    """
    found = limit(expression, variable, oo)
    source = random.Random(settings.seed)
    others = sorted((expression.free_symbols | value.free_symbols) - {variable}, key=str)
    values: dict[Symbol, Any] = {s: Rational(source.randint(150, 350), 100) for s in others}
    gaps = []
    # At the last point 1 − e^{−1/τ} loses 16 digits, and its cube 48.
    with mpmath.workdps(settings.digits + 4 * 16):
        stated = evaluate(value, values)
        for far in _FAR:
            gaps.append(abs(evaluate(expression, {**values, variable: mpmath.mpf(far)}) - stated))
    followed = gaps[0] >= gaps[1] >= gaps[2] and gaps[2] <= abs(stated) / 10**3
    holds = bool(simplify(found - value) == 0 and followed)
    where = f"{variable} to infinity: {found}, stated {value}"
    return _proved(holds, f"SymPy's limit, and {settings.digits} digits on the way there", where)


def push_verdict(settings: Settings, *, lag: Expr) -> Verdict:
    """Prove that the push on a silent unit is 2B times the envelope at the lag 1/ω.

    Args:
        settings: not used: SymPy decides.
        lag: of the envelope.
    """
    push = plateau.silent_push().subs(silent, 1 / tau)
    decay, amplitude = LAWS["exponential"].parameters
    envelope = LAWS["exponential"].envelope.subs({decay: 1 / tau, amplitude: 1, ell: lag})
    gap = simplify(push - 2 * late_symbol(1 / tau) * envelope)
    return _proved(gap == 0, "SymPy, any late part", f"a gap of {gap}")


def bounds_verdict(settings: Settings, *, powers: tuple[int, int]) -> Verdict:
    """Prove how the bounds on gradient and Hessian grow with the time scale, below the cutoff.

    Args:
        settings: seed and digits.
        powers: of τ.
    """
    leaders = (slope_bound * input_norm(), curvature_bound * input_norm() ** 2)
    limits = [bound.limit.subs(gain, kept_share()) for bound in (gradient_bound(), hessian_bound())]
    return _first_refuted(
        limit_verdict(settings, found / leader / tau**power, tau, S.One)
        for found, leader, power in zip(limits, leaders, powers, strict=True)
    )


def rest_verdict(settings: Settings, *, excess: int) -> Verdict:
    """Compare the gradient of a neuron at rest with p_t(r), by autograd.

    A constant input orthogonal to the input weights leaves a neuron at rest.

    Args:
        settings: not used: the networks are given.
        excess: is added to t.
    """
    worst, where = 0.0, ""
    total = geometric_sum()
    for r in _GAINS:
        weight = torch.tensor([r], dtype=torch.float64, requires_grad=True)
        inputs = torch.tensor([[0.0, 1.0]], dtype=torch.float64, requires_grad=True)
        step, state = weighted_step(weight), torch.zeros(1, dtype=torch.float64)
        for _ in range(_STEPS):
            state = step(state, inputs @ torch.tensor([1.0, 0.0], dtype=torch.float64))
        parts = torch.autograd.grad(state.sum(), [weight, inputs])
        found = float(torch.cat([part.flatten() for part in parts]).norm())
        stated = float(total.value(_STEPS + excess, r, {}))
        if abs(found / stated - 1) >= worst:
            worst, where = abs(found / stated - 1), f"r = {r}: {found:.6g}, stated {stated:.6g}"
    return judged(
        Level.MEASURED,
        f"autograd through plain, {_STEPS} steps, r = .5 to 1.1",
        worst,
        _ROUNDING,
        where,
        points=len(_GAINS),
    )


def curvature_verdict(settings: Settings, *, power: Expr) -> Verdict:
    """Prove how the largest second derivative of a steady neuron grows; measure it at one τ.

    Args:
        settings: seed and digits.
        power: of τ.
    """
    largest = -steady_curvature().subs(level, steepest_level())
    # r = 1 − 1/τ instead of e^{−1/τ}: the same to leading order.
    ratio = largest.subs(gain, 1 - 1 / tau) / tau**power
    grown = limit_verdict(settings, simplify(ratio), tau, 25 * sqrt(5) / 108)
    r = 0.9
    held = float(steepest_level().subs(gain, r))
    stated, found = float(largest.subs(gain, r)), _measured_curvature(r, held)
    error = abs(found / stated - 1)
    if not grown.holds or error > 1e-9:
        return _proved(False, grown.method, grown.counterexample or f"measured {found:.6g}")
    return Verdict(
        level=grown.level,
        method=grown.method + f"; autograd at r = {r} agrees",
        error=error,
        tolerance=1e-9,
    )


def _measured_curvature(r: float, held: float) -> float:
    """|∂²H/∂u²| of a neuron that an input holds at a level, by autograd through many steps."""
    step = weighted_step(torch.tensor([r], dtype=torch.float64))
    level_at = torch.tensor([held], dtype=torch.float64)
    u = (torch.atanh(level_at) - r * level_at).requires_grad_()
    state = level_at
    for _ in range(400):
        state = step(state, u)
    (first,) = torch.autograd.grad(state.sum(), u, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), u)
    return abs(float(second))


def late_target_verdict(settings: Settings, *, excess: int) -> Verdict:
    """Compare what ∇H_t holds of the input k steps ago, at small inputs, with the stated weights.

    Args:
        settings: not used: the input weights are quantiles of the normal law.
        excess: is added to k.
    """
    count, r, lag = 64, 0.9, 12
    quantiles = torch.special.ndtri((torch.arange(count, dtype=torch.float64) + 0.5) / count)
    weight = torch.full((count,), r, dtype=torch.float64, requires_grad=True)
    component = quantiles.clone().requires_grad_()
    step, state = weighted_step(weight), torch.zeros(count, dtype=torch.float64)
    inputs = torch.zeros(lag + 1, dtype=torch.float64, requires_grad=True)
    for value in inputs:
        state = step(state, value * component)
    gradients = torch.autograd.grad(state.sum(), [component, weight], create_graph=True)
    # v_u along the input, v_w with the sign of the component.
    signs = [torch.ones_like(quantiles), quantiles.sign()]
    found = [
        float(torch.autograd.grad((own * sign).mean(), inputs, retain_graph=True)[0][0])
        for own, sign in zip(gradients, signs, strict=True)
    ]
    stated = [
        float(part.subs({reach: lag + excess, gain: Rational(9, 10), slope_bound: 1}))
        for part in late_weights()
    ]
    errors = [abs(a / b - 1) for a, b in zip(found, stated, strict=True)]
    # The mean of the sizes of 64 quantiles misses that of the normal law by less than 1 %.
    holds = errors[0] < _ROUNDING and errors[1] < 0.01
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method=f"autograd through plain, {count} neurons, r = {r}, lag {lag}",
        points=1,
        error=max(errors),
        tolerance=0.01,
        counterexample="" if holds else f"{found}, stated {stated}",
    )


def needed_gate_verdict(settings: Settings, *, power: int) -> Verdict:
    """Prove that the gate that N samples need at lag H is ln(N c^κ/A)/(κH) for long lags.

    Args:
        settings: seed and digits.
        power: of H.
    """
    gate = 1 - kept_share(needed_time_scale())
    return limit_verdict(settings, gate * reach**power, reach, LOG_LEVEL)


def price_verdict(settings: Settings, *, powers: tuple[int, int]) -> Verdict:
    """Prove how iterations and width of gradient descent grow with the lag, for a given target.

    Args:
        settings: seed and digits.
        powers: of H.
    """
    leaders = (
        8 * size**2 * (slope_bound * input_norm()) ** 2 / LEVEL**2 / risk,
        25 * radius**4 * (curvature_bound * input_norm() ** 2) ** 2 / LEVEL**6 / risk,
    )
    return _first_refuted(
        limit_verdict(settings, required / reach**power / leader, reach, left)
        for required, power, leader, left in zip(
            _required(), powers, leaders, _within_reach(), strict=True
        )
    )


def late_price_verdict(settings: Settings, *, powers: tuple[int, int]) -> Verdict:
    """Prove how they grow when the target weighs the input H steps ago with g.

    Args:
        settings: seed and digits.
        powers: of H.
    """
    own = late_size().subs(gain, kept_share(reach / LEVEL))
    grown = pi * late_weight**2 * exp(2 * LEVEL) / (2 * slope_bound**4)
    leaders = (
        8 * grown * (slope_bound * input_norm()) ** 2 / LEVEL**2 / risk,
        25 * grown**2 * (curvature_bound * input_norm() ** 2) ** 2 / LEVEL**6 / risk,
    )
    return _first_refuted(
        limit_verdict(
            settings,
            powdenest(
                (required.subs({size: own, radius: own}) / reach**power / leader), force=True
            ),
            reach,
            left,
        )
        for required, power, leader, left in zip(
            _required(), powers, leaders, _within_reach(), strict=True
        )
    )


def _required() -> tuple[Expr, Expr]:
    """Iterations and width over the lag H, at the time scale H/L that reaches it, with T = H."""
    r = kept_share(reach / LEVEL)
    # Over H steps the gain leaves r^H = e^{−L}.
    gradient, hessian = (
        b.closed.subs(gain**step, exp(-LEVEL)).subs({gain: r, step: reach})
        for b in (gradient_bound(), hessian_bound())
    )
    at = {gradient_ball: gradient, gradient_start: gradient, hessian_ball: hessian, steps: reach}
    return required_iterations().subs(at), required_width().subs(at)


def _within_reach() -> tuple[Expr, Expr]:
    """What ℓ_H and B_H are of ℓ_∞ and B_∞, squared: what H steps leave of the two prices."""
    gradient = 1 - exp(-LEVEL)
    hessian = 1 - 2 * LEVEL * exp(-LEVEL) - exp(-2 * LEVEL)
    return gradient**2, hessian**2


def _first_refuted(verdicts: Iterable[Verdict]) -> Verdict:
    for verdict in verdicts:
        if not verdict.holds:
            break
    return verdict


def _proved(holds: bool, method: str, where: str) -> Verdict:
    return Verdict(
        level=Level.PROVED if holds else Level.REFUTED,
        method=method,
        counterexample="" if holds else where,
    )
