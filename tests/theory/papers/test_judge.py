r"""What a paper asserts is judged in its own symbols, under its own conditions."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from longlag.theory.papers import Assertion, Unreadable, assertions_of, judge
from longlag.theory.statement import Level, Settings, Verdict
from longlag.theory.tex.source import walked
from longlag.theory.tex.tokens import Text

LET = (
    "% longlag: let s in (0,1), \\ell in naturals, \\kappa > 1, x, y > 0\n"
    "% longlag: let s_j in (0,1) for all j, t in integers\n"
    "% longlag: let 0 < a < b, 0 < p < q < 1, n, m in naturals\n"
    "% longlag: let A_j, B_j be matrices for all j\n"
)


def asserted(source: str, *, everything: bool = True) -> list[Assertion | Unreadable]:
    paper = walked(Path("paper.tex"), Text("paper.tex", LET + source))
    return list(assertions_of(paper, everything=everything))


def verdicts(source: str) -> list[Verdict]:
    settings = Settings(effort="quick")
    return [judge(a, settings) for a in asserted(source) if isinstance(a, Assertion)]


SURE = (Level.PROVED, Level.CERTIFIED)
TRUE = {
    "a bound": r"\[ (1-s)^{\ell} \le e^{-s\ell} \]",
    "turned": r"\[ e^{-s\ell} \ge (1-s)^{\ell} \]",
    "declared order": r"\[ \frac{a}{b} < 1 \]",
    "order inside an interval": r"\[ p (1-q) < q (1-p) \]",
    "a condition behind the row": r"\[ x^2 \le x y \quad x \le y \]",
    "several conditions": r"\[ x^2 y \le x y \qquad x \le 1,\ y \ge 2 \]",
    "what a symbol equals": r"\[ y + 1 \ge 3 x \qquad y = x + 2, \quad x \le 1 \]",
    "a condition with the sum before": (
        "% longlag: let r > 0\n\\[ x \\le r \\qquad x + y \\le r \\]"
    ),
    "a condition on a number": r"\[ x^2 \ge x \quad x \ge 1 \]",
    "remainder at zero": r"\[ (1-s)^{\ell} = 1 - s\ell + O(s^2) \quad (s \to 0^+) \]",
    "remainder lost, and another": (r"\[ e^{x} = 1 + x + O(x^2) = 1 + O(x) \quad (x \to 0^+) \]"),
    "asymptotics": r"\[ \binom{\ell}{2} \sim \frac{\ell^2}{2} \quad (\ell\to\infty) \]",
    "a limit": r"\[ \left(1-\frac{x}{\ell}\right)^{\ell} \to e^{-x} \quad (\ell\to\infty) \]",
    "a limit that is written out": r"\[ \lim_{\ell\to\infty} (1+1/\ell)^{\ell} = e \]",
    "a limit at a point": r"\[ \lim_{x\to 0^+} \frac{e^{x}-1}{x} = 1 \]",
    "eventually": "% longlag: check eventually\n\\[ \\ell^5 \\le 2^{\\ell} \\]",
    "gates": r"\[ \prod_{j=0}^{\ell-1}(1-s_{t-j}) \le 1 - s_t \]",
    "a product of matrices": (
        r"\[ \prod_{j=0}^{\ell} A_{t-j} = A_t \prod_{j=1}^{\ell} A_{t-j} = "
        r"\Bigl(\prod_{j=0}^{\ell-1} A_{t-j}\Bigr) A_{t-\ell} \]"
    ),
    "a product of matrices, upwards": r"\[ \prod_{j=1}^{3} A_j B_j = A_1 B_1 A_2 B_2 A_3 B_3 \]",
}
#: True as well; that the sides are nowhere equal, or that they are integers, is searched only.
HOLDING = {
    "a condition with a factor": r"\[ e^{-\kappa x} < e^{-1} \quad \kappa x > 1 \]",
    "given integers": "% longlag: check given n \\ge m\n\\[ \\binom{n}{m} \\ge 1 \\]",
}
FALSE = {
    "a bound": (r"\[ (1-s)^{\ell} \le e^{-2s\ell} \]", r"\ell = "),
    "a declared order": (r"\[ \frac{b}{a} \le 2 \]", "a = "),
    "order inside an interval": (r"\[ q \le 2 p \]", "p = "),
    "a condition behind the row": (r"\[ x y \le x^2 \quad x < y \]", "x = "),
    "a condition with the sum before": (r"\[ b \le x \qquad x + y \le b \]", "b = "),
    "what a symbol equals": (r"\[ y \le 2 x \qquad y = x + 2 \]", "y = "),
    "remainder": (r"\[ e^{x} = 1 + O(x^2) \quad (x \to 0^+) \]", ""),
    "a limit that is written out": (r"\[ \lim_{\ell\to\infty} (1+2/\ell)^{\ell} = e \]", ""),
    "a remainder of another order": (r"\[ e^{x} = 1 + O(x) = 1 + O(x^2) \quad (x \to 0^+) \]", ""),
    "asymptotics": (r"\[ \binom{\ell}{2} \sim \ell^2 \quad (\ell\to\infty) \]", "every point"),
    "eventually": ("% longlag: check eventually\n\\[ 2^{\\ell} \\le \\ell^5 \\]", ""),
    "gates": (r"\[ \prod_{j=0}^{\ell-1}(1-s_{t-j}) \le 1 - s_{t-1} \]", r"\ell = 1, s_t = "),
    "the order of a product of matrices": (
        r"\[ \prod_{j=0}^{\ell} A_{t-j} = \Bigl(\prod_{j=1}^{\ell} A_{t-j}\Bigr) A_t \]",
        r"\ell = ",
    ),
    "a product of matrices, an index": (
        r"\[ \prod_{j=0}^{\ell} A_{t-j} = A_t \prod_{j=0}^{\ell-1} A_{t-j} \]",
        r"A_",
    ),
}


@pytest.mark.parametrize("name", TRUE)
def test_truths_are_shown(name: str) -> None:
    found = verdicts(TRUE[name])
    assert found
    assert all(verdict.level in SURE for verdict in found), found


@pytest.mark.parametrize("name", HOLDING)
def test_truths_are_never_refuted(name: str) -> None:
    found = verdicts(HOLDING[name])
    assert found
    assert all(verdict.holds for verdict in found)


@pytest.mark.parametrize("name", FALSE)
def test_falsehoods_are_refuted_in_the_symbols_of_the_paper(name: str) -> None:
    source, where = FALSE[name]
    refuted = [v for v in verdicts(source) if v.level is Level.REFUTED]
    assert len(refuted) == 1
    assert where in refuted[0].counterexample


def test_all_of_a_relation_ends_within_its_seconds() -> None:
    hard = (
        r"\[ \prod_{j=0}^{\ell-1}(1-s_{t-j})^{x} \le \exp\Bigl(-x\sum_{j=0}^{\ell-1} s_{t-j}"
        r" - \frac{x}{\ell^3}\sum_{j=0}^{\ell-1} s_{t-j}^2\,\frac{1}{9}\Bigr) \]"
    )
    (assertion,) = asserted(hard)
    assert isinstance(assertion, Assertion)
    started = time.process_time()
    verdict = judge(assertion, Settings(seconds=2.0))
    assert time.process_time() - started < 2.0 + 1.0
    assert verdict.level in (*SURE, Level.COMPUTED, Level.UNDECIDED)


def test_only_what_is_asked_for_is_asserted() -> None:
    source = "\\[ x = x \\]\n\\begin{align} x &= y \\\\ &\\le y \\\\ % longlag: check\n\\end{align}"
    (found,) = asserted(source, everything=False)
    assert isinstance(found, Assertion)
    assert (found.sign, found.text) == ("≤", r"y \le y")


UNREADABLE = {
    "an unknown command": ("\\[ x = \\foo y \\]", "6:8: token '\\foo'"),
    "a symbol without a declaration": ("\\[ x = z \\]", "let z in reals"),
    "no relation": ("\\[ x + y \\]", "needs a relation"),
    "nothing tends": ("\\[ x \\sim y \\]", r"check as \ell \to \infty"),
    "an open brace": ("\\[ x = \\frac{1{y} \\]", "not closed"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_told_with_place_and_remedy(name: str) -> None:
    source, words = UNREADABLE[name]
    (found,) = asserted("% longlag: check\n" + source, everything=False)
    assert isinstance(found, Unreadable)
    assert found.place.line == 6
    assert words in found.error


def test_the_key_of_an_assertion_is_its_meaning() -> None:
    first, second, other = asserted(r"\[ x = y \] text \[ x=y \] \[ x = y \quad x > 1 \]")
    assert isinstance(first, Assertion)
    assert isinstance(second, Assertion)
    assert isinstance(other, Assertion)
    assert first.key == second.key != other.key
