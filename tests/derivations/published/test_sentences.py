"""Published sentences: each has a claim that judges it, and no paper's claim is forgotten."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from functools import cache

import pytest

from longlag.derivations import DERIVATIONS, get_derivations
from longlag.derivations.document.findings import judged_papers
from longlag.derivations.document.mathml import mathml
from longlag.derivations.document.outline import outline
from longlag.derivations.document.prose import RunKind, runs
from longlag.derivations.published import SENTENCES, STEPS, Published
from longlag.theory.errors import LonglagError
from longlag.theory.statement import DERIVED_HERE, Claim, Settings


@cache
def claims() -> dict[str, Claim]:
    return {
        f"{section.name}--{each.statement.name}": each
        for chapter in DERIVATIONS
        for section in get_derivations(chapter)
        for each in section.claims
    }


def test_every_judge_is_a_claim() -> None:
    patterns = {each for s in SENTENCES for each in (*s.judged_by, *s.denied_by)}
    missing = [p for p in patterns if not any(fnmatchcase(anchor, p) for anchor in claims())]
    assert not missing


def test_every_claim_of_a_paper_judges_a_sentence_or_is_a_step() -> None:
    theirs = [a for a, c in claims().items() if c.statement.source.paper != DERIVED_HERE.paper]
    forgotten = [
        anchor
        for anchor in theirs
        if claims()[anchor].statement.source.paper
        and not any(sentence.is_about(anchor) for sentence in SENTENCES)
        and not any(fnmatchcase(anchor, step) for step in STEPS)
    ]
    assert not forgotten


def test_readings_tell_equal_sentences_apart() -> None:
    told = Counter((each.paper, each.words, each.reading) for each in SENTENCES)
    assert max(told.values()) == 1
    several = Counter((each.paper, each.words) for each in SENTENCES)
    bare = [e.words for e in SENTENCES if several[e.paper, e.words] > 1 and not e.reading]
    assert not bare


def test_at_least_eighty_sentences_of_the_texts_are_judged() -> None:
    of_texts = {(each.paper, each.words) for each in SENTENCES if not each.is_procedure}
    assert len(of_texts) >= 80


def test_a_claim_that_is_expected_to_hold_does_not_both_say_and_deny() -> None:
    both = [
        anchor
        for anchor in claims()
        for sentence in SENTENCES
        if sentence.is_judged_by(anchor) and sentence.is_denied_by(anchor)
    ]
    assert not both


def test_every_sentence_can_be_set() -> None:
    for sentence in SENTENCES:
        for run in runs(f"{sentence.words} {sentence.reading}"):
            if run.kind is RunKind.MATH:
                assert mathml(run.text)


def test_a_sentence_without_a_judge_is_refused() -> None:
    with pytest.raises(LonglagError, match="is judged"):
        Published("arXiv 1", "said")


def test_anchors_are_those_of_a_document() -> None:
    sections = [section for section in get_derivations("linear_networks")]
    checked = [section.check(Settings(examples=2)) for section in sections]
    anchors = [each.anchor for each in outline(checked, title="t").equations]
    assert set(anchors) <= set(claims())
    papers = {paper.name for paper in judged_papers(outline(checked, title="t").equations)}
    assert "Proca et al., ICML 2025" in papers
