"""A decay law knows its parameters, their domains and where it begins, and says what is wrong."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer, Interval, Max, Min, Rational, Symbol, exp, log, oo

from longlag.theory import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.laws.catalogue.exponential_mixture import mixture
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import domain_text, exact, positive, shown

b, c, tau = positive("b"), positive("c"), positive("tau")
r = Symbol("r", real=True)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_a_registered_law_says_what_it_is(law: DecayLaw) -> None:
    assert LAWS[law.name] is law
    assert law.description
    assert law.source
    assert law.latex().startswith(r"f(\ell) = ")
    assert law._repr_latex_() == f"$\\displaystyle {law.latex()}$"
    assert all(domain == Interval.open(0, oo) for domain in law.domains.values())
    assert list(law.parameters) == sorted(law.parameters, key=str)
    assert set(law.parameters) == law.envelope.free_symbols - {ell}


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_a_registered_law_begins_where_it_is_finite(law: DecayLaw) -> None:
    at_start = law.envelope.subs(ell, law.start)
    assert at_start.is_finite
    assert at_start.is_positive
    if law.start == 1 and law.smallest_lag is None:
        assert law.envelope.subs(ell, 0).has(sympy.zoo)


@pytest.mark.parametrize(
    ("envelope", "start"),
    [
        (exp(-ell), 0),
        (ell**-b, 1),
        ((1 + log(ell)) ** -b, 1),
        ((1 + ell) ** -b, 0),
        (sympy.expint(1, ell), 1),
        (ell * exp(-ell), 0),
        (Max(1 - ell / 10, 0), 0),
        (Min(1, 1 / ell), 0),
        (sympy.sqrt(ell - 1), 1),
        (c, 0),
        (2 + sympy.sin(1 / ell), 1),
    ],
    ids=str,
)
def test_the_smallest_lag_is_0_where_f_is_finite_there(envelope: sympy.Expr, start: int) -> None:
    assert DecayLaw("law", envelope).start == start


def test_the_smallest_lag_may_be_chosen() -> None:
    assert DecayLaw("law", exp(-ell), smallest_lag=3).start == 3
    assert DecayLaw("law", exp(-ell / tau), smallest_lag=tau).start == tau
    with pytest.raises(LonglagError, match="smallest lag -1 of law 'law': lags are not negative"):
        DecayLaw("law", exp(-ell), smallest_lag=-1)


@pytest.mark.parametrize(
    ("assumptions", "domain"),
    [
        ({"positive": True}, "(0, ∞)"),
        ({"negative": True}, "(-∞, 0)"),
        ({"nonnegative": True}, "[0, ∞)"),
        ({"nonpositive": True}, "(-∞, 0]"),
        ({"real": True}, "(-∞, ∞)"),
        ({}, "(-∞, ∞)"),
    ],
)
def test_assumptions_are_domains(assumptions: dict[str, bool], domain: str) -> None:
    symbol = Symbol("q", **assumptions)
    assert domain_text(DecayLaw("law", exp(-(symbol**2) * ell)).domains[symbol]) == domain


def test_whole_parameters_take_whole_numbers() -> None:
    order = Symbol("n", integer=True, positive=True)
    law = DecayLaw("law", (1 + ell) ** -order)
    assert law.values({"n": 2}) == {order: 2}
    for wrong in (2.5, 0, -1):
        with pytest.raises(LonglagError, match=f"n = {wrong} of law 'law': n lives in"):
            law.values({order: wrong})


def test_a_domain_may_be_narrower() -> None:
    law = DecayLaw("law", (1 + ell) ** -b, domains={b: Interval.Lopen(0, 2)})
    assert law.values({"b": 2}) == {b: 2}
    with pytest.raises(LonglagError, match=r"b = 2.5 of law 'law': b lives in \(0, 2\]; choose"):
        law.values({"b": 2.5})


@given(value=st.floats(1e-300, 1e300, allow_subnormal=False))
def test_floats_are_the_decimals_they_print_as(value: float) -> None:
    number = LAWS["polynomial"].values({"b": value, "c": np.float64(value)})
    assert number[b] == Rational(repr(value)) == number[c]
    assert float(number[b]) == value


@pytest.mark.parametrize(
    "value",
    [Fraction(1, 10), Rational(1, 10), 0.1, np.float64(0.1), "1/10"],
    ids=lambda value: type(value).__name__,
)
def test_one_tenth_is_one_tenth(value: Any) -> None:
    value = sympy.sympify(value) if isinstance(value, str) else value
    assert exact(value, "b") == Rational(1, 10)


@pytest.mark.parametrize(
    "value",
    [mpmath.mpf("0.1"), np.float32(0.1), Decimal("0.1"), sympy.Float("0.1", 40)],
    ids=lambda value: type(value).__name__,
)
def test_other_numbers_are_exact_and_near(value: Any) -> None:
    number = exact(value, "b")
    assert number.is_Rational
    assert abs(number - Rational(1, 10)) < 1e-8


def test_irrational_numbers_stay_themselves() -> None:
    assert exact(sympy.pi, "b") == sympy.pi
    assert exact(sympy.sqrt(2), "b") ** 2 == 2


BAD: list[Any] = [
    float("nan"),
    float("inf"),
    True,
    np.True_,
    "1",
    1j,
    None,
    [1],
    (1, 2),
    {},
    sympy.oo,
    sympy.nan,
    sympy.I,
    sympy.zoo,
    Symbol("q", positive=True),
    np.array([1.0, 2.0]),
    mpmath.mpc(1, 1),
    exp,
]


@pytest.mark.parametrize("value", BAD, ids=lambda value: type(value).__name__)
def test_what_is_no_number_is_refused_by_name(value: Any) -> None:
    with pytest.raises(LonglagError, match="of law 'polynomial': it must be a finite real") as told:
        LAWS["polynomial"].values({"b": value, "c": 1})
    assert told.value.value.startswith("b = ")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("value", [0, -1, -0.5, Fraction(-1, 3), -(10**5000)], ids=shown)
def test_what_is_outside_is_refused_with_the_domain(value: Any) -> None:
    with pytest.raises(LonglagError, match=r"of law 'polynomial': b lives in \(0, ∞\); choose a"):
        LAWS["polynomial"].values({"b": value, "c": 1})


def test_missing_and_unknown_parameters_are_named() -> None:
    law = LAWS["polynomial"]
    with pytest.raises(LonglagError, match=r"law 'polynomial' without the parameters b, c: .*b=1"):
        law.values({})
    with pytest.raises(LonglagError, match="'d' of law 'polynomial': the law has the parameters b"):
        law.values({"b": 1, "c": 1, "d": 1})
    with pytest.raises(LonglagError, match="parameter 'd' of law 'bare': the law has no param"):
        DecayLaw("bare", exp(-ell)).values({"d": 1})


def test_names_and_symbols_both_name_a_parameter() -> None:
    assert LAWS["polynomial"].values({b: 1, "c": 2}) == {b: 1, c: 2}


@pytest.mark.parametrize(
    ("envelope", "message"),
    [
        (exp(-Symbol("ell")), r"two different symbols are called 'ell'; .*longlag\.theory\.ell"),
        (Symbol("b") * exp(-b * ell), "two different symbols are called 'b'; use one"),
        ("exp(-ell)", "envelope of law 'law' .*build it from longlag.theory.ell"),
        (exp(-b * Symbol("l", positive=True)), r"depends on the lag, which is .* does not; write"),
        (1 / Symbol("n", positive=True), "depends on the lag"),
        (None, "envelope of law 'law'"),
    ],
    ids=["another ell", "another b", "text", "l for ell", "n for ell", "nothing"],
)
def test_what_cannot_be_an_envelope(envelope: Any, message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        DecayLaw("law", envelope)


@pytest.mark.parametrize("envelope", [2, b, 1 - b + b**2])
def test_numbers_and_polynomials_of_parameters_are_constant_laws(envelope: Any) -> None:
    assert DecayLaw("law", envelope).start == 0


def test_a_constant_of_another_form_says_that_its_letters_are_parameters() -> None:
    law = DecayLaw("law", exp(-b), domains={b: Interval.open(0, 1)})
    assert law.parameters == (b,)


@pytest.mark.parametrize("name", ["", "two words", "1st", None])
def test_a_law_is_named_by_an_identifier(name: Any) -> None:
    with pytest.raises(LonglagError, match="law"):
        DecayLaw(name, exp(-ell))


def test_domains_are_of_parameters() -> None:
    with pytest.raises(LonglagError, match=r"domains of \['tau'\] in law 'law': only parameters"):
        DecayLaw("law", exp(-ell), domains={tau: Interval(0, 1)})


def test_laws_compare_and_hash_by_content() -> None:
    one, other = DecayLaw("law", ell**-b), DecayLaw("law", ell**-b)
    assert one == other
    assert hash(one) == hash(other)
    assert one != DecayLaw("law", ell**-b, smallest_lag=2)


def test_long_values_are_cut_short() -> None:
    assert shown(10**5000) == "a number with more than 4300 digits"
    assert len(shown(10**1000)) <= 60
    assert shown("a\nb") == "a b"


def test_a_mixture_has_as_many_rates_as_asked_for() -> None:
    law = mixture(4)
    assert [str(p) for p in law.parameters] == [f"{s}{q}" for s in ("C", "nu") for q in range(1, 5)]
    assert mixture(1).envelope == positive("C1") * exp(-positive("nu1") * ell)
    for wrong in (0, -1):
        with pytest.raises(LonglagError, match=f"a mixture of {wrong}: it needs at least one"):
            mixture(wrong)


def test_a_parameter_may_be_called_as_a_quantity_of_the_window() -> None:
    from longlag.theory.window.window import learnability_window

    samples = positive("N")
    law = DecayLaw("law", (1 + ell) ** -samples)
    assert law.values({"N": 2}) == {samples: 2}
    assert len([s for s in learnability_window(law).horizon.free_symbols if s.name == "N"]) == 2
    assert Integer(1) == law.envelope.subs(ell, 0)
