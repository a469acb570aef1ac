"""Arrays and tables of numbers out of files, whose claims are checked against their sizes."""

from __future__ import annotations

import codecs
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longlag.files import require_file
from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    import numpy as np

#: Bytes of the largest file of numbers, and of its numbers as doubles: copies have to fit too.
LARGEST = 2 * 10**9

_LONGEST_LINE = 2**26

#: Marks at the beginning of a text that tell its encoding; the longer ones first.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def is_file(text: str) -> bool:
    """Whether a text names a file of numbers, by its suffix.

    >>> is_file("scales.npy"), is_file("2*exp(-2*nu)")
    (True, False)
    """
    return Path(text).suffix in (".npy", ".txt", ".csv", ".dat")


def read_numbers(path: Path, what: str = "file") -> np.ndarray:
    """Return the numbers of a file: an array of NumPy, or text with one on each line.

    Args:
        path: the file.
        what: the file, for the messages.

    Raises:
        LonglagError: what ``read_array`` and ``read_table`` refuse.
    """
    return read_array(path, what) if path.suffix == ".npy" else read_table(path, what)


def read_array(path: Path, what: str = "file") -> np.ndarray:
    """Return the numbers of a .npy file.

    Args:
        path: the file; pickled objects in it are never made.
        what: the file, for the messages.

    Raises:
        LonglagError: what ``require_file`` refuses, a file of something else than one array of
            plain numbers, or one that holds fewer than its header says.
    """
    import numpy as np

    require_file(path, what, largest=LARGEST)
    found = map_array(path, what)
    _require_room(found.size, f"{what} {str(path)!r}")
    return np.array(found)


def map_array(path: Path, what: str = "file") -> np.ndarray:
    """Return the numbers of a .npy file of any size, left in the file.

    Args:
        path: the file; pickled objects in it are never made.
        what: the file, for the messages.

    Raises:
        LonglagError: as ``read_array``, but for its size.
    """
    import numpy as np

    require_file(path, what)
    shown = f"{what} {str(path)!r}"
    try:
        with warnings.catch_warnings():
            # A header may claim more than its numbers can count; the mapping then fails.
            warnings.simplefilter("ignore")
            found = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise LonglagError(
            shown, f"it cannot be read ({error.strerror})", "check its path"
        ) from None
    except Exception:  # whatever NumPy's reader trips over in a file that is not its own
        found = None
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "biufc":
        raise LonglagError(
            shown,
            "it is no array of plain numbers, or holds fewer than its header says",
            "save it with numpy.save",
        )
    return found


def read_table(path: Path, what: str = "file") -> np.ndarray:
    """Return the numbers of a text, one on each line; what follows ``#`` is no number.

    Args:
        path: the file, in UTF-8, or in what the mark at its beginning says.
        what: the file, for the messages.

    Raises:
        LonglagError: what ``require_file`` refuses, no text, a word that is no number.
    """
    import numpy as np

    require_file(path, what, largest=LARGEST)
    shown = f"{what} {str(path)!r}"
    try:
        encoding = _encoding(path, shown)
        # Bytes that are no text may stand in a comment; as numbers they are refused.
        with warnings.catch_warnings(), path.open(encoding=encoding, errors="replace") as text:
            # A file without a number is told as too short a series.
            warnings.simplefilter("ignore", UserWarning)
            return np.loadtxt(text, dtype=float, ndmin=1)
    except OSError as error:
        raise LonglagError(
            shown, f"it cannot be read ({error.strerror})", "check its path"
        ) from None
    except LonglagError:
        raise
    except ValueError as error:
        reason = str(error).splitlines()[0].rstrip(".;")
        raise LonglagError(
            shown,
            f"it holds no plain numbers ({reason})",
            "save a one-dimensional float array as .npy, or one number on each line as text",
        ) from None


def _encoding(path: Path, shown: str) -> str:
    """Return the encoding of a text; what is no text with lines raises LonglagError."""
    with path.open("rb") as file:
        head = file.read(4096)
        marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
        if marked is None and b"\0" in head:
            raise LonglagError(
                shown,
                "it is no text",
                "give a .npy file, or text with one number on each line, not compressed",
            )
        while len(block := file.read(_LONGEST_LINE)) == _LONGEST_LINE:
            if b"\n" not in block and b"\r" not in block:
                raise LonglagError(
                    shown,
                    f"a line of it has more than {_LONGEST_LINE} bytes",
                    "write one number on each line",
                )
    return marked or "utf-8"


def _require_room(count: Any, shown: str) -> None:
    if count * 8 > LARGEST:
        raise LonglagError(
            f"{shown} of {count:.3g} numbers",
            f"as doubles they take {count * 8 / 1e9:.3g} GB, "
            f"and more than {LARGEST / 1e9:.3g} GB do not fit in memory",
            "give a part of it",
        )
