"""Formulas are written as the field writes them, and rewriting changes no value."""

from __future__ import annotations

import pytest
from sympy import (
    Interval,
    LambertW,
    Min,
    Rational,
    S,
    Symbol,
    exp,
    gamma,
    log,
    oo,
    pi,
    sqrt,
    symbols,
)

from longlag.derivations.document.mathml import mathml
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.special import expm1, log_expm1, lower_omega, wright_omega
from longlag.theory.statement import Kind, Level, Relation, Settings
from longlag.theory.verify import compute
from longlag.theory.window.displayed import LEVEL, raised, tidy, window_formulas
from longlag.theory.window.formula import domain_latex, formula
from longlag.theory.window.window import KAPPA, SAMPLES, learnability_window

b, c, tau, c1 = symbols("b c tau c1", positive=True)


@pytest.mark.parametrize(
    ("expression", "tex"),
    [
        (c * (1 + log(ell)) ** -b, r"c \left(1 + \ln \ell\right)^{-b}"),
        (c * exp(-b * ell), r"c e^{-b \ell}"),
        (c1 * exp(-ell / tau), r"c_{1} e^{-\ell/\tau}"),
        (c * ((b / 2) ** (1 / b) - 1), r"c \left[\left(\frac{b}{2}\right)^{1/b} - 1\right]"),
        (log(c / b) / b, r"\frac{1}{b} \ln \frac{c}{b}"),
        (log(SAMPLES) / (KAPPA * Min(b, c)), r"\frac{\ln N}{\kappa \min\left(b, c\right)}"),
        (c ** (1 / (KAPPA * b)), r"c^{1/(\kappa b)}"),
        (-LambertW(-c, -1), r"-W_{-1}\left(-c\right)"),
        (b - c, "b - c"),
        (-b * (c - 1), r"-b \left(c - 1\right)"),
        (1 / (1 - b), r"\frac{1}{1 - b}"),
        (sqrt(b) / pi, r"\frac{\sqrt{b}}{\pi}"),
        (gamma(1 + 1 / b), r"\Gamma\left(1 + \frac{1}{b}\right)"),
        (Rational(3, 2) * b, r"\frac{3 b}{2}"),
        (2 ** (-b), "2^{-b}"),
        (S(2) * 3**b, r"2 \cdot 3^{b}"),
        (log(1 - b), r"\ln\left(1 - b\right)"),
        (log(ell) ** b, r"\left(\ln \ell\right)^{b}"),
    ],
)
def test_the_writing(expression: object, tex: str) -> None:
    assert formula(expression) == tex
    assert mathml(tex, display=True)


@pytest.mark.parametrize(
    ("domain", "tex"),
    [
        (Interval.open(0, oo), "b > 0"),
        (Interval(0, oo), r"b \ge 0"),
        (Interval.Lopen(1, 2), r"1 < b \le 2"),
        (Interval(-oo, oo), r"b \in \mathbb{R}"),
    ],
)
def test_domains(domain: Interval, tex: str) -> None:
    assert domain_latex(Symbol("b"), domain) == tex


@pytest.mark.parametrize("law", LAWS.values(), ids=lambda law: law.name)
def test_what_is_displayed_equals_what_was_derived(law: DecayLaw) -> None:
    window = learnability_window(law)
    shown = window_formulas(window)
    pairs = [(shown.sample_size, window.sample_size)]
    if window.local_exponent is not None:
        pairs.append((shown.local_exponent, window.local_exponent))
    if window.growth is not None and not window.growth.leading.is_infinite:
        pairs.append((shown.growth, window.growth.leading))
    for left, right in pairs:
        domains = {symbol: Interval(2, 3) for symbol in left.free_symbols | right.free_symbols}
        few = Settings(examples=2)
        assert compute(Relation(Kind.IDENTITY, left, right, domains), few).holds
        wrong = Relation(Kind.IDENTITY, left, right * (1 + b / 99), {**domains, b: Interval(2, 3)})
        assert compute(wrong, few).level is Level.REFUTED
    for expression in (shown.sample_size, shown.horizon, shown.growth, shown.local_exponent):
        assert expression is None or "log" not in formula(expression)


@pytest.mark.parametrize(
    "expression",
    [
        exp((log(c) - log(b)) / tau) - 1,
        expm1((log(c) + log(b)) / tau),
        log_expm1(log(c) + log(tau)),
        wright_omega(b * (log(c) - log(tau)) / 2 - log(b) + 1),
        lower_omega(3 + b * (log(c) - log(tau) + 1) + log(b)),
        log(1 - b / 10) + log(c),
    ],
)
def test_tidying_keeps_the_value(expression: object) -> None:
    at = {b: Rational(7, 3), c: Rational(5, 2), tau: Rational(9, 4)}
    before, after = expression.subs(at).evalf(30), tidy(expression).subs(at).evalf(30)
    assert abs(before - after) < 1e-25 * abs(before)


def test_a_product_with_a_minus_is_left_alone() -> None:
    inside = -log(1 - exp(-b * ell))
    assert raised(inside, -KAPPA) == inside**-KAPPA


def test_the_level_is_no_parameter_of_that_name() -> None:
    assert Symbol("varphi", positive=True) != LEVEL
