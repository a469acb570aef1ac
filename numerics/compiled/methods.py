"""What each method of a compiled cell runs: stages of maps, functions, a matrix's assembly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sympy import Expr
from torch import Tensor

from longlag.numerics.compiled.assembly import Assembly
from longlag.numerics.compiled.direct import Direct, direct
from longlag.numerics.compiled.execution import Execution
from longlag.numerics.compiled.fields import Diagonals
from longlag.numerics.compiled.pages import fresh
from longlag.numerics.compiled.plan import Stage, stages
from longlag.numerics.compiled.pointwise import Pointwise
from longlag.numerics.compiled.source import CFunction
from longlag.theory.cells.cell import Cell
from longlag.theory.language.maps import RowWeight
from longlag.theory.language.matrix import Intermediate, Matrix, blocks, intermediates
from longlag.theory.transport.jacobian import Jacobian

#: The functions that write intermediate matrices, in the order in which they run.
Behind: TypeAlias = Mapping[Intermediate, Assembly]


@dataclass(frozen=True)
class DiagonalPlan:
    """D and the diagonal of R, written to two arrays (..., S, S, H)."""

    stages: tuple[Stage, ...]
    entries: Pointwise | None
    names: Mapping[Expr, str]
    behind: Behind
    diagonals: Diagonals
    function: Pointwise
    states: int

    def results(self, run: Execution) -> tuple[Tensor, Tensor]:
        """Return both arrays."""
        run.advance(self.stages)
        run.entries(self.entries, self.names)
        run.behind(self.behind)
        for symbol, compute in self.diagonals.cores.items():
            run.known[symbol] = compute(run.entry)
        shape = (*run.batch, self.states, self.states, run.size)
        local, recurrent = fresh(run.like, shape), fresh(run.like, shape)
        into = {}
        for label in self.function.outputs:
            part, i, j = label.split()
            whole = local if part == "local" else recurrent
            stride = self.states**2 * run.size
            into[label] = whole[..., int(i), int(j), :], stride
        run.run(self.function, into)
        return local, recurrent


def diagonal_plan(jacobian: Jacobian) -> DiagonalPlan:
    """Return the plan of a cell's diagonals."""
    cell, found = jacobian.cell, Diagonals()
    parts = {"local": jacobian.local, "recurrent": jacobian.recurrent}
    outputs = {
        f"{part} {i} {j}": found.expression(node)
        for part, matrix in parts.items()
        for i, row in enumerate(blocks(matrix))
        for j, node in enumerate(row)
    }
    behind = assemblies("diagonals", jacobian.recurrent, jacobian.local)
    scalars = dict.fromkeys(
        [*found.entries, *(e for each in behind.values() for e in each.entries)]
    )
    names, entries = entry_function(cell, "diagonals_entries", scalars)
    before = stages(cell, "diagonals", [*outputs.values(), *scalars])
    function = Pointwise("diagonals", cell, outputs)
    return DiagonalPlan(before, entries, names, behind, found, function, len(cell.states))


@dataclass(frozen=True)
class MatrixPlan:
    """A matrix (..., S·H, S·H)."""

    stages: tuple[Stage, ...]
    entries: Pointwise | None
    names: Mapping[Expr, str]
    behind: Behind
    assembly: Assembly
    direct: Direct | None

    def results(self, run: Execution, out: Tensor | None = None) -> Tensor:
        """Return the matrix, written to ``out`` where that is given."""
        run.advance(self.stages)
        if self.direct is not None:
            return run.assemble_directly(self.direct, out)
        run.entries(self.entries, self.names)
        run.behind(self.behind)
        return run.assemble(self.assembly, out)


def matrix_plans(jacobian: Jacobian) -> tuple[MatrixPlan, MatrixPlan]:
    """Return the plans of R and of D + R, which share the function of their entries."""
    cell = jacobian.cell
    recurrent = Assembly("recurrent", jacobian.recurrent, cell.states)
    whole = Assembly("jacobian", jacobian.matrix, cell.states)
    scalars = dict.fromkeys((*whole.entries, *recurrent.entries))
    names, entries = entry_function(cell, "entries", scalars)
    before = stages(cell, "matrices", scalars)
    behind = assemblies("matrices", jacobian.matrix)
    plans = [
        MatrixPlan(before, entries, names, behind, assembly, direct(assembly, entries, names))
        for assembly in (recurrent, whole)
    ]
    return plans[0], plans[1]


def assemblies(name: str, *matrices: Matrix) -> Behind:
    """Return what writes the intermediate matrices in some matrices, each after those it needs."""
    return {
        each: Assembly(f"{name}_intermediate_{each.number}", each.definition, ["intermediate"])
        for each in intermediates(*matrices)
    }


def entry_function(
    cell: Cell, name: str, entries: Iterable[Expr]
) -> tuple[Mapping[Expr, str], Pointwise | None]:
    """Return the labels of scalar entries and the function that computes them."""
    needed = [e for e in entries if not e.is_number and not isinstance(e, RowWeight)]
    names = {expression: f"entry_{k}" for k, expression in enumerate(needed)}
    outputs = {label: expression for expression, label in names.items()}
    return names, Pointwise(name, cell, outputs) if needed else None


class Methods:
    """The plans of the compiled functions of a cell.

    Args:
        jacobian: what the functions are printed from; it knows its cell.
    """

    def __init__(self, jacobian: Jacobian) -> None:
        self._diagonals = diagonal_plan(jacobian)
        self._recurrent, self._jacobian = matrix_plans(jacobian)

    @property
    def parts(self) -> Mapping[str, list[CFunction]]:
        """The C functions of each library: built apart, so that none is built in vain."""
        last = (self._recurrent.assembly, self._recurrent.direct)
        matrices = [*_functions(self._jacobian), *(f for f in last if f is not None)]
        return {"diagonals": _functions(self._diagonals), "matrices": matrices}

    def diagonals(self, run: Execution) -> tuple[Tensor, Tensor]:
        """Return D and the diagonal of R."""
        return self._diagonals.results(run)

    def recurrent(self, run: Execution, out: Tensor | None = None) -> Tensor:
        """Return the recurrent part R."""
        return self._recurrent.results(run, out)

    def jacobian(self, run: Execution, out: Tensor | None = None) -> Tensor:
        """Return D + R."""
        return self._jacobian.results(run, out)


def _functions(plan: DiagonalPlan | MatrixPlan) -> list[CFunction]:
    """The C functions of a plan, in the order in which they run."""
    found: list[CFunction | None] = [stage.arguments for stage in plan.stages]
    if isinstance(plan, DiagonalPlan):
        found += [plan.entries, *plan.behind.values(), plan.function]
    else:
        found += [plan.entries, *plan.behind.values(), plan.assembly, plan.direct]
    return [function for function in found if function is not None]


#: The library in which the functions of each method are.
LIBRARIES = {"diagonals": "diagonals", "recurrent": "matrices", "jacobian": "matrices"}

__all__ = ["LIBRARIES", "Methods"]
