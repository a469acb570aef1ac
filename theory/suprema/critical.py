"""Where f' is exactly 0, by the roots of its factors, with the exact values of f there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flint import acb
from sympy import (
    Dummy,
    Expr,
    Function,
    Mul,
    Poly,
    PolynomialError,
    Pow,
    S,
    acos,
    asin,
    cos,
    diff,
    expand,
    factor_terms,
    log,
    oo,
    pi,
    roots,
    simplify,
    sin,
    sqrtdenest,
    tanh,
)

from longlag.theory.balls.numbers import ball
from longlag.theory.balls.program import Program
from longlag.theory.scalar.functions import sigmoid
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.suprema.enclosure import HalfLine

#: Functions of which f' may be a polynomial: where they take a value, and between which bounds.
_INVERSES: dict[type[Expr], tuple[Callable[[Expr], list[Expr]], int, int]] = {
    tanh: (lambda t: [log((1 + t) / (1 - t)) / 2], -1, 1),
    sigmoid: (lambda s: [log(s / (1 - s))], 0, 1),
    sin: (lambda y: [asin(y), pi - asin(y)], -1, 1),
    cos: (lambda y: [acos(y), -acos(y)], -1, 1),
}


def exact_values(half: HalfLine) -> dict[Expr, Expr]:
    """Return exact values of f on a half-line, by where it takes them; ∞ stands for its limit.

    f' is taken apart into factors. A factor that is a polynomial in a, or in one of tanh, σ, sin
    and cos of a linear function of a, has zeros that are known as far as radicals reach.

    >>> from sympy.abc import a
    >>> from longlag.theory.suprema.enclosure import half_lines
    >>> exact_values(half_lines(tanh(a), a)[0])
    {oo: 1}
    """
    found: dict[Expr, Expr] = {}
    if half.slope.subs(half.variable, 0) == 0:
        found[S.Zero] = _shortest(half.value.subs(half.variable, 0))
    for part in Mul.make_args(half.slope):
        base = part.base if isinstance(part, Pow) else part
        for generator in _generators(base, half):
            for root in _roots(base, generator):
                for at in _where(generator, root, half):
                    value = _value(half, generator, root, base).subs(half.variable, at)
                    found[_shortest(at)] = _shortest(value)
    if half.period is None:
        try:
            found[oo] = half.limit()
        except UndecidedError:
            return found
    return found


def _generators(expression: Expr, half: HalfLine) -> Iterator[Expr]:
    yield half.variable
    for part in sorted(expression.atoms(Function), key=str):
        if type(part) in _INVERSES and diff(part.args[0], half.variable).is_number:
            yield part


def _roots(expression: Expr, generator: Expr) -> Iterator[Expr]:
    """The real roots in radicals, where the expression is a polynomial in the generator alone."""
    unknown = Dummy()
    try:
        polynomial = Poly(expression.xreplace({generator: unknown}), unknown)
    except PolynomialError:
        return
    if polynomial.free_symbols == {unknown} and polynomial.degree() > 0:
        for root in roots(polynomial, cubics=False, quartics=False):
            if root.is_real:
                yield root


def _value(half: HalfLine, generator: Expr, root: Expr, base: Expr) -> Expr:
    """f where a generator is a root of a factor of f', without high powers of that root.

    A polynomial in the generator is divided by the factor, and of what remains even and odd powers
    are summed apart: with the square of a nested radical one radical is left.
    """
    unknown = Dummy()
    try:
        whole, factor = (
            Poly(expression.xreplace({generator: unknown}), unknown, extension=True)
            for expression in (half.value, base)
        )
    except PolynomialError:
        return half.value.xreplace({generator: root})
    parts = [S.Zero, S.Zero]
    for (power,), coefficient in whole.rem(factor).terms():
        parts[power % 2] += coefficient * root ** (power - power % 2)
    even, odd = (expand(part) for part in parts)
    return factor_terms(even) + root * factor_terms(odd)


def _where(generator: Expr, value: Expr, half: HalfLine) -> Iterator[Expr]:
    """The a ≥ 0, and within the period, at which a generator takes a value."""
    if generator == half.variable:
        if _number(value) >= 0:
            yield value
        return
    inverse, least, most = _INVERSES[type(generator)]
    number, wave = _number(value), isinstance(generator, (sin, cos))
    if not (least <= number <= most if wave else least < number < most):
        return
    rate = diff(generator.args[0], half.variable)
    offset = generator.args[0].subs(half.variable, 0)
    for angle in inverse(value):
        at = (angle - offset) / rate
        if half.period is None:
            if _number(at) >= 0:
                yield at
            continue
        step = 2 * pi / abs(rate)
        at -= step * int(_number(at / step).floor().unique_fmpz())
        for turn in range(int(half.period / step) + 1):
            yield at + turn * step


def _number(expression: Expr) -> Any:
    """The middle of a real number, without the imaginary part that rounding leaves."""
    found = ball(Program([expression]).run({})[0])
    return (found.real if isinstance(found, acb) else found).mid()


def _shortest(number: Expr) -> Expr:
    if is_nested(number):
        return number
    simplified = simplify(number)
    return min((number, simplified, sqrtdenest(simplified)), key=lambda form: form.count_ops())


def is_nested(number: Expr) -> bool:
    """Whether a number has a radical in a radical, on which SymPy simplifies for minutes.

    >>> from sympy import sqrt
    >>> is_nested(sqrt(2) + 1), is_nested(log(1 + sqrt(2 + sqrt(3))))
    (False, True)
    """
    radicals = [part for part in number.atoms(Pow) if part.exp.is_Rational and part.exp.q > 1]
    return any(
        part is not inner and part.base.has(inner) for part in radicals for inner in radicals
    )
