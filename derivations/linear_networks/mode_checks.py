"""How a mode learns: in symbols, along the flow, and by gradient descent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import sympy
import torch
from sympy import Expr, Function

from longlag.derivations.linear_networks import letters as the
from longlag.numerics.linear.modes import half_time_of, learn_mode
from longlag.theory.linear.modes import (
    change_of,
    entry,
    gain,
    half_time,
    mode_loss,
    multiplied,
    product_over_time,
)
from longlag.theory.statement import Level, Settings, Verdict, judged

#: Steps of a task, starts of a and c, and multipliers at which orders are compared.
_STEPS, _STARTS = (4, 6), (0.1, 0.2)
#: The longest task whose loss is written out.
_LONGEST = 5
#: A task and a start for gradient descent, and its steps.
_WANTED, _START, _RATES = (0.0, 0.6, 0.0, 1.0), (0.2, 0.7, 0.3), (0.02, 0.01, 0.005)


def aligned_verdict(settings: Settings, *, behind: int) -> Verdict:
    """Judge the loss of a mode by running its unit on white inputs, in symbols.

    Args:
        settings: not used.
        behind: steps by which the powers of b are too high; 0 as stated.
    """
    method = f"E x_i x_j = δ_ij put into the unit itself, T = 1 … {_LONGEST}, in symbols"
    for steps in range(1, _LONGEST + 1):
        wanted, inputs = sympy.symbols(f"s1:{steps + 1}"), sympy.symbols(f"x1:{steps + 1}")
        state: Expr = sympy.Integer(0)
        for x in inputs:
            state = multiplied * state + entry * x
        missed = sympy.expand(
            sum(s * x for s, x in zip(wanted, inputs, strict=True)) - gain * state
        )
        found = sum(missed.coeff(x) ** 2 for x in inputs) / 2
        stated = mode_loss(wanted).subs(entry, entry * multiplied**behind)
        gap = sympy.expand(found - stated)
        if gap != 0:
            return Verdict(
                level=Level.REFUTED, method=method, counterexample=f"T = {steps}: off by {gap}"
            )
    return Verdict(level=Level.PROVED, method=method, points=_LONGEST)


def kept_verdict(settings: Settings, *, quantity: Expr) -> Verdict:
    """Judge whether gradient flow keeps a quantity, for any loss of a c and b.

    Args:
        settings: not used.
        quantity: over a, b and c of the theory.
    """
    change = change_of(quantity, Function("F")(entry * gain, multiplied)).doit()
    method = "the chain rule for any F(a c, b), for every T and every s"
    if sympy.simplify(change) != 0:
        return Verdict(level=Level.REFUTED, method=method, counterexample=f"it changes as {change}")
    return Verdict(level=Level.PROVED, method=method)


def course_verdict(settings: Settings, *, course: Expr) -> Verdict:
    """Judge a course p(t) by its equation ṗ = 2p (A − B p) and its start.

    Args:
        settings: not used.
        course: over t, p₀, A and B of the chapter.
    """
    slope = 2 * course * (the.DRIVE - the.RESISTANCE * course)
    gaps = (sympy.diff(course, the.TIME) - slope, course.subs(the.TIME, 0) - the.START)
    method = "put into ṗ = 2p (A − B p) and p(0), in symbols"
    if any(sympy.simplify(gap) != 0 for gap in gaps):
        return Verdict(level=Level.REFUTED, method=method, counterexample="at a random point too")
    return Verdict(level=Level.PROVED, method=method)


def half_time_verdict(settings: Settings, *, moment: Expr) -> Verdict:
    """Judge when p is half its plateau.

    Args:
        settings: not used.
        moment: over p₀, A and B of the chapter.
    """
    course = product_over_time(moment, the.START, the.DRIVE, the.RESISTANCE)
    gap = sympy.simplify(course - the.DRIVE / (2 * the.RESISTANCE))
    method = "put into p(t), in symbols"
    if gap != 0:
        return Verdict(level=Level.REFUTED, method=method, counterexample=f"p is off by {gap}")
    return Verdict(level=Level.PROVED, method=method)


def order_verdict(
    settings: Settings,
    *,
    multipliers: Sequence[float],
    starts: Sequence[float] = _STARTS,
    late_first: bool,
) -> Verdict:
    """Judge whether a task at the last step is learned before one at the first.

    Args:
        settings: not used.
        multipliers: b(0).
        starts: a(0) = c(0).
        late_first: whether it is, as stated.
    """
    worst, where, points = -np.inf, "", 0
    for steps in _STEPS:
        late, early = [0.0] * (steps - 1) + [1.0], [1.0] + [0.0] * (steps - 1)
        for b in multipliers:
            for start in starts:
                times = [half_time_of(task, (start, b, start)) for task in (late, early)]
                ratio = times[0] / times[1] if late_first else times[1] / times[0]
                points += 1
                if ratio > worst:
                    worst = ratio
                    where = (
                        f"T = {steps}, b(0) = {b}, a(0) = c(0) = {start}: late {times[0]:.3g}, "
                        f"early {times[1]:.3g}"
                    )
    return judged(
        Level.MEASURED,
        f"gradient flow, T = {', '.join(map(str, _STEPS))}, b(0) = "
        f"{', '.join(map(str, multipliers))}, a(0) = c(0) = {', '.join(map(str, starts))}; largest "
        "ratio of half-times",
        float(worst),
        1.0,
        where,
        points=points,
    )


def descent_verdict(settings: Settings, *, power: int) -> Verdict:
    """Judge that gradient descent follows the flow with an error ∝ step^power.

    Args:
        settings: not used.
        power: 1 as stated.
    """
    gaps = []
    for step in _RATES:
        path = _descended(step, round(10 / step))
        times = np.arange(len(path), dtype=np.float64) * step
        gaps.append(float(np.abs(path - learn_mode(_WANTED, _START, times).T).max()))
    ratios = [first / second for first, second in pairwise(gaps)]
    off = max(abs(ratio / 2**power - 1) for ratio in ratios)
    told = ", ".join(f"{gap:.2e} at {step}" for gap, step in zip(gaps, _RATES, strict=True))
    return judged(
        Level.MEASURED,
        f"a trained mode of four steps, PyTorch autograd, largest distance {told}",
        off,
        0.1,
        told,
        points=len(_RATES),
    )


def _descended(step: float, count: int) -> np.ndarray:
    """The course of a, b and c under gradient descent on the network itself."""
    values = [torch.tensor(each, dtype=torch.float64, requires_grad=True) for each in _START]
    wanted = torch.tensor(_WANTED, dtype=torch.float64)
    inputs = torch.eye(len(_WANTED), dtype=torch.float64)
    path = [list(_START)]
    for _ in range(count):
        a, b, c = values
        state = torch.zeros(len(_WANTED), dtype=torch.float64)
        for x in inputs:
            state = b * state + a * x
        loss = ((wanted - c * state) ** 2).sum() / 2
        slopes = torch.autograd.grad(loss, values)
        values = [
            (each - step * slope).detach().requires_grad_()
            for each, slope in zip(values, slopes, strict=True)
        ]
        path.append([each.item() for each in values])
    return np.array(path)


def half_time_formula() -> Expr:
    """Return t_{1/2} in the letters of the chapter."""
    found: Expr = half_time(the.START, the.DRIVE, the.RESISTANCE)
    return found


__all__ = [
    "aligned_verdict",
    "course_verdict",
    "descent_verdict",
    "half_time_formula",
    "half_time_verdict",
    "kept_verdict",
    "order_verdict",
]
