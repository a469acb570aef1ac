"""The compiled functions of a cell: C for all that is pointwise, BLAS for the linear maps."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import torch
from sympy import Symbol
from torch import Tensor

from longlag.numerics.codegen.arguments import Arguments
from longlag.numerics.codegen.backends.torch_backend import BACKEND as TORCH
from longlag.numerics.codegen.generated import CoefficientFields, Generated, load_source
from longlag.numerics.codegen.module import module_source
from longlag.numerics.compiled.compiler import load_library
from longlag.numerics.compiled.execution import SUFFIXES, Execution
from longlag.numerics.compiled.methods import LIBRARIES, Methods
from longlag.numerics.compiled.printer import BACKEND
from longlag.numerics.compiled.source import c_source
from longlag.numerics.precision import full_precision
from longlag.theory.language.symbols import Drive, Parameter
from longlag.theory.transport.jacobian import Jacobian


class CompiledCell(Generated):
    """The numeric functions of one cell as compiled C, with the contract of ``Generated``.

    They take tensors of float32 or float64 on the CPU, and run in one thread but for the linear
    maps, which PyTorch computes. For other tensors, where gradients are asked for, inside ``vmap``
    and other transforms, and where there is no compiler, the functions of the torch backend run
    instead and give the same numbers.

    Args:
        jacobian: what the functions are printed from; it knows its cell.
        torch_source: returns the module of the torch backend, where it may be known already.
    """

    def __init__(self, jacobian: Jacobian, torch_source: Callable[[], str] | None = None) -> None:
        self.cell = jacobian.cell
        self.backend = BACKEND
        self._methods = Methods(jacobian)
        self.parts = self._methods.parts
        functions = [function for part in self.parts.values() for function in part]
        self.source = c_source(self.cell, functions)
        self._libraries: dict[str, ctypes.CDLL] = {}
        self._arguments = Arguments(self.cell, BACKEND)
        # At once, since torch.compile cannot trace through their making.
        name = f"<longlag {self.cell.name} torch>"
        self._torch = load_source(
            torch_source() if torch_source else module_source(jacobian, TORCH), name
        )

    def library(self, part: str) -> ctypes.CDLL | None:
        """Return a loaded library, built at its first use; None without a compiler.

        Args:
            part: ``step``, ``coefficients``, ``diagonals`` or ``matrices``.
        """
        if part not in self._libraries:
            source = c_source(self.cell, self.parts[part])
            library = load_library(source, f"{self.cell.name}-{part}")
            # Not remembered where there is none: it may be done without for a while only.
            if library is None:
                return None
            self._libraries[part] = library
        return self._libraries[part]

    def pointwise(
        self,
        state: Mapping[str, Tensor],
        drive: Mapping[str, Tensor],
        maps: Mapping[str, Tensor],
        parameter: Mapping[str, Tensor] | None = None,
        *,
        out: CoefficientFields | None = None,
    ) -> CoefficientFields:
        """Return the coefficient fields where the values of the linear maps are known already.

        Args:
            state: as for ``coefficients``.
            drive: as for ``coefficients``.
            maps: the value of every map, shape (..., H), shared maps and means (..., 1).
            parameter: as for ``coefficients``.
            out: an earlier result for arguments of the same shapes, whose arrays are written to.

        Raises:
            LonglagError: as for ``coefficients``.
        """
        fields = {**drive, **{f"map {name}": value for name, value in maps.items()}}
        arguments = self._pointwise_arguments.check(state, fields, {}, parameter)
        library = self.library("coefficients") if _are_plain(arguments) else None
        if library is None:
            with full_precision():
                return CoefficientFields(**self._methods.fields.on_torch(*self._known(arguments)))
        run = self._execution(library, arguments)
        return CoefficientFields(**self._methods.fields.results(run, out))

    def recurrent(
        self,
        state: Mapping[str, Any],
        drive: Mapping[str, Any],
        weight: Mapping[str, Any],
        parameter: Mapping[str, Any] | None = None,
        *,
        out: Tensor | None = None,
    ) -> Any:
        """Return the recurrent part R, shape (..., S·H, S·H), written to ``out`` if it is given."""
        return self._call("recurrent", state, drive, weight, parameter, out=out)

    def jacobian(
        self,
        state: Mapping[str, Any],
        drive: Mapping[str, Any],
        weight: Mapping[str, Any],
        parameter: Mapping[str, Any] | None = None,
        *,
        out: Tensor | None = None,
    ) -> Any:
        """Return D + R, shape (..., S·H, S·H), written to ``out`` if it is given."""
        return self._call("jacobian", state, drive, weight, parameter, out=out)

    def _call(
        self, function: str, *given: Mapping[str, Any] | None, out: Tensor | None = None
    ) -> Any:
        arguments = self._arguments.check(*given)
        library = self.library(LIBRARIES[function]) if _are_plain(arguments) else None
        with full_precision():
            if library is None:
                result = self._torch[function](*arguments)
                return result if out is None else out.copy_(result)
            run, method = self._execution(library, arguments), getattr(self._methods, function)
            return method(run) if out is None else method(run, out)

    @cached_property
    def _symbols(self) -> tuple[dict[str, Symbol], ...]:
        """The symbols of states, drives and maps, weights, and parameters, by name."""
        cell = self.cell
        states: dict[str, Symbol] = {symbol.name: symbol for symbol in cell.update}
        drives, parameters = (
            {symbol.name: symbol for symbol in cell.symbols(role)} for role in (Drive, Parameter)
        )
        maps = {f"map {node.value.name}": node.value for node in cell.graph.maps}
        weights = {node.weight.name: node.weight for node in cell.graph.maps}
        return states, {**drives, **maps}, weights, parameters

    @cached_property
    def _pointwise_arguments(self) -> Arguments:
        """Checks map values as drives, and no weights."""
        arguments = Arguments(self.cell, BACKEND)
        drives = dict(arguments.shapes["drive"])
        for node in self.cell.graph.maps:
            drives[f"map {node.value.name}"] = (1,) if node.value.shared else (0,)
        arguments.shapes = {**arguments.shapes, "drive": drives, "weight": {}}
        return arguments

    def _known(self, arguments: list[dict[str, Any]]) -> tuple[dict[Symbol, Any], tuple[int, ...]]:
        """The arguments by symbol, and the leading axes of states and drives, broadcast."""
        known: dict[Symbol, Any] = {}
        for symbols, values in zip(self._symbols, arguments, strict=True):
            known |= {symbols[name]: value for name, value in values.items()}
        fields = (*arguments[0].values(), *arguments[1].values())
        batches = {field.shape[:-1] for field in fields}
        batch = batches.pop() if len(batches) == 1 else torch.broadcast_shapes(*batches)
        return known, tuple(batch)

    def _execution(self, library: ctypes.CDLL, arguments: list[dict[str, Any]]) -> Execution:
        known, batch = self._known(arguments)
        like = arguments[0][self.cell.states[0]].detach()
        arrays = {
            symbol: value if isinstance(value, Tensor) else like.new_full((), value)
            for symbol, value in known.items()
        }
        return Execution(library, arrays, batch, like)


def _are_plain(arguments: list[dict[str, Any]]) -> bool:
    """Whether the tensors are numbers in this machine's memory, and no gradients are asked for."""
    if torch.compiler.is_compiling():
        return False
    tensors = (value for group in arguments for value in group.values())
    return all(_is_plain(value) for value in tensors if isinstance(value, Tensor))


def _is_plain(tensor: Tensor) -> bool:
    if tensor.device.type != "cpu" or tensor.dtype not in SUFFIXES or tensor.is_neg():
        return False
    if tensor.requires_grad and torch.is_grad_enabled():
        return False
    try:
        tensor.untyped_storage()
    except (NotImplementedError, RuntimeError):
        return False  # inside vmap or another transform
    return True


__all__ = ["CompiledCell"]
