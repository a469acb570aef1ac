"""Checks of the tighter bound: SymPy, neurons and networks in balls, and the factor gained."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import torch
from sympy import Expr, Product, Symbol, expand, simplify
from torch import Tensor

from longlag.derivations.descent_smoothness_checks import (
    DIMENSION,
    HORIZON,
    random_inputs,
    refuted,
    within,
)
from longlag.numerics.descent.bounds import bounds
from longlag.numerics.descent.network import DiagonalNetwork, symmetric_start
from longlag.numerics.descent.saturated_width import SaturatedWidth, saturated_width
from longlag.numerics.descent.saturation import SaturationBound, growth_exponent, saturation_bound
from longlag.numerics.descent.smoothness import NeuronDerivatives, neuron_derivatives
from longlag.theory.descent import model, saturation
from longlag.theory.descent.activation import activation
from longlag.theory.descent.problem import Problem
from longlag.theory.descent.smoothness import geometric_sum, gradient_bound, hessian_bound
from longlag.theory.descent.symbols import (
    alpha_ball,
    curvature_bound,
    gain,
    input_norm,
    slope_bound,
    step,
)
from longlag.theory.statement import Level, Settings, Verdict

#: |W| at the start above the cutoff, horizons and reaches ρ/√m over which the gain is shown.
ALPHAS = (1.1, 1.3, 1.5)
HORIZONS = (10, 20, 30, 40)
REACHES = (0.0, 1e-4, 1e-3, 1e-2, 1e-1)
WIDTH, SEQUENCES = 1024, 4
_ROUNDING = 1e-12


def products_verdict(settings: Settings, *, missing: int = 0) -> Verdict:
    """Prove that the sums of products solve the recursions, and give ℓ_t and B_t at the worst.

    Args:
        settings: not used: SymPy decides.
        missing: how many factors of every product are left out; not 0 is wrong.
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
    index = Symbol("i", integer=True, positive=True)
    last = Product(alpha_ball * saturation.slopes(index), (index, step, step))
    start = Symbol("s", integer=True, positive=True)
    products = (
        part.atoms(Product).pop() for part in (summand(start, step), summand(start, earlier))
    )
    now, before = products
    rests = summand(start, step).xreplace({now: 1}), summand(start, earlier).xreplace({before: 1})
    return rests[0] == rests[1] and simplify(now) == (before * last).simplify()


def decomposition_verdict(settings: Settings, *, crossed: int = 2) -> Verdict:
    """Prove the form of the recursions from which the triangle inequality takes the bounds.

    ∇H_t = σ'v and ∇²H_t = σ''vvᵀ + σ'[e_W∇Hᵀ + ∇He_Wᵀ + W∇²H] with v = (H, X) + W∇H.

    Args:
        settings: not used: SymPy decides.
        crossed: how often ∂H/∂W counts in ∂²H/∂W²; not 2 is wrong.
    """
    derived = model.recursion()
    by_weight = model.previous + model.weight * model.gradient_w
    by_j = model.input_j + model.weight * model.gradient_j
    by_k = model.input_k + model.weight * model.gradient_k
    stated = {
        "WW": model.curvature * by_weight**2
        + model.slope * (crossed * model.gradient_w + model.weight * model.hessian_ww),
        "UU": model.curvature * by_j * by_k + model.slope * model.weight * model.hessian_jk,
    }
    gaps = {name: derived.hessian[name] - form for name, form in stated.items()}
    gaps["W"] = derived.gradient["W"] - model.slope * by_weight
    gaps["U"] = derived.gradient["U"] - model.slope * by_j
    for name, gap in gaps.items():
        if expand(gap) != 0:
            return refuted("SymPy", f"the derivative by {name}")
    return Verdict(level=Level.PROVED, method="SymPy, from the update")


@dataclass(frozen=True, eq=False)
class Ball:
    """A network, neurons moved inside the ball about their start, and the bound there.

    Args:
        label: alpha, reach and activation, for a counterexample.
        network: at its start.
        inputs: one sequence.
        reach: by which W and U of every neuron may move.
        weight: W where the neurons are now.
        input_weight: U where they are now.
        bound: over the ball.
    """

    label: str
    network: DiagonalNetwork
    inputs: Tensor
    reach: float
    weight: Tensor
    input_weight: Tensor
    bound: SaturationBound

    def derivatives(self, *, moved: bool) -> NeuronDerivatives:
        """Return the neurons' derivatives at the start, or where they are now."""
        weight = self.weight if moved else self.network.weight
        input_weight = self.input_weight if moved else self.network.input_weight
        inputs = self.inputs.expand(len(weight), *self.inputs.shape)
        return neuron_derivatives(self.network.activation, weight, input_weight, inputs)

    def neuron_ratios(self) -> dict[str, float]:
        """Return the largest gradient and Hessian of a neuron as shares of their bounds."""
        found = self.derivatives(moved=True)
        return {
            "gradient": float((found.gradient_norm / self.bound.gradient.mT).amax()),
            "Hessian": float((found.hessian_norm / self.bound.hessian.mT).amax()),
        }

    def network_ratios(self) -> dict[str, float]:
        """Return gradient, linearisation error and drift of the network as shares of bounds."""
        m = self.network.width
        start, now = self.derivatives(moved=False), self.derivatives(moved=True)
        rho = math.sqrt(2 * m) * self.reach
        step_w, step_u = self.weight - self.network.weight, self.input_weight
        moved = torch.cat((step_w[:, None], step_u - self.network.input_weight), -1)
        gradient = now.gradient.square().sum((0, -1)).div(m).sqrt()
        drift = (now.gradient - start.gradient).square().sum((0, -1)).div(m).sqrt()
        linear = (start.gradient * moved[:, None]).sum(-1)
        # Over all signs c_i, which the bound does not know.
        remainder = (now.value - start.value - linear).abs().sum(0) / math.sqrt(m)
        return {
            "gradient": float((gradient / self.bound.network_gradient).amax()),
            "linearisation": float((remainder / self.bound.linearisation_error(rho)).amax()),
            "drift": float((drift / self.bound.gradient_drift(rho)).amax()),
        }


def balls(settings: Settings, *, reach_share: float = 1.0) -> Iterator[Ball]:
    """Yield networks with neurons moved to the edge of balls of several sizes.

    Args:
        settings: examples and the seed.
        reach_share: of the reach for which the bound is worked out; below 1 it is wrong.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    for _ in range(settings.examples):
        for name, alpha, reach in (
            ("tanh", 1.5, 1e-3), ("tanh", 1.1, 0.1), ("sin", 0.9, 0.03), ("erf", 1.2, 0.01)
        ):  # fmt: skip
            network = symmetric_start(
                activation(name), width=128, dimension=DIMENSION, alpha=alpha, generator=generator
            )
            inputs = random_inputs(generator, 1, HORIZON)[0]
            turn = torch.randn(network.width, 1 + DIMENSION, generator=generator).double()
            by_input = turn[:, 1:] / torch.linalg.vector_norm(turn[:, 1:], dim=-1, keepdim=True)
            near = reach_share * reach
            yield Ball(
                f"alpha = {alpha:g}, reach {reach:g}, {name}", network, inputs, reach,
                network.weight + reach * turn[:, 0].sign(),
                network.input_weight + reach * by_input,
                saturation_bound(network, inputs, reach_w=near, reach_u=near),
            )  # fmt: skip


def saturation_bound_verdict(settings: Settings, *, reach_share: float = 1.0) -> Verdict:
    """Compare gradients and Hessians of neurons all over a ball with the bound of products.

    Args:
        settings: examples and the seed.
        reach_share: of the reach for which the bound is worked out; below 1 it is wrong.
    """
    return _largest_ratio(
        settings, balls(settings, reach_share=reach_share), Ball.neuron_ratios, 1.0,
        "neurons on the edge of balls about their start, over the bound",
    )  # fmt: skip


def network_verdict(settings: Settings, *, share: float = 1.0) -> Verdict:
    """Compare gradient, linearisation error and drift of networks in a ball with their bounds.

    Args:
        settings: examples and the seed.
        share: of the bounds that is judged; a small one is wrong.
    """
    return _largest_ratio(
        settings, balls(settings), Ball.network_ratios, share,
        "networks on the edge of balls about their start, over the bounds",
    )  # fmt: skip


def _largest_ratio(
    settings: Settings, drawn: Iterator[Ball], ratios: Callable[[Ball], dict[str, float]],
    share: float, method: str,
) -> Verdict:  # fmt: skip
    worst, where, points = 0.0, "", 0
    for ball in drawn:
        for what, ratio in ratios(ball).items():
            points += 1
            if ratio / share > worst:
                worst, where = ratio / share, f"{ball.label}: {what} {ratio:.4g} of the bound"
    return within(
        Level.MEASURED, method, worst, 1 + _ROUNDING, where, points=points, seed=settings.seed
    )


@dataclass(frozen=True)
class Gain:
    """By what factors the bound of products is below the worst case, after T steps.

    Args:
        gradient: ℓ_T over √(mean g_T²), which bounds the network's gradient.
        largest_gradient: ℓ_T over the largest g_T of a neuron.
        median_gradient: ℓ_T over the median of g_T.
        hessian: B_T over the mean of b_T.
        largest_hessian: B_T over the largest b_T of a neuron.
    """

    gradient: float
    largest_gradient: float
    median_gradient: float
    hessian: float
    largest_hessian: float


@lru_cache(maxsize=256)
def gained(alpha: float, horizon: int, reach: float, seed: int = 0) -> Gain:
    """Return the factors gained for neurons at the symmetric start and random unit inputs.

    Args:
        alpha: |W| at the start.
        horizon: T.
        reach: ρ/√m, by which W and U may move.
        seed: of neurons and inputs.
    """
    network, inputs = _driven(alpha, horizon, seed)
    found = saturation_bound(network, inputs, reach_w=reach, reach_u=reach)
    worst = bounds(network.activation, alpha + reach, horizon)
    gradient, hessian = found.gradient[:, -1], found.hessian[:, -1]
    ell, b = worst.gradient[-1], worst.hessian[-1]
    return Gain(
        float(ell / found.network_gradient[:, -1].square().mean().sqrt()),
        float(ell / gradient.amax()), float(ell / gradient.median()),
        float(b / hessian.mean()), float(b / hessian.amax()),
    )  # fmt: skip


def _driven(alpha: float, horizon: int, seed: int) -> tuple[DiagonalNetwork, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    network = symmetric_start(
        activation("tanh"), width=2 * WIDTH, dimension=DIMENSION, alpha=alpha, generator=generator
    )
    # The second half copies the first.
    half = DiagonalNetwork(
        network.activation, network.weight[:WIDTH], network.input_weight[:WIDTH],
        network.signs[:WIDTH],
    )  # fmt: skip
    return half, random_inputs(generator, SEQUENCES, horizon)


def gain_verdict(settings: Settings, *, saturated: bool = True) -> Verdict:
    """Compare growth in T of the network's gradient bound above the cutoff with that of ℓ_T.

    Args:
        settings: the seed.
        saturated: whether slopes are those of the trajectories; the worst case instead is wrong.
    """
    worst, where = -math.inf, ""
    first, last = HORIZONS[0], HORIZONS[-1]
    for alpha in ALPHAS:
        sizes = [
            bounds(activation("tanh"), alpha, horizon).gradient[-1]
            / (gained(alpha, horizon, 0.0, settings.seed).gradient if saturated else 1.0)
            for horizon in (first, last)
        ]
        share = math.log(sizes[1] / sizes[0]) / (last - first) / math.log(alpha)
        if share > worst:
            worst, where = share, f"alpha = {alpha:g}: grows like r^({share:.2g} T)"
    return within(
        Level.MEASURED, f"growth of root mean g_T^2 from T = {first} to {last}, over that of l_T; "
        f"{WIDTH} neurons, {SEQUENCES} sequences", worst, 0.5, where, points=len(ALPHAS),
        seed=settings.seed,
    )  # fmt: skip


def exponent_verdict(settings: Settings, *, drive: float = 1.0) -> Verdict:
    """Follow ln|W σ'(a_t)| of driven neurons through 200 steps above the cutoff.

    Args:
        settings: the seed.
        drive: multiplies the inputs; hardly any is wrong.
    """
    worst, where, points = -math.inf, "", 0
    for alpha in ALPHAS:
        network, inputs = _driven(alpha, 200, settings.seed)
        found = growth_exponent(network, drive * inputs, skip=20 if drive == 1 else 0)
        points += found.numel()
        share = float((found > 0).double().mean())
        if share > worst:
            worst = share
            where = f"alpha = {alpha:g}: share {share:.3g} of positive exponents"
    return within(
        Level.MEASURED, "share of neurons whose products grow through 200 steps", worst, 0.01,
        where, points=points, seed=settings.seed,
    )  # fmt: skip


def idle_verdict(settings: Settings, *, size: float = 1e-9) -> Verdict:
    """Compare the gradient by U of neurons with hardly any input with s₁χp_T.

    Args:
        settings: the seed.
        size: χ of the inputs, the same at every step; one that saturates is wrong.
    """
    worst, where = 0.0, ""
    for alpha in ALPHAS:
        network, inputs = _driven(alpha, 1, settings.seed)
        same = size * inputs[:1].expand(1, HORIZON, DIMENSION).expand(WIDTH, -1, -1)
        weight = network.weight.abs()
        found = neuron_derivatives(network.activation, weight, network.input_weight, same)
        stated = size * float(geometric_sum().value(HORIZON, alpha, {}))
        by_input = torch.linalg.vector_norm(found.gradient[:, -1, 1:], dim=-1)
        error = float((by_input / stated - 1).abs().amax())
        if error > worst:
            worst, where = error, f"alpha = {alpha:g}: a gradient off by {error:.3g}"
    return within(
        Level.MEASURED, "neurons with constant inputs of hardly any size", worst, 1e-3, where,
        points=len(ALPHAS) * WIDTH, seed=settings.seed,
    )  # fmt: skip


@lru_cache(maxsize=16)
def widths(alpha: float, seed: int = 0) -> SaturatedWidth:
    """Return required widths at T = 20, n = 4, d = 3, δ = ε = .1 and ν = ρ of 1 and 1."""
    problem = Problem(
        horizon=HORIZON, samples=SEQUENCES, dimension=DIMENSION, alpha=alpha, delta=0.1, epsilon=0.1
    )
    return saturated_width(*_driven(alpha, HORIZON, seed), problem)


def width_verdict(settings: Settings, *, factor: float = 1e2) -> Verdict:
    """Compare the width that the bound of products needs with that of the worst case.

    Args:
        settings: the seed.
        factor: by which it has to be smaller; a gigantic one is wrong.
    """
    ratios = {alpha: _width_gain(alpha, settings.seed) for alpha in ALPHAS}
    least = min(ratios, key=ratios.__getitem__)
    holds = ratios[least] >= factor
    where = f"alpha = {least:g}: a factor {ratios[least]:.3g}"
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method=f"means over {WIDTH} neurons; the least factor is {ratios[least]:.2g}",
        points=len(ratios), seed=settings.seed, counterexample="" if holds else where,
    )  # fmt: skip


def _width_gain(alpha: float, seed: int) -> float:
    found = widths(alpha, seed)
    return found.worst_case / found.width
