"""The object that ``generate`` returns: checked arguments in front of generated functions."""

from __future__ import annotations

import linecache
from collections.abc import Mapping
from typing import Any, NamedTuple

from longlag.numerics.codegen.backend import Backend
from longlag.numerics.codegen.module import ARGUMENTS
from longlag.theory.cell import Cell
from longlag.theory.errors import LonglagError


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
        """Return the recurrent part R of the Jacobian, an array of shape (..., S·H, S·H)."""
        return self._call("recurrent", state, drive, weight, parameter)

    def jacobian(
        self,
        state: Mapping[str, Any],
        drive: Mapping[str, Any],
        weight: Mapping[str, Any],
        parameter: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return J[q, p] = ∂new_q/∂previous_p, shape (..., S·H, S·H), blocks as ``cell.states``."""
        return self._call("jacobian", state, drive, weight, parameter)

    def __repr__(self) -> str:
        return f"<longlag functions of cell {self.cell.name!r} on {self.backend.name}>"

    def _call(self, function: str, *given: Mapping[str, Any] | None) -> Any:
        return self._functions[function](*self._checked(given))

    def _checked(self, given: tuple[Mapping[str, Any] | None, ...]) -> list[dict[str, Any]]:
        arguments = []
        for role, values in zip(ARGUMENTS, given, strict=True):
            arguments.append(self._named(role, {} if values is None else values))
        first = self.cell.states[0]
        reference = arguments[0][first]
        size = reference.shape[-1] if reference.ndim else 0
        if size < 1:
            self._wrong(f"state {first!r} of shape {tuple(reference.shape)}", "(..., H), H >= 1")
        shapes = self.cell.shapes(size)
        for role, values in zip(ARGUMENTS, arguments, strict=True):
            for name, value in values.items():
                self._check_array(role, name, value, shapes[role][name], reference)
        return arguments

    def _named(self, role: str, values: Mapping[str, Any]) -> dict[str, Any]:
        expected = self.cell.shapes(1)[role]
        if not isinstance(values, Mapping):
            raise LonglagError(
                f"{role} of type {type(values).__name__}",
                "arguments are dictionaries by name",
                f"give one with the keys {sorted(expected)}",
            )
        by_name = {str(name): value for name, value in values.items()}
        for name in sorted(by_name.keys() ^ expected.keys()):
            problem = "is missing" if name in expected else "is unknown"
            raise LonglagError(
                f"{role} {name!r} {problem}",
                f"cell {self.cell.name!r} takes exactly the {role}s {sorted(expected)}",
                f"pass {role}={{name: array}} with these names",
            )
        prepare = self.backend.prepare
        return {name: prepare(f"{role} {name!r}", by_name[name]) for name in expected}

    def _check_array(
        self, role: str, name: str, value: Any, trailing: tuple[int, ...], reference: Any
    ) -> None:
        shape = tuple(getattr(value, "shape", ()))
        what = f"{role} {name!r} of shape {shape}"
        batched = role in ("state", "drive")
        found = shape[-len(trailing) :] if batched and trailing else shape
        if found != trailing:
            inner = ", ".join(map(str, trailing)) + ("," if len(trailing) == 1 else "")
            expected = f"(..., {trailing[-1]})" if batched else f"({inner})"
            self._wrong(what, expected)
        if not shape and role == "parameter" and not hasattr(value, "dtype"):
            return
        given, wanted = self.backend.kind(value), self.backend.kind(reference)
        for aspect, expected in wanted.items():
            if given[aspect] != expected:
                raise LonglagError(
                    f"{role} {name!r} has {aspect} {given[aspect]}",
                    f"all arrays share the {aspect} of state {self.cell.states[0]!r}, {expected}",
                    f"convert it to {aspect} {expected}",
                )

    def _wrong(self, what: str, expected: str) -> None:
        raise LonglagError(
            what,
            f"cell {self.cell.name!r} expects shape {expected}",
            "reshape it or check the number of neurons",
        )


def load_source(source: str, filename: str) -> dict[str, Any]:
    """Run generated source and return its names; tracebacks and inspect can show its lines."""
    namespace: dict[str, Any] = {"__name__": filename}
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    # The text was printed from a whitelist of functions over validated identifiers.
    exec(compile(source, filename, "exec"), namespace)
    return namespace
