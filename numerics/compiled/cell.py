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
from longlag.numerics.codegen.generated import Generated
from longlag.numerics.codegen.loading import load_source
from longlag.numerics.codegen.module import module_source
from longlag.numerics.compiled.compiler import load_library
from longlag.numerics.compiled.execution import SUFFIXES, Execution
from longlag.numerics.compiled.methods import LIBRARIES, Methods
from longlag.numerics.compiled.printer import BACKEND
from longlag.numerics.compiled.source import c_source
from longlag.numerics.precision import full_precision
from longlag.numerics.threads import sharing
from longlag.theory.language.symbols import Drive, Parameter
from longlag.theory.transport.jacobian import Jacobian


class CompiledCell(Generated):
    """The numeric functions of one cell as compiled C, with the contract of ``Generated``.

    ``diagonals``, ``recurrent`` and ``jacobian`` are compiled. They take tensors of float32 or
    float64 on the CPU, and run on as many threads as PyTorch, with the same bits on any number. For
    other tensors, where gradients are asked for, inside ``vmap`` and other transforms, and where
    there is no compiler, the functions of the torch backend run instead and give the same numbers.
    ``step`` and ``coefficients`` are always those: one step costs PyTorch less than the call of a
    library does, and no measurement needs all fields.

    Args:
        jacobian: what the functions are printed from; it knows its cell.
        torch_source: returns the module of the torch backend, where it may be known already.
    """

    def __init__(self, jacobian: Jacobian, torch_source: Callable[[], str] | None = None) -> None:
        self.cell = jacobian.cell
        self.backend = BACKEND
        self._derived = jacobian
        self._methods = Methods(jacobian)
        self.parts = self._methods.parts
        functions = [function for part in self.parts.values() for function in part]
        self.source = c_source(self.cell, functions)
        self._libraries: dict[str, ctypes.CDLL] = {}
        self._arguments = Arguments(self.cell, BACKEND)
        # At once, since torch.compile cannot trace through their making.
        name = f"<longlag {self.cell.name} torch>"
        self._functions = load_source(
            torch_source() if torch_source else module_source(jacobian, TORCH), name
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """A library is built, or found, wherever its functions are sent."""
        return CompiledCell, (self._derived,)

    def library(self, part: str) -> ctypes.CDLL | None:
        """Return a loaded library, built at its first use; None without a compiler.

        Args:
            part: ``diagonals`` or ``matrices``.
        """
        if part not in self._libraries:
            source = c_source(self.cell, self.parts[part])
            library = load_library(source, f"{self.cell.name}-{part}")
            # Not remembered where there is none: it may be done without for a while only.
            if library is None:
                return None
            self._libraries[part] = library
        return self._libraries[part]

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
        part = LIBRARIES.get(function)
        library = self.library(part) if part is not None and _are_plain(arguments) else None
        with full_precision():
            if library is None:
                result = self._functions[function](*arguments)
                return result if out is None else out.copy_(result)
            run, method = self._execution(library, arguments), getattr(self._methods, function)
            with sharing():
                return method(run) if out is None else method(run, out)

    @cached_property
    def _symbols(self) -> tuple[dict[str, Symbol], ...]:
        """The symbols of states, drives, weights and parameters, by name."""
        cell = self.cell
        states: dict[str, Symbol] = {symbol.name: symbol for symbol in cell.update}
        drives, parameters = (
            {symbol.name: symbol for symbol in cell.symbols(role)} for role in (Drive, Parameter)
        )
        weights = {node.weight.name: node.weight for node in cell.graph.maps}
        return states, drives, weights, parameters

    def _execution(self, library: ctypes.CDLL, arguments: list[dict[str, Any]]) -> Execution:
        like = arguments[0][self.cell.states[0]].detach()
        known: dict[Symbol, Tensor] = {}
        for symbols, values in zip(self._symbols, arguments, strict=True):
            for name, value in values.items():
                array = value if isinstance(value, Tensor) else like.new_full((), value)
                known[symbols[name]] = array
        fields = (*arguments[0].values(), *arguments[1].values())
        batch = torch.broadcast_shapes(*{field.shape[:-1] for field in fields})
        return Execution(library, known, tuple(batch), like)


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
