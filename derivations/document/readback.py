"""Displays read back before anything is written: what is printed is what it came from.

A display is read in the form in which the document writes it, in the author's letters and with its
lines broken.
"""

from __future__ import annotations

from collections.abc import Iterable

from longlag.theory.errors import LonglagError
from longlag.theory.statement import Claim

#: Displays that were read back to what they came from, in this process: (name, tex) ↦ reading.
_KNOWN: dict[tuple[str, str], object] = {}


def require_read_back(owner: str, displays: Iterable[tuple[Claim, str]]) -> None:
    """Read the displays of a document back.

    Args:
        owner: the document, or the part of one, that they stand in.
        displays: each with its claim, as it is to be written.

    Raises:
        LonglagError: one is not read as what it came from.
    """
    for claim, tex in displays:
        statement = claim.statement
        reading = statement.reading
        key = (statement.name, tex)
        if reading is None or _KNOWN.get(key) is reading:
            continue
        difference = reading.difference(tex)
        if difference is not None:
            raise LonglagError(
                f"display {statement.name!r} of {owner!r}",
                f"it does not say what it came from: {difference}; it prints {one_line(tex)}",
                "report it, with the command or the cell; nothing was written",
            )
        _KNOWN[key] = reading


def one_line(tex: str) -> str:
    r"""Return a display on one line.

    >>> print(one_line("a\n = b"))
    a = b
    """
    return " ".join(tex.split())


__all__ = ["require_read_back"]
