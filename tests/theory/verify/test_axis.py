"""Points of an axis lie in its domain, whatever the coordinate."""

from __future__ import annotations

import random

import pytest
import sympy
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st
from sympy import FiniteSet, Interval, Range, Rational, S, Symbol, oo, pi

from longlag.theory.errors import LonglagError
from longlag.theory.verify.axis import axes, logarithm, power_of_two

x = Symbol("x")
DOMAINS = (
    S.Reals,
    Interval.open(0, oo),
    Interval(0, 1),
    Interval.open(2, 5),
    Interval(-oo, 3),
    S.Naturals,
    S.Naturals0,
    S.Integers,
    Range(3, 40),
    Range(2, 30, 4),
    Range(5, oo),
    FiniteSet(1, Rational(7, 2)),
    Interval(0, pi / 2),
    Interval.Lopen(-3, sympy.sqrt(2)),
    sympy.Union(Interval(0, 1), Interval(3, oo)),
)


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
@given(u=st.floats(-2000, 2000))
def test_every_coordinate_is_a_point_of_the_domain(domain: sympy.Set, u: float) -> None:
    for axis in axes(x, domain):
        value = axis.at(u)
        assert axis.contains(value)
        assert Rational(int(value.p), int(value.q)) in domain


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_special_values_and_random_ones_belong_to_the_domain(domain: sympy.Set) -> None:
    generator = random.Random(0)
    for axis in axes(x, domain):
        special = list(axis.special())
        assert special
        for value in [*special, *(axis.at(axis.draw(generator)) for _ in range(50))]:
            assert Rational(int(value.p), int(value.q)) in domain


@given(u=st.floats(-900, 900))
def test_coordinates_lead_back(u: float) -> None:
    for domain in (S.Reals, Interval.open(0, oo), Interval(-oo, 3)):
        (axis,) = axes(x, domain)
        assert axis.coordinate(axis.at(u)) == pytest.approx(u, rel=1e-4, abs=1e-4)


@given(exponent=st.floats(-500, 500))
def test_logarithms_of_fractions_of_any_size(exponent: float) -> None:
    assert logarithm(power_of_two(exponent)) == pytest.approx(exponent, abs=1e-6)
    assert logarithm(fmpq(0)) < -900


@pytest.mark.parametrize("domain", [S.EmptySet, Range(0), Interval(0, Symbol("a")), S.Complexes])
def test_what_is_no_domain_is_refused(domain: sympy.Set) -> None:
    with pytest.raises(LonglagError):
        axes(x, domain)
