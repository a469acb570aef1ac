"""How large the numbers may get that SymPy computes by itself when it builds an expression.

``10**10**10`` fills the memory, and so does ``24**0.987653``, where SymPy takes the primes of 24 to
powers as large as the denominator. The bounds here are known before the operation is carried out.
"""

from __future__ import annotations

import math

import sympy
from sympy import Add, Expr, Integer, Mul, Pow, Rational, S

#: SymPy looks for prime factors up to this one.
_LARGEST_FACTOR = 2**15
#: Roots below this one are left to SymPy.
_HIGH_ROOT = 1000


def digits(expression: Expr) -> float:
    """Return a bound on the digits of any number that may be computed from ``expression``.

    Numbers may meet once symbols cancel, so those of a product or sum are added, and those of a
    power count as often as its exponent says; signs and ones count nothing.

    >>> from sympy.abc import x
    >>> round(digits(10 * x)), digits(1 / x), round(digits((1000 * x + 1) ** 7))
    (1, 0, 22)
    """
    if expression.is_Rational:
        largest = max(abs(expression.p), expression.q)
        return 0 if largest == 1 else largest.bit_length() * math.log10(2)
    if isinstance(expression, Pow | sympy.exp):
        return digits_of_power(*expression.as_base_exp()) + digits(expression.as_base_exp()[1])
    return sum(digits(argument) for argument in expression.args)


def digits_of_power(base: Expr, exponent: Expr) -> float:
    """Return the same bound for a power that is not built yet; exp(n log 2) is 2**n.

    >>> round(digits_of_power(Integer(10), Integer(10) ** 10))
    12041199827
    """
    logarithms = sum(digits(logarithm.args[0]) for logarithm in exponent.atoms(sympy.log))
    inside = digits(base) + logarithms
    return inside * size(exponent) if inside else 0


def size(exponent: Expr) -> float:
    """Return a bound on the number that an exponent may come to, with symbols counted as 1."""
    if exponent.is_Rational:
        return float(max(S.One, min(abs(exponent), Integer(10) ** 300)))
    if isinstance(exponent, Add):
        return sum(size(argument) for argument in exponent.args)
    if isinstance(exponent, Mul):
        return math.prod(size(argument) for argument in exponent.args)
    if isinstance(exponent, Pow | sympy.exp):
        return float(10 ** min(digits(exponent), 300.0))
    return 1.0


def root_of_numbers(base: Expr, exponent: Expr) -> int:
    """Return the denominator with which a root of a number may be taken, once symbols cancel.

    1 where no number can come under that root: a number with a symbol in its exponent can, and so
    can one that is under a root already and has unequal prime powers.
    """
    exposed = not exponent.is_Rational and digits_of_power(base, exponent) > 0
    inner = (power.base for power in base.atoms(Pow) if power.base.is_Rational)
    if exposed or any(len(set(_factors(number).values())) > 1 for number in inner):
        return math.prod(number.q for number in exponent.atoms(Rational))
    return 1


def rational_power(base: Expr, exponent: Rational) -> Expr:
    """Return base**exponent with the primes of its numeric factor taken to their powers apart.

    >>> from sympy.abc import x
    >>> rational_power(Integer(24), Rational(987653, 10**6))
    4*2**(962959/1000000)*3**(987653/1000000)
    """
    number, rest = base.as_coeff_Mul()
    primes = _factors(abs(number)) if number else {}
    if exponent.q < _HIGH_ROOT or len(set(primes.values())) <= 1:
        return base**exponent
    roots = [Pow(prime, power * exponent) for prime, power in primes.items()]
    return Mul(*roots, (rest if number > 0 else -rest) ** exponent)


def _factors(number: Rational) -> dict[int, int]:
    factors: dict[int, int] = number.factors(limit=_LARGEST_FACTOR)
    return factors
