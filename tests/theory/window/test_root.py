"""A bracketed root is the last crossing, to the working precision, and says how surely."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from sympy import Expr, Max, Min, Rational, exp, log

from longlag.theory import LonglagError
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from longlag.theory.window.root import first_crossing, last_crossing
from longlag.theory.window.shape import examine

b = positive("b")


@pytest.fixture(autouse=True)
def _digits() -> Iterator[None]:
    with mp.workdps(35):
        yield


def crossing(envelope: Expr, threshold: Any, start: int = 0, **values: Any) -> Any:
    numbers = {positive(name): Rational(str(value)) for name, value in values.items()}
    threshold = mp.mpf(threshold)
    return last_crossing(envelope, threshold, examine(envelope, mp.mpf(start), numbers))


#: Envelope, smallest lag, threshold, and ln of the last lag that reaches it.
KNOWN: list[tuple[Expr, int, str, str]] = [
    (exp(-ell), 0, "1e-10", "log(10*log(10))"),
    (exp(-ell), 0, "0.999999", "log(-log(mpf('0.999999')))"),
    (exp(-ell * 10**300), 0, "0.5", "log(log(2)) - 300*log(10)"),
    (exp(-ell / sympy.Integer(10) ** 300), 0, "0.5", "log(log(2)) + 300*log(10)"),
    (1 / ell, 1, "1e-1000", "1000*log(10)"),
    (1 / ell, 1, "1", "mpf(0)"),
    (ell ** -Rational(1, 10**6), 1, "0.001", "log(1000)*10**6"),
    (1 / log(1 + sympy.E + ell), 0, "0.0001", "mpf(10000) + log1p(-exp(-10000)*(1+e))"),
    (1 / (1 + ell**50), 0, "0.5", "mpf(0)"),
    (ell * exp(-ell), 0, "1e-5", "log(-lambertw(-mpf('1e-5'), -1).real)"),
    (Max(1 - ell / 10, 0), 0, "0.25", "log(mpf('7.5'))"),
    (Min(1, 1 / ell), 1, "0.01", "log(100)"),
    (Min(1, 1 / (ell * 100)), 1, "0.001", "log(10)"),
    (exp(-ell) + 1 / (1 + ell), 0, "1e-3000", "3000*log(10)"),
    (exp(-exp(ell / 1000)), 0, "1e-9", "log(1000*log(9*log(10)))"),
    (1 / (1 + exp(exp(ell / 1000))), 0, "1e-9", "log(1000*log(log(mpf('1e9')-1)))"),
]


@pytest.mark.parametrize(("envelope", "start", "threshold", "log_lag"), KNOWN, ids=str)
def test_known_crossings(envelope: Expr, start: int, threshold: str, log_lag: str) -> None:
    found = crossing(envelope, threshold, start)
    expected = eval(log_lag, vars(mpmath))
    assert mp.almosteq(found.log_lag, expected, rel_eps=mp.mpf("1e-30"), abs_eps=mp.mpf("1e-30"))
    assert mp.almosteq(found.lag, mp.exp(expected), rel_eps=mp.mpf("1e-25"))


@given(
    rate=st.fractions(Rational(1, 1000), 1000, max_denominator=1000),
    ratio=st.fractions(Rational(1, 10), 10, max_denominator=50),
    level=st.floats(0.01, 500),
)
def test_the_root_is_bracketed_to_the_last_digits(rate: Any, ratio: Any, level: float) -> None:
    first, second = Rational(rate), Rational(rate * ratio)
    envelope = exp(-first * ell) / 3 + 2 * exp(-second * ell) / 3
    found = crossing(envelope, mp.exp(-mp.mpf(level)))

    def excess(lag: Any) -> Any:
        value = mp.exp(-lag * first.p / first.q) / 3 + 2 * mp.exp(-lag * second.p / second.q) / 3
        return mp.log(value) + mp.mpf(level)

    with mp.workdps(60):
        width = mp.mpf("1e-30")
        assert excess(found.lag * (1 - width)) > 0 > excess(found.lag * (1 + width))
        assert mp.almosteq(mp.log(found.lag), found.log_lag, 1e-30, 1e-30)
    assert found.certificate.startswith("crossing enclosed by interval arithmetic")


@pytest.mark.parametrize(
    ("envelope", "certificate"),
    [
        (exp(-ell) + exp(-3 * ell), "enclosed by interval arithmetic; f decreases by the sign of"),
        (exp(-ell) * log(3 + ell), "enclosed by interval arithmetic; f decreases around it"),
        (
            sympy.besselk(Rational(1, 3), 1 + ell),
            "enclosed by interval arithmetic; f decreases around it",
        ),
        (sympy.zeta(2 + ell) - 1, "enclosed by interval arithmetic; f decreases around it"),
        (1 / (1 + sympy.LambertW(ell)), "enclosed by interval arithmetic; f decreases around it"),
        (1 / sympy.gamma(3 + ell), "enclosed by interval arithmetic; f decreases around it"),
        (
            sympy.zeta(2 + ell, 3),
            "enclosed by interval arithmetic; f decreases wherever it was looked",
        ),
        (sympy.erfc(ell), "enclosed by interval arithmetic; f decreases by the sign of"),
        (
            sympy.uppergamma(Rational(7, 3), ell),
            "enclosed by interval arithmetic; f decreases by the sign of its derivative, by SymPy",
        ),
    ],
    ids=str,
)
def test_certificates_say_what_is_known(envelope: Expr, certificate: str) -> None:
    assert certificate in crossing(envelope, "0.001").certificate


def test_a_bump_between_the_probes_is_refused() -> None:
    bump = exp(-ell) + exp(-(10**6) * (ell - 20) ** 2) / 2
    with pytest.raises(LonglagError, match=r"rises again near ell = 19\.9"):
        crossing(bump, "0.001")


def test_what_never_ends_is_not_given_an_end() -> None:
    with pytest.raises(LonglagError, match="ends beyond every lag searched"):
        crossing(1 + exp(-ell), "1")
    with pytest.raises(LonglagError, match=r"ends beyond every lag searched, e\^"):
        crossing(exp(-exp(exp(exp(exp(ell))))) + exp(exp(exp(exp(-ell)))), "0.5")


def test_the_first_crossing_is_of_a_hump_only() -> None:
    hump = examine(ell * exp(-ell), mp.mpf(0))
    assert first_crossing(ell * exp(-ell), mp.mpf("0.1"), hump) == 0
    falling = examine(exp(-ell), mp.mpf(0))
    assert first_crossing(exp(-ell), mp.mpf("0.1"), falling) is None
    late = examine(ell * exp(-ell / 9), mp.mpf(1))
    assert first_crossing(ell * exp(-ell / 9), mp.mpf("0.1"), late) is None
    assert first_crossing(ell * exp(-ell / 9), mp.mpf("1.1"), late) == 1


def test_parameters_have_numbers() -> None:
    found = crossing(exp(-b * ell), "0.5", b="0.25")
    assert mp.almosteq(found.lag, 4 * mp.log(2), rel_eps=mp.mpf("1e-30"))
