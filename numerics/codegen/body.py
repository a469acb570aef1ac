"""The statements of one generated function over the four arguments of a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sympy import Expr

from longlag.numerics.codegen.backend import Backend
from longlag.numerics.codegen.layout import wrap
from longlag.numerics.codegen.names import rename, variable
from longlag.numerics.codegen.overflow import Products
from longlag.numerics.codegen.printer import ScalarPrinter
from longlag.numerics.codegen.temporaries import Temporaries
from longlag.theory.cells.cell import Cell
from longlag.theory.language.graph import MapNode, ValueNode
from longlag.theory.language.maps import MeanWeight, RowWeight
from longlag.theory.language.reductions import is_largest
from longlag.theory.language.symbols import is_shared

ARGUMENTS = ("state", "drive", "weight", "parameter")


class Body:
    """Writes a function: unpacking, maps and values, shared temporaries, results.

    Args:
        cell: whose arguments it takes.
        backend: the target.
        results: every scalar that the function prints, over the symbols of the cell's graph.
    """

    def __init__(self, cell: Cell, backend: Backend, results: Iterable[Expr]) -> None:
        self.cell = cell
        self.lines: list[str] = []
        results = list(results)
        nodes = self._needed(results)
        self._products = Products(cell.graph)
        scalars = [self._renamed(e) for e in (*map(_expression, nodes), *results)]
        self._temporaries = Temporaries(scalars, ScalarPrinter(backend), self.add)
        self._fields: dict[Expr, str] = {}
        self._entries = 0
        for node in nodes:
            self._assign(node)

    def add(self, line: str) -> None:
        """Append a statement."""
        self.lines.append(line)

    def entry(self, expression: Expr) -> str:
        """Return the variable of a scalar result of full shape, assigned at its first use."""
        if isinstance(expression, RowWeight):
            return variable(expression)
        if expression not in self._fields:
            name = "ones" if expression == 1 else f"entry_{self._entries}"
            self._entries += expression != 1
            self.add(f"{name} = {self.field(expression)}")
            self._fields[expression] = name
        return self._fields[expression]

    def field(self, expression: Expr) -> str:
        """Return the text of a scalar result of full shape (..., H)."""
        return f"field({self._temporaries.text(self._renamed(expression))}, frame)"

    def fields(self, head: str, fields: Mapping[Any, Expr]) -> None:
        """Add a statement whose value is a dictionary of results."""
        items = []
        for key, expression in fields.items():
            quoted = f'"{key}"' if isinstance(key, str) else f'("{key[0]}", "{key[1]}")'
            # Ones are frequent and cost nothing as views of a single number.
            value = self.entry(expression) if expression == 1 else self.field(expression)
            items.append(f"    {quoted}: {value},")
        for line in [f"{head}{{", *items, "}"] if items else [f"{head}{{}}"]:
            self.add(line)

    def function(self, name: str, docstring: str) -> str:
        """Return the source of the function."""
        lines = [f"def {name}({', '.join(ARGUMENTS)}):", f'    """{docstring}"""']
        for line in (*self._unpack(), *self.lines):
            lines.extend(wrap(f"    {line}"))
        return "\n".join(lines)

    def _needed(self, results: Sequence[Expr]) -> list[MapNode | ValueNode]:
        """The nodes that the results depend on, in order of evaluation."""
        wanted = set().union(*(e.free_symbols for e in results))
        kept = []
        for node in reversed(self.cell.graph.nodes):
            if node.value in wanted:
                kept.append(node)
                wanted |= _expression(node).free_symbols
        return kept[::-1]

    def _unpack(self) -> list[str]:
        shapes = self.cell.shapes(1)
        lines = [f'state_{name} = state["{name}"]' for name in self.cell.states]
        lines += [f'drive_{name} = drive["{name}"]' for name in shapes["drive"]]
        arrays = [line.split(" = ")[0] for line in lines]
        used = set(re.findall(r"\w+", " ".join(self.lines)))
        for name in dict.fromkeys(node.weight.name for node in self.cell.graph.maps):
            if f"weight_{name}" in used:
                lines.append(f'weight_{name} = weight["{name}"]')
        for name in shapes["parameter"]:
            if f"parameter_{name}" in used:
                lines.append(f'parameter_{name} = constant(parameter["{name}"], {arrays[0]})')
        lines.append(f"frame = frame_of({', '.join(arrays)})")
        if "H" in used:
            lines.append("H = frame.shape[-1]")
        return lines

    def _assign(self, node: MapNode | ValueNode) -> None:
        value = self._temporaries.text(self._renamed(_expression(node)))
        if isinstance(node, MapNode):
            value = self._map(node, value)
            if self._temporaries.inline(rename(node.value), value):
                return
        self.add(f"{variable(node.value)} = {value}")

    def _renamed(self, expression: Expr) -> Expr:
        return rename(self._products.marked(expression))

    def _map(self, node: MapNode, argument: str) -> str:
        if is_shared(node.argument):
            argument = f"field({argument}, frame)"
        if isinstance(node.weight, MeanWeight):
            return f"mean({argument})"
        helper = "row" if isinstance(node.weight, RowWeight) else "dense"
        helper = "largest" if is_largest(node.weight) else helper
        return f"{helper}({variable(node.weight)}, {argument})"


def _expression(node: MapNode | ValueNode) -> Expr:
    return node.argument if isinstance(node, MapNode) else node.definition
