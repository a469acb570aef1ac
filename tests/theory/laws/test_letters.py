"""A reader tells every letter of a window from every other."""

from __future__ import annotations

import math

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Symbol, exp

from longlag.derivations.window.law import derive_law
from longlag.theory import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.laws.letters import tex_letter
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from longlag.theory.window.displayed import LEVEL
from longlag.theory.window.horizon import solve_horizon
from longlag.theory.window.window import COST, KAPPA, SAMPLES, learnability_window


@pytest.mark.parametrize(
    ("name", "tex"),
    [
        ("b", "b"),
        ("tau", r"\tau"),
        ("tau1", r"\tau_{1}"),
        ("tau_1", r"\tau_{1}"),
        ("T_", "T"),
        ("lambda_", r"\lambda"),
        ("lam", r"\lambda"),
        ("ab", r"\mathrm{ab}"),
        ("c_max", r"c_{\mathrm{max}}"),
        ("nu12", r"\nu_{12}"),
        ("x1_2", "x_{1,2}"),
        ("Alpha", r"\mathrm{A}"),
        ("Gamma", r"\Gamma"),
        ("sigma_alpha", r"\sigma_{\alpha}"),
        ("b1c", r"\mathrm{b1c}"),
        ("varphi", r"\varphi"),
        ("kbar", r"\mathrm{kbar}"),
    ],
)
def test_how_a_name_is_written(name: str, tex: str) -> None:
    assert tex_letter(name) == tex


ALIKE = [
    ("tau1", "tau_1"),
    ("T", "T_"),
    ("lam", "lambda_"),
    ("Alpha", "A_f"),
    ("Tau", "T"),
    ("N", "N_f"),
    ("omicron", "o"),
    ("c_1", "c1_"),
    ("Nu", "N"),
    ("lamda", "lam"),
    ("x_1_2", "x1_2"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_names_that_are_written_alike_are_refused(one: str, other: str) -> None:
    envelope = exp(-ell / positive(one)) + exp(-ell / positive(other))
    with pytest.raises(LonglagError, match=r"both are written .*; rename one of them"):
        DecayLaw("law", envelope)


#: Letters of the window, and names that look like one.
TAKEN = ["N", "A", "kappa", "varphi", "H", "H_N", "f", "W_0", "Alpha", "N_", "Nu", "Eta"]


@pytest.mark.parametrize("name", TAKEN)
def test_a_law_with_a_letter_of_the_window_is_told_apart(name: str) -> None:
    own = positive(name)
    law = DecayLaw("law", own * exp(-ell / own))
    window = {"N", "A", r"\kappa", r"\varphi", r"\ell", "f", "H_{N}", "H", "e"}
    (shown,) = law.displayed.parameters
    assert (tex_letter(shown.name) in window) is False
    assert law.values({name: 2}) == {own: 2}
    told = learnability_window(law).latex()
    assert told == learnability_window(law.displayed).latex()
    assert shown.name == name.rstrip("_") + "_f"
    assert "is the law's own" in derive_law(law).items[0].text


def test_every_display_of_a_law_tells_its_letters_apart() -> None:
    # H = κ_p (ln N_p + (ln N − ln A)/κ): its growth is not ln N.
    law = DecayLaw("law", positive("N") * exp(-ell / positive("kappa")))
    tex = [claim.statement.tex for claim in derive_law(law).claims]
    assert r"N_{f}^{-\kappa} e^{\kappa \ell/\kappa_{f}}" in tex[0]
    assert r"\kappa_{f} \ln \frac{N_{f}}{\varphi}" in tex[1]
    assert r"\frac{\kappa_{f} \ln N}{\kappa}" in tex[2]
    assert r"\frac{\kappa_{f}}{\kappa \ell}" in tex[3]
    assert law.latex() == r"f(\ell) = N_{f} e^{- \frac{\ell}{\kappa_{f}}}"
    found = solve_horizon(law, {"N": 3, "kappa": 5}, samples=100, cost=1, kappa=2)
    assert found.horizon == pytest.approx(5 * (math.log(3) + math.log(100) / 2))


def test_functions_that_are_written_as_a_letter() -> None:
    gamma, zeta = positive("Gamma"), positive("zeta")
    law = DecayLaw("law", sympy.gamma(zeta) * exp(-ell * gamma))
    assert {s.name for s in law.displayed.parameters} == {"Gamma_f", "zeta"}
    law = DecayLaw("law", sympy.zeta(1 + ell + zeta) - 1)
    assert {s.name for s in law.displayed.parameters} == {"zeta_f"}


def test_the_glossary_leaves_a_laws_own_letters_out() -> None:
    def letters(law: DecayLaw) -> set[str]:
        return {line.tex for line in derive_law(law).glossary.notation}

    noise = r"\alpha,\ \sigma"
    assert noise in letters(DecayLaw("law", exp(-ell)))
    assert noise not in letters(DecayLaw("law", ell ** -positive("alpha")))


names = st.from_regex(r"[A-Za-z]{1,4}[0-9]{0,2}(_[A-Za-z0-9]{1,3}){0,2}_?", fullmatch=True)


@given(one=names, other=names)
def test_two_parameters_are_written_in_two_ways(one: str, other: str) -> None:
    def displayed() -> list[str]:
        own = [Symbol(name, positive=True) for name in (one, other)]
        law = DecayLaw("law", exp(-ell * own[0]) + exp(-2 * ell * own[1]))
        return [tex_letter(symbol.name) for symbol in law.displayed.parameters]

    if one == other or "ell" in (one, other):
        return
    try:
        written = displayed()
    except LonglagError:
        return
    quantities = [tex_letter(symbol.name) for symbol in (SAMPLES, COST, KAPPA, LEVEL)]
    assert len({*written, *quantities, r"\ell", "H_{N}"}) == 2 + 4 + 2
