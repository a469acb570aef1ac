"""What was typed, where the command-line library cannot make anything of it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from typing import Any

import typer

from longlag.theory.errors import LonglagError

_OPTION = re.compile(r"--[a-z][-a-z_]*(=.*)?|-[a-z]", re.DOTALL)
_OPERATOR = re.compile(r"[-+*/^()]")


def refuse_typed(
    context: typer.Context, names: Iterable[str], rule: str, remedy: str = "leave it out"
) -> None:
    """Refuse options that were typed and would not be heeded.

    Args:
        context: of the command.
        names: of its parameters, as its function calls them.
        rule: why they are not heeded here.
        remedy: what to do instead.

    Raises:
        LonglagError: one of them was typed.
    """
    parameters: dict[str, Any] = {each.name or "": each for each in context.command.params}
    for name in names:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            typed = max(parameters[name].opts, key=len)
            raise LonglagError(typed, rule, remedy)


def minus_hint(error: Exception, arguments: Sequence[str]) -> str | None:
    """Return how to type an expression that begins with a minus sign, if that went wrong.

    Args:
        error: a usage error of the command-line library.
        arguments: what was typed after ``longlag``.

    >>> error = ValueError()
    >>> error.option_name = "-e"
    >>> print(minus_hint(error, ["law", "-exp(-ell)", "--seed", "1"]))
    an expression that begins with a minus sign stands last, after --: longlag law … -- '-exp(-ell)'
    """
    unknown = getattr(error, "option_name", None)
    missing = getattr(getattr(error, "param", None), "param_type_name", None) == "argument"
    end = arguments.index("--") if "--" in arguments else len(arguments)
    before, after = arguments[:end], arguments[end + 1 :]
    late = next((text for text in after if _OPTION.fullmatch(text)), None)
    if late is not None:
        return f"after -- nothing is an option, so write {late} before it"
    for text in before:
        if not text.startswith("-") or _OPTION.fullmatch(text):
            continue
        taken_apart = unknown is not None and text.startswith(unknown)
        # One that begins with the letter of an option was swallowed by that option.
        swallowed = missing and _OPERATOR.search(text[1:])
        if taken_apart or swallowed:
            return (
                "an expression that begins with a minus sign stands last, after --: "
                f"longlag {arguments[0]} … -- {shlex.quote(text)}"
            )
    return None
