r"""The comments that speak to longlag, as tokens in their places, and their words."""

from __future__ import annotations

from collections.abc import Sequence

from longlag.theory.tex import commands
from longlag.theory.tex.tokens import NOTE, Text, Token, refusal, tokenise

#: Characters of one comment.
_LONGEST_NOTE = 5_000


def note_tokens(text: str | Token) -> list[Token]:
    """Return the tokens of a comment for longlag, in their places.

    Args:
        text: without "longlag:", or a token with it.
    """
    if isinstance(text, str):
        return tokenise(Text("declaration", text), _LONGEST_NOTE)
    content = text.text[len(NOTE) :]
    start = text.source.place(text.offset + len(NOTE))
    return tokenise(Text(start.file, content, (start.line, start.column)), _LONGEST_NOTE)


def first_word(tokens: list[Token]) -> tuple[str, list[Token]]:
    """Return the word that tokens begin with, and what stands behind it.

    Args:
        tokens: one at least.
    """
    end = 1
    while end < len(tokens) and tokens[end].tight and tokens[end].text.isalpha():
        end += 1
    return "".join(token.text for token in tokens[:end]), tokens[end:]


def word_at(tokens: Sequence[Token], word: str) -> int | None:
    """Return the index at which a word of letters stands by itself, None where it does not.

    Args:
        tokens: of a comment.
        word: in letters.
    """
    for at in range(len(tokens) - len(word) + 1):
        letters = tokens[at : at + len(word)]
        after = tokens[at + len(word)] if at + len(word) < len(tokens) else None
        if (
            "".join(token.text for token in letters) == word
            and not letters[0].tight
            and all(token.tight for token in letters[1:])
            and (after is None or not after.tight or not after.text[0].isalpha())
        ):
            return at
    return None


def pieces(tokens: Sequence[Token]) -> list[list[Token]]:
    """Split tokens at commas outside brackets, of whatever kind: (0,1] is one.

    Args:
        tokens: of a comment.
    """
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += token.text in ("(", "[", "{", r"\{")
        depth -= token.text in (")", "]", "}", r"\}")
        if token.text == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return found


def joined_by_and(tokens: list[Token]) -> list[list[Token]]:
    """Split tokens at the word "and".

    Args:
        tokens: of a comment.
    """
    at = word_at(tokens, "and")
    return [tokens] if at is None else [tokens[:at], *joined_by_and(tokens[at + 3 :])]


def for_all(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Return what stands before the words "for all", and the indices behind them.

    Args:
        tokens: of a comment.
    """
    at = word_at(tokens, "for")
    if at is None:
        return tokens, []
    if "".join(token.text for token in tokens[at : at + 6]) != "forall":
        raise refusal(tokens[at], "it is not read", "write let s_j in (0,1) for all j")
    return tokens[:at], tokens[at + 6 :]


def says_nothing(piece: Sequence[Token]) -> bool:
    """Whether a piece is a name alone, of which something is said behind the next comma.

    Args:
        piece: between commas.
    """
    signs = {*commands.RELATIONS, r"\in"}
    outer = outside_braces(piece)
    words = (word_at(piece, word) for word in ("in", "be"))
    return not any(token.text in signs for token in outer) and all(at is None for at in words)


def outside_braces(piece: Sequence[Token]) -> list[Token]:
    r"""Return the tokens outside braces: the sign in ``M^{\le 1}`` relates nothing.

    Args:
        piece: of a comment.
    """
    kept: list[Token] = []
    depth = 0
    for token in piece:
        depth += token.text == "{"
        if depth == 0:
            kept.append(token)
        depth -= token.text == "}"
    return kept


__all__ = [
    "first_word",
    "for_all",
    "joined_by_and",
    "note_tokens",
    "outside_braces",
    "pieces",
    "says_nothing",
    "word_at",
]
