r"""A display taken apart into what it says one after the other, each with its relations.

``H_N = c/\varphi, \qquad \varphi = A \quad \text{at } N = 1`` says three things and one word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from longlag.theory.tex import commands
from longlag.theory.tex.display import goes_on, is_open
from longlag.theory.tex.rows import rows_of
from longlag.theory.tex.tokens import Text, Token, tokenise, written

#: Relations that a paper's check refuses since they prove nothing, and a display may say.
SIGNS = {**commands.RELATIONS, r"\propto": "∝", r"\approx": "≈", r"\iff": "⇔"}
SIGNS |= {r"\Longrightarrow": "⇒", r"\in": "∈"}
_OPENING = frozenset({"{", r"\left", r"\begin", *commands.OPENING})
_CLOSING = frozenset({"}", r"\right", r"\end", *commands.CLOSING})
_SIZED = frozenset({r"\left", r"\right"})


@dataclass(frozen=True)
class Piece:
    """One thing that a display says.

    Args:
        sides: tokens of each side.
        signs: between them.
    """

    sides: tuple[tuple[Token, ...], ...]
    signs: tuple[str, ...]

    @property
    def tex(self) -> str:
        """As it is written."""
        return " … ".join(written(side) for side in self.sides)


@dataclass(frozen=True)
class Pieces:
    """All that a display says.

    Args:
        formulas: in the order in which they stand.
        words: between them.
    """

    formulas: tuple[Piece, ...]
    words: tuple[str, ...]


def pieces_of(tex: str) -> Pieces:
    r"""Return what a display says.

    Args:
        tex: of the display, without dollars.

    Raises:
        LonglagError: brackets that do not match.

    >>> pieces_of(r"a = b \le c \qquad (N \to \infty)").formulas[1].signs
    ('→',)
    >>> pieces_of(r"a = b \quad \text{at } c = 1").words
    ('at',)
    """
    tokens = tokenise(Text("display", tex))
    rows = rows_of(tokens, tokens[0].place)
    parts: list[list[Token]] = []
    for row in rows:
        first, *others = [*map(list, row.formulas), *map(list, row.conditions)] or [[]]
        # A row that begins with a sign goes on with what was said last.
        if parts and first and (goes_on(first) or is_open(parts[-1])):
            parts[-1] += first
        elif first:
            parts.append(first)
        parts += others
    formulas = [piece_of(each) for part in parts for each in _between(part)]
    words = [row.reason for row in rows if row.reason]
    return Pieces(tuple(formulas), tuple(words))


def _between(tokens: Sequence[Token]) -> list[list[Token]]:
    """Tokens between commas that stand in no bracket."""
    parts: list[list[Token]] = [[]]
    for token, depth in _with_depth(tokens):
        if token.text in (",", ";") and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if any(t.text not in commands.SPACING for t in part)]


def piece_of(tokens: Sequence[Token]) -> Piece:
    """Return tokens as one thing that is said.

    Args:
        tokens: with relations between sides, outside of brackets.
    """
    sides: list[list[Token]] = [[]]
    signs: list[str] = []
    for token, depth in _with_depth(tokens):
        sign = SIGNS.get(token.text) if depth == 0 else None
        if sign is None:
            sides[-1].append(token)
        else:
            signs.append(sign)
            sides.append([])
    return Piece(tuple(map(tuple, sides)), tuple(signs))


def _with_depth(tokens: Sequence[Token]) -> list[tuple[Token, int]]:
    """Each token with the number of brackets that it stands in."""
    depth, result = 0, []
    sized = False
    for token in tokens:
        # The bracket behind \left is counted with it.
        opens = token.text in _OPENING and not sized
        closes = token.text in _CLOSING and not sized
        depth -= closes
        result.append((token, depth + (1 if sized else 0)))
        depth += opens
        sized = token.text in _SIZED
    return result


__all__ = ["SIGNS", "Piece", "Pieces", "piece_of", "pieces_of"]
