r"""Brackets of a formula: each closes its own kind, and bars open or close.

A bar behind a value closes the bar that is open, any other one opens: ``|a|b|c|`` has two readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from longlag.theory.tex import commands
from longlag.theory.tex.tokens import DEEPEST, Token, refusal


class Item(NamedTuple):
    """What the grammar takes one at a time.

    Args:
        kind: a terminal of the grammar.
        text: how it is written, in one way only.
        token: where it begins.
        inner: the tokens of a script, of words or of cases.
    """

    kind: str
    text: str
    token: Token
    inner: tuple[Token, ...] = ()


#: Of these kinds an item is a value, or the end of one.
_VALUES = frozenset(
    {"NUMBER", "NAME", "CASES", "_CLOSE", "_RBRACE", "_BAR_CLOSE", "_NORM_CLOSE", "BANG", "PRIME"}
)
_NO_VALUES = frozenset({*commands.NAMED_FUNCTIONS, *commands.EXTREMES, *commands.BIG, r"\partial"})


def paired(items: Sequence[Item]) -> list[Item]:
    """Return items whose brackets match, with bars told apart into those that open or close.

    Args:
        items: of one formula.

    Raises:
        LonglagError: a bracket of another kind, none, or one too many; bars of two readings.
    """
    result: list[Item] = []
    stack: list[Item] = []
    # Of every level that is open: whether each of its bars has a value before it, and which it is.
    levels: list[list[tuple[bool, Item]]] = [[]]
    value = False
    for position, item in enumerate(items):
        kind = item.kind
        if kind in ("BAR", "NORM"):
            closes = bool(stack) and stack[-1].kind == f"_{kind}_OPEN" and value
            levels[-1].append((value, item))
            if closes and _starts_value(items[position + 1 : position + 2]):
                levels[-1][-1] = (value, item._replace(kind="DOUBTFUL"))
            elif not closes and value and len(levels[-1]) > 1:
                _, before = levels[-1][-2]
                if before.kind == "DOUBTFUL":
                    raise refusal(
                        before.token,
                        "bars may be read in two ways here",
                        r"write \lvert ... \rvert",
                    )
            item = item._replace(kind=f"_{kind}_{'CLOSE' if closes else 'OPEN'}")
            kind = item.kind
            if closes:
                stack.pop()
            else:
                stack.append(item)
        elif kind in _CLOSERS:
            stack.append(item)
            levels.append([])
        elif kind in _OPENERS:
            _close(stack, item)
            levels.pop()
        result.append(item)
        if kind not in ("SUB", "SUP"):
            value = kind in _VALUES and item.text not in _NO_VALUES
        if len(stack) > DEEPEST:
            raise refusal(
                item.token, f"it stands inside {DEEPEST} others", "write a simpler formula"
            )
    if stack:
        opened = stack[-1]
        raise refusal(opened.token, "it is not closed", "close it")
    return result


_CLOSERS = {
    "OPEN": "_CLOSE",
    "_LBRACE": "_RBRACE",
    "_BAR_OPEN": "_BAR_CLOSE",
    "_NORM_OPEN": "_NORM_CLOSE",
}
_OPENERS = {closer: opener for opener, closer in _CLOSERS.items()}


def _close(stack: list[Item], item: Item) -> None:
    if not stack:
        raise refusal(item.token, "it closes nothing", "remove it, or open a bracket")
    opened = stack.pop()
    matches = opened.kind == _OPENERS[item.kind]
    if matches and item.kind == "_CLOSE":
        matches = commands.OPENING[opened.text] == item.text
    if not matches:
        raise refusal(
            item.token,
            f"it does not close '{opened.token.text}' of column {opened.token.place.column}",
            "close each bracket by its own kind",
        )


def _starts_value(following: Sequence[Item]) -> bool:
    starts = ("NUMBER", "NAME", "OPEN", "_LBRACE", "_FRACTION", "_ROOT", "_BINOMIAL")
    return bool(following) and following[0].kind in starts


__all__ = ["Item", "paired"]
