"""The object that ``generate`` returns: checked arguments in front of generated functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from longlag.numerics.codegen.arguments import Arguments
from longlag.numerics.codegen.backend import Backend
from longlag.numerics.codegen.backends import get_backend
from longlag.numerics.codegen.loading import load_source
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.transport.jacobian import Split
from longlag.theory.typeset.described import described


def _made_again(cell: Cell, backend: str, source: str) -> Generated:
    return Generated(cell, get_backend(backend), source)


class CoefficientFields(NamedTuple):
    """Per-neuron derivatives, arrays of shape (..., H); see ``theory.jacobian.Coefficients``."""

    local: dict[tuple[str, str], Any]
    recurrent: dict[tuple[str, str], Any]
    argument: dict[tuple[str, str], Any]
    nested: dict[tuple[str, str], Any]
    open_gate: dict[str, Any]


class DiagonalFields(NamedTuple):
    """D and the diagonal of R, neuron by neuron: arrays of shape (..., S, S, H)."""

    local: Any
    recurrent: Any


class Generated:
    """The numeric functions of one cell on one backend.

    Every function takes four dictionaries by name: ``state`` and ``drive`` of shape ``(..., H)``
    (shared drives ``(..., 1)``), ``weight`` of shape ``(H, H)`` (shared ``(H,)``), ``parameter``
    a number or ``(H,)``; leading axes broadcast. Wrong names, shapes, dtypes or devices raise
    LonglagError.

    Args:
        cell: the cell.
        backend: the backend the source is for.
        source: the text of the module.
    """

    def __init__(self, cell: Cell, backend: Backend, source: str) -> None:
        self.cell = cell
        self.backend = backend
        self.source = source
        self._arguments = Arguments(cell, backend)
        self._functions = load_source(source, f"<longlag {cell.name} {backend.name}>")

    def step(
        self,
        state: Mapping[str, Any],
        drive: Mapping[str, Any],
        weight: Mapping[str, Any],
        parameter: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the new states, arrays of shape (..., H) by name."""
        result: dict[str, Any] = self._call("step", state, drive, weight, parameter)
        return result

    def coefficients(
        self,
        state: Mapping[str, Any],
        drive: Mapping[str, Any],
        weight: Mapping[str, Any],
        parameter: Mapping[str, Any] | None = None,
    ) -> CoefficientFields:
        """Return the per-neuron derivatives of the update, arrays of shape (..., H)."""
        return CoefficientFields(**self._call("coefficients", state, drive, weight, parameter))

    def diagonals(
        self,
        state: Mapping[str, Any],
        drive: Mapping[str, Any],
        weight: Mapping[str, Any],
        parameter: Mapping[str, Any] | None = None,
    ) -> DiagonalFields:
        """Return D and the diagonal of R, arrays of shape (..., S, S, H)."""
        return DiagonalFields(*self._call("diagonals", state, drive, weight, parameter))

    def recurrent(
        self,
        state: Mapping[str, Any],
        drive: Mapping[str, Any],
        weight: Mapping[str, Any],
        parameter: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the part R of the Jacobian, in the gate split G, of shape (..., S·H, S·H)."""
        return self._call("recurrent", state, drive, weight, parameter)

    @property
    def split(self) -> Split:
        """Into which two parts the functions take the Jacobian apart."""
        return "gate" if "local" in self._functions else "leak"

    def local(
        self,
        state: Mapping[str, Any],
        drive: Mapping[str, Any],
        weight: Mapping[str, Any],
        parameter: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the Jacobian with the gates held fixed, A, an array of shape (..., S·H, S·H).

        Raises:
            LonglagError: the functions are those of the leak split, whose D is ``diagonals``.
        """
        if self.split == "leak":
            raise LonglagError(
                f"local part of cell {self.cell.name!r}",
                "in the leak split it is diagonal and never written out as a matrix",
                "use .diagonals(…).local, or generate(jacobian(cell, split='gate'))",
            )
        return self._call("local", state, drive, weight, parameter)

    def jacobian(
        self,
        state: Mapping[str, Any],
        drive: Mapping[str, Any],
        weight: Mapping[str, Any],
        parameter: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return J[q, p] = ∂new_q/∂previous_p, shape (..., S·H, S·H), blocks as ``cell.states``."""
        return self._call("jacobian", state, drive, weight, parameter)

    def states(
        self,
        steps: int,
        state: Mapping[str, Any],
        drive: Mapping[str, Any],
        weight: Mapping[str, Any],
        parameter: Mapping[str, Any] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Yield the states that enter each step; of the arguments those of the first are checked.

        Args:
            steps: how many steps T, at least 1.
            state: the states before the first.
            drive: drives of shape (T, ..., H).
            weight: as for ``step``.
            parameter: as for ``step``.
        """
        by_step = [
            dict(zip(drive, each, strict=True)) for each in zip(*drive.values(), strict=True)
        ]
        by_step = by_step or [{}] * steps
        own, _, *fixed = self._arguments.check(state, by_step[0], weight, parameter)
        yield own
        for drives in by_step[: steps - 1]:
            with self.backend.precise():
                own = self._functions["step"](own, drives, *fixed)
            yield own

    def __repr__(self) -> str:
        told = f"functions of cell {self.cell.name} on {self.backend.name}"
        return described(told, "step(…)", "coefficients(…)", "jacobian(…)", "source")

    def __reduce__(self) -> tuple[Any, ...]:
        """Functions are made again from their text wherever they are sent."""
        return _made_again, (self.cell, self.backend.name, self.source)

    def _call(self, function: str, *given: Mapping[str, Any] | None) -> Any:
        with self.backend.precise():
            return self._functions[function](*self._arguments.check(*given))
