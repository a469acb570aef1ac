r"""The text of a paper's files, decoded, with plain line ends, never from outside its folder."""

from __future__ import annotations

import re
from pathlib import Path

from longlag.theory.errors import LonglagError
from longlag.theory.tex.tokens import Text, Token, refusal

#: Bytes of one file.
_LARGEST = 500_000
_CODECS = {b"latin1": "latin-1", b"latin9": "iso8859-15", b"ansinew": "cp1252", b"cp1252": "cp1252"}
_LATIN = re.compile(
    rb"\\usepackage\s*\[\s*(latin1|latin9|ansinew|cp1252)\s*\]\s*\{\s*inputenc\s*\}"
)


def read_text(path: Path, name: str) -> Text:
    """Return the text of a file.

    Args:
        path: of the file.
        name: how messages call it.

    Raises:
        LonglagError: it is missing or too large, or no text in UTF-8 or the declared encoding.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= _LARGEST else b""
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise LonglagError(name, f"it cannot be read: {reason}", "name a file of LaTeX") from None
    if size > _LARGEST:
        raise LonglagError(name, f"a file has at most {_LARGEST} bytes", "split it into files")
    content = _decoded(data.removeprefix(b"\xef\xbb\xbf"), name)
    return Text(name, content.replace("\r\n", "\n").replace("\r", "\n"))


def _decoded(data: bytes, name: str) -> str:
    declared = _LATIN.search(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if declared:
            return data.decode(_CODECS[declared[1]], errors="replace")
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise LonglagError(
            f"{name}:{line}:{column}: byte {data[error.start]:#04x}",
            "the file is no UTF-8, and declares no other encoding",
            r"save it as UTF-8, or write \usepackage[latin1]{inputenc}",
        ) from None


def included(folder: Path, name: str, token: Token) -> Text:
    r"""Return the text of a file that another one takes in.

    Args:
        folder: of the paper; nothing outside it is read.
        name: as it is typed, with or without ``.tex``.
        token: ``\input`` or ``\include``, for messages.

    Raises:
        LonglagError: it lies outside the folder, or is missing.
    """
    root = folder.resolve()
    for candidate in (name, name + ".tex"):
        if "\0" in candidate:
            break
        path = (root / candidate).resolve()
        if not path.is_relative_to(root):
            raise refusal(
                token, f"{name!a} lies outside the folder of the paper", "move it into the folder"
            )
        if path.is_file():
            return read_text(path, str(path.relative_to(root)))
    raise refusal(token, f"the file {name!a} is missing", "correct its name, or leave it out")


__all__ = ["included", "read_text"]
