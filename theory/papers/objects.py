r"""Cells and laws that a paper names: see ``binding`` and ``laws`` for what they let be derived.

``% longlag: cell mgu from mgu.py``, ``% longlag: law f from polynomial``, or the law itself,
``% longlag: f(\ell) = c \ell^{-b}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.papers.binding import declare_cell
from longlag.theory.papers.laws import declare_law, law_of_definition
from longlag.theory.tex import Declarations
from longlag.theory.tex.names import Definition
from longlag.theory.tex.tokens import Token, refusal

#: What a name behind "from" stands for.
Find = Callable[[str], object]

_NOTE = re.compile(
    r"longlag:\s*(?P<kind>cell|law)\s+(?P<name>\S.*?)(?:\s+from\s+(?P<source>\S+))?"
    r"(?:\s+with\s+(?P<letters>.+?))?\s*$"
)
_HOW_CELL = r"write cell gru, cell mgu from mgu.py, or cell gru with n as \tilde h"
_HOW = r"write law f from polynomial, law f from laws.py:f, or f(\ell) = c \ell^{-b}"


def declare_object(declarations: Declarations, note: Token, find: Find) -> None:
    """Let names of a paper stand for what is derived from a cell or a law.

    Args:
        declarations: that hold from there on.
        note: the comment.
        find: gives what the name behind "from" stands for.

    Raises:
        LonglagError: the comment cannot be read, names no law, or a name is declared already.
    """
    match = _NOTE.match(note.text)
    if "=" in note.text:
        _declare_formula(declarations, note)
        return
    if match is None:
        raise refusal(note, "it says what a name stands for", _HOW)
    name, source = match["name"], match["source"]
    if match["kind"] == "cell":
        cell = _found(find, source or name, name, note)
        if not isinstance(cell, Cell):
            raise refusal(note, f"{source or name} is no cell", _HOW_CELL)
        declare_cell(declarations, note, cell, match["letters"] or "")
        return
    if source is None:
        raise refusal(note, "it says what a name stands for", _HOW)
    law = _found(find, source, name, note)
    if not isinstance(law, DecayLaw):
        raise refusal(note, f"{source} is no decay law", _HOW)
    declare_law(declarations, note, name, law, match["letters"] or "")


def _declare_formula(declarations: Declarations, note: Token) -> None:
    """Let a paper write its law, f(ℓ) = …, with declarations behind commas."""
    formula, _, renamed = note.text.partition(" with ")
    entity = declarations.define(note._replace(text=formula))
    if not isinstance(entity, Definition):
        raise refusal(note, "a law is a function of the lag", _HOW)
    law, own = law_of_definition(declarations, note, entity)
    declare_law(declarations, note, "", law, renamed, own)


def _found(find: Find, source: str, name: str, note: Token) -> object:
    """What a source names: a registered name, FILE.py:OBJECT, or a file with that object."""
    try:
        return find(f"{source}:{name}" if source.endswith(".py") else source)
    except LonglagError as error:
        raise refusal(note, f"{error.value}: {error.rule}", error.remedy) from None


__all__ = ["Find", "declare_object"]
