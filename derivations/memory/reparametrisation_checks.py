"""How the claims on maps of the rates are checked: proofs, sums, limits, perturbed mixtures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mpmath
import numpy as np
import sympy
import torch
from sympy import Abs, Expr, Integer, Interval, Rational, S, Symbol, exp, sqrt

from longlag.numerics.checks import combine
from longlag.numerics.memory.perturbation import Perturbation, perturbation, polynomial_mixture
from longlag.numerics.memory.white_noise import squared_sensitivity
from longlag.theory.memory import KERNELS, Mixture, time
from longlag.theory.memory.memory_function import (
    forgets_at,
    height,
    largest_radius,
    memory_function,
    step_response,
)
from longlag.theory.memory.reparametrisation import (
    REPARAMETRISATIONS,
    Reparametrisation,
    delta,
    multiplier,
    radius,
    theta,
    white_noise_sensitivity,
)
from longlag.theory.scalar.functions import sigmoid, softplus
from longlag.theory.statement import Kind, Level, Relation, Settings, Verdict
from longlag.theory.verify import prove, verify

STABLE_MAPS = ("exponential", "softplus", "rational")
#: Parameters of the balanced map with which it reaches rates up to 100.
WIDE = {"a": Integer(1), "b": Rational(1, 100)}
#: A share of the largest radius.
INSIDE = Rational(9, 10)


def in_numbers(name: str, numbers: dict[str, Expr]) -> Reparametrisation:
    """Return a registered map with numbers for a and b where it has them."""
    one = REPARAMETRISATIONS[name]
    return one.at({str(symbol): numbers[str(symbol)] for symbol in one.domains or {}})


def scale_verdict(settings: Settings, *, power: int) -> Verdict:
    """Prove the gradient scales of the maps.

    Args:
        settings: points and digits.
        power: of f; the square is right.
    """
    a, _ = sorted(REPARAMETRISATIONS["rational"].map.free_symbols - {theta}, key=str)
    closed = {
        "direct": theta**-2,
        "exponential": exp(-theta),
        "softplus": sigmoid(theta) / softplus(theta) ** 2,
        "rational": 2 * a * Abs(theta),
    }
    for name, wanted in closed.items():
        one = REPARAMETRISATIONS[name]
        scale = Abs(one.map.diff(theta)) / Abs(one.map) ** power
        domains = {theta: Interval(-4, -Rational(1, 4)), **(one.domains or {})}
        verdict = verify(Relation(Kind.IDENTITY, scale, wanted, domains), settings)
        if verdict.level is not Level.PROVED:
            return verdict
    return Verdict(level=Level.PROVED, method=f"SymPy, for {', '.join(closed)}")


def discrete_verdict(settings: Settings, *, absolute: bool) -> Verdict:
    """Sum Σ k|λ|^{k−1} at multipliers of either sign and compare.

    Args:
        settings: points, seed, digits.
        absolute: False for the published 1 − λ.
    """
    generator = np.random.default_rng(settings.seed)
    points = 2 * settings.examples
    signs = np.resize([1.0, -1.0], points)
    worst, where = 0.0, ""
    with mpmath.workdps(settings.digits):
        for value in signs * generator.uniform(0.1, 0.9, points):
            size = abs(mpmath.mpf(value))
            terms = int(settings.digits * 3 / -math.log10(float(size))) + 50
            total = mpmath.fsum(k * size ** (k - 1) for k in range(1, terms))
            stated = (1 - (size if absolute else mpmath.mpf(value))) ** -2
            error = float(abs(stated / total - 1))
            if error > worst:
                worst, where = error, f"lambda = {value:.3g}: {float(total):.4g}, not "
                where += f"{float(stated):.4g}"
    holds = worst < 10.0 ** (8 - settings.digits)
    computed = Verdict(
        level=Level.COMPUTED if holds else Level.REFUTED,
        method=f"the series in {settings.digits} digits",
        points=points,
        digits=settings.digits,
        error=worst,
        seed=settings.seed,
        counterexample="" if holds else where,
    )
    if not (holds and absolute and _series_is_summed()):
        return computed
    method = "induction on the number of terms, and the limit of their sum"
    return combine([Verdict(level=Level.PROVED, method=method), computed])


def _series_is_summed() -> bool:
    """Whether Σ k s^{k−1} is seen to be (1 − s)^{−2} for 0 < s < 1, as s = e^{−u}."""
    count, k, rate = Symbol("n"), Symbol("k"), Symbol("u")
    size, positive = sympy.exp(-rate), Interval.open(0, sympy.oo)
    some = (1 - (count + 1) * size**count + count * size ** (count + 1)) / (1 - size) ** 2
    terms = sympy.Sum(k * size ** (k - 1), (k, 1, count))
    return prove(
        Relation(Kind.IDENTITY, terms, some, {rate: positive, count: S.Naturals})
    ) and prove(
        Relation(Kind.LIMIT, some, (1 - size) ** -2, {rate: positive, count: positive}, count)
    )


def best_discrete_verdict(settings: Settings, *, offset: Expr) -> Verdict:
    """Compare the scale |λ'|/(1 − |λ|)² of λ = 1 − 1/(aθ² + b) with 2a|θ|.

    Args:
        settings: points, seed, digits.
        offset: the least b; 1/2 lets the multiplier be negative near θ = 0.
    """
    best = REPARAMETRISATIONS["best"]
    a, b = sorted(best.map.free_symbols - {theta}, key=str)
    slope = Abs(best.multiplier.diff(theta))
    scale = slope / (1 - Abs(best.multiplier)) ** 2
    above = Symbol("v")
    domains = {a: Interval.open(0, sympy.oo), theta: S.Reals, above: Interval(0, sympy.oo)}
    relation = Relation(Kind.IDENTITY, scale.subs(b, offset + above), 2 * a * Abs(theta), domains)
    return verify(relation, settings)


def rational_verdict(settings: Settings, *, factor: Expr) -> Verdict:
    """Prove μ(aθ² + b) − [a(θ+δ)² + b − (aθ² + b)] to be a square: μ is the supremum.

    Args:
        settings: unused; the proof is symbolic.
        factor: multiplies μ.
    """
    one = REPARAMETRISATIONS["rational"]
    a, b = sorted(one.map.free_symbols - {theta}, key=str)
    reach = radius * sqrt(a / b)
    supremum = reach**2 / 2 + reach * sqrt(1 + reach**2 / 4)
    stated = sympy.simplify((one.modulus - factor * supremum).rewrite(sympy.log)) == 0
    gap = supremum * (a * theta**2 + b) - (a * (theta + radius) ** 2 - a * theta**2)
    square = supremum * a * (theta - radius / supremum) ** 2
    proved = stated and sympy.simplify(gap - square) == 0
    return Verdict(
        level=Level.PROVED if proved else Level.REFUTED,
        method="SymPy: the gap to the supremum is a square",
        counterexample="" if proved else "every radius",
    )


def softplus_verdict(settings: Settings, *, slower: Expr) -> Verdict:
    """Prove σ ≤ softplus, so that ln softplus climbs no faster than θ, and the limit at −∞.

    Args:
        settings: unused; the proof is symbolic.
        slower: the share of σ that is claimed to be reached at −∞, 1 is right.
    """
    u = sympy.Symbol("u", positive=True)
    # With u = e^θ the claim is u/(1+u) ≤ ln(1+u): equal at 0, and the right side climbs faster.
    gap = sympy.log(1 + u) - u / (1 + u)
    climbs = sympy.simplify(gap.diff(u) - u / (1 + u) ** 2) == 0 and sympy.limit(gap, u, 0) == 0
    ratio = sympy.log(1 + u) / sympy.log(1 + u * exp(delta))
    reached = sympy.simplify(sympy.limit(ratio, u, 0) - exp(-slower * delta)) == 0
    return Verdict(
        level=Level.PROVED if climbs and reached else Level.REFUTED,
        method="SymPy: monotone in e^θ, limit at −∞",
        counterexample="" if climbs and reached else "theta to −∞",
    )


def memory_verdict(settings: Settings, *, impulse: bool) -> Verdict:
    """Prove M = |ρ| for every registered kernel from its response to a step.

    Args:
        settings: unused; the proof is symbolic.
        impulse: judge the response to an impulse instead.
    """
    for name, kernel in KERNELS.items():
        one = kernel.at({str(symbol): 2 for symbol in kernel.parameters})
        found = memory_function(one)
        if impulse:
            found = Abs(step_response(one).diff(time, 2) / height)
        if sympy.simplify(found - Abs(one.rho)) != 0:
            return Verdict(level=Level.REFUTED, method="SymPy", counterexample=f"kernel {name}")
    return Verdict(level=Level.PROVED, method=f"SymPy, {len(KERNELS)} kernels")


def forgetting_verdict(settings: Settings, *, reach: Expr) -> Verdict:
    """Take the limit of e^{βt}M(t) of random mixtures at a share of their largest radius.

    Args:
        settings: examples and seed.
        reach: β/β₀.
    """
    generator = np.random.default_rng(settings.seed)
    for _ in range(settings.examples):
        rates = tuple(Rational(int(k), 20) for k in generator.choice(60, 3, replace=False) + 1)
        mixture = Mixture(tuple(int(k) for k in generator.integers(1, 9, 3)), rates)
        if not forgets_at(mixture.kernel(), reach * largest_radius(mixture)):
            return Verdict(
                level=Level.REFUTED,
                method="limits by SymPy",
                seed=settings.seed,
                counterexample=f"rates {', '.join(map(str, rates))}",
            )
    return Verdict(
        level=Level.COMPUTED,
        method="limits by SymPy of random mixtures",
        points=settings.examples,
        seed=settings.seed,
    )


def perturbation_verdict(settings: Settings, *, names: Sequence[str], share: float) -> Verdict:
    """Perturb mixtures near a polynomial memory, from 8 to 64 units, ever slower.

    Args:
        settings: draws and seed.
        names: of the maps.
        share: multiplies the modulus.
    """
    worst, where = 0.0, ""
    for name in names:
        one = in_numbers(name, WIDE)
        for beta in (0.1, 0.5):
            allowed = share * float(one.modulus.subs(radius, beta))
            for count in (8, 16, 32, 64):
                error = memory_error(one, count, beta, settings).drawn
                # What is infinite is no share of an infinite modulus.
                share = error / allowed if math.isfinite(error) else math.inf
                if share > worst:
                    worst = share
                    where = f"{name}, {count} units, radius {beta}: {error:.4g}"
    holds = worst <= 1 + 1e-9
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method="L¹ errors of mixtures near (1+t)^−1.5, share of the modulus",
        points=8 * len(names),
        error=worst,
        tolerance=1.0,
        seed=settings.seed,
        counterexample="" if holds else where,
    )


def memory_error(
    one: Reparametrisation, count: int, beta: float, settings: Settings
) -> Perturbation:
    """Return the perturbation error of a mixture near (1+t)^{−1.5} whose slowest unit is count²."""
    amplitudes, rates = polynomial_mixture(0.5, count, longest=float(count) ** 2)
    return perturbation(
        amplitudes,
        rates,
        one,
        beta,
        draws=settings.examples,
        generator=np.random.default_rng(settings.seed),
    )


def sensitivity_verdict(settings: Settings, *, power: int) -> Verdict:
    """Prove the sum, and simulate it with the derivative by autograd.

    Args:
        settings: seed.
        power: of 1 − λ².
    """
    stated = (1 + multiplier**2) / (1 - multiplier**2) ** power
    summed = verify(
        Relation(
            Kind.IDENTITY,
            white_noise_sensitivity(),
            stated,
            {multiplier: Interval(Rational(1, 10), Rational(9, 10))},
        ),
        settings,
    )
    worst = 0.0
    for value in (0.5, 0.9):
        found = squared_sensitivity(
            value, steps=150, samples=20000, generator=torch.Generator().manual_seed(settings.seed)
        )
        gap = abs(found.mean - float(stated.subs(multiplier, value))) / found.error
        worst = max(worst, gap)
    agrees = worst <= 4
    simulated = Verdict(
        level=Level.MEASURED if agrees else Level.REFUTED,
        method="simulation and autograd, in standard errors",
        points=20000,
        error=worst,
        tolerance=4.0,
        seed=settings.seed,
        counterexample="" if agrees else f"{worst:.1f} standard errors away",
    )
    if not simulated.holds:
        return simulated
    if not summed.holds:
        return summed
    return Verdict(level=summed.level, method=summed.method, routes=(summed, simulated))
