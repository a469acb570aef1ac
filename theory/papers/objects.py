r"""Laws that a paper names: ``% longlag: law f from polynomial`` lets f(ℓ) and H_N be derived.

Letters that the paper has declared stand for those of the law; the others come with its domains.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sympy import Dummy, Expr, Interval, Symbol, latex, oo

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.papers.cells import declare_cell
from longlag.theory.tex import Declarations
from longlag.theory.tex.names import Definition, Quantity
from longlag.theory.tex.tokens import Token, refusal
from longlag.theory.window.window import learnability_window

#: What a name behind "from" stands for.
Find = Callable[[str], object]

_NOTE = re.compile(
    r"longlag:\s*(?P<kind>cell|law)\s+(?P<name>\S.*?)(?:\s+from\s+(?P<source>\S+))?"
    r"(?:\s+with\s+(?P<letters>.+?))?\s*$"
)
_HOW_CELL = r"write cell gru, cell mgu from mgu.py, or cell gru with n as \tilde h"
_HOW = "write law f from polynomial, or law f from laws.py:f"


def declare_object(declarations: Declarations, note: Token, find: Find) -> None:
    """Let names of a paper stand for what is derived from a law.

    Args:
        declarations: that hold from there on.
        note: the comment.
        find: gives what the name behind "from" stands for.

    Raises:
        LonglagError: the comment cannot be read, names no law, or a name is declared already.
    """
    match = _NOTE.match(note.text)
    if match is None:
        raise refusal(note, "it says what a name stands for", _HOW)
    name, source = match["name"], match["source"]
    if match["kind"] == "cell":
        cell = _found(find, source or name, name, note)
        if not isinstance(cell, Cell):
            raise refusal(note, f"{source or name} is no cell", _HOW_CELL)
        declare_cell(declarations, note, cell, match["letters"] or "")
        return
    if source is None or match["letters"]:
        raise refusal(note, "it says what a name stands for", _HOW)
    law = _found(find, source, name, note)
    if not isinstance(law, DecayLaw):
        raise refusal(note, f"{source} is no decay law", _HOW)
    lag = Dummy("ell", real=True)
    body = _in_letters_of_paper(law.envelope, law, declarations)
    declarations.stand(match["name"], Definition((lag,), body.subs(ell, lag)), note)
    horizon = learnability_window(law).horizon
    if horizon is not None:
        value = _in_letters_of_paper(horizon, law, declarations)
        declarations.stand("H_N", Quantity(value), note)


def _found(find: Find, source: str, name: str, note: Token) -> object:
    """What a source names: a registered name, FILE.py:OBJECT, or a file with that object."""
    try:
        return find(f"{source}:{name}" if source.endswith(".py") else source)
    except LonglagError as error:
        raise refusal(note, f"{error.value}: {error.rule}", error.remedy) from None


def _in_letters_of_paper(value: Expr, law: DecayLaw, declarations: Declarations) -> Expr:
    """An expression of a law in the symbols that the paper has for its letters."""
    known = {symbol.name: symbol for symbol in declarations.domains}
    for symbol in sorted(value.free_symbols - {ell}, key=str):
        tex = latex(symbol)
        name = tex.replace("\\", "").replace("_{", "_").replace("}", "")
        own = known.get(name) or known.get(symbol.name)
        if own is None:
            own = Symbol(name)
            declarations.let(tex, own, law.domains.get(symbol, Interval.open(0, oo)))
        value = value.subs(symbol, own)
    return value


__all__ = ["Find", "declare_object"]
