"""Checks of the section on the slowest time scale: networks, flows, the solver, SymPy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import mpmath
import torch
from sympy import Expr, Rational, S
from torch import Tensor

from longlag.derivations.memory_plateau_checks import target
from longlag.numerics.codegen import generate
from longlag.numerics.memory.flow import LONGEST, exit_time
from longlag.theory.cells import CELLS
from longlag.theory.descent.activation import activation
from longlag.theory.evaluate import evaluate
from longlag.theory.horizon import COST, KAPPA
from longlag.theory.laws.exponential_mixture import mixture
from longlag.theory.memory import plateau
from longlag.theory.memory.kernel import rate
from longlag.theory.memory.plateau import late_symbol, length, silent
from longlag.theory.solve import solve_horizon
from longlag.theory.statement import Level, Settings, Verdict
from longlag.theory.time_scale import (
    forgotten_share,
    kept_share,
    silent_exit,
    silent_gain,
    time_scale,
)

#: Time scales are drawn between these; networks run over this many steps.
_FASTEST, _SLOWEST, _STEPS = 1.5, 60.0, 40
_ROUNDING = 1e-12
#: Of the silent slow unit: its rate, the radius of the ball, the lengths 1/ω of the memory.
SLOW, RADIUS = 0.5, 0.3
LENGTHS = (8, 12, 16, 20, 24, 28, 32, 36, 40)
#: Slowest rates, radii and lengths with 1/(ωτ) ≥ 12, where the drift is compared.
DRIFTS = ((SLOW, RADIUS, (24, 28, 32, 36, 40)), (0.3, 0.1, (40, 48, 60)), (0.2, 0.1, (60, 80)))
#: Of the integral over the rates: digits, and the degree of the Gauss–Legendre rule.
_DIGITS, _DEGREE = 20, 4
#: The published bound is stated up to a constant; with this one it holds here.
CONSTANT = 0.2
#: N, A and κ of the windows; with so many sequences the solver alone is asked.
_FEW, _MANY = 10**6, 10**600
_NUMBERS = {COST: 2, KAPPA: 2}

_Step = Callable[[Tensor, Tensor], Tensor]


def gated_step(scale: float) -> _Step:
    """Return the step of const_gate without recurrent weights, with the gate of a time scale."""
    gate = torch.tensor(float(forgotten_share(S(scale)).evalf(20)), dtype=torch.float64)
    return _stepper("const_gate", torch.zeros(1, 1, dtype=torch.float64), {"s": gate})


def weighted_step(weights: Tensor) -> _Step:
    """Return the step of the plain cell with diagonal recurrent weights."""
    return _stepper("plain", torch.diag(weights), {})


def _stepper(cell: str, weight: Tensor, parameter: Mapping[str, Tensor]) -> _Step:
    functions = generate(CELLS[cell], "torch")

    def step(state: Tensor, drive: Tensor) -> Tensor:
        (new,) = functions.step({"h": state}, {"n": drive}, {"n": weight}, parameter).values()
        return new

    return step


def sensitivities(step: _Step, state: Tensor, drives: Tensor) -> tuple[Tensor, Tensor]:
    """Return |∂h_T/∂h_{T−k}| and |∂h_T/∂d_{T−k+1}| for k = 1…T, by autograd through the network.

    Args:
        step: of neurons that do not mix.
        state: h_0, shape (H,).
        drives: d_1 … d_T, shape (T, H).
    """
    inputs = drives.clone().requires_grad_()
    states = [state.clone().requires_grad_()]
    for drive in inputs:
        states.append(step(states[-1], drive))
    *before, last = states
    found = torch.autograd.grad(last.sum(), [inputs, *before])
    return torch.stack(found[:0:-1]).abs(), found[0].flip(0).abs()


def read_time_scales(scale: float, generator: torch.Generator) -> dict[str, float]:
    """Return the time scale of real networks by four readings.

    Args:
        scale: τ, from which gate and weight are computed.
        generator: of the inputs.

    Returns:
        ``gate`` the one-step derivative of a gated neuron; ``envelope`` the derivative over all
        steps; ``kernel`` the response to inputs at two times; ``weight`` a plain neuron at rest.
    """
    zero = torch.zeros(1, dtype=torch.float64)
    # One drive at all times: the response to inputs then differs by their age alone.
    drives = torch.randn(1, 1, generator=generator, dtype=torch.float64).expand(_STEPS, 1)
    state = torch.randn(1, generator=generator, dtype=torch.float64)
    kept, response = sensitivities(gated_step(scale), state, drives)
    weight = torch.tensor([float(kept_share(S(scale)).evalf(20))], dtype=torch.float64)
    at_rest, _ = sensitivities(weighted_step(weight), zero, torch.zeros_like(drives))
    decay = math.log(float(response[0] / response[-1])) / (_STEPS - 1)
    return {
        "gate": float(time_scale(float(kept[0]))),
        "envelope": float(-_STEPS / torch.log(kept[-1])),
        "kernel": float(1 / decay),
        "weight": float(time_scale(float(at_rest[0]))),
    }


def clocks_verdict(settings: Settings, *, misread: bool = False) -> Verdict:
    """Compare four readings of one time scale, by autograd on real networks.

    Args:
        settings: examples and seed.
        misread: take the inverse of the gate for its time scale, which is wrong.
    """
    generator, worst, where = generator_of(settings), 0.0, ""
    for _ in range(settings.examples):
        scale = _draw_scale(generator)
        readings = read_time_scales(scale, generator)
        if misread:
            readings["gate"] = 1 / -math.expm1(-1 / readings["gate"])
        for name, found in readings.items():
            if abs(found / scale - 1) >= worst:
                worst, where = abs(found / scale - 1), f"{name}: {found:.6g} for {scale:.6g}"
    return judged(
        Level.MEASURED, f"autograd through const_gate and plain, {_STEPS} steps", worst, _ROUNDING,
        where, points=settings.examples, seed=settings.seed,
    )  # fmt: skip


def cutoff_verdict(settings: Settings, *, excess: int = 0) -> Verdict:
    """Compare derivatives over k steps of plain neurons with r^k, which they reach at rest.

    Args:
        settings: examples and seed.
        excess: is added to k, for a wrong version.
    """
    generator, worst, where = generator_of(settings), 0.0, ""
    slope = float(activation("tanh").slope.expression)
    lags = torch.arange(1, _STEPS + 1, dtype=torch.float64)[:, None] + excess
    for _ in range(settings.examples):
        weights = 0.5 + 0.7 * torch.rand(4, generator=generator, dtype=torch.float64)
        drives = torch.randn(_STEPS, 4, generator=generator, dtype=torch.float64)
        bound = (slope * weights) ** lags
        driven, _ = sensitivities(weighted_step(weights), drives[0], drives)
        at_rest, _ = sensitivities(weighted_step(weights), 0 * drives[0], 0 * drives)
        over = float((driven / bound).max()) - 1
        off = float((at_rest / bound - 1).abs().max())
        if max(over, off) >= worst:
            worst, where = max(over, off), f"over by {over:.2g}, at rest off by {off:.2g}"
    return judged(
        Level.MEASURED, f"autograd through plain, 4 neurons, r up to 1.2, {_STEPS} steps: never "
        "above, at rest equal", worst, _ROUNDING, where,
        points=settings.examples, seed=settings.seed,
    )  # fmt: skip


def slowest_verdict(settings: Settings, *, which: str = "slowest") -> Verdict:
    """Compare windows of three time scales with those of the slowest alone, from both sides.

    Args:
        settings: examples and seed.
        which: ``fastest`` or ``mean`` instead of the slowest time scale are wrong.
    """
    generator, worst, where = generator_of(settings), 0.0, ""
    for _ in range(settings.examples):
        scales = [_draw_scale(generator) for _ in range(3)]
        found = [("solver", samples, _solved(scales, samples)) for samples in (_FEW, _MANY)]
        found.append(("network", _FEW, _of_network(scales, generator)))
        for name, samples, window in found:
            lower, upper = window_bounds(scales, samples, which)
            # The network has integer lags: its window is the last one below the real one.
            slack = 1.0 if name == "network" else 1e-9 * upper
            outside = max(lower - slack - window, window - upper - 1e-9 * upper) / upper
            if outside > worst:
                worst = outside
                where = f"{name}: {window:.4g} outside [{lower:.4g}, {upper:.4g}]"
    return judged(
        Level.MEASURED, "solver of windows, N = 10^6 and 10^600, and autograd through three gated "
        "neurons with a search over lags", worst, 0.0, where,
        points=settings.examples, seed=settings.seed,
    )  # fmt: skip


def window_bounds(scales: list[float], samples: int, which: str = "slowest") -> tuple[float, float]:
    """Return τ_max ln(c_max/φ) and τ_max ln(Σc/φ) of time scales of equal weights that add to 1.

    Args:
        scales: the time scales.
        samples: N.
        which: the one to take for τ_max.
    """
    kept = {"slowest": max(scales), "fastest": min(scales), "mean": sum(scales) / len(scales)}
    level = (math.log(samples) - math.log(_NUMBERS[COST])) / _NUMBERS[KAPPA]
    return kept[which] * (level - math.log(len(scales))), kept[which] * level


def _solved(scales: list[float], samples: int) -> float:
    law = mixture(len(scales))
    values = {f"nu{q}": 1 / scale for q, scale in enumerate(scales, 1)}
    values |= {f"C{q}": 1 / len(scales) for q in range(1, len(scales) + 1)}
    found = solve_horizon(
        law, values, samples=samples, cost=_NUMBERS[COST], kappa=_NUMBERS[KAPPA]
    )  # fmt: skip
    return float(found.horizon)


def _of_network(scales: list[float], generator: torch.Generator) -> float:
    """The last lag with A f^{−κ} ≤ N, f the mean derivative of gated neurons by autograd."""
    steps = int(window_bounds(scales, _FEW)[1]) + 2
    envelope = torch.zeros(steps, dtype=torch.float64)
    for scale in scales:
        drives = torch.randn(steps, 1, generator=generator, dtype=torch.float64)
        envelope += sensitivities(gated_step(scale), drives[0], drives)[0][:, 0] / len(scales)
    needed = _NUMBERS[COST] * envelope ** -_NUMBERS[KAPPA]
    return float((needed <= _FEW).nonzero().max()) + 1


@lru_cache(maxsize=64)
def leaving(memory: int, slow: float = SLOW, radius: float = RADIUS) -> float:
    """Return the exit time of the flow from a fit of the first part with a silent slow unit.

    Args:
        memory: its length 1/ω.
        slow: the rate of the silent unit.
        radius: of the ball.
    """
    start = (1.0, 0.0), (1.0, slow)
    return exit_time(target(memory), *start, radius, until=LONGEST, tolerance=1e-7)


def plateau_slope(start: int, end: int) -> float:
    """Return the mean slope of ln τ_exit in 1/ω, in units of the slowest rate."""
    return math.log(leaving(end) / leaving(start)) / (end - start) / SLOW


@lru_cache(maxsize=64)
def drifting(memory: int, slow: float = SLOW, radius: float = RADIUS) -> Any:
    """Return ∫dv/|G'(v)| over the ball: the time in which the rate of the silent unit falls.

    Args:
        memory: its length μ = 1/ω.
        slow: the rate of the silent unit.
        radius: of the ball, below ``slow``.
    """
    speed = _with_numbers(-silent_gain().diff(silent), memory)
    # Nearly all of it comes from within a few 1/μ of the start.
    near = (slow - part / memory for part in (20, 3, 1, 0.3))
    nodes = [slow - radius, *(node for node in near if node > slow - radius), slow]
    with mpmath.workdps(_DIGITS):
        return mpmath.quad(
            lambda v: 1 / evaluate(speed, {silent: v}), nodes, method="gauss-legendre",
            maxdegree=_DEGREE,
        )  # fmt: skip


def _with_numbers(expression: Expr, memory: int) -> Expr:
    weight = plateau.gaussian_weight().subs({plateau.height: 1, plateau.width: 1, rate: silent})
    return expression.subs(late_symbol(silent), weight).doit().subs({rate: 1, length: memory})


def plateau_verdict(settings: Settings, *, exponent: int = 2) -> Verdict:
    """Compare the slope of ln τ_exit at the longest memories with a multiple of the slowest rate.

    The law has the slope 2/τ_max − 2ω; at finite ω its next term is judged too.

    Args:
        settings: not used: the flow is deterministic.
        exponent: the multiple; 1 is wrong.
    """
    worst, where = 0.0, ""
    for start, end in ((32, 36), (36, 40)):
        found = plateau_slope(start, end)
        # Of 1/(4μ²G(v)), without the part that does not depend on μ.
        stated = exponent - 2 * math.log(end / start) / (end - start) / SLOW
        if abs(found - stated) > worst:
            worst = abs(found - stated)
            where = f"1/omega = {start} to {end}: {found:.3f} times the slowest rate"
    return judged(
        Level.MEASURED, "slope of ln tau in 1/omega from 32 to 40, over the slowest rate",
        worst, 0.05, where, points=2,
    )  # fmt: skip


def drift_verdict(settings: Settings, *, power: int = 2) -> Verdict:
    """Compare exit times at long memories with ∫dv/|G'(v)|.

    Args:
        settings: not used: the flow is deterministic.
        power: of the push in G; not 2 is wrong.
    """
    worst, where = 0.0, ""
    for slow, radius, memories in DRIFTS:
        for memory in memories:
            time = leaving(memory, slow, radius)
            ratio = time / float(drifting(memory, slow, radius)) ** (power / 2)
            if abs(ratio - 1) > worst:
                worst = abs(ratio - 1)
                where = f"rate {slow:g}, 1/omega = {memory}: ratio {ratio:.4g}"
    return judged(
        Level.MEASURED, "exit times over the integral, slowest rates .5, .3 and .2", worst, 0.02,
        where, points=sum(len(memories) for _, _, memories in DRIFTS),
    )  # fmt: skip


def law_verdict(settings: Settings, *, power: int = 2) -> Verdict:
    """Follow the integral over its leading term to long memories.

    Args:
        settings: not used: the integral is a number.
        power: of ω in the law; not 2 is wrong.
    """
    far, gaps = (10**2, 10**3, 10**4), []
    with mpmath.workdps(_DIGITS):
        for memory in far:
            law = evaluate(_with_numbers(silent_exit(), memory), {silent: mpmath.mpf(SLOW)})
            gaps.append(float(abs(drifting(memory) / law * mpmath.mpf(memory) ** (power - 2) - 1)))
    falling = all(later < 0.12 * earlier for earlier, later in pairwise(gaps))
    return Verdict(
        level=Level.COMPUTED if falling else Level.REFUTED,
        method=f"quadrature in {_DIGITS} digits: the gap falls like omega for 1/omega = "
        "10^2 to 10^4",
        points=len(far), digits=_DIGITS, error=gaps[-1],
        counterexample="" if falling else f"1/omega = {far[-1]}: off by {gaps[-1]:.3g}",
    )  # fmt: skip


def bound_verdict(settings: Settings, *, excess: float = 0.0) -> Verdict:
    """Compare exit times with the published lower bound, its exponent the slowest rate.

    Args:
        settings: not used: the flow is deterministic.
        excess: is added to the slowest rate, for a wrong version.
    """
    ratios = {}
    for memory in LENGTHS:
        numbers = {plateau.omega: Rational(1, memory), plateau.radius: RADIUS, plateau.units: 2}
        ratios[memory] = leaving(memory) / float(
            plateau.lower_bound(S(SLOW + excess)).subs(numbers)
        )
    worst = min(ratios, key=ratios.__getitem__)
    holds = ratios[worst] >= CONSTANT
    found = f"{ratios[worst]:.2g} at 1/omega = {worst}"
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method=f"exit times over the bound are at least {found}, wanted {CONSTANT:g}",
        points=len(LENGTHS), counterexample="" if holds else found,
    )  # fmt: skip


def generator_of(settings: Settings) -> torch.Generator:
    """Return the generator of a seed."""
    return torch.Generator().manual_seed(settings.seed)


def _draw_scale(generator: torch.Generator) -> float:
    span = math.log(_SLOWEST / _FASTEST)
    drawn = float(torch.rand((), generator=generator, dtype=torch.float64))
    return _FASTEST * math.exp(span * drawn)


def judged(
    level: Level, method: str, error: float, tolerance: float, where: str, *,
    points: int, seed: int | None = None,
) -> Verdict:  # fmt: skip
    """Return the verdict on the largest error: refuted where it exceeds the tolerance."""
    holds = error <= tolerance
    return Verdict(
        level=level if holds else Level.REFUTED, method=method, points=points, error=error,
        tolerance=tolerance, seed=seed, counterexample="" if holds else where,
    )  # fmt: skip
