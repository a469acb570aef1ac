r"""Relations in numbers with an index: under conditions, and as something tends somewhere."""

from __future__ import annotations

import pytest

from longlag.theory.papers import Assertion, Unreadable
from longlag.theory.statement import Level
from tests.theory.papers.test_judge import SURE, asserted, verdicts

FAR = r" \quad (\ell \to \infty)"
LEAK = r"\prod_{j=0}^{\ell-1}(1-s_{t-j})"
TOTAL = r"\sum_{j=0}^{\ell-1} s_{t-j}"
SHOWN = {
    "a bound for all": (
        f"% longlag: check given s_j \\ge s for all j\n\\[ {LEAK} \\le (1-s)^\\ell \\]"
    ),
    "a number for all": (
        f"% longlag: check given s_j \\le \\frac12 for all j\n\\[ {LEAK} \\ge 2^{{-\\ell}} \\]"
    ),
    "a condition on others": f"\\[ p {LEAK} \\le q \\qquad x \\le y \\]",
    "an order of others": f"% longlag: check given x \\ge y\n\\[ y {LEAK} \\le x \\]",
}
#: True as well, and searched only.
HOLDING = {
    "at zero": (
        r"\[ \prod_{j=0}^{\ell-1}(1+x s_{t-j}) = 1 + x \sum_{j=0}^{\ell-1} s_{t-j} + O(x^2)"
        r" \quad (x \to 0^+) \]"
    ),
    "at zero, by leading terms": (
        r"\[ 1 - \prod_{j=0}^{\ell-1}(1-x s_{t-j}) \sim x \sum_{j=0}^{\ell-1} s_{t-j}"
        r" \quad (x \to 0^+) \]"
    ),
    "of a growing range": f"\\[ {TOTAL} = O(\\ell) {FAR} \\]",
    "a condition on a sum": f"% longlag: check given {TOTAL} \\le x\n\\[ {LEAK} \\ge 1 - x \\]",
    "a condition with a product": f"% longlag: check given x y \\ge 1\n\\[ {LEAK} \\le x y \\]",
}
FALSE = {
    "a bound for all, turned": (
        f"% longlag: check given s_j \\le s for all j\n\\[ {LEAK} \\le (1-s)^\\ell \\]",
        "s_t = ",
    ),
    "a bound without its condition": (f"\\[ {LEAK} \\le (1-s)^\\ell \\]", "s_t = "),
    "a condition on a sum": (
        f"% longlag: check given {TOTAL} \\le x\n\\[ {LEAK} \\ge 1 - \\frac{{x}}{{2}} \\]",
        r"\ell = 1",
    ),
    "an order of others": (f"% longlag: check given x \\ge y\n\\[ x {LEAK} \\le y \\]", "x = "),
    "a constant at zero": (
        r"\[ 1 - \prod_{j=0}^{\ell-1}(1-x s_{t-j}) \sim 2 x \sum_{j=0}^{\ell-1} s_{t-j}"
        r" \quad (x \to 0^+) \]",
        "",
    ),
    "an order at zero": (
        r"\[ \prod_{j=0}^{\ell-1}(1+x s_{t-j}) = 1 + O(x^2) \quad (x \to 0^+) \]",
        r"\ell = 1",
    ),
    "to nothing, by any gates": (f"\\[ {LEAK} \\to 0 {FAR} \\]", "s_k = "),
    "bounded, by any gates": (f"\\[ {TOTAL} = O(1) {FAR} \\]", "s_k = "),
    "a rate of growth": (f"\\[ {TOTAL} \\sim \\frac{{\\ell}}{{2}} {FAR} \\]", "s_k = "),
}


@pytest.mark.parametrize("name", SHOWN)
def test_truths_are_shown(name: str) -> None:
    found = verdicts(SHOWN[name])
    assert found
    assert all(verdict.level in SURE for verdict in found), found


@pytest.mark.parametrize("name", HOLDING)
def test_truths_are_searched_and_not_refuted(name: str) -> None:
    (verdict,) = verdicts(HOLDING[name])
    assert verdict.holds, verdict


@pytest.mark.parametrize("name", FALSE)
def test_falsehoods_are_refuted_by_numbers_or_sequences(name: str) -> None:
    source, where = FALSE[name]
    (verdict,) = verdicts(source)
    assert verdict.level is Level.REFUTED, verdict
    assert where in verdict.counterexample


def test_what_is_not_linear_in_them_is_told() -> None:
    (verdict,) = verdicts(
        f"% longlag: check given s_j^2 \\ge s_{{j+1}} for all j\n\\[ {LEAK} \\le 1 \\]"
    )
    assert verdict.level is Level.UNDECIDED
    assert "linear" in verdict.method


def test_a_condition_makes_another_relation() -> None:
    given = "% longlag: check given s_j \\ge \\frac12 for all j\n"
    found = asserted(f"\\[ {LEAK} \\le 1 \\]\n{given}\\[ {LEAK} \\le 1 \\]")
    assert not any(isinstance(each, Unreadable) for each in found)
    assert len({each.key for each in found if isinstance(each, Assertion)}) == 2
