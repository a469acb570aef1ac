"""Figures of the section on the slowest time scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Expr, S

from longlag.derivations.connections.plateau_checks import LENGTHS, RADIUS, SLOW, drifting, leaving
from longlag.numerics.canvas import canvas
from longlag.theory.bridges.time_scale import (
    forgotten_share,
    kept_share,
    level,
    steady_curvature,
    steepest_level,
    tau,
    window_of_time_scale,
)
from longlag.theory.descent.activation import activation
from longlag.theory.descent.smoothness import gradient_bound, hessian_bound
from longlag.theory.descent.symbols import (
    curvature_bound,
    gain,
    input_bound,
    slope_bound,
    value_bound,
)
from longlag.theory.laws import LAWS
from longlag.theory.memory.plateau import length
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.statement import Settings
from longlag.theory.window.window import COST, KAPPA, SAMPLES

#: N, A and κ of the window shown, and the length 1/ω of the memory whose push is shown.
_SHOWN = {SAMPLES: S(10**6), COST: S(1), KAPPA: S(2), LAWS["exponential"].parameters[1]: S(1)}
_MEMORY = 100


def costs_figure(settings: Settings) -> Any:
    """Draw over the time scale what it reaches and what it costs."""
    scales = np.geomspace(2, 1e4, 60)
    names = (value_bound, slope_bound, curvature_bound)
    constants = zip(names, activation("tanh").constants, strict=True)
    tanh_bounds = {input_bound: S.One, **dict(constants)}
    steady = -steady_curvature().subs(level, steepest_level())
    gradient, hessian = (
        bound.limit.subs(tanh_bounds) for bound in (gradient_bound(), hessian_bound())
    )
    curves: tuple[tuple[str, str, Expr], ...] = (
        (r"window $H_N$, $N = 10^6$, $\kappa = 2$", "C0-", window_of_time_scale().subs(_SHOWN)),
        (r"$1/s = 1/(1-r)$", "C1-", 1 / forgotten_share()),
        (r"$\ell_\infty$, bound on $\|\nabla H_t\|$", "C2-", gradient),
        (r"$B_\infty$, bound on $\|\nabla^2 H_t\|$", "C3-", hessian),
        (r"$\max |\partial^2 h/\partial u^2|$, steady", "C3:", steady),
        (rf"$e^{{1/\omega\tau}}$, $1/\omega = {_MEMORY}$", "C4-", 1 / kept_share() ** _MEMORY),
    )
    figure, axes = canvas(size=(6.5, 4.0))
    for label, style, expression in curves:
        over_tau = expression.subs(gain, kept_share())
        heights = [float(evaluate(over_tau, {tau: scale})) for scale in scales]
        axes.plot(scales, heights, style, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(0.5, 1e13)
    axes.set_xlabel(r"slowest time scale $\tau$")
    figure.legend(frameon=False, fontsize=8, loc="outside lower center", ncol=2)
    return figure


def plateau_figure(settings: Settings) -> Any:
    """Draw exit times with a silent slow unit, beside the slopes 1/τ and 2/τ."""
    figure, axes = canvas()
    times = [leaving(memory) for memory in LENGTHS]
    late = [memory for memory in LENGTHS if memory >= 14]
    axes.plot(LENGTHS, times, "C0o", ms=4, label=rf"exit time, $1/\tau = {SLOW:g}$")
    axes.plot(late, [float(drifting(k)) for k in late], "C0-", lw=1, label=r"$\int dv/|G'(v)|$")
    push = 1 / kept_share() ** length
    for power, style, anchor in ((1, "k--", 0), (2, "k:", -1)):
        slope = push.subs(tau, 1 / S(SLOW)) ** power
        heights = [
            times[anchor] * float(evaluate(slope, {length: S(memory - LENGTHS[anchor])}))
            for memory in LENGTHS
        ]
        axes.plot(LENGTHS, heights, style, lw=0.8, label=rf"$\propto e^{{{power}/\omega\tau}}$")
    axes.set_ylim(1, 10 * times[-1])
    axes.set_yscale("log")
    axes.set_xlabel(r"length of the memory $1/\omega$")
    axes.set_ylabel(rf"time to leave the ball, $\delta = {RADIUS:g}$")
    axes.legend(frameon=False, fontsize=8)
    return figure
