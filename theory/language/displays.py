"""Displayed equations of matrices over neurons, as LaTeX; ``latex`` holds the printer."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from longlag.theory.language.graph import Graph
from longlag.theory.language.latex import CellPrinter
from longlag.theory.language.letters import index_tex, matrix_tex
from longlag.theory.language.matrix import ZERO, Matrix, Sum, blocks
from longlag.theory.typeset.author import at_now, current


def matrix_equations(node: Matrix, letter: str, graph: Graph) -> list[str]:
    """Return ``letter = node`` as LaTeX, one line per block, long sums broken after each term."""
    printer = CellPrinter(graph)
    states = tuple(graph.update)
    names = {name: index_tex(name) for name in states}
    lines = []
    for new, row in zip(states, blocks(node), strict=True):
        for previous, entry in zip(states, row, strict=True):
            name = block_name(letter, "" if len(states) == 1 else f"{names[new]}{names[previous]}")
            if len(states) > 1 and entry == ZERO:
                continue
            terms = entry.terms if isinstance(entry, Sum) and entry.terms else (entry,)
            lines.append(f"{name} &= {printer.node(terms[0])}")
            lines.extend(rf"&\quad + {printer.node(term)}" for term in terms[1:])
    return lines or [f"{block_name(letter, '')} &= 0"]


def block_name(letter: str, block: str) -> str:
    """Return the letter of a matrix at the time t, its block above."""
    above = f"^{{{block}}}" if block else ""
    if current().time == "argument":
        return at_now(matrix_tex(letter) + above)
    return at_now(matrix_tex(letter)) + above


def entry_equations(printer: CellPrinter, entry: Matrix, name: str) -> Sequence[str]:
    """Return ``name = the diagonal entry of a node`` as LaTeX lines, one term each."""
    terms = entry.terms if isinstance(entry, Sum) and entry.terms else (entry,)
    first = f"{name} &= {printer.diagonal_entry(terms[0])}"
    return [first, *(rf"&\quad + {printer.diagonal_entry(term)}" for term in terms[1:])]


def print_scalar(expr: Expr) -> str:
    """Return an expression that holds no value of a cell as LaTeX."""
    return str(CellPrinter(Graph((), {}))._print(expr))
