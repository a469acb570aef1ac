"""The displayed equations of cells, Jacobians, transports and rates, as LaTeX.

What is printed comes from the derived nodes; ``latex`` holds the printer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sympy import Expr

from longlag.theory.graph import Graph, ValueNode
from longlag.theory.latex import CellPrinter
from longlag.theory.matrix import ZERO, Matrix, Sum, blocks
from longlag.theory.notation import tex_name
from longlag.theory.symbols import MeanWeight

if TYPE_CHECKING:
    from longlag.theory.cell import Cell
    from longlag.theory.jacobian import Jacobian
    from longlag.theory.rates import Rate
    from longlag.theory.transport import Transport


def aligned(lines: Iterable[str]) -> str:
    """Join equations into one aligned display; a line without & is aligned at its first =."""
    marked = [line if "&" in line else line.replace("=", "&=", 1) for line in lines]
    return "\\begin{aligned}\n" + " \\\\\n".join(marked) + "\n\\end{aligned}"


def cell_equations(cell: Cell) -> list[str]:
    """Return one equation per mean, named value and state of a cell, in order of evaluation."""
    printer = CellPrinter(cell.graph)
    lines = []
    for node in cell.graph.nodes:
        if isinstance(node, ValueNode):
            lines.append(f"{printer._print(node.value)} &= {printer._print(node.definition)}")
        elif isinstance(node.weight, MeanWeight):
            average = rf"\tfrac{{1}}{{H}} \mathbf{{1}}^{{\top}} {printer._wrapped(node.argument)}"
            lines.append(f"{printer._print(node.value)} &= {average}")
    for name in cell.states:
        update = printer.bare(cell.graph.update[name])
        lines.append(f"{tex_name(name)}_{{t}} &= {update}")
    return lines


def cell_latex(cell: Cell) -> str:
    """Return a cell's update as aligned LaTeX."""
    return aligned(cell_equations(cell))


def matrix_equations(node: Matrix, letter: str, cell: Cell) -> list[str]:
    """Return ``letter = node`` as LaTeX, one line per block, long sums broken after each term."""
    printer = CellPrinter(cell.graph)
    states = cell.states
    lines = []
    for new, row in zip(states, blocks(node), strict=True):
        for previous, entry in zip(states, row, strict=True):
            name = f"{letter}_t" if len(states) == 1 else f"{letter}_t^{{{new}{previous}}}"
            if len(states) > 1 and entry == ZERO:
                continue
            terms = entry.terms if isinstance(entry, Sum) and entry.terms else (entry,)
            lines.append(f"{name} &= {printer.node(terms[0])}")
            lines.extend(rf"&\quad + {printer.node(term)}" for term in terms[1:])
    return lines or [f"{letter}_t &= 0"]


def jacobian_latex(jacobian: Jacobian) -> str:
    """Return the local and the recurrent part of a Jacobian as aligned LaTeX."""
    cell = jacobian.cell
    local = matrix_equations(jacobian.local, "D", cell)
    return aligned([*local, *matrix_equations(jacobian.recurrent, "R", cell)])


def product_latex(lag: Expr) -> str:
    """Return the transport as an ordered product of Jacobians."""
    if lag.is_Integer and lag <= 4:
        factors = ["J_{t}", "J_{t-1}", "J_{t-2}", "J_{t-3}"][: int(lag)]
        return r" \, ".join(factors) or "I"
    last = f"t-{_print(lag)}+1" if not lag.is_Integer else f"t-{int(lag) - 1}"
    return rf"J_{{t}} \, J_{{t-1}} \cdots J_{{{last}}}"


def transport_printer(transport: Transport) -> CellPrinter:
    """Return a printer that knows the letters D, R and J of a transport."""
    found = transport.jacobian
    # R last: for a cell without a local part J and R are the same node, and R says more.
    labels = {found.matrix: "J", found.recurrent: "R"}
    if found.local != ZERO:
        labels[found.local] = "D"
    return CellPrinter(found.cell.graph, labels=labels)


def expansion_terms(transport: Transport) -> list[str]:
    """Return the terms of a transport's expansion as LaTeX, without those that vanish."""
    printer = transport_printer(transport)
    return [printer.node(term) for term in transport.terms if term != ZERO] or ["0"]


def transport_name(transport: Transport) -> str:
    """Return the letter of a transport with its lag."""
    return rf"M_{{t,{_print(transport.lag)}}}"


def expansion_name(transport: Transport) -> str:
    """Return the letter of the expansion: M itself where nothing is left out."""
    name = transport_name(transport)
    return name if transport.is_exact else rf"{name}^{{\le {transport.order}}}"


def expansion_equation(transport: Transport) -> list[str]:
    """Return the expansion as LaTeX lines, one term each."""
    first, *others = expansion_terms(transport)
    lines = [rf"{expansion_name(transport)} &= {first}"]
    return lines + [rf"&\quad + {term}" for term in others]


def remainder_equation(transport: Transport) -> str:
    """Return the remainder bound as a LaTeX line."""
    difference = f"{transport_name(transport)} - {expansion_name(transport)}"
    return rf"\bigl\| {difference} \bigr\|_2 &\le {_print(transport.remainder_bound)}"


def transport_latex(transport: Transport) -> str:
    """Return the product, the expansion and the remainder bound as aligned LaTeX."""
    name = transport_name(transport)
    lines = [f"{name} &= {product_latex(transport.lag)}", *expansion_equation(transport)]
    if not transport.is_exact:
        lines.append(remainder_equation(transport))
    return aligned(lines)


def rate_latex(rate: Rate) -> str:
    """Return one reading of the effective learning rate as an equation."""
    rates = rate.rates
    states = rates.cell.states
    printer = CellPrinter(rates.cell.graph, neuron="q").at("j")
    names = {
        "zeroth": r"\mu^{(q)}_{0}",
        "first_order": r"\mu^{(q)}_{1}",
        "leak_product": r"\mu^{(q)}_{\mathrm{leak}}",
        "open_gate_product": r"\mu^{(q)}_{\mathrm{open}}",
    }
    left = f"{names[rate.reading]}(t,\\ell)"
    product = r"\prod_{j=0}^{\ell-1}"
    if rate.factor is not None:
        return rf"{left} &= \eta {product} {printer._wrapped(rate.factor)}"
    if len(states) > 1:
        block = rf"_{{{rates.new}{rates.previous}}}"
        opening, closing = r"\Bigl[", rf"\Bigr]{block}"
        D, R = r"\mathbf{D}^{(q)}_{t-%s}", r"\mathbf{R}^{(qq)}_{t-%s}"
    else:
        opening, closing = r"\Bigl[", r"\Bigr]"
        D, R = r"D^{(q)}_{t-%s}", r"R^{(qq)}_{t-%s}"
    gamma = f"{product} {D % 'j'}"
    if rate.reading == "zeroth":
        inner = gamma if len(states) == 1 else f"{opening} {gamma} {closing}"
        return rf"{left} &= \eta\, {inner}"
    newer = rf"\Bigl(\prod_{{0 \le i < j}} {D % 'i'}\Bigr)"
    older = rf"\Bigl(\prod_{{j < i \le \ell-1}} {D % 'i'}\Bigr)"
    crossing = rf"\sum_{{j=0}}^{{\ell-1}} {newer} {R % 'j'} {older}"
    return rf"{left} &= \eta\, {opening} {gamma} + {crossing} {closing}"


def rate_definitions(rate: Rate) -> list[str]:
    """Return the equations of the per-neuron factors D^{(q)} and R^{(qq)} of a rate."""
    found = rate.rates.jacobian
    states = found.cell.states
    printer = CellPrinter(found.cell.graph)
    lines: list[str] = []
    for letter, mark, part in (("D", "(q)", found.local), ("R", "(qq)", found.recurrent)):
        for new, row in zip(states, blocks(part), strict=True):
            for previous, entry in zip(states, row, strict=True):
                block = "" if len(states) == 1 else f",{new}{previous}"
                if entry == ZERO and len(states) > 1:
                    continue
                lines.extend(_entry_lines(printer, entry, rf"{letter}^{{{mark}{block}}}_t"))
    return lines


def _entry_lines(printer: CellPrinter, entry: Matrix, name: str) -> Sequence[str]:
    terms = entry.terms if isinstance(entry, Sum) and entry.terms else (entry,)
    first = f"{name} &= {printer.diagonal_entry(terms[0])}"
    return [first, *(rf"&\quad + {printer.diagonal_entry(term)}" for term in terms[1:])]


def _print(expr: Expr) -> str:
    return str(CellPrinter(Graph((), {}))._print(expr))
