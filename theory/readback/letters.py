r"""The letters of a statement, as its display has to write them: from the table of symbols."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import sympy
from sympy import Basic, Dummy, Expr, Symbol
from sympy.core.function import Application, AppliedUndef
from sympy.printing.latex import LatexPrinter

from longlag.theory.errors import LonglagError
from longlag.theory.laws.letters import tex_letter
from longlag.theory.notation import Quantity
from longlag.theory.scalar.functions import sigmoid
from longlag.theory.tex import Declarations
from longlag.theory.tex.commands import NAMED_FUNCTIONS
from longlag.theory.tex.names import Definition, Entity, Function, Key, NamedFunction
from longlag.theory.typeset.author import letter

_ARGUMENT = Dummy("x", real=True)
#: Functions that are printed as a letter.
_LETTERED: dict[Any, dict[str, Entity]] = {
    sympy.LambertW: {
        r"W_{0}": NamedFunction("LambertW"),
        r"W_{-1}": Definition((_ARGUMENT,), sympy.LambertW(_ARGUMENT, -1)),
    },
    sympy.lowergamma: {r"\gamma": NamedFunction("lowergamma")},
    sympy.Subs: {r"\zeta": NamedFunction("zeta")},
    sigmoid: {r"\sigma": NamedFunction("sigmoid")},
    sympy.Heaviside: {r"\operatorname{step}": Function(sympy.Heaviside)},
}
#: Functions of two arguments whose first one is an index.
_INDEXED: dict[Any, str] = {sympy.expint: r"\operatorname{E}", sympy.besselk: "K"}
#: Functions that a reader knows, or that are written otherwise than by their names.
_KNOWN = (
    *_LETTERED,
    *_INDEXED,
    *(sympy.exp, sympy.log, sympy.gamma, sympy.uppergamma, sympy.zeta, sympy.Min, sympy.Max),
    *(sympy.Abs, sympy.factorial, sympy.binomial, sympy.floor, sympy.ceiling, sympy.Piecewise),
)


def letters(
    expressions: Iterable[Basic],
    others: Mapping[Any, Entity] | None = None,
    own: Mapping[Symbol, str] | None = None,
) -> Declarations:
    r"""Return what the letters of expressions stand for.

    Args:
        expressions: that a display says.
        others: names ↦ what they stand for, in addition.
        own: symbols that are written otherwise than their table says ↦ how.

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
        tex = (own or {}).get(symbol) or letter_of(symbol)
        if tex in taken:
            raise LonglagError(
                f"letter {tex}",
                f"{taken[tex]} and {symbol} are both written so, and cannot be told apart",
                "give one of them another letter",
            )
        taken[tex] = symbol
        declared.let(_bare(tex), symbol)
    functions: dict[Any, Entity] = {}
    for expression in expressions:
        for function, names in _LETTERED.items():
            if expression.has(function):
                functions |= names
        for applied in expression.atoms(AppliedUndef, Application):
            functions |= _applied(applied)
    for tex, entity in {**functions, **(others or {})}.items():
        if isinstance(tex, Key):
            declared.names.add(tex, entity)
        else:
            declared.stand(_bare(tex), entity)
    return declared


def _applied(applied: Expr) -> dict[str, Entity]:
    """How a function is written that a reader does not know anyhow ↦ what it is."""
    kind: Any = type(applied)
    if isinstance(applied, AppliedUndef):
        name = applied.func.__name__
        return {letter(name, tex_letter(name)): Function(applied.func)}
    if kind in _INDEXED:
        index = applied.args[0]
        tex = letter_of(index) if index.is_Symbol else sympy.latex(index)
        return {f"{_INDEXED[kind]}_{{{tex}}}": Function(partial(kind, index))}
    head = str(LatexPrinter()._hprint_Function(kind.__name__))
    if kind in _KNOWN or head in NAMED_FUNCTIONS or not kind.__name__.isalpha():
        return {}
    return {head: Function(kind)}


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
