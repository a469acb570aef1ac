"""Beyond R every value of a function lies where its tail says, and limits cancel exactly."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Expr,
    LambertW,
    Rational,
    S,
    Symbol,
    asinh,
    atan,
    besselk,
    cos,
    cosh,
    diff,
    erf,
    erfc,
    exp,
    expint,
    gamma,
    log,
    pi,
    polygamma,
    sin,
    sinh,
    sqrt,
    tanh,
    uppergamma,
    zeta,
)

from longlag.theory.balls.nodes import from_mpmath, to_mpmath
from longlag.theory.balls.numbers import precision
from longlag.theory.balls.ranges import WHOLE, Range, point
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.functions import sigmoid, softplus
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.suprema.beyond import far_value, grows, tail
from longlag.theory.suprema.enclosure import PRECISION
from longlag.theory.suprema.tail import Tail

a = Symbol("a", real=True)


@pytest.fixture(autouse=True)
def _many_digits() -> Iterator[None]:
    with precision(PRECISION), mpmath.workprec(PRECISION):
        yield


#: A function and the growth of its scale: 1, 0 or −1.
FORMS: list[tuple[Expr, int]] = [
    (tanh(a), 0),
    (1 - tanh(2 * a - 1), -1),
    (a**3 * diff(tanh(a), a), -1),
    (1 + tanh(-a / 3), -1),
    (sigmoid(a) * sigmoid(-a), -1),
    (a * erfc(a), -1),
    (a * (1 - erf(a / 2)), -1),
    (1 + erf(-a), -1),
    (a * (pi / 2 - atan(a)), 0),
    (a / sqrt(1 + a**2), 0),
    (1 / (a**2 - a + 1), -1),
    (a**2 * exp(5 * a - a**2), -1),
    (exp(-sqrt(1 + a**2)) * a, -1),
    (exp(-exp(a)) * a**2, -1),
    (asinh(a) / (1 + a**2), -1),
    (log(1 + a**2) / a, -1),
    (log(1 + exp(-a)) * exp(a), 0),
    (softplus(a) - softplus(a - 1), 0),
    (softplus(-a), -1),
    (sinh(a) / cosh(2 * a), -1),
    (sin(a) / a, -1),
    (sin(1 / a) * a + cos(a) / a, 0),
    (tanh(1 / a) * atan(1 / a) * asinh(1 / a) * erf(1 / a) * a**4, 0),
    (tanh(a) ** 2 + 2**-a, 0),
    (exp(tanh(a)), 0),
    (a * tanh(a), 1),
    (exp(a) * sigmoid(-a / 2), 1),
    (softplus(a), 1),
    (sqrt(a**2 + a) - a, 0),
    ((a**3 + 1) ** Rational(1, 3) - a, -1),
    (log(1 + a**2) - log(2 + a**2), -1),
    (1 / (1 + log(1 + a**2)), 0),
    (a * besselk(Rational(1, 3), a), -1),
    (a**3 * expint(1, 1 + a**2), -1),
    (uppergamma(Rational(7, 3), a) * exp(a), 1),
    (polygamma(0, 1 + a) - log(a), 1),
    (polygamma(1, a**2) * a**2, 0),
    (polygamma(2, a), -1),
    (a * polygamma(0, a) / gamma(1 + a), -1),
    (a * (zeta(2 + a) - 1), -1),
    (a**2 * diff(zeta(a), a), -1),
    (LambertW(a) / a, -1),
    (LambertW(exp(-a)) * a, -1),
]


@pytest.mark.parametrize(("form", "growth"), FORMS, ids=str)
@given(
    start=st.integers(3, 20).map(mpmath.mpf),
    steps=st.lists(st.floats(0, 1), min_size=2, max_size=2),
)
def test_every_value_beyond_is_enclosed(
    form: Expr, growth: int, start: mpmath.mpf, steps: list[float]
) -> None:
    try:
        found = tail(form, a, from_mpmath(start))
    except UndecidedError:
        assert start < 30
        return
    assert found.growth == growth
    for step in steps:
        at = start * mpmath.exp(step)
        value, scale = _value(form, at), found.scale(from_mpmath(at))
        assert _overlaps(value, scale * found.factor)
        if growth <= 0:
            assert _overlaps(value, _range(found, from_mpmath(start)))


def _value(form: Expr, at: mpmath.mpf) -> mpmath.mpf:
    """With so many digits that what cancels leaves some."""
    with mpmath.workdps(int(60 + at * at if form.has(erf) else 60 + 6 * at)):
        return evaluate(form, {a: at})


def _range(found: Tail, start: arb) -> Range:
    try:
        return found.range(start)
    except UndecidedError:
        return WHOLE


def _overlaps(value: mpmath.mpf, enclosure: Range) -> bool:
    slack = mpmath.mpf("1e-28")
    low, high = to_mpmath(enclosure.low), to_mpmath(enclosure.high)
    size = max(abs(low), abs(high), mpmath.mpf("1e-3500"))
    return low - slack * size <= value <= high + slack * size


@pytest.mark.parametrize(("form", "growth"), FORMS, ids=str)
def test_a_tail_of_something_else_is_found_out(form: Expr, growth: int) -> None:
    found, at = tail(form, a, arb(40)), mpmath.mpf(45)
    far_off = found.factor + point(3 * found.factor.largest)
    wrong = Tail(far_off, found.power, found.exponent)
    assert not _overlaps(_value(form, at), wrong.scale(arb(45)) * wrong.factor)


@pytest.mark.parametrize(
    ("form", "limit"),
    [
        (tanh(a), S.One),
        (3 * tanh(1 - a) + 2 * sigmoid(a) - exp(-a), -S.One),
        (tanh(a) ** 2 - 1, S.Zero),
        (2 / pi * atan(a), S.One),
        (a / sqrt(1 + 4 * a**2), S.Half),
        (a * exp(-a), S.Zero),
        (erf(a) * erf(-2 * a), -S.One),
        (softplus(a) - softplus(a - 3), S(3)),
        (tanh(tanh(a)), tanh(1)),
        (sin(a) / a, S.Zero),
        (sqrt(a**2 + a) - a, S.Half),
        ((a**3 + 6 * a**2) ** Rational(1, 3) - a, S(2)),
        (zeta(a), S.One),
        (a * besselk(1, a), S.Zero),
    ],
    ids=str,
)
def test_limits_are_exact(form: Expr, limit: Expr) -> None:
    assert far_value(form, a, arb(64)) == limit


@pytest.mark.parametrize("form", [sin(a), a, sin(a) * tanh(a), exp(a)], ids=str)
def test_what_has_no_limit_is_given_none(form: Expr) -> None:
    with pytest.raises(UndecidedError):
        far_value(form, a, arb(64))


@pytest.mark.parametrize(
    ("form", "unbounded"),
    [
        (a, True),
        (a**2 - 10**4 * a, True),
        (log(2 + a), True),
        (softplus(a), True),
        (exp(a - 100), True),
        (tanh(a), False),
        (a * sin(a), False),
        (exp(-((a - 10**4) ** 2)) * a, False),
        (a * exp(-a / 10**6), False),
        (Rational(1, 3) + 1 / a, False),
    ],
    ids=str,
)
def test_growth_is_claimed_only_where_it_is_certain(form: Expr, unbounded: bool) -> None:
    assert grows(form, a, arb(2) ** 20) == unbounded
    assert not (grows(form, a, arb(4)) and not unbounded)
