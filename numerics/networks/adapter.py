"""A user's own module as a network of a cell: which of its tensors the theory calls by which name.

Nothing is copied: weights and parameters are the module's own tensors and drives are functions of
them, so that autograd and an optimiser reach them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, ClassVar, TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor, nn

from longlag.numerics.networks.network import Network
from longlag.numerics.precision import in_full_precision
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError

#: Names of a module's tensors and parts, or a function of the module that gives tensors.
Held: TypeAlias = Mapping[str, str] | Callable[[Any], Mapping[str, Tensor]]
#: Names whose values at an input are summed, or a function of the module and the input.
Made: TypeAlias = (
    Mapping[str, str | tuple[str, ...]] | Callable[[Any, Tensor], Mapping[str, Tensor]]
)


@dataclass(frozen=True)
class Adapter:
    """What a module's tensors are called in a cell.

    Args:
        cell: what the module computes.
        drive: by drive of the cell, a part of the module that is applied to the input, such as
            ``"input_z"``, or several names whose values are summed: parts, and tensors such as
            ``"hidden_z.bias"``. Or a function of the module and the input that returns all drives.
        weight: by recurrent map, the name of its matrix W, such as ``"hidden_z.weight"``; or a
            function of the module, where gates are stacked.
        parameter: by parameter of the cell, the same.
        step: maps the module, inputs (N, D) of one step and previous states (N, H), a tuple of
            them for several, to the new ones; by default ``module(x, h)``. What comes beside the
            states, such as an output before them, is left out.
        run: of a module that only runs over time: maps it and inputs (T, N, D) to its first state
            after every step, (T, N, H), from states of zero; it is compared in place of a step.
        example: inputs of one step, or (T, N, D) of a run, on which ``bind`` compares; drawn where
            it is known how many numbers the parts named in ``drive`` take.

    >>> from longlag.theory import CELLS
    >>> Adapter(CELLS["leaky"], {"n": "input"}, {"n": "hidden.weight"}, {"alpha": "leak"}).cell.name
    'leaky'
    """

    cell: Cell
    drive: Made
    weight: Held
    parameter: Held | None = None
    step: Callable[[Any, Tensor, Any], Any] | None = None
    run: Callable[[Any, Tensor], Any] | None = None
    example: Tensor | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.cell, Cell):
            raise LonglagError(
                f"an adapter to {self.cell!r}",
                "it says what a module's tensors are called in a Cell",
                "give one of CELLS or a Cell of your own",
            )
        if self.step is not None and self.run is not None:
            raise LonglagError(
                "an adapter with step= and run=",
                "one of them is what the cell is compared with",
                "leave run out: a step says more",
            )
        if not self.cell.drives:
            raise LonglagError(
                f"an adapter to cell {self.cell.name!r}",
                "an input enters a cell through drives, and it has none",
                "give the Network itself",
            )
        for role in ("drive", "weight", "parameter"):
            given = getattr(self, role)
            if not callable(given):
                _check_names(self.cell, role, given or {})


@dataclass(frozen=True)
class AdaptedModule:
    """A user's module, read as a network of a cell; made by ``bind``.

    Args:
        module: the module.
        adapter: how to read it.
    """

    module: nn.Module
    adapter: Adapter

    #: As of a module of ``torch.nn`` with one layer that runs forward in time.
    layer: ClassVar[int] = 0
    reverse: ClassVar[bool] = False

    @property
    def cell(self) -> Cell:
        """The cell that the module computes."""
        return self.adapter.cell

    @property
    def weight(self) -> dict[str, Tensor]:
        """The recurrent weights by map, the module's own tensors."""
        return self._held("weight")

    @property
    def parameter(self) -> dict[str, Tensor]:
        """The parameters of the cell."""
        return self._held("parameter")

    def size(self, drives: Mapping[str, Tensor]) -> int:
        """Return the number of neurons H, of which shared drives have one.

        Args:
            drives: as the module makes them.
        """
        return max(value.shape[-1] for value in (*drives.values(), *self.weight.values()))

    @in_full_precision
    def drive(self, x: Tensor, hx: object = None) -> dict[str, Float[Tensor, "*steps H"]]:
        """Return the drives that an input makes.

        Args:
            x: inputs, time first, (T, ..., D), or (..., D) of a single step.
            hx: not looked at.

        Returns:
            By name, shape (T, ..., H); (T, ..., 1) for a drive that all neurons share.
        """
        given = self.adapter.drive
        if callable(given):
            found = dict(given(self.module, x))
            _check_names(self.cell, "drive", found)
            return found
        return {name: self._summed(name, parts, x) for name, parts in given.items()}

    def initial_state(self, x: Tensor, hx: object = None) -> dict[str, Float[Tensor, "*batch H"]]:
        """Return the states before the first step.

        Args:
            x: inputs, time first.
            hx: a tensor (..., H), a tuple of them for several states, or by name; zeros if None.
        """
        return self._states(self.drive(x[:1]), hx)

    def network(self, x: Tensor, hx: object = None) -> Network:
        """Return the network that runs on an input.

        Args:
            x: inputs, time first, (T, ..., D).
            hx: as for ``initial_state``.

        Raises:
            LonglagError: an input that a part of the module refuses, states that do not fit.
        """
        try:
            drives = self.drive(x)
        except (RuntimeError, IndexError, TypeError) as error:
            shown = tuple(x.shape) if isinstance(x, Tensor) else type(x).__name__
            raise LonglagError(
                f"input {shown} of a {type(self.module).__name__}",
                f"the module refuses it ({_first_line(error)})",
                "give a tensor (T, ..., D), time first, of the module's dtype and device",
            ) from None
        states = self._states({name: value[:1] for name, value in drives.items()}, hx)
        return Network(self.cell, states, drives, self.weight, self.parameter)

    def _states(self, drives: Mapping[str, Tensor], hx: object) -> dict[str, Tensor]:
        names = self.cell.states
        size = self.size(drives)
        batch = torch.broadcast_shapes(*(value.shape[1:-1] for value in drives.values()))
        like = next(iter(drives.values()))
        if hx is None:
            return {name: like.new_zeros(*batch, size) for name in names}
        states = named_states(hx, names)
        for name, value in states.items():
            if value.shape[-1:] != (size,):
                raise LonglagError(
                    f"hx {name!r} of shape {tuple(value.shape)}",
                    f"the cell has {size} neurons",
                    f"give (..., {size})",
                )
        return states

    def _held(self, role: str) -> dict[str, Tensor]:
        """The tensors of one role by the cell's names."""
        given = getattr(self.adapter, role) or {}
        if not callable(given):
            return {name: self._tensor(f"{role} {name!r}", path) for name, path in given.items()}
        found = dict(given(self.module))
        _check_names(self.cell, role, found)
        return found

    def _summed(self, name: str, parts: str | tuple[str, ...], x: Tensor) -> Tensor:
        def value(path: str) -> Tensor:
            found = _attribute(self.module, f"drive {name!r}", path)
            if isinstance(found, nn.Module):
                made: Tensor = found(x)
                return made
            return self._tensor(f"drive {name!r}", path)

        return reduce(add, map(value, (parts,) if isinstance(parts, str) else parts))

    def _tensor(self, what: str, path: str) -> Tensor:
        found = _attribute(self.module, what, path)
        if not isinstance(found, Tensor):
            raise LonglagError(
                f"{what} named {path!r}",
                f"it is a {type(found).__name__} of the module, and no tensor",
                f"name one, such as {path}.weight",
            )
        return found


def named_states(given: object, names: tuple[str, ...]) -> dict[str, Tensor]:
    """Return states by name, as a module gives or takes them.

    Args:
        given: one tensor, a tuple of as many as there are states, a dictionary, or such a value
            behind outputs: ``(output, state)``.
        names: of the states.

    Raises:
        LonglagError: something else.

    >>> h = torch.zeros(2)
    >>> list(named_states((h, (h, h)), ("h", "c"))), list(named_states((h, h), ("h",)))
    (['h', 'c'], ['h'])
    """
    inner = given
    while isinstance(inner, tuple | list) and inner:
        if len(inner) == len(names) > 1 and all(isinstance(part, Tensor) for part in inner):
            return dict(zip(names, inner, strict=True))
        inner = inner[-1]
        if isinstance(inner, Tensor) and len(names) > 1:
            break
    if isinstance(inner, Mapping) and set(inner) == set(names):
        return {name: inner[name] for name in names}
    if isinstance(inner, Tensor) and len(names) == 1:
        return {names[0]: inner}
    raise LonglagError(
        f"states of type {type(given).__name__}",
        f"the cell has the states {', '.join(names)}",
        "give " + ("a tensor" if len(names) == 1 else "a tuple of tensors in this order"),
    )


def _check_names(cell: Cell, role: str, given: Mapping[str, Any]) -> None:
    """Refuse an adapter that names what the cell lacks, or leaves out what it has."""
    wanted = getattr(cell, f"{role}s")
    unknown, missing = sorted(set(given) - set(wanted)), sorted(set(wanted) - set(given))
    if unknown or missing:
        told = f"without {role} {missing[0]!r}" if missing else f"with a {role} {unknown[0]!r}"
        known = f"has the {role}s {', '.join(wanted)}" if wanted else f"has no {role}s"
        raise LonglagError(
            f"an adapter {told}", f"cell {cell.name!r} {known}", "name each of them and no other"
        )


def _attribute(module: nn.Module, what: str, path: str) -> Any:
    """A part or a tensor of a module by its dotted name."""
    if not isinstance(path, str):
        raise LonglagError(
            f"{what} given as a {type(path).__name__}",
            "an adapter holds names of the module's parts, so that it follows the module",
            "give a name, or one function for all of them",
        )
    found: Any = module
    for step in path.split("."):
        inside = found
        try:
            found = inside[step] if isinstance(inside, Mapping) else getattr(inside, step)
        except (AttributeError, KeyError):
            names = [name for name, _ in module.named_parameters()]
            raise LonglagError(
                f"{what} named {path!r}",
                f"{type(module).__name__} has no such part",
                f"its tensors are {', '.join(names[:8])}" + ", …" * (len(names) > 8),
            ) from None
    return found


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


__all__ = ["AdaptedModule", "Adapter", "named_states"]
