"""Stable jumps, tempered or not: exponents, the boundary between them, and slow limits."""

from __future__ import annotations

import random
from functools import lru_cache
from itertools import pairwise

import mpmath
import numpy as np
import sympy
from sympy import Expr, Rational, S, Symbol

from longlag.derivations.anticollapse import letters as the
from longlag.numerics.anticollapse.events import stable_levels
from longlag.numerics.anticollapse.inversion import envelope_at, local_slope, survival_at
from longlag.theory.anticollapse import workload as process
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.statement import Level, Settings, Verdict, judged

Values = dict[Symbol, Expr]

#: α, θ and c at κ = 1: two above the boundary and two below.
_ABOVE = ((Rational(3, 2), S.One, S.One), (Rational(6, 5), S.Half, S(2)))
_BELOW = ((Rational(3, 2), Rational(4, 5), S.Half), (Rational(17, 10), S.One, Rational(1, 10)))
_FAR, _CLOSE = (20.0, 40.0, 80.0), 1e-5
#: Levels of a slow limit: errors fall as one over them.
_SLOW, _SLOW_CLOSE = (100.0, 200.0, 400.0), 0.05
_DRAWS, _TERMS = 12, 6
_SIZE, _STANDARD_ERRORS = 200_000, 5.0
_STABLE = {process.pull: S.One, process.index: Rational(3, 2), process.weight: S.Half}
_HEAVIER = {**_STABLE, process.index: Rational(13, 10)}
#: ln ℓ at which stable jumps are compared.
_LOGS = (8.0, 32.0, 128.0, 512.0)


def tempered(case: tuple[Expr, Expr, Expr]) -> Values:
    """Return numbers of tempered jumps at κ = 1."""
    index, temper, weight = case
    return {
        process.pull: S.One,
        process.index: index,
        process.temper: temper,
        process.weight: weight,
    }


def root_verdict(settings: Settings, *, power: Expr) -> Verdict:
    """Judge which root of a characteristic equation is the slope of the inverted tail.

    Args:
        settings: not used.
        power: the left side, over β and the parameters; it is κβ at the root.
    """
    beta = process.frequency
    worst, where = 0.0, ""
    with mpmath.workdps(20):
        for case in _ABOVE:
            values = tempered(case)
            tilt = process.TEMPERED.root(values)
            assert tilt is not None
            first, last = (survival_at(process.TEMPERED, values, x, tilt) for x in _FAR[:2])
            slope = tilt - mpmath.log(last / first) / (_FAR[1] - _FAR[0])
            asked = evaluate(power - process.pull * beta, {**values, beta: slope})
            # One Newton step turns what is left of the equation into an error of β.
            steep = evaluate(sympy.diff(power - process.pull * beta, beta), {**values, beta: slope})
            off = float(abs(asked / steep))
            if off > worst:
                worst = off
                where = f"{_told(values)}: slope {mpmath.nstr(slope, 8)}, off by {off:.2g}"
    return judged(
        Level.COMPUTED,
        f"Laplace inversion of the tail between x = {_FAR[0]:g} and {_FAR[1]:g}; distance of its "
        "slope from the root",
        worst,
        2e-4,
        where,
        points=len(_ABOVE),
    )


def factor_verdict(settings: Settings, *, factor: Expr) -> Verdict:
    """Judge C of P(W > x) ~ C e^{−βx} where there is a root.

    Args:
        settings: not used.
        factor: C, over β of the chapter and the parameters.
    """
    worst, where = 0.0, ""
    for case in _ABOVE:
        values = tempered(case)
        tilt = process.TEMPERED.root(values)
        assert tilt is not None
        found = survival_at(process.TEMPERED, values, _FAR[-1], tilt)
        off = float(abs(evaluate(factor, {**values, the.BETA: tilt}) / found - 1))
        if off > worst:
            worst, where = off, f"{_told(values)}: {mpmath.nstr(found, 8)} at x = {_FAR[-1]:g}"
    return judged(
        Level.COMPUTED, f"Laplace inversion at x = {_FAR[-1]:g}", worst, _CLOSE, where, points=2
    )


def boundary_verdict(settings: Settings, *, boundary: Expr) -> Verdict:
    """Judge where a root β < θ exists: series term by term, then ψ's sign near the edge.

    Args:
        settings: the seed of the numbers.
        boundary: over the parameters; there is a root where it is above κ.
    """
    generator = random.Random(settings.seed)
    method = (
        "G(β)/β rises term by term in its series (orders 2 to "
        f"{_TERMS} compared in symbols); sign of ψ(−β) near β = θ for {_DRAWS} drawn numbers"
    )
    if not _series_agrees():
        return Verdict(level=Level.REFUTED, method=method, counterexample="the series")
    for _ in range(_DRAWS):
        values: Values = {
            process.index: Rational(generator.randint(110, 190), 100),
            process.temper: Rational(generator.randint(20, 300), 100),
            process.weight: Rational(generator.randint(5, 200), 100),
        }
        true = evaluate(process.phase_boundary(), values)
        for share in (0.9, 1.1):
            given = {**values, process.pull: sympy.nsimplify(round(float(true) * share, 8))}
            with mpmath.workdps(30):
                exists = process.TEMPERED.root(given) is not None
                stated = bool(evaluate(boundary, given) > evaluate(process.pull, given))
            if exists != stated:
                found = "a root" if exists else "no root"
                return Verdict(
                    level=Level.REFUTED, method=method, counterexample=f"{found} at {_told(given)}"
                )
    return Verdict(level=Level.COMPUTED, method=method, points=2 * _DRAWS, seed=settings.seed)


def _series_agrees() -> bool:
    """Whether the series of G(β)/(cβ) has the stated coefficients, positive for 1 < α < 2."""
    s, theta, alpha = process.frequency, process.temper, process.index
    jumps = (process.TEMPERED.exponent - process.pull * s) / process.weight
    for order in range(2, _TERMS + 1):
        found = sympy.diff(jumps, s, order).subs(s, 0) * (-1) ** order / sympy.factorial(order)
        stated = process.tempered_coefficient(order) * theta ** (alpha - order)
        if sympy.simplify(sympy.gammasimp(found / stated)) != 1:
            return False
    return True


def beyond_verdict(settings: Settings, *, power: Expr, factor: Expr) -> Verdict:
    """Judge P(W > x) ~ C x^{−power} e^{−θx} where there is no root.

    Args:
        settings: not used.
        power: 1 + α as stated, over α.
        factor: C, over the parameters.
    """
    worst, where = 0.0, ""
    for case in _BELOW:
        values = tempered(case)
        errors = []
        with mpmath.workdps(20):
            tilt = evaluate(process.temper, values)
            for x in _SLOW:
                found = survival_at(process.TEMPERED, values, x, tilt)
                stated = evaluate(factor, values) * mpmath.mpf(x) ** -evaluate(power, values)
                errors.append(float(abs(stated / found - 1)))
        falls = all(later < 0.6 * earlier for earlier, later in pairwise(errors))
        if not falls or errors[-1] > worst:
            worst = errors[-1] if falls else max(1.0, errors[-1])
            where = f"{_told(values)}: off by {', '.join(f'{error:.2g}' for error in errors)}"
    return judged(
        Level.COMPUTED,
        f"Laplace inversion at x = {', '.join(f'{x:g}' for x in _SLOW)}: the error halves as x "
        "doubles",
        worst,
        _SLOW_CLOSE,
        where,
        points=len(_SLOW) * len(_BELOW),
    )


def steep_verdict(settings: Settings, *, bound: float) -> Verdict:
    """Judge how steep an envelope is at lag 100 where its exponent is .8.

    Args:
        settings: not used.
        bound: below the local slope.
    """
    values = tempered(_BELOW[0])
    slope = -local_slope(process.TEMPERED, values, float(np.log(100)))
    shown = f"{_told(values)}: {slope:.4f} at ℓ = 100, by a contour integral"
    return judged(Level.COMPUTED, shown, bound, slope, shown, points=1)


def draws_verdict(settings: Settings, *, transform: Expr) -> Verdict:
    """Compare E e^{−sW} of exact draws with what is stated.

    Args:
        settings: the seed.
        transform: over s and the parameters of stable jumps.
    """
    worst, where = 0.0, ""
    for values in (_STABLE, _HEAVIER):
        levels = _drawn(settings.seed, tuple(values.items()))
        for s in (0.1, 1.0, 10.0):
            kept = np.exp(-s * levels)
            stated = float(evaluate(transform, {**values, process.frequency: sympy.nsimplify(s)}))
            off = abs(float(kept.mean()) - stated) / (float(kept.std()) / _SIZE**0.5)
            if off > worst:
                worst, where = off, f"{_told(values)}, s = {s}: {kept.mean():.5g}, not {stated:.5g}"
    return judged(
        Level.MEASURED,
        f"{_SIZE} exact draws, s = .1, 1, 10, in standard errors",
        worst,
        _STANDARD_ERRORS,
        where,
        points=6,
        seed=settings.seed,
    )


@lru_cache(maxsize=4)
def _drawn(seed: int, values: tuple[tuple[Symbol, Expr], ...]) -> np.ndarray:
    given = {symbol: float(value) for symbol, value in values}
    return stable_levels(
        given[process.index],
        given[process.weight],
        given[process.pull],
        size=_SIZE,
        generator=np.random.default_rng(seed),
    )


def logarithmic_verdict(settings: Settings, *, power: Expr, factor: Expr) -> Verdict:
    """Judge f ~ C (ln ℓ)^{−power} by a contour integral, as far as ln ℓ = 512.

    Args:
        settings: not used.
        power: over α.
        factor: C, over the parameters.
    """
    worst, where = 0.0, ""
    for values in (_STABLE, _HEAVIER):
        errors = []
        for log_lag in _LOGS:
            found = envelope_at(process.STABLE, values, log_lag)
            stated = float(evaluate(factor, values)) * log_lag ** -float(evaluate(power, values))
            errors.append(abs(stated / found - 1))
        # The next term is smaller by (ln ℓ)^{−(α−1)}: four times the logarithm, and it has fallen.
        falls = all(later < 0.8 * earlier for earlier, later in pairwise(errors))
        if not falls or errors[-1] > worst:
            worst = errors[-1] if falls else max(1.0, errors[-1])
            where = f"{_told(values)}: off by {', '.join(f'{error:.2g}' for error in errors)}"
    return judged(
        Level.COMPUTED,
        f"a contour integral at ln ℓ = {', '.join(f'{each:g}' for each in _LOGS)}; {where}",
        worst,
        0.2,
        where,
        points=2 * len(_LOGS),
    )


def shallow_verdict(settings: Settings, *, shallow: bool) -> Verdict:
    """Judge from which side the slope in ln ln ℓ comes to −(α−1).

    Args:
        settings: not used.
        shallow: whether from above, as stated.
    """
    worst, where = 0.0, ""
    for values in (_STABLE, _HEAVIER):
        limit = float(values[process.index]) - 1
        slopes = [-local_slope(process.STABLE, values, each) * each for each in (2.0, *_LOGS)]
        ratio = max(slope / limit if shallow else limit / slope for slope in slopes)
        if ratio > worst:
            worst = ratio
            where = f"{_told(values)}: {', '.join(f'{slope:.3f}' for slope in slopes)}"
    return judged(
        Level.COMPUTED,
        f"contour integrals at ln ℓ = 2, 8, …, 512; {where}",
        worst,
        1.0,
        where,
        points=10,
    )


def _told(values: Values) -> str:
    return ", ".join(f"{symbol} = {float(value):.4g}" for symbol, value in values.items())


__all__ = [
    "beyond_verdict",
    "boundary_verdict",
    "draws_verdict",
    "factor_verdict",
    "logarithmic_verdict",
    "root_verdict",
    "shallow_verdict",
    "steep_verdict",
]
