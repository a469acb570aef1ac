"""Arrays with axes as vectors of entries, and the matrices of sums and spreads, in numbers.

The vectors of one cell are as long as its largest state. What is shorter is repeated, so that no
entry behind the true ones divides by zero; no true entry depends on those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np
import torch
from sympy import Interval
from torch import Tensor

from longlag.numerics.codegen.arguments import require_names
from longlag.numerics.codegen.effective import floats
from longlag.numerics.networks.network import Network
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.axes import Axes, Axis, names
from longlag.theory.language.flat import axes_of
from longlag.theory.language.given import NumberWeight
from longlag.theory.language.maps import DenseWeight, RowWeight
from longlag.theory.language.reductions import FixedWeight
from longlag.theory.language.symbols import CellSymbol, Drive, Parameter, parameter
from longlag.theory.language.weights import FreeWeight

#: How many entries each axis has, by its name.
Sizes = Mapping[str, int]


class Layout:
    """How the arrays of a cell lie in vectors of entries, for given sizes of its axes.

    Args:
        cell: the cell.
        sizes: how many entries each of its axes has, by name.

    Raises:
        LonglagError: an axis without a size, a size that is none, or one of an unknown axis.
    """

    def __init__(self, cell: Cell, sizes: Sizes) -> None:
        self.cell = cell
        self.sizes = _require_sizes(cell, sizes)
        #: The length of every vector: that of the largest array inside the cell.
        self.length = max(map(self.count, self._every_axes()))

    def _every_axes(self) -> list[Axes]:
        found = [axes_of(symbol) for symbol in self.cell.update]
        for weight in self.cell.given_dense:
            if isinstance(weight, FixedWeight):
                found += [weight.source, weight.target]
            elif weight.place is not None:
                found += weight.place
        return found

    def shape(self, axes: Axes) -> tuple[int, ...]:
        """Return the shape of an array with some axes."""
        return tuple(self.sizes[each.name] for each in axes)

    def count(self, axes: Axes) -> int:
        """Return how many entries an array with some axes has."""
        return prod(self.shape(axes))

    @property
    def arrays(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """The trailing shape of every array as its author gives it, by role and name."""
        cell = self.cell
        return {
            "state": {s.name: self.shape(axes_of(s)) for s in cell.update},
            "drive": {s.name: self._given(s) for s in sorted(cell.symbols(Drive), key=str)},
            "weight": {
                _label(w): self._of_weight(w)
                for w in cell.given_weights
                if _label(w) in cell.weights
            },
            "parameter": {s.name: self.shape(axes_of(s)) for s in cell.symbols(Parameter)},
        }

    def _given(self, symbol: CellSymbol) -> tuple[int, ...]:
        return (1,) if symbol.shared else self.shape(axes_of(symbol))

    def _of_weight(self, weight: CellSymbol) -> tuple[int, ...]:
        if isinstance(weight, DenseWeight) and weight.to is not None and weight.over is not None:
            return self.shape((weight.to, weight.over))
        return (self.length,) if isinstance(weight, RowWeight) else (self.length, self.length)

    def vector(self, value: Tensor, axes: Axes) -> Tensor:
        """Return an array (..., *axes) as vectors (..., length); what is shorter is repeated."""
        flat = value.reshape(*value.shape[: value.ndim - len(axes)], self.count(axes))
        return flat[..., torch.arange(self.length, device=flat.device) % self.count(axes)]

    def array(self, vector: Tensor, axes: Axes) -> Tensor:
        """Return vectors (..., length) as an array (..., *axes)."""
        shape = self.shape(axes)
        return vector[..., : self.count(axes)].reshape(*vector.shape[:-1], *shape)

    def matrix(self, weight: FixedWeight) -> Tensor:
        """Return the matrix of a sum or a spread, shape (length, length), of zeros and numbers."""
        rows = _places(self.shape(weight.target), weight.target)
        columns = _places(self.shape(weight.source), weight.source)
        shared = [a for a in weight.target if a in weight.source and a != weight.over]
        alike = np.ones((self.count(weight.target), self.count(weight.source)), bool)
        for each in shared:
            alike &= rows[each][:, None] == columns[each][None, :]
        over, number = weight.over, 1.0
        if over is not None and weight.operation == "cumulative":
            alike &= columns[over][None, :] <= rows[over][:, None]
        if over is not None and weight.operation == "mean":
            number = 1 / self.sizes[over.name]
        return self._padded(torch.from_numpy(alike * number), repeated=True)

    def between(self, weight: DenseWeight, value: Tensor) -> Tensor:
        """Return a weight (to, over) as a matrix (length, length) that acts on each row alike."""
        assert weight.place is not None
        source, target = weight.place
        to, over = weight.to, weight.over
        assert to is not None
        assert over is not None
        rows, columns = (_places(self.shape(axes), axes) for axes in (target, source))
        matrix = value[rows[to]][:, columns[over]]
        for each in source:
            if each != over:
                alike = rows[each][:, None] == columns[each][None, :]
                matrix = matrix * torch.from_numpy(alike).to(value)
        return self._padded(matrix, repeated=False)

    def _padded(self, matrix: Tensor, *, repeated: bool) -> Tensor:
        rows, columns = matrix.shape
        wide = matrix.new_zeros(rows, self.length)
        wide[:, :columns] = matrix
        if repeated:
            return wide[torch.arange(self.length, device=wide.device) % rows]
        return torch.cat([wide, matrix.new_zeros(self.length - rows, self.length)])

    def network(
        self,
        state: Mapping[str, Tensor],
        drive: Mapping[str, Tensor],
        weight: Mapping[str, Tensor],
        parameter: Mapping[str, Tensor] | None = None,
        *,
        duration: int = 1,
        masked: bool = True,
    ) -> Network:
        """Return the network of arrays as their author gives them.

        Where states differ in length, the cell of the network holds the entries behind the true
        ones at one, so that no Jacobian has a number there.

        Args:
            state: arrays (..., *axes) by name.
            drive: arrays (..., *axes), shared ones (..., 1).
            weight: matrices (to, over) by name.
            parameter: numbers, or arrays with their axes.
            duration: the number of steps where no drive tells it.
            masked: False keeps the cell as it is; a Jacobian then has entries of no meaning.

        Raises:
            LonglagError: an array of another shape, or one that is missing or unknown.
        """
        given = {"state": state, "drive": drive, "weight": weight, "parameter": parameter or {}}
        for role, shapes in self.arrays.items():
            _require_shapes(self.cell, role, shapes, given[role])
        cell = self.cell
        states = {s.name: self.vector(state[s.name], axes_of(s)) for s in cell.update}
        drives = {s.name: self._spread(s, drive[s.name]) for s in cell.symbols(Drive)}
        numbers = given["parameter"]
        parameters = {s.name: self._spread(s, numbers[s.name]) for s in cell.symbols(Parameter)}
        like = next(iter(states.values()))
        weights = {}
        for symbol in cell.given_weights:
            if isinstance(symbol, FixedWeight):
                weights[symbol.name] = self.matrix(symbol).to(like)
            elif isinstance(symbol, NumberWeight):
                entries = torch.tensor(floats(symbol.entries), dtype=torch.float64)
                weights[symbol.name] = self.between(symbol, entries.to(like))
            elif isinstance(symbol, DenseWeight) and symbol.place is not None:
                weights[symbol.name] = self.between(symbol, weight[_label(symbol)])
            else:
                weights[symbol.name] = weight[symbol.name]
        if masked and any(self.count(axes_of(s)) < self.length for s in cell.update):
            cell, masks = self._masked(like)
            parameters |= masks
        return Network(cell, states, drives, weights, parameters, duration=duration, layout=self)

    def _masked(self, like: Tensor) -> tuple[Cell, dict[str, Tensor]]:
        """The cell with every state held at one behind its true entries, and what says where."""
        update, masks = {}, {}
        for symbol, value in self.cell.update.items():
            axes = axes_of(symbol)
            mask = parameter(f"true_entries_of_{'_'.join(names(axes))}", Interval(0, 1), *axes)
            update[symbol] = mask * value + (1 - mask)
            masks[mask.name] = (torch.arange(self.length) < self.count(axes)).to(like)
        cell = self.cell
        return Cell(cell.name, update, cell.description, cell.source, True), masks

    def _spread(self, symbol: CellSymbol, value: Tensor) -> Tensor:
        return value if symbol.shared else self.vector(value, axes_of(symbol))


def _label(weight: CellSymbol) -> str:
    """The name that numbers are given under: one for a weight on arrays of several axes."""
    return weight.label if isinstance(weight, FreeWeight) else str(weight.name)


def _places(shape: Sequence[int], axes: Axes) -> dict[Axis, np.ndarray]:
    """For each axis its index at every entry of an array, row after row."""
    indices = np.indices(tuple(shape)).reshape(len(axes), -1)
    return dict(zip(axes, indices, strict=True))


def _require_sizes(cell: Cell, sizes: Sizes) -> dict[str, int]:
    wanted = names(cell.axes)
    for name in sorted({*wanted} ^ {*sizes}):
        raise LonglagError(
            f"size of axis {name!r} is {'missing' if name in wanted else 'unknown'}",
            f"cell {cell.name!r} has the axes {', '.join(wanted)}",
            "give a size for each",
        )
    for name, size in sizes.items():
        if not (isinstance(size, int) and size >= 1):
            raise LonglagError(
                f"size {size!r} of axis {name!r}", "it counts entries", "give an integer >= 1"
            )
        if cell.sizes.get(name, size) != size:
            raise LonglagError(
                f"size {size} of axis {name!r}",
                f"a matrix of numbers in cell {cell.name!r} gives it {cell.sizes[name]} entries",
                f"give {cell.sizes[name]}, or another matrix",
            )
    return dict(sizes)


def _require_shapes(
    cell: Cell, role: str, shapes: Mapping[str, tuple[int, ...]], given: Mapping[str, Tensor]
) -> None:
    require_names(cell.name, role, shapes, given)
    for name, shape in shapes.items():
        found = tuple(torch.as_tensor(given[name]).shape)
        batched = role in ("state", "drive")
        if (found[len(found) - len(shape) :] if batched else found) != shape:
            wanted = ", ".join([*(["…"] if batched else []), *map(str, shape)])
            raise LonglagError(
                f"{role} {name!r} of shape {found}",
                f"cell {cell.name!r} expects ({wanted})",
                "check its axes and their order",
            )


def default_sizes(cell: Cell, size: int) -> dict[str, int]:
    """Return a size for each axis of a cell, all different where there is room.

    Args:
        cell: the cell.
        size: of its first axis; each further one has an entry less, at least two, but for those
            whose size a matrix of numbers tells.

    >>> from longlag.theory import CELLS
    >>> default_sizes(CELLS["gru"], 4)
    {'H': 4}
    """
    least = min(size, 2)
    drawn = {each.name: max(size - place, least) for place, each in enumerate(cell.axes)}
    return drawn | dict(cell.sizes)


def sizes_within(cell: Cell, most: int) -> dict[str, int]:
    """Return the default sizes of the largest network whose vectors have at most some entries.

    Args:
        cell: the cell.
        most: how many entries a vector may have; the first size is two where none is so small.

    >>> from longlag.theory import CELLS
    >>> sizes_within(CELLS["gru"], 32), sizes_within(CELLS["delta_net"], 32)
    ({'H': 32}, {'N': 6, 'P': 5})
    """
    size = next(
        (s for s in range(most, 2, -1) if Layout(cell, default_sizes(cell, s)).length <= most), 2
    )
    return default_sizes(cell, size)


__all__ = ["Layout", "Sizes", "default_sizes", "sizes_within"]
