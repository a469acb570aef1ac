"""A document, written to a file or shown on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import typer

from longlag.theory.errors import LonglagError
from longlag.theory.statement import CheckedDerivation, Figure


def chosen_format(asked: str, output: Path | None, plain: Sequence[str]) -> str:
    """Return the format that is written: that of the file's name where only text is asked for.

    Args:
        asked: as typed, ``text`` if it was not.
        output: the file; None for the terminal.
        plain: formats that are no documents.

    Raises:
        LonglagError: no format of this name.
    """
    from longlag.derivations.document import FORMATS

    named = output.suffix.lstrip(".") if output is not None and asked == "text" else ""
    chosen = named or asked
    if chosen not in (*plain, *FORMATS):
        raise LonglagError(
            f"format {chosen!r}",
            "nothing is written in it here",
            f"choose one of {', '.join(dict.fromkeys((*plain, *FORMATS)))}",
        )
    return chosen


def deliver(
    checked: Sequence[CheckedDerivation],
    document_format: str,
    output: Path | None,
    *,
    title: str,
    name: str,
) -> None:
    """Write a document, or print it where no file is named; a PDF is always a file.

    Args:
        checked: the derivations with their verdicts.
        document_format: a name in ``FORMATS``.
        output: the file; None for the terminal.
        title: of the document.
        name: of a PDF for which no file is named.
    """
    from longlag.derivations.document import render, write

    if document_format == "pdf" and output is None:
        output = Path(f"{name}.pdf")
    if output is None:
        # Figures are files of their own; a document on the terminal goes without.
        plain = [_without_figures(each) for each in checked]
        typer.echo(render(plain, document_format, title=title))
        return
    write(checked, document_format, output, title=title)
    typer.echo(f"wrote {output}", err=True)


def _without_figures(checked: CheckedDerivation) -> CheckedDerivation:
    items = tuple(item for item in checked.derivation.items if not isinstance(item, Figure))
    return replace(checked, derivation=replace(checked.derivation, items=items))
