"""Checks of the plateau in the section on the slowest time scale: flows out of a silent unit."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import Any

import mpmath
from sympy import Expr, Rational, S

from longlag.derivations.memory.plateau_checks import target
from longlag.numerics.memory.flow import LONGEST, exit_time
from longlag.theory.bridges.time_scale import silent_exit, silent_gain
from longlag.theory.memory import plateau
from longlag.theory.memory.kernel import rate
from longlag.theory.memory.plateau import late_symbol, length, silent
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.statement import Level, Settings, Verdict, judged

#: Of the silent slow unit: its rate, the radius of the ball, the lengths 1/ω of the memory.
SLOW, RADIUS = 0.5, 0.3
LENGTHS = (8, 12, 16, 20, 24, 28, 32, 36, 40)
#: Slowest rates, radii and lengths with 1/(ωτ) ≥ 12, where the drift is compared.
DRIFTS = ((SLOW, RADIUS, (24, 28, 32, 36, 40)), (0.3, 0.1, (40, 48, 60)), (0.2, 0.1, (60, 80)))
#: Of the integral over the rates: digits, and the degree of the Gauss–Legendre rule.
_DIGITS, _DEGREE = 20, 4
#: The published bound is stated up to a constant; with this one it holds here.
CONSTANT = 0.2


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
            lambda v: 1 / evaluate(speed, {silent: v}),
            nodes,
            method="gauss-legendre",
            maxdegree=_DEGREE,
        )


def _with_numbers(expression: Expr, memory: int) -> Expr:
    weight = plateau.gaussian_weight().subs({plateau.height: 1, plateau.width: 1, rate: silent})
    return expression.subs(late_symbol(silent), weight).doit().subs({rate: 1, length: memory})


def plateau_verdict(settings: Settings, *, exponent: int) -> Verdict:
    """Compare the slope of ln τ_exit at the longest memories with a multiple of the slowest rate.

    The law has the slope 2/τ_max − 2ω; at finite ω its next term is judged too.

    Args:
        settings: not used: the flow is deterministic.
        exponent: the multiple.
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
        Level.MEASURED,
        "slope of ln tau in 1/omega from 32 to 40, over the slowest rate",
        worst,
        0.05,
        where,
        points=2,
    )


def drift_verdict(settings: Settings, *, power: int) -> Verdict:
    """Compare exit times at long memories with ∫dv/|G'(v)|.

    Args:
        settings: not used: the flow is deterministic.
        power: of the push in G.
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
        Level.MEASURED,
        "exit times over the integral, slowest rates .5, .3 and .2",
        worst,
        0.02,
        where,
        points=sum(len(memories) for _, _, memories in DRIFTS),
    )


def law_verdict(settings: Settings, *, power: int) -> Verdict:
    """Follow the integral over its leading term to long memories.

    Args:
        settings: not used: the integral is a number.
        power: of ω in the law.
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
        points=len(far),
        digits=_DIGITS,
        error=gaps[-1],
        counterexample="" if falling else f"1/omega = {far[-1]}: off by {gaps[-1]:.3g}",
    )


def bound_verdict(settings: Settings, *, excess: float) -> Verdict:
    """Compare exit times with the published lower bound, its exponent the slowest rate.

    Args:
        settings: not used: the flow is deterministic.
        excess: is added to the slowest rate.
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
        method=f"exit times over the bound without its constant are at least {found}, and must "
        f"not fall below the constant {CONSTANT:g}",
        points=len(LENGTHS),
        counterexample="" if holds else found,
    )
