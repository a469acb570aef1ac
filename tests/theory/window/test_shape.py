"""Envelopes are told from what is none, and their maximum is found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from sympy import Expr, Max, Min, Rational, cos, exp, log, sin, sqrt, tanh

from longlag.theory import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from longlag.theory.window.shape import examine, probe_lags, resolved, sign_of_slope, value_at

a, tau = positive("a"), positive("tau")


@pytest.fixture(autouse=True)
def _digits() -> Iterator[None]:
    with mp.workdps(35):
        yield


#: Envelopes that only decrease, from the lag given.
DECREASING: list[tuple[Expr, int]] = [
    (exp(-ell), 0),
    (1 / ell, 1),
    (2**-ell, 0),
    (1 / (1 + log(ell)), 1),
    (exp(-(ell**9)), 0),
    (exp(-exp(exp(exp(ell)))), 0),
    (sqrt(1 + ell**2) - ell, 0),
    (1 - tanh(ell), 0),
    (exp(1 / ell) - 1 - 1 / ell, 1),
    (Max(1 - ell / 10, 0), 0),
    (Min(1, 1 / ell), 1),
    (sympy.erfc(ell), 0),
    (sympy.zeta(2 + ell) - 1, 0),
    (exp(-ell) * (1 + sin(ell) / 1000), 0),
    (1 - (exp(ell / 10) - 1) * exp(-ell / 10), 0),
    (2 - 3 * ell / (1 + ell) + tanh(ell), 0),
    (1 / (1 + log(1 + ell)) - ell / (1 + ell) - tanh(ell) / 9 + Rational(10, 9), 0),
    (Rational(1, 5) + exp(-ell), 0),
    (1 / ell - 1 / (1 + ell), 1),
]

#: Envelopes with one maximum, and the lag where it is.
HUMPED: list[tuple[Expr, int, Expr]] = [
    (ell * exp(-ell), 0, sympy.S(1)),
    (ell**2 * exp(-ell / 5), 1, sympy.S(10)),
    (ell**30 * exp(-(ell**2)), 0, sqrt(15)),
    (exp(-ell) - exp(-2 * ell), 0, log(2)),
    (log(ell) / ell, 1, sympy.E),
    (exp(-((ell - 4) ** 2) * 1000), 0, sympy.S(4)),
    (1 / (1 + (ell - 5) ** 2), 0, sympy.S(5)),
    (exp(-sympy.Abs(ell - 5)), 0, sympy.S(5)),
    (Min(ell, 1 / ell), 0, sympy.S(1)),
    (ell**-ell, 0, exp(-1)),
    (ell * exp(-ell * 10**9), 0, Rational(1, 10**9)),
    (ell * exp(-ell / 10**9), 0, sympy.S(10**9)),
]

#: No envelopes, and the rule they break.
REFUSED: list[tuple[Expr, int, str]] = [
    (ell, 0, "it must decrease in the end, and it increases"),
    (log(1 + ell), 0, "it must decrease in the end"),
    (tanh(ell), 0, "it must decrease in the end"),
    (1 + ell / 10**6 + exp(-ell), 0, "rises again near ell = 14"),
    (sin(ell) + Rational(3, 2), 0, "it may have one maximum"),
    (exp(-ell / 50) * (2 + cos(ell)), 0, "it may have one maximum"),
    (exp(-ell) + exp(-((ell - 20) ** 2)), 0, "it may have one maximum"),
    (10**8 * ell * exp(-ell) + ell**3 * exp(-ell / 100), 0, "it may have one maximum"),
    (1 - ell / 100, 0, "an envelope is positive at every lag"),
    (exp(-ell) - Rational(1, 10), 0, "an envelope is positive at every lag"),
    (-exp(-ell), 0, "an envelope is positive at every lag"),
    (sympy.S(0), 0, "it is zero at every lag"),
    (sqrt(1 - ell), 0, "an envelope is real"),
    (sympy.Pow(-2, -ell), 0, "an envelope is real"),
    (1 / ell, 0, "an envelope is finite at every lag; start at a larger lag"),
    (log(ell) / ell, 0, "an envelope is finite at every lag"),
    (1 / (ell - 5) ** 2, 0, "an envelope is finite at every lag"),
    (1 / sqrt(sympy.Abs(ell - sqrt(2))), 0, "an envelope is finite at every lag"),
    (exp(exp(exp(exp(exp(1 + exp(ell)))))), 0, "it cannot be computed"),
]


@pytest.mark.parametrize(("envelope", "start"), DECREASING, ids=str)
def test_a_decreasing_envelope_decreases_from_its_start(envelope: Expr, start: int) -> None:
    shape = examine(envelope, mp.mpf(start))
    assert shape.peak == shape.start == start
    assert not shape.constant
    assert shape.slope == sympy.diff(envelope, ell)


@pytest.mark.parametrize(("envelope", "start", "peak"), HUMPED, ids=str)
def test_the_maximum_of_a_hump_is_found(envelope: Expr, start: int, peak: Expr) -> None:
    shape = examine(envelope, mp.mpf(start))
    assert shape.start == start
    assert mp.almosteq(shape.peak, mp.mpf(str(peak.evalf(40))), rel_eps=mp.mpf("1e-25"))
    assert shape.proof == ""


@pytest.mark.parametrize(("envelope", "start", "rule"), REFUSED, ids=str)
def test_what_is_no_envelope_is_refused(envelope: Expr, start: int, rule: str) -> None:
    with pytest.raises(LonglagError, match=rule) as refusal:
        examine(envelope, mp.mpf(start))
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 300


def test_a_constant_is_constant() -> None:
    shape = examine(a, mp.mpf(0), {a: Rational(1, 3)})
    assert shape.constant
    assert shape.proof == "it does not depend on the lag"
    assert examine((1 + ell) ** tau, mp.mpf(0), {tau: sympy.S(0)}).peak == 0


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@given(data=st.data())
def test_registered_laws_are_envelopes_whatever_their_parameters(
    law: Any, data: st.DataObject
) -> None:
    sizes = st.fractions(Rational(1, 20), 20, max_denominator=100).map(Rational)
    values = {p: data.draw(sizes) for p in law.parameters}
    start = mp.mpf(int(law.start))
    shape = examine(law.envelope, start, values)
    if law.name == "humped_power":
        # ℓ^a e^{−(ℓ/τ)^p} is largest where p(ℓ/τ)^p = a.
        own = {p.name: mp.mpf(v.p) / v.q for p, v in values.items()}
        peak = own["tau"] * (own["a"] / own["p"]) ** (1 / own["p"])
        assert mp.almosteq(shape.peak, max(peak, 1), rel_eps=mp.mpf("1e-20"))
    else:
        assert shape.peak == start
        assert shape.constant == (law.name == "constant")


def test_the_numbers_of_a_refusal_are_told() -> None:
    with pytest.raises(LonglagError, match=r"at ell = .*, a = 0\.1 is -0\.029") as refusal:
        examine(exp(-ell) - a, mp.mpf(0), {a: Rational(1, 10)})
    assert refusal.value.value.startswith("-a + exp(-ell) at ell = 2.6")


def test_lags_are_probed_from_the_smallest_to_the_largest() -> None:
    for start in (0, 1, 250):
        lags = list(probe_lags(mp.mpf(start)))
        assert lags == sorted(lags)
        assert lags[0] == start
        assert lags[-1] > mp.mpf("1e300")
        distances = [lag - start for lag in lags[1:90]]
        assert all(after < 1.3 * before for before, after in pairwise(distances))


def test_values_hold_however_many_digits_cancel() -> None:
    cancelling = exp(1 / ell) - 1 - 1 / ell
    lag = mp.mpf(10) ** 25
    assert abs(value_at(cancelling, lag) / mp.mpf("0.5e-50") - 1) > 0.1
    assert abs(resolved(cancelling, lag, {}) / mp.mpf("0.5e-50") - 1) < 1e-9


# --- enclosures of the slope ---------------------------------------------------------------------

BUMP = exp(-ell) + exp(-(10**6) * (ell - 20) ** 2) / 2
RIPPLE = exp(-ell / 10) * (1 + sin(40 * ell) / 300)


@pytest.mark.parametrize(
    "envelope",
    [
        exp(-ell),
        1 / (1 + ell),
        exp(-ell) + exp(-3 * ell),
        (1 + ell) ** -2 * exp(-ell / 50),
        exp(-ell) * (1 + sin(ell) / 1000),
        Max(exp(-ell), 1 / (1 + ell)),
        sympy.erfc(ell),
        sympy.besselk(1, 1 + ell),
        sympy.expint(1, 1 + ell),
        sympy.zeta(2 + ell),
        1 / sympy.gamma(3 + ell),
        1 / (1 + sympy.LambertW(ell)),
        sympy.uppergamma(Rational(7, 3), 1 + ell),
    ],
    ids=str,
)
def test_a_decrease_is_enclosed(envelope: Expr) -> None:
    assert sign_of_slope(sympy.diff(envelope, ell), 1, 100)[0]


@pytest.mark.parametrize(
    "envelope",
    [
        BUMP,
        RIPPLE,
        ell * exp(-ell / 2),
        exp(-ell) + exp(-((ell - 20) ** 2)),
        ell,
        sympy.S(1),
        sqrt(1 + ell**2) - ell,
        Max(exp(-ell), Rational(1, 1000)),
    ],
    ids=str,
)
def test_what_does_not_decrease_or_is_not_known_to_is_not_enclosed(envelope: Expr) -> None:
    assert not sign_of_slope(sympy.diff(envelope, ell), 1, 100)[0]


@given(centre=st.floats(2, 90), width=st.floats(1e-5, 1e-1))
def test_a_bump_is_met_wherever_it_is(centre: float, width: float) -> None:
    bump = exp(-(((ell - Rational(repr(centre))) / Rational(repr(width))) ** 2))
    slope = sympy.diff(1 / (1 + ell) + bump, ell)
    falls, rising = sign_of_slope(slope, 1, 100)
    assert not falls
    assert centre - 20 * width < rising < centre
    assert value_at(slope, rising) > 0


def test_parameters_have_numbers() -> None:
    slope = sympy.diff(exp(-a * ell), ell)
    assert sign_of_slope(slope, 1, 100, {a: Rational(1, 3)})[0]
    assert not sign_of_slope(slope, 1, 100, {a: Rational(-1, 3)})[0]
    assert not sign_of_slope(slope, 1, 100)[0]
