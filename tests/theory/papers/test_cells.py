r"""A cell that a paper names: its letters, and what is derived from it, in the paper's displays."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from longlag.theory import Cell, drive, recurrent, sigmoid, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.errors import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.papers import Assertion, Unreadable, assertions_of, declare_object, judge
from longlag.theory.statement import Level, Settings, Verdict
from longlag.theory.tex.source import walked
from longlag.theory.tex.tokens import Text

LET = "% longlag: let t in integers, \\ell in naturals\n"
SURE = (Level.PROVED, Level.CERTIFIED)

h = state("h")
f = sigmoid(recurrent("f", h) + drive("f"))
mgu = Cell("mgu", {h: (1 - f) * h + f * recurrent("n", f * h)})
layered = Cell("layered", {h: h * sigmoid(drive("z")) * sigmoid(2 * drive("z"))})


TWO_STATES = "% longlag: cell both from both.py\n"
c = state("c")
both = Cell("both", {h: h * f, c: c * (1 - f)})


def find(name: str) -> object:
    own = {"mgu.py:mgu": mgu, "both.py:both": both, "layered.py:layered": layered}
    return own.get(name) or (LAWS[name] if name in LAWS else CELLS[name])


def asserted(source: str) -> list[Assertion | Unreadable]:
    text = Text("paper.tex", LET + source)
    paper = walked(Path("paper.tex"), text, partial(declare_object, find=find))
    return list(assertions_of(paper, everything=True))


def verdicts(source: str) -> list[Verdict]:
    found = asserted(source)
    assert all(isinstance(each, Assertion) for each in found), found
    # As long as a busy machine may need: what is shown is shown within a second or two.
    settings = Settings(effort="quick", seconds=30.0)
    return [judge(a, settings) for a in found if isinstance(a, Assertion)]


GATED = "% longlag: cell diag_gate with n as \\tilde h, W_n as U\n"
PLAIN = "% longlag: cell plain\n"
GRU = "% longlag: cell gru\n"
BEFORE = "% longlag: cell gru_reset_before\n"
LEAKY = "% longlag: let I be the identity matrix\n% longlag: cell leaky\n"
MGU = "% longlag: cell mgu from mgu.py\n"
TRUE = {
    "Jacobian": GATED
    + r"""\[ J_t = \mathrm{diag}(1-z_t) + \mathrm{diag}\bigl(z_t\circ(1-\tilde h_t^2)\bigr) U
      + \mathrm{diag}\bigl((\tilde h_t - h_{t-1})\circ z_t\circ(1-z_t)\bigr) W_z \]""",
    "Jacobian of the step before": LEAKY
    + r"\[ J_{t-1} = (1-\alpha) I + \alpha\,\mathrm{diag}(1-n_{t-1}^2) W_n \]",
    "value of a map": GRU
    + r"""\[ R_t = \mathrm{diag}\bigl((h_{t-1}-n_t) z_t (1-z_t)\bigr) W_z
      + \mathrm{diag}\bigl((1-z_t) (1-n_t^2) r_t\bigr) W_n + \mathrm{diag}\bigl(
      (1-z_t)\circ(1-n_t^2)\circ r_t\circ(1-r_t)\circ(W_n h_{t-1} + d^{hn}_t)\bigr) W_r \]""",
    "a product of two weights": BEFORE
    + r"""\[ J_t - D_t = \mathrm{diag}((n_t - h_{t-1}) z_t (1-z_t)) W_z + \mathrm{diag}(
      z_t (1-n_t^2)) W_n \bigl(\mathrm{diag}(r_t) + \mathrm{diag}(h_{t-1} r_t (1-r_t)) W_r\bigr) \]
    """,
    "states in one another": GATED
    + r"\[ R_t - \mathrm{diag}(z_t(1-\tilde h_t^2)) U = \mathrm{diag}((h_t-h_{t-1})(1-z_t)) W_z \]",
    "transport": GATED
    + r"\[ M_{t,\ell+1} = J_t M_{t-1,\ell} = M_{t,\ell} J_{t-\ell} = \prod_{j=0}^{\ell} J_{t-j} \]",
    "two steps": GATED + r"\[ M_{t,2} = D_t D_{t-1} + D_t R_{t-1} + R_t D_{t-1} + R_t R_{t-1} \]",
    "diagonals commute": GATED + r"\[ D_t D_{t-1} = D_{t-1} D_t \]",
    "update": GATED + r"\[ h_t = (1-z_t)\circ h_{t-1} + z_t\circ\tilde h_t \]",
    "a state that is a candidate": PLAIN + r"\[ h_t = n_t \]",
    "a state in its own Jacobian": PLAIN + r"\[ J_t = \mathrm{diag}(1-h_t^2) W_n \]",
    "a state between others": GATED + r"\[ h_t \le \max(h_{t-1}, \tilde h_t) \]",
    "a rate without a local part": PLAIN + r"\[ \mu_{t,1} = \eta W_n^{(qq)} (1-n_t^2) \]",
    "norms of a product": GATED + r"\[ \| M_{t,2} \| \le \| J_t \| \| J_{t-1} \| \]",
    "norms of a sum": GATED + r"\[ \| J_t \| \le \| D_t \| + \| R_t \| \]",
    "two updates": LEAKY
    + r"\[ h_{t+1} = \alpha n_{t+1} + (1-\alpha) (\alpha n_t + (1-\alpha) h_{t-1}) \]",
    "gate": GATED
    + "% longlag: let \\sigma be the sigmoid function\n"
    + r"\[ z_t = \sigma(W_z h_{t-1} + d^{z}_t) \]",
    "what a neuron keeps": GATED
    + r"\[ \Gamma_{t,\ell} = \prod_{j=0}^{\ell-1} (1-z_{t-j}^{(q)}) \]",
    "rate": GATED
    + r"""\[ \mu_{t,\ell} = \eta\Bigl(\prod_{j=0}^{\ell-1}(1-z_{t-j})\Bigr)
      \Bigl(1+\sum_{j=0}^{\ell-1} \frac{R_{t-j}^{(qq)}}{1-z_{t-j}}\Bigr) \]""",
    "rate in numbers": LEAKY
    + r"""\[ \mu_{t,\ell} = \eta (1-\alpha)^\ell + \eta\alpha(1-\alpha)^{\ell-1} W_n^{(qq)}
      \sum_{j=0}^{\ell-1} (1-n_{t-j}^2) \]""",
    "a bound": GATED + r"\[ \Gamma_{t,\ell} \le e^{-\sum_{j=0}^{\ell-1} z_{t-j}} \]",
    "blocks": TWO_STATES + r"\[ R^{ch}_t = -\mathrm{diag}(c_{t-1} f_t (1-f_t)) W_f \]",
    "an own cell": MGU
    + r"""\[ J_t = D_t + \mathrm{diag}((W_n(f_t\circ h_{t-1}) - h_{t-1}) f_t (1-f_t)) W_f
      + \mathrm{diag}(f_t) W_n (\mathrm{diag}(f_t) + \mathrm{diag}(h_{t-1} f_t (1-f_t)) W_f) \]""",
}
#: True as well; nothing shows it for every lag yet.
HOLDING = {
    "one term more": GATED + r"\[ \sum_{j=0}^{\ell} D_{t-j} = D_t + \sum_{j=1}^{\ell} D_{t-j} \]",
    "first order of a transport": GATED
    + r"""\[ M_{t,2} - R_t R_{t-1} = \prod_{j=0}^{1} D_{t-j} + \sum_{j=0}^{1}
      \Bigl(\prod_{i=0}^{j-1} D_{t-i}\Bigr) R_{t-j} \Bigl(\prod_{i=j+1}^{1} D_{t-i}\Bigr) \]""",
    "trace": GATED + r"\[ \operatorname{tr}(J_t R_t) = \operatorname{tr}(R_t J_t) \]",
}
#: … with the kind of error, and what the counterexample has.
FALSE = {
    "Jacobian, a sign": (
        TRUE["Jacobian"].replace(r"\tilde h_t - h_{t-1}", r"\tilde h_t + h_{t-1}"),
        "h_{t-1} = ",
    ),
    "Jacobian, an index": (TRUE["Jacobian"].replace("h_{t-1}", "h_t"), r"\tilde{h}_t = "),
    "Jacobian, a time": (TRUE["Jacobian"].replace("(1-z_t) +", "(1-z_{t-1}) +"), "z_{t-1} = "),
    "Jacobian, a factor": (TRUE["Jacobian"].replace(r"1-\tilde h_t^2", r"1-\tilde h_t"), "U = "),
    "Jacobian, the side of a weight": (
        TRUE["Jacobian"].replace(
            r"\mathrm{diag}\bigl(z_t\circ(1-\tilde h_t^2)\bigr) U",
            r"U \mathrm{diag}\bigl(z_t\circ(1-\tilde h_t^2)\bigr)",
        ),
        "U = [[",
    ),
    "value of a map": (TRUE["value of a map"].replace("+ d^{hn}_t", ""), "d^{hn}_t = "),
    "transport, its order": (GATED + r"\[ M_{t,\ell+1} = M_{t-1,\ell} J_t \]", r"\ell = "),
    "transport, an index": (GATED + r"\[ M_{t,\ell+1} = J_t M_{t,\ell} \]", r"\ell = "),
    "two steps, the order": (TRUE["two steps"].replace("R_t D_{t-1}", "D_{t-1} R_t"), "z_{t-1} = "),
    "parts commute": (GATED + r"\[ D_t R_{t-1} = R_{t-1} D_t \]", "h_{t-2} = "),
    "a state that is no candidate": (PLAIN + r"\[ h_t = n_{t-1} \]", "n_t = "),
    "update": (GATED + r"\[ h_t = z_t\circ h_{t-1} + (1-z_t)\circ\tilde h_t \]", "z_t = "),
    "rate, a sign": (TRUE["rate"].replace("1+\\sum", "1-\\sum"), r"\ell = 1, "),
    "rate, a factor": (TRUE["rate in numbers"].replace(r"\eta\alpha", r"2\eta\alpha"), "alpha"),
    "rate, an index": (TRUE["rate"].replace("(1-z_{t-j})", "(1-z_{t-j-1})"), "z_{t-1} = "),
    "rate, the last step": (TRUE["rate"].replace("\\ell-1", "\\ell"), r"\ell = 1, "),
    "a bound": (GATED + r"\[ \Gamma_{t,\ell} \le e^{-2\sum_{j=0}^{\ell-1} z_{t-j}} \]", r"\ell = "),
}


@pytest.mark.parametrize("name", TRUE)
def test_what_is_derived_is_shown(name: str) -> None:
    found = verdicts(TRUE[name])
    assert found
    assert all(verdict.level in SURE for verdict in found), found


@pytest.mark.parametrize("name", HOLDING)
def test_truths_are_never_refuted(name: str) -> None:
    assert all(verdict.holds for verdict in verdicts(HOLDING[name]))


@pytest.mark.parametrize("name", FALSE)
def test_errors_are_refuted_in_the_letters_of_the_paper(name: str) -> None:
    source, where = FALSE[name]
    found = verdicts(source)
    assert [v.level for v in found] == [Level.REFUTED], found
    assert where in found[0].counterexample
    assert found[0].sides


REFUSED = {
    "a letter that the cell has not": ("% longlag: cell gru with q as x\n", "no letter q"),
    "a name that means something already": (
        "% longlag: let z_j in (0,1) for all j\n" + GRU,
        "declared already",
    ),
    "two cells": (GRU + LEAKY, "before it"),
    "no cell": ("% longlag: cell polynomial\n", "no cell"),
    "a map that is no matrix": ("% longlag: cell shared_gate\n", "no matrix"),
    "a gate without a drive": ("% longlag: cell layered from layered.py\n", "drive of its own"),
    "a letter with an index": ("% longlag: cell gru with n as n_c\n", "has an index already"),
    "half a renaming": ("% longlag: cell gru with n\n", "renames nothing"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_named_is_refused_with_a_remedy(name: str) -> None:
    source, words = REFUSED[name]
    with pytest.raises(LonglagError, match=words) as caught:
        asserted(source)
    assert caught.value.remedy


UNREADABLE = {
    "a vector beside a matrix": (GATED + r"\[ J_t = z_t U \]", "diag"),
    "what the map does not act on": (GATED + r"\[ \tilde h_t = U z_t \]", "does not apply it so"),
    "the same at all neurons": (LEAKY + r"\[ J_t = \mathrm{diag}(\alpha) \]", "identity"),
    "a factor beside a product": (
        GATED + r"\[ \mu_{t,1} = \eta\prod_{j=0}^{0} z_{t-j} (1+\sum_{j=0}^{0} z_{t-j}) \]",
        "inside or outside",
    ),
    "an index too few": (GATED + r"\[ \mu_t = \eta \]", "2 indices"),
    "an unknown letter": (
        GATED + r"\[ J_t = \mathrm{diag}(i_t) \]",
        r"the letters h, z, \tilde h, d^{n}, d^{z}, ",
    ),
    "what several states have not": (TWO_STATES + r"\[ \mu_{t,\ell} = 0 \]", "several states"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_means_nothing_is_told(name: str) -> None:
    source, words = UNREADABLE[name]
    (found,) = asserted(source)
    assert isinstance(found, Unreadable)
    assert words in found.error


def test_another_cell_makes_another_relation_of_the_same_display() -> None:
    keys = {
        a.key
        for cell in (GRU, BEFORE)
        for a in asserted(cell + r"\[ J_t = D_t + R_t \]")
        if isinstance(a, Assertion)
    }
    assert len(keys) == 2
