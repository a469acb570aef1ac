"""Plain text of matrix nodes, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr
from sympy.printing.str import StrPrinter

from longlag.theory.language.graph import Graph, MapNode, ValueNode
from longlag.theory.language.maps import MapValue, MeanWeight, RowWeight
from longlag.theory.language.matrix import (
    ZERO,
    Diagonal,
    Intermediate,
    Matrix,
    Product,
    RankOne,
    Sum,
    Weight,
)
from longlag.theory.language.parts import tree_size
from longlag.theory.language.reductions import FixedWeight, is_spread
from longlag.theory.language.symbols import CellSymbol, Drive, is_shared
from longlag.theory.language.weights import FreeWeight

#: With more parts than these an update is told over its named values.
_LONGEST_UPDATE = 500


def is_long(update: Iterable[Expr]) -> bool:
    """Return whether an update is told over its named values, since it repeats itself in full."""
    return any(tree_size(expression) > _LONGEST_UPDATE for expression in update)


def lines_by_values(graph: Graph) -> list[str]:
    """Return an update over its named values, and what these are, each told once.

    >>> from longlag.theory import CELLS
    >>> print(*lines_by_values(CELLS["plain"].graph), sep="\\n")
    h <- n
    n = tanh(d_n + (W_n h))
    """
    printer = TextPrinter(graph)
    lines = [f"{name} <- {printer.doprint(new)}" for name, new in graph.update.items()]
    for node in graph.nodes:
        told = node.definition if isinstance(node, ValueNode) else printer.mean(node)
        if told is not None:
            lines.append(f"{node.value.name} = {printer.doprint(told)}")
    return lines


class TextPrinter(StrPrinter):
    """Prints nodes of one cell; drives as d_z, rows as u_s, maps as (W_z h).

    Args:
        graph: where maps are looked up.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.maps = {node.value: node for node in graph.maps}

    def _print_Drive(self, symbol: Drive) -> str:
        return f"d_{symbol.name}"

    def _print_RowWeight(self, symbol: RowWeight) -> str:
        return f"u_{symbol.name}"

    def _print_MapValue(self, symbol: MapValue) -> str:
        node = self.maps[symbol]
        if isinstance(node.weight, MeanWeight):
            return str(symbol.name)
        argument = self._print(node.argument)
        if is_spread(node.weight):
            return str(argument)
        inner = argument if node.argument.is_Symbol else f"({argument})"
        return f"({_weight(node.weight)} {inner})"

    def mean(self, node: MapNode) -> str | None:
        """Return the definition of a mean over neurons; other maps are written out in place."""
        return (
            f"mean({self._print(node.argument)})" if isinstance(node.weight, MeanWeight) else None
        )

    def node(self, node: Matrix) -> str:
        """Return a one-step node as one line of text."""
        if node == ZERO:
            return "0"
        if isinstance(node, Sum):
            return " + ".join(self.node(term) for term in node.terms)
        if isinstance(node, Product):
            return " ".join(self.node(factor) for factor in node.factors)
        if isinstance(node, Diagonal):
            entry = self.doprint(node.entry)
            return f"({entry}) I" if is_shared(node.entry) else f"diag({entry})"
        if isinstance(node, Weight):
            return _weight(node.symbol)
        if isinstance(node, Intermediate):
            return f"V_{node.number}"
        if isinstance(node, RankOne):
            return f"outer({self.doprint(node.column)}, {self.doprint(node.row)})"
        return repr(node)


def _weight(symbol: CellSymbol) -> str:
    if isinstance(symbol, (FreeWeight, FixedWeight)):
        return symbol.text
    return f"u_{symbol.name}" if isinstance(symbol, RowWeight) else f"W_{symbol.name}"
