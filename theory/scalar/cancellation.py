"""The same expression without differences of nearly equal terms, for numbers of few digits.

c (1 − e^{−T/ℓ}) falls like 1/ℓ, yet in double precision it is 0 from ℓ = 10^16 on: what is left of
a difference has lost its digits. Written with e^x − 1, ln(1 + x), ln(1 − e^{−x}) and 1 − tanh as
functions of their own it keeps them.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

from sympy import Add, Expr, Pow, atanh, cos, cosh, erf, erfc, exp, log, sin, sinh, tanh

from longlag.theory.scalar.functions import sigmoid, softplus
from longlag.theory.scalar.special import expm1, log1mexp, log1p, log_expm1


def without_cancellation(expression: Expr) -> Expr:
    """Return an equal expression whose differences keep their digits, as far as they are known.

    Args:
        expression: over symbols of known sign, as those of a law are.

    >>> from longlag.theory.laws.law import ell
    >>> without_cancellation(1 - exp(-1 / ell))
    -expm1(-1/ell)
    >>> without_cancellation(log(1 + 1 / ell))
    log1p(1/ell)
    """
    if not expression.args:
        return expression
    arguments = [without_cancellation(argument) for argument in expression.args]
    rebuilt = expression
    if any(new is not old for new, old in zip(arguments, expression.args, strict=True)):
        rebuilt = expression.func(*arguments)
        if type(rebuilt) is not type(expression):
            # As −artanh x, where SymPy draws a sign out.
            return without_cancellation(rebuilt)
    if isinstance(rebuilt, Add):
        return _sum(rebuilt)
    if isinstance(rebuilt, log):
        return _logarithm(rebuilt.args[0])
    if isinstance(rebuilt, atanh):
        (inside,) = rebuilt.args
        return -_artanh(-inside) if isinstance(inside, expm1) else _artanh(inside)
    return rebuilt


def _sum(total: Add) -> Expr:
    """A sum in which a term and another one near its negative became one term."""
    for pair in combinations(total.args, 2):
        found = _joined(*pair)
        if found is not None:
            rest = Add(*[term for term in total.args if term not in pair])
            return without_cancellation(rest + found) if rest else found
    return total


def _joined(one: Expr, other: Expr) -> Expr | None:
    """The sum of two terms as t (1 − r) with 1 − r in one function; None where it has no such."""
    orders = [(one, other), (other, one)]
    # Where both hold an exponential, that of the larger term stays outside: the other factor is
    # then at most 1, and no 0 meets an infinity.
    orders.sort(key=lambda order: (order[0].has(exp), _exceeds_one(-order[1] / order[0])))
    for plain, near in orders:
        ratio = -near / plain
        if isinstance(ratio, exp) and plain.has(exp) and ratio.exp.is_nonnegative is None:
            continue
        difference = _difference(ratio)
        if difference is not None:
            return plain * difference
    return None


def _exceeds_one(ratio: Expr) -> bool:
    return not (isinstance(ratio, exp) and ratio.exp.is_nonpositive)


def _difference(ratio: Expr) -> Expr | None:
    """1 − r without cancellation, for an r that comes near 1; None of any other."""
    if isinstance(ratio, exp):
        return -expm1(ratio.exp)
    if isinstance(ratio, Pow) and isinstance(ratio.base, tanh) and ratio.exp == 2:
        twice = 2 * ratio.base.args[0]
        return 4 * sigmoid(twice) * sigmoid(-twice)
    if isinstance(ratio, Pow):
        logarithm = _logarithm_near_one(ratio)
        return None if logarithm is None else -expm1(ratio.exp * logarithm)
    inside: Any = ratio.args[0] if ratio.args else None
    if isinstance(ratio, tanh):
        return 2 * sigmoid(-2 * inside)
    if isinstance(ratio, sigmoid):
        return sigmoid(-inside)
    if isinstance(ratio, erf):
        return erfc(inside)
    if isinstance(ratio, erfc):
        return erf(inside)
    if isinstance(ratio, cosh):
        return -2 * sinh(inside / 2) ** 2
    if isinstance(ratio, cos):
        return 2 * sin(inside / 2) ** 2
    return None


def _logarithm_near_one(power: Pow) -> Expr | None:
    """ln of the base of a power, where that may be near 1: 1 + z or 1 − e^{−z}."""
    above = _above_one(power.base)
    if above is not None:
        return log1p(above)
    # SymPy drops the sign of −(e^{−z} − 1) under an even power.
    base = power.base if power.exp.is_even else -power.base
    if isinstance(base, expm1) and base.args[0].is_negative:
        return log1mexp(-base.args[0])
    return None


def _above_one(base: Expr) -> Expr | None:
    """z of 1 + z; None of anything else."""
    number, rest = base.as_coeff_Add()
    return rest if number == 1 and rest != 0 else None


def _logarithm(inside: Expr) -> Expr:
    """ln u, where u may be near 1, or a difference that is near 0."""
    above = _above_one(inside)
    if above is not None:
        return log1p(above)
    number, rest = inside.as_coeff_Mul()
    if isinstance(rest, sigmoid) and number.is_positive:
        return log(number) - softplus(-rest.args[0])
    if isinstance(rest, expm1) and rest.args[0].is_positive and number.is_positive:
        return log(number) + log_expm1(rest.args[0])
    if isinstance(rest, expm1) and number.is_negative:
        return log(-number) + log1mexp(-rest.args[0])
    return log(inside)


def _artanh(inside: Expr) -> Expr:
    """artanh u = (ln(1 + u) − ln(1 − u))/2, where u may be near 1."""
    if isinstance(-inside, expm1):
        return (log1p(inside) - (-inside).args[0]) / 2
    above = _above_one(inside)
    below = log1p(-inside) if above is None else log(-above)
    return (log1p(inside) - below) / 2
