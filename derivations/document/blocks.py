"""What a document is made of: paragraphs, equations with verdicts, figures, tables, sections."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from longlag.theory.statement import Claim, Level, Settings, Verdict
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
        """The verdict without its first word, which the badge shows, and with no number twice."""
        told = self.verdict.summary().removeprefix(f"{self.verdict.level}: ")
        where = self.verdict.counterexample
        # Where a mean over seeds decides, it is both what was found and where it fails.
        again = f"; fails at {where}"
        return told.removesuffix(again) if where and where in self.verdict.method else told

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
    def called(self) -> str:
        """Its title, or its name in words."""
        return self.claim.title or self.claim.statement.name.replace("_", " ")

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
    """One derivation in reading order.

    Args:
        label: its number, within its chapter where there are chapters: ``3`` or ``2.3``.
        anchor: where links lead.
        title: the heading, in words with TeX.
        settings: of the checks.
        blocks: in order.
        family: of what it is one of several; empty for none.
    """

    label: str
    anchor: str
    title: str
    settings: Settings
    blocks: tuple[Block, ...]
    family: str = ""

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The equations, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Equation))

    @property
    def counts(self) -> Counter[Level]:
        """How many equations are known how strongly."""
        return Counter(equation.verdict.level for equation in self.equations)
