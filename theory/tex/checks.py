r"""What a comment asks to be checked, and what a row says of its symbols.

``% longlag: check`` for all points of the domains, ``check eventually`` from some point on,
``check as \ell \to \infty``, ``check given x > 1``; in a row, behind ``\quad``,
``(\ell \to \infty)`` or ``x > 1``; of numbers with an index, ``check given s_j > s for all j``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Dummy, Expr, Symbol

from longlag.theory.tex.bindings import approach, end, name_in
from longlag.theory.tex.cases import split
from longlag.theory.tex.declarations import Declarations
from longlag.theory.tex.formula import Chain, context_of, read_tokens
from longlag.theory.tex.names import Quantity
from longlag.theory.tex.notes import (
    first_word,
    for_all,
    joined_by_and,
    note_tokens,
    pieces,
    word_at,
)
from longlag.theory.tex.tokens import Token, refusal

_ARROWS = frozenset({r"\to", r"\rightarrow", r"\downarrow", r"\uparrow"})


@dataclass(frozen=True)
class Approach:
    """What tends to where.

    Args:
        symbol: a declared one.
        target: its limit.
        direction: from which side, for a finite one: +, - or +-.
    """

    symbol: Symbol
    target: Expr
    direction: str = "+-"


@dataclass(frozen=True)
class Check:
    """What a comment asks for.

    Args:
        eventually: whether it is to hold from some point on only.
        tending: what tends to where, if something does.
        given: relations that are taken to hold.
    """

    eventually: bool = False
    tending: Approach | None = None
    given: tuple[Chain, ...] = ()


def read_condition(tokens: Sequence[Token], declarations: Declarations) -> Approach | Chain:
    r"""Return what stands behind a formula: ``\ell \to \infty``, or relations.

    Args:
        tokens: of it, without brackets around.
        declarations: that hold there.

    Raises:
        LonglagError: it is neither.
    """
    first = tokens[0]
    if any(token.text in _ARROWS for token in tokens):
        key, target, direction = approach(tokens, first)
        entity = declarations.names.entities.get(key)
        if not (isinstance(entity, Quantity) and isinstance(entity.expression, Symbol)):
            raise declarations.names.unknown(key, first)
        context = context_of(declarations.names, first)
        return Approach(entity.expression, end(context, target, first), direction)
    tokens, indices = for_all(list(tokens))
    names = declarations.names.copy()
    for index in split(indices, ",") if indices else ():
        # It stands for every integer, and is bound here.
        key = name_in(index, first)
        names.entities[key] = Quantity(Dummy(key.plain, integer=True))
    found = read_tokens(tokens, names, first)
    if not isinstance(found, Chain):
        raise refusal(first, "a condition is a relation", r"write x > 0, or (x \to \infty)")
    return found


def read_check(note: Token, declarations: Declarations) -> Check:
    """Return what a comment asks for.

    Args:
        note: from "longlag: check" on.
        declarations: that hold there.

    Raises:
        LonglagError: it asks for something else.
    """
    _, rest = first_word(note_tokens(note))
    eventually, tending = False, None
    given: list[Chain] = []
    while rest:
        word, behind = first_word(rest)
        if word == "eventually":
            eventually, rest = True, behind
        elif word == "as" and tending is None:
            at = word_at(behind, "given")
            found = read_condition(_some(rest[0], behind[:at]), declarations)
            if not isinstance(found, Approach):
                raise refusal(rest[0], "what tends to where is not said", r"write as x \to \infty")
            tending, rest = found, [] if at is None else behind[at:]
        elif word == "given":
            parts = [part for piece in pieces(behind) for part in joined_by_and(piece)]
            for part in parts:
                condition = read_condition(_some(rest[0], part), declarations)
                if not isinstance(condition, Chain):
                    raise refusal(part[0], "what is given is a relation", "write given x > 1")
                given.append(condition)
            rest = []
        else:
            raise refusal(
                rest[0],
                f"{word!a} asks for nothing",
                r"write check, check eventually, check as x \to \infty or check given x > 1",
            )
    return Check(eventually, tending, tuple(given))


def _some(after: Token, tokens: list[Token]) -> list[Token]:
    if not tokens:
        raise refusal(after, "a condition is missing behind it", "write x > 1")
    return tokens


__all__ = ["Approach", "Check", "read_check", "read_condition"]
