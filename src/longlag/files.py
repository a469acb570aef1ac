"""Files that are written whole or not at all, and that are asked what they are before reading."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from longlag.theory.errors import LonglagError

#: Formats of figures, by the suffix of the file.
_FIGURES = (".png", ".pdf", ".svg")

#: Errors of a disk, or of one's share of it, that takes no more.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

#: What stands behind a name and is no file.
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def require_file(path: Path, what: str = "file", *, largest: int | None = None) -> int:
    """Return the bytes of a file on a disk.

    Args:
        path: where it is.
        what: the file, for the messages.
        largest: the bytes that it may have.

    Raises:
        LonglagError: no such file, a folder, a pipe or a device, a file that is empty or too large.
    """
    shown = f"{what} {str(path)!r}"
    try:
        found = path.stat()
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = getattr(error, "strerror", None) or error
        raise LonglagError(shown, f"it cannot be read ({reason})", "check its path") from None
    kind = next((name for test, name in _KINDS if test(found.st_mode)), None)
    if kind is not None:
        raise LonglagError(
            shown,
            f"it is {kind}, and what is read is a file on a disk",
            "name a file" if kind == "a folder" else "save what it gives into a file first",
        )
    if found.st_size == 0:
        # Some files of the system say so as well, and what they give may never end.
        raise LonglagError(shown, "it is empty", "name a file that holds something")
    if largest is not None and found.st_size > largest:
        raise LonglagError(
            f"{shown} of {found.st_size / 1e9:.1f} GB",
            f"it has to fit in memory, and more than {largest / 1e9:.3g} GB do not",
            "give a part of it",
        )
    return found.st_size


@contextmanager
def staging_folder(path: Path) -> Iterator[Path]:
    """Offer a hidden folder beside ``path`` in which its files are made; it is gone afterwards.

    Beside it, because a file can only be moved into place in one step within one file system.

    Args:
        path: the file that will be written; missing folders above it are made.

    Raises:
        LonglagError: when the folder cannot be made or written, the disk is full, or ``path`` is
            a folder or a device.
    """
    made = [folder for folder in path.parents if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder")
        if path.exists() and not path.is_file():
            # Moving a file to its place would take away the device or the pipe for everybody.
            raise OSError(f"{path} is no file on a disk")
        stage = Path(tempfile.mkdtemp(prefix=".longlag-", dir=path.parent))
    except OSError as error:
        _remove(made)
        raise _refusal(path, error) from error
    try:
        yield stage
    except BaseException as error:
        shutil.rmtree(stage, ignore_errors=True)
        _remove(made)
        if isinstance(error, OSError) and _is_of_writing(error, stage):
            raise _refusal(path, error) from error
        raise
    shutil.rmtree(stage, ignore_errors=True)


def put_in_place(file: Path, path: Path) -> None:
    """Move a finished file to its place in one step, over an older one if there is one."""
    try:
        path.parent.mkdir(exist_ok=True)
        os.replace(file, path)
    except OSError as error:
        raise _refusal(path, error) from error


def is_full(error: OSError) -> bool:
    """Return whether an error says that a disk, or one's share of it, takes no more."""
    return error.errno in _FULL


def _remove(folders: Sequence[Path]) -> None:
    """Take away folders that were made for a file, the innermost first, if they are empty."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _is_of_writing(error: OSError, stage: Path) -> bool:
    """Whether an error tells of the files that are made, and not of one that is read for them."""
    return is_full(error) or str(error.filename or "").startswith(str(stage))


def _refusal(path: Path, error: OSError) -> LonglagError:
    if is_full(error):
        return LonglagError(
            f"file {str(path)!r}",
            f"the disk is full ({error.strerror})",
            "make room, or choose a path on another disk",
        )
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
    made = [folder for folder in path.parents if not folder.exists()]
    with staging_folder(path):
        pass
    _remove(made)


def write_figure(path: Path, figure: Any) -> None:
    """Write a matplotlib figure whole or not at all, in the format of the file's name."""
    with staging_folder(path) as stage:
        finished = stage / path.name
        figure.savefig(finished, dpi=150)
        put_in_place(finished, path)
