"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from longlag.theory.errors import LonglagError

#: Formats of figures, by the suffix of the file.
_FIGURES = (".png", ".pdf", ".svg")


@contextmanager
def staging_folder(path: Path) -> Iterator[Path]:
    """Offer a hidden folder beside ``path`` in which its files are made; it is gone afterwards.

    Beside it, because a file can only be moved into place in one step within one file system.

    Args:
        path: the file that will be written; missing folders above it are made.

    Raises:
        LonglagError: when the folder cannot be made or written, or ``path`` is a folder.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder")
        stage = Path(tempfile.mkdtemp(prefix=".longlag-", dir=path.parent))
    except OSError as error:
        raise _refusal(path, error) from error
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def put_in_place(file: Path, path: Path) -> None:
    """Move a finished file to its place in one step, over an older one if there is one."""
    try:
        path.parent.mkdir(exist_ok=True)
        os.replace(file, path)
    except OSError as error:
        raise _refusal(path, error) from error


def _refusal(path: Path, error: OSError) -> LonglagError:
    blocked = isinstance(error, (FileExistsError, NotADirectoryError))
    reason = "a file stands where a folder is needed" if blocked else error.strerror or error
    return LonglagError(
        f"file {str(path)!r}",
        f"it has to be a file in a folder that can be written ({reason})",
        "choose another path, or make the folder writable",
    )


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; a place that cannot be written raises LonglagError."""
    with staging_folder(path) as stage:
        finished = stage / path.name
        finished.write_text(text, encoding="utf-8")
        put_in_place(finished, path)


def check_figure(path: Path | None) -> None:
    """Refuse a figure of an unknown format or place, before the work that it is to show."""
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
    with staging_folder(path) as stage:
        finished = stage / path.name
        figure.savefig(finished, dpi=150)
        put_in_place(finished, path)
