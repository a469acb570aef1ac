"""The gate in front of generated functions: names, shapes, dtypes and devices of the arguments.

The checks are plain Python over precomputed shapes, so that they cost microseconds and PyTorch
can trace through them in ``vmap`` and ``torch.compile``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from longlag.numerics.codegen.backend import Backend
from longlag.numerics.codegen.body import ARGUMENTS
from longlag.numerics.codegen.derived import Derived
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.axes import NEURONS

Shape = tuple[int, ...]

#: Stands for H in the shapes that are computed once.
_SIZE = 0


class Arguments:
    """Checks and prepares the four dictionaries of one cell on one backend.

    Args:
        cell: what the arguments are for.
        backend: how arrays are recognised.
    """

    def __init__(self, cell: Cell, backend: Backend) -> None:
        self.name = cell.name
        self.backend = backend
        self.first = cell.states[0]
        self.shapes = cell.shapes(_SIZE)
        self._derived = Derived(cell, backend)
        self._fixed = cell.sizes.get(NEURONS.name) if len(cell.axes) == 1 else None
        given = {weight.name for weight in cell.given_weights}
        self._unused = given - {node.weight.name for node in cell.graph.maps}

    def check(self, *given: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """Return state, drive, weight and parameter as dictionaries of arrays.

        Raises:
            LonglagError: a wrong name, shape, dtype or device, or batch axes that do not broadcast.
        """
        arguments = [self._named(role, values) for role, values in zip(ARGUMENTS, given)]  # noqa: B905
        state, drive, weight, parameter = arguments
        reference = state[self.first]
        shape = _shape(reference)
        size = shape[-1] if len(shape) else 0
        if size == 0:
            self._wrong("state", self.first, shape, "(..., H) with H >= 1")
        if self._fixed not in (None, size):
            raise LonglagError(
                f"state {self.first!r} of {size} entries",
                f"a matrix of numbers in cell {self.name!r} has {self._fixed} rows and columns",
                "give states of its size, or another matrix",
            )
        kind = self.backend.kind(reference)
        batch = self._check_batched("state", state, size, kind, shape[:-1])
        self._check_batched("drive", drive, size, kind, batch)
        self._check_fixed("weight", weight, size, kind)
        self._check_fixed("parameter", parameter, size, kind)
        if self._derived.weights:
            made = self._derived.matrices(weight, parameter, reference)
            arguments[2] = {k: v for k, v in weight.items() if k not in self._unused} | made
        return arguments

    def _named(self, role: str, values: Mapping[str, Any] | None) -> dict[str, Any]:
        expected = self.shapes[role]
        if values is None:
            values = {}
        if not isinstance(values, Mapping):
            raise LonglagError(
                f"{role} of type {type(values).__name__}",
                "arguments are dictionaries by name",
                f"give one with the keys {list(expected)}",
            )
        if values.keys() != expected.keys():
            # Symbols may serve as keys.
            values = {str(name): value for name, value in values.items()}
            require_names(self.name, role, expected, values)
        prepare = self.backend.prepare
        return {name: prepare(role, name, values[name]) for name in expected}

    def _check_batched(
        self, role: str, values: dict[str, Any], size: int, kind: tuple[Any, ...], batch: Shape
    ) -> Shape:
        """Check states or drives and return their leading axes, broadcast with ``batch``."""
        for name, value in values.items():
            (width,) = self.shapes[role][name]
            shape = _shape(value)
            if len(shape) == 0 or shape[-1] != (width or size):
                self._wrong(role, name, shape, f"(..., {width or size})")
            self._check_kind(role, name, value, kind)
            if shape[:-1] != batch:
                batch = self._broadcast(role, name, shape[:-1], batch)
        return batch

    def _check_fixed(
        self, role: str, values: dict[str, Any], size: int, kind: tuple[Any, ...]
    ) -> None:
        for name, value in values.items():
            wanted = tuple([width or size for width in self.shapes[role][name]])
            shape = _shape(value)
            if shape != wanted:
                self._wrong(role, name, shape, str(wanted) if wanted else "() or a number")
            # A plain number has no dtype of its own and takes that of the states.
            if not isinstance(value, (int, float)):
                self._check_kind(role, name, value, kind)

    def _check_kind(self, role: str, name: str, value: Any, wanted: tuple[Any, ...]) -> None:
        given = self.backend.kind(value)
        if given == wanted:
            return
        for aspect, found, expected in zip(self.backend.aspects, given, wanted, strict=True):
            if found != expected:
                raise LonglagError(
                    f"{role} {name!r} has {aspect} {found}",
                    f"all arrays share the {aspect} of state {self.first!r}, {expected}",
                    f"convert it to {aspect} {expected}",
                )

    def _broadcast(self, role: str, name: str, batch: Shape, others: Shape) -> Shape:
        """Leading axes broadcast from the right, as in NumPy."""
        longest = max(len(batch), len(others))
        joined = []
        for own, other in zip(_padded(batch, longest), _padded(others, longest), strict=True):
            if own != other and own != 1 and other != 1:
                raise LonglagError(
                    f"{role} {name!r} with leading axes {tuple(batch)}",
                    f"they broadcast with those of the other states and drives, {tuple(others)}",
                    "give all of them the same leading axes, or axes of length 1",
                )
            joined.append(other if own == 1 else own)
        return tuple(joined)

    def _wrong(self, role: str, name: str, shape: Shape, expected: str) -> NoReturn:
        raise LonglagError(
            f"{role} {name!r} of shape {tuple(shape)}",
            f"cell {self.name!r} expects shape {expected}",
            "reshape it or check the number of neurons",
        )


def require_names(cell: str, role: str, expected: Collection[str], given: Collection[str]) -> None:
    """Refuse arrays of one role by other names than those of a cell.

    Args:
        cell: its name.
        role: ``state``, ``drive``, ``weight`` or ``parameter``.
        expected: the names that the cell has.
        given: the names that stand there.

    Raises:
        LonglagError: a name that is missing or unknown.
    """
    for name in sorted({*given} ^ {*expected}):
        raise LonglagError(
            f"{role} {name!r} is {'missing' if name in expected else 'unknown'}",
            f"cell {cell!r} takes exactly the {role}s {list(expected)}",
            f"pass {role}={{name: array}} with these names",
        )


def _shape(value: Any) -> Shape:
    shape: Shape = () if isinstance(value, (int, float)) else value.shape
    return shape


def _padded(batch: Shape, length: int) -> Shape:
    return (1,) * (length - len(batch)) + tuple(batch)
