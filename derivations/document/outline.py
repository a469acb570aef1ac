"""Checked derivations as a document: equations, figures and tables are numbered and named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from longlag.derivations.document.blocks import (
    Block,
    Equation,
    Illustration,
    Paragraph,
    Section,
    Tabulation,
)
from longlag.derivations.document.document import Chapter, Document
from longlag.derivations.document.glossary import merged_notation
from longlag.derivations.document.readback import require_read_back
from longlag.theory.errors import LonglagError, raised_by
from longlag.theory.notation import Glossary
from longlag.theory.statement import (
    CheckedClaim,
    CheckedDerivation,
    Claim,
    Figure,
    Item,
    Settings,
    Table,
    Text,
)


@dataclass(frozen=True)
class Theme:
    """What stands above a chapter.

    Args:
        title: words with TeX between dollar signs.
        lead: what it asks and finds, in a few sentences.
        sections: how many derivations belong to it.
    """

    title: str
    lead: str
    sections: int


def outline(
    checked: Sequence[CheckedDerivation], *, title: str, themes: Sequence[Theme] = ()
) -> Document:
    """Number the equations, figures and tables of derivations, each equation with its verdict.

    Args:
        checked: the derivations, in order.
        title: of the document, in words with TeX between dollar signs.
        themes: the chapters in order, which hold all derivations; none for no chapters.

    Returns:
        The document, ready for any writer.

    Raises:
        LonglagError: for an equation without a verdict, for two things of one name, for a display
            that is not read back to what it came from, and for chapters of other derivations.
    """
    if themes and sum(theme.sections for theme in themes) != len(checked):
        raise LonglagError(
            f"chapters of {sum(theme.sections for theme in themes)} sections",
            f"there are {len(checked)}, and each stands in one chapter",
            "correct the counts of the themes",
        )
    sections: list[Section] = []
    equations = figures = tables = 0
    taken: set[str] = set()
    labels = _labels(themes, len(checked))
    for label, each in zip(labels, checked, strict=True):
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
        derivation = each.derivation
        section = Section(
            label, anchor, derivation.title, each.settings, tuple(blocks), derivation.family
        )
        displays = ((equation.claim, equation.tex) for equation in section.equations)
        require_read_back(each.derivation.name, displays)
        sections.append(section)
    glossaries = [each.derivation.glossary for each in checked]
    if not themes:
        return Document(title, (_chapter(0, Theme("", "", len(checked)), sections, glossaries),))
    chapters = []
    for number, theme in enumerate(themes, start=1):
        chapters.append(_chapter(number, theme, sections, glossaries))
        sections, glossaries = sections[theme.sections :], glossaries[theme.sections :]
    return Document(title, tuple(chapters))


def _labels(themes: Sequence[Theme], count: int) -> list[str]:
    """The numbers of the sections, within their chapters where there are any."""
    if not themes:
        return [str(number) for number in range(1, count + 1)]
    return [
        f"{chapter}.{number}"
        for chapter, theme in enumerate(themes, start=1)
        for number in range(1, theme.sections + 1)
    ]


def _chapter(
    number: int, theme: Theme, sections: Sequence[Section], glossaries: Sequence[Glossary]
) -> Chapter:
    """The chapter of the first of the sections that are left."""
    own = glossaries[: theme.sections]
    return Chapter(
        number,
        theme.title,
        theme.lead,
        tuple(sections[: theme.sections]),
        convention=" ".join(dict.fromkeys(glossary.convention for glossary in own)),
        notation=merged_notation(own, str(number) if number else ""),
    )


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
