"""Pages in Markdown: their blocks of code, run as a reader would, and the commands they show."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parent.parent
#: Times differ from run to run, and how lines are filled with them.
_SECONDS = re.compile(r"\d[\d.e+-]* s\b")
_BLOCK = re.compile(r"^(`{3,})([^\n`]*)\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of code.

    Args:
        language: what stands behind its fence.
        text: inside it.
        line: of the page, where the text begins.
    """

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Shown:
    """A command of ``longlag`` on a page, as the shell would split it, and the output below it."""

    arguments: tuple[str, ...]
    output: str


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(match[2].strip(), match[3], text.count("\n", 0, match.start(3)) + 1)
        for match in _BLOCK.finditer(text)
    ]


def run_python(page: Path) -> None:
    """Run the Python of a page in one namespace; the block below one that prints has its output."""
    found = blocks(page)
    namespace: dict[str, object] = {"__name__": "page"}
    for place, block in enumerate(found):
        if block.language != "python":
            continue
        printed = io.StringIO()
        # Blank lines in front, so that a failure names the line of the page.
        code = compile("\n" * (block.line - 1) + block.text, str(page), "exec")
        with contextlib.redirect_stdout(printed):
            exec(code, namespace)
        if printed.getvalue():
            below = found[place + 1]
            assert below.language == "", f"{page}:{block.line} prints, and nothing is shown"
            assert printed.getvalue() == below.text, f"{page}:{below.line}"


def commands(page: Path) -> Iterator[Shown]:
    """Return the commands of ``longlag`` in the console blocks of a page."""
    for block in blocks(page):
        if block.language != "console":
            continue
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            line, _, output = part.replace("\\\n", "").partition("\n")
            words = shlex.split(line, comments=True)
            if words[:1] == ["longlag"]:
                yield Shown(tuple(words[1:]), output)


def alike(printed: str, shown: str) -> bool:
    """Whether an output is the one that is shown, but for times and the ends of lines."""
    return _words(printed) == _words(shown)


def _words(text: str) -> list[str]:
    return _SECONDS.sub("SECONDS", text).split()
