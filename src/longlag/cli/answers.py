"""What a command printed, kept for the next time that it is typed.

An answer follows from what was typed, from the package's own code and from its libraries, and is
told again only where none of them has changed. Whoever reads it is told when it was worked out: its
verdicts are those of that time. With LONGLAG_FRESH=1 everything is worked out again.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import longlag
from longlag.cli.showing.notes import notes
from longlag.kept import cache_folder, keep_text, read_kept
from longlag.theory.errors import LonglagError

#: Makes commands work everything out again.
FRESH_VARIABLE = "LONGLAG_FRESH"

#: Commands whose answers follow from what is typed, if it has no other options than these.
_KEPT = {
    "derive": ("--order", "--examples", "--seed", "--equation", "--macros"),
    "law": ("--set", "--from", "--init", "--examples", "--seed"),
}

#: The rooms, which may be links to the folders of a checkout.
_ROOMS = ("cli", "derivations", "numerics", "theory")


@dataclass(frozen=True)
class Answer:
    """What was printed, and when it was worked out.

    Args:
        text: what was printed.
        when: date and time.
    """

    text: str
    when: str

    @property
    def note(self) -> str:
        """The line that says where the answer comes from."""
        return (
            f"longlag: worked out and checked on {self.when} by the same code and libraries; "
            f"{FRESH_VARIABLE}=1 does it again"
        )


def recall(arguments: Sequence[str]) -> Answer | None:
    """Return what a command printed, None where it was not kept or something has changed.

    Args:
        arguments: the command and what was typed after it.
    """
    if os.environ.get(FRESH_VARIABLE) or not _may_be_kept(arguments):
        return None
    try:
        stored = read_kept(_path(arguments))
    except (OSError, LonglagError):
        return None
    found = {} if stored is None else json.loads(stored)
    if found.get("follows_from") != _follows_from(arguments):
        return None
    return Answer(found["text"], found["when"])


@contextmanager
def keeping(arguments: Sequence[str]) -> Iterator[None]:
    """Keep what is printed inside, unless it fails or remarks something on the way.

    Args:
        arguments: the command and what was typed after it.
    """
    if not _may_be_kept(arguments):
        yield
        return
    # Before it runs: what is read from now on may be newer than what is printed, and not older.
    follows_from, heard = _follows_from(arguments), _Heard(sys.stdout)
    try:
        with notes() as told, redirect_stdout(heard):
            yield
    finally:
        for note in told:
            warnings.warn(note, stacklevel=1)
    text = "".join(heard.parts)
    if told or not text:
        return
    when = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    answer = {"follows_from": follows_from, "when": when, "text": text}
    try:
        keep_text(_path(arguments), json.dumps(answer))
    except (OSError, LonglagError):
        return


class _Heard:
    """A stream that remembers what passes through it."""

    def __init__(self, stream: Any) -> None:
        self.parts: list[str] = []
        self._stream = stream

    def write(self, text: str) -> Any:
        """Write, and remember what could be written."""
        written = self._stream.write(text)
        self.parts.append(text)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _may_be_kept(arguments: Sequence[str]) -> bool:
    """Whether nothing that was typed names a file, is a question for help or is not known."""
    options = _KEPT.get(arguments[0], ()) if arguments else ()
    typed = arguments[1:]
    known = all(text.partition("=")[0] in options for text in typed if text.startswith("-"))
    return bool(options) and known and not any(":" in text for text in typed)


def _path(arguments: Sequence[str]) -> Path:
    digest = hashlib.sha256(json.dumps(list(arguments)).encode()).hexdigest()[:32]
    return cache_folder() / f"answer-{arguments[0]}-{digest}.txt"


def _follows_from(arguments: Sequence[str]) -> str:
    """A digest of everything that an answer follows from."""
    digest = hashlib.sha256(json.dumps(list(arguments)).encode())
    machine = (sys.version, platform.machine(), platform.node())
    digest.update(repr((machine, _installed())).encode())
    root = Path(longlag.__file__).parent
    files = list(root.glob("*.py"))
    for room in _ROOMS:
        files += (root / room).resolve().rglob("*.*")
    for path in sorted(files):
        if path.suffix != ".pyc" and path.is_file():
            digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _installed() -> list[str]:
    """Names and versions of the libraries, as the folders beside them tell."""
    places = [Path(place) for place in sys.path if os.path.isdir(place)]
    ends = (".dist-info", ".egg-info")
    return sorted(name for place in places for name in os.listdir(place) if name.endswith(ends))
