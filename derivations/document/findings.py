"""What holds and what does not: every published sentence that was judged, by paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from longlag.derivations.document.levels import LEVELS
from longlag.derivations.published import SENTENCES, STEPS, Published
from longlag.theory.statement import DERIVED_HERE, NEW_HERE, Kind, Level, Verdict

if TYPE_CHECKING:
    from longlag.derivations.document.blocks import Equation

#: Above the papers, and above what is new.
FINDINGS = (
    "Every published sentence that was judged, by paper, those that fail first. A sentence that "
    "may be read in several ways has a line for each. What longlag states wrongly on purpose is "
    "nobody's sentence, and is not counted."
)
NEW = "Derived here, and published nowhere else as far as we know."
#: Letters of what decides that are told; the equation tells the rest.
_TOLD = 160
#: How shipped numbers are made, and numbers case by case: the equation tells them.
_COMMAND, _DETAIL = re.compile("; longlag [^;]*$"), re.compile(r" \([^()]{30,}\)")
#: Of sentences that a page shows without being asked.
_FAILING = (Level.REFUTED, Level.UNDECIDED)
#: Claims that a line leads to.
_SHOWN = 3
#: What no paper says: longlag's own laws and spectra name no source.
_NOWHERE = frozenset({"", DERIVED_HERE.paper})


@dataclass(frozen=True)
class JudgedSentence:
    """A sentence with its verdict and what decides it: one line of the front page.

    Args:
        words: the sentence, in words with TeX between dollar signs.
        level: of the verdict on it.
        decides: the number that decides, and how it was found.
        equations: the claims that judge it, the one that decides first.
        reading: how it is understood, where it may be in several ways.
        is_procedure: whether a protocol or script does it, and no text says it.
    """

    words: str
    level: Level
    decides: str
    equations: tuple[Equation, ...]
    reading: str = ""
    is_procedure: bool = False

    @property
    def shown(self) -> tuple[Equation, ...]:
        """The claims that a line leads to: the one that decides and the next ones."""
        return self.equations[:_SHOWN]

    @property
    def told(self) -> str:
        """The sentence with its reading."""
        marks = [mark for mark in (self.reading, "protocol" * self.is_procedure) if mark]
        return self.words + (f" ({'; '.join(marks)})" if marks else "")


@dataclass(frozen=True)
class JudgedPaper:
    """The sentences of one paper that were judged, those that do not survive first.

    Args:
        name: of the paper.
        sentences: a line for each reading.
    """

    name: str
    sentences: tuple[JudgedSentence, ...]

    @property
    def counts(self) -> Counter[Level]:
        """How many are known how strongly."""
        return Counter(sentence.level for sentence in self.sentences)

    @property
    def failing(self) -> tuple[JudgedSentence, ...]:
        """Those that are refuted or undecided."""
        return tuple(each for each in self.sentences if each.level in _FAILING)

    @property
    def holding(self) -> tuple[JudgedSentence, ...]:
        """Those that nothing speaks against."""
        return tuple(each for each in self.sentences if each.level not in _FAILING)

    @property
    def different(self) -> int:
        """How many different ones: the readings of one count once."""
        return len({sentence.words for sentence in self.sentences})


def judged_papers(equations: Iterable[Equation]) -> tuple[JudgedPaper, ...]:
    """Return every paper with its judged sentences, the one with most of them first.

    What is not in the document does not judge. A claim of a paper that judges no listed sentence
    stands for itself. Wrong versions and
    foils of longlag's own are no sentences of anybody.

    Args:
        equations: of a document.
    """
    asked = tuple(equations)
    found: dict[str, list[JudgedSentence]] = {}
    for sentence in SENTENCES:
        judges = tuple(each for each in asked if sentence.is_about(each.anchor))
        if judges:
            found.setdefault(sentence.paper, []).append(_judged(sentence, judges))
    for each in asked:
        if _is_unlisted(each):
            paper = each.claim.statement.source.paper
            found.setdefault(paper, []).append(_alone(each))
    papers = [JudgedPaper(name, tuple(sorted(each, key=_rank))) for name, each in found.items()]
    return tuple(sorted(papers, key=lambda paper: (-len(paper.sentences), paper.name)))


def new_results(equations: Iterable[Equation]) -> tuple[JudgedSentence, ...]:
    """Return what is derived here, holds, and is published nowhere else as far as is known."""
    return tuple(
        _alone(equation)
        for equation in equations
        if equation.claim.statement.source == NEW_HERE and equation.verdict.holds
    )


def count_sentences(papers: Iterable[JudgedPaper]) -> str:
    """Return how many sentences of how many papers were judged, in words."""
    judged = tuple(papers)
    if not judged:
        return "no published sentence is judged in these sections"
    different = sum(paper.different for paper in judged)
    readings = sum(len(paper.sentences) for paper in judged)
    procedures = sum(each.is_procedure for paper in judged for each in paper.sentences)
    told = f"{different} published sentences in {readings} readings, of {len(judged)} papers"
    if not procedures:
        return told
    return f"{told}; {procedures} of them are what a protocol or script does"


def count_outcomes(papers: Iterable[JudgedPaper]) -> str:
    """Return how many readings hold, are refuted and are undecided, in words.

    >>> sentences = (JudgedSentence("said", Level.REFUTED, "x = 3", ()),)
    >>> count_outcomes([JudgedPaper("a paper", sentences)])
    '0 hold, 1 is refuted, 0 are undecided'
    """
    counts: Counter[Level] = sum((paper.counts for paper in papers), Counter())
    refuted, undecided = counts[Level.REFUTED], counts[Level.UNDECIDED]
    hold = counts.total() - refuted - undecided
    holding = "1 holds" if hold == 1 else f"{hold} hold"
    failing = (
        f"{count} {'is' if count == 1 else 'are'} {level}"
        for count, level in ((refuted, Level.REFUTED), (undecided, Level.UNDECIDED))
    )
    return ", ".join([holding, *failing])


def _is_unlisted(equation: Equation) -> bool:
    statement = equation.claim.statement
    if statement.source.paper in _NOWHERE or statement.kind is Kind.DEFINITION:
        return False
    listed = any(sentence.is_about(equation.anchor) for sentence in SENTENCES)
    return not listed and not any(fnmatchcase(equation.anchor, step) for step in STEPS)


def _judged(sentence: Published, judges: tuple[Equation, ...]) -> JudgedSentence:
    levels = {each.number: _level(sentence, each) for each in judges}
    ranked = sorted(judges, key=lambda each: (-_strength(levels[each.number]), -_share(each)))
    deciding = ranked[0]
    told = decisive(deciding.verdict)
    if sentence.is_denied_by(deciding.anchor):
        # The number alone would not say against what it speaks.
        told = f"{deciding.claim.title}: {told}"
    return JudgedSentence(
        sentence.words,
        levels[deciding.number],
        told if len(ranked) == 1 else f"the weakest of {len(ranked)}: {told}",
        tuple(ranked),
        sentence.reading,
        sentence.is_procedure,
    )


def _share(equation: Equation) -> float:
    """The share of what is allowed by which both sides are apart."""
    verdict = equation.verdict
    return verdict.error / verdict.tolerance if verdict.error and verdict.tolerance else 0.0


def _level(sentence: Published, equation: Equation) -> Level:
    """The verdict on a sentence by one claim: what holds against it refutes it."""
    verdict = equation.verdict
    if not sentence.is_denied_by(equation.anchor):
        return verdict.level
    return Level.REFUTED if verdict.holds else Level.UNDECIDED


def _alone(equation: Equation) -> JudgedSentence:
    level = equation.verdict.level
    return JudgedSentence(equation.called, level, decisive(equation.verdict), (equation,))


def _strength(level: Level) -> int:
    """Refuted first, then undecided, then the weaker the sooner."""
    return len(LEVELS) if level is Level.REFUTED else list(LEVELS).index(level)


def _rank(sentence: JudgedSentence) -> tuple[int, int]:
    return -_strength(sentence.level), sentence.equations[0].number


def decisive(verdict: Verdict) -> str:
    """Return in a line what decides: where it fails, or how far both sides are apart.

    >>> decisive(Verdict(level=Level.COMPUTED, method="a sum", error=2e-16, tolerance=1e-12))
    '2e-16 of 1e-12 allowed: a sum'
    """
    if verdict.counterexample:
        told = verdict.counterexample + (f": {verdict.sides}" if verdict.sides else "")
    elif verdict.error is not None and verdict.tolerance is not None:
        told = f"{verdict.error:.2g} of {verdict.tolerance:.2g} allowed: {verdict.method}"
    else:
        told = verdict.brief()
    told = _COMMAND.sub("", told)
    if len(told) > _TOLD:
        told = _DETAIL.sub("", told)
    return told if len(told) <= _TOLD else f"{told[:_TOLD].rsplit(' ', 1)[0]} …"


__all__ = [
    "FINDINGS",
    "NEW",
    "JudgedPaper",
    "JudgedSentence",
    "count_outcomes",
    "count_sentences",
    "decisive",
    "judged_papers",
    "new_results",
]
