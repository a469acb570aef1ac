"""What holds and what does not: every published sentence that was judged, by paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from longlag.derivations.document.levels import LEVELS
from longlag.theory.statement import DERIVED_HERE, NEW_HERE, Level

if TYPE_CHECKING:
    from longlag.derivations.document.outline import Equation

#: Above the papers, and above what is new.
FINDINGS = (
    "Every published sentence that was judged, by paper. What longlag states wrongly on purpose is "
    "nobody's sentence, and is not counted."
)
NEW = "Derived here, and published nowhere else as far as we know."
#: Letters of a verdict that are told; the equation tells the rest.
_TOLD = 150
#: What no paper says: longlag's own laws and spectra name no source.
_NOWHERE = frozenset({"", DERIVED_HERE.paper})


@dataclass(frozen=True)
class JudgedPaper:
    """The sentences of one paper that were judged, those that do not survive first.

    Args:
        name: of the paper.
        equations: its sentences.
    """

    name: str
    equations: tuple[Equation, ...]

    @property
    def counts(self) -> Counter[Level]:
        """How many are known how strongly."""
        return Counter(equation.verdict.level for equation in self.equations)


def judged_papers(equations: Iterable[Equation]) -> tuple[JudgedPaper, ...]:
    """Return every paper with its judged sentences, the one with most of them first.

    Wrong versions and foils of longlag's own are no sentences of anybody.

    Args:
        equations: of a document.
    """
    found: dict[str, list[Equation]] = {}
    for equation in equations:
        paper = equation.claim.statement.source.paper
        if paper not in _NOWHERE:
            found.setdefault(paper, []).append(equation)
    papers = [JudgedPaper(name, tuple(sorted(each, key=_rank))) for name, each in found.items()]
    return tuple(sorted(papers, key=lambda paper: (-len(paper.equations), paper.name)))


def new_results(equations: Iterable[Equation]) -> tuple[Equation, ...]:
    """Return what is derived here, holds, and is published nowhere else as far as is known."""
    return tuple(
        equation
        for equation in equations
        if equation.claim.statement.source == NEW_HERE and equation.verdict.holds
    )


def _rank(equation: Equation) -> tuple[int, int]:
    return -list(LEVELS).index(equation.verdict.level), equation.number


def decisive(equation: Equation) -> str:
    """Return in a line what decides: where a sentence fails, or how it is known."""
    told = equation.verdict.counterexample or equation.verdict.brief()
    return told if len(told) <= _TOLD else f"{told[:_TOLD].rsplit(' ', 1)[0]} …"


def sentence(equation: Equation) -> str:
    """Return what a sentence is called."""
    claim = equation.claim
    return claim.title or claim.statement.name.replace("_", " ")


__all__ = ["FINDINGS", "NEW", "JudgedPaper", "decisive", "judged_papers", "new_results", "sentence"]
