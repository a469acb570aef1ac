"""Checks of the constants of activations, and of sums, closed forms and limits."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import mpmath
from sympy import Expr, Interval, Rational, S, Symbol, oo, simplify, sympify

from longlag.numerics.checks import combine
from longlag.theory.descent.activation import Activation, activation, preactivation
from longlag.theory.descent.smoothness import (
    Regime,
    SmoothnessBound,
    geometric_sum,
    gradient_bound,
    gradient_step,
    hessian_bound,
    hessian_step,
    weighted_sum,
)
from longlag.theory.descent.symbols import (
    alpha_ball,
    curvature_bound,
    gain,
    input_bound,
    slope_bound,
    step,
    value_bound,
)
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.statement import Kind, Level, Relation, Settings, Verdict, failure_rate_bound
from longlag.theory.verify import prove

#: Names under which the bounds are judged.
BOUNDS: dict[str, SmoothnessBound] = {
    "p": geometric_sum(),
    "q": weighted_sum(),
    "gradient": gradient_bound(),
    "hessian": hessian_bound(),
}
_CONSTANTS = (value_bound, slope_bound, curvature_bound, input_bound)
#: Where |σ|, |σ'| and |σ''| are looked at: a = sinh u at this many points u on ±_REACH, so that
#: limits that are approached as 1/a are seen.
_GRID, _REACH = 2001, 14
_SIDES: dict[Regime, tuple[float, float]] = {
    Regime.BELOW: (0.2, 0.9),
    Regime.AT: (1.0, 1.0),
    Regime.ABOVE: (1.1, 2.0),
}
#: Steps at which a leading term is compared, and the distance allowed at the last.
_FAR, _CLOSE = (10**2, 10**4, 10**6), 1e-3


def activation_verdict(
    settings: Settings, *, name: str, claimed: tuple[Expr, Expr, Expr]
) -> Verdict:
    """Compare claimed constants of an activation with those found, and with a grid.

    Args:
        settings: digits.
        name: of a registered activation.
        claimed: s₀, s₁, s₂.
    """
    found = activation(name)
    worst = 0.0
    for order, (value, function) in enumerate(
        zip(claimed, (found.function, found.derivative, found.second), strict=True)
    ):
        largest, at = _largest(function, settings.digits)
        stated = evaluate(sympify(value), {})
        gap = float(1 - largest / stated)
        # A supremum is not exceeded, and some point comes close to it.
        if gap < -(10.0 ** (8 - settings.digits)) or gap > 1e-5:
            return Verdict(
                level=Level.REFUTED,
                method=f"largest on {_GRID} points",
                error=abs(gap),
                counterexample=f"s_{order} = {float(stated):.6g}, |f({float(at):.6g})| = "
                f"{float(largest):.6g}",
            )
        worst = max(worst, abs(gap))
    if any(
        simplify(own - stated) != 0 for own, stated in zip(found.constants, claimed, strict=True)
    ):
        return Verdict(
            level=Level.UNDECIDED, method=f"near {found.constants} on the grid, and not equal to it"
        )
    levels = {found.value.level, found.slope.level, found.curvature.level}
    level = Level.PROVED if levels == {Level.PROVED} else Level.CERTIFIED
    return Verdict(level=level, method=_methods(found), digits=settings.digits)


def _largest(function: Expr, digits: int) -> tuple[Any, Any]:
    """The largest |f| on the grid, after a search about the best point."""
    with mpmath.workdps(digits):
        unit = mpmath.mpf(2 * _REACH) / (_GRID - 1)

        def size(at: Any) -> Any:
            return abs(evaluate(function, {preactivation: mpmath.sinh(at)}))

        best = max((size(-_REACH + unit * k), -_REACH + unit * k) for k in range(_GRID))[1]
        low, high = best - unit, best + unit
        for _ in range(4 * digits):
            inner = (2 * low + high) / 3, (low + 2 * high) / 3
            if size(inner[0]) < size(inner[1]):
                low = inner[0]
            else:
                high = inner[1]
        at = max((low, best, high), key=size)
        return size(at), mpmath.sinh(at)


def _methods(found: Activation) -> str:
    parts = (found.value, found.slope, found.curvature)
    return "; ".join(f"s_{order}: {part.method}" for order, part in enumerate(parts))


def refusal_verdict(settings: Settings, *, names: tuple[str, ...]) -> Verdict:
    """Ask for the constants of activations that have none; a refusal is told as refuted.

    Args:
        settings: not used.
        names: of activations.
    """
    reasons = []
    for name in names:
        try:
            activation(name)
        except LonglagError as error:
            reasons.append(f"{name}: {error.rule}")
    if reasons:
        return Verdict(
            level=Level.REFUTED, method="the search for suprema", counterexample="; ".join(reasons)
        )
    return Verdict(level=Level.CERTIFIED, method="the search for suprema")


def sum_verdict(settings: Settings, *, name: str, factor: Expr) -> Verdict:
    """Compare a closed form with the recursion that it solves, below, at and above the cutoff.

    Args:
        settings: examples, seed and digits.
        name: in ``BOUNDS``.
        factor: on the closed form.
    """
    generator = random.Random(settings.seed)
    worst = 0.0
    gains = [S.One, *(Rational(generator.randint(1, 40), 20) for _ in range(settings.examples))]
    for r in gains:
        steps = generator.randint(1, 30)
        with mpmath.workdps(settings.digits):
            constants = _random_constants(generator)
            found = BOUNDS[name].value(steps, evaluate(r, {}), constants)
            expected = _by_recursion(name, steps, evaluate(r, {}), constants)
            error = float(abs(found * evaluate(factor, {}) / expected - 1))
        if error > 10.0 ** (10 - settings.digits):
            return Verdict(
                level=Level.REFUTED,
                method="the recursion, step by step",
                error=error,
                counterexample=f"r = {float(r):.6g}, t = {steps}",
            )
        worst = max(worst, error)
    return Verdict(
        level=Level.COMPUTED,
        method="closed form and recursion apart",
        points=len(gains),
        digits=settings.digits,
        error=worst,
        seed=settings.seed,
        failure_rate=failure_rate_bound(len(gains)),
    )


def growth_verdict(settings: Settings, *, regime: Regime, leaders: Mapping[str, Expr]) -> Verdict:
    """Compare leading terms with the derived ones, and with the bounds far out.

    Args:
        settings: examples, seed and digits.
        regime: the side of the cutoff.
        leaders: leading terms by the names of ``BOUNDS``.
    """
    names = list(leaders)
    different = [n for n in names if simplify(BOUNDS[n].growth(regime) - leaders[n]) != 0]
    if different:
        return Verdict(
            level=Level.REFUTED,
            method="the leading term that is derived",
            counterexample=str(BOUNDS[different[0]].growth(regime)),
        )
    generator = random.Random(settings.seed)
    worst = 0.0
    for example in range(settings.examples * len(names)):
        name = names[example % len(names)]
        bound, leader = BOUNDS[name], leaders[name]
        with mpmath.workdps(settings.digits):
            r = mpmath.mpf(generator.uniform(*_SIDES[regime]))
            constants = _random_constants(generator)
            distances = [
                abs(bound.value(t, r, constants) / _leader(leader, t, r, constants) - 1)
                for t in _FAR
            ]
        error = float(distances[-1])
        if error > _CLOSE or error > float(distances[0]) + 10.0 ** (-settings.digits / 2):
            return Verdict(
                level=Level.REFUTED,
                method=f"t up to {_FAR[-1]:.0e}",
                error=error,
                tolerance=_CLOSE,
                counterexample=f"r = {float(r):.6g}, t = {_FAR[-1]}",
            )
        worst = max(worst, error)
    points = settings.examples * len(names)
    computed = Verdict(
        level=Level.COMPUTED,
        method=f"the closed forms at t = {_FAR[-1]:.0e}",
        error=worst,
        points=points,
        digits=settings.digits,
        seed=settings.seed,
        failure_rate=failure_rate_bound(points),
    )
    if not all(_is_led(BOUNDS[name], leader, regime) for name, leader in leaders.items()):
        return computed
    method = "the leading terms of the closed forms, for every gain on this side"
    return combine([Verdict(level=Level.PROVED, method=method), computed])


def _is_led(bound: SmoothnessBound, leader: Expr, regime: Regime) -> bool:
    """Whether a bound over its stated leading term is seen to tend to 1, for all constants."""
    closed = bound.at_cutoff if regime is Regime.AT else bound.closed
    left, right = (regime.parametrise(side) for side in (closed, leader))
    domains = dict.fromkeys(left.free_symbols | right.free_symbols | {step}, Interval.open(0, oo))
    return prove(Relation(Kind.LIMIT, left, right, domains, step))


def _leader(leader: Expr, steps: int, r: Any, constants: Mapping[Symbol, Any]) -> Any:
    return evaluate(leader, {gain: r, step: steps, **constants})


def _random_constants(generator: random.Random) -> dict[Symbol, Any]:
    return {symbol: mpmath.mpf(generator.uniform(0.2, 3)) for symbol in _CONSTANTS}


def _by_recursion(name: str, steps: int, r: Any, constants: Mapping[Symbol, Any]) -> Any:
    """p and q term by term; the bounds by one step after the other."""
    if name in ("p", "q"):
        return mpmath.fsum(r**k * (k + 1 if name == "q" else 1) for k in range(steps))
    before_g, before_h = Symbol("ell_before"), Symbol("B_before")
    gradient = hessian = mpmath.mpf(0)
    numbers = {alpha_ball: r / constants[slope_bound], **constants}
    for _ in range(steps):
        known = {before_g: gradient, before_h: hessian, **numbers}
        hessian = evaluate(hessian_step(before_h, before_g), known)
        gradient = evaluate(gradient_step(before_g), known)
    return gradient if name == "gradient" else hessian
