"""Whether a window grows as it is said to: followed outwards until slow corrections have died.

No window is solved for. At a lag ℓ the number of samples N(ℓ) follows from f alone, and ℓ is the
window of that N: so the leading term at N(ℓ) is compared with ℓ itself. Lags are doubled on the
scale on which the law lives, ln ln ℓ, ln ℓ or ℓ, up to numbers whose exponents have thousands of
bits. A true leading term has errors that go to 0 there, if only like ln z/z; a wrong constant has
errors with another limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
from sympy import Expr, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.evaluate import TooLargeError, evaluate
from longlag.theory.window.growth import Growth
from longlag.theory.window.window import COST, KAPPA, SAMPLES

#: Sizes in bits up to which ln ℓ and ln(1/f) are followed, one after the other.
_REACHES = (64, 1000, 4000)
#: A scale is doubled so often, if it is longer than this at its far end.
_DOUBLINGS, _LONG = 5, 16
_DIGITS = 50
#: So many errors give a limit and the one before.
_FEWEST = 4
#: Errors below the first are gone; above the second, one looks further out.
_GONE, _SMALL = 1e-6, 0.02
#: How near 0 a limit must be, and how near the one before.
_NEAR = 0.005


@dataclass(frozen=True)
class Course:
    """How the errors of a leading term go on far out.

    Args:
        errors: ratio − 1 of the leading term to the window, outwards.
        farthest: ln N at the last of them.
        vanishes: whether they go to 0; None where that cannot be told.
    """

    errors: tuple[float, ...]
    farthest: Any
    vanishes: bool | None


def follow(
    law: DecayLaw, growth: Growth, values: Mapping[Symbol, Expr], quantities: Mapping[Symbol, Expr]
) -> Course:
    """Compare a leading term with the window at lags further and further out.

    Args:
        law: the decay law.
        growth: which of ℓ, ln ℓ and ln ln ℓ the leading term is of, and the term.
        values: numbers for the law's parameters.
        quantities: numbers for A and κ.

    >>> from sympy import S, exp, log
    >>> growth = Growth("logarithmic", 0, log(SAMPLES) / KAPPA)
    >>> follow(DecayLaw("law", exp(-ell)), growth, {}, {COST: S(2), KAPPA: S(3)}).vanishes
    True
    """
    course = Course((), mpmath.mpf(0), None)
    for bits in _REACHES:
        with mpmath.workdps(_DIGITS), mpmath.extraprec(max(bits, 64)):
            reach = mpmath.mpf(2) ** bits
            lags = list(_lags(law, values, reach))
            found = [_error(law, growth, u, values, quantities) for _, u in lags]
        if len(found) < _FEWEST:
            continue
        errors = tuple(error for error, _ in found)
        course = Course(errors, found[-1][1], _vanish([float(z) for z, _ in lags], errors))
        if course.vanishes and abs(errors[-1]) <= _SMALL:
            return course
    return course


def _log_decay(law: DecayLaw, u: Any, values: Mapping[Symbol, Expr]) -> Any:
    """ln(1/f) at ln ℓ = u; infinite where f cannot be held or is not told."""
    try:
        value = evaluate(law.envelope, {**values, ell: mpmath.exp(u)})
    except (LonglagError, TooLargeError, ValueError, ZeroDivisionError):
        return mpmath.inf
    known = isinstance(value, mpmath.mpf) and mpmath.isfinite(value) and value > 0
    return -mpmath.log(value) if known else mpmath.inf


def _lags(law: DecayLaw, values: Mapping[Symbol, Expr], reach: Any) -> Iterator[tuple[Any, Any]]:
    """Doubled places on the scale of the law and their ln ℓ, up to where ln ℓ or ln(1/f) end."""

    def within(w: Any) -> bool:
        return bool(_log_decay(law, mpmath.exp(w), values) <= reach)

    start = evaluate(law.start, values)
    farthest = mpmath.log(reach)
    last = farthest if within(farthest) else _last(within, farthest)
    back: Callable[[Any], Any] = mpmath.exp
    if last < _LONG:
        last, back = mpmath.exp(last), mpmath.mpf
    if last < _LONG:
        last, back = mpmath.exp(last), mpmath.log
    for halvings in range(_DOUBLINGS, -1, -1):
        place = last / 2**halvings
        u = back(place)
        if mpmath.exp(u) > start and _log_decay(law, u, values) <= reach:
            yield place, u


def _last(within: Callable[[Any], bool], high: Any) -> Any:
    """The largest w, to a few digits, within the reach."""
    low = mpmath.mpf(-8)
    for _ in range(14):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) else (low, middle)
    return low


def _error(
    law: DecayLaw,
    growth: Growth,
    u: Any,
    values: Mapping[Symbol, Expr],
    quantities: Mapping[Symbol, Expr],
) -> tuple[float, Any]:
    """The leading term at N(ℓ) over what it leads, less 1; and ln N(ℓ)."""
    cost, kappa = (evaluate(quantities[symbol], {}) for symbol in (COST, KAPPA))
    log_samples = mpmath.log(cost) + kappa * _log_decay(law, u, values)
    window = (mpmath.exp, mpmath.mpf, mpmath.log)[growth.depth](u)
    try:
        numbers = {**values, COST: cost, KAPPA: kappa, SAMPLES: mpmath.exp(log_samples)}
        ratio = evaluate(growth.leading, numbers) / window
    except (TooLargeError, ValueError, ZeroDivisionError):
        return float("nan"), log_samples
    real = isinstance(ratio, mpmath.mpf) and mpmath.isfinite(ratio)
    return float(ratio - 1) if real else float("nan"), log_samples


def _vanish(places: Sequence[float], errors: Sequence[float]) -> bool | None:
    """Whether errors go to 0 far out; None where their limit cannot be extrapolated."""
    last = abs(errors[-1])
    if last <= _GONE:
        return True
    if not all(map(math.isfinite, errors[-4:])) or abs(errors[-1] - errors[-2]) <= _GONE * last:
        return False
    limits = [(limit(places, errors), limit(places[:-1], errors[:-1])) for limit in _LIMITS]
    told = [(abs(now - before), abs(now)) for now, before in limits if math.isfinite(now + before)]
    (one, _), (other, _) = limits
    if math.isfinite(one + other):
        # Two ways to extrapolate vouch for each other too.
        told.append((abs(one - other), max(abs(one), abs(other))))
    doubt, found = min(told, default=(math.inf, math.inf))
    if doubt <= _NEAR:
        return found <= _NEAR + 2 * doubt
    growing = abs(errors[-3]) < abs(errors[-2]) < last
    return False if growing and last > 1 else None


def _limit_of_power(places: Sequence[float], errors: Sequence[float]) -> float:
    """a of a + b z^{−p}, from the last three errors at doubled z."""
    first, second, third = errors[-3:]
    step, last_step = second - first, third - second
    if not 0 < last_step * step < step**2:
        return math.nan
    return third + last_step**2 / (step - last_step)


def _limit_of_logarithm(places: Sequence[float], errors: Sequence[float]) -> float:
    """a of a + (b ln z + c)/z, from the last three errors."""
    import numpy as np

    z = np.array(places[-3:])
    terms = np.stack([np.ones(3), np.log(z) / z, 1 / z], 1)
    return float(np.linalg.solve(terms, np.array(errors[-3:]))[0])


_LIMITS = (_limit_of_power, _limit_of_logarithm)
