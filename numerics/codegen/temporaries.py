"""Shared subexpressions as assignments, each just before its first use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from sympy import Basic, Expr, Symbol, cse, numbered_symbols
from sympy.logic.boolalg import Boolean

from longlag.numerics.codegen.names import plain, substitute
from longlag.numerics.codegen.printer import ScalarPrinter


class Temporaries:
    """Prints a family of expressions so that what they share is computed once.

    Args:
        expressions: all that will be printed, over plain symbols.
        printer: how a scalar is printed.
        emit: called with every assignment, in order.
        taken: names that the temporaries must not take.
    """

    def __init__(
        self,
        expressions: Iterable[Expr],
        printer: ScalarPrinter,
        emit: Callable[[str], None],
        taken: Collection[str] = (),
    ) -> None:
        family = list(dict.fromkeys(expressions))
        symbols = numbered_symbols("_cse")
        found, reduced = cse(family, symbols=symbols, order="canonical")
        self._reduced = dict(zip(family, reduced, strict=True))
        self._pending = dict(found)
        self._order = {symbol: place for place, (symbol, _) in enumerate(found)}
        self._named: dict[Symbol, Basic] = {}
        self._names = numbered_symbols("x", exclude=[Symbol(name) for name in taken])
        self._printer = printer
        self._emit = emit

    def inline(self, symbol: Symbol, text: str) -> bool:
        """Print ``text`` for a symbol that occurs once; return whether it does.

        Without a variable its array is freed at once, which saves as much time as an operation.
        """
        family = (*self._pending.values(), *self._reduced.values())
        once = sum(int(e.count(symbol)) for e in family) == 1
        if once:
            self._named[symbol] = plain(symbol, text)
        return once

    def text(self, expression: Expr) -> str:
        """Return the source of one of the expressions; emits the temporaries that it needs."""
        return self._printer.text(self._ready(self._reduced[expression]))

    def _ready(self, reduced: Basic) -> Basic:
        """Name the temporaries of an expression."""
        needed = sorted(reduced.free_symbols & self._order.keys(), key=self._order.__getitem__)
        for symbol in needed:
            if symbol not in self._named:
                definition = self._ready(self._pending[symbol])
                if isinstance(definition, Boolean) and not isinstance(definition, Symbol):
                    # A condition is no array of numbers, so it stays where it is used.
                    self._named[symbol] = definition
                    continue
                name = next(self._names)
                self._emit(f"{name} = {self._printer.text(definition)}")
                self._named[symbol] = plain(symbol, str(name))
        return substitute(reduced, self._named)
