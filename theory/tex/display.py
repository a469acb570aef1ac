r"""One display: its rows, the chains that run through them, and what is said of each row.

A row that begins with a relation goes on with the line before; one that begins with an operator, or
inside brackets that are open, goes on with its formula; any other row begins a chain of its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sympy import Expr

from longlag.theory.tex import commands
from longlag.theory.tex.declarations import Declarations
from longlag.theory.tex.formula import Chain, Step, read_tokens
from longlag.theory.tex.rows import Row, rows_of
from longlag.theory.tex.tokens import Place, Token

_CONTINUING = frozenset({"+", "-", "/", r"\cdot", r"\times", r"\odot", "*"})


@dataclass(frozen=True)
class Passage:
    """What the rows of a display say in one go: a chain, or one expression.

    Args:
        tokens: of the formula, over all its rows.
        rows: those it runs through, in order.
        starts: the index of the first token of each row.
        place: where it begins.
    """

    tokens: tuple[Token, ...]
    rows: tuple[Row, ...]
    starts: tuple[int, ...]
    place: Place

    def row_of(self, token: Token) -> Row:
        """Return the row in which a token of the formula stands.

        Args:
            token: a sign, say.
        """
        index = next(i for i, candidate in enumerate(self.tokens) if candidate is token)
        return self.rows[bisect_right(self.starts, index) - 1]


@dataclass(frozen=True)
class Display:
    """A display of a paper.

    Args:
        place: where it begins.
        tokens: inside it, with macros expanded.
        declarations: that hold there.
        before: comments to check it, on the lines before.
        environment: its name, empty for ``\\[ … \\]``.
    """

    place: Place
    tokens: tuple[Token, ...] = field(repr=False)
    declarations: Declarations = field(repr=False)
    before: tuple[Token, ...] = ()
    environment: str = ""

    @property
    def notes(self) -> tuple[Token, ...]:
        """The comments for longlag inside it."""
        return tuple(token for token in self.tokens if token.is_note)

    @property
    def checks(self) -> tuple[Token, ...]:
        """The comments that ask to check it, or a row of it."""
        inside = [note for note in self.notes if note.text.split()[1:2] == ["check"]]
        return (*self.before, *inside)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Its rows.

        Raises:
            LonglagError: braces that do not match.
        """
        return tuple(rows_of(self.tokens, self.place))

    @property
    def labels(self) -> tuple[str, ...]:
        """Its labels, in order."""
        return tuple(label for row in self.rows for label in row.labels)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Its chains and expressions, not read yet."""
        found: list[list[tuple[Row, Sequence[Token]]]] = []
        for row in self.rows:
            for formula in row.formulas:
                if found and (goes_on(formula) or is_open(_joined(found[-1]))):
                    found[-1].append((row, formula))
                else:
                    found.append([(row, formula)])
        return tuple(_passage(pieces) for pieces in found)

    @cached_property
    def readings(self) -> tuple[Expr | Chain | Any, ...]:
        """Its chains and expressions.

        Raises:
            LonglagError: one cannot be read.
        """
        return tuple(
            read_tokens(p.tokens, self.declarations.names, p.tokens[0]) for p in self.passages
        )

    @property
    def chains(self) -> tuple[Chain, ...]:
        """Those that are chains.

        Raises:
            LonglagError: one cannot be read.
        """
        return tuple(reading for reading in self.readings if isinstance(reading, Chain))

    def is_checked(self, passage: Passage, step: Step) -> bool:
        """Whether a step is to be checked: its row says so, or the whole display.

        Args:
            passage: that it stands in.
            step: of its chain.
        """
        in_rows = any(row.checks for row in self.rows)
        return bool(self.before) or (in_rows and bool(passage.row_of(step.token).checks))


def _passage(pieces: Sequence[tuple[Row, Sequence[Token]]]) -> Passage:
    tokens: list[Token] = []
    starts = []
    for _, formula in pieces:
        starts.append(len(tokens))
        tokens.extend(formula)
    return Passage(tuple(tokens), tuple(row for row, _ in pieces), tuple(starts), tokens[0].place)


def _joined(pieces: Sequence[tuple[Row, Sequence[Token]]]) -> list[Token]:
    return [token for _, formula in pieces for token in formula]


def goes_on(formula: Sequence[Token]) -> bool:
    """Whether what begins a row goes on with the row before.

    Args:
        formula: tokens at the head of a row.
    """
    text = formula[0].text
    remarked = text in commands.REMARKED and any(t.text in commands.RELATIONS for t in formula[:12])
    return text in _CONTINUING or text in commands.RELATIONS or text == ":" or remarked


def is_open(tokens: Sequence[Token]) -> bool:
    """Whether what was said so far ends with an operator, or inside brackets.

    Args:
        tokens: of a formula, up to the end of a row.
    """
    last = tokens[-1].text
    if last in _CONTINUING or last in commands.RELATIONS:
        return True
    opened = sum(token.text in commands.OPENING for token in tokens)
    return opened > sum(token.text in commands.CLOSING for token in tokens)


__all__ = ["Display", "Passage", "goes_on", "is_open"]
