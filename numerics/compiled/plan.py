"""The stages of one result: linear maps by BLAS, and between them pointwise functions in C."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Expr, Symbol

from longlag.numerics.compiled.pointwise import Derived, Pointwise
from longlag.theory.cells.cell import Cell
from longlag.theory.language.graph import MapNode
from longlag.theory.language.maps import MapValue
from longlag.theory.language.symbols import Value


@dataclass(frozen=True)
class Stage:
    """Maps that need nothing from each other, and what computes their arguments.

    Args:
        arguments: computes the arguments that are no plain symbols; None where there are none.
        maps: each map with the symbol under which its argument is found.
    """

    arguments: Pointwise | None
    maps: tuple[tuple[MapNode, Symbol], ...]


def stages(cell: Cell, name: str, results: Iterable[Expr]) -> tuple[Stage, ...]:
    """Return the stages after which every map value that the results need is known.

    Args:
        cell: the cell.
        name: what the functions are called.
        results: over the symbols of the cell's graph.
    """
    definitions = {node.value: node.definition for node in cell.graph.values}

    def maps_in(expression: Expr) -> set[MapValue]:
        """The map values that an expression needs, through named values."""
        found = set(expression.atoms(MapValue))
        return found.union(*(maps_in(definitions[v]) for v in expression.atoms(Value)))

    pending: dict[MapValue, MapNode] = {}
    wanted = set().union(*map(maps_in, results))
    for node in reversed(cell.graph.maps):
        if node.value in wanted:
            pending[node.value] = node
            wanted |= maps_in(node.argument)
    found: list[Stage] = []
    while pending:
        ready = [n for n in pending.values() if not maps_in(n.argument) & pending.keys()]
        full_name = f"{name}_arguments_{len(found) + 1}"
        found.append(_stage(cell, full_name, sorted(ready, key=lambda n: str(n.value.name))))
        for node in ready:
            del pending[node.value]
    return tuple(found)


def argument_symbol(node: MapNode) -> Symbol:
    """Return the symbol under which the computed argument of a map is kept."""
    return Derived(f"argument_{node.value.name}")


def _stage(cell: Cell, name: str, nodes: list[MapNode]) -> Stage:
    maps, outputs = [], {}
    for node in nodes:
        argument = node.argument
        if not argument.is_Symbol or isinstance(argument, Value):
            outputs[f"argument_{node.value.name}"] = argument
            argument = argument_symbol(node)
        maps.append((node, argument))
    arguments = Pointwise(name, cell, outputs) if outputs else None
    return Stage(arguments, tuple(maps))
