"""What commands share: progress on stderr, and files that appear whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from longlag.theory.errors import LonglagError
from longlag.theory.statement import CheckedClaim, CheckedDerivation, Derivation, Figure, Settings

Advance = Callable[[str], None]

#: Formats of figures, by the suffix of the file.
_FIGURES = (".png", ".pdf", ".svg")


@contextmanager
def progress(total: int) -> Iterator[Advance]:
    """Show a progress bar on stderr; the function it yields advances by one step.

    Args:
        total: the number of steps. Nothing is shown where stderr is not a terminal.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<32}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=total)

        def advance(description: str) -> None:
            bar.update(task, advance=1, description=description)

        yield advance


def check_all(derivations: Sequence[Derivation], settings: Settings) -> list[CheckedDerivation]:
    """Check derivations with a progress bar."""
    with progress(sum(len(derivation.claims) for derivation in derivations)) as advance:
        return [check_one(derivation, settings, advance) for derivation in derivations]


def check_one(derivation: Derivation, settings: Settings, advance: Advance) -> CheckedDerivation:
    """Check one derivation, advancing a progress bar with each claim."""
    checked: list[CheckedClaim] = []
    for result in derivation.check_each(settings):
        checked.append(result)
        advance(f"{derivation.name}: {result.claim.statement.name}")
    return CheckedDerivation(derivation, settings, tuple(checked))


def make_settings(examples: int, seed: int) -> Settings:
    """Return the settings of a check; fewer than one example raises LonglagError."""
    if examples < 1:
        raise LonglagError(
            f"--examples {examples}", "a check needs at least one example", "give a number >= 1"
        )
    return Settings(examples=examples, seed=seed)


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


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; a place that cannot be written raises LonglagError."""
    from longlag.derivations.document.writing import put_in_place, staging_folder

    with staging_folder(path) as stage:
        finished = stage / path.name
        finished.write_text(text, encoding="utf-8")
        put_in_place(finished, path)


def check_figure(path: Path | None) -> None:
    """Refuse a figure of an unknown format or place, before the work that it is to show."""
    from longlag.derivations.document.writing import staging_folder

    if path is None:
        return
    if path.suffix.lower() not in _FIGURES:
        raise LonglagError(
            f"plot {str(path)!r}", "a figure is .png, .pdf or .svg", "name such a file"
        )
    with staging_folder(path):
        pass


def write_figure(path: Path, figure: Any) -> None:
    """Write a matplotlib figure whole or not at all, in the format of the file's name."""
    from longlag.derivations.document.writing import put_in_place, staging_folder

    with staging_folder(path) as stage:
        finished = stage / path.name
        figure.savefig(finished, dpi=150)
        put_in_place(finished, path)
