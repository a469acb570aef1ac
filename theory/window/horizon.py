"""The window of a law at given numbers: how many lags N samples reach."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

import mpmath
from sympy import Expr, Rational, S, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell, horizon_letter
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.evaluate import TooLargeError, evaluate
from longlag.theory.scalar.inversion import Solution
from longlag.theory.scalar.leading import leading
from longlag.theory.scalar.parameters import Number, Numbers, exact, require_count, shown
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import number_tex
from longlag.theory.typeset.shown import Shown
from longlag.theory.window.admission import start_of
from longlag.theory.window.formula import formula
from longlag.theory.window.growth import Growth
from longlag.theory.window.root import first_crossing
from longlag.theory.window.search import Search, precisions_for, threshold_at
from longlag.theory.window.shape import examine, value_at
from longlag.theory.window.window import (
    COST,
    KAPPA,
    LOG_LEVEL,
    SAMPLES,
    LearnabilityWindow,
    derived_window,
)

#: Digits carried beyond those asked for.
_GUARD = 20
_MOST_DIGITS = 1000
#: Digits of a window in a display.
_SHOWN = 15
#: What a window may take, in seconds of processor time, and a tenth for every digit.
_SECONDS = 8
#: Numbers beyond this are not substituted: SymPy would work on their powers for minutes.
_LARGEST_SUBSTITUTED = 10**6
#: Thresholds below e^(−2^this) are not formed.
_LARGEST_LEVEL = 4096


class Status(StrEnum):
    """Whether a window ends."""

    NONE = "none"
    FINITE = "finite"
    INFINITE = "infinite"


@dataclass(frozen=True)
class Horizon(Shown):
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
    horizon: mpmath.mpf | None
    log_horizon: mpmath.mpf | None
    formula: Expr | None
    method: str
    certificate: str
    growth: Growth | None
    local_exponent: mpmath.mpf | None
    digits: int
    first_failure: mpmath.mpf | None = None

    def __repr__(self) -> str:
        number = "none" if self.horizon is None else mpmath.nstr(self.horizon, self.digits)
        told = f"window {self.status}: H_N = {number.removesuffix('.0')}; {self.method}"
        return described(told, "log_horizon", "formula", "growth", "certificate", "latex()")

    def to_dict(self) -> dict[str, Any]:
        """Return the window as plain data for JSON: numbers beyond doubles as text.

        >>> from longlag.theory.laws import LAWS
        >>> values = {"c": 1, "b": 1}
        >>> found = solve_horizon(LAWS["polynomial"], values, samples=100, cost=1, kappa=1)
        >>> found.to_dict()["horizon"]
        100.0
        """

        def plain(number: Any) -> float | str | None:
            if number is None:
                return None
            nearest = float(number)
            text: str = mpmath.nstr(number, self.digits)
            return text if math.isinf(nearest) or (nearest == 0 != number) else nearest

        numbers = ("horizon", "log_horizon", "local_exponent", "first_failure")
        return {
            "status": str(self.status),
            **{name: plain(getattr(self, name)) for name in numbers},
            "formula": None if self.formula is None else str(self.formula),
            "growth": None if self.growth is None else str(self.growth),
            "method": self.method,
            "certificate": self.certificate,
            "digits": self.digits,
        }

    def _lines(self) -> list[str]:
        """The closed form where there is one, and the number."""
        number = number_tex(self.horizon, min(self.digits, _SHOWN))
        if self.status is not Status.FINITE or self.formula is None:
            sign = r"\approx" if self.status is Status.FINITE else "="
            return [f"{horizon_letter()} &{sign} {number}"]
        return [f"{horizon_letter()} &= {formula(self.formula)}", rf"&\approx {number}"]

    @property
    def closed_form(self) -> bool:
        """Whether a closed form exists at these parameters."""
        return self.formula is not None


def solve_horizon(
    law: DecayLaw,
    parameters: Numbers,
    *,
    samples: Number,
    cost: Number,
    kappa: Number,
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
        else from a bracketed root; either way f is seen to cross φ within its digits.

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
    rule = f"results have 1 to {_MOST_DIGITS} digits"
    digits = require_count("digits", digits, rule, least=1, most=_MOST_DIGITS)
    level = evaluate(LOG_LEVEL, numbers)
    # The digits before the point of ln φ are lost to φ.
    spent = max(0, mpmath.mag(level)) if level else 0
    if spent > _LARGEST_LEVEL:
        raise LonglagError(
            f"kappa {mpmath.nstr(evaluate(numbers[KAPPA], {}), 6)}",
            "(N/A)^(1/kappa) is too large to be formed",
            "give a larger kappa",
        )
    with mpmath.workdps(digits + _GUARD), mpmath.extraprec(spent):
        try:
            return within(_SECONDS + digits / 10, _solve, law, values, numbers, digits)
        except OutOfTimeError as error:
            raise LonglagError(
                f"envelope {law.envelope}",
                f"its window: {error}",
                "choose fewer samples or digits, or write it in simpler functions",
            ) from None
        except TooLargeError as error:
            raise LonglagError(
                f"envelope {law.envelope}",
                f"a number is too large to be formed: {error}",
                "choose fewer samples, or other parameters",
            ) from None


def _positive(value: Any, name: str) -> Expr:
    what = f"{name} {shown(value)}"
    number = exact(value, what)
    if not number > 0:
        raise LonglagError(what, f"{name} is a positive number", "give one above 0")
    return number


def _solve(
    law: DecayLaw, values: Mapping[Symbol, Expr], numbers: Mapping[Symbol, Expr], digits: int
) -> Horizon:
    envelope = law.envelope
    shape = examine(envelope, start_of(law, values), values)
    window = _window(law, values)
    formula = _formula(window)
    result = Horizon(
        Status.NONE,
        horizon=mpmath.mpf(0),
        log_horizon=None,
        formula=window.horizon,
        method="f stays below the threshold",
        certificate="",
        growth=window.growth,
        local_exponent=None,
        digits=digits,
    )
    if not _reaches(lambda: value_at(envelope, shape.peak, values), numbers):
        return result
    if shape.constant or _reaches(lambda: evaluate(_limit(envelope), values), numbers):
        return replace(
            result,
            status=Status.INFINITE,
            horizon=mpmath.inf,
            log_horizon=mpmath.inf,
            method="f stays above the threshold",
        )
    accuracy = mpmath.mpf(10) ** (-digits - _GUARD // 4)
    search = Search(envelope, numbers, shape, accuracy, precisions_for(numbers))
    found = None if formula is None else search.by_formula(formula)
    if found is None:
        found, formula = search.by_bisection(), None
    with mpmath.workprec(2 * mpmath.mp.prec):
        exponent = _exponent_at(window, {**values, **numbers}, found.lag)
    return replace(
        result,
        status=Status.FINITE,
        horizon=found.lag,
        log_horizon=found.log_lag,
        formula=None if formula is None else formula.value,
        method="bracketed root" if formula is None else formula.method,
        certificate=found.certificate,
        local_exponent=exponent,
        first_failure=first_crossing(envelope, threshold_at(numbers), shape),
    )


def _window(law: DecayLaw, values: Mapping[Symbol, Expr]) -> LearnabilityWindow:
    """The window in symbols; or with the numbers put in, which may allow more, as a quadratic."""
    window = derived_window(law)
    settled = window.horizon is not None and window.growth is not None
    small = all(
        isinstance(value, Rational) and max(abs(value.p), value.q) <= _LARGEST_SUBSTITUTED
        for value in values.values()
    )
    if settled or not small:
        return window
    special = derived_window(DecayLaw(law.name, law.envelope.subs(values)))
    if window.horizon is None:
        window = replace(
            window, horizon=special.horizon, log_horizon=special.log_horizon, method=special.method
        )
    return replace(window, growth=window.growth or special.growth)


def _formula(window: LearnabilityWindow) -> Solution | None:
    if window.horizon is None or window.log_horizon is None:
        return None
    return Solution(window.horizon, window.log_horizon, window.method)


def _reaches(value: Callable[[], Any], numbers: Mapping[Symbol, Expr]) -> bool:
    """Whether a value is at least φ; where all digits agree, with half as many more."""
    for precision in (mpmath.mp.prec, mpmath.mp.prec * 3 // 2):
        with mpmath.workprec(precision):
            excess = value() / threshold_at(numbers) - 1
            if abs(excess) > mpmath.mpf(2) ** (32 - precision):
                return bool(excess > 0)
    return True


@lru_cache(maxsize=256)
def _limit(envelope: Expr) -> Expr:
    """The limit of f at infinity; 0 where it cannot be told, and then a root is looked for."""
    try:
        monomial = leading(envelope, ell)
    except UndecidedError:
        return S.Zero
    return monomial.coefficient if monomial.is_constant else S.Zero


def _exponent_at(window: LearnabilityWindow, numbers: Mapping[Symbol, Expr], lag: Any) -> Any:
    if window.local_exponent is None or not lag or mpmath.isinf(lag):
        return None
    return evaluate(window.local_exponent, {**numbers, ell: lag})
