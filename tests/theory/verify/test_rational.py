"""Whether fractions of polynomials are zero, beside SymPy's normal forms."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Integer, Pow, Rational, exp, pi, sin, sqrt
from sympy.abc import x, y, z

from longlag.theory.verify import rational
from longlag.theory.verify.rational import is_zero_fraction

atoms = st.sampled_from([x, y, z, Integer(2), Rational(-3, 5), exp(x - y), exp(2 * y / 3)])
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(sympy.Add, inner, inner),
        st.builds(sympy.Mul, inner, inner),
        st.builds(lambda base, power: (base**2 + 1) ** power, inner, st.integers(-2, 2)),
    ),
    max_leaves=6,
)


@given(expressions)
def test_a_form_less_another_is_zero_and_with_a_symbol_more_is_not(form: Expr) -> None:
    other = sympy.together(sympy.expand(form))
    assert is_zero_fraction(sympy.Add(form, -other, evaluate=False)) is True
    assert is_zero_fraction(form - other + z / 7) is False


def test_exponents_that_whole_numbers_relate_are_one_exponential() -> None:
    assert is_zero_fraction(exp(x / 2) ** 3 * exp(x / 3) - exp(11 * x / 6)) is True
    assert is_zero_fraction(exp(x * (y + 1)) - exp(x) * exp(x * y)) is True
    assert is_zero_fraction(exp(x) - exp(y)) is False


def test_roots_of_roots_are_what_their_powers_are() -> None:
    inner, outer = sympy.symbols("inner outer")
    roots = [(outer, 3, 1 + inner), (inner, 2, 1 / (1 + x))]
    assert is_zero_fraction((outer**3 - 1) ** 2 * (1 + x) - 1, roots) is True
    assert is_zero_fraction((outer**2 - 1) ** 2 * (1 + x) - 1, roots) is False


@pytest.mark.parametrize("form", [sin(x), Pow(x, y), sqrt(x) - x, 1 / (x - y + (y - x)) + x])
def test_what_is_no_fraction_of_symbols_is_not_decided(form: Expr) -> None:
    assert is_zero_fraction(form) is None


def test_a_division_by_zero_is_not_decided() -> None:
    assert is_zero_fraction(1 / (x**2 - y**2 - (x - y) * (x + y))) is None


def test_constants_are_symbols() -> None:
    assert is_zero_fraction((pi + x) ** 2 - pi**2 - 2 * pi * x - x**2) is True


def test_what_is_too_long_is_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rational, "_MOST_PAIRS", 3)
    assert is_zero_fraction((x + y) * (x + z)) is None
