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
_OPENING = frozenset({"{", r"\left", r"\begin", r"\langle", *commands.OPENING})
_CLOSING = frozenset({"}", r"\right", r"\end", r"\rangle", *commands.CLOSING})
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
    words: list[str] = []
    for row in rows:
        first, *others = [*map(list, row.formulas), *map(list, row.conditions)] or [[]]
        # A row that begins with a sign goes on with what was said last.
        if parts and first and (goes_on(first) or is_open(parts[-1])):
            parts[-1] += first
        elif first:
            parts.append(first)
        parts += others
        words += [row.reason] if row.reason else []
    formulas: list[Piece] = []
    for part in parts:
        for each in _between(part, words):
            if len(each) == 1 and each[0].text in SIGNS:
                words.append(SIGNS[each[0].text])
            else:
                formulas += map(piece_of, _between(_opened(each), words))
    return Pieces(tuple(formulas), tuple(words))


def _between(tokens: Sequence[Token], words: list[str]) -> list[list[Token]]:
    """Tokens between commas and words that stand in no bracket; the words are added to a list."""
    parts: list[list[Token]] = [[]]
    depths = _with_depth(tokens)
    at = 0
    while at < len(depths):
        token, depth = depths[at]
        if token.text in (",", ";") and depth == 0:
            parts.append([])
        elif token.text in commands.WORDS and depth == 0:
            end = at + 2
            while end < len(depths) and depths[end][1] > 0:
                end += 1
            words.append("".join(_spaced(t) for t, _ in depths[at + 2 : end]).strip())
            parts.append([])
            at = end
        else:
            parts[-1].append(token)
        at += 1
    kept = [[t for t in part if t.text not in commands.SPACING] for part in parts]
    return [part for part in kept if part]


def _spaced(token: Token) -> str:
    return token.text if token.tight else f" {token.text}"


def _opened(tokens: Sequence[Token]) -> list[Token]:
    """Tokens without the brackets that a whole condition stands in."""
    bare = [token for token in tokens if token.text not in commands.SIZES]
    if len(bare) < 3 or (bare[0].text, bare[-1].text) != ("(", ")"):
        return list(tokens)
    inner = _with_depth(bare[1:-1])
    closes_early = any(depth < 0 for _, depth in inner)
    told = any(token.text in SIGNS and depth == 0 for token, depth in inner)
    return [token for token, _ in inner] if told and not closes_early else list(tokens)


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
