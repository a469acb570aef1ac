"""Plain text of matrix nodes, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy.printing.str import StrPrinter

from longlag.theory.graph import Graph, MapNode, ValueNode
from longlag.theory.matrix import (
    ZERO,
    Diagonal,
    Matrix,
    Product,
    RankOne,
    Sum,
    Weight,
    blocks,
)
from longlag.theory.symbols import Drive, MapValue, MeanWeight, RowWeight, is_shared

if TYPE_CHECKING:
    from longlag.theory.jacobian import Jacobian


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
        letter = "u" if isinstance(node.weight, RowWeight) else "W"
        argument = self._print(node.argument)
        inner = argument if node.argument.is_Symbol else f"({argument})"
        return f"({letter}_{symbol.name} {inner})"

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
            return f"W_{node.symbol.name}"
        if isinstance(node, RankOne):
            return f"outer({self.doprint(node.column)}, {self.doprint(node.row)})"
        return repr(node)


def jacobian_text(jacobian: Jacobian) -> str:
    """Return the local and the recurrent part of a Jacobian, one block a line, and its letters.

    >>> from longlag.theory import CELLS, jacobian
    >>> print(jacobian_text(jacobian(CELLS["leaky"])))
    D = (1 - alpha) I
    R = diag(alpha*(1 - n**2)) W_n
    where n = tanh(d_n + (W_n h))
    """
    printer = TextPrinter(jacobian.cell.graph)
    states = jacobian.cell.states
    lines = []
    for letter, part in (("D", jacobian.local), ("R", jacobian.recurrent)):
        for new, row in zip(states, blocks(part), strict=True):
            for previous, entry in zip(states, row, strict=True):
                block = "" if len(states) == 1 else f"[{new}, {previous}]"
                if entry != ZERO or not block:
                    lines.append(f"{letter}{block} = {printer.node(entry)}")
    word = "where"
    for node in jacobian.cell.graph.nodes:
        definition = node.definition if isinstance(node, ValueNode) else printer.mean(node)
        if definition is not None:
            lines.append(f"{word} {node.value.name} = {printer.doprint(definition)}")
            word = "     "
    return "\n".join(lines)
