"""Blocks of code in Markdown, and whether they do what stands below them."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Times differ from run to run, and widths of tables with them.
_SECONDS = re.compile(r"\d[\d.e+-]* s\b")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Args:
        language: behind the fence; empty for output.
        text: inside it.
        line: of the fence.
    """

    language: str
    text: str
    line: int


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page in order."""
    found = re.finditer(r"^```(\w*)[^\n]*\n(.*?)^```\s*$", text, flags=re.DOTALL | re.MULTILINE)
    return [Block(m[1], m[2], text.count("\n", 0, m.start()) + 1) for m in found]


def run_python(page: list[Block], namespace: dict[str, object]) -> Iterator[tuple[Block, str, str]]:
    """Run the blocks of Python of a page in one namespace.

    Yields:
        Each block with what it printed and what stands below it, for those that have output there.
    """
    for block, following in zip(page, [*page[1:], Block("none", "", 0)], strict=True):
        if block.language != "python":
            continue
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile(block.text, f"block at line {block.line}", "exec"), namespace)
        if not following.language:
            yield block, output.getvalue(), following.text


def commands(page: list[Block]) -> Iterator[tuple[list[str], str]]:
    """Return the command lines of blocks of a console, each with the output that is shown."""
    for block in page:
        if block.language != "console":
            continue
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            yield shlex.split(line, comments=True), output


def run_command(arguments: list[str], folder: Path) -> str:
    """Run ``longlag …`` as in a terminal of 80 columns, and return what it prints."""
    assert arguments[0] == "longlag"
    done = subprocess.run(
        [sys.executable, "-m", "longlag", *arguments[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def same(printed: str, shown: str) -> bool:
    """Whether an output is the one that is shown, but for times and how lines are filled."""
    return _words(printed) == _words(shown)


def _words(text: str) -> list[str]:
    return _SECONDS.sub("SECONDS", text).split()
