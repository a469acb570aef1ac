"""Python variables for SymPy symbols.

Before printing, every symbol becomes a plain symbol that bears its variable's name. So the text
depends on names alone, and two symbols with one name can neither collide nor change the order.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from sympy import Add, Basic, Expr, Mul, Symbol

from longlag.theory.language.maps import MapValue
from longlag.theory.language.symbols import CellSymbol, Drive, Parameter, State, Value

_PREFIX: dict[type[CellSymbol], str] = {
    State: "state_",
    Drive: "drive_",
    Parameter: "parameter_",
    MapValue: "map_",
    Value: "value_",
}


def variable(symbol: Symbol) -> str:
    """Return the variable of a cell's symbol: its role and its name, so that roles never collide.

    >>> from longlag.theory import state
    >>> variable(state("h"))
    'state_h'
    """
    for role, prefix in _PREFIX.items():
        if isinstance(symbol, role):
            return f"{prefix}{symbol.name}"
    name: str = symbol.name
    return "weight_" + name if isinstance(symbol, CellSymbol) else name


def rename(expression: Expr) -> Expr:
    """Return an expression of a cell over plain symbols that bear the names of the variables."""
    return substitute(expression, {s: plain(s, variable(s)) for s in expression.free_symbols})


def substitute(expression: Basic, symbols: Mapping[Symbol, Basic]) -> Basic:
    """Return an expression with symbols replaced; no number is multiplied into a sum."""
    if not expression.args:
        return symbols.get(expression, expression)
    arguments = [substitute(argument, symbols) for argument in expression.args]
    if isinstance(expression, Mul) and len(arguments) == 2 and isinstance(arguments[1], Add):
        return Mul(*arguments, evaluate=not arguments[0].is_Number)
    return expression.func(*arguments)


def plain(symbol: Symbol, name: str) -> Symbol:
    """Return a symbol with another name and the same assumptions."""
    return Symbol(name, **symbol.assumptions0)


def safe_names(symbols: Sequence[Symbol], taken: Collection[str]) -> dict[Symbol, str]:
    """Return for each symbol of a user a variable that is a free ASCII identifier.

    >>> from sympy import symbols
    >>> list(safe_names(symbols(r"x lambda \\ell e"), {"e"}).values())
    ['x', 'lambda_', 'ell', 'e_']
    """
    used = {*taken, *keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
    found: dict[Symbol, str] = {}
    for symbol in symbols:
        text = unicodedata.normalize("NFKD", symbol.name)
        text = re.sub(r"[^0-9A-Za-z]+", "_", text).strip("_")
        found[symbol] = unique(text if text[:1].isalpha() else f"x_{text}".rstrip("_"), used)
    return found


def unique(name: str, used: set[str]) -> str:
    """Return ``name``, with underscores behind it if it is used already, and mark it as used."""
    while name in used:
        name += "_"
    used.add(name)
    return name
