"""Displayed equations of matrices over neurons, as LaTeX; ``latex`` holds the printer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Expr

from longlag.theory.language.graph import Graph
from longlag.theory.language.latex import CellPrinter, added
from longlag.theory.language.letters import block_tex, matrix_tex
from longlag.theory.language.matrix import (
    ZERO,
    Block,
    Matrix,
    Node,
    OrderedProduct,
    PositionSum,
    Product,
    Sum,
    blocks,
    intermediates,
    node_lines,
)
from longlag.theory.typeset.author import at_now, current
from longlag.theory.typeset.breaking import broken
from longlag.theory.typeset.widths import POINTS, width

#: Letters for block matrices that are too wide to stand in a formula.
_BLOCK_LETTERS = ("B", "C", "E", "F")


def matrix_equations(node: Matrix, letter: str, graph: Graph) -> list[str]:
    """Return ``letter = node`` as LaTeX, one line per block, long sums broken after each term."""
    return _block_equations(node, letter, CellPrinter(graph), [*graph.update])


def intermediate_equations(graph: Graph, *matrices: Matrix) -> list[str]:
    """Return what the intermediate matrices in some matrices are, as lines of LaTeX."""
    printer = CellPrinter(graph)
    lines = []
    for each in intermediates(*matrices):
        lines += _equation(printer.node(each), each.definition, printer)
    return lines


def _equation(name: str, entry: Matrix, printer: CellPrinter) -> list[str]:
    terms = entry.terms if isinstance(entry, Sum) and entry.terms else (entry,)
    first = f"{name} &= {printer.node(terms[0])}"
    return [first, *(rf"&\quad {added(printer.node(term))}" for term in terms[1:])]


def _block_equations(
    node: Matrix, letter: str, printer: CellPrinter, names: Sequence[str]
) -> list[str]:
    """The blocks of a matrix by the names of its rows; one that is zero is left out."""
    lines = []
    for new, row in zip(names, blocks(node), strict=True):
        for previous, entry in zip(names, row, strict=True):
            index = block_tex(names, new, previous)
            name = block_name(letter, "" if len(names) == 1 else index)
            if len(names) > 1 and entry == ZERO:
                continue
            lines += _equation(name, entry, printer)
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
    return [first, *(rf"&\quad {added(printer.diagonal_entry(term))}" for term in terms[1:])]


def print_scalar(expr: Expr) -> str:
    """Return an expression that holds no value of a cell as LaTeX."""
    return str(CellPrinter(Graph((), {}))._print(expr))


@node_lines.register(Node)
def _alone(node: Matrix) -> list[str]:
    """A node without its cell: what a map z gives is written a_z.

    Block matrices that do not fit into the column are named, and their blocks told below.
    """
    graph = Graph((), {})
    whole = [CellPrinter(graph).node(node)]
    found = list(dict.fromkeys(_block_matrices(node)))
    column = current().width
    behind = intermediate_equations(graph, node)
    if column is None or not found or _fits(whole, column):
        return [f"&{whole[0]}", *behind] if behind else whole
    letters: dict[Matrix, str] = dict(zip(found, _BLOCK_LETTERS, strict=False))
    lines = [] if node in letters else ["&" + CellPrinter(graph, labels=letters).node(node)]
    for matrix, letter in zip(found, _BLOCK_LETTERS, strict=False):
        names = [str(number + 1) for number in range(len(blocks(matrix)))]
        lines.append(f"{block_name(letter, '')} &= {_outline(matrix, letter, names)}")
        lines += _block_equations(matrix, letter, CellPrinter(graph), names)
    return lines + behind


def _fits(lines: Sequence[str], centimetres: float) -> bool:
    return all(width(line) <= centimetres * POINTS for line in broken(lines, centimetres))


def _block_matrices(node: Matrix) -> Iterator[Block]:
    """The block matrices in a node, from left to right."""
    if isinstance(node, Block):
        yield node
    elif isinstance(node, (OrderedProduct, PositionSum)):
        parts = (node.factor,) if isinstance(node, OrderedProduct) else _factors(node)
        for part in parts:
            yield from _block_matrices(part)
    elif isinstance(node, (Sum, Product)):
        for part in node.terms if isinstance(node, Sum) else node.factors:
            yield from _block_matrices(part)


def _factors(node: PositionSum) -> tuple[Matrix, ...]:
    return (node.local,) if node.order == 0 else (node.local, node.recurrent)


def _outline(matrix: Block, letter: str, names: Sequence[str]) -> str:
    """A block matrix with a name in place of each block that is not zero."""
    rows = r" \\ ".join(
        " & ".join(
            "0" if entry == ZERO else block_name(letter, block_tex(names, new, previous))
            for previous, entry in zip(names, row, strict=True)
        )
        for new, row in zip(names, matrix.rows, strict=True)
    )
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"
