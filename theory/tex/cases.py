r"""Pieces with conditions, ``\begin{cases} … \end{cases}``, and conditions by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy
from sympy import And, Expr, Piecewise

from longlag.theory.tex import commands
from longlag.theory.tex.context import Context
from longlag.theory.tex.parts import Part, taken_apart
from longlag.theory.tex.tokens import Token, refusal

_MOST_PIECES = 12
_RELATIONALS = {
    "=": sympy.Eq,
    "≠": sympy.Ne,
    "≤": sympy.Le,
    "<": sympy.Lt,
    "≥": sympy.Ge,
    ">": sympy.Gt,
}


def pieces(context: Context, part: Part) -> Expr:
    """Return what rows with conditions stand for.

    Args:
        context: what is known.
        part: of kind cases.

    Raises:
        LonglagError: a row without a condition, or with one that is none.
    """
    context = context.deeper(part.token)
    rows = [row for row in split(part.inner, r"\\") if row]
    if not 1 <= len(rows) <= _MOST_PIECES:
        raise refusal(part.token, f"it has 1 to {_MOST_PIECES} rows", "write them")
    found = []
    for row in rows:
        cells = split(row, "&")
        if len(cells) != 2:
            raise refusal(row[0], "a row has a value, & and a condition", r"write x & x > 0 \\")
        value = context.read(_unpunctuated(cells[0]), row[0])
        found.append((value, condition(context, cells[1], row[0])))
    return Piecewise(*found)


def condition(context: Context, tokens: Sequence[Token], after: Token) -> Any:
    """Return a condition of relations between numbers.

    Args:
        context: what is known.
        tokens: that spell it out; words such as "if" before it are passed over.
        after: what they belong to.
    """
    tokens = _unpunctuated(tokens)
    joined: list[list[Token]] = [[]]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.text in commands.WORDS:
            word, at = _word(tokens, at)
            if word in ("otherwise", "else"):
                return sympy.true
            if word == "and":
                joined.append([])
            elif word not in ("if", "for", "when", ""):
                raise refusal(
                    token, f"the word {word!a} is not read", "write if, and, or otherwise"
                )
            continue
        if token.text in (r"\wedge", r"\land", ","):
            joined.append([])
        elif token.text in (r"\vee", r"\lor"):
            raise refusal(token, "alternatives are not read", "write a row for each")
        else:
            joined[-1].append(token)
        at += 1
    return And(*[_relation(context, tokens, after) for tokens in joined])


def _relation(context: Context, tokens: Sequence[Token], after: Token) -> Any:
    formula = taken_apart(tokens, after)
    if not formula.signs:
        raise refusal(formula.token, "a condition is a relation", "write x > 0")
    values = [context.scalar(type(formula)((line,), ())) for line in formula.lines]
    found = []
    for sign, left, right in zip(formula.signs, values[:-1], values[1:], strict=True):
        relation = _RELATIONALS.get(sign.text)
        if relation is None:
            raise refusal(sign.token, "it is no condition", r"write =, <, \le, > or \ge")
        context.here.at(sign.token).require_named(left, right)
        try:
            found.append(relation(left, right))
        except TypeError:
            raise refusal(
                sign.token, "a side of it is not real as it stands", "give it a name"
            ) from None
    return And(*found)


def _word(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    r"""The words of ``\text{…}``, and the index behind it."""
    texts = []
    at += 1
    if at < len(tokens) and tokens[at].text == "{":
        while at < len(tokens) and tokens[at].text != "}":
            texts.append(tokens[at].text)
            at += 1
    return "".join(texts[1:]).strip(",.~ "), at + 1


def split(tokens: Sequence[Token], at: str) -> list[list[Token]]:
    r"""Split tokens at those with a text, outside braces and environments.

    Args:
        tokens: in which braces match.
        at: the text, such as ``&``.
    """
    groups: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += token.text in ("{", r"\begin")
        depth -= token.text in ("}", r"\end")
        if token.text == at and depth == 0:
            groups.append([])
        else:
            groups[-1].append(token)
    return groups


def _unpunctuated(tokens: Sequence[Token]) -> list[Token]:
    kept = list(tokens)
    while kept and (kept[-1].text in (",", ".", ";") or kept[-1].text in commands.SPACING):
        kept.pop()
    return kept


__all__ = ["condition", "pieces", "split"]
