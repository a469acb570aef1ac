"""Checks of the section on the slowest time scale: real networks and the solver of windows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from sympy import S
from torch import Tensor

from longlag.numerics.generate import generate
from longlag.theory.bridges.time_scale import forgotten_share, kept_share, time_scale
from longlag.theory.cells import PAPER_CELLS
from longlag.theory.descent.activation import activation
from longlag.theory.laws.catalogue.exponential_mixture import mixture
from longlag.theory.statement import Level, Settings, Verdict, judged
from longlag.theory.window.horizon import solve_horizon
from longlag.theory.window.window import COST, KAPPA

#: Time scales are drawn between these; networks run over this many steps.
_FASTEST, _SLOWEST, _STEPS = 1.5, 60.0, 40
_ROUNDING = 1e-12
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
    functions = generate(PAPER_CELLS[cell], "torch")

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


def clocks_verdict(settings: Settings, *, misread: bool) -> Verdict:
    """Compare four readings of one time scale, by autograd on real networks.

    Args:
        settings: examples and seed.
        misread: take the inverse of the gate for its time scale.
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
        Level.MEASURED,
        f"autograd through const_gate and plain, {_STEPS} steps",
        worst,
        _ROUNDING,
        where,
        points=settings.examples,
        seed=settings.seed,
    )


def cutoff_verdict(settings: Settings, *, excess: int) -> Verdict:
    """Compare derivatives over k steps of plain neurons with r^k, which they reach at rest.

    Args:
        settings: examples and seed.
        excess: is added to k.
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
        Level.MEASURED,
        f"autograd through plain, 4 neurons, r up to 1.2, {_STEPS} steps: never "
        "above, at rest equal",
        worst,
        _ROUNDING,
        where,
        points=settings.examples,
        seed=settings.seed,
    )


def slowest_verdict(settings: Settings, *, which: str) -> Verdict:
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
        Level.MEASURED,
        "solver of windows, N = 10^6 and 10^600, and autograd through three gated "
        "neurons with a search over lags",
        worst,
        0.0,
        where,
        points=settings.examples,
        seed=settings.seed,
    )


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
    found = solve_horizon(law, values, samples=samples, cost=_NUMBERS[COST], kappa=_NUMBERS[KAPPA])
    assert found.horizon is not None
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


def generator_of(settings: Settings) -> torch.Generator:
    """Return the generator of a seed."""
    return torch.Generator().manual_seed(settings.seed)


def _draw_scale(generator: torch.Generator) -> float:
    span = math.log(_SLOWEST / _FASTEST)
    drawn = float(torch.rand((), generator=generator, dtype=torch.float64))
    return _FASTEST * math.exp(span * drawn)
