"""Verdicts on how many exponentials a memory needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import sympy

from longlag.numerics.memory.approximation.best import ExponentialSum, best_sum, laplace_quadrature
from longlag.numerics.memory.integrals import mass
from longlag.theory.memory import KERNELS, Kernel, time
from longlag.theory.memory.rate_bound import (
    constant,
    derivative_identity,
    rate_bound,
    weighted_derivatives,
)
from longlag.theory.memory.rate_truncation import (
    balanced_count,
    error,
    omega,
    proved_exponent,
    slowest_rate_bound,
)
from longlag.theory.statement import Kind, Level, Relation, Settings, Verdict, judged
from longlag.theory.verify import verify

#: ω ↦ units for 1 %: those known, and those that the sums found here need.
KNOWN: Mapping[float, int] = {1.0: 8, 0.5: 12, 0.25: 22, 0.125: 36}
FOUND: Mapping[float, int] = {1.0: 5, 0.5: 9, 0.25: 16, 0.125: 29}
TARGET = 0.01
METHODS = ("refined_quadrature",)
_WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16, 22)
_ALPHAS, _BOUND_WIDTHS = (1, 2, 3), (3, 6, 12)


def polynomial(power: float) -> Kernel:
    """Return (1 + t)^{−(1+ω)}."""
    return KERNELS["polynomial"].at({"c": 1, "tau": 1, "omega": power})


@lru_cache(maxsize=8)
def curve(power: float) -> tuple[ExponentialSum, ...]:
    """Return the refined sums for (1 + t)^{−(1+ω)}, up to 1 %."""
    widths = {m for m in _WIDTHS if m < FOUND[power]} | {FOUND[power]}
    return tuple(best_sum(polynomial(power), m, methods=METHODS) for m in sorted(widths))


@lru_cache(maxsize=1)
def decaying_kernels() -> tuple[Kernel, ...]:
    """Return memories that decay exponentially, to which the rate bound applies."""
    tempered = Kernel("tempered", sympy.exp(-time) / (1 + time))
    delayed = KERNELS["delayed"].at({"a": 1, "b": 1, "c": 1, "s": 1, "omega": 0.25})
    return tempered, delayed, KERNELS["two_parts"]


def representation_verdict(settings: Settings, *, shift: float) -> Verdict:
    """Compare polynomial memory with its Laplace representation at random points.

    Args:
        settings: points, seed and digits.
        shift: is added to the power of s.
    """
    generator = np.random.default_rng(settings.seed)
    worst, where, digits = 0.0, "", min(settings.digits, 25)
    with mpmath.workdps(digits):
        for _ in range(settings.examples):
            power, tau, t = (float(x) for x in generator.uniform(0.1, 4, size=3))
            exponent = power + shift

            def integrand(s: Any, p: float = exponent, x: float = t / tau) -> Any:
                return s**p * mpmath.exp(-s * (1 + x))

            integral = mpmath.quad(integrand, [0, 0.01, 1, 4, mpmath.inf])
            direct = mpmath.mpf(1 + mpmath.mpf(t) / tau) ** -(1 + mpmath.mpf(power))
            gap = float(abs(integral / mpmath.gamma(1 + power) / direct - 1))
            if gap >= worst:
                worst, where = gap, f"omega = {power:.4g}, t/tau = {t / tau:.4g}"
    return judged(
        Level.COMPUTED, f"quadrature in {digits} digits", worst, 1e-10, where, seed=settings.seed
    )


def derivative_verdict(settings: Settings, *, factor: int) -> Verdict:
    """Prove the derivatives of g for α = 1..4.

    Args:
        settings: points, seed and digits.
        factor: multiplies one side.
    """
    routes = []
    for alpha in (1, 2, 3, 4):
        identity = derivative_identity(alpha)
        routes.append(
            verify(
                Relation(identity.kind, identity.lhs, factor * identity.rhs, identity.domains),
                settings,
            )
        )
    return next((route for route in routes if not route.holds), routes[-1])


def bound_verdict(settings: Settings, *, kernels: Sequence[Kernel] | None, share: float) -> Verdict:
    """Compare the errors of computed sums with the derived bound at the best β.

    Args:
        settings: the seed is told.
        kernels: which; by default those that decay exponentially.
        share: multiplies the bound.
    """
    worst, where, points = 0.0, "", 0
    needed = dict.fromkeys(_ALPHAS, 0.0)
    for kernel in kernels or decaying_kernels():
        gammas = {alpha: weighted_derivatives(kernel, alpha).best()[1] for alpha in _ALPHAS}
        for m in _BOUND_WIDTHS:
            reached = best_sum(kernel, m, methods=("refined_log_spaced",)).l1_error * mass(kernel)
            for alpha, gamma in gammas.items():
                points += 1
                needed[alpha] = max(needed[alpha], reached * m**alpha / gamma)
                ratio = reached / (share * rate_bound(alpha, m, gamma))
                if ratio > worst:
                    worst, where = ratio, f"{kernel.name}, m = {m}, alpha = {alpha}"
    constants = ", ".join(f"C({a}) = {needed[a]:.2g} of {float(constant(a)):.3g}" for a in _ALPHAS)
    method = f"error over bound at the best beta; the sums need {constants}"
    return judged(Level.MEASURED, method, worst, 1.0, where, points=points, seed=settings.seed)


def unit_verdict(settings: Settings, *, power: float) -> Verdict:
    """Ask whether γ/β^power changes with the unit of time as the error does, that is not.

    Args:
        settings: the seed is told.
        power: 1 for the published factor 1/β, 0 for the derived bound.
    """
    scale, m = 4, 3
    reached, size = [], []
    for factor in (sympy.Integer(1), sympy.Integer(scale)):
        rho = factor * (time * sympy.exp(-time) / (1 + time)).subs(time, factor * time)
        kernel = Kernel("hump", rho)
        beta, gamma = weighted_derivatives(kernel, 1).best(power)
        reached.append(best_sum(kernel, m, methods=("refined_log_spaced",)).l1_error * mass(kernel))
        size.append(gamma / beta**power)
    change = (size[1] / size[0]) / (reached[1] / reached[0])
    where = (
        f"rho -> {scale} rho({scale}t): the error stays {reached[1]:.3g}, the bound is multiplied "
        f"by {size[1] / size[0]:.3g}, and by 1/lambda with any other factor lambda"
    )
    # Times at which suprema are sought are not rescaled.
    method = f"te^(-t)/(1+t) in two units of time, m = {m}"
    return judged(Level.MEASURED, method, abs(change - 1), 0.05, where, seed=settings.seed)


def truncation_verdict(settings: Settings, *, power: int) -> Verdict:
    """Derive the count of the truncation argument.

    Args:
        settings: points, seed and digits.
        power: −1.
    """
    domains = {omega: sympy.Interval.open(0, 1), error: sympy.Interval.open(0, 1)}
    claimed = omega * error ** (power / omega)
    return verify(Relation(Kind.IDENTITY, balanced_count(), claimed, domains), settings)


def exponent_verdict(settings: Settings, *, shift: int) -> Verdict:
    """Derive the exponent of the count that the proved bound gives, for α = 1..4.

    Args:
        settings: points, seed and digits.
        shift: 1.
    """
    domains = {omega: sympy.Interval.open(0, 1)}
    routes = [
        verify(
            Relation(Kind.IDENTITY, proved_exponent(a), (a + shift + omega) / (a * omega), domains),
            settings,
        )
        for a in (1, 2, 3, 4)
    ]
    return next((route for route in routes if not route.holds), routes[-1])


def necessary_verdict(settings: Settings) -> Verdict:
    """Ask whether sums with fewer than ω ε^{−1/ω} units reach ε."""
    worst, where = 0.0, ""
    for power in KNOWN:
        for found in curve(power):
            least = power * found.l1_error ** (-1 / power)
            if least / found.terms > worst:
                worst = least / found.terms
                where = (
                    f"omega = {power:g}: {found.terms} exponentials reach {found.l1_error:.2%}, "
                    f"for which {least:.2g} were necessary"
                )
    method = "refined quadratures, claimed count over count"
    return judged(Level.MEASURED, method, worst, 1.0, where, seed=settings.seed)


def count_verdict(settings: Settings, *, counts: Mapping[float, int], refined: bool) -> Verdict:
    """Ask whether so many exponentials reach 1 %.

    Args:
        settings: the seed is told.
        counts: ω ↦ the number of units.
        refined: whether the quadrature is refined; without, no amplitude or rate is fitted.
    """
    worst, where = 0.0, ""
    for power, m in counts.items():
        kernel = polynomial(power)
        rule = best_sum(kernel, m, methods=METHODS) if refined else laplace_quadrature(kernel, m)
        if rule.l1_error > worst:
            worst, where = rule.l1_error, f"omega = {power:g}, {m} units: {rule.l1_error:.3%}"
    method = "refined quadrature" if refined else "trapezoidal rule in ln s"
    return judged(
        Level.MEASURED, method, worst, TARGET, where, points=len(counts), seed=settings.seed
    )


def log_squared_verdict(settings: Settings, *, factor: float) -> Verdict:
    """Compare counts with a multiple of (1/ω) ln²(1/ε), for ε up to 5 %.

    Args:
        settings: the seed is told.
        factor: the multiple.
    """
    worst, where, points = 0.0, "", 0
    for power in KNOWN:
        for found in curve(power):
            if found.l1_error > 0.05:
                continue
            points += 1
            ratio = found.terms / (factor / power * math.log(found.l1_error) ** 2)
            if ratio > worst:
                worst, where = ratio, f"omega = {power:g}, m = {found.terms}"
    return judged(
        Level.MEASURED, "count over bound", worst, 1.0, where, points=points, seed=settings.seed
    )


def slow_unit_verdict(settings: Settings, *, share: float) -> Verdict:
    """Compare the slowest unit of every sum with what it cannot exceed.

    Args:
        settings: the seed is told.
        share: multiplies the bound.
    """
    worst, where, points = 0.0, "", 0
    for power in KNOWN:
        for found in curve(power):
            if found.l1_error >= 0.5:
                continue
            points += 1
            total = float(np.abs(found.amplitudes).sum())
            limit = share * slowest_rate_bound(power, found.l1_error, total)
            if found.smallest_rate / limit > worst:
                worst = found.smallest_rate / limit
                where = f"omega = {power:g}, m = {found.terms}: {found.smallest_rate:.2g}"
    return judged(
        Level.MEASURED, "rate over bound", worst, 1.0, where, points=points, seed=settings.seed
    )
