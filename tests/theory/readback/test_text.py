"""Plain text is read back: what SymPy prints for a terminal is what it came from."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Expr, S, exp, log, sqrt, symbols
from sympy.printing.str import StrPrinter

from longlag.theory import LAWS, LonglagError, learnability_window, sigmoid
from longlag.theory.readback import read_text, text_of

x, y = symbols("x y", positive=True)


def larger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda p: p[0] - p[1]),
        pairs.map(lambda p: p[0] * p[1]),
        pairs.map(lambda p: p[0] ** p[1] if p[0].is_positive else p[0]),
        st.tuples(st.sampled_from([exp, log, sqrt, sigmoid]), inner).map(lambda p: p[0](p[1])),
    )


@given(st.recursive(st.sampled_from([x, y, S(2), S(-1), S(3) / 7]), larger, max_leaves=8))
def test_random_expressions(expression: Expr) -> None:
    assume(expression.is_finite is not False and not expression.has(S.ImaginaryUnit, S.NaN))
    assert text_of(expression) == str(expression)


@pytest.mark.parametrize("name", LAWS)
def test_every_window(name: str) -> None:
    window = learnability_window(LAWS[name])
    for formula in (window.sample_size, window.horizon, window.log_horizon, window.local_exponent):
        if formula is not None:
            assert text_of(formula) == str(formula)


@pytest.mark.parametrize(
    "wrong",
    [
        "x + y",
        "-(x - y)",
        "x*y",
        "y - x",
        "x - y**2",
        "x - 2*y",
        "x - z",
        "f(x) - y",
        "x -",
        "x @ y",
    ],
)
def test_what_says_something_else_is_refused(wrong: str) -> None:
    with pytest.raises(LonglagError):
        read_text(wrong, x - y)


def test_a_printer_that_errs_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    right = StrPrinter._print_Add
    monkeypatch.setattr(
        StrPrinter, "_print_Add", lambda *given, **more: right(*given, **more).replace("-", "+")
    )
    with pytest.raises(LonglagError, match="it reads as"):
        text_of(exp(x - y))
