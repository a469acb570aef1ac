r"""The brackets behind a function, and what stands behind those."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr

from longlag.theory.tex.atoms import raised
from longlag.theory.tex.context import Context, number, unread_script
from longlag.theory.tex.parts import Part
from longlag.theory.tex.tokens import Token, refusal


def arguments(
    context: Context, run: Sequence[Part], at: int, what: str
) -> tuple[list[Any], Part, int]:
    """Return the values in the brackets behind a function, the brackets, and the index behind them.

    Args:
        context: what is known.
        run: parts side by side.
        at: where the function stands.
        what: how messages call it.
    """
    brackets = run[at + 1] if at + 1 < len(run) else None
    inner = in_brackets(brackets)
    if brackets is None or inner is None:
        raise refusal(run[at].token, f"{what} takes its argument in brackets", "write them")
    return [context.value(child) for child in inner.children], brackets, at + 2


def in_brackets(part: Part | None) -> Part | None:
    r"""Return the brackets that a part is, or holds alone, as in ``f{\left(x\right)}``.

    Args:
        part: behind a function.
    """
    if part is not None and part.kind == "group":
        part = part.children[0].sole
        return part if part is not None and part.bare and in_brackets(part) else None
    if part is None or part.kind != "brackets" or part.text in (r"\lfloor", r"\lceil"):
        return None
    return part


def finished(context: Context, value: Any, brackets: Part) -> Any:
    """Return a value of a function to the power that stands behind its brackets.

    Args:
        context: what is known.
        value: of the function.
        brackets: with their scripts.
    """
    error = unread_script(brackets)
    if error is not None:
        raise error
    if brackets.primes:
        raise refusal(
            brackets.token, "what stands behind its brackets is not clear", "write others"
        )
    return raised(context, value, brackets)


def numbers(values: Sequence[Any], token: Token) -> list[Expr]:
    """Return values that are numbers.

    Args:
        values: of arguments.
        token: the function.

    Raises:
        LonglagError: one is a matrix.
    """
    return [number(value, token) for value in values]


__all__ = ["arguments", "finished", "in_brackets", "numbers"]
