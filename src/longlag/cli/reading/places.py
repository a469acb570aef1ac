"""Where a command writes: options that name a file or a folder, asked before work begins."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from longlag.theory.errors import LonglagError


def place_to_write(path: Path | None) -> Path | None:
    """Return a path to write to, for which no folder is made far away unless one says yes.

    Folders that are missing are made inside the working directory. Outside of it a slip of a key
    would leave folders where nobody looks for them, so a terminal is asked, and nobody else can be.

    Args:
        path: what was typed, None where nothing was.

    Raises:
        LonglagError: folders would be made outside the working directory, and none said yes.
    """
    if path is None:
        return None
    missing = _missing(path.absolute().parent)
    if missing is None or missing.resolve().is_relative_to(Path.cwd().resolve()):
        return path
    question = f"{missing} does not exist, and lies outside the working directory. Make it?"
    if sys.stdin.isatty() and typer.confirm(question, err=True):
        return path
    raise LonglagError(
        f"folder {str(missing)!r}",
        "it does not exist, and outside the working directory none is made unasked",
        "make it first, or choose one that exists",
    )


def _missing(folder: Path) -> Path | None:
    """The outermost of a folder and those above it that does not exist."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    return missing[-1] if missing else None


OutputOption = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", help="Write here instead of to the terminal.", callback=place_to_write
    ),
]
PlotOption = Annotated[
    Path | None,
    typer.Option("--plot", help="Write a figure: .png, .pdf or .svg.", callback=place_to_write),
]
