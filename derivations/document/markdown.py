r"""The document as Markdown as GitHub reads it: ``$$`` displays, the verdict under each.

Possible issues: Markdown reads a formula as text before anybody reads it as mathematics. It takes
the backslash from ``\{`` and ``\|``, a tag from ``<b`` and a link from ``](``; these are written in
another way here. Code such as ``\_`` within a formula has no other way and may lose its backslash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from longlag.derivations.document.blocks import (
    Equation,
    Illustration,
    Paragraph,
    Section,
    Tabulation,
)
from longlag.derivations.document.document import (
    Chapter,
    Document,
    describe_counts,
    describe_settings,
)
from longlag.derivations.document.findings import (
    FINDINGS,
    NEW,
    JudgedSentence,
    count_outcomes,
    count_sentences,
)
from longlag.derivations.document.levels import LEVELS
from longlag.derivations.document.prose import RunKind, compose, paragraphs

#: What Markdown would take for its own, and how TeX says the same. A row's end is read first, so
#: that its second backslash is not taken for the beginning of something.
_TEX_REWRITES = {
    r"\\": r"\\",
    r"\|": r"\Vert ",
    "|": r"\vert ",
    r"\{": r"\lbrace ",
    r"\}": r"\rbrace ",
    r"\,": r"\thinspace ",
    r"\:": r"\medspace ",
    r"\;": r"\thickspace ",
    r"\!": r"\negthinspace ",
    "<": r"\lt ",
    ">": r"\gt ",
    "](": "] (",
}
_TEX_TOKEN = re.compile("|".join(map(re.escape, _TEX_REWRITES)))
# A line that begins like a list, a heading or a quotation would become one.
_RISKY_LINE = re.compile(r"\n\s*(?=[-+=#*\d])")


def markdown_document(document: Document, figures: Mapping[str, Path]) -> str:
    """Return the document as Markdown.

    Args:
        document: what to print.
        figures: for each key an image file, relative to the document.

    Returns:
        Markdown; identical input gives identical text.
    """
    lines = [*_head(document), *_findings(document), *_overview(document)]
    for chapter in document.chapters:
        lines += _chapter(chapter)
        for section in chapter.sections:
            lines += _section(document, section, figures)
    return "\n".join(lines).rstrip("\n") + "\n"


def _head(document: Document) -> Iterator[str]:
    settings = "; ".join(describe_settings(each) for each in document.settings)
    yield from (f"# {_words(document.title)}", "")
    yield from (f"longlag {document.version}; {settings}.", "")
    links = ", ".join(f"[({each.number})](#{each.anchor})" for each in document.unexpected)
    expected = f"**Not as expected: {links}.**" if links else document.conclusion
    counts = f"{describe_counts(document.counts)}. {expected}".rstrip()
    yield from (counts, "", "## Contents", "")
    for section in document.sections:
        link = f"[{_words(section.title)}](#{section.anchor})"
        yield f"{section.label}. {link}: {describe_counts(section.counts)}"
    yield ""


def _findings(document: Document) -> Iterator[str]:
    if not document.papers:
        return
    yield from ("## What holds and what does not", "")
    outcomes, sentences = count_outcomes(document.papers), count_sentences(document.papers)
    yield from (f"**{outcomes}**: {sentences}. {FINDINGS}", "")
    for paper in document.papers:
        yield from (f"### {_words(paper.name)}", "", f"{describe_counts(paper.counts)}.", "")
        yield from _found(paper.sentences)
    if document.new_results:
        yield from ("### New here", "", NEW, "")
        yield from _found(document.new_results)


def _found(sentences: Sequence[JudgedSentence]) -> Iterator[str]:
    yield from (_row("", "sentence", "verdict", "what decides"), _row(*["---"] * 4))
    for each in sentences:
        links = ", ".join(f"[({one.number})](#{one.anchor})" for one in each.shown)
        links += " …" * (len(each.equations) > len(each.shown))
        yield _row(links, _words(each.told), f"**{each.level}**", _words(each.decides))
    yield ""


def _overview(document: Document) -> Iterator[str]:
    levels = document.levels
    yield from ("## Overview", "")
    yield _row("Derivation", "claims", *levels)
    yield _row("---", *["--:"] * (len(levels) + 1))
    for section in document.sections:
        counts = [str(section.counts[level]) for level in levels]
        yield _row(_words(section.title), str(len(section.equations)), *counts)
    totals = [str(document.counts[level]) for level in levels]
    yield from (_row("All", str(len(document.equations)), *totals), "")
    yield from (f"- **{level}**: {LEVELS[level].meaning}" for level in levels)
    yield ""


def _chapter(chapter: Chapter) -> Iterator[str]:
    if chapter.number:
        yield from (f"# {chapter.number}. {_words(chapter.title)}", "", _words(chapter.lead), "")
    yield from ("## Notation", "", _words(chapter.convention), "")
    yield from (_row("symbol", "meaning"), _row("---", "---"))
    for line in chapter.notation:
        yield _row(f"${markdown_tex(line.tex)}$", _words(line.meaning))
    yield ""


def _section(document: Document, section: Section, figures: Mapping[str, Path]) -> Iterator[str]:
    yield from (f'<a id="{section.anchor}"></a>', "")
    yield from (f"## {section.label}. {_words(section.title)}", "")
    if len(document.settings) > 1:
        yield from (f"{describe_settings(section.settings)}.", "")
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield from (f"### {_words(block.title)}", "") if block.title else ()
            for paragraph in paragraphs(block.text):
                yield from (_words(paragraph), "")
        elif isinstance(block, Equation):
            yield from _equation(block)
        elif isinstance(block, Tabulation):
            yield from _table(block)
        else:
            yield from _figure(block, figures)


def _equation(equation: Equation) -> Iterator[str]:
    claim, verdict = equation.claim, equation.verdict
    title = f"**{_words(claim.title)}.**" if claim.title else ""
    words = " ".join(part for part in (title, _words(" ".join(claim.text.split()))) if part)
    yield from (f'<a id="{equation.anchor}"></a>', "")
    yield from (words, "") if words else ()
    yield from ("$$", rf"{markdown_tex(equation.tex)} \tag{{{equation.number}}}", "$$", "")
    remark = equation.remark if equation.as_expected else f"**{equation.remark}**"
    detail = " — ".join([_words(equation.detail), *([remark] if equation.remark else [])])
    yield f"**{verdict.level}** — {detail}  "
    yield from (f"<sub>{_words(equation.basis)}</sub>", "")


def _figure(illustration: Illustration, figures: Mapping[str, Path]) -> Iterator[str]:
    path = figures[illustration.key].as_posix()
    yield from (f"![Figure {illustration.number}]({path})", "")
    yield from (f"**Figure {illustration.number}.** {_words(illustration.caption)}", "")


def _table(table: Tabulation) -> Iterator[str]:
    yield from (f'<a id="{table.key}"></a>', "")
    yield from (f"**Table {table.number}.** {_words(table.caption)}", "")
    yield _row(*map(_words, table.columns))
    yield _row(*["---"] * len(table.columns))
    for row in table.rows:
        yield _row(*map(_words, row))
    yield ""


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def markdown_tex(tex: str) -> str:
    """Return a formula as Markdown leaves it: what is Markdown's own is said in another way."""
    written = _TEX_TOKEN.sub(lambda match: _TEX_REWRITES[match.group()], tex)
    return _RISKY_LINE.sub(" ", written)


def _words(text: str) -> str:
    return compose(
        text,
        {
            RunKind.WORDS: _escape,
            RunKind.MATH: lambda tex: f"${markdown_tex(tex).strip()}$",
            RunKind.CODE: lambda code: f"`{code}`",
        },
    )


def _escape(words: str) -> str:
    escaped = re.sub(r"([\\`*_\[\]<>|$])", r"\\\1", words)
    # At the start of a paragraph these begin a list, a heading or a quotation.
    return re.sub(r"^(\s*\d*)([-+#.)])(?=\s|#)", r"\1\\\2", escaped)
