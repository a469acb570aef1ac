"""The last lag with f(ℓ) ≥ φ, from a formula or by bisection; more digits where they cancel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
from sympy import Expr, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import TooLargeError, evaluate
from longlag.theory.scalar.inversion import Solution
from longlag.theory.window.root import Root, last_crossing
from longlag.theory.window.shape import Shape, value_at
from longlag.theory.window.window import LOG_LEVEL

#: Horizons beyond e^(2^this) are given by their logarithm alone.
_LARGEST_LOG = 2000
#: Bits that may be carried where digits cancel.
_MOST_BITS = 2**15


def threshold_at(numbers: Mapping[Symbol, Expr]) -> Any:
    """φ = (A/N)^{1/κ}."""
    return mpmath.exp(-evaluate(LOG_LEVEL, numbers))


def precisions_for(numbers: Mapping[Symbol, Expr]) -> tuple[int, ...]:
    """The working precision, four times it, and one at which terms near 1 may cancel to φ."""
    carried = mpmath.mp.prec
    to_threshold = 4 * int(min(abs(evaluate(LOG_LEVEL, numbers)), _MOST_BITS))
    return carried, 4 * carried, max(16 * carried, carried + min(to_threshold, _MOST_BITS))


@dataclass(frozen=True)
class Search:
    """The search for the last lag with f(ℓ) ≥ φ, with more digits where digits cancel.

    Args:
        envelope: f over ``ell`` and parameters.
        numbers: of N, A and κ.
        shape: what ``examine`` found.
        accuracy: the relative error that H_N may have.
        precisions: in bits, tried one after the other.
    """

    envelope: Expr
    numbers: Mapping[Symbol, Expr]
    shape: Shape
    accuracy: Any
    precisions: tuple[int, ...]

    def by_formula(self, formula: Solution) -> Root | None:
        """The closed form's number, or None where f does not cross φ there."""
        for precision in self.precisions:
            with mpmath.workprec(precision):
                root = self._evaluated(formula)
                if root is not None and (mpmath.isinf(root.lag) or self._crosses_at(root.lag)):
                    return root
        return None

    def by_bisection(self) -> Root:
        """The bracketed root."""
        if self._ends_at_start():
            start = self.shape.start
            return Root(start, mpmath.log(start), "f = φ at the smallest lag, and less beyond")
        for precision in self.precisions:
            with mpmath.workprec(precision):
                root = last_crossing(self.envelope, threshold_at(self.numbers), self.shape)
                if self._crosses_at(root.lag):
                    return root
        raise LonglagError(
            f"envelope {self.envelope} at ell = {mpmath.nstr(root.lag, 6)}",
            "its digits cancel, and its window cannot be told",
            "write it without differences of nearly equal terms, or choose fewer samples",
        )

    def _evaluated(self, formula: Solution) -> Root | None:
        numbers = {**self.shape.values, **self.numbers}
        try:
            log_lag = evaluate(formula.log, numbers)
            if log_lag == -mpmath.inf:
                return Root(mpmath.mpf(0), log_lag, "closed form at the smallest lag")
            if not mpmath.isfinite(log_lag):
                # Rounded to a pole.
                return None
            # A logarithm with many digits before its point needs as many more behind it.
            spent = max(0, mpmath.mag(log_lag)) if log_lag else 0
            if spent > _LARGEST_LOG and log_lag.real > 0:
                return Root(mpmath.inf, log_lag, "closed form, too large to be put back into f")
            with mpmath.workprec(mpmath.mp.prec + spent):
                log_lag, lag = (evaluate(part, numbers) for part in (formula.log, formula.value))
        except TooLargeError:
            return None
        if isinstance(lag, mpmath.mpc) or not mpmath.isfinite(lag):
            return None
        within = mpmath.nstr(self.accuracy, 1)
        return Root(
            lag, log_lag, f"closed form; f crosses φ there, to a relative error of {within}"
        )

    def _ends_at_start(self) -> bool:
        """Whether f(start) = φ in all digits that are ever carried."""
        start = self.shape.start
        for precision in self.precisions:
            with mpmath.workprec(precision):
                value = value_at(self.envelope, start, self.shape.values)
                rounding = mpmath.mpf(2) ** (32 - mpmath.mp.prec)
                if abs(value / threshold_at(self.numbers) - 1) > rounding:
                    return False
        return self._crosses_at(start)

    def _crosses_at(self, lag: Any) -> bool:
        """Whether f ≥ φ just before a lag and f < φ just after, with twice the digits."""
        peak = self.shape.peak
        if lag < peak * (1 - self.accuracy):
            return False
        before = max(lag * (1 - self.accuracy), peak)
        after = lag * (1 + self.accuracy) if lag else self.accuracy
        with mpmath.workprec(2 * mpmath.mp.prec + max(0, mpmath.mag(mpmath.log(after)))):
            threshold = threshold_at(self.numbers)
            rounding = mpmath.mpf(2) ** (32 - mpmath.mp.prec)
            if value_at(self.envelope, before, self.shape.values) < threshold * (1 - rounding):
                return False
            return bool(value_at(self.envelope, after, self.shape.values) < threshold)
