"""Checks of the section on gradient and Hessian of a neuron: SymPy, torch.func, ascent, balls."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import torch
from sympy import simplify
from torch import Tensor

from longlag.numerics.descent.bounds import bounds, constants
from longlag.numerics.descent.smoothness import autograd_derivatives, neuron_derivatives
from longlag.numerics.descent.worst_case import WorstCase, steepest, steer, worst_case
from longlag.theory.descent import worst_case as floors
from longlag.theory.descent.activation import Activation, activation
from longlag.theory.descent.smoothness import geometric_sum, gradient_bound, weighted_sum
from longlag.theory.descent.symbols import (
    curvature_bound,
    gain,
    input_bound,
    slope_bound,
    step,
    value_bound,
)
from longlag.theory.statement import Level, Settings, Verdict, judged

NAMES = ("tanh", "sigmoid", "erf", "sin", "isru")
#: r, through the cutoff.
GAINS = (0.5, 0.7, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5)
HORIZON = 20
DIMENSION = 3
_ROUNDING = 1e-12
#: Steps of ascent.
_CLIMB = 80


def random_neurons(
    generator: torch.Generator, count: int, alpha: float, steps: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Return W in [−α, α], half of them at its ends, U of sizes 0 to 3, and unit inputs."""
    weight = alpha * (2 * torch.rand(count, generator=generator, dtype=torch.float64) - 1)
    weight[::2] = alpha * weight[::2].sign()
    size = 3 * torch.rand(count, 1, generator=generator, dtype=torch.float64) ** 2
    input_weight = torch.randn(count, DIMENSION, generator=generator, dtype=torch.float64)
    return weight, size * input_weight, random_inputs(generator, count, steps)


def random_inputs(generator: torch.Generator, count: int, steps: int) -> Tensor:
    """Return sequences of inputs drawn evenly from the unit sphere."""
    inputs = torch.randn(count, steps, DIMENSION, generator=generator, dtype=torch.float64)
    return inputs / torch.linalg.vector_norm(inputs, dim=-1, keepdim=True)


@lru_cache(maxsize=4)
def climbed(name: str, seed: int) -> WorstCase:
    """Return the largest norms at T that ascent finds, for each of ``GAINS``."""
    sigma = activation(name)
    slope = constants(sigma)[slope_bound]
    generator = torch.Generator().manual_seed(seed)
    alphas = tuple(r / slope for r in GAINS)
    return worst_case(sigma, alphas, HORIZON, generator=generator, ascents=_CLIMB)


@lru_cache(maxsize=4)
def bounds_at_horizon(name: str) -> tuple[Tensor, Tensor]:
    """Return ℓ_T and B_T for each of ``GAINS``."""
    sigma = activation(name)
    slope = constants(sigma)[slope_bound]
    found = [bounds(sigma, r / slope, HORIZON) for r in GAINS]
    return (
        torch.tensor([bound.gradient[-1] for bound in found], dtype=torch.float64),
        torch.tensor([bound.hessian[-1] for bound in found], dtype=torch.float64),
    )


@lru_cache(maxsize=4)
def sampled(name: str, seed: int) -> tuple[Tensor, Tensor]:
    """Return the largest norms at T among random neurons with |W| ≤ α_m, for each of ``GAINS``."""
    sigma = activation(name)
    slope = constants(sigma)[slope_bound]
    generator = torch.Generator().manual_seed(seed)
    largest = []
    for r in GAINS:
        found = neuron_derivatives(sigma, *random_neurons(generator, 400, r / slope, HORIZON))
        largest.append((found.gradient_norm[:, -1].amax(), found.hessian_norm[:, -1].amax()))
    gradients, hessians = zip(*largest, strict=True)
    return torch.stack(gradients), torch.stack(hessians)


def agreement_verdict(settings: Settings, *, order: int, offset: float) -> Verdict:
    """Compare the derived recursion of gradient or Hessian with torch.func.

    Args:
        settings: examples for each activation, and the seed.
        order: 1 for the gradient, 2 for the Hessian.
        offset: is added to W in the recursion.
    """
    worst, where = 0.0, ""
    generator = torch.Generator().manual_seed(settings.seed)
    for name in NAMES:
        drawn = random_neurons(generator, 4 * settings.examples, 1.3, 12)
        found = neuron_derivatives(activation(name), drawn[0] + offset, *drawn[1:])
        reference = autograd_derivatives(activation(name), *drawn)[order - 1]
        derived = found.gradient if order == 1 else found.hessian
        error = float((derived - reference).abs().amax() / (1 + reference.abs().amax()))
        if error > worst:
            worst, where = error, f"{name}: off by {error:.2g} of the largest entry"
    return judged(
        Level.MEASURED,
        "derived recursion against torch.func, float64; " + ", ".join(NAMES),
        worst,
        _ROUNDING,
        where,
        points=4 * settings.examples * len(NAMES),
        seed=settings.seed,
    )


def bound_verdict(settings: Settings, *, order: int, share: float) -> Verdict:
    """Compare norms of gradient or Hessian with their bound, at random and where ascent leads.

    Args:
        settings: examples and the seed.
        order: 1 for the gradient, 2 for the Hessian.
        share: of the bound that is judged.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    worst, where, points = 0.0, "", 0

    def compare(norms: Tensor, bound: Tensor, place: str) -> None:
        nonlocal worst, where, points
        ratio = float((norms / bound).amax()) / share
        points += norms.numel()
        if ratio > worst:
            worst, where = ratio, f"{place}: {ratio * share:.4g} of the bound"

    for name in NAMES:
        sigma = activation(name)
        slope = constants(sigma)[slope_bound]
        for r in (0.5, 1.0, 1.5):
            drawn = random_neurons(generator, 20 * settings.examples, r / slope, HORIZON)
            found = neuron_derivatives(sigma, *drawn)
            norms = found.gradient_norm if order == 1 else found.hessian_norm
            stated = bounds(sigma, r / slope, HORIZON)
            bound = stated.gradient if order == 1 else stated.hessian
            compare(norms, torch.from_numpy(bound), f"{name}, r = {r:g}, at random")
    found_most, stated_most = climbed("tanh", settings.seed), bounds_at_horizon("tanh")
    norms = found_most.gradient if order == 1 else found_most.hessian
    compare(norms, stated_most[order - 1], "tanh, after ascent")
    return judged(
        Level.MEASURED,
        "norms over the bound, at random points and after ascent",
        worst,
        1 + _ROUNDING,
        where,
        points=points,
        seed=settings.seed,
    )


def floor_verdict(settings: Settings, *, shift: int) -> Verdict:
    """Derive the floors from the recursions, and take steered neurons there.

    Args:
        settings: not used: SymPy and one path for each gain and activation.
        shift: is added to t in the floors.
    """
    largest = 6
    for t in range(1, largest + 1):
        by_weight, by_input = floors.gradient_path(t)
        pairs = (
            (by_weight**2 + by_input**2, floors.gradient_floor() ** 2),
            (floors.bent_path(t), floors.bent_floor()),
            (floors.mixed_path(t), floors.mixed_floor()),
        )
        for found, stated in pairs:
            gap = floors.with_gain(found) - stated.subs(step, t + shift)
            if simplify(gap) != 0:
                return refuted("SymPy", f"t = {t}: {stated}")
    # The steps of the recursions from t − 1 to t, for any t.
    grown, weighted = geometric_sum().closed, weighted_sum().closed
    for series, added in ((grown, 1), (weighted, grown)):
        if simplify(series - added - gain * series.subs(step, step - 1)) != 0:
            return refuted("SymPy", "p_t = 1 + r p_{t-1} and q_t = p_t + r q_{t-1}")
    worst, where = 0.0, ""
    for name in NAMES:
        for r in GAINS:
            error, place = _floor_error(activation(name), r, shift)
            if error > worst:
                worst, where = error, f"{name}, r = {r:g}: {place}"
    route = judged(
        Level.MEASURED, "steered neurons", worst, 1e-6, where, points=len(NAMES) * len(GAINS)
    )
    if not route.holds:
        return route
    proof = Verdict(
        level=Level.PROVED, method=f"SymPy along the paths, induction, t = 1 to {largest}"
    )
    return Verdict(level=Level.PROVED, method=proof.method, routes=(proof, route))


def _floor_error(sigma: Activation, r: float, shift: int) -> tuple[float, str]:
    """By how much neurons steered along the paths of the floors miss them, as a share."""
    numbers = constants(sigma)
    (top, slope), (bend, _) = steepest(sigma, 1), steepest(sigma, 2)
    weight = torch.tensor([math.copysign(r, slope) / numbers[slope_bound]], dtype=torch.float64)
    path = torch.full((2, HORIZON), top, dtype=torch.float64)
    path[1, -1] = bend
    neurons = steer(sigma, weight.expand(2), path)
    found = neuron_derivatives(sigma, neurons.weight, neurons.input_weight, neurons.inputs)
    grown, before = (float(geometric_sum().value(HORIZON + shift - k, r, {})) for k in (0, 1))
    at_top = float(found.value[0, 0])
    stated = numbers[slope_bound] * math.hypot(grown, at_top * before)
    bent = numbers[curvature_bound] * grown**2
    gradient = abs(float(found.gradient_norm[0, -1]) / stated - 1)
    hessian = abs(float(found.hessian[1, -1, 2, 2].abs()) / bent - 1)
    if gradient > hessian:
        return gradient, f"gradient {float(found.gradient_norm[0, -1]):.5g}, stated {stated:.5g}"
    return hessian, f"Hessian {float(found.hessian[1, -1, 2, 2]):.5g}, stated {bent:.5g}"


def ceiling_verdict(settings: Settings, *, share: float) -> Verdict:
    """Compare |∂H_t/∂W| with s₁s₀p_{t−1} and ‖∂H_t/∂U‖ with s₁χp_t.

    Args:
        settings: examples and the seed.
        share: of s₀ that is judged.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    worst, where, points = 0.0, "", 0
    for name in NAMES:
        sigma = activation(name)
        numbers = constants(sigma)
        for r in (0.5, 1.0, 1.5):
            drawn = random_neurons(
                generator, 20 * settings.examples, r / numbers[slope_bound], HORIZON
            )
            gradient = neuron_derivatives(sigma, *drawn).gradient
            grown = [0.0]
            for _ in range(HORIZON):
                grown.append(1 + r * grown[-1])
            sums = numbers[slope_bound] * torch.tensor(grown, dtype=torch.float64)
            by_weight = gradient[:, 1:, 0].abs() / (share * numbers[value_bound] * sums[1:-1])
            by_input = torch.linalg.vector_norm(gradient[..., 1:], dim=-1) / sums[1:]
            points += gradient[..., 0].numel()
            ratio = float(max(by_weight.amax(), by_input.amax()))
            if ratio > worst:
                worst, where = ratio, f"{name}, r = {r:g}: {ratio:.4g} times the bound"
    return judged(
        Level.MEASURED,
        "derivatives by W and by U at every step over their bounds",
        worst,
        1 + _ROUNDING,
        where,
        points=points,
        seed=settings.seed,
    )


def ratio_verdict(settings: Settings, *, power: int) -> Verdict:
    """Prove that no bound over all parameters and inputs is much below ℓ_t and B_t for r > 1.

    Args:
        settings: not used: SymPy decides.
        power: of r/(r − 1) in the limit of B_t over its floor.
    """
    spread = 1 + value_bound**2 / input_bound**2
    stated = spread * (gain / (gain - 1)) ** power
    if simplify(floors.hessian_ratio() - stated) != 0:
        return refuted("SymPy", f"the limit is {floors.hessian_ratio()}")
    at_zero = floors.gradient_floor().subs(floors.value_at_steepest, 0)
    ratio = gradient_bound().closed / at_zero
    if simplify(ratio**2 - floors.largest_ratio() ** 2) != 0:
        return refuted("SymPy", "the ratio of l_t to its floor")
    return Verdict(level=Level.PROVED, method="SymPy, leading terms as t → ∞")


@lru_cache(maxsize=1)
def cutoff_slopes() -> tuple[float, ...]:
    """Return slopes of ln‖∇²H_T‖ in ln T at r = 1 along the best constant path a = c/√T."""
    sigma = activation("tanh")
    heights = torch.linspace(0.3, 2.0, 18, dtype=torch.float64)
    largest = []
    for steps in _LONG:
        path = (heights / math.sqrt(steps))[:, None].expand(-1, steps)
        neurons = steer(sigma, torch.ones_like(heights), path)
        found = neuron_derivatives(sigma, neurons.weight, neurons.input_weight, neurons.inputs)
        largest.append(float(found.hessian_norm[:, -1].amax()))
    pairs = zip(pairwise(largest), pairwise(_LONG), strict=True)
    return tuple(math.log(b / a) / math.log(m / n) for (a, b), (n, m) in pairs)


_LONG = (64, 128, 256, 512)


def cutoff_verdict(settings: Settings, *, exponent: float) -> Verdict:
    """Follow the Hessian at r = 1 along a_t = c/√T, to long horizons.

    Args:
        settings: not used: the path is given.
        exponent: of T.
    """
    slopes = cutoff_slopes()
    error = abs(slopes[-1] - exponent)
    return judged(
        Level.MEASURED,
        f"slope of the largest Hessian between T = {_LONG[-2]} and {_LONG[-1]}",
        error,
        0.02,
        f"slope {slopes[-1]:.4g}",
        points=len(_LONG),
    )


def refuted(method: str, where: str) -> Verdict:
    """Return a refutation."""
    return Verdict(level=Level.REFUTED, method=method, counterexample=where)
