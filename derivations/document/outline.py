"""A document before it has a format: numbered equations with verdicts, figures, tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from longlag import __version__
from longlag.derivations.document.findings import (
    JudgedPaper,
    JudgedSentence,
    judged_papers,
    new_results,
)
from longlag.derivations.document.levels import LEVELS
from longlag.derivations.document.readback import require_read_back
from longlag.theory.errors import LonglagError, raised_by
from longlag.theory.notation import Entry, Glossary
from longlag.theory.statement import (
    CheckedClaim,
    CheckedDerivation,
    Claim,
    Figure,
    Item,
    Level,
    Settings,
    Table,
    Text,
    Verdict,
)
from longlag.theory.typeset.author import current
from longlag.theory.typeset.breaking import break_display
from longlag.theory.typeset.characters import math_tex


@dataclass(frozen=True)
class Paragraph:
    """Words between the equations, with a heading or without."""

    text: str
    title: str = ""


@dataclass(frozen=True)
class Equation:
    """A displayed equation and its verdict.

    Args:
        number: counted through the whole document.
        anchor: where links lead.
        claim: what is displayed and what was expected.
        verdict: what the check found.
        as_expected: whether the two agree.
    """

    number: int
    anchor: str
    claim: Claim
    verdict: Verdict
    as_expected: bool

    @property
    def tex(self) -> str:
        """The display, its Unicode spelt as TeX and its blank lines gone."""
        return self.within(current().width)

    def within(self, centimetres: float | None) -> str:
        """The display with its lines broken to a width, in cm of 10 pt type; None for none."""
        tex = math_tex(re.sub(r"\n\s*\n", "\n", self.claim.statement.tex.strip()))
        return tex if centimetres is None else break_display(tex, centimetres)

    @property
    def detail(self) -> str:
        """The verdict without its first word, which the badge shows."""
        return self.verdict.summary().removeprefix(f"{self.verdict.level}: ")

    @property
    def remark(self) -> str:
        """What to add where the reader would wonder about the verdict; mostly nothing."""
        if self.as_expected and self.claim.expected_to_hold:
            return ""
        if self.as_expected and self.claim.expected_to_hold is None:
            return "as expected: what is known leaves it open"
        if self.as_expected:
            return "as expected: the statement does not survive"
        wanted = {True: "to hold", False: "to fail", None: "to be open"}[
            self.claim.expected_to_hold
        ]
        return f"unexpected: this statement was expected {wanted}"

    @property
    def basis(self) -> str:
        """The kind of statement, its source and its assumptions, in one line of words."""
        statement = self.claim.statement
        parts = [str(statement.kind), str(statement.source)]
        if statement.assumptions:
            parts.append("assuming " + "; ".join(statement.assumptions))
        return "; ".join(parts)


@dataclass(frozen=True)
class Illustration:
    """A figure: ``key`` names its file, unique in the document."""

    number: int
    key: str
    caption: str
    draw: Callable[[Settings], Any]
    settings: Settings


@dataclass(frozen=True)
class Tabulation:
    """A table: heads and rows of words with TeX between dollar signs."""

    number: int
    key: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Equation | Illustration | Tabulation


@dataclass(frozen=True)
class Section:
    """One derivation in reading order."""

    number: int
    anchor: str
    title: str
    settings: Settings
    blocks: tuple[Block, ...]

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The equations, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Equation))

    @property
    def counts(self) -> Counter[Level]:
        """How many equations are known how strongly."""
        return Counter(equation.verdict.level for equation in self.equations)


@dataclass(frozen=True)
class Document:
    """Everything a writer prints, in order; no writer looks anywhere else.

    Args:
        title: words with TeX between dollar signs.
        sections: one per derivation.
        version: of longlag.
        convention: layout and order, words with TeX.
        notation: the table of symbols.
    """

    title: str
    sections: tuple[Section, ...]
    convention: str
    notation: tuple[Entry, ...]
    version: str = __version__

    @property
    def equations(self) -> tuple[Equation, ...]:
        """Every equation of every section, in order."""
        return tuple(equation for section in self.sections for equation in section.equations)

    @property
    def illustrations(self) -> tuple[Illustration, ...]:
        """Every figure of every section, in order."""
        blocks = (block for section in self.sections for block in section.blocks)
        return tuple(block for block in blocks if isinstance(block, Illustration))

    @property
    def papers(self) -> tuple[JudgedPaper, ...]:
        """The papers of which sentences are judged, where there are several sections."""
        return judged_papers(self.equations) if len(self.sections) > 1 else ()

    @property
    def new_results(self) -> tuple[JudgedSentence, ...]:
        """What is derived here and published nowhere else, as far as is known."""
        return new_results(self.equations) if len(self.sections) > 1 else ()

    @property
    def counts(self) -> Counter[Level]:
        """How many equations of the document are known how strongly."""
        return sum((section.counts for section in self.sections), Counter())

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that occur, the strongest first."""
        return tuple(level for level in LEVELS if self.counts[level])

    @property
    def unexpected(self) -> tuple[Equation, ...]:
        """The equations whose verdict is not the expected one."""
        return tuple(equation for equation in self.equations if not equation.as_expected)

    @property
    def conclusion(self) -> str:
        """What to say when no verdict is unexpected; nothing where nothing is claimed."""
        return "Every verdict is the expected one." if self.equations else ""

    @property
    def settings(self) -> tuple[Settings, ...]:
        """The distinct settings of the checks."""
        return tuple(dict.fromkeys(section.settings for section in self.sections))


def describe_settings(settings: Settings) -> str:
    """Return settings in words.

    >>> describe_settings(Settings(examples=1))
    '1 example per check, seed 0, 50 digits'
    """
    plural = "" if settings.examples == 1 else "s"
    return (
        f"{settings.examples} example{plural} per check, seed {settings.seed}, "
        f"{settings.digits} digits"
    )


def describe_counts(counts: Counter[Level]) -> str:
    """Return verdict counts in words, the strongest first.

    >>> describe_counts(Counter({Level.REFUTED: 1, Level.PROVED: 2}))
    '2 proved, 1 refuted'
    """
    return ", ".join(f"{counts[level]} {level}" for level in LEVELS if counts[level]) or "no claims"


def outline(checked: Sequence[CheckedDerivation], *, title: str) -> Document:
    """Number the equations, figures and tables of derivations, each equation with its verdict.

    Args:
        checked: the derivations, in order.
        title: of the document, in words with TeX between dollar signs.

    Returns:
        The document, ready for any writer.

    Raises:
        LonglagError: for an equation without a verdict, for two things of one name, and for a
            display that is not read back to what it came from.
    """
    sections: list[Section] = []
    equations = figures = tables = 0
    taken: set[str] = set()
    for number, each in enumerate(checked, start=1):
        anchor = _unique(_slug(each.derivation.name), taken)
        verdicts = iter(_verdicts(each))
        blocks: list[Block] = []
        for item in each.derivation.items:
            if isinstance(item, Claim):
                equations += 1
                blocks.append(_equation(equations, anchor, next(verdicts), taken))
            elif isinstance(item, Figure):
                figures += 1
                key = _unique(f"{anchor}--{_slug(item.name)}", taken)
                settings = each.settings
                blocks.append(Illustration(figures, key, item.caption, item.draw, settings))
            elif isinstance(item, Table):
                tables += 1
                key = _unique(f"{anchor}--{_slug(item.name)}", taken)
                blocks.append(_tabulation(tables, key, item, each.settings))
            else:
                blocks.append(_paragraph(item))
        section = Section(number, anchor, each.derivation.title, each.settings, tuple(blocks))
        displays = ((equation.claim, equation.tex) for equation in section.equations)
        require_read_back(each.derivation.name, displays)
        sections.append(section)
    glossaries = list(dict.fromkeys(each.derivation.glossary for each in checked))
    return Document(
        title,
        tuple(sections),
        convention=" ".join(glossary.convention for glossary in glossaries),
        notation=merged_notation([each.derivation.glossary for each in checked]),
    )


def merged_notation(glossaries: Sequence[Glossary]) -> tuple[Entry, ...]:
    """Join the tables of symbols of a document's sections.

    Args:
        glossaries: one for each section, in order; the sections are counted from 1.

    Returns:
        Every line once. Where a letter has several meanings in the document, each of its lines
        names the sections that it holds for.
    """
    sections: dict[Entry, list[int]] = {}
    for number, glossary in enumerate(glossaries, start=1):
        for line in glossary.notation:
            sections.setdefault(line, []).append(number)
    meanings: dict[str, set[str]] = {}
    for line in sections:
        for letter in line.letters:
            meanings.setdefault(letter, set()).add(line.meaning)
    return tuple(
        replace(line, meaning=f"{line.meaning} ({_sections(numbers)})")
        if any(len(meanings[letter]) > 1 for letter in line.letters)
        else line
        for line, numbers in sections.items()
    )


def _sections(numbers: Sequence[int]) -> str:
    """Sections in words, runs of them by their ends.

    >>> _sections([1, 2, 3, 7])
    'sections 1–3, 7'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    return ("section " if len(numbers) == 1 else "sections ") + ", ".join(words)


def _verdicts(each: CheckedDerivation) -> tuple[CheckedClaim, ...]:
    """The checked claims, once it is certain that they are the claims of the derivation."""
    if tuple(checked.claim for checked in each.checked) != each.derivation.claims:
        raise LonglagError(
            f"derivation {each.derivation.name!r} with {len(each.derivation.claims)} claims and "
            f"{len(each.checked)} verdicts",
            "a document prints no equation without its verdict",
            "take the result of derivation.check()",
        )
    return each.checked


def _equation(number: int, section: str, checked: CheckedClaim, taken: set[str]) -> Equation:
    statement = checked.claim.statement
    if r"\\" in statement.tex and r"\begin" not in statement.tex:
        raise LonglagError(
            f"display of {statement.name!r}",
            "a display of several lines stands in an environment",
            "join the lines with longlag.theory.language.displays.aligned",
        )
    anchor = _unique(f"{section}--{_slug(statement.name)}", taken)
    return Equation(number, anchor, checked.claim, checked.verdict, checked.as_expected)


def _paragraph(item: Item) -> Paragraph:
    if not isinstance(item, Text):
        raise LonglagError(
            f"item {item!r}",
            "a derivation consists of Text, Claim, Figure and Table",
            "wrap it in one of these",
        )
    return Paragraph(item.text, item.title)


def _tabulation(number: int, key: str, table: Table, settings: Settings) -> Tabulation:
    with raised_by(f"rows of table {table.name!r}", "correct the function that makes them"):
        rows = tuple(tuple(row) for row in table.rows(settings))
    for row in rows:
        if len(row) != len(table.columns):
            raise LonglagError(
                f"row {row} of table {table.name!r}",
                f"the table has {len(table.columns)} columns",
                "give one entry for each; an empty one is an empty string",
            )
    return Tabulation(number, key, table.caption, table.columns, rows)


def _slug(name: str) -> str:
    """A name as it can stand in a file name, an HTML id and a TeX label alike."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-") or "unnamed"


def _unique(anchor: str, taken: set[str]) -> str:
    if anchor in taken:
        raise LonglagError(
            f"name {anchor!r}",
            "it occurs twice, and links and figure files need one name each",
            "rename one of the derivations, statements or figures",
        )
    taken.add(anchor)
    return anchor
