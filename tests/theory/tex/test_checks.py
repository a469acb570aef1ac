r"""Comments say what is to be checked, rows say of what it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from sympy import oo, symbols

from longlag.theory import LonglagError
from longlag.theory.tex import Approach, Check, Display, read_check, read_condition
from longlag.theory.tex.source import walked
from longlag.theory.tex.tokens import Text

x, ell = symbols("x ell")


def display(source: str) -> Display:
    text = "% longlag: let x > 0, \\ell in naturals\n" + source
    (found,) = walked(Path("paper.tex"), Text("paper.tex", text)).displays
    return found


CHECKS = {
    "check": Check(),
    "check eventually": Check(eventually=True),
    r"check as \ell \to \infty": Check(tending=Approach(ell, oo)),
    r"check as x \to 0^+": Check(tending=Approach(x, 0, "+")),
}


@pytest.mark.parametrize("text", CHECKS)
def test_what_is_asked_for(text: str) -> None:
    found = display(f"% longlag: {text}\n\\[ x = 1 \\]")
    (note,) = found.checks
    assert read_check(note, found.declarations) == CHECKS[text]


def test_what_is_given() -> None:
    found = display(
        "% longlag: check as x \\to \\infty given x > 1, x < \\ell and \\ell > 3\n\\[ x \\]"
    )
    check = read_check(found.checks[0], found.declarations)
    assert check.tending == Approach(x, oo)
    assert [(c.lines[0].expression, c.steps[0].sign) for c in check.given] == [
        (x, ">"),
        (x, "<"),
        (ell, ">"),
    ]


def test_conditions_of_a_row() -> None:
    found = display(r"\begin{align} x &= 1 \quad x > 1 \\ &= 2 && (\ell \to \infty) \end{align}")
    conditions = [c for row in found.rows for c in row.conditions]
    first, second = (read_condition(c, found.declarations) for c in conditions)
    assert first.steps[0].sign == ">"
    assert second == Approach(ell, oo)


@pytest.mark.parametrize(
    "text",
    [
        "check as",
        "check as x > 1",
        "check given",
        "check given x",
        "check soon",
        r"check as y \to 0",
    ],
)
def test_refuses_with_its_place(text: str) -> None:
    found = display(f"% longlag: {text}\n\\[ x = 1 \\]")
    with pytest.raises(LonglagError, match=r"paper\.tex:2:\d+: token '"):
        read_check(found.checks[0], found.declarations)
