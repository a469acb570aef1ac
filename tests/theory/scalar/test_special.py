"""The inverse functions solve their equations, over the whole line, to fifty digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from sympy import Function, LambertW, Rational, Symbol, diff, exp, latex, log
from sympy.core.function import ArgumentIndexError

from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.special import (
    expm1,
    log1mexp,
    log1p,
    log_expm1,
    lower_omega,
    wright_omega,
)

x = Symbol("x", real=True)
FUNCTIONS = {
    expm1: x,
    log_expm1: exp(x),
    log1p: exp(x),
    log1mexp: exp(x),
    wright_omega: x,
    lower_omega: 1 + exp(x),
}
#: What each function inverts: equation(value, argument) = 0 up to rounding of the terms shown.
EQUATIONS: dict[type[Function], Callable[[Any, Any], tuple[Any, Any]]] = {
    expm1: lambda y, a: (1 + y, mp.exp(a)),
    log_expm1: lambda y, a: (y + mp.log1p(mp.exp(-y)) if y > 0 else mp.log1p(mp.exp(y)), a),
    log1p: lambda y, a: (mp.expm1(y), a),
    log1mexp: lambda y, a: (mp.expm1(y), -mp.exp(-a)) if a > 1 else (mp.exp(y), -mp.expm1(-a)),
    wright_omega: lambda y, a: (y + mp.log(y), a),
    lower_omega: lambda y, a: (y - mp.log(y), a),
}
SIZES = st.floats(-200, 200).map(lambda s: mp.mpf(s) / 10)
TINY, HUGE = mp.mpf("1e-300"), mp.mpf("1e300")


def arguments(function: type[Function]) -> list[Any]:
    with mp.workdps(50):
        positive = [mp.mpf(10) ** e for e in (-40, -12, -3, 0, 0.5, 1, 2, 5, 12, 300)]
        if function in (log_expm1, log1p, log1mexp):
            return positive
        if function is lower_omega:
            return [1 + a for a in positive]
        small = [a for a in positive if function is not expm1 or a < 1e6]
        return [*[-a for a in positive if a < 1e5], *small]


@pytest.mark.parametrize("function", FUNCTIONS, ids=str)
def test_equations_hold_to_fifty_digits(function: type[Function]) -> None:
    for argument in arguments(function):
        with mp.workdps(50):
            value = evaluate(function(x), {x: argument})
        with mp.workdps(150):
            left, right = EQUATIONS[function](value, argument)
            # Rounding the value moves the equation by its slope: near 1, ω − ln ω is flat.
            assert mp.almosteq(left, right, rel_eps=mp.mpf("1e-48"), abs_eps=mp.mpf("1e-48"))


@pytest.mark.parametrize("function", FUNCTIONS, ids=str)
@given(size=SIZES)
def test_values_are_those_of_their_written_out_forms(function: type[Function], size: Any) -> None:
    argument = FUNCTIONS[function].subs(x, Rational(str(size)))
    forms = {
        expm1: exp,
        log_expm1: exp,
        log1p: log,
        log1mexp: exp,
        wright_omega: LambertW,
        lower_omega: LambertW,
    }
    written = function(argument).rewrite(forms[function])
    assert not written.has(function)
    with mp.workdps(50):
        value = evaluate(function(x), {x: evaluate(argument, {})})
        expected = written.evalf(120)
        assert abs(sympy.im(expected)) < 1e-50
        expected = mp.mpf(sympy.Float(sympy.re(expected), 100)._mpf_)
        assert mp.almosteq(value, expected, rel_eps=mp.mpf("1e-45"))


@pytest.mark.parametrize("function", FUNCTIONS, ids=str)
@given(size=st.floats(-5, 5))
def test_sympys_own_numbers_agree(function: type[Function], size: float) -> None:
    argument = FUNCTIONS[function].subs(x, Rational(repr(size)))
    ours = function(argument).evalf(30)
    with mp.workdps(50):
        assert mp.almosteq(
            mp.mpf(sympy.Float(sympy.re(ours), 30)._mpf_),
            evaluate(function(argument), {}),
            rel_eps=mp.mpf("1e-25"),
        )


@pytest.mark.parametrize("function", FUNCTIONS, ids=str)
@given(size=st.floats(-3, 3))
def test_derivatives_are_those_of_differences(function: type[Function], size: float) -> None:
    argument = evaluate(FUNCTIONS[function], {x: mp.mpf(size)})
    slope = diff(function(x), x)
    with mp.workdps(60):
        ours = evaluate(slope, {x: argument})
        theirs = mp.diff(lambda a: evaluate(function(x), {x: a}), argument, h=mp.mpf("1e-20"))
        assert mp.almosteq(ours, theirs, rel_eps=mp.mpf("1e-10"))


@pytest.mark.parametrize("function", FUNCTIONS, ids=str)
def test_derivatives_are_of_one_argument(function: type[Function]) -> None:
    with pytest.raises(ArgumentIndexError):
        function(x).fdiff(2)


def test_wrong_branches_do_not_solve() -> None:
    with mp.workdps(50):
        assert abs(evaluate(wright_omega(x), {x: 3}) - evaluate(lower_omega(x), {x: 3})) > 0.5
        # W₋₁ in place of W₀ and the other way round.
        other = -mp.lambertw(-mp.exp(-3), 0).real
        assert abs(other - mp.log(other) - 3) < 1e-45
        assert other < 1 < evaluate(lower_omega(x), {x: 3})


@pytest.mark.parametrize(
    ("value", "expected"), [(expm1(0), 0), (log1p(0), 0), (wright_omega(1), 1), (lower_omega(1), 1)]
)
def test_exact_values(value: sympy.Expr, expected: int) -> None:
    assert value == expected


def test_signs_are_known() -> None:
    positive = Symbol("p", positive=True)
    assert expm1(x).is_real
    assert expm1(positive).is_positive
    assert expm1(-positive).is_negative
    assert log1p(positive).is_positive
    assert log1p(x).is_real is None
    assert log1mexp(positive).is_negative
    assert wright_omega(x).is_positive
    assert lower_omega(1 + positive).is_positive
    assert log_expm1(positive).is_real
    assert lower_omega(x).is_positive is None


@pytest.mark.parametrize("function", FUNCTIONS, ids=str)
def test_latex_is_of_the_mathematics(function: type[Function]) -> None:
    text = latex(function(log(x)) ** 2 + 1)
    assert text.count("{") == text.count("}")
    assert text.count(r"\left") == text.count(r"\right")
    assert "omega" not in text
    assert not any(name in text for name in ("expm1", "log1p", "log1mexp"))
    assert "2" in text


def test_latex_by_example() -> None:
    assert latex(wright_omega(x)) == r"W_{0}\left(e^{x}\right)"
    assert latex(lower_omega(x)) == r"-W_{-1}\left(-e^{-\left(x\right)}\right)"
    assert latex(expm1(x)) == r"\left(e^{x} - 1\right)"
    assert latex(log1p(x)) == r"\ln\left(1 + x\right)"
    assert latex(log1mexp(x)) == r"\ln\left(1 - e^{-\left(x\right)}\right)"
    assert latex(log_expm1(x)) == r"\ln\left(e^{x} - 1\right)"
