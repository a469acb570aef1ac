"""What is printed says what was derived: a reader that knows no SymPy finds the same number."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, Integer, LambertW, Max, Min, Pow, Rational, Symbol, exp, gamma, log, tanh

from longlag.derivations.window.law import horizon_latex, sample_size_latex
from longlag.theory.language.displays import print_scalar
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import positive
from longlag.theory.scalar.special import expm1, log_expm1, lower_omega, wright_omega
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.window.displayed import LEVEL
from longlag.theory.window.formula import formula
from longlag.theory.window.window import COST, KAPPA, SAMPLES, learnability_window
from tests.theory.window.latex_reader import read

a, b, T, tau = (positive(name) for name in ("a", "b", "T", "tau"))
LETTERS = (a, b, T, tau, ell, SAMPLES, KAPPA)

numbers = st.integers(-4, 4).map(Integer) | st.builds(Rational, st.integers(-3, 3), st.just(2))
leaves = st.sampled_from(LETTERS) | numbers


def compounds(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Sums, products, quotients, powers and functions, as SymPy builds them."""
    functions = (
        exp,
        log,
        tanh,
        gamma,
        sympy.sqrt,
        sympy.erfc,
        LambertW,
        expm1,
        log_expm1,
        wright_omega,
        lower_omega,
        lambda x: LambertW(-exp(-x), -1),
    )
    extreme = st.tuples(st.sampled_from((Min, Max)), inner, inner)
    return (
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: sympy.Add(*terms))
        | st.lists(inner, min_size=2, max_size=3).map(lambda terms: sympy.Mul(*terms))
        | st.tuples(inner, inner).map(lambda pair: pair[0] / pair[1])
        | st.tuples(inner, inner).map(lambda pair: Pow(*pair))
        | extreme.filter(lambda t: t[1].is_positive and t[2].is_positive).map(
            lambda t: t[0](t[1], t[2])
        )
        | st.tuples(st.sampled_from(functions), inner).map(lambda pair: pair[0](pair[1]))
    )


def is_finite(expression: Expr) -> bool:
    """Whether it is real and finite as far as SymPy sees."""
    return not expression.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo, sympy.I)


expressions = st.recursive(leaves, compounds, max_leaves=9).filter(is_finite)


def values(letters: Mapping[Symbol, float]) -> dict[str, mpmath.mpf]:
    """The numbers of letters by what they are written as."""
    return {formula(symbol): mpmath.mpf(number) for symbol, number in letters.items()}


def value(expression: Expr, at: Mapping[Symbol, float]) -> mpmath.mpf | None:
    """The value of an expression; None where it is not real, or of an unhandy size."""
    try:
        found = evaluate(expression, {symbol: mpmath.mpf(number) for symbol, number in at.items()})
    except (ArithmeticError, TypeError, ValueError):
        return None
    real = isinstance(found, mpmath.mpf) and mpmath.isfinite(found)
    return found if real and 1e-9 < abs(found) < 1e9 else None


def reads_as(true: mpmath.mpf, tex: str, at: Mapping[Symbol, float]) -> bool:
    return bool(abs(read(tex, values(at)) - true) <= 1e-20 * abs(true))


@pytest.mark.parametrize("printed", [formula, scalar_tex, print_scalar])
@settings(max_examples=60)
@given(expression=expressions, start=st.floats(0.3, 3))
def test_a_formula_reads_as_its_value(
    printed: Callable[[Expr], str], expression: Expr, start: float
) -> None:
    at = {symbol: start + 0.37 * place for place, symbol in enumerate(LETTERS)}
    with mpmath.workdps(40):
        for shown in (expression, exp(expression), a**expression, 1 / (1 + expression)):
            true = value(shown, at)
            assert true is None or reads_as(true, printed(shown), at), printed(shown)


@pytest.mark.parametrize(
    ("expression", "tex"),
    [
        (exp(-(a + b) / (2 * T)), "e^{-(a + b)/(2 T)}"),
        (ell ** (-(a - 1) / a), r"\ell^{(1 - a)/a}"),
        (exp(-(ell + b) / T), r"e^{-(b + \ell)/T}"),
        (exp((log(SAMPLES) + a) / b), r"e^{(a + \ln N)/b}"),
        (exp(log(SAMPLES) / KAPPA), r"e^{\ln(N)/\kappa}"),
        (exp(-a / (a - b)), "e^{-a/(a - b)}"),
        (log(ell) * exp(-ell), r"\ln\left(\ell\right) e^{-\ell}"),
        ((-2) ** (2 * a), r"\left(-2\right)^{2 a}"),
        (a * lower_omega(b), r"a \left[-W_{-1}\left(-e^{-\left(b\right)}\right)\right]"),
    ],
)
def test_brackets_where_they_are_needed(expression: Expr, tex: str) -> None:
    assert formula(expression) == tex


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_a_window_reads_as_its_value(law: DecayLaw) -> None:
    window = learnability_window(law)
    at = {symbol: 1.1 + 0.2 * place for place, symbol in enumerate(law.parameters)}
    at |= {ell: 2.3, SAMPLES: 30.0, COST: 1.7, KAPPA: 2.5}
    shown = dict(line.split(" &= ", 1) for line in window._lines())
    with mpmath.workdps(40):
        assert reads_as(value(law.envelope, at), shown[r"f(\ell)"], at)
        for tex in (shown[r"N(\ell)"], sample_size_latex(window)):
            assert reads_as(value(window.sample_size, at), tex, at)
        if window.horizon is not None:
            level = (mpmath.mpf(1.7) / 30) ** (1 / mpmath.mpf(2.5))
            for tex in (shown["H_N"], horizon_latex(window)):
                assert reads_as(value(window.horizon, at), tex, {**at, LEVEL: level})
