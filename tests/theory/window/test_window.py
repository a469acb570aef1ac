"""What is derived from a law: N(ℓ), H_N, its growth and its local exponent, in symbols."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from sympy import LambertW, Rational, S, Symbol, exp, log, simplify

from longlag.theory import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import positive
from longlag.theory.scalar.special import wright_omega
from longlag.theory.window.window import (
    COST,
    KAPPA,
    LOG_LEVEL,
    SAMPLES,
    LearnabilityWindow,
    closed_form,
    learnability_window,
    local_exponent,
)
from tests.theory.window.oracle import REGISTERED

b, c, s, p, tau = (positive(name) for name in ("b", "c", "s", "p", "tau"))
PHI = (COST / SAMPLES) ** (1 / KAPPA)
INVERSE = c / PHI

#: The formulas of the theory page, section 2.2, as they stand there.
PAGE: dict[str, Any] = {
    "logarithmic": exp(INVERSE ** (1 / b) - 1),
    "polynomial": INVERSE ** (1 / b),
    "shifted_polynomial": tau * (INVERSE ** (1 / b) - 1),
    "exponential": log(INVERSE) / b,
    "stretched_exponential": tau * log(INVERSE) ** (1 / s),
    "tempered_power": tau * (b / p * LambertW(p / b * tau**-p * INVERSE ** (p / b))) ** (1 / p),
}

SIZES = st.fractions(Rational(1, 10), 4, max_denominator=60).map(Rational)


def windows() -> list[LearnabilityWindow]:
    return [learnability_window(law) for law in LAWS.values()]


def test_every_registered_law_has_a_second_hand() -> None:
    assert set(LAWS) == set(REGISTERED)


@pytest.mark.parametrize("name", PAGE)
@given(data=st.data(), level=st.integers(2, 300))
def test_derived_windows_are_those_of_the_page(name: str, data: st.DataObject, level: int) -> None:
    window = learnability_window(LAWS[name])
    values: dict[Symbol, Any] = {q: data.draw(SIZES) for q in LAWS[name].parameters}
    values |= {KAPPA: data.draw(SIZES), COST: S(3), SAMPLES: S(10) ** level}
    values[c] = S(5)
    with mp.workdps(60):
        ours = evaluate(window.log_horizon, values)
        try:
            page = mp.log(evaluate(PAGE[name], values))
        except ArithmeticError:
            # The page's form overflows; ours is a logarithm.
            return
        if mp.mag(page) < 60:
            assert mp.almosteq(ours, page, rel_eps=mp.mpf("1e-35"), abs_eps=mp.mpf("1e-35"))


@pytest.mark.parametrize("name", PAGE)
def test_a_horizon_and_its_logarithm_agree(name: str) -> None:
    window = learnability_window(LAWS[name])
    values: dict[Symbol, Any] = {q: Rational(3, 4) for q in LAWS[name].parameters}
    values |= {KAPPA: S(3), COST: S(2), SAMPLES: S(10) ** 6}
    with mp.workdps(40):
        assert mp.almosteq(
            mp.log(evaluate(window.horizon, values)), evaluate(window.log_horizon, values), 1e-35
        )


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_the_sample_size_is_a_power_of_the_envelope(law: DecayLaw) -> None:
    window = learnability_window(law)
    assert window.sample_size == COST * law.envelope**-KAPPA
    assert window.law is law
    assert window.closed_form == (window.horizon is not None) == (window.log_horizon is not None)
    assert window.growth is not None


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@given(data=st.data())
def test_the_local_exponent_is_from_the_slope_of_the_sample_size(
    law: DecayLaw, data: st.DataObject
) -> None:
    window = learnability_window(law)
    if law.name == "constant":
        assert window.local_exponent is None
        return
    values = {q: data.draw(SIZES) for q in law.parameters} | {KAPPA: data.draw(SIZES), COST: S(1)}
    lag = data.draw(st.floats(1.5, 50))
    with mp.workdps(50):
        slope = mp.diff(
            lambda u: mp.log(evaluate(window.sample_size, {**values, ell: mp.exp(u)})), mp.log(lag)
        )
        ours = evaluate(window.local_exponent, {**values, ell: mp.mpf(lag)})
        assert mp.almosteq(ours, 1 / slope, rel_eps=mp.mpf("1e-20"))


def test_local_exponents_by_example() -> None:
    assert simplify(local_exponent(c * ell**-b) - 1 / (KAPPA * b)) == 0
    assert simplify(local_exponent(c * exp(-b * ell)) - 1 / (KAPPA * b * ell)) == 0
    tempered = local_exponent(c * ell**-b * exp(-ell / tau))
    assert simplify(tempered - 1 / (KAPPA * (b + ell / tau))) == 0
    assert local_exponent(c) is None


def test_the_level_is_a_difference_of_logarithms() -> None:
    assert (log(SAMPLES) - log(COST)) / KAPPA == LOG_LEVEL
    solution = closed_form(exp(-ell), Symbol("x", real=True))
    assert solution is not None
    assert solution.value == Symbol("x", real=True)


def test_windows_of_what_has_no_closed_form_say_so() -> None:
    window = learnability_window(LAWS["two_exponentials"])
    assert not window.closed_form
    assert window.method == "no closed form found: bracketed root"
    assert "H_N" not in window.latex()


@pytest.mark.parametrize("window", windows(), ids=LAWS)
def test_latex_balances_and_holds_what_was_derived(window: LearnabilityWindow) -> None:
    text = window.latex()
    assert text.count("{") == text.count("}")
    assert text.count(r"\left") == text.count(r"\right")
    assert r"N(\ell) &= " in text
    assert (r"H_N &= " in text) == window.closed_form
    assert "omega" not in text
    assert window._repr_latex_().startswith("$")


def test_the_branches_of_lambert_w_are_told_apart() -> None:
    down, up = (learnability_window(LAWS[n]) for n in ("tempered_power", "humped_power"))
    assert (down.method, up.method) == ("Lambert W₀", "Lambert W₋₁")
    assert down.horizon.has(wright_omega)
    assert not up.horizon.has(wright_omega)


@pytest.mark.parametrize(
    "given_", [exp(-ell), "exp(-ell)", None, 3], ids=lambda g: type(g).__name__
)
def test_a_window_is_of_a_law(given_: Any) -> None:
    with pytest.raises(LonglagError, match="a window is derived from a decay law; give DecayLaw"):
        learnability_window(given_)


def test_a_parameter_called_as_a_quantity_is_another_symbol() -> None:
    law = DecayLaw("law", positive("N") * (1 + ell) ** -positive("kappa"))
    window = learnability_window(law)
    names = sorted(str(symbol) for symbol in window.horizon.free_symbols)
    assert names == ["A", "N", "N", "kappa", "kappa"]


def test_a_toy_law_goes_the_whole_way() -> None:
    # A cell nobody registered: half exponential in the square root of the lag.
    law = DecayLaw("toy", c / sympy.cosh(sympy.sqrt(ell / tau)))
    window = learnability_window(law)
    assert window.closed_form
    assert window.growth is not None
    assert str(window.growth) == "H ~ tau*log(N)**2/kappa**2"
    values = {c: S(2), tau: S(3), KAPPA: S(2), COST: S(1), SAMPLES: S(10) ** 6}
    with mp.workdps(30):
        assert mp.almosteq(evaluate(window.horizon, values), 3 * mp.acosh(2000) ** 2, 1e-25)
