"""Is an envelope one? Positive, real, and in the end not increasing, at given parameters."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import mpmath
from sympy import DiracDelta, Expr, Integral, Symbol

from longlag.theory.balls.nodes import from_mpmath
from longlag.theory.balls.numbers import precision
from longlag.theory.balls.program import NoEnclosureError, enclosed, enclosing
from longlag.theory.balls.ranges import Range
from longlag.theory.errors import LonglagError
from longlag.theory.notation import ell
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.derivative import differentiated
from longlag.theory.scalar.evaluate import TooLargeError, evaluate, refuse_gigantic
from longlag.theory.spectra.average import Average

#: Probes per factor of ten between the smallest lag and 10^6, and those beyond.
_DENSITY = 12
_FAR = (1e7, 1e8, 1e10, 1e13, 1e20, 1e50, 1e100, 1e300)
#: What all probes together may take, one of them at most and at least, in seconds of processor
#: time: where a function takes longer, one looks less far.
_SECONDS, _LONGEST, _LEAST = 4.0, 0.5, 0.02
#: Shifts probes off the zeros of periodic functions.
_OFFSET = mpmath.mpf("1.0137")
#: Pieces into which a range of lags may be cut to enclose the sign of the slope.
_MOST_PIECES = 500
#: Times that the precision is doubled where digits cancel.
_DOUBLINGS = 5


@dataclass(frozen=True)
class Shape:
    """What is known of an envelope with numbers for its parameters.

    Args:
        slope: df/dℓ.
        constant: f does not depend on ℓ.
        start: the smallest lag.
        peak: the lag from which f decreases; the smallest lag unless f has a hump.
        proof: how we know that f decreases from there on.
        values: the numbers of the parameters.
    """

    slope: Expr
    constant: bool
    start: Any
    peak: Any
    proof: str
    values: Mapping[Symbol, Expr] = field(default_factory=dict)


def probe_lags(start: Any) -> Iterator[Any]:
    """Yield lags at which an envelope is looked at, from the smallest one to 10^300."""
    yield mpmath.mpf(start)
    for step in range(-3 * _DENSITY, 6 * _DENSITY + 1):
        lag = start + _OFFSET * mpmath.mpf(10) ** (mpmath.mpf(step) / _DENSITY)
        yield lag
    for far in _FAR:
        yield start + _OFFSET * far


def value_at(expression: Expr, lag: Any, values: Mapping[Symbol, Expr] | None = None) -> Any:
    """Return the value of an expression at a lag; what is not a real number raises LonglagError.

    Args:
        expression: over ``ell`` and parameters.
        lag: a number.
        values: the numbers of the parameters. They are never substituted, since SymPy may take
            minutes over a power of two exact fractions.
    """
    value = evaluate(expression, {**(values or {}), ell: lag})
    if isinstance(value, mpmath.mpc):
        if value.imag != 0:
            raise LonglagError(
                f"{_described(expression, lag, values)} is {mpmath.nstr(value, 6)}",
                "an envelope is real",
                "correct the expression or the parameters",
            )
        value = value.real
    if mpmath.isnan(value) or mpmath.isinf(value):
        refuse_gigantic(expression, {**(values or {}), ell: lag})
        raise _not_finite(f"{_described(expression, lag, values)} is {value}")
    return mpmath.mpf(value)


class NotFiniteError(LonglagError):
    """An envelope that is infinite or no number at a lag."""


def _not_finite(what: str) -> NotFiniteError:
    return NotFiniteError(
        what,
        "an envelope is finite at every lag",
        "start at a larger lag or correct the expression",
    )


def _described(expression: Expr, lag: Any, values: Mapping[Symbol, Expr] | None) -> str:
    numbers = [f"ell = {mpmath.nstr(mpmath.mpf(lag), 6)}"]
    for symbol, value in (values or {}).items():
        numbers.append(f"{symbol} = {mpmath.nstr(evaluate(value, {}), 6)}")
    return f"{expression} at {', '.join(numbers)}"


@lru_cache(maxsize=256)
def _slope(envelope: Expr) -> Expr:
    return differentiated(envelope, ell)


def examine(envelope: Expr, start: Any, values: Mapping[Symbol, Expr] | None = None) -> Shape:
    """Return the shape of an envelope, or raise LonglagError where it is none.

    An envelope may rise to one maximum before it decreases; it may not rise again.

    Args:
        envelope: f over ``ell`` and parameters.
        start: the smallest lag.
        values: the numbers of the parameters.

    Raises:
        LonglagError: f negative, not real or not finite somewhere, zero everywhere, growing, or
            oscillating.

    >>> from sympy import exp
    >>> examine(exp(-ell), 0).proof
    'the sign of its derivative, by SymPy'
    """
    return _examined(envelope, start, tuple((values or {}).items()), mpmath.mp.prec)


@lru_cache(maxsize=256)
def _examined(
    envelope: Expr, start: Any, items: tuple[tuple[Symbol, Expr], ...], precision: int
) -> Shape:
    """The shape at a working precision; a law is examined once for all N."""
    values = dict(items)
    slope = _slope(envelope)
    if isinstance(envelope, Average) and envelope.lag == ell:
        # Every e^{−νℓ} falls, and so does their average; its density was looked at before.
        lag = mpmath.mpf(start)
        value_at(envelope, lag, values)
        return Shape(slope, False, lag, lag, "its form, an average of decaying ones", values)
    lags, rises = _probe(envelope, slope, start, values)
    if not envelope.has(ell) or slope == 0:
        return Shape(slope, True, lags[0], lags[0], "it does not depend on the lag", values)
    again = next((lags[index] for place, index in enumerate(rises) if index != place), None)
    if again is not None:
        raise rises_again(envelope, again)
    if rises and rises[-1] == len(lags) - 1:
        raise increases(envelope)
    if not rises:
        proof = "the sign of its derivative, by SymPy" if slope.is_nonpositive else ""
        return Shape(slope, False, lags[0], lags[0], proof, values)
    peak = _peak(slope, lags[rises[-1]], lags[rises[-1] + 1], values)
    height = value_at(envelope, peak, values)
    if abs(value_at(slope, peak, values)) * peak > height * mpmath.mpf(2) ** (mpmath.mp.prec // 2):
        raise _not_finite(f"{_described(envelope, peak, values)} is infinite")
    if not _exceeds(height, value_at(envelope, lags[-1], values)):
        # As tanh, whose slope is rounded to 0 far out.
        raise increases(envelope)
    return Shape(slope, False, lags[0], peak, "", values)


def increases(envelope: Expr) -> LonglagError:
    """Return the refusal of an envelope that does not decrease in the end."""
    return LonglagError(
        f"envelope {envelope}",
        "it must decrease in the end, and it increases",
        "give a decaying law; a growing one has no window",
    )


def rises_again(envelope: Expr, lag: Any) -> LonglagError:
    """Return the refusal of an envelope that increases after it has decreased."""
    return LonglagError(
        f"envelope {envelope}, which rises again near ell = {mpmath.nstr(lag, 6)}",
        "it may have one maximum and must decrease from there on",
        "give a law without oscillations",
    )


def _probe(
    envelope: Expr, slope: Expr, start: Any, values: Mapping[Symbol, Expr]
) -> tuple[list[Any], list[int]]:
    """Return the lags looked at and the indices of those from which the envelope rises."""
    lags: list[Any] = []
    rises: set[int] = set()
    previous, largest = mpmath.inf, mpmath.mpf(0)
    end = time.thread_time() + _SECONDS
    for lag in probe_lags(start):
        last = lags[-1] if lags else None
        left = max(_LEAST, min(end - time.thread_time(), _SECONDS if last is None else _LONGEST))
        try:
            value, slant, before = within(left, _look, envelope, slope, lag, last, values, previous)
        except (TooLargeError, OutOfTimeError) as error:
            if not lags:
                raise LonglagError(
                    _described(envelope, lag, values),
                    f"it cannot be computed ({error})",
                    "start at another lag or correct the expression",
                ) from None
            break
        except NotFiniteError:
            # So far out that the functions have no numbers any more.
            if lag - start < _FAR[0]:
                raise
            break
        if value < 0:
            raise LonglagError(
                f"{_described(envelope, lag, values)} is {mpmath.nstr(value, 6)}",
                "an envelope is positive at every lag",
                "correct the expression or the parameters",
            )
        if _exceeds(value, before):
            rises.add(len(lags) - 1)
        if _exceeds(value + slant * lag, value):
            rises.add(len(lags))
        lags.append(lag)
        previous, largest = value, max(largest, value)
    if largest == 0:
        raise LonglagError(
            f"envelope {envelope}", "it is zero at every lag", "correct the expression"
        )
    return lags, sorted(rises)


def _look(
    envelope: Expr, slope: Expr, lag: Any, last: Any, values: Mapping[Symbol, Expr], previous: Any
) -> tuple[Any, Any, Any]:
    """Return f and its slope at a lag, and f at the last one, with more digits where they count."""
    smooth = lag > 0 and not slope.has(DiracDelta, Integral)
    try:
        value = value_at(envelope, lag, values)
        slant = value_at(slope, lag, values) if smooth else mpmath.mpf(0)
        doubtful = value < 0 or _exceeds(value, previous) or _exceeds(value + slant * lag, value)
    except NotFiniteError:
        # As 0/0, where terms near 1 have cancelled.
        doubtful, slant = True, mpmath.mpf(smooth)
    if doubtful:
        # Where digits cancel it may only seem so.
        value = resolved(envelope, lag, values)
        slant = _resolved_slope(slope, lag, values) if slant else slant
        previous = previous if last is None else resolved(envelope, last, values)
    return value, slant, previous


def _resolved_slope(slope: Expr, lag: Any, values: Mapping[Symbol, Expr]) -> Any:
    """The slope; 0 where it has no number, as at a corner, where the values alone must tell."""
    try:
        return resolved(slope, lag, values)
    except NotFiniteError:
        return mpmath.mpf(0)


def _exceeds(value: Any, previous: Any) -> bool:
    """Whether a value is larger by more than rounding."""
    return bool(value > previous * (1 + mpmath.mpf(10) ** (8 - mpmath.mp.dps)))


def resolved(expression: Expr, lag: Any, values: Mapping[Symbol, Expr]) -> Any:
    """Return a value of which the first digits hold, however many cancel on the way.

    Raises:
        TooLargeError: more digits cancel than can be carried.
    """
    # At lag ℓ terms near 1 and 1/ℓ, or 1/ℓ and 1/ℓ², may meet: their digits do not count.
    carried = mpmath.mp.prec + (2 * abs(mpmath.mag(lag)) if lag else 0)
    found = None
    for doubling in range(_DOUBLINGS):
        coarse = found
        with mpmath.workprec(carried * 2**doubling):
            try:
                found = value_at(expression, lag, values)
            except NotFiniteError:
                if doubling == _DOUBLINGS - 1:
                    raise
                continue
        if coarse is None:
            continue
        # Two zeros do not agree: both may be all that is left of digits that cancelled.
        if found and abs(found - coarse) <= abs(found) * mpmath.mpf("1e-10"):
            return found
    if found == 0:
        return found
    raise TooLargeError(f"the digits of {expression} cancel at ell = {mpmath.nstr(lag, 6)}")


def _peak(slope: Expr, low: Any, high: Any, values: Mapping[Symbol, Expr]) -> Any:
    """Bisect for the lag where the slope changes sign; by factors while the ends are far apart."""
    for _ in range(2 * mpmath.mp.prec):
        middle = mpmath.sqrt(low * high) if 0 < 2 * low < high else (low + high) / 2
        if middle in (low, high):
            break
        if value_at(slope, middle, values) > 0:
            low = middle
        else:
            high = middle
    return high


def sign_of_slope(
    slope: Expr, low: Any, high: Any, values: Mapping[Symbol, Expr] | None = None
) -> tuple[bool, Any]:
    """Enclose df/dℓ piece by piece, from the lower end on.

    Returns:
        Whether it is negative on the whole range; and a lag at which it is positive, if one is met.
    """
    pieces = [(mpmath.mpf(low), mpmath.mpf(high))]
    negative = True
    for _ in range(_MOST_PIECES):
        if not pieces:
            return negative, None
        left, right = pieces.pop()
        try:
            sign = range_over(slope, left, right, values or {}).sign
        except NoEnclosureError:
            return False, None
        if sign < 0:
            continue
        if sign > 0:
            return False, left
        if right - left <= left * mpmath.mpf(2) ** -20:
            # As around a zero of the slope, beyond which it may be positive.
            negative = False
            continue
        middle = mpmath.sqrt(left * right) if left > 0 else (left + right) / 2
        pieces += [(middle, right), (left, middle)]
    return False, None


def range_over(expression: Expr, low: Any, high: Any, values: Mapping[Symbol, Expr]) -> Range:
    """Return a range around an expression between two lags; all numbers where it is not told.

    Args:
        expression: over ``ell`` and parameters.
        low: the smaller lag.
        high: the larger lag.
        values: the numbers of the parameters.

    Raises:
        NoEnclosureError: a part of it is never enclosed, or has no number.
    """
    with precision(mpmath.mp.prec):
        box = {symbol: enclosed(value) for symbol, value in values.items()}
        box[ell] = Range(from_mpmath(low), from_mpmath(high))
        for symbol in expression.free_symbols - box.keys():
            raise NoEnclosureError(f"symbol {symbol}", "it has no value", "give it a number")
        return enclosing(expression).over(box, defined=True)[0]
