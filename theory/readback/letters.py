r"""The letters of a statement, as its display has to write them: from the table of symbols."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy
from sympy import Basic, Dummy, Expr, Symbol
from sympy.core.function import AppliedUndef

from longlag.theory.errors import LonglagError
from longlag.theory.laws.letters import tex_letter
from longlag.theory.notation import Quantity
from longlag.theory.scalar.functions import sigmoid
from longlag.theory.tex import Declarations
from longlag.theory.tex.names import Definition, Entity, Function, NamedFunction
from longlag.theory.typeset.author import letter

_ARGUMENT = Dummy("x", real=True)
#: Functions that are printed as a letter.
_LETTERED: dict[Any, dict[str, Entity]] = {
    sympy.LambertW: {
        r"W_{0}": NamedFunction("LambertW"),
        r"W_{-1}": Definition((_ARGUMENT,), sympy.LambertW(_ARGUMENT, -1)),
    },
    sympy.lowergamma: {r"\gamma": NamedFunction("lowergamma")},
    sympy.expint: {r"\operatorname{E}_{1}": NamedFunction("E1")},
    sigmoid: {r"\sigma": NamedFunction("sigmoid")},
}


def letters(
    expressions: Iterable[Basic], others: Mapping[str, Entity] | None = None
) -> Declarations:
    r"""Return what the letters of expressions stand for.

    Args:
        expressions: that a display says.
        others: names ↦ what they stand for, in addition.

    Raises:
        LonglagError: two symbols are written alike, so that a reader cannot tell them apart.

    >>> from longlag.theory.notation import ell
    >>> declared = letters([ell + Symbol("tau1")])
    >>> [key.tex for key in declared.names.entities]
    ['\\ell', '\\tau_1']
    """
    declared = Declarations()
    found = sorted(set().union(*(e.atoms(Symbol) for e in expressions)), key=_order)
    taken: dict[str, Symbol] = {}
    for symbol in found:
        tex = letter_of(symbol)
        if tex in taken:
            raise LonglagError(
                f"letter {tex}",
                f"{taken[tex]} and {symbol} are both written so, and cannot be told apart",
                "give one of them another letter",
            )
        taken[tex] = symbol
        declared.let(_bare(tex), symbol)
    for expression in expressions:
        for function, names in _LETTERED.items():
            if expression.has(function):
                for tex, entity in names.items():
                    if tex not in (others or {}):
                        declared.stand(tex, entity)
        for applied in expression.atoms(AppliedUndef):
            name = applied.func.__name__
            declared.stand(_bare(letter(name, tex_letter(name))), Function(applied.func))
    for tex, entity in (others or {}).items():
        declared.stand(_bare(tex), entity)
    return declared


def letter_of(symbol: Symbol) -> str:
    """Return how a symbol has to be written: as its table says, or as its name reads.

    Args:
        symbol: of the registry, or of a law.
    """
    own = symbol.tex if isinstance(symbol, Quantity) else tex_letter(symbol.name)
    return letter(symbol.name, own)


def _bare(tex: str) -> str:
    """A letter without the braces that hold it together."""
    return tex[1:-1] if tex.startswith("{") and tex.endswith("}") else tex


def _order(symbol: Expr) -> str:
    return str(symbol)


__all__ = ["letter_of", "letters"]
