"""The document as one HTML page: mathematics as MathML, figures inside, no network needed."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup, escape

from longlag.derivations.document.blocks import Equation, Illustration, Paragraph, Tabulation
from longlag.derivations.document.document import Document, describe_counts, describe_settings
from longlag.derivations.document.families import Family
from longlag.derivations.document.findings import FINDINGS, NEW, count_outcomes, count_sentences
from longlag.derivations.document.levels import LEVELS
from longlag.derivations.document.mathml import mathml, plain_text
from longlag.derivations.document.prose import RunKind, compose, paragraphs
from longlag.derivations.document.templates import fill
from longlag.theory.typeset.author import current
from longlag.theory.typeset.breaking import break_display
from longlag.theory.typeset.characters import math_tex

#: What a display may take of the page's column, in cm of 10 pt type.
ROOM = 15.0
_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}


def html_page(document: Document, figures: Mapping[str, Path]) -> str:
    """Return the document as a page that needs no other file.

    Args:
        document: what to print.
        figures: for each key a WebP, SVG or PNG file, which is read.

    Returns:
        HTML; identical input gives identical text.

    Raises:
        LonglagError: a display is not read back as it is broken to the column.
    """
    document.require_read_back(_room())
    return fill(
        "page.html.jinja",
        escape=True,
        document=document,
        levels=LEVELS,
        is_paragraph=lambda block: isinstance(block, Paragraph),
        is_equation=lambda block: isinstance(block, Equation),
        is_table=lambda block: isinstance(block, Tabulation),
        is_family=lambda group: isinstance(group, Family),
        room=_room(),
        broken=lambda tex: break_display(math_tex(tex), _room()),
        words=_words,
        bare=_bare,
        paragraphs=paragraphs,
        display=lambda tex: Markup(mathml(tex, display=True)),
        inline=lambda tex: Markup(mathml(tex)),
        source=lambda block: _data_address(block, figures),
        describe_counts=describe_counts,
        FINDINGS=FINDINGS,
        NEW=NEW,
        count_sentences=count_sentences,
        count_outcomes=count_outcomes,
        describe_settings=describe_settings,
    )


def _room() -> float:
    """Where lines of a display break: at the author's width, or at the page's column."""
    return min(current().width or ROOM, ROOM)


def _words(text: str) -> Markup:
    return Markup(
        compose(
            text,
            {
                RunKind.WORDS: lambda words: str(escape(words)),
                RunKind.MATH: mathml,
                RunKind.CODE: lambda code: f"<code>{escape(code)}</code>",
            },
        )
    )


def _bare(text: str) -> str:
    """A text for an attribute or the window's title, where no mathematics can stand."""
    bare = compose(text, {RunKind.WORDS: str, RunKind.MATH: plain_text, RunKind.CODE: str})
    return " ".join(bare.split())


def _data_address(block: Illustration, figures: Mapping[str, Path]) -> str:
    path = figures[block.key]
    return f"data:{_TYPES[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"
