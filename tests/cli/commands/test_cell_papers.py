r"""A paper that names a cell and a law: what is derived holds, and planted errors are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands.test_papers import rows

CODE = r"""
from sympy import tanh
from longlag.theory import Cell, drive, recurrent, sigmoid, state

h = state("h")
f = sigmoid(recurrent("f", h) + drive("f"))
mgu = Cell("mgu", {h: (1 - f) * h + f * tanh(recurrent("n", f * h) + drive("n"))})
"""
TRUE = r"""\documentclass{article}
\usepackage{amsmath}
\newcommand{\diag}{\operatorname{diag}}
\newcommand{\cand}{\tilde h}
% longlag: let t in integers, \ell in naturals, I be the identity matrix
% longlag: let A, N, \eta > 0, \kappa > 1, \sigma be the sigmoid function
% longlag: cell mgu from mgu.py with n as \tilde h, W_n as U, W_f as V, J as \mathbf{J}
% longlag: g(\ell) = c (1+\ell)^{-b}, c > 0, b > 0
\begin{document}
The minimal gated unit is
% longlag: check
\begin{align}
  f_t &= \sigma(V h_{t-1} + d^{f}_t) ,              \label{eq:gate} \\
  h_t &= (1-f_t)\circ h_{t-1} + f_t\circ \cand_t .  \label{eq:update}
\end{align}
Its Jacobian has a local part and a recurrent one,
% longlag: check
\begin{equation}\label{eq:jacobian}
  \begin{split}
  \mathbf{J}_t = \diag(1-f_t) &+ \diag\bigl((\cand_t-h_{t-1})\circ f_t\circ(1-f_t)\bigr) V \\
    &+ \diag\bigl(f_t\circ(1-\cand_t^2)\bigr) U
       \bigl(\diag(f_t) + \diag(h_{t-1}\circ f_t\circ(1-f_t)) V\bigr) ,
  \end{split}
\end{equation}
% longlag: check
\begin{equation}\label{eq:local} D_t = I - \diag(f_t) , \end{equation}
and over a lag they are multiplied, the newest on the left:
% longlag: check
\begin{align}
  M_{t,\ell} &= \prod_{j=0}^{\ell-1} \mathbf{J}_{t-j} ,            \label{eq:transport} \\
  M_{t,\ell+1} &= \mathbf{J}_t M_{t-1,\ell} ,                      \label{eq:recursion} \\
  M_{t,2} &= D_t D_{t-1} + D_t R_{t-1} + R_t D_{t-1} + R_t R_{t-1} . \label{eq:two}
\end{align}
% longlag: check
\begin{equation}\label{eq:kept}
  \Gamma_{t,\ell} = \prod_{j=0}^{\ell-1} (1-f_{t-j})
    \le \exp\Bigl(-\sum_{j=0}^{\ell-1} f_{t-j}\Bigr)
\end{equation}
% longlag: check
\begin{equation}\label{eq:rate}
  \mu_{t,\ell} = \eta \Bigl(\prod_{j=0}^{\ell-1} (1-f_{t-j})\Bigr)
    \Bigl(1 + \sum_{j=0}^{\ell-1} \frac{R_{t-j}^{(qq)}}{1-f_{t-j}}\Bigr)
\end{equation}
With forget gates that are at least $p$,
% longlag: let p in (0,1)
% longlag: check given f_j \ge p for all j
\begin{equation}\label{eq:given} \Gamma_{t,\ell} \le (1-p)^{\ell} . \end{equation}
A law $g$ of decay takes so many sequences, and so many sequences teach so long a lag:
% longlag: check
\begin{align}
  N(\ell) &= A\,c^{-\kappa} (1+\ell)^{\kappa b} ,              \label{eq:samples} \\
  H_N &= \Bigl(c\,(N/A)^{1/\kappa}\Bigr)^{1/b} - 1 .           \label{eq:window}
\end{align}
\end{document}
"""
#: The label of a display ↦ what is written in it, and what is wrong instead.
PLANTED = {
    "eq:gate": ("V h_{t-1}", "V h_t"),  # a time
    "eq:update": ("(1-f_t)\\circ h_{t-1} + f_t", "f_t\\circ h_{t-1} + (1-f_t)"),  # which gate
    "eq:jacobian": ("(\\cand_t-h_{t-1})", "(\\cand_t+h_{t-1})"),  # a sign
    "eq:local": ("I - \\diag(f_t)", "\\diag(f_t)"),
    "eq:transport": ("\\mathbf{J}_{t-j}", "\\mathbf{J}_{t-\\ell+1+j}"),  # the order
    "eq:recursion": ("\\mathbf{J}_t M_{t-1,\\ell}", "M_{t-1,\\ell} \\mathbf{J}_t"),  # the order
    "eq:two": ("D_t R_{t-1} + R_t D_{t-1}", "2 D_t R_{t-1}"),  # a term twice
    "eq:kept": ("\\exp\\Bigl(-", "\\exp\\Bigl(-2"),  # a constant
    "eq:rate": ("R_{t-j}^{(qq)}", "R_{t-j-1}^{(qq)}"),  # an index
    "eq:given": ("\\le (1-p)^{\\ell}", "\\le (1-p)^{\\ell+1}"),  # an index
    "eq:samples": ("c^{-\\kappa}", "c^{\\kappa}"),  # a sign
    "eq:window": ("^{1/b} - 1", "^{1/b}"),  # a term
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LONGLAG_CACHE", str(tmp_path / "cache"))
    Path("mgu.py").write_text(CODE)


def planted() -> str:
    source = TRUE
    for old, new in PLANTED.values():
        assert old in source
        source = source.replace(old, new, 1)
    return source


def test_what_is_derived_holds_in_a_paper(capsys: pytest.CaptureFixture[str]) -> None:
    Path("paper.tex").write_text(TRUE)
    found = rows(capsys, "paper.tex", "--code", "--jobs", "1", status=0)
    assert {row["label"] for row in found} == set(PLANTED)
    levels = {(row["label"], row["level"]) for row in found}
    assert {level for _, level in levels} <= {"proved", "certified"}, levels


def test_planted_errors_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    Path("paper.tex").write_text(planted())
    found = rows(capsys, "paper.tex", "--code", "--jobs", "1", status=1)
    refuted = {row["label"] for row in found if row["level"] == "refuted"}
    others = {row["label"]: row["level"] for row in found if row["level"] != "refuted"}
    assert refuted == set(PLANTED), others
    assert all(row["level"] not in ("undecided", "unreadable") for row in found), others
    assert all(row["counterexample"] for row in found if row["level"] == "refuted")
