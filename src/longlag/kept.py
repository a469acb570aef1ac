"""Texts kept in the user's cache folder, each with a digest of itself in front."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

from longlag.theory.errors import LonglagError

#: Names the folder in which generated texts and built libraries are kept.
CACHE_VARIABLE = "LONGLAG_CACHE"


def cache_folder() -> Path:
    """Return the folder of generated texts and libraries, made private to the user where missing.

    Raises:
        LonglagError: it cannot be made or written.
    """
    named = os.environ.get(CACHE_VARIABLE)
    folder = Path(named) if named else user_cache_path("longlag")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LonglagError(
            f"cache folder {str(folder)!r}",
            f"it cannot be made ({error.strerror})",
            f"name another in {CACHE_VARIABLE}",
        ) from None
    return folder


def read_kept(path: Path) -> str | None:
    """Return a text that was kept, None where it is missing, damaged or somebody else's.

    Args:
        path: its file.

    Raises:
        OSError: the file is there and cannot be read.
    """
    try:
        if hasattr(os, "getuid") and path.stat().st_uid not in (os.getuid(), 0):
            return None
        digest, _, text = path.read_text(encoding="utf-8").partition("\n")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return text if digest == _digest(text) else None


def keep_text(path: Path, text: str) -> None:
    """Keep a text; it is written beside its place and moved there, so that nobody reads half of it.

    Args:
        path: its file.
        text: what it holds.

    Raises:
        OSError: it cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".text-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{_digest(text)}\n{text}")
    os.replace(name, path)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
