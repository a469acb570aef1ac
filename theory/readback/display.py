r"""A display beside what it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from sympy import S, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.readback.equal import same
from longlag.theory.readback.letters import letters
from longlag.theory.readback.phrases import phrase_letters, with_letters
from longlag.theory.readback.pieces import SIGNS, Piece, piece_of, pieces_of
from longlag.theory.readback.sides import (
    SPELLED,
    Name,
    Own,
    Said,
    Supremum,
    Verbatim,
    same_spelling,
)
from longlag.theory.statement import Kind, Relation
from longlag.theory.tex import commands
from longlag.theory.tex.formula import Chain, read_tokens
from longlag.theory.tex.names import Entity, Key, Names
from longlag.theory.tex.tokens import Token, written
from longlag.theory.typeset.author import Notation, current

#: Words that displays say between their formulas; what they say is not read.
Words: TypeAlias = tuple[str, ...]
_ENDS = {r"\infty": S.Infinity, r"-\infty": S.NegativeInfinity, r"+\infty": S.Infinity}


class _MisreadError(Exception):
    """What was read, and what was said in its place."""


@dataclass(frozen=True)
class ReadBack:
    """What a display says, and how it is read.

    Args:
        said: what it says one after the other.
        others: names ↦ what they stand for, beside the letters of what is said.
        words: that stand between the formulas.
        own: symbols that are written otherwise than their table says ↦ how.
        ranges: index ↦ where it runs, of sums that do not say it.
        phrases: names of several signs ↦ what they stand for.
        notation: the author's, in which it is printed.
    """

    said: tuple[Said, ...]
    others: Mapping[Any, Entity] = field(default_factory=dict)
    words: Words = ()
    own: Mapping[Symbol, str] = field(default_factory=dict)
    ranges: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    phrases: Mapping[str, Symbol] = field(default_factory=dict)
    notation: Notation = field(default_factory=current)

    @property
    def is_whole(self) -> bool:
        """Whether every side is read: none is taken by its spelling, nor a part of one."""
        sides = [side for each in self.said for side in each.sides]
        return not self.phrases and not any(isinstance(side, Verbatim) for side in sides)

    def difference(self, tex: str) -> str | None:
        r"""Return how a display differs from what it came from, None where it does not.

        Args:
            tex: the display as it is to be written.

        >>> from sympy.abc import a, b
        >>> told = read_back(said(Name("H_N"), "=", a - b))
        >>> told.difference("H_N = a - b"), told.difference("H_N = a + b")
        (None, 'a+b reads as a + b, and it was a - b')
        """
        try:
            with self.notation:
                self._compare(tex)
        except _MisreadError as error:
            return str(error)
        except (LonglagError, TypeError) as error:
            return f"it cannot be read: {error}"
        return None

    def _compare(self, tex: str) -> None:
        found = pieces_of(tex)
        expressions = [e for each in self.said for e in each.expressions]
        own = {**self.own, **phrase_letters(self.phrases)}
        names = letters(expressions, self.others, own).names
        names.ranges.update({Key(index): ends for index, ends in self.ranges.items()})
        if found.words != self.words:
            raise _MisreadError(f"the words {found.words} stand in it, and not {self.words}")
        if len(found.formulas) != len(self.said):
            raise _MisreadError(f"it says {len(found.formulas)} things, and not {len(self.said)}")
        for piece, meant in zip(found.formulas, self.said, strict=True):
            sides = tuple(tuple(with_letters(side, self.phrases)) for side in piece.sides)
            _require_same(replace(piece, sides=sides), meant, names)


def _require_same(piece: Piece, meant: Said, names: Names) -> None:
    if piece.signs != meant.signs:
        told = " ".join(piece.signs) or "no relation"
        raise _MisreadError(f"{piece.tex} has {told}, and not {' '.join(meant.signs)}")
    for tokens, side in zip(piece.sides, meant.sides, strict=True):
        _require_side(tokens, side, names)


def _require_side(tokens: Sequence[Token], side: Any, names: Names) -> None:
    text = written([token for token in tokens if token.text not in commands.SPACING])
    if isinstance(side, SPELLED):
        if isinstance(side, Name) and not side.is_letter():
            raise _MisreadError(f"{side.tex} is a formula, and no name")
        if not same_spelling(tokens, side.tex):
            raise _MisreadError(f"{text} stands where {side.tex} is meant")
    elif isinstance(side, Supremum):
        _require_supremum(tokens, side, names)
    elif isinstance(side, Own):
        mismatch = side.mismatch(tokens)
        if mismatch is not None:
            raise _MisreadError(f"{text} reads as {mismatch}")
    elif side in (S.Infinity, S.NegativeInfinity):
        if _ENDS.get(text) != side:
            raise _MisreadError(f"{text} stands where {side} is meant")
    else:
        read = read_tokens(tokens, names, tokens[0]) if tokens else None
        if isinstance(read, Chain) or not same(read, side):
            raise _MisreadError(f"{text} reads as {read}, and it was {side}")


def _require_supremum(tokens: Sequence[Token], side: Supremum, names: Names) -> None:
    r"""``\sup\{\ell : condition\}``."""
    kept = [token for token in tokens if token.text not in commands.SPACING]
    texts = [token.text for token in kept]
    colon = texts.index(":") if ":" in texts else 0
    framed = texts[:2] == [r"\sup", r"\{"] and texts[-1] == r"\}" and colon
    if not framed:
        raise _MisreadError(f"{written(kept)} is no supremum over a set")
    if not same_spelling(kept[2:colon], side.letter.tex):
        raise _MisreadError(f"{written(kept[2:colon])} stands where {side.letter.tex} is meant")
    _require_same(piece_of(kept[colon + 1 : -1]), side.condition, names)


def said(*parts: Any) -> Said:
    """Return sides with the signs between them, as they stand one after the other.

    Args:
        parts: a side, a sign, a side, …

    >>> said(Name("a"), "≤", Name("b")).signs
    ('≤',)
    """
    signs = parts[1::2]
    strangers = [sign for sign in signs if sign not in SIGNS.values()]
    if strangers or len(parts) % 2 == 0:
        raise LonglagError(
            f"said {parts!r}",
            "signs stand between sides",
            f"use {' '.join(sorted(set(SIGNS.values())))}",
        )
    return Said(tuple(parts[0::2]), tuple(signs))


def read_back(
    *told: Said,
    others: Mapping[Any, Entity] | None = None,
    words: Sequence[str] = (),
    own: Mapping[Symbol, str] | None = None,
    ranges: Mapping[str, tuple[Any, Any]] | None = None,
    phrases: Mapping[str, Symbol] | None = None,
) -> ReadBack:
    """Return what a display says, for a statement to carry.

    Args:
        told: one after the other.
        others: names ↦ what they stand for, beside the letters of what is said.
        words: that stand between the formulas.
        own: symbols that are written otherwise than their table says ↦ how.
        ranges: index ↦ where it runs, of sums that do not say it.
        phrases: names of several signs ↦ what they stand for.
    """
    return ReadBack(
        told,
        dict(others or {}),
        tuple(words),
        dict(own or {}),
        dict(ranges or {}),
        dict(phrases or {}),
    )


def of_relation(
    relation: Relation,
    *more: Said,
    others: Mapping[Any, Entity] | None = None,
    words: Sequence[str] = (),
    own: Mapping[Symbol, str] | None = None,
) -> ReadBack:
    """Return the reading of a relation that is displayed as it is judged.

    Args:
        relation: an identity, a bound or a limit.
        more: what is displayed behind it.
        others: names ↦ what they stand for, beside the letters of the relation.
        words: that stand between the formulas.
        own: symbols that are written otherwise than their table says ↦ how.
    """
    sign = {Kind.BOUND: "≤", Kind.LIMIT: "∼"}.get(relation.kind, "=")
    told = said(relation.lhs, sign, relation.rhs)
    return read_back(told, *more, others=others, words=words, own=own)


__all__ = ["ReadBack", "Words", "of_relation", "read_back", "said"]
