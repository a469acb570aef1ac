"""What is called a closed form solves f(ℓ) = φ on the last branch; what has none is not guessed."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from sympy import Expr, Rational, Symbol, cosh, exp, log, simplify, sinh, sqrt, tanh

from longlag.theory.laws import LAWS
from longlag.theory.notation import ell
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.inversion import Solution, invert, log_of, solve_for
from longlag.theory.scalar.parameters import positive
from longlag.theory.scalar.special import log_expm1

y = Symbol("y", real=True)
a, b, c, tau = (positive(name) for name in ("a", "b", "c", "tau"))

#: Envelopes with the method that solves them, and a lag beyond any maximum for a = b = c = tau = 1.
SOLVABLE: list[tuple[Expr, str, float]] = [
    (c * ell**-b, "monotone pieces", 0),
    (c * (1 + ell / tau) ** -b, "monotone pieces", 0),
    (c * (1 + log(ell)) ** -b, "monotone pieces", 1),
    (c * exp(-((ell / tau) ** b)), "monotone pieces", 0),
    (exp(-(log(1 + ell / tau) ** 2)), "monotone pieces", 0),
    (1 / (1 + (ell / tau) ** b), "monotone pieces", 0),
    (1 / (1 + exp(ell - tau)), "monotone pieces", 0),
    (1 - 1 / (1 + exp(-ell)), "monotone pieces", 0),
    (1 - tanh(ell / tau), "monotone pieces", 0),
    (1 - (1 - exp(-ell)) ** 7, "monotone pieces", 0),
    (1 / cosh(ell / tau), "monotone pieces", 0),
    (1 / sinh(ell), "monotone pieces", 0),
    (log(1 + 1 / ell), "monotone pieces", 0),
    (log(1 + log(1 + exp(-ell))), "monotone pieces", 0),
    (exp(-exp(exp(ell / 20))), "monotone pieces", 0),
    (exp(1 - cosh(ell)), "monotone pieces", 0),
    (exp(-sqrt(1 + ell**2)), "monotone pieces", 0),
    (1 / (1 + log(1 + log(1 + ell))), "monotone pieces", 0),
    (2**-ell, "monotone pieces", 0),
    (ell ** (-log(ell)), "monotone pieces", 1),
    (1 / (1 + ell / tau + ell**2), "quadratic", 0),
    (c * exp(-b * ell) + exp(-2 * b * ell), "quadratic", 0),
    (3**-ell + 9**-ell, "quadratic", 0),
    (1 / sqrt(ell) + 1 / ell, "quadratic", 0),
    (1 / (1 + log(1 + ell) + 3 * log(1 + ell) ** 2), "quadratic", 0),
    (c * exp(-b * ell) + exp(-3 * b * ell), "cubic", 0),
    (1 / (1 + ell + ell**3), "cubic", 0),
    (c * ell**-b * exp(-ell / tau), "Lambert W₀", 0),
    (c * ell**-b * exp(-((ell / tau) ** a)), "Lambert W₀", 0),
    ((1 + ell / tau) ** -b * exp(-ell / c), "Lambert W₀", 0),
    ((1 + log(ell)) ** -b * ell**-a, "Lambert W₀", 1),
    (exp(-b * ell - c * exp(ell)), "Lambert W₀", 0),
    (log(1 + exp(-ell) / ell), "Lambert W₀", 0),
    (log(1 + ell * exp(-ell)), "Lambert W₋₁", 1),
    (1 / ((1 + log(1 + ell)) ** b * log(1 + log(1 + ell)) ** c), "Lambert W₀", 0),
    (c * ell**b * exp(-ell / tau), "Lambert W₋₁", 1),
    ((1 + ell) * exp(-ell), "Lambert W₋₁", 0),
    (log(ell) / ell, "Lambert W₋₁", 2.8),
]

#: Without a closed form in the functions that are used here.
UNSOLVABLE: list[Expr] = [
    exp(-ell) + exp(-a * ell),
    exp(-ell) + exp(-2 * ell) + exp(-3 * ell),
    exp(-ell - ell**a),
    1 / ((1 + ell) * (2 + ell) * (3 + ell)),
    (1 + sqrt(ell)) * exp(-(ell ** Rational(1, 3))),
    sympy.erfc(ell),
    sympy.besselk(1, 1 + ell),
    1 / sympy.gamma(1 + ell),
    1 / (ell + log(1 + ell)),
    sympy.Max(exp(-ell), (1 + ell) ** -2),
    exp(-ell) * log(3 + ell),
    # Terms of both signs, or of unknown sign: no single positive root, or a formula that cancels.
    exp(ell * (-1 - ell)),
    exp(-(ell**2 - ell)),
    exp(-(ell**3 - ell)),
    1 / (1 + Symbol("n", nonnegative=True) * ell + ell**3),
]


def numbers(values: dict[Symbol, Any], level: Any) -> dict[Symbol, Any]:
    return {y: level, **values}


def solved(envelope: Expr) -> Solution:
    solution = invert(envelope, ell, y)
    assert solution is not None
    return solution


PARAMETERS = st.fixed_dictionaries(
    {s: st.fractions(Rational(1, 5), 4, max_denominator=100).map(Rational) for s in (a, b, c, tau)}
)


@pytest.mark.parametrize(("envelope", "method", "after"), SOLVABLE, ids=str)
@given(values=PARAMETERS, lag=st.fractions(Rational(1, 20), 60, max_denominator=50))
def test_the_inverse_of_the_envelope_is_the_lag(
    envelope: Expr, method: str, after: float, values: dict[Symbol, Any], lag: Any
) -> None:
    solution = solved(envelope)
    assert solution.method == method
    with mp.workdps(150):
        lag = mp.mpf(lag.numerator) / lag.denominator + after
        if method == "Lambert W₋₁":
            # Beyond its maximum, which is at the zero of the slope of ln f.
            slope = evaluate(sympy.diff(envelope, ell), {**values, ell: lag})
            if slope >= 0:
                return
        level = mp.log(evaluate(envelope, {**values, ell: lag}))
        found = evaluate(solution.value, numbers(values, level))
        logarithm = evaluate(solution.log, numbers(values, level))
        assert mp.almosteq(found, lag, rel_eps=mp.mpf("1e-60"))
        assert mp.almosteq(logarithm, mp.log(lag), rel_eps=mp.mpf("1e-60"), abs_eps=mp.mpf("1e-60"))


@pytest.mark.parametrize("envelope", UNSOLVABLE, ids=str)
def test_no_closed_form_is_made_up(envelope: Expr) -> None:
    assert invert(envelope, ell, y) is None


def test_what_does_not_depend_on_the_lag_has_no_inverse() -> None:
    assert invert(c, ell, y) is None


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_horizons_of_registered_laws_are_over_what_does_not_overflow(law: Any) -> None:
    solution = invert(law.envelope, ell, y)
    if solution is None:
        assert law.name in ("two_exponentials", "exponential_mixture", "constant")
        return
    # φ itself, e^y, is 10^{−2000} here; no number on the way is as small or as large.
    values = {p: Rational(3, 2) for p in law.parameters}
    logarithm = evaluate(solution.log, {**values, y: -4605})
    assert 0 < logarithm < 1e2 or law.name in ("logarithmic", "polynomial", "shifted_polynomial")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (exp(-b * ell), -b * ell),
        (c * ell**-b, log(c) - b * log(ell)),
        ((c * ell) ** 2, 2 * log(c) + 2 * log(ell)),
        (1 / (1 + ell), -log(1 + ell)),
        (exp(-ell) + 1, log(exp(-ell) + 1)),
        (sympy.Integer(1), sympy.Integer(0)),
    ],
    ids=str,
)
def test_logarithms_are_sums(expression: Expr, expected: Expr) -> None:
    assert simplify(log_of(expression) - expected) == 0


@given(values=PARAMETERS)
def test_the_logarithm_of_a_law_is_the_logarithm(values: dict[Symbol, Any]) -> None:
    envelope = c * (1 + ell / tau) ** -b * exp(-((ell / tau) ** a)) * 2
    with mp.workdps(50):
        at = {**values, ell: mp.mpf(7)}
        assert mp.almosteq(evaluate(log_of(envelope), at), mp.log(evaluate(envelope, at)), 1e-45)


def test_equations_other_than_of_envelopes_are_solved() -> None:
    assert solve_for(ell / tau - b, sympy.S.Zero, ell) == b * tau
    assert solve_for(ell + exp(ell) * sympy.sin(ell), sympy.S.Zero, ell) is None


WRONG = {
    "the other sign": lambda s: Solution(-s.value, -s.log),
    "the other branch": lambda s: s.__class__(
        s.value.replace(
            lambda node: type(node).__name__ == "wright_omega",
            lambda node: -sympy.LambertW(-exp(-node.args[0]), -1),
        ),
        s.log,
    ),
    "b + 1 for b": lambda s: Solution(s.value.subs(b, b + 1), s.log),
    "1/b for b": lambda s: Solution(s.value.subs(b, 1 / b), s.log),
    "c forgotten": lambda s: Solution(s.value.subs(c, 1), s.log),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_inverse_would_be_seen(mistake: str) -> None:
    envelope = c * ell**-b * exp(-ell / tau)
    right = solved(envelope)
    wrong = WRONG[mistake](right)
    values = {b: Rational(3, 2), c: Rational(2), tau: Rational(5), y: Rational(-9)}
    with mp.workdps(50):
        for solution, holds in ((right, True), (wrong, False)):
            lag = mp.re(evaluate(solution.value, values))
            level = mp.log(evaluate(envelope, {**values, ell: lag}))
            assert mp.almosteq(level, -9, rel_eps=1e-20) is holds


def test_a_logarithm_stays_a_sum_where_the_value_may_overflow() -> None:
    assert solved((1 + ell / tau) ** -b).log == log(tau) + log_expm1(-y / b)
    # Where it is only the logarithm of the value, it is that of the whole value.
    assert solved(tanh(tau / ell)).log == -log(sympy.atanh(exp(y)) / tau)
    with mp.workdps(30):
        huge = evaluate(solved((1 + ell / tau) ** -b).log, {y: -(mp.mpf(10) ** 40), b: 1, tau: 2})
        assert huge == mp.mpf(10) ** 40
