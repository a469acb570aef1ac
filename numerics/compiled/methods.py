"""What each function of a compiled cell runs: stages of maps, kernels, and a matrix's assembly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from sympy import Expr, Symbol
from torch import Tensor

from longlag.numerics.codegen.generated import CoefficientFields
from longlag.numerics.codegen.overflow import Products
from longlag.numerics.codegen.scalar import generate_scalar
from longlag.numerics.compiled.assembly import Assembly
from longlag.numerics.compiled.direct import Direct, direct
from longlag.numerics.compiled.execution import Execution, Rows
from longlag.numerics.compiled.fields import Diagonals
from longlag.numerics.compiled.pages import fresh
from longlag.numerics.compiled.plan import Stage, stages
from longlag.numerics.compiled.pointwise import Kernel, name_of
from longlag.numerics.compiled.source import CFunction
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.matrix import blocks
from longlag.theory.language.symbols import RowWeight, State
from longlag.theory.transport.jacobian import Jacobian


@dataclass(frozen=True)
class Fields:
    """Results that are fields, one kernel for all of them.

    Args:
        stages: what comes before the kernel.
        kernel: computes all that are no plain numbers; None where there are none.
        groups: group ↦ key ↦ expression.
    """

    stages: tuple[Stage, ...]
    kernel: Kernel | None
    groups: Mapping[str, Mapping[Any, Expr]]

    def results(self, run: Execution, out: CoefficientFields | None = None) -> dict[str, Any]:
        """Return the results by group and key; ``out`` holds arrays to write to."""
        into = {} if out is None else self._arrays(run, out._asdict())
        found = {} if self.kernel is None else run.run(self.kernel, into)
        arrays = {label: run.expand(array) for label, array in found.items()}
        return {
            group: {
                key: arrays[what] if isinstance(what, str) else run.expand(run.number(what))
                for key, what in fields.items()
            }
            for group, fields in self.sources.items()
        }

    @cached_property
    def sources(self) -> Mapping[str, Mapping[Any, str | float]]:
        """Where each result comes from: an output of the kernel, or a number."""
        outputs = {} if self.kernel is None else self.kernel.outputs
        labels = {expression: label for label, expression in outputs.items()}
        return {
            group: {key: float(e) if e.is_number else labels[e] for key, e in fields.items()}
            for group, fields in self.groups.items()
        }

    def on_torch(self, known: Mapping[Symbol, Tensor], batch: tuple[int, ...]) -> dict[str, Any]:
        """Return the same by functions of PyTorch, one for each field.

        Args:
            known: states, drives, map values and parameters.
            batch: the leading axes.
        """
        states = [value for symbol, value in known.items() if isinstance(symbol, State)]
        values = {} if self.kernel is None else self.kernel.values

        def field(expression: Expr) -> Tensor:
            if self.kernel is not None:
                expression = Products(self.kernel.cell.graph).marked(expression)
            for value, definition in reversed(list(values.items())):
                expression = expression.xreplace({value: definition})
            symbols = sorted(expression.free_symbols, key=name_of)
            function = generate_scalar(expression, symbols, "torch")
            found = function(*(known[symbol] for symbol in symbols))
            found = torch.as_tensor(found, dtype=states[0].dtype, device=states[0].device)
            return found.expand(*batch, states[0].shape[-1])

        return {
            group: {key: field(expression) for key, expression in fields.items()}
            for group, fields in self.groups.items()
        }

    def _arrays(self, run: Execution, out: Mapping[str, Mapping[Any, Tensor]]) -> dict[str, Rows]:
        """The arrays of an earlier result by label; what neurons share is one number there."""
        found = {}
        for group, fields in self.sources.items():
            for key, label in fields.items():
                if not isinstance(label, str) or self.kernel is None:
                    continue
                array = out[group].get(key)
                if array is None:
                    raise LonglagError(
                        f"out without {group} {key}",
                        "results are written to the arrays of an earlier result",
                        "give one of the same cell",
                    )
                if label in self.kernel.fixed:
                    number = array.as_strided((1,), (1,))
                    found[label] = run.writable(number, (1,), label), 0
                elif label in self.kernel.narrow:
                    found[label] = run.writable(array[..., :1], (*run.batch, 1), label), 1
                else:
                    found[label] = run.writable(array, (*run.batch, run.size), label), run.size
        return found


def field_results(cell: Cell, name: str, groups: Mapping[str, Mapping[Any, Expr]]) -> Fields:
    """Return the plan of results that are fields; equal expressions share an array."""
    outputs: dict[str, Expr] = {}
    for group, fields in groups.items():
        for key, expression in fields.items():
            if not expression.is_number and expression not in outputs.values():
                text = key if isinstance(key, str) else f"{key[0]} by {key[1]}"
                outputs[f"{group} {text}"] = expression
    kernel = Kernel(name, cell, outputs) if outputs else None
    return Fields(stages(cell, name, outputs.values()), kernel, groups)


@dataclass(frozen=True)
class DiagonalPlan:
    """D and the diagonal of R, written to two arrays (..., S, S, H)."""

    stages: tuple[Stage, ...]
    entries: Kernel | None
    names: Mapping[Expr, str]
    diagonals: Diagonals
    kernel: Kernel
    states: int

    def results(self, run: Execution) -> tuple[Tensor, Tensor]:
        """Return both arrays."""
        run.advance(self.stages)
        run.entries(self.entries, self.names)
        for symbol, compute in self.diagonals.cores.items():
            run.known[symbol] = compute(run.entry)
        shape = (*run.batch, self.states, self.states, run.size)
        local, recurrent = fresh(run.like, shape), fresh(run.like, shape)
        into = {}
        for label in self.kernel.outputs:
            part, i, j = label.split()
            whole = local if part == "local" else recurrent
            stride = self.states**2 * run.size
            into[label] = whole[..., int(i), int(j), :], stride
        run.run(self.kernel, into)
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
    names, entries = entry_kernel(cell, "diagonals_entries", found.entries)
    before = stages(cell, "diagonals", [*outputs.values(), *found.entries])
    kernel = Kernel("diagonals", cell, outputs, widen=True)
    return DiagonalPlan(before, entries, names, found, kernel, len(cell.states))


@dataclass(frozen=True)
class MatrixPlan:
    """A matrix (..., S·H, S·H)."""

    stages: tuple[Stage, ...]
    entries: Kernel | None
    names: Mapping[Expr, str]
    assembly: Assembly
    direct: Direct | None

    def results(self, run: Execution, out: Tensor | None = None) -> Tensor:
        """Return the matrix, written to ``out`` where that is given."""
        run.advance(self.stages)
        if self.direct is not None:
            return run.assemble_directly(self.direct, out)
        run.entries(self.entries, self.names)
        return run.assemble(self.assembly, out)


def matrix_plans(jacobian: Jacobian) -> tuple[MatrixPlan, MatrixPlan]:
    """Return the plans of R and of D + R, which share the kernel of their entries."""
    cell = jacobian.cell
    recurrent = Assembly("recurrent", jacobian.recurrent, cell.states)
    whole = Assembly("jacobian", jacobian.matrix, cell.states)
    scalars = dict.fromkeys((*whole.entries, *recurrent.entries))
    names, entries = entry_kernel(cell, "entries", scalars)
    before = stages(cell, "matrices", scalars)
    plans = [
        MatrixPlan(before, entries, names, assembly, direct(assembly, entries, names))
        for assembly in (recurrent, whole)
    ]
    return plans[0], plans[1]


def entry_kernel(
    cell: Cell, name: str, entries: Iterable[Expr]
) -> tuple[Mapping[Expr, str], Kernel | None]:
    """Return the labels of scalar entries and the kernel that computes them at full width."""
    needed = [e for e in entries if not e.is_number and not isinstance(e, RowWeight)]
    names = {expression: f"entry_{k}" for k, expression in enumerate(needed)}
    outputs = {label: expression for expression, label in names.items()}
    return names, Kernel(name, cell, outputs, widen=True) if needed else None


class Methods:
    """The plans of all functions of a cell.

    Args:
        jacobian: what the functions are printed from; it knows its cell.
    """

    def __init__(self, jacobian: Jacobian) -> None:
        cell, found = jacobian.cell, jacobian.coefficients
        groups: dict[str, Mapping[Any, Expr]] = {
            "local": found.local,
            "recurrent": found.recurrent,
            "argument": found.argument,
            "nested": found.nested,
            "open_gate": found.open_gate,
        }
        self._step = field_results(cell, "step", {"new": cell.graph.update})
        self.fields = field_results(cell, "coefficients", groups)
        self._diagonals = diagonal_plan(jacobian)
        self._recurrent, self._jacobian = matrix_plans(jacobian)

    @property
    def parts(self) -> Mapping[str, list[CFunction]]:
        """The C functions of each library: built apart, so that none is built in vain."""
        last = (self._recurrent.assembly, self._recurrent.direct)
        matrices = [*_functions(self._jacobian), *(f for f in last if f is not None)]
        return {
            "step": _functions(self._step),
            "coefficients": _functions(self.fields),
            "diagonals": _functions(self._diagonals),
            "matrices": matrices,
        }

    def step(self, run: Execution) -> dict[str, Tensor]:
        """Return the new states by name."""
        run.advance(self._step.stages)
        new: dict[str, Tensor] = self._step.results(run)["new"]
        return new

    def coefficients(self, run: Execution) -> dict[str, Any]:
        """Return every per-neuron derivative by group and key."""
        run.advance(self.fields.stages)
        return self.fields.results(run)

    def diagonals(self, run: Execution) -> tuple[Tensor, Tensor]:
        """Return D and the diagonal of R."""
        return self._diagonals.results(run)

    def recurrent(self, run: Execution, out: Tensor | None = None) -> Tensor:
        """Return the recurrent part R."""
        return self._recurrent.results(run, out)

    def jacobian(self, run: Execution, out: Tensor | None = None) -> Tensor:
        """Return D + R."""
        return self._jacobian.results(run, out)


def _functions(plan: Fields | DiagonalPlan | MatrixPlan) -> list[CFunction]:
    """The C functions of a plan, in the order in which they run."""
    found: list[CFunction | None] = [stage.kernel for stage in plan.stages]
    if isinstance(plan, Fields):
        found += [plan.kernel]
    elif isinstance(plan, DiagonalPlan):
        found += [plan.entries, plan.kernel]
    else:
        found += [plan.entries, plan.assembly, plan.direct]
    return [function for function in found if function is not None]


#: The library in which the functions of each method are.
LIBRARIES = {
    "step": "step", "coefficients": "coefficients", "diagonals": "diagonals",
    "recurrent": "matrices", "jacobian": "matrices",
}  # fmt: skip

__all__ = ["LIBRARIES", "Fields", "Methods"]
