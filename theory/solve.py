"""The window of a law at given numbers: how many lags N samples reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

import mpmath
from sympy import Expr, Integer, S, Symbol

from longlag.theory.decay import DecayLaw, ell, exact
from longlag.theory.errors import LonglagError
from longlag.theory.evaluate import evaluate
from longlag.theory.growth import Growth, UndecidedError, leading
from longlag.theory.horizon import (
    COST,
    KAPPA,
    LOG_LEVEL,
    SAMPLES,
    LearnabilityWindow,
    closed_form,
    learnability_window,
)
from longlag.theory.inversion import Solution
from longlag.theory.root import Root, first_crossing, last_crossing
from longlag.theory.shape import Shape, examine, value_at

#: Digits carried beyond those asked for.
_GUARD = 20
_MOST_DIGITS = 1000
#: Numbers beyond this are not substituted: SymPy would work on their powers for minutes.
_LARGEST_SUBSTITUTED = 10**6
#: Horizons beyond e^(2^this) are given by their logarithm alone.
_LARGEST_LOG = 2000


class Status(StrEnum):
    """Whether a window ends."""

    NONE = "none"
    FINITE = "finite"
    INFINITE = "infinite"


@dataclass(frozen=True)
class Horizon:
    """H_N at given numbers.

    Args:
        status: none (no lag is learnable, H_N = 0), finite, or infinite.
        horizon: H_N as an mpmath number, which does not overflow.
        log_horizon: ln H_N; None where the window is empty.
        formula: the closed form that gave it, or None.
        method: how it was found.
        certificate: how surely it is known.
        growth: the leading growth with N, or None where it could not be told.
        local_exponent: d ln H/d ln N at H_N; None where the window is empty or infinite.
        first_failure: the smallest lag, where f fails there and rises above φ later: the
            lags up to H_N are then not all learnable. None otherwise.
        digits: the decimal digits that hold.
    """

    status: Status
    horizon: Any
    log_horizon: Any
    formula: Expr | None
    method: str
    certificate: str
    growth: Growth | None
    local_exponent: Any
    digits: int
    first_failure: Any = None

    @property
    def closed_form(self) -> bool:
        """Whether a closed form exists at these parameters."""
        return self.formula is not None


def solve_horizon(
    law: DecayLaw,
    parameters: Mapping[Any, Any],
    *,
    samples: Any,
    cost: Any,
    kappa: Any,
    digits: int = 15,
) -> Horizon:
    """Return the window of a law at given numbers.

    Args:
        law: the decay law.
        parameters: parameter, by symbol or name, ↦ number.
        samples: N > 0, sequences.
        cost: A > 0, the sequences needed where f = 1.
        kappa: the concentration exponent, > 0.
        digits: decimal digits of the result.

    Returns:
        H_N = sup{ℓ ≥ smallest lag : A f(ℓ)^{−κ} ≤ N}, from the closed form where there is one,
        checked by f(H_N) = φ, else from a bracketed root.

    Raises:
        LonglagError: numbers outside their domains, or an expression that is no envelope.

    >>> from longlag.theory.laws import LAWS
    >>> found = solve_horizon(
    ...     LAWS["polynomial"], {"c": 1, "b": 0.5}, samples=1e6, cost=2, kappa=3
    ... )
    >>> found.status, mpmath.nstr(found.horizon, 8)
    (<Status.FINITE: 'finite'>, '6299.6052')
    """
    values = law.values(parameters)
    numbers = {
        SAMPLES: _positive(samples, "samples"),
        COST: _positive(cost, "cost"),
        KAPPA: _positive(kappa, "kappa"),
    }
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= _MOST_DIGITS:
        raise LonglagError(
            f"digits {digits}", f"results have 1 to {_MOST_DIGITS} digits", "give such an integer"
        )
    before = mpmath.iv.dps
    with mpmath.workdps(digits + _GUARD):
        # workdps leaves the precision of the intervals alone.
        mpmath.iv.dps = digits + _GUARD
        try:
            return _solve(law, values, numbers, digits)
        finally:
            mpmath.iv.dps = before


def _positive(value: Any, name: str) -> Expr:
    if isinstance(value, (Integer, int)) and not isinstance(value, bool) and value > 0:
        # Possibly with more digits than Python prints.
        return Integer(value)
    number = exact(value, f"{name} {value}")
    if not number > 0:
        raise LonglagError(f"{name} {value}", f"{name} is a positive number", "give one above 0")
    return number


def _solve(
    law: DecayLaw, values: Mapping[Symbol, Expr], numbers: Mapping[Symbol, Expr], digits: int
) -> Horizon:
    envelope = law.envelope
    threshold = mpmath.exp(-evaluate(LOG_LEVEL, numbers))
    shape = examine(envelope, evaluate(law.start, values), values)
    window = learnability_window(law)
    formula = _formula(window, values)
    result = Horizon(
        Status.NONE,
        horizon=mpmath.mpf(0),
        log_horizon=None,
        formula=None if formula is None else formula.value,
        method="f stays below the threshold",
        certificate="",
        growth=window.growth,
        local_exponent=None,
        digits=digits,
    )
    if value_at(envelope, shape.peak, values) < threshold:
        return result
    if shape.constant or _floor(envelope, values) >= threshold:
        return replace(
            result, status=Status.INFINITE, horizon=mpmath.inf, log_horizon=mpmath.inf,
            method="f stays above the threshold",
        )  # fmt: skip
    found = None
    if formula is not None:
        found = _evaluate_formula(formula, numbers, envelope, threshold, shape)
    if found is None:
        found = last_crossing(envelope, threshold, shape)
        formula = None
    return replace(
        result,
        status=Status.FINITE,
        horizon=found.lag,
        log_horizon=found.log_lag,
        formula=None if formula is None else formula.value,
        method="bracketed root" if formula is None else formula.method,
        certificate=found.certificate,
        local_exponent=_exponent_at(window, {**values, **numbers}, found.lag),
        first_failure=first_crossing(envelope, threshold, shape),
    )


def _formula(window: LearnabilityWindow, values: Mapping[Symbol, Expr]) -> Solution | None:
    """The closed form in symbols, or the one that the numbers allow, such as a quadratic."""
    if window.horizon is not None and window.log_horizon is not None:
        return Solution(window.horizon, window.log_horizon, window.method)
    if any(max(abs(value.p), value.q) > _LARGEST_SUBSTITUTED for value in values.values()):
        return None
    return closed_form(window.law.envelope.subs(values))


@lru_cache(maxsize=256)
def _limit(envelope: Expr) -> Expr:
    """The limit of f at infinity; 0 where it cannot be told, and then a root is looked for."""
    try:
        monomial = leading(envelope, ell)
    except UndecidedError:
        return S.Zero
    constant = all(part == 0 for part in monomial.shape)
    return monomial.coefficient if constant else S.Zero


def _floor(envelope: Expr, values: Mapping[Symbol, Expr]) -> Any:
    return evaluate(_limit(envelope), values)


def _evaluate_formula(
    formula: Solution,
    quantities: Mapping[Symbol, Expr],
    envelope: Expr,
    threshold: Any,
    shape: Shape,
) -> Root | None:
    """The closed form's numbers, or None where they do not solve f(H) = φ on the last branch."""
    numbers = {**shape.values, **quantities}
    tolerance = mpmath.mpf(10) ** (_GUARD // 2 - mpmath.mp.dps)
    log_lag = evaluate(formula.log, numbers)
    # A logarithm with many digits before its point needs as many more behind it.
    spent = max(0, mpmath.mag(log_lag) if log_lag else 0)
    if spent > _LARGEST_LOG:
        return Root(mpmath.inf, log_lag, "closed form, too large to be put back into f")
    with mpmath.workprec(mpmath.mp.prec + 2 * spent):
        log_lag = evaluate(formula.log, numbers)
        lag = evaluate(formula.value, numbers)
        usable = not any(isinstance(value, mpmath.mpc) for value in (lag, log_lag))
        if not usable or lag < shape.peak * (1 - mpmath.mpf(2) ** (20 - mpmath.mp.prec)):
            return None
        residual = mpmath.log(value_at(envelope, lag, shape.values) / threshold)
        steep = ell * shape.slope / envelope
        slant = abs(evaluate(steep, {**shape.values, ell: lag})) if lag else 1
        if abs(residual) > max(slant, 1) * tolerance:
            return None
    return Root(lag, log_lag, f"closed form, f(H) = φ to {mpmath.nstr(abs(residual), 2)}")


def _exponent_at(window: LearnabilityWindow, numbers: Mapping[Symbol, Expr], lag: Any) -> Any:
    if window.local_exponent is None or not lag or mpmath.isinf(lag):
        return None
    return evaluate(window.local_exponent, {**numbers, ell: lag})
