"""Findings: published sentences by paper, those that fail first; nothing of longlag's own."""

from __future__ import annotations

import pytest
from sympy import Symbol

from longlag.derivations.document.findings import (
    JudgedPaper,
    count_sentences,
    decisive,
    judged_papers,
    new_results,
)
from longlag.derivations.document.latex import latex_document
from longlag.derivations.document.markdown import markdown_document
from longlag.derivations.document.outline import Document, outline
from longlag.derivations.published import Published
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
    assert [each.words for each in papers[0].sentences] == ["fails", "holds"]


def test_a_foil_of_longlag_refutes_nobody_and_a_refuted_result_is_none(document: Document) -> None:
    judged = [each.words for paper in document.papers for each in paper.sentences]
    assert not {"foil", "ours", "not_ours"} & set(judged)
    assert [each.words for each in new_results(document.equations)] == ["ours"]


def test_what_decides_is_where_it_fails(document: Document) -> None:
    assert document.papers[0].sentences[0].decides == "x = 3"


def test_a_line_begins_with_the_number_and_drops_the_command() -> None:
    told = Verdict(level=Level.MEASURED, method="0.4 ± 0.1; means over seeds; longlag experiment x")
    assert decisive(told) == "0.4 ± 0.1; means over seeds"
    cases = ", ".join(f"cell {number} 0.1 ± 0.2" for number in range(20))
    long = Verdict(level=Level.MEASURED, method=f"slope 0.8 ± 0.03 ({cases}); of runs")
    assert decisive(long) == "slope 0.8 ± 0.03; of runs"
    off = Verdict(level=Level.COMPUTED, method="a sum", error=2e-16, tolerance=1e-12)
    assert decisive(off).startswith("2e-16 of 1e-12 allowed")


def listed(
    levels: dict[str, Level], monkeypatch: pytest.MonkeyPatch, *sentences: Published
) -> tuple[JudgedPaper, ...]:
    monkeypatch.setattr("longlag.derivations.document.findings.SENTENCES", sentences)
    checked = [
        claimed(name, DERIVED_HERE, level).check(Settings()) for name, level in levels.items()
    ]
    return judged_papers(outline(checked, title="t").equations)


def test_the_weakest_of_several_claims_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = Published("arXiv 3", "said", ("*--a", "*--b", "*--c"))
    levels = {"a": Level.PROVED, "b": Level.MEASURED, "c": Level.COMPUTED}
    (paper,) = listed(levels, monkeypatch, sentence)
    (line,) = paper.sentences
    assert (line.level, line.decides) == (Level.MEASURED, "the weakest of 3: told")
    assert [each.claim.title for each in line.equations] == ["b", "c", "a"]
    (paper,) = listed(levels | {"c": Level.REFUTED}, monkeypatch, sentence)
    assert paper.sentences[0].level is Level.REFUTED


@pytest.mark.parametrize(
    ("denial", "sentence"),
    [
        (Level.PROVED, Level.REFUTED),
        (Level.UNDECIDED, Level.UNDECIDED),
        (Level.REFUTED, Level.UNDECIDED),
    ],
)
def test_what_holds_against_a_sentence_refutes_it(
    denial: Level, sentence: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Published("arXiv 3", "said", denied_by=("a--a",))
    (paper,) = listed({"a": denial}, monkeypatch, said)
    assert paper.sentences[0].level is sentence


def test_readings_of_one_sentence_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [Published("arXiv 3", "said", (f"{one}--*",), reading=one) for one in "ab"]
    (paper,) = listed({"a": Level.PROVED, "b": Level.PROVED}, monkeypatch, *said)
    assert (paper.different, len(paper.sentences)) == (1, 2)
    assert paper.sentences[1].told == "said (b)"
    assert count_sentences([paper]).startswith("1 published sentences in 2 readings")


def test_every_format_tells_them_first(document: Document) -> None:
    markdown = markdown_document(document, {})
    assert markdown.index("What holds and what does not") < markdown.index("## Overview")
    assert "(2)](#fails--fails) | fails | **refuted** | x = 3" in markdown
    assert "3 published sentences in 3 readings, of 2 papers" in markdown
    assert "**2 hold, 1 is refuted, 0 are undecided**" in markdown
    assert r"\section*{What holds and what does not}" in latex_document(document, {})


def test_the_command_tells_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("findings", "linear_networks", "--paper", "2405.21064") == 0
    told = capsys.readouterr().out
    assert "5 published sentences in 5 readings, of 1 papers" in told
    assert "E h^2 = (1 + 2 s_0)/(1 - λ^2)." in told
    assert "[sensitivity--sensitivity_power]" in told
    assert run("findings", "linear_networks", "--paper", "9999.99999") == 2
    assert "no sentence of it is judged" in capsys.readouterr().err
