"""Checks of a law's window: H_N against bisection of N(ℓ) ≤ N, its growth followed far out."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath
from sympy import Expr, Interval, Rational, Symbol

from longlag.derivations.window.growth_checks import follow
from longlag.derivations.window.law_proofs import (
    exponent_is_solved,
    growth_is_led,
    window_is_solved,
)
from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import draw
from longlag.theory.statement import Level, Settings, Verdict, failure_rate_bound
from longlag.theory.window.admission import draw_moderate
from longlag.theory.window.definition import bisect_log_window
from longlag.theory.window.growth import Growth
from longlag.theory.window.horizon import Horizon, Status, solve_horizon
from longlag.theory.window.window import COST, KAPPA, SAMPLES

_MOST_DRAWS = 200
#: How close a window must come to its leading growth, unless the errors are seen to go to 0.
_GROWTH_TOLERANCE = 0.02


@dataclass(frozen=True)
class Point:
    """Random numbers for a law's parameters and for N, A and κ."""

    values: Mapping[Symbol, Expr]
    quantities: Mapping[Symbol, Expr]

    def __str__(self) -> str:
        pairs = {**self.values, **self.quantities}
        return ", ".join(f"{symbol} = {float(value):.6g}" for symbol, value in pairs.items())


def random_windows(law: DecayLaw, settings: Settings) -> tuple[tuple[Point, Horizon], ...]:
    """Return random points at which the window is finite, with what ``solve_horizon`` finds there.

    Args:
        law: the decay law.
        settings: how many points, the seed, the digits.

    Raises:
        LonglagError: where hardly any point has a finite window, or windows take too long to find.
    """
    found = _windows_or_refusal(law, settings)
    if isinstance(found, LonglagError):
        raise found
    return found


@lru_cache(maxsize=64)
def _windows_or_refusal(
    law: DecayLaw, settings: Settings
) -> tuple[tuple[Point, Horizon], ...] | LonglagError:
    """The windows, or why there are none, which is not found out twice."""
    seconds = time_for_check(settings)
    try:
        return within(seconds, _windows, law, settings)
    except OutOfTimeError as error:
        return LonglagError(
            f"law {law.name!r}",
            f"its windows at {settings.examples} random points: {error}",
            "narrow the domains of its parameters, or give numbers and call longlag horizon",
        )
    except LonglagError as error:
        return error


def time_for_check(settings: Settings) -> float:
    """Return the seconds of processor time that a check of a law may take."""
    return 2.0 + 2.0 * settings.examples


def _windows(law: DecayLaw, settings: Settings) -> tuple[tuple[Point, Horizon], ...]:
    generator = random.Random(settings.seed)
    found: list[tuple[Point, Horizon]] = []
    refusal: LonglagError | None = None
    for _ in range(_MOST_DRAWS):
        values = {
            symbol: draw_moderate(law.domains[symbol], generator) for symbol in law.parameters
        }
        kappa, cost = draw(Interval(2, 4), generator), draw(Interval(1, 3), generator)
        samples = cost * 2 ** generator.randint(2, 24)
        point = Point(values, {SAMPLES: samples, COST: cost, KAPPA: kappa})
        try:
            horizon = solve_horizon(
                law, values, samples=samples, cost=cost, kappa=kappa, digits=settings.digits
            )
        except LonglagError as error:
            refusal = error
            continue
        if horizon.status is Status.FINITE and horizon.horizon:
            found.append((point, horizon))
        if len(found) == settings.examples:
            return tuple(found)
    if refusal is not None and not found:
        raise refusal
    raise LonglagError(
        f"law {law.name!r}",
        f"its window was finite at {len(found)} of {_MOST_DRAWS} random points",
        "narrow the domains of its parameters, or give numbers and call longlag horizon",
    )


def log_window_by_bisection(law: DecayLaw, point: Point, digits: int) -> Any:
    """Return ln H_N by bisection of N(ℓ) ≤ N, which uses f alone.

    Args:
        law: the decay law.
        point: numbers for all symbols.
        digits: working precision.
    """
    with mpmath.workdps(digits):
        kappa, cost, samples = (
            evaluate(point.quantities[symbol], {}) for symbol in (KAPPA, COST, SAMPLES)
        )

        def log_sample_size(u: Any) -> Any:
            value = evaluate(law.envelope, {**point.values, ell: mpmath.exp(u)})
            return mpmath.log(cost) - kappa * mpmath.log(value) if value > 0 else mpmath.inf

        start = evaluate(law.start, point.values)
        lowest = mpmath.log(start) if start > 0 else mpmath.mpf(-60)
        highest = max(lowest, mpmath.mpf(0)) + 8
        while log_sample_size(highest) <= mpmath.log(samples):
            highest *= 2
        return bisect_log_window(log_sample_size, mpmath.log(samples), lowest, highest)


def window_verdict(
    settings: Settings, *, law: DecayLaw, formula: Expr | None, multiple: Expr
) -> Verdict:
    """Compare H_N with bisection of its definition, at random parameters, in 50 digits.

    Args:
        settings: points, seed, digits.
        law: the decay law.
        formula: the stated ln H_N; None for the root that ``solve_horizon`` brackets.
        multiple: of that window that is stated.
    """

    def error(point: Point, horizon: Horizon) -> Any:
        wanted = log_window_by_bisection(law, point, settings.digits + 10)
        given = horizon.log_horizon
        if formula is not None:
            given = evaluate(formula, {**point.values, **point.quantities})
        given += mpmath.log(evaluate(multiple, {}))
        return abs(given - wanted) / max(1, abs(wanted))

    method = f"bisection of N(ℓ) ≤ N in {settings.digits} digits"
    computed = _computed(law, settings, error, method, 10.0 ** (8 - settings.digits))
    if formula is None or not computed.holds or not window_is_solved(law, formula, multiple):
        return computed
    return _proved("the envelope at H_N is the threshold, for all parameters", computed)


def exponent_verdict(settings: Settings, *, law: DecayLaw, formula: Expr) -> Verdict:
    """Compare d ln H/d ln N with a difference quotient of the bisected window.

    Args:
        settings: points, seed, digits.
        law: the decay law.
        formula: the stated exponent over ``ell``.
    """
    digits = settings.digits
    step = Rational(1, 10 ** (digits // 4))

    def error(point: Point, horizon: Horizon) -> Any:
        sides = []
        for factor in (1 + step, 1 - step):
            samples = point.quantities[SAMPLES] * factor
            moved = Point(point.values, {**point.quantities, SAMPLES: samples})
            sides.append(log_window_by_bisection(law, moved, digits + 10))
        width = mpmath.log(evaluate((1 + step) / (1 - step), {}))
        slope = (sides[0] - sides[1]) / width
        given = evaluate(formula, {**point.values, **point.quantities, ell: horizon.horizon})
        return abs(slope - given) / abs(slope)

    method = "difference quotient of the bisected window"
    computed = _computed(law, settings, error, method, 10.0 ** (-digits // 3))
    if not computed.holds or not exponent_is_solved(law, formula):
        return computed
    return _proved("the definition of N(ℓ), differentiated, for all parameters", computed)


def _proved(method: str, computed: Verdict) -> Verdict:
    """Proved, with what was computed as a second route."""
    return Verdict(
        level=Level.PROVED,
        method=method,
        seed=computed.seed,
        routes=(Verdict(level=Level.PROVED, method=method), computed),
    )


def _computed(
    law: DecayLaw,
    settings: Settings,
    error: Callable[[Point, Horizon], Any],
    method: str,
    tolerance: float,
) -> Verdict:
    """Computed where the error stays below the tolerance at every random point, else refuted."""
    worst = 0.0
    for point, horizon in random_windows(law, settings):
        with mpmath.workdps(2 * settings.digits):
            worst = max(worst, float(error(point, horizon)))
        if not worst <= tolerance:
            return _verdict(
                settings, method, error=worst, tolerance=tolerance, counterexample=str(point)
            )
    return _verdict(settings, method, error=worst, tolerance=tolerance, digits=settings.digits)


def _verdict(
    settings: Settings,
    method: str,
    *,
    error: float | None = None,
    tolerance: float | None = None,
    digits: int | None = None,
    counterexample: str | None = None,
) -> Verdict:
    """Refuted where there is a counterexample, else computed at all points asked for."""
    if counterexample is not None:
        return Verdict(
            level=Level.REFUTED,
            method=method,
            error=error,
            tolerance=tolerance,
            seed=settings.seed,
            counterexample=counterexample,
        )
    return Verdict(
        level=Level.COMPUTED,
        method=method,
        points=settings.examples,
        digits=digits,
        error=error,
        tolerance=tolerance,
        seed=settings.seed,
        failure_rate=failure_rate_bound(settings.examples),
    )


def growth_verdict(settings: Settings, *, law: DecayLaw, growth: Growth) -> Verdict:
    """Compare the leading growth with the window: followed outwards, and for all parameters.

    Args:
        law: the decay law.
        growth: what is judged.
        settings: points and seed.

    Returns:
        proved where the leading term of the quotient is 1 for all parameters, computed where its
        errors go to 0 at every random point; refuted where they stay; undecided where they fall so
        slowly that this cannot be told.
    """
    computed = _followed_verdict(settings, law, growth)
    if computed.level is Level.REFUTED or not growth_is_led(law, growth):
        return computed
    if growth.leading.is_infinite:
        return _proved("the envelope has a positive limit, for all parameters", computed)
    return _proved("the leading term of the quotient at N(ℓ) is 1, for all parameters", computed)


def _followed_verdict(settings: Settings, law: DecayLaw, growth: Growth) -> Verdict:
    if growth.leading.is_infinite:
        return _endless_verdict(law, settings)
    worst, farthest = 0.0, mpmath.inf
    for point, _ in random_windows(law, settings):
        course = follow(law, growth, point.values, point.quantities)
        farthest = min(farthest, course.farthest)
        method = f"followed to N = 10^{_power_of_ten(farthest)}"
        errors = ", ".join(f"{error:.2g}" for error in course.errors[-3:])
        if course.vanishes is None:
            return Verdict(
                level=Level.UNDECIDED,
                method=f"{method}; errors {errors} at {point}",
                seed=settings.seed,
            )
        worst = max(worst, abs(course.errors[-1]))
        if not course.vanishes:
            where = f"{point}; errors {errors}"
            return _verdict(settings, method, error=worst, counterexample=where)
    if worst > _GROWTH_TOLERANCE:
        return _verdict(settings, f"{method}, where errors still fall to 0", error=worst)
    return _verdict(settings, method, error=worst, tolerance=_GROWTH_TOLERANCE)


def _power_of_ten(log_samples: Any) -> str:
    """The decimal exponent of N, itself as a power of ten where it is long."""
    power = log_samples / mpmath.log(10)
    return f"{int(power)}" if power < 10**6 else f"(10^{int(mpmath.log10(power))})"


def _endless_verdict(law: DecayLaw, settings: Settings) -> Verdict:
    """The window of an envelope with a positive limit never ends, from some N on."""
    generator = random.Random(settings.seed)
    method = "status of the window at N = 10^300"
    for _ in range(settings.examples):
        values = {
            symbol: draw_moderate(law.domains[symbol], generator) for symbol in law.parameters
        }
        found = solve_horizon(law, values, samples=10**300, cost=2, kappa=3)
        if found.status is not Status.INFINITE:
            return _verdict(settings, method, counterexample=str(Point(values, {})))
    return _verdict(settings, method)
