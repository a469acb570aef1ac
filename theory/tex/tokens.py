r"""The tokens of LaTeX, each with its place in the file that it was typed in.

A token is what TeX takes one at a time: a control word such as ``\ell``, a control symbol such as
``\,``, one character, or a comment for longlag. Blanks and other comments are no tokens.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from longlag.theory.errors import LonglagError

#: Characters of one text.
_LONGEST_TEXT = 500_000
_VERBATIM = "verbatim|Verbatim|lstlisting|minted|comment|filecontents"

_TOKEN = re.compile(
    rf"(?P<verbatim>\\begin\s*\{{(?P<name>(?:{_VERBATIM})\*?)\}}.*?(?:\\end\s*\{{(?P=name)\}}|(?P<open>\Z)))"
    r"|(?P<verb>\\verb\*?(?P<bar>[^a-zA-Z*\s])[^\n]*?(?:(?P=bar)|$))"
    r"|(?P<false>\\iffalse(?![a-zA-Z]).*?(?:\\fi(?![a-zA-Z])|\Z))"
    r"|(?P<word>\\[a-zA-Z@]+|\\.|\\$)"
    r"|%[ \t]*(?P<note>longlag:[^\n]*)"
    r"|(?P<forgotten>%[ \t]*longlag[ \t]+(?:let[ \t]|check[ \t]*$))"
    r"|(?P<comment>%[^\n]*)"
    r"|(?P<blank>\s+)"
    r"|(?P<character>.)",
    re.DOTALL | re.MULTILINE,
)
#: What a comment for longlag begins with, as a token.
NOTE = "longlag:"


@dataclass(frozen=True)
class Place:
    """A position in a file, counted from 1.

    >>> print(Place("paper.tex", 12, 5))
    paper.tex:12:5
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, eq=False)
class Text:
    """A text with the name of its file, and where in that file it begins.

    Args:
        file: as messages name it.
        content: with line ends as ``\\n``.
        start: place of the first character.
    """

    file: str
    content: str = field(repr=False)
    start: tuple[int, int] = (1, 1)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.content))]

    def place(self, offset: int) -> Place:
        """Return the place of the character at an offset."""
        line = bisect_right(self._line_starts, offset) - 1
        column = offset - self._line_starts[line]
        first_line, first_column = self.start
        return Place(self.file, first_line + line, column + (1 if line else first_column))


class Token(NamedTuple):
    """One token.

    Args:
        text: ``\\ell``, ``x``, ``{``, or a whole comment from ``longlag:`` on.
        source: the text that it stands in.
        offset: of its first character.
        tight: whether nothing stands between it and the token before.
    """

    text: str
    source: Text
    offset: int
    tight: bool = False

    @property
    def place(self) -> Place:
        """Where it was typed; of what a macro expands to, where the macro was."""
        return self.source.place(self.offset)

    @property
    def is_word(self) -> bool:
        """Whether it is a control word, which a letter behind it must be kept apart from."""
        return self.text[0] == "\\" and self.text[1:2].isalpha()

    @property
    def is_note(self) -> bool:
        """Whether it is a comment for longlag."""
        return self.text.startswith(NOTE)


def tokenise(text: Text, longest: int = _LONGEST_TEXT) -> list[Token]:
    r"""Return the tokens of a text; what is verbatim and plain comments are left out.

    Args:
        text: with its file.
        longest: characters that it may have.

    Raises:
        LonglagError: it is too long, something verbatim is not closed, or a comment for longlag
            lacks its colon.

    >>> [token.text for token in tokenise(Text("", r"x_{\ell}\, % a comment"))]
    ['x', '_', '{', '\\ell', '}', '\\,']
    """
    if len(text.content) > longest:
        raise LonglagError(
            text.file,
            f"a text has at most {longest} characters, and this one {len(text.content)}",
            "split it into files",
        )
    tokens = []
    tight = False
    for match in _TOKEN.finditer(text.content):
        kind = match.lastgroup
        if kind in ("word", "character"):
            tokens.append(Token(match.group(), text, match.start(), tight))
            tight = True
        elif kind == "note":
            tokens.append(Token(match["note"].rstrip(), text, match.start("note"), False))
        elif kind == "verbatim" and match["open"] is not None:
            raise LonglagError(
                f"{text.place(match.start())}: token '\\begin{{{match['name']}}}'",
                "it is not closed",
                f"close it with \\end{{{match['name']}}}",
            )
        elif kind == "forgotten":
            # As a plain comment it would declare nothing, and what it declares would be missed.
            raise LonglagError(
                f"{text.place(match.start())}: comment {match.group().strip()!r}",
                "a comment for longlag has a colon",
                "write % longlag: let … or % longlag: check",
            )
        else:
            tight = False
    return tokens


def written(tokens: Iterable[Token]) -> str:
    r"""Return tokens as text, without blanks that say nothing.

    >>> written(tokenise(Text("", r"\ell  a + \mathrm{ b }")))
    '\\ell a+\\mathrm{b}'
    """
    parts: list[str] = []
    after_word = False
    for token in tokens:
        if after_word and token.text[0].isalpha():
            parts.append(" ")
        parts.append(token.text)
        after_word = token.is_word
    return "".join(parts)


def refusal(token: Token, rule: str, remedy: str) -> LonglagError:
    """Return the error that names a token and its place.

    Args:
        token: what cannot be read.
        rule: what is required.
        remedy: what to write instead.
    """
    text = token.text if len(token.text) <= 40 else token.text[:40] + "..."
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return LonglagError(f"{token.place}: token '{shown}'", rule, remedy)


def matching(tokens: Sequence[Token], opening: str = "{", closing: str = "}") -> dict[int, int]:
    """Return for the index of every opening brace that of its closing one.

    Args:
        tokens: in which braces match.
        opening: what opens.
        closing: what closes.

    Raises:
        LonglagError: one that is never closed, or closes nothing; more than 25 inside one another.
    """
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    for index, token in enumerate(tokens):
        if token.text == opening:
            waiting.append(index)
            if len(waiting) > DEEPEST:
                raise refusal(
                    token, f"it stands inside {DEEPEST} others", "write a simpler formula"
                )
        elif token.text == closing:
            if not waiting:
                raise refusal(token, "it closes nothing", f"remove it, or open a '{opening}'")
            pairs[waiting.pop()] = index
    if waiting:
        raise refusal(tokens[waiting[-1]], "it is not closed", f"close it with '{closing}'")
    return pairs


#: Braces, brackets and arguments that may stand inside one another.
DEEPEST = 25

__all__ = [
    "DEEPEST",
    "NOTE",
    "Place",
    "Text",
    "Token",
    "matching",
    "refusal",
    "tokenise",
    "written",
]
