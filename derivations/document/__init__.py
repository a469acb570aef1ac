"""Documents in which every displayed equation carries its verdict: LaTeX, Markdown, HTML, PDF.

>>> list(FORMATS)
['tex', 'md', 'html', 'pdf']
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longlag.derivations.document.document import Document
from longlag.derivations.document.figures import draw_each, save_figures
from longlag.derivations.document.latex import latex_document
from longlag.derivations.document.markdown import markdown_document
from longlag.derivations.document.outline import Theme, outline
from longlag.derivations.document.pdf import compile_pdf
from longlag.files import put_in_place, staging_folder
from longlag.theory.errors import LonglagError
from longlag.theory.registry import Registry
from longlag.theory.statement import CheckedDerivation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FORMATS", "Document", "Format", "Theme", "draw", "outline", "render", "write"]


@dataclass(frozen=True, kw_only=True)
class Format:
    """How a document becomes a file.

    Args:
        text: writes the document; the second argument has the file of each figure.
        figure_suffix: the kind of figure files it takes.
        embeds: whether the figures end up inside the file instead of beside it.
        compile: turns the text into the file's bytes, in the folder given, which holds the
            figures; None where the text is the file.
    """

    text: Callable[[Document, Mapping[str, Path]], str]
    figure_suffix: str
    embeds: bool = False
    compile: Callable[[str, Path], bytes] | None = None


def _html(document: Document, figures: Mapping[str, Path]) -> str:
    # MathML is for pages alone, and its library takes a while to import.
    from longlag.derivations.document.html import html_page

    return html_page(document, figures)


FORMATS: Registry[Format] = Registry("format")
FORMATS.register("tex", Format(text=latex_document, figure_suffix="pdf"))
FORMATS.register("md", Format(text=markdown_document, figure_suffix="png"))
FORMATS.register("html", Format(text=_html, figure_suffix="webp", embeds=True))
FORMATS.register(
    "pdf", Format(text=latex_document, figure_suffix="pdf", embeds=True, compile=compile_pdf)
)


def render(
    checked: Sequence[CheckedDerivation],
    format: str,
    *,
    title: str,
    themes: Sequence[Theme] = (),
    figures: Mapping[str, Path] | None = None,
) -> str:
    """Return checked derivations as the text of a document.

    Args:
        checked: the derivations with their verdicts, in order.
        format: a name in ``FORMATS`` whose files are text.
        title: of the document, in words with TeX between dollar signs.
        themes: its chapters, see ``outline``.
        figures: for each key ``derivation--figure`` an existing file; not needed without figures.

    Returns:
        The document; identical input gives identical text.

    Raises:
        LonglagError: for an unknown format, a format that is no text, or a figure without a file.
    """
    chosen = FORMATS[format]
    if chosen.compile is not None:
        raise LonglagError(
            f"format {format!r}", "its files are not text", "call write, or render another format"
        )
    document = outline(checked, title=title, themes=themes)
    files = dict(figures or {})
    _require_all(document, files)
    return chosen.text(document, files)


def draw(checked: Sequence[CheckedDerivation]) -> Iterator[tuple[str, Figure]]:
    """Draw the figures one by one, each with its key ``derivation--figure``.

    For a caller that shows progress, or that writes several formats and draws only once.

    Args:
        checked: the derivations with their verdicts, in order.
    """
    return draw_each(outline(checked, title="").illustrations)


def write(
    checked: Sequence[CheckedDerivation],
    format: str,
    path: str | Path,
    *,
    title: str,
    themes: Sequence[Theme] = (),
    drawn: Mapping[str, Figure | Path] | None = None,
) -> Path:
    """Write the document with its figures, whole or not at all.

    Args:
        checked: the derivations with their verdicts, in order.
        format: a name in ``FORMATS``.
        path: the file; missing folders are made. For tex and md the figures go to ``figures/``
            beside it.
        title: of the document, in words with TeX between dollar signs.
        themes: its chapters, see ``outline``.
        drawn: the figures by key, as ``dict(draw(checked))`` gives them, or the files they were
            saved in, without their suffix; without it they are drawn.

    Returns:
        The path.

    Raises:
        LonglagError: for an unknown format, a place that cannot be written, and a document that
            does not compile.
    """
    chosen = FORMATS[format]
    path = Path(path)
    document = outline(checked, title=title, themes=themes)
    with staging_folder(path) as stage:
        if drawn is None:
            drawn = dict(draw_each(document.illustrations))
        _require_all(document, drawn)
        needed = {each.key: drawn[each.key] for each in document.illustrations}
        saved = save_figures(needed, stage, chosen.figure_suffix)
        # A page reads its figures now, LaTeX and Markdown name them relative to the document.
        reads = chosen.embeds and chosen.compile is None
        files = {key: stage / file for key, file in saved.items()} if reads else saved
        text = chosen.text(document, files)
        content = chosen.compile(text, stage) if chosen.compile else text.encode("utf-8")
        finished = stage / "finished"
        finished.write_bytes(content)
        # The document last: it must not name a figure that is not there yet.
        for file in () if chosen.embeds else saved.values():
            put_in_place(stage / file, path.parent / file)
        put_in_place(finished, path)
    return path


def _require_all(document: Document, figures: Mapping[str, Any]) -> None:
    missing = [each.key for each in document.illustrations if each.key not in figures]
    if missing:
        raise LonglagError(
            f"figures {missing}",
            "each figure of the document has to be given",
            "give them by key, or call write without drawn, which draws them",
        )
