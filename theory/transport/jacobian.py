"""The one-step Jacobian of a cell, derived from its update.

J_t = ∂h_t/∂h_{t−1} = D_t + R_t. In the leak split the local part D holds the paths on which a
neuron reaches itself without crossing a linear map; the recurrent part R holds all paths that cross
at least one. In the gate split, printed A_t + G_t, the first part is the Jacobian with the gates
held fixed and the second what the derivatives of the gates add.
Source: arXiv 2512.05790 for the leak split, arXiv 2508.12121 for the gate split, cell by cell;
derived here from the update.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Literal, TypeAlias

from sympy import Matrix as ExplicitMatrix

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.displays import intermediate_equations, matrix_equations
from longlag.theory.language.explicit import explicit_matrix
from longlag.theory.language.graph import ValueNode
from longlag.theory.language.matrix import (
    ZERO,
    Matrix,
    add,
    block,
    blocks,
    diagonal,
    intermediates,
    is_zero,
)
from longlag.theory.language.symbols import State
from longlag.theory.language.text import TextPrinter
from longlag.theory.transport.meetings import cut_where_paths_meet
from longlag.theory.transport.paths import (
    Along,
    Assembler,
    Coefficients,
    Fields,
    Moved,
    Numbering,
    Rest,
    coefficients,
    map_matrix,
)
from longlag.theory.typeset.described import described
from longlag.theory.typeset.shown import Shown, aligned

#: What the zeroth order over a lag keeps: local paths alone, or all with the gates held fixed.
Split: TypeAlias = Literal["leak", "gate"]
#: The letters of the two parts in each split.
PART_LETTERS: Mapping[str, tuple[str, str]] = {"leak": ("D", "R"), "gate": ("A", "G")}


@dataclass(frozen=True)
class Jacobian(Shown):
    """The one-step Jacobian of a cell as two parts, by default its local and its recurrent one.

    Args:
        cell: what it was derived from.
        coefficients: its per-neuron derivatives.
        local: D, diagonal (a block of diagonals for several states); in the gate split A, the
            Jacobian with the gates held fixed.
        recurrent: R, a sum of terms that each cross at least one map; in the gate split G, a sum
            of terms that each hold the derivative of a gate.
        split: which of the two.
    """

    cell: Cell
    coefficients: Coefficients
    local: Matrix
    recurrent: Matrix
    split: Split = "leak"

    @cached_property
    def matrix(self) -> Matrix:
        """J = D + R."""
        pairs = zip(blocks(self.local), blocks(self.recurrent), strict=True)
        return block([[add(d, r) for d, r in zip(*rows, strict=True)] for rows in pairs])

    @property
    def is_local(self) -> bool:
        """Whether no path crosses a map: R is zero, and products over a lag are products of D."""
        return is_zero(self.recurrent)

    @property
    def keeps(self) -> bool:
        """Whether a state reaches another by a local path: whether there is a leak."""
        return not is_zero(self.local)

    def block(self, new: str, previous: str) -> Matrix:
        """Return the block ∂(new state)/∂(previous state)."""
        states = self.cell.states
        for name in (new, previous):
            if name not in states:
                raise LonglagError(
                    f"state {name!r}",
                    f"cell {self.cell.name!r} has no such state",
                    f"choose from {', '.join(states)}",
                )
        return blocks(self.matrix)[states.index(new)][states.index(previous)]

    def to_explicit(self, size: int) -> ExplicitMatrix:
        """Return the Jacobian of ``size`` neurons as a SymPy matrix, blocks in order of states."""
        return explicit_matrix(self.matrix, self.cell.graph, size)

    def __repr__(self) -> str:
        return described(str(self), "local", "recurrent", "block(…)", "latex()")

    def __str__(self) -> str:
        return jacobian_text(self)

    def _lines(self) -> list[str]:
        return jacobian_equations(self)


def jacobian(cell: Cell, split: Split = "leak") -> Jacobian:
    """Derive the one-step Jacobian of a cell.

    Args:
        cell: the cell.
        split: into which two parts: "leak" for local and recurrent paths, "gate" for the Jacobian
            with the gates held fixed and what their derivatives add.

    Returns:
        Its two parts, of symbolic dimension; derived once for each cell.

    Raises:
        LonglagError: what is given is no Cell, or there is no such split.

    >>> from longlag.theory import CELLS
    >>> jacobian(CELLS["diag_gate"]).local
    Diagonal(entry=1 - z)
    >>> print(jacobian(CELLS["diag_gate"], split="gate"))
    A = diag(1 - z) + diag(z*(1 - n**2)) W_n
    G = diag(z*(1 - z)*(-h + n)) W_z
    where z = sigmoid(d_z + (W_z h))
          n = tanh(d_n + (W_n h))
    """
    if not isinstance(cell, Cell):
        raise LonglagError(
            f"{cell!r}", "only a Cell has a Jacobian", "give a Cell, such as CELLS['gru']"
        )
    if split not in PART_LETTERS:
        raise LonglagError(
            f"split {split!r}",
            "a Jacobian is split by what crosses a map, or by what moves a gate",
            f"choose one of {', '.join(PART_LETTERS)}",
        )
    return derive_jacobian(cell) if split == "leak" else derive_gate_split(cell)


@lru_cache(maxsize=64)
def derive_gate_split(cell: Cell) -> Jacobian:
    """Derive the Jacobian with the gates held fixed, and what is missing; see ``jacobian``."""
    cut, gates = cut_where_paths_meet(cell.graph), cell.graph.gates
    whole, held = Along(cut), Along(cut, partial(cut.graph.derivative, held=gates))
    moved = Moved(cut, partial(cut.graph.derivative_through, gates=gates), whole, held)
    numbered = Numbering()
    fixed, rest = Assembler(held, numbered), Rest(moved, numbered)
    return Jacobian(
        cell,
        coefficients(cell, whole),
        _blocks(cell, lambda i, j: add(diagonal(held.total(i, j)), fixed.crossing(i, j))),
        _blocks(cell, lambda i, j: add(diagonal(moved.total(i, j)), rest.left_out(i, j))),
        "gate",
    )


@lru_cache(maxsize=64)
def derive_jacobian(cell: Cell) -> Jacobian:
    """Derive the Jacobian without asking what is given; see ``jacobian``."""
    along = Along(cut_where_paths_meet(cell.graph))
    assembler = Assembler(along, Numbering())
    return Jacobian(
        cell,
        coefficients(cell, along),
        _blocks(cell, lambda i, j: diagonal(along.total(i, j))),
        _blocks(cell, assembler.crossing),
    )


def _blocks(cell: Cell, entry: Callable[[State, State], Matrix]) -> Matrix:
    states = cell.graph.states
    return block([[entry(i, j) for j in states] for i in states])


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
    letters = PART_LETTERS[jacobian.split]
    for letter, part in zip(letters, (jacobian.local, jacobian.recurrent), strict=True):
        for new, row in zip(states, blocks(part), strict=True):
            for previous, entry in zip(states, row, strict=True):
                block = "" if len(states) == 1 else f"[{new}, {previous}]"
                if entry != ZERO or not block:
                    lines.append(f"{letter}{block} = {printer.node(entry)}")
    word = "where"
    for each in intermediates(jacobian.local, jacobian.recurrent):
        lines.append(f"{word} V_{each.number} = {printer.node(each.definition)}")
        word = "     "
    for node in jacobian.cell.graph.nodes:
        definition = node.definition if isinstance(node, ValueNode) else printer.mean(node)
        if definition is not None:
            lines.append(f"{word} {node.value.name} = {printer.doprint(definition)}")
            word = "     "
    return "\n".join(lines)


def jacobian_equations(jacobian: Jacobian) -> list[str]:
    """Return the local and the recurrent part of a Jacobian as lines of LaTeX."""
    graph = jacobian.cell.graph
    first, second = PART_LETTERS[jacobian.split]
    return [
        *matrix_equations(jacobian.local, first, graph),
        *matrix_equations(jacobian.recurrent, second, graph),
        *intermediate_equations(graph, jacobian.local, jacobian.recurrent),
    ]


def jacobian_latex(jacobian: Jacobian) -> str:
    """Return the local and the recurrent part of a Jacobian as aligned LaTeX."""
    return aligned(jacobian_equations(jacobian))


__all__ = [
    "PART_LETTERS",
    "Coefficients",
    "Fields",
    "Jacobian",
    "Split",
    "coefficients",
    "jacobian",
    "map_matrix",
]
