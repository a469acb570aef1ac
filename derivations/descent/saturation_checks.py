"""Checks of the tighter bound: SymPy, neurons and networks in balls, and the factor gained."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from sympy import Expr, Product, expand, simplify

from longlag.derivations.descent.saturation_runs import (
    ALPHAS,
    HORIZONS,
    SEQUENCES,
    WIDTH,
    Ball,
    balls,
    driven,
    gained,
    widths,
)
from longlag.derivations.descent.smoothness_checks import DIMENSION, HORIZON, refuted
from longlag.numerics.descent.bounds import bounds
from longlag.numerics.descent.saturation import growth_exponent
from longlag.numerics.descent.smoothness import neuron_derivatives
from longlag.theory.descent import saturation
from longlag.theory.descent.activation import activation
from longlag.theory.descent.smoothness import geometric_sum, gradient_bound, hessian_bound
from longlag.theory.descent.symbols import (
    alpha_ball,
    curvature_bound,
    gain,
    input_norm,
    slope_bound,
    step,
)
from longlag.theory.statement import Level, Settings, Verdict, judged

_ROUNDING = 1e-12


def products_verdict(settings: Settings, *, missing: int) -> Verdict:
    """Prove that the sums of products solve the recursions, and give ℓ_t and B_t at the worst.

    Args:
        settings: not used: SymPy decides.
        missing: how many factors of every product are left out.
    """
    largest = 5
    worst_of = {
        saturation.slopes: slope_bound,
        saturation.curvatures: curvature_bound,
        saturation.norms: input_norm(),
    }
    for t in range(1, largest + 1):
        recursions = saturation.unrolled(t)
        stated = gradient_bound(), hessian_bound()
        products = saturation.gradient_products, saturation.hessian_products
        for found, sums, bound in zip(recursions, products, stated, strict=True):
            if expand(saturation.spelled_out(sums, t) - found) != 0:
                return refuted("SymPy", f"t = {t}: {sums()}")
            for sequence, constant in worst_of.items():
                found = found.replace(sequence, lambda _, constant=constant: constant)
            closed = bound.closed.subs(step, t).subs(gain, alpha_ball * slope_bound)
            if simplify(found - closed) != 0:
                return refuted("SymPy", f"t = {t}: {bound.name}")
    for summand in (saturation.gradient_summand, saturation.hessian_summand):
        if not _one_more_factor(summand, missing):
            return refuted("SymPy", "the step from t - 1 to t")
    for found in (saturation.saturated_gradient_step(), saturation.saturated_hessian_step()):
        for symbol in found.free_symbols:
            if not found.diff(symbol).is_nonnegative:
                return refuted("SymPy", f"a step falls with {symbol}")
    return Verdict(
        level=Level.PROVED,
        method=f"SymPy: induction over t, values at t = 1 to {largest}, and steps that grow with "
        "everything they depend on",
    )


def _one_more_factor(summand: Callable[..., Expr], missing: int) -> bool:
    """Whether what s leaves at t is α_m S_t times what it left at t − 1, and at t = s its own."""
    earlier = step - 1 - missing
    index, start = saturation.between_step, saturation.source_step
    last = Product(alpha_ball * saturation.slopes(index), (index, step, step))
    products = (
        part.atoms(Product).pop() for part in (summand(start, step), summand(start, earlier))
    )
    now, before = products
    rests = summand(start, step).xreplace({now: 1}), summand(start, earlier).xreplace({before: 1})
    return rests[0] == rests[1] and simplify(now) == (before * last).simplify()


def saturation_bound_verdict(settings: Settings, *, reach_share: float) -> Verdict:
    """Compare gradients and Hessians of neurons all over a ball with the bound of products.

    Args:
        settings: examples and the seed.
        reach_share: of the reach for which the bound is worked out.
    """
    return _largest_ratio(
        settings,
        balls(settings, reach_share=reach_share),
        Ball.neuron_ratios,
        1.0,
        "neurons on the edge of balls about their start, over the bound",
    )


def network_verdict(settings: Settings, *, share: float) -> Verdict:
    """Compare gradient, linearisation error and drift of networks in a ball with their bounds.

    Args:
        settings: examples and the seed.
        share: of the bounds that is judged.
    """
    return _largest_ratio(
        settings,
        balls(settings),
        Ball.network_ratios,
        share,
        "networks on the edge of balls about their start, over the bounds",
    )


def _largest_ratio(
    settings: Settings,
    drawn: Iterator[Ball],
    ratios: Callable[[Ball], dict[str, float]],
    share: float,
    method: str,
) -> Verdict:
    worst, where, points = 0.0, "", 0
    for ball in drawn:
        for what, ratio in ratios(ball).items():
            points += 1
            if ratio / share > worst:
                worst, where = ratio / share, f"{ball.label}: {what} {ratio:.4g} of the bound"
    return judged(
        Level.MEASURED, method, worst, 1 + _ROUNDING, where, points=points, seed=settings.seed
    )


def gain_verdict(settings: Settings, *, saturated: bool) -> Verdict:
    """Compare growth in T of the network's gradient bound above the cutoff with that of ℓ_T.

    Args:
        settings: the seed.
        saturated: whether slopes are those of the trajectories.
    """
    worst, where = -math.inf, ""
    first, last = HORIZONS[0], HORIZONS[-1]
    for alpha in ALPHAS:
        sizes = [
            bounds(activation("tanh"), alpha, steps).gradient[-1]
            / (gained(alpha, steps, 0.0, settings.seed).gradient if saturated else 1.0)
            for steps in (first, last)
        ]
        share = math.log(sizes[1] / sizes[0]) / (last - first) / math.log(alpha)
        if share > worst:
            worst, where = share, f"alpha = {alpha:g}: grows like r^({share:.2g} T)"
    return judged(
        Level.MEASURED,
        f"growth of root mean g_T^2 from T = {first} to {last}, over that of l_T; "
        f"{WIDTH} neurons, {SEQUENCES} sequences",
        worst,
        0.5,
        where,
        points=len(ALPHAS),
        seed=settings.seed,
    )


def exponent_verdict(settings: Settings, *, drive: float) -> Verdict:
    """Follow ln|W σ'(a_t)| of driven neurons through 200 steps above the cutoff.

    Args:
        settings: the seed.
        drive: multiplies the inputs.
    """
    worst, where, points = -math.inf, "", 0
    for alpha in ALPHAS:
        network, inputs = driven(alpha, 200, settings.seed)
        found = growth_exponent(network, drive * inputs, skip=20 if drive == 1 else 0)
        points += found.numel()
        share = float((found > 0).double().mean())
        if share > worst:
            worst = share
            where = f"alpha = {alpha:g}: share {share:.3g} of positive exponents"
    return judged(
        Level.MEASURED,
        "share of neurons whose products grow through 200 steps",
        worst,
        0.01,
        where,
        points=points,
        seed=settings.seed,
    )


def idle_verdict(settings: Settings, *, size: float) -> Verdict:
    """Compare the gradient by U of neurons with hardly any input with s₁χp_T.

    Args:
        settings: the seed.
        size: χ of the inputs, the same at every step.
    """
    worst, where = 0.0, ""
    for alpha in ALPHAS:
        network, inputs = driven(alpha, 1, settings.seed)
        same = size * inputs[:1].expand(1, HORIZON, DIMENSION).expand(WIDTH, -1, -1)
        weight = network.weight.abs()
        found = neuron_derivatives(network.activation, weight, network.input_weight, same)
        stated = size * float(geometric_sum().value(HORIZON, alpha, {}))
        by_input = torch.linalg.vector_norm(found.gradient[:, -1, 1:], dim=-1)
        error = float((by_input / stated - 1).abs().amax())
        if error > worst:
            worst, where = error, f"alpha = {alpha:g}: a gradient off by {error:.3g}"
    return judged(
        Level.MEASURED,
        "neurons with constant inputs of hardly any size",
        worst,
        1e-3,
        where,
        points=len(ALPHAS) * WIDTH,
        seed=settings.seed,
    )


def width_verdict(settings: Settings, *, factor: float) -> Verdict:
    """Compare the width that the bound of products needs with that of the worst case.

    Args:
        settings: the seed.
        factor: by which it has to be smaller.
    """
    ratios = {alpha: _width_gain(alpha, settings.seed) for alpha in ALPHAS}
    least = min(ratios, key=ratios.__getitem__)
    holds = ratios[least] >= factor
    where = f"alpha = {least:g}: a factor {ratios[least]:.3g}"
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method=f"means over {WIDTH} neurons; the least factor is {ratios[least]:.2g}",
        points=len(ratios),
        seed=settings.seed,
        counterexample="" if holds else where,
    )


def _width_gain(alpha: float, seed: int) -> float:
    found = widths(alpha, seed)
    return found.worst_case / found.width
