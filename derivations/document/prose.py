"""Words with TeX between dollar signs: taken apart once, put together by each format."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from longlag.theory.errors import LonglagError
from longlag.theory.typeset.characters import math_tex


class RunKind(Enum):
    """What a stretch of text is."""

    WORDS = "words"
    MATH = "math"
    CODE = "code"


@dataclass(frozen=True)
class Run:
    """A stretch of text of one kind, without its delimiters."""

    kind: RunKind
    text: str


_MARKED = re.compile(
    r"\\(?P<escaped>\$)"
    r"|\$(?P<math>(?:\\.|[^\\$])+)\$"
    r"|(?P<ticks>`{1,2})(?P<code>[^`\n]+)(?P=ticks)"
    r"|(?P<alone>\$)"
)


def runs(text: str) -> tuple[Run, ...]:
    r"""Take a text apart.

    Args:
        text: words, TeX between single dollar signs, code between backticks; ``\$`` is a dollar.

    Returns:
        The runs in order; TeX is in ASCII wherever TeX has a name for the character.

    Raises:
        LonglagError: for a dollar sign without a partner.

    >>> [run.text for run in runs("the lag $ℓ$ of `transport`")]
    ['the lag ', '\\ell ', ' of ', 'transport']
    """
    found: list[Run] = []
    words, end = "", 0
    for match in _MARKED.finditer(text):
        words += text[end : match.start()]
        end = match.end()
        if match["escaped"]:
            words += "$"
            continue
        if match["alone"]:
            raise LonglagError(
                f"text {_excerpt(text, match.start())!r}",
                "mathematics stands between two single dollar signs",
                r"close it, or write \$ for a dollar; a displayed equation is a Claim",
            )
        found += [Run(RunKind.WORDS, words)] if words else []
        words = ""
        if match["math"]:
            found.append(Run(RunKind.MATH, math_tex(match["math"])))
        else:
            found.append(Run(RunKind.CODE, match["code"]))
    words += text[end:]
    return (*found, *([Run(RunKind.WORDS, words)] if words else []))


def compose(text: str, writers: Mapping[RunKind, Callable[[str], str]]) -> str:
    """Return a text with each of its runs written by the writer of its kind.

    >>> compose("a $b$", {RunKind.WORDS: str.upper, RunKind.MATH: lambda tex: f"({tex})"})
    'A (b)'
    """
    return "".join(writers[run.kind](run.text) for run in runs(text))


def paragraphs(text: str) -> tuple[str, ...]:
    r"""Return the paragraphs of a text, which blank lines separate, each on one line.

    >>> paragraphs("one\n  line\n\nanother")
    ('one line', 'another')
    """
    parts = re.split(r"\n\s*\n", text)
    return tuple(joined for part in parts if (joined := " ".join(part.split())))


def _excerpt(text: str, position: int) -> str:
    return text[max(0, position - 30) : position + 30]
