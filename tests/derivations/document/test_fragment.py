"""Fragments stand in a stranger's paper: one align, one label for each equation, no preamble."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sympy import S, Symbol

from longlag.derivations.document.fragment import FRAGMENTS, choose, fragment, labelled, style
from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.derivations.window.law import derive_law
from longlag.theory import LAWS, LonglagError, Notation
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.statement import CheckedDerivation, Derivation, Kind, Relation, Settings
from longlag.theory.verify import claim
from tests.tex import compile_article, needs_class, needs_pdflatex

QUICK = Settings(examples=1)
STRANGERS = [
    ("amsart", r"\documentclass{amsart}", r"\usepackage{amssymb}"),
    (
        "IEEEtran",
        r"\documentclass[conference]{IEEEtran}",
        r"\usepackage[T1]{fontenc}\usepackage{lmodern,amsmath,amssymb}",
    ),
    ("article", r"\documentclass[twocolumn]{article}", r"\usepackage{amsmath,amssymb}"),
    (
        "article",
        r"\documentclass[10pt]{article}",
        r"\usepackage{times}\usepackage[margin=1.5in]{geometry}\usepackage{amsmath,amssymb,bm}"
        r"\newcommand{\diag}{\mathrm{Diag}}\newcommand{\R}{\mathbb{R}}",
    ),
]


def checked(name: str, *equations: str) -> list[CheckedDerivation]:
    source = derive_cell(CELLS[name]) if name in CELLS else derive_law(LAWS[name])
    return [each.check(QUICK) for each in choose([source], equations)]


@pytest.fixture(scope="module")
def jacobian_and_rates() -> list[CheckedDerivation]:
    return checked("lstm", "jacobian", "rates")


def test_a_fragment_is_one_align_with_a_label_for_each_equation(
    jacobian_and_rates: list[CheckedDerivation],
) -> None:
    text = fragment(jacobian_and_rates, "tex", labels=["eq:jac", "eq:rates"])
    assert text.count(r"\begin{align}") == text.count(r"\end{align}") == 1
    assert re.findall(r"\\label\{([^}]*)\}", text) == ["eq:jac", "eq:rates"]
    assert "documentclass" not in text
    assert "usepackage" not in text
    body = text.partition(r"\begin{align}")[2].partition(r"\end{align}")[0]
    rows = body.split(r"\\" + "\n")
    assert all(row.count("&") == 1 for row in rows)
    assert all(("notag" in row) != ("label" in row) for row in rows)
    # The verdicts stand in comments.
    assert "% eq:jac, proved: " in text


def test_labels_are_made_of_the_names_where_none_are_given(
    jacobian_and_rates: list[CheckedDerivation],
) -> None:
    equations = labelled(jacobian_and_rates, [])
    assert [equation.label for equation in equations] == ["eq:lstm:jacobian", "eq:lstm:rates"]


def test_a_narrow_fragment_numbers_each_equation_once(
    jacobian_and_rates: list[CheckedDerivation],
) -> None:
    with Notation(width=8.5):
        text = fragment(jacobian_and_rates, "tex")
    rows = text.partition(r"\begin{align}")[2].split(r"\\" + "\n")
    assert len(rows) > 12
    assert sum(r"\notag" not in row for row in rows) == 2


def test_macros_are_defined_before_they_are_used(
    jacobian_and_rates: list[CheckedDerivation],
) -> None:
    text = fragment(jacobian_and_rates, "tex", macros=True)
    assert r"\providecommand{\diag}{\operatorname{diag}}" in text
    assert r"\operatorname" not in text.partition(r"\begin{align}")[2]
    with pytest.raises(LonglagError, match="no macros"):
        fragment(jacobian_and_rates, "md", macros=True)


def test_other_formats_have_the_same_equation(jacobian_and_rates: list[CheckedDerivation]) -> None:
    myst = fragment(jacobian_and_rates[:1], "myst", labels=["eq:jac"])
    assert myst.startswith("```{math}\n:label: eq:jac\n\n\\begin{aligned}\nD_t^{hc} &=")
    markdown = fragment(jacobian_and_rates[:1], "md", labels=["eq:jac"])
    assert markdown.startswith('<a id="eq:jac"></a>\n\n$$\n')
    assert "*proved: " in myst
    assert "*proved: " in markdown


@needs_pdflatex
@pytest.mark.parametrize("badges", ["", "\\usepackage{longlag}", "\\usepackage[nobadges]{longlag}"])
@pytest.mark.parametrize(
    ("documentclass", "preamble"),
    [
        pytest.param(line, preamble, marks=needs_class(f"{name}.cls"), id=name)
        for name, line, preamble in STRANGERS
    ],
)
def test_a_stranger_inputs_a_fragment(
    documentclass: str,
    preamble: str,
    badges: str,
    jacobian_and_rates: list[CheckedDerivation],
    tmp_path: Path,
) -> None:
    x = Symbol("x")
    own = claim("own", Relation(Kind.IDENTITY, (x + 1) ** 2, x**2 + 2 * x + 1, {x: S.Reals}))
    parts = [
        fragment(jacobian_and_rates, "tex", macros=True),
        fragment(checked("exponential", "sample_size", "horizon", "local_exponent"), "tex"),
        fragment([Derivation("own", "Own", (own,)).check(QUICK)], "tex", labels=["eq:own"]),
    ]
    (tmp_path / "longlag.sty").write_text(style(), encoding="utf-8")
    for number, text in enumerate(parts):
        (tmp_path / f"part{number}.tex").write_text(text, encoding="utf-8")
    inputs = "\n\nBy\n".join(rf"\input{{part{number}}}" for number in range(len(parts)))
    body = "Words before.\n" + inputs + "\nWords behind, see \\eqref{eq:own}."
    log = compile_article(body, tmp_path, preamble=preamble + badges, documentclass=documentclass)
    assert "multiply defined" not in log


@pytest.mark.parametrize(
    ("names", "labels", "rule"),
    [
        (["updat"], [], "choose from update, jacobian"),
        ([""], [], "no equation has this name"),
        (["update"], ["a", "b"], "each equation has one"),
        (["update"], [r"eq:\x"], "letters, digits"),
        (["update"], ["a b"], "letters, digits"),
        (["update", "jacobian"], ["a", "a"], "they differ"),
    ],
)
def test_what_cannot_be_a_fragment_is_told(names: list[str], labels: list[str], rule: str) -> None:
    with pytest.raises(LonglagError, match=rule):
        labelled(checked("leaky", *names), labels)


def test_a_name_that_several_have_is_refused() -> None:
    two = [derive_cell(CELLS["leaky"]), derive_cell(CELLS["plain"])]
    with pytest.raises(LonglagError, match="2 have this name"):
        choose(two, ["update"])


def test_formats_are_those_of_text() -> None:
    assert list(FRAGMENTS) == ["tex", "myst", "md"]
    with pytest.raises(LonglagError, match="choose one of tex, myst, md"):
        fragment([], "pdf")
