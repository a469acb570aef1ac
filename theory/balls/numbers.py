"""Numbers that know their error: exact fractions, real balls, complex balls.

A number is a fraction (``fmpq``) as long as it is exact and small, else a real ball (``arb``), else
a complex one (``acb``). Operations go down this list only as far as they must. What has no value
(a pole, 0/0) is a ball that is not finite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flint import acb, arb, ctx, fmpq, fmpz
from sympy import Rational

from longlag.theory.balls.analytic import analytic_is_demanded

#: An exact fraction, a real ball or a complex ball.
Number = Any

#: Fractions with more bits than this become balls.
_LARGEST_FRACTION = 20_000
#: Powers e^x are not formed for |x| beyond 2^this: their exponents alone would fill the memory.
_LARGEST_EXPONENT = 1 << 20

UNDEFINED = arb("nan")


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work in balls at a precision in bits.

    >>> with precision(100):
    ...     ctx.prec
    100
    """
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def fraction(number: Rational | int) -> fmpq:
    """Return an exact SymPy rational or an integer as a fraction.

    >>> fraction(Rational(1, 3))
    1/3
    """
    exact = Rational(number)
    return fmpq(int(exact.p), int(exact.q))


def ball(number: Number) -> Any:
    """Return a number as a ball, real if it is.

    >>> ball(fmpq(1, 2))
    0.500000000000000
    """
    return arb(number) if isinstance(number, (fmpq, fmpz, int)) else number


def is_exact(number: Number) -> bool:
    """Whether a number is a fraction."""
    return isinstance(number, fmpq)


def is_real(number: Number) -> bool:
    """Whether a number is known to be real."""
    return not isinstance(number, acb)


def is_finite(number: Number) -> bool:
    """Whether a number has a value.

    >>> is_finite(arb(1) / 0)
    False
    """
    return isinstance(number, fmpq) or bool(number.is_finite())


def settled(value: acb) -> Number:
    """Return a complex ball as a real one if its imaginary part is exactly zero.

    >>> settled(acb(2))
    2.00000000000000
    """
    return value.real if value.imag.is_zero() else value


def small(number: fmpq) -> Number:
    """Return a fraction, or its ball if it has grown too large."""
    bits = int(number.p).bit_length() + int(number.q).bit_length()
    return number if bits <= _LARGEST_FRACTION else arb(number)


def add(a: Number, b: Number) -> Number:
    """Return the sum."""
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return small(a + b)
    return ball(a) + ball(b)


def multiply(a: Number, b: Number) -> Number:
    """Return the product; an exact zero times what has no value has none."""
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return small(a * b)
    return ball(a) * ball(b)


def power(base: Number, exponent: Number) -> Number:
    """Return the principal power.

    >>> power(fmpq(2), fmpq(-3))
    1/8
    >>> power(fmpq(-8), fmpq(1, 3)).imag.mid() > 1
    True
    """
    if isinstance(exponent, fmpq) and exponent.q == 1:
        return _whole_power(base, int(exponent.p))
    x, y = ball(base), ball(exponent)
    if isinstance(x, arb) and isinstance(y, arb):
        if x.is_zero():
            return _power_of_zero(y)
        if x > 0:
            if isinstance(exponent, fmpq) and exponent.q == 2:
                return _whole_power(x.sqrt(), int(exponent.p))
            return exponential(y * x.log())
    if isinstance(x, arb) and not x.is_exact() and x >= 0 and isinstance(y, arb) and y > 0:
        return x**y
    return settled(acb(x).pow(acb(y), analytic=analytic_is_demanded()))


def _power_of_zero(exponent: arb) -> Number:
    if exponent > 0:
        return fmpq(0)
    return UNDEFINED


def _whole_power(base: Number, exponent: int) -> Number:
    if isinstance(base, fmpq):
        if base == 0:
            return UNDEFINED if exponent < 0 else fmpq(int(exponent == 0))
        if abs(base) == 1:
            return base if exponent % 2 else fmpq(1)
        size = int(base.p).bit_length() + int(base.q).bit_length()
        if abs(exponent) * size <= _LARGEST_FRACTION:
            return base**exponent
        base = arb(base)
    if exponent < 0:
        return 1 / _whole_power(base, -exponent)
    if abs(exponent) < 1 << 40 or isinstance(base, acb):
        return base ** fmpz(exponent)
    # Logarithms keep a gigantic exponent from being multiplied out.
    size = exponential(abs(base).log() * exponent)
    return -size if exponent % 2 and base < 0 else size


def exponential(x: Number) -> Number:
    """Return e^x; for exponents too large to be formed what can be said: it is 0, or has no value.

    >>> exponential(fmpq(0))
    1
    """
    if isinstance(x, fmpq):
        if x == 0:
            return fmpq(1)
        x = arb(x)
    real = x if isinstance(x, arb) else x.real
    if real > _LARGEST_EXPONENT and real.upper().log() > 700:
        return UNDEFINED
    return settled(x.exp()) if isinstance(x, acb) else x.exp()


def lifted(
    real: Callable[..., Any],
    complexes: Callable[..., Any] | None,
    *,
    cut: Callable[..., Any] | None = None,
) -> Callable[..., Number]:
    """Return a function of numbers from one of real balls, and one of complex ones where it fails.

    Args:
        real: of real balls.
        complexes: of complex balls, where there is one.
        cut: of the arguments, what must keep off the negative axis for the function to be analytic;
            None where it is analytic wherever it is finite.

    >>> lifted(arb.log, acb.log)(fmpq(-1)).real
    0
    """

    def function(*arguments: Number) -> Number:
        balls = [ball(argument) for argument in arguments]
        if not all(x.is_finite() for x in balls):
            return UNDEFINED
        if all(isinstance(x, arb) for x in balls):
            value = real(*balls)
            if value.is_finite() or complexes is None:
                return value
        if complexes is None:
            return UNDEFINED
        balls = [acb(x) for x in balls]
        if cut is not None and analytic_is_demanded() and _touches_cut(cut(*balls)):
            return UNDEFINED
        return settled(complexes(*balls))

    return function


def _touches_cut(x: acb) -> bool:
    return not (x.real > 0) and x.imag.contains(0)


def compared(a: Number, b: Number) -> int | None:
    """Return the sign of a − b, or None where the balls do not tell it.

    >>> compared(fmpq(1, 3), fmpq(1, 2)), compared(arb(1, 1), fmpq(1))
    (-1, None)
    """
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return (a > b) - (a < b)
    x, y = ball(a), ball(b)
    if not (isinstance(x, arb) and isinstance(y, arb)):
        return None
    if x > y:
        return 1
    if x < y:
        return -1
    return 0 if x == y else None
