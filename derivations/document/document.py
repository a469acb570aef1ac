"""A document before it has a format; no writer looks anywhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from longlag import __version__
from longlag.derivations.document.blocks import Equation, Illustration, Section
from longlag.derivations.document.families import Family, grouped
from longlag.derivations.document.findings import (
    JudgedPaper,
    JudgedSentence,
    judged_papers,
    new_results,
)
from longlag.derivations.document.index import IndexEntry, index_of
from longlag.derivations.document.levels import LEVELS
from longlag.derivations.document.readback import require_read_back
from longlag.theory.notation import Entry
from longlag.theory.statement import Level, Settings


@dataclass(frozen=True)
class Chapter:
    """Sections of one theme, with the table of their symbols.

    Args:
        number: counted through the document; 0 where a document has no chapters.
        title: words with TeX between dollar signs.
        lead: what it asks and finds, in a few sentences.
        sections: in order.
        convention: layout and order, words with TeX.
        notation: the table of symbols.
    """

    number: int
    title: str
    lead: str
    sections: tuple[Section, ...]
    convention: str
    notation: tuple[Entry, ...]

    @property
    def anchor(self) -> str:
        """Where links lead; no name of a section has a dot."""
        return f"chapter.{self.number}"

    @cached_property
    def groups(self) -> tuple[Section | Family, ...]:
        """Its sections in order, those of a family as one."""
        return grouped(self.sections) if self.number else self.sections

    @property
    def counts(self) -> Counter[Level]:
        """How many of its equations are known how strongly."""
        return count_levels(self.sections)

    @property
    def size(self) -> int:
        """How many equations it has."""
        return sum(len(section.equations) for section in self.sections)


@dataclass(frozen=True)
class Document:
    """Everything a writer prints, in order.

    Args:
        title: words with TeX between dollar signs.
        chapters: in order; a single one without a title where nobody asked for chapters.
        version: of longlag.
    """

    title: str
    chapters: tuple[Chapter, ...]
    version: str = __version__

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections of all chapters, one per derivation."""
        return tuple(section for chapter in self.chapters for section in chapter.sections)

    @property
    def has_chapters(self) -> bool:
        """Whether its sections stand in chapters."""
        return any(chapter.number for chapter in self.chapters)

    @property
    def families(self) -> tuple[Family, ...]:
        """The families of all chapters, in order."""
        groups = (group for chapter in self.chapters for group in chapter.groups)
        return tuple(group for group in groups if isinstance(group, Family))

    @cached_property
    def index(self) -> tuple[IndexEntry, ...]:
        """Every claim by name."""
        return index_of(self.sections)

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """Every equation of every section, in order."""
        return tuple(equation for section in self.sections for equation in section.equations)

    @property
    def illustrations(self) -> tuple[Illustration, ...]:
        """Every figure of every section, in order."""
        blocks = (block for section in self.sections for block in section.blocks)
        return tuple(block for block in blocks if isinstance(block, Illustration))

    @cached_property
    def papers(self) -> tuple[JudgedPaper, ...]:
        """The papers of which sentences are judged, where there are several sections."""
        return judged_papers(self.equations) if len(self.sections) > 1 else ()

    @cached_property
    def new_results(self) -> tuple[JudgedSentence, ...]:
        """What is derived here and published nowhere else, as far as is known."""
        return new_results(self.equations) if len(self.sections) > 1 else ()

    @property
    def counts(self) -> Counter[Level]:
        """How many equations of the document are known how strongly."""
        return count_levels(self.sections)

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that occur, the strongest first."""
        return tuple(level for level in LEVELS if self.counts[level])

    def require_read_back(self, centimetres: float) -> None:
        """Read every display back as it is with its lines broken to a width.

        Args:
            centimetres: of 10 pt type.

        Raises:
            LonglagError: one is not read as what it came from.
        """
        for section in self.sections:
            broken = ((each.claim, each.within(centimetres)) for each in section.equations)
            require_read_back(section.anchor, broken)

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


def count_levels(sections: Iterable[Section]) -> Counter[Level]:
    """Return how many equations of sections are known how strongly."""
    return sum((section.counts for section in sections), Counter())


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
