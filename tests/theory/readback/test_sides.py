r"""A display is taken apart into what it says, and each side is compared with what it came from."""

from __future__ import annotations

import pytest
from sympy import Function, Integral, Sum, oo, symbols

from longlag.theory import LonglagError
from longlag.theory.readback import (
    Logarithm,
    Name,
    Said,
    Slope,
    Supremum,
    Verbatim,
    read_back,
    said,
)
from longlag.theory.readback.pieces import pieces_of

a, b, N = symbols("a b N", positive=True)
H = Name("H_N")


SAYING = [
    ("H_N = a - b", [said(H, "=", a - b)]),
    (r"H_{N} = a \le b, \qquad (N \to \infty)", [said(H, "=", a, "≤", b), said(N, "→", oo)]),
    ("\\begin{aligned}\nH_N &= a \\\\\n&\\quad - b\n\\end{aligned}", [said(H, "=", a - b)]),
    (r"\ln \ln H_N \sim a", [said(Logarithm(Logarithm(H)), "∼", a)]),
    (r"\frac{d \ln H_N}{d \ln N} = a", [said(Slope(H, Name("N")), "=", a)]),
    (
        r"H_N = \sup\,\{b : f(b) \ge a\}",
        [said(H, "=", Supremum(Name("b"), said(Function("f")(b), "≥", a)))],
    ),
    (
        r"\int_0^{\infty} a \, p(b) \, d b = 1",
        [said(Integral(a * Function("p")(b), (b, 0, oo)), "=", 1 + 0 * a)],
    ),
    (r"a \propto b", [said(a, "∝", b)]),
]


@pytest.mark.parametrize(("tex", "told"), SAYING)
def test_what_is_said_is_read(tex: str, told: list[Said]) -> None:
    assert read_back(*told).difference(tex) is None


@pytest.mark.parametrize(
    "tex",
    [
        "H_N = a + b",
        "H_M = a - b",
        "H_N \\le a - b",
        "H_N = a - b = a",
        "H_N = a - b, a = b",
        r"H_N = a - b \quad \text{not}",
        "H_N = a - c",
        "H_N = a - ",
        "H_N = (a - b",
        "-H_N = a - b",
    ],
)
def test_what_says_something_else_is_told(tex: str) -> None:
    assert read_back(said(H, "=", a - b)).difference(tex)


def test_words_are_compared() -> None:
    told = read_back(said(H, "=", a), said(b, "=", N), words=["at"])
    assert told.difference(r"H_N = a \quad \text{at } b = N") is None
    assert told.difference(r"H_N = a \quad \text{near } b = N")


def test_a_formula_is_no_name() -> None:
    assert read_back(said(Name("a - b"), "=", a - b)).difference("a - b = a - b")


def test_what_is_taken_by_its_spelling_is_known() -> None:
    assert read_back(said(H, "=", a)).is_whole
    assert not read_back(said(Verbatim("a + b"), "=", a)).is_whole


def test_two_symbols_that_are_written_alike_are_refused() -> None:
    one, two = symbols("a1 a_1", positive=True)
    assert "cannot be told apart" in str(read_back(said(one, "=", two)).difference("a_1 = a_1"))


def test_signs_stand_between_sides() -> None:
    with pytest.raises(LonglagError, match="signs stand between sides"):
        said(a, "b", b)


def test_what_a_display_says_comes_in_order() -> None:
    found = pieces_of("\\begin{aligned} a &= b \\\\ c &= d \\qquad (e \\to f) \\end{aligned}")
    assert [piece.signs for piece in found.formulas] == [("=",), ("=",), ("→",)]


def test_sums_are_read_over_declared_ranges() -> None:
    from longlag.theory.tex import Declarations, read_formula
    from longlag.theory.tex.names import Key

    declared = Declarations()
    declared.let("a", a)
    declared.names.ranges[Key("q")] = (S_ONE, N)
    q = symbols("q", integer=True)
    assert read_formula(r"\sum_q a", declared) == Sum(a, (q, 1, N))


S_ONE = a / a
