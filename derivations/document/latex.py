"""The document as LaTeX that pdfLaTeX compiles with the packages of any TeX distribution."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from longlag.derivations.document.blocks import Equation, Paragraph, Tabulation
from longlag.derivations.document.columns import broken_entry, column_widths
from longlag.derivations.document.document import Document, describe_counts, describe_settings
from longlag.derivations.document.families import Family
from longlag.derivations.document.findings import FINDINGS, NEW, count_outcomes, count_sentences
from longlag.derivations.document.levels import LEVELS
from longlag.derivations.document.prose import RunKind, compose, paragraphs
from longlag.derivations.document.templates import fill
from longlag.theory.typeset.author import current
from longlag.theory.typeset.breaking import break_display, pieces_of
from longlag.theory.typeset.characters import math_tex, refuse_unknown, words_tex

#: What a display may take of a line of the template, in cm of 10 pt type: it is set in 11 pt.
_ROOM = 13.9
#: Points of a line of the template, in 10 pt type, the size of tables.
_LINE = 470.0
#: Rows of a display that a page does not end between; tall ones take a centimetre each.
_MOST_ROWS = 16


def latex_document(document: Document, figures: Mapping[str, Path]) -> str:
    """Return the document as an article.

    Args:
        document: what to print.
        figures: for each key a PDF file, relative to where the text will be compiled.

    Returns:
        LaTeX; identical input gives identical text.

    Raises:
        LonglagError: for a character that pdfLaTeX cannot set, and for a display that is not read
            back as it is broken to the line.
    """
    document.require_read_back(_room())
    text = fill(
        "document.tex.jinja",
        escape=False,
        document=document,
        levels=LEVELS,
        is_paragraph=lambda block: isinstance(block, Paragraph),
        is_equation=lambda block: isinstance(block, Equation),
        is_table=lambda block: isinstance(block, Tabulation),
        is_family=lambda group: isinstance(group, Family),
        columns=_layout,
        words=_words,
        heading=_heading,
        bare=_bare,
        displays=lambda block: pieces_of(block.within(_room()), _MOST_ROWS),
        pieces=lambda tex: pieces_of(break_display(math_tex(tex), _room()), _MOST_ROWS),
        paragraphs=paragraphs,
        file=lambda block: figures[block.key].as_posix(),
        describe_counts=describe_counts,
        FINDINGS=FINDINGS,
        NEW=NEW,
        count_sentences=count_sentences,
        count_outcomes=count_outcomes,
        describe_settings=describe_settings,
    )
    return refuse_unknown(text)


@dataclass(frozen=True)
class _Layout:
    """A table as it is printed: the kinds of its columns, and entries broken to their widths."""

    specification: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def _layout(table: Tabulation) -> _Layout:
    widths = column_widths(table.columns, table.rows, _LINE)
    if widths is None:
        return _Layout("l" * len(table.columns), table.columns, table.rows)
    kinds = (rf">{{\raggedright\arraybackslash}}p{{{share:.3f}\linewidth}}" for share in widths)
    return _Layout(
        "".join(kinds), _broken(table.columns, widths), [_broken(row, widths) for row in table.rows]
    )


def _broken(entries: Sequence[str], widths: Sequence[float]) -> list[str]:
    return [
        broken_entry(entry, share * _LINE) for entry, share in zip(entries, widths, strict=True)
    ]


def _room() -> float:
    """Where lines of a display break: at the author's width, or at the template's line."""
    return min(current().width or _ROOM, _ROOM)


def _words(text: str) -> str:
    return compose(
        text, {RunKind.WORDS: _plain, RunKind.MATH: lambda tex: f"${tex}$", RunKind.CODE: _code}
    )


def _plain(words: str) -> str:
    # Before a letter two hyphens begin an option; they would become a dash.
    return re.sub("--(?=[a-z])", "-{}-", words_tex(words))


def _code(code: str) -> str:
    return rf"\texttt{{{words_tex(code).replace('--', '-{}-')}}}"


def _heading(text: str) -> str:
    return rf"\texorpdfstring{{{_words(text)}}}{{{_bare(text)}}}"


def _bare(text: str) -> str:
    """The letters of a title, for the list of bookmarks, which takes neither TeX nor accents."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    kept = "".join(char for char in letters if char.isalnum() or char in " .,:;()-+=/")
    return " ".join(kept.split())
