"""Numbers are SymPy's own, balls hold them, and what is too large to be formed is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Derivative, Expr, Max, Min, Rational, Symbol, exp, log

from longlag.theory import LonglagError, sigmoid, softplus
from longlag.theory.balls.nodes import from_mpmath, to_mpmath
from longlag.theory.balls.numbers import precision
from longlag.theory.balls.program import enclosing
from longlag.theory.balls.ranges import Range
from longlag.theory.scalar.evaluate import TooLargeError, evaluate, refuse_gigantic
from longlag.theory.scalar.special import expm1, log_expm1, lower_omega, wright_omega

x, y = Symbol("x", positive=True), Symbol("y", positive=True)
LAGS = st.fractions(Rational(1, 1000), 1000, max_denominator=1000).map(Rational)


@pytest.fixture(autouse=True)
def _many_digits() -> Iterator[None]:
    with mpmath.workdps(50), precision(133):
        yield


#: What a user may type, each finite for x > 0.
FORMS: list[Expr] = [
    (1 + x / 3) ** Rational(-7, 5) * exp(-x / 50),
    sympy.sqrt(x) + x ** Rational(1, 3) - x**-2,
    3**-x + sympy.pi * x**sympy.E,
    1 / (1 + log(1 + log(1 + x))),
    sympy.sinh(1 / x) + sympy.cosh(x / 100) - sympy.tanh(x),
    sigmoid(3 - x) + softplus(3 - x / 5),
    Max(exp(-x), 1 / (1 + x) ** 2) + Min(x, 2),
    sympy.Abs(x - 3) + sympy.sign(x - 3),
    2 + sympy.Heaviside(x - 3),
    sympy.sin(x) + sympy.cos(x) ** 3,
    1 / sympy.gamma(1 + x / 10),
    expm1(-x / 100),
    sympy.erf(x - 3) + sympy.erfc(x / 20),
    sympy.atan(x - 3) + sympy.asinh(3 - x),
    sympy.besselk(Rational(1, 2), 1 + x / 10),
    sympy.expint(1, 1 + x / 10),
    sympy.uppergamma(Rational(7, 3), x / 10),
    sympy.lowergamma(Rational(7, 3), x / 10),
    sympy.LambertW(x),
    sympy.zeta(2 + x),
]


@pytest.mark.parametrize("form", FORMS, ids=str)
@given(at=LAGS)
def test_values_are_those_of_sympy(form: Expr, at: Rational) -> None:
    ours, theirs = evaluate(form, {x: at}), sympy.Float(form.subs(x, at).evalf(100), 100)
    assert abs(ours - mpmath.mpf(theirs._mpf_)) <= abs(ours) * mpmath.mpf("1e-40")


@pytest.mark.parametrize("form", FORMS, ids=str)
@given(ends=st.tuples(LAGS, LAGS).map(sorted), share=st.fractions(0, 1))
def test_a_range_holds_every_value_of_its_interval(
    form: Expr, ends: list[Rational], share: Rational
) -> None:
    low, high = (mpmath.mpf(end.p) / end.q for end in ends)
    inside = low + (high - low) * share.numerator / share.denominator
    found = range_of(form, low, high)
    value, slack = evaluate(form, {x: inside}), mpmath.mpf("1e-38")
    size = slack * max(1, abs(value))
    assert to_mpmath(found.low) - size <= value <= to_mpmath(found.high) + size


@pytest.mark.parametrize("form", FORMS, ids=str)
@given(at=LAGS)
def test_a_range_at_a_point_is_tight(form: Expr, at: Rational) -> None:
    width = mpmath.mpf(10) ** -33
    there = mpmath.mpf(at.p) / at.q
    value = evaluate(form, {x: there})
    assert to_mpmath(range_of(form, there, there).width) <= width * max(1, abs(value)) * 1000


def range_of(form: Expr, low: Any, high: Any) -> Range:
    return enclosing(form).over({x: Range(from_mpmath(low), from_mpmath(high))})[0]


_LEAVES = st.one_of(
    st.just(x), st.integers(1, 9).map(sympy.Integer), LAGS.map(lambda value: value / 100)
)


def _grown(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda pair: pair[0] + pair[1]),
        pairs.map(lambda pair: pair[0] * pair[1]),
        pairs.map(lambda pair: Max(*pair)),
        pairs.map(lambda pair: pair[0] / (1 + pair[1] ** 2)),
        children.map(lambda child: exp(-(child**2))),
        children.map(lambda child: log(1 + child**2)),
        children.map(lambda child: sympy.tanh(child)),
        children.map(lambda child: sympy.cos(child)),
        children.map(lambda child: (1 + child**2) ** Rational(-3, 7)),
    )


@given(
    form=st.recursive(_LEAVES, _grown, max_leaves=8),
    ends=st.tuples(LAGS, LAGS).map(sorted),
    share=st.fractions(0, 1),
)
def test_random_expressions_are_enclosed(form: Expr, ends: list[Rational], share: Rational) -> None:
    test_a_range_holds_every_value_of_its_interval.hypothesis.inner_test(form, ends, share)


TINY = Rational(1, 10**40)


@pytest.mark.parametrize(
    ("form", "at", "value"),
    [
        (1 / (x + 1 / x), sympy.S(0), sympy.S(0)),
        (sympy.atan(1 / x), sympy.S(0), sympy.pi / 2),
        (exp(-1 / x), sympy.S(0), sympy.S(0)),
        (softplus(-x), sympy.S(1000), exp(-1000)),
        (sympy.sinh(x), TINY, TINY),
        (sympy.tanh(x), TINY, TINY),
        (sympy.Heaviside(x - 1), sympy.S(1), sympy.S.Half),
        (sympy.Heaviside(x - 1, 0), sympy.S(1), sympy.S(0)),
    ],
    ids=str,
)
def test_nothing_cancels_and_plain_limits_are_taken(form: Expr, at: Expr, value: Expr) -> None:
    assert mpmath.almosteq(evaluate(form, {x: at}), evaluate(value, {}), rel_eps=1e-40)


def test_a_pole_is_infinite() -> None:
    assert evaluate(x ** -Rational(1, 2), {x: 0}) == mpmath.inf


def test_what_has_no_limit_is_no_number() -> None:
    assert mpmath.isnan(evaluate(sympy.gamma(x), {x: 0}))
    assert mpmath.isnan(evaluate(1 / x - 1 / x**2, {x: 0}))


def test_derivatives_that_sympy_leaves_alone_have_numbers() -> None:
    slope = sympy.diff(sympy.zeta(2 + x), x)
    assert slope.has(sympy.Derivative)
    assert mpmath.almosteq(evaluate(slope, {x: 1}), mpmath.zeta(3, 1, 1), rel_eps=1e-40)
    with pytest.raises(LonglagError, match="no numeric form in mpmath"):
        evaluate(Derivative(sympy.zeta(x, y), x, y), {x: 2, y: 3})


HUGE = sympy.Integer(10) ** 300
TOWER = exp(exp(exp(x)))
GIGANTIC: list[tuple[Expr, Any]] = [
    (TOWER, mpmath.inf),
    (exp(-TOWER), 0),
    (1 / (1 + TOWER), 0),
    (sympy.sinh(TOWER), mpmath.inf),
    (sympy.sinh(-TOWER), -mpmath.inf),
    (sympy.cosh(-TOWER), mpmath.inf),
    (expm1(TOWER), mpmath.inf),
    (expm1(-TOWER), -1),
    (2**TOWER, mpmath.inf),
    (softplus(TOWER), mpmath.inf),
    (sigmoid(-TOWER), 0),
    (sigmoid(TOWER), 1),
    (x**TOWER, mpmath.inf),
    (sympy.tanh(TOWER), 1),
    (wright_omega(TOWER), mpmath.inf),
    (sympy.erfc(x), 0),
    (sympy.erfc(TOWER), 0),
    (sympy.erf(-TOWER), -1),
    (1 / sympy.gamma(x**9), 0),
    (sympy.besselk(1, x**9), 0),
    (sympy.expint(1, x**9), 0),
    (sympy.zeta(x**9), 1),
    (TOWER / TOWER**2, 0),
    (log_expm1(TOWER), mpmath.inf),
]


@pytest.mark.parametrize(("form", "value"), GIGANTIC, ids=str)
def test_what_cannot_be_formed_is_at_its_limit_at_once(form: Expr, value: Any) -> None:
    began = time.process_time()
    assert evaluate(form, {x: HUGE}) == value
    assert time.process_time() - began < 1


def test_a_gigantic_number_is_no_pole() -> None:
    refuse_gigantic(1 / x, {x: 0})
    refuse_gigantic(exp(1 / x) + 1 / (x - 1), {x: 0})
    for form in (TOWER, 1 + sympy.sinh(TOWER), TOWER - exp(exp(exp(2 * x))), sympy.gamma(TOWER)):
        with pytest.raises(TooLargeError, match="beyond"):
            refuse_gigantic(form, {x: HUGE})


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (exp(-exp(exp(x))), 0),
        (2 ** -exp(exp(x)), 0),
        (x**-x, 0),
        (exp(-(x**20)) + 1 / x, 1e-300),
        (sigmoid(-(x**20)), 0),
        (sigmoid(x**20), 1),
        (softplus(-(x**20)), 0),
    ],
    ids=str,
)
def test_what_is_too_small_to_be_formed_is_zero(form: Expr, value: float) -> None:
    at = 7 if form.has(exp(exp(x))) else HUGE
    assert evaluate(form, {x: sympy.S(at)}) == pytest.approx(value)


@pytest.mark.parametrize("form", [TOWER, x**TOWER], ids=str)
def test_nor_is_its_range_formed(form: Expr) -> None:
    began = time.process_time()
    assert not range_of(form, mpmath.mpf(1), mpmath.mpf("1e300")).is_bounded
    assert time.process_time() - began < 1


def test_log_expm1_is_its_argument_far_out() -> None:
    assert evaluate(log_expm1(x), {x: HUGE}) == mpmath.mpf(10) ** 300


def test_lower_omega_is_not_defined_below_its_branch_point() -> None:
    assert mpmath.isnan(evaluate(lower_omega(x), {x: Rational(1, 2)}))
    assert evaluate(lower_omega(x), {x: 1 + Rational(1, 10**40)}) - 1 == pytest.approx(
        (2 * mpmath.mpf(10) ** -40) ** 0.5, rel=1e-9
    )


def test_a_symbol_without_a_number_is_named() -> None:
    with pytest.raises(LonglagError, match="symbol x: it has no value; give it a number"):
        evaluate(1 + x, {})


def test_a_function_without_a_number_is_named() -> None:
    with pytest.raises(LonglagError, match=r"function mystery: .*elementary functions"):
        evaluate(sympy.Function("mystery")(x), {x: 1})


@pytest.mark.parametrize("power", [3, 30, 300])
def test_one_and_a_little_more_keeps_its_digits(power: int) -> None:
    at = mpmath.mpf(10) ** power
    with mpmath.workdps(30):
        logarithm = evaluate(sympy.log(1 + 1 / x), {x: at})
        assert abs(logarithm * at - (1 - 1 / (2 * at) + 1 / (3 * at**2))) < 1 / at**3 + 1e-28
        # (1 + 1/x)^{x²} = e^{x − 1/2 + 1/(3x) − …}
        grown = evaluate((1 + 1 / x) ** (x**2), {x: at})
        with mpmath.workdps(700):
            exponent = at - mpmath.mpf(1) / 2 + 1 / (3 * at) - 1 / (4 * at**2)
            assert abs(grown / mpmath.exp(exponent) - 1) < 1 / at**3 + mpmath.mpf(10) ** -27
