"""A pointwise map of a cell as one C function: reads its arrays once, writes its arrays once."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Symbol

from longlag.numerics.codegen.layout import WIDTH
from longlag.numerics.codegen.names import plain, substitute, variable
from longlag.numerics.codegen.overflow import Products
from longlag.numerics.codegen.temporaries import Temporaries
from longlag.numerics.compiled.printer import CPrinter
from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import CellSymbol, Value, is_constant, is_shared
from longlag.theory.notation import neurons


class Derived(CellSymbol):
    """A field that an earlier stage computed, an array of full width."""

    role = "derived"


@dataclass(frozen=True)
class Pointwise:
    """One C function over all elements.

    Args:
        name: of the function, which has ``_f32`` or ``_f64`` behind it.
        cell: whose named values it may use.
        outputs: label ↦ expression over states, drives, parameters, map values, row weights,
            derived fields and the cell's named values.
    """

    name: str
    cell: Cell
    outputs: Mapping[str, Expr]

    @cached_property
    def values(self) -> Mapping[Value, Expr]:
        """The named values that the outputs depend on, in order of evaluation."""
        wanted = self._symbols(self.outputs.values())
        kept = {}
        for node in reversed(self.cell.graph.values):
            if node.value in wanted:
                kept[node.value] = node.definition
                wanted |= node.definition.free_symbols
        return dict(reversed(kept.items()))

    @cached_property
    def inputs(self) -> tuple[Symbol, ...]:
        """What the function reads, in the order of its arrays."""
        wanted = self._symbols([*self.values.values(), *self.outputs.values()])
        wanted -= {*self.values, neurons}
        return tuple(sorted(wanted, key=name_of))

    @cached_property
    def shared_arrays(self) -> tuple[bool, ...]:
        """For each input and each output whether neurons share its numbers."""
        return (*map(is_shared, self.inputs), *(False for _ in self.outputs))

    @cached_property
    def is_flat(self) -> bool:
        """Whether rows may be joined: what neurons share is the same in every row."""
        return all(map(is_constant, filter(is_shared, self.inputs)))

    @cached_property
    def source(self) -> str:
        """The C text of the function."""
        return "\n".join([*self._row(), "", *self._all_rows()])

    def _symbols(self, expressions: Iterable[Expr]) -> set[Symbol]:
        return set().union(*(expression.free_symbols for expression in expressions))

    def _row(self) -> list[str]:
        """The function for one row: what neurons share stands in front of the loop."""
        before: list[str] = []
        inside: list[str] = []
        parameters = ["long size", "REAL H"]
        varying = set()
        for place, symbol in enumerate(self.inputs):
            name = name_of(symbol)
            if is_shared(symbol):
                parameters.append(f"REAL {name}")
            else:
                varying.add(name)
                parameters.append(f"const REAL *restrict in{place}")
                inside.append(f"const REAL {name} = in{place}[q];")
        parameters += [f"REAL *restrict out{place}" for place in range(len(self.outputs))]

        def emit(line: str) -> None:
            name, _, text = line.partition(" = ")
            if varying & set(re.findall(r"\w+", text)):
                varying.add(name)
                inside.append(f"const REAL {line};")
            else:
                before.append(f"const REAL {line};")

        products = Products(self.cell.graph)
        marked = [products.marked(e) for e in (*self.values.values(), *self.outputs.values())]
        expressions = [renamed(expression) for expression in marked]
        temporaries = Temporaries(expressions, CPrinter(), emit)
        for value, definition in zip(self.values, expressions, strict=False):
            emit(f"{variable(value)} = {temporaries.text(definition)}")
        outputs = zip(self.outputs, expressions[len(self.values) :], strict=True)
        for place, (label, expression) in enumerate(outputs):
            inside.append(f"out{place}[q] = {temporaries.text(expression)}; /* {label} */")
        head = call(f"static void NAME({self.name}_row)", parameters, 0)
        loop = ["    for (long q = 0; q < size; q++) {", *indented(inside, 8), "    }"]
        return [*head, "{", *indented(before, 4), *loop, "}"]

    def _all_rows(self) -> list[str]:
        """The function for all rows; arrays advance by their own strides."""
        arguments = ["size", "(REAL)neurons"]
        for place, symbol in enumerate(self.inputs):
            start = f"in[{place}]"
            step = f"t*in_stride[{place}]"
            arguments.append(f"{start}[{step}]" if is_shared(symbol) else f"{start} + {step}")
        arguments += [f"out[{k}] + t*out_stride[{k}]" for k in range(len(self.outputs))]
        return [
            f"void NAME({self.name})(",
            "    long rows, long size, long neurons, const REAL *const *in, const long *in_stride,",
            "    REAL *const *out, const long *out_stride)",
            "{",
            "    for (long t = 0; t < rows; t++)",
            *call(f"NAME({self.name}_row)", arguments, 8, ";"),
            "}",
        ]


def name_of(symbol: Symbol) -> str:
    """Return the C variable of a symbol of a cell."""
    return f"derived_{symbol.name}" if isinstance(symbol, Derived) else variable(symbol)


def renamed(expression: Expr) -> Expr:
    """Return an expression over plain symbols that bear the names of the C variables."""
    symbols = {symbol: plain(symbol, name_of(symbol)) for symbol in expression.free_symbols}
    return substitute(expression, symbols)


def call(head: str, items: Sequence[str], by: int, end: str = "") -> list[str]:
    """Return a call or a declaration in lines as full as they may be."""
    lines, line = [], f"{' ' * by}{head}("
    for place, item in enumerate(items):
        piece = item + (", " if place + 1 < len(items) else f"){end}")
        if len(line) + len(piece.rstrip()) > WIDTH:
            lines.append(line.rstrip())
            line = " " * (by + 4)
        line += piece
    return [*lines, line]


def comment(text: str) -> list[str]:
    """Return lines inside a C comment."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" *     ",
        subsequent_indent=" *       ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def indented(lines: Sequence[str], by: int) -> list[str]:
    """Return C statements with an indent, long ones broken at spaces."""
    first, later = " " * by, " " * (by + 4)
    found = []
    for line in lines:
        found += textwrap.wrap(
            line,
            WIDTH,
            initial_indent=first,
            subsequent_indent=later,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return found
