"""What a function does beyond a point: f(a) = a^p e^{P(a)} k(a) with k enclosed for all a ≥ R.

Functions that saturate are written as their limit minus what is missing, so that limits cancel
exactly: 1 − tanh² is 4e^{−2a}(…), not the difference of two intervals at 1. Derived here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import mpmath
from sympy import (
    Add,
    Dummy,
    Expr,
    Mul,
    Poly,
    PolynomialError,
    Pow,
    Rational,
    S,
    Symbol,
    asinh,
    atan,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    expand,
    log,
    pi,
    sin,
    sinh,
    sqrt,
    tanh,
)

from longlag.theory.errors import LonglagError
from longlag.theory.notation import SymbolTable
from longlag.theory.scalar.evaluate import TooLargeError, evaluate
from longlag.theory.scalar.functions import sigmoid, softplus
from longlag.theory.scalar.leading import UndecidedError, leading

iv = mpmath.iv

_WHOLE = SymbolTable("suprema").add("z", "a point far out on the line", real=True)


@dataclass(frozen=True)
class Tail:
    """f(a) = a^power · exp(Σ c_q a^q) · k(a), with k(a) in ``factor`` for all a ≥ R.

    Args:
        power: a real number.
        exponent: for each degree q > 0 its coefficient c_q, none of them 0.
        factor: an interval.
    """

    factor: Any
    power: Expr = S.Zero
    exponent: Mapping[Expr, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not mpmath.isfinite(mpmath.make_mpf(abs(self.factor)._mpi_[1])):
            raise UndecidedError("a factor without a bound")

    @property
    def growth(self) -> int:
        """1, 0 or −1 as the scale grows, is 1, or decays."""
        if self.exponent:
            return _sign(self.exponent[max(self.exponent)])
        return _sign(self.power)

    @property
    def sign(self) -> int:
        """The sign of f beyond R; 0 where the enclosure does not tell it."""
        return 1 if self.factor > 0 else -1 if self.factor < 0 else 0

    @property
    def inverse(self) -> Tail:
        """One over its scale, with the factor 1."""
        return Tail(iv.mpf(1), -self.power, {q: -c for q, c in self.exponent.items()})

    def times(self, other: Tail) -> Tail:
        """Return the product."""
        degrees = {*self.exponent, *other.exponent}
        sums = {q: self.exponent.get(q, S.Zero) + other.exponent.get(q, S.Zero) for q in degrees}
        exponent = {q: c for q, c in sums.items() if _sign(c) != 0}
        return Tail(self.factor * other.factor, self.power + other.power, exponent)

    def to_the(self, power: Expr) -> Tail:
        """Return a constant power; a fractional or negative one of what has a sign."""
        if not (power.is_Integer and power > 0) and self.sign == 0:
            raise UndecidedError("a power of what may be 0")
        if not power.is_Integer and self.sign < 0:
            raise UndecidedError("a fractional power of what is negative")
        exponent = {q: c * power for q, c in self.exponent.items()}
        if power.is_Integer:
            factor = self.factor ** int(power)
        else:
            factor = iv.exp(evaluate(power, {}, iv) * iv.log(self.factor))
        return Tail(factor, self.power * power, exponent)

    def scale(self, start: Any) -> Any:
        """Return a^power e^{…} at one a, as an interval."""
        at = {_WHOLE: start}
        terms = [c * _WHOLE**q for q, c in self.exponent.items()]
        return evaluate(_WHOLE**self.power, at, iv) * iv.exp(evaluate(Add(*terms), at, iv))

    def range(self, start: Any) -> Any:
        """Return an interval that holds f(a) for all a ≥ start.

        Raises:
            UndecidedError: where the scale grows, or does not fall from ``start`` on.
        """
        growth = self.growth
        if growth == 0:
            return self.factor
        if growth < 0 and self.falls_from(start):
            return self.factor * iv.mpf([0, self.scale(start).b])
        raise UndecidedError("a scale that grows")

    def falls_from(self, start: Any) -> bool:
        """Whether the scale, which decays in the end, falls for all a ≥ start.

        So it does where power + Σ q c_q a^q ≤ 0.
        """
        if not self.exponent:
            return True
        top = max(self.exponent)
        positive = {q: c for q, c in self.exponent.items() if q != top and _sign(c) > 0}
        rate = top * self.exponent[top]
        rate += Add(*[q * c * _WHOLE ** (q - top) for q, c in positive.items()])
        if _sign(self.power) > 0:
            rate += self.power * _WHOLE**-top
        return bool(evaluate(rate, {_WHOLE: start}, iv) <= 0)


def _sign(number: Expr) -> int:
    if number.is_Rational:
        return int(number.is_positive) - int(number.is_negative)
    enclosed = evaluate(number, {}, iv)
    if enclosed > 0:
        return 1
    if enclosed < 0:
        return -1
    if expand(number) == 0:
        return 0
    raise UndecidedError(f"the sign of {number}")


def tail(expression: Expr, variable: Symbol, start: Any) -> Tail:
    """Return the behaviour of a function of one variable beyond a point.

    Args:
        expression: of powers, exponentials, logarithms, sines and functions that saturate.
        variable: a.
        start: R ≥ 1, in mpmath.

    Raises:
        UndecidedError: where it cannot be told from this R on.

    >>> from sympy.abc import a
    >>> from sympy import tanh
    >>> tail(tanh(a).diff(a), a, mpmath.mpf(8)).exponent
    {1: -2}
    """
    walk = _Walk(variable, start)
    try:
        return walk.tail(walk.spread(expression))
    except (LonglagError, TooLargeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise UndecidedError(f"{expression} beyond {mpmath.nstr(start)}: {error}") from None


def grows(expression: Expr, variable: Symbol, start: Any) -> bool:
    """Return whether a function is unbounded beyond a point; False where that is not known.

    >>> from sympy.abc import a
    >>> grows(log(1 + a**2), a, mpmath.mpf(8)), grows(a * sin(a), a, mpmath.mpf(8))
    (True, False)
    """
    with suppress(UndecidedError):
        found = tail(expression, variable, start)
        if found.sign != 0:
            return found.growth > 0
    with suppress(UndecidedError):
        positive = Symbol("a", positive=True)
        head = leading(expression.xreplace({variable: positive}), positive)
        if head.exponent == 0:
            return next((_sign(part) > 0 for part in head.shape[1:] if part != 0), False)
    return False


def far_value(expression: Expr, variable: Symbol, start: Any) -> Expr:
    """Return the exact limit at infinity, where every term has one or decays.

    Raises:
        UndecidedError: where a term does neither.

    >>> from sympy.abc import a
    >>> far_value(1 - 2 * sigmoid(a) + exp(-a), a, mpmath.mpf(8))
    -1
    """
    walk = _Walk(variable, start)
    limit: Expr = S.Zero
    for term in Add.make_args(walk.spread(expression)):
        if not term.has(variable):
            limit += term
        elif (found := walk.tail(term)).growth == 0:
            limit += _limit_of_term(term, variable, found.factor)
        elif found.growth > 0:
            raise UndecidedError(f"{term} grows")
    return limit


def _limit_of_term(term: Expr, variable: Symbol, enclosure: Any) -> Expr:
    positive = Symbol("a", positive=True)
    found = leading(term.xreplace({variable: positive}), positive)
    if not found.is_constant or evaluate(found.coefficient, {}, iv) not in enclosure:
        raise UndecidedError(f"the limit of {term}")
    return found.coefficient


#: f(y)/(f'(0) y) lies in [1 − b y², 1]: the slope at 0 and b.
_ODD: dict[type[Expr], tuple[Expr, Expr]] = {
    tanh: (S.One, S.One / 3),
    atan: (S.One, S.One / 3),
    erf: (2 / sqrt(pi), S.One / 3),
    sin: (S.One, S.One / 6),
    asinh: (S.One, S.One / 6),
}


@dataclass(frozen=True)
class _Walk:
    """The recursion over an expression, beyond ``start``."""

    variable: Symbol
    start: Any

    def tail(self, expression: Expr) -> Tail:
        if not expression.has(self.variable):
            return Tail(evaluate(expression, {}, iv))
        if expression == self.variable:
            return Tail(iv.mpf(1), S.One)
        if isinstance(expression, Mul):
            product = Tail(iv.mpf(1))
            for factor in expression.args:
                product = product.times(self.tail(factor))
            return product
        if isinstance(expression, Add):
            return self._sum([self.tail(term) for term in expression.args])
        if isinstance(expression, exp):
            return self._exponential(expression.exp)
        if isinstance(expression, Pow):
            if expression.exp.has(self.variable):
                return self._exponential(expression.exp * log(expression.base))
            return self.tail(expression.base).to_the(expression.exp)
        return self._function(expression)

    def _sum(self, terms: list[Tail]) -> Tail:
        """The term of the largest scale, times 1 and what the others are to it."""
        largest = terms[0]
        for term in terms[1:]:
            if term.times(largest.inverse).growth > 0:
                largest = term
        total = iv.mpf(0)
        for term in terms:
            total += term.times(largest.inverse).range(self.start)
        return Tail(total, largest.power, largest.exponent)

    def _exponential(self, exponent: Expr) -> Tail:
        try:
            terms = Poly(expand(exponent), self.variable).as_dict()
        except PolynomialError:
            return self._exponential_of(self.tail(exponent))
        constant = exp(terms.pop((0,), S.Zero))
        if not all(coefficient.is_number for coefficient in terms.values()):
            raise UndecidedError(f"exp({exponent})")
        degrees = {S(degree): coefficient for (degree,), coefficient in terms.items()}
        return Tail(evaluate(constant, {}, iv), exponent=degrees)

    def _exponential_of(self, inside: Tail) -> Tail:
        """e^{u} with u → 0, u bounded, or u ≤ −c a^p."""
        if inside.growth <= 0:
            return Tail(iv.exp(inside.range(self.start)))
        if inside.sign >= 0:
            raise UndecidedError("an exponential of what grows")
        if inside.exponent:
            inside = self._slower(inside)
        # Any rate that is not too large will do.
        least = Rational(int(mpmath.make_mpf((-inside.factor)._mpi_[0]) * 2**20), 2**21)
        return Tail(iv.mpf([0, 1]), exponent={inside.power: -least} if least else {})

    def _slower(self, inside: Tail) -> Tail:
        """Of the same sign as what grows exponentially, and smaller: (a/R)² times its least."""
        ratio = Tail(iv.mpf(1), S(2)).times(inside.inverse)
        if not ratio.falls_from(self.start):
            raise UndecidedError("an exponential that does not grow yet")
        # At least e^{-1000} of it is as good as all, and is formed in no time.
        scale = min(iv.mpf(inside.scale(self.start).a), iv.mpf(1000))
        return Tail(inside.factor * scale / iv.mpf(self.start) ** 2, S(2))

    def _function(self, expression: Expr) -> Tail:
        inside = self.tail(expression.args[0])
        kind = type(expression)
        growth = inside.growth
        if growth > 0 and kind in _BEYOND:
            return _BEYOND[kind](self, inside, expression.args[0])
        if growth < 0 and kind in _ODD:
            slope, share = _ODD[kind]
            square = inside.range(self.start) ** 2
            bend = iv.mpf([(1 - evaluate(share, {}, iv) * square).a, 1])
            return inside.times(Tail(evaluate(slope, {}, iv) * bend))
        if kind is log and growth == 0:
            return self._logarithm_near_one(expression.args[0], inside)
        argument = inside.range(self.start)
        return Tail(evaluate(kind(_WHOLE), {_WHOLE: argument}, iv))

    def _logarithm_near_one(self, argument: Expr, inside: Tail) -> Tail:
        """ln(1 + y) = y k with k between 1 and 1/(1 + y), where y decays."""
        rest = expand(argument - 1)
        if not rest.has(self.variable) or (small := self.tail(rest)).growth >= 0:
            return Tail(iv.log(inside.factor))
        inverse = 1 / (1 + small.range(self.start))
        return small.times(Tail(iv.mpf([min(inverse.a, 1), max(inverse.b, 1)])))

    def spread(self, expression: Expr) -> Expr:
        """Write what saturates as its limit minus what is missing, and multiply out."""
        written = self._spread(expression)
        # As they stand: SymPy would write e^{−u}/(1 + a) as 1/(e^u + a e^u).
        exponentials = {part: Dummy(positive=True) for part in written.atoms(exp)}
        expanded = expand(written.xreplace(exponentials), log=False, power_base=False)
        return expanded.xreplace({dummy: part for part, dummy in exponentials.items()})

    def _spread(self, expression: Expr) -> Expr:
        if not expression.has(self.variable) or not expression.args:
            return expression
        rebuilt = expression.func(*[self._spread(argument) for argument in expression.args])
        rule = _MISSING.get(type(rebuilt))
        if rule is None:
            return rebuilt
        argument = rebuilt.args[0]
        inside = self.tail(expand(argument))
        if inside.growth <= 0:
            return rebuilt
        if inside.sign == 0:
            raise UndecidedError(f"the sign of {argument}")
        return rule(inside.sign, inside.sign * argument)


def _bounded_wave(walk: _Walk, inside: Tail, argument: Expr) -> Tail:
    return Tail(iv.mpf([-1, 1]))


def _logarithm(walk: _Walk, inside: Tail, argument: Expr) -> Tail:
    """ln(a^p k) = √a (p ln a/√a + ln k/√a), and ln a/√a falls from e² on."""
    if inside.exponent or walk.start < 8:
        raise UndecidedError("a logarithm of an exponential")
    root = 1 / iv.sqrt(iv.mpf(walk.start))
    slow = iv.mpf([0, (iv.log(iv.mpf(walk.start)) * root).b])
    rest = iv.log(inside.factor) * iv.mpf([0, root.b])
    return Tail(evaluate(inside.power, {}, iv) * slow + rest, S.Half)


def _complement(walk: _Walk, inside: Tail, argument: Expr) -> Tail:
    """erfc(L) = e^{−L²} k/(L√π) with k in [1 − 1/(2L²), 1] for L > 0."""
    if inside.sign <= 0:
        raise UndecidedError("erfc far below 0")
    gaussian = walk._exponential(-(argument**2))
    square = inside.times(inside).to_the(S.NegativeOne).range(walk.start)
    bend = iv.mpf([(1 - square / 2).a, 1]) / iv.sqrt(iv.pi)
    return gaussian.times(inside.to_the(S.NegativeOne)).times(Tail(bend))


def _inverse_sine(walk: _Walk, inside: Tail, argument: Expr) -> Tail:
    """asinh u = ln(u + √(u² + 1)), odd."""
    positive = inside.sign * argument
    found = walk.tail(log(positive + sqrt(positive**2 + 1)))
    return found.times(Tail(iv.mpf(inside.sign)))


_BEYOND: dict[type[Expr], Callable[[_Walk, Tail, Expr], Tail]] = {
    sin: _bounded_wave,
    cos: _bounded_wave,
    log: _logarithm,
    erfc: _complement,
    asinh: _inverse_sine,
}


def _logistic(sign: int, argument: Expr) -> Expr:
    """σ(±u) with u → ∞."""
    small = exp(-argument)
    return 1 - small / (1 + small) if sign > 0 else small / (1 + small)


#: The same functions of sign·u with u → ∞.
_MISSING: dict[type[Expr], Callable[[int, Expr], Expr]] = {
    tanh: lambda sign, u: sign * (1 - 2 * exp(-2 * u) / (1 + exp(-2 * u))),
    sigmoid: _logistic,
    erf: lambda sign, u: sign * (1 - erfc(u)),
    erfc: lambda sign, u: erfc(u) if sign > 0 else 2 - erfc(u),
    atan: lambda sign, u: sign * (pi / 2 - atan(1 / u)),
    softplus: lambda sign, u: (u if sign > 0 else S.Zero) + log(1 + exp(-u)),
    cosh: lambda sign, u: exp(u) * (1 + exp(-2 * u)) / 2,
    sinh: lambda sign, u: sign * exp(u) * (1 - exp(-2 * u)) / 2,
}
