"""Findings: published sentences by paper, those that fail first; nothing of longlag's own."""

from __future__ import annotations

import pytest
from sympy import Symbol

from longlag.derivations.document.findings import decisive, judged_papers, new_results
from longlag.derivations.document.latex import latex_document
from longlag.derivations.document.markdown import markdown_document
from longlag.derivations.document.outline import Document, outline
from longlag.derivations.results.judged import live_claim
from longlag.theory.statement import (
    DERIVED_HERE,
    NEW_HERE,
    Derivation,
    Level,
    Settings,
    Source,
    Verdict,
)
from tests.cli.commands.test_commands import run

X = Symbol("x", real=True)


def claimed(name: str, source: Source, level: Level) -> Derivation:
    def check(settings: Settings, *, level: Level) -> Verdict:
        return Verdict(level=level, method="told", counterexample="x = 3" * (level == "refuted"))

    claim = live_claim(
        name,
        X,
        "=",
        X,
        check,
        title=name,
        text="",
        source=source,
        expected_to_hold=level is not Level.REFUTED,
        stated={"level": level},
        wrong={"refuted": {"level": Level.REFUTED}},
    )
    return Derivation(name, name, (claim,))


@pytest.fixture(scope="module")
def document() -> Document:
    paper = Source("arXiv 1", "Theorem 2")
    sections = [
        claimed("holds", paper, Level.PROVED),
        claimed("fails", paper, Level.REFUTED),
        claimed("foil", DERIVED_HERE, Level.REFUTED),
        claimed("other", Source("arXiv 2"), Level.MEASURED),
        claimed("ours", NEW_HERE, Level.PROVED),
        claimed("not_ours", NEW_HERE, Level.REFUTED),
    ]
    return outline([section.check(Settings()) for section in sections], title="t")


def test_sentences_stand_by_paper_and_those_that_fail_first(document: Document) -> None:
    papers = judged_papers(document.equations)
    assert [paper.name for paper in papers] == ["arXiv 1", "arXiv 2"]
    assert [e.claim.title for e in papers[0].equations] == ["fails", "holds"]


def test_a_foil_of_longlag_refutes_nobody_and_a_refuted_result_is_none(document: Document) -> None:
    judged = [e.claim.title for paper in document.papers for e in paper.equations]
    assert not {"foil", "ours", "not_ours"} & set(judged)
    assert [e.claim.title for e in new_results(document.equations)] == ["ours"]


def test_what_decides_is_where_it_fails(document: Document) -> None:
    assert decisive(document.papers[0].equations[0]) == "x = 3"


def test_every_format_tells_them_first(document: Document) -> None:
    markdown = markdown_document(document, {})
    assert markdown.index("What holds and what does not") < markdown.index("## Overview")
    assert "(2)](#fails--fails) | fails | **refuted** | x = 3" in markdown
    assert r"\section*{What holds and what does not}" in latex_document(document, {})


def test_the_command_tells_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("findings", "linear_networks", "--paper", "2405.21064") == 0
    told = capsys.readouterr().out
    assert "2 published sentences judged, of 1 papers" in told
    assert "How sensitive it is  [sensitivity--sensitivity_power]" in told
    assert run("findings", "linear_networks", "--paper", "9999.99999") == 2
    assert "no sentence of it is judged" in capsys.readouterr().err
