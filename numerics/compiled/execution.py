"""One call of a compiled cell: its arrays by symbol, handed to the C functions by address."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from sympy import Expr, Symbol
from torch import Tensor
from torch.nn.functional import linear

from longlag.numerics.compiled.assembly import Assembly
from longlag.numerics.compiled.direct import Direct
from longlag.numerics.compiled.pages import fresh
from longlag.numerics.compiled.plan import Stage
from longlag.numerics.compiled.pointwise import Derived, Pointwise
from longlag.numerics.compiled.trial import TRIAL_BYTES, USUAL, WRITINGS, Writing, writing_for
from longlag.numerics.threads import SHARES, shared, thread_count
from longlag.theory.errors import LonglagError
from longlag.theory.language.graph import MapNode
from longlag.theory.language.maps import MeanWeight, RowWeight
from longlag.theory.language.matrix import Intermediate
from longlag.theory.language.reductions import is_largest
from longlag.theory.language.symbols import Parameter, is_shared

#: An array of rows of neurons, and the distance of its rows: 0 where all are the same.
Rows = tuple[Tensor, int]

#: The types of the library's functions, and what stands behind their names.
SUFFIXES = {torch.float32: "_f32", torch.float64: "_f64"}

#: A smaller matrix is written through the caches; how a larger one is, is tried.
_CACHED_BYTES = 1 << 20
_SMALL = Writing(past_caches=False, together=USUAL.together)

#: Shares of rows begin at multiples of it, so that times are written together as often as can be.
_TIMES_AT_ONCE = max(way.together for way in WRITINGS.values())

#: A share of rows has at least so many numbers, beside which its call costs little.
_SHARE_NUMBERS = 1 << 17

#: From so many multiplications on, converting the arguments of a product is worth the time.
_LARGE_PRODUCT = 1 << 23

_POINTWISE = [ctypes.c_long] * 3 + [ctypes.c_void_p] * 4
_WRITING = [ctypes.c_int, ctypes.c_long]
_ASSEMBLY = [ctypes.c_long] * 2 + [ctypes.c_void_p] * 6 + _WRITING
_DIRECT = [ctypes.c_long] * 2 + [ctypes.c_void_p] * 10 + _WRITING


class Execution:
    """What is known during one call, and how more becomes known.

    Args:
        library: the functions.
        known: arrays by symbol: states and drives (..., H) or (..., 1), weights, parameters.
        batch: their leading axes, broadcast.
        like: a tensor of the call's dtype and size.
    """

    def __init__(
        self,
        library: ctypes.CDLL,
        known: Mapping[Symbol, Tensor],
        batch: tuple[int, ...],
        like: Tensor,
    ) -> None:
        self.library = library
        self.known: dict[Expr | Intermediate, Tensor] = dict(known)
        self.batch = batch
        self.like = like
        self.size = like.shape[-1]
        self.rows = torch.Size(batch).numel()

    def advance(self, stages: Sequence[Stage]) -> None:
        """Evaluate the linear maps of every stage."""
        for stage in stages:
            if stage.arguments is not None:
                for label, value in self.run(stage.arguments).items():
                    self.known[Derived(label)] = value
            for node, symbol in stage.maps:
                self.known[node.value] = self._map(node, self.known[symbol])

    def entries(self, function: Pointwise | None, names: Mapping[Expr, str]) -> None:
        """Evaluate the scalar entries of matrices as fields (..., H)."""
        fields = {} if function is None else self.run(function)
        for expression, label in names.items():
            self.known[expression] = fields[label]

    def behind(self, assemblies: Mapping[Intermediate, Assembly]) -> None:
        """Write intermediate matrices (..., H, H), each after those it needs."""
        for each, assembly in assemblies.items():
            self.known[each] = self.assemble(assembly)

    def entry(self, expression: Expr | Intermediate) -> Tensor:
        """Return a field, the array of a matrix, or a number as a vector (H,)."""
        if not isinstance(expression, Intermediate) and expression.is_number:
            return self.like.new_full((self.size,), float(expression))
        return self.known[expression]

    def run(self, function: Pointwise, into: Mapping[str, Rows] | None = None) -> dict[str, Tensor]:
        """Run a pointwise function.

        Args:
            function: what to run.
            into: arrays to write to, by label, each with the distance of its rows.

        Returns:
            Its outputs by label, (..., H).
        """
        inputs = [self._rows_of(symbol) for symbol in function.inputs]
        outputs = into or self._outputs(function)
        written = [outputs[label] for label in function.outputs]
        flat = function.is_flat and all(
            alike or stride == self.size
            for (_, stride), alike in zip((*inputs, *written), function.shared_arrays, strict=True)
        )
        call = self._function(function.name, _POINTWISE)

        def compute(begin: int, end: int) -> None:
            count = end - begin
            rows, size = (1, count * self.size) if flat else (count, self.size)
            arrays = (*_addressed(inputs, begin), *_addressed(written, begin))
            call(rows, size, self.size, *arrays)

        self._in_shares(compute, self.size * len(written), apart=not flat)
        return {label: array for label, (array, _) in outputs.items()}

    def assemble(self, assembly: Assembly, out: Tensor | None = None) -> Tensor:
        """Return a matrix (..., S·H, S·H) from its fields, written to ``out`` if that is given."""
        fields = [self._field(value) for value in assembly.fields(self.entry)]
        matrices = [self._field(value, 2) for value in assembly.matrices(self.entry)]
        out = self._matrix(assembly, out)
        width = out.shape[-1]
        function = self._function(assembly.name, _ASSEMBLY)

        def write(way: Writing, begin: int, end: int) -> None:
            row = self.like.new_empty(width)
            function(
                end - begin,
                self.size,
                *_addressed(fields, begin),
                *_addressed(matrices, begin),
                row.data_ptr(),
                out.data_ptr() + begin * width**2 * out.element_size(),
                way.past_caches,
                way.together,
            )

        self._write(assembly.name, out, write)
        return out

    def assemble_directly(self, plan: Direct, out: Tensor | None = None) -> Tensor:
        """Return a matrix without fields of its entries."""
        assembly, computed = plan.assembly, plan.entries
        inputs = [self._rows_of(symbol) for symbol in computed.inputs]
        known = {
            entry: self._field(self.entry(entry))
            for entry in assembly.field_entries
            if entry not in plan.labels
        }
        matrices = [self._field(value, 2) for value in assembly.matrices(self.entry)]
        out = self._matrix(assembly, out)
        width = out.shape[-1]
        function = self._function(plan.name, _DIRECT)

        def write(way: Writing, begin: int, end: int) -> None:
            shape = (len(computed.outputs), way.together, self.size)
            block, row = self.like.new_empty(shape), self.like.new_empty(width)
            entries = {
                label: (array, self.size)
                for label, array in zip(computed.outputs, block.unbind(0), strict=True)
            }
            # Entries are of the few times at hand, everything else is of all.
            fields = [
                entries[plan.labels[entry]] if entry in plan.labels else known[entry]
                for entry in assembly.field_entries
            ]
            function(
                end - begin,
                self.size,
                *_addressed(inputs, begin),
                *_addressed(list(entries.values())),
                *_addressed(fields),
                *_addressed(matrices, begin),
                row.data_ptr(),
                out.data_ptr() + begin * width**2 * out.element_size(),
                way.past_caches,
                way.together,
            )

        self._write(plan.name, out, write)
        return out

    def _write(self, name: str, out: Tensor, write: Callable[[Writing, int, int], None]) -> None:
        """Write a matrix in the way that is fastest here.

        Args:
            name: of the function that writes it.
            out: the matrix.
            write: writes some rows in some way, from one to before another.
        """
        way = _SMALL
        if out.nbytes > _CACHED_BYTES:
            some = TRIAL_BYTES * self.rows // out.nbytes

            def write_some(way: Writing) -> None:
                write(way, 0, some)

            trial = write_some if 0 < some <= self.rows else None
            way = writing_for(self.library, name + SUFFIXES[self.like.dtype], trial)
        self._in_shares(partial(write, way), out.shape[-1] ** 2, apart=True)

    def _in_shares(self, work: Callable[[int, int], None], numbers: int, *, apart: bool) -> None:
        """Do work on all rows, some on each thread.

        Args:
            work: what is done from one row to before another.
            numbers: how many numbers are made for one row.
            apart: whether the bits of a row do not depend on which rows come with it. Where rows
                are joined, the numbers at the end are not computed by vectors.
        """
        if apart and thread_count() == 1:
            if self.rows:
                work(0, self.rows)
            return
        least = max(1, _SHARE_NUMBERS // max(1, numbers))
        step = max(least, -(-self.rows // SHARES))
        step = -(-step // _TIMES_AT_ONCE) * _TIMES_AT_ONCE
        starts = range(0, self.rows, step)
        shared([partial(work, start, min(start + step, self.rows)) for start in starts])

    def _matrix(self, assembly: Assembly, out: Tensor | None) -> Tensor:
        """The array of a matrix."""
        width = len(assembly.states) * self.size
        shape = (*self.batch, width, width)
        if out is None:
            return fresh(self.like, shape)
        own, wanted = (out.dtype, out.device), (self.like.dtype, self.like.device)
        if out.shape != shape or own != wanted or not out.is_contiguous():
            raise LonglagError(
                f"out for the {assembly.name} of shape {tuple(out.shape)}, {out.dtype}",
                f"results are written to a contiguous array of shape {shape}, {self.like.dtype}",
                "give an earlier result for arguments of the same shapes",
            )
        return out

    def _map(self, node: MapNode, argument: Tensor) -> Tensor:
        if is_shared(node.argument):
            argument = argument.expand(*argument.shape[:-1], self.size)
        if isinstance(node.weight, MeanWeight):
            return argument.mean(-1, keepdim=True)
        weight = self.known[node.weight]
        if is_largest(node.weight):
            return largest(weight, argument)
        if isinstance(node.weight, RowWeight):
            return (argument @ weight).unsqueeze(-1)
        return dense(weight, argument)

    def _rows_of(self, symbol: Symbol) -> Rows:
        value = self.known[symbol]
        if isinstance(symbol, (Parameter, RowWeight)):
            return value.contiguous(), 0
        return self._field(value)

    def _field(self, value: Tensor, axes: int = 1) -> Rows:
        """An array that all rows share or that has one entry for each, and its stride."""
        batch, trailing = value.shape[: value.ndim - axes], value.shape[value.ndim - axes :]
        if batch != self.batch:
            if batch.numel() == 1:
                return value.contiguous(), 0
            value = value.expand(*self.batch, *trailing)
        return value.contiguous(), trailing.numel()

    def _outputs(self, function: Pointwise) -> dict[str, Rows]:
        """Fresh arrays for a function's outputs, views of one."""
        block = fresh(self.like, (len(function.outputs), *self.batch, self.size)).unbind(0)
        return {
            label: (array, self.size) for label, array in zip(function.outputs, block, strict=True)
        }

    def _function(self, name: str, arguments: list[Any]) -> Any:
        function = getattr(self.library, name + SUFFIXES[self.like.dtype])
        if function.argtypes is None:
            function.argtypes, function.restype = arguments, None
        return function


def largest(weight: Tensor, argument: Tensor) -> Tensor:
    """Return for each row of a matrix of zeros and ones the largest entry where it is not zero."""
    rows, same = (weight != 0).unique(dim=0, return_inverse=True)
    found = torch.stack([argument.where(row, -torch.inf).amax(-1) for row in rows], -1)
    return found.index_select(-1, same)


def dense(weight: Tensor, argument: Tensor) -> Tensor:
    """Return W·x for arguments (..., H), some of many on each thread."""
    if argument.numel() * weight.shape[0] < SHARES * _LARGE_PRODUCT:
        return _dense(weight, argument)
    rows = argument.reshape(-1, argument.shape[-1])
    product = fresh(rows, (len(rows), weight.shape[0]))
    step = -(-len(rows) // SHARES)

    def multiply(some: Tensor, out: Tensor) -> None:
        out.copy_(_dense(weight, some))

    pieces = zip(rows.split(step), product.split(step), strict=True)
    shared([partial(multiply, *piece) for piece in pieces])
    return product.view(*argument.shape[:-1], weight.shape[0])


def _dense(weight: Tensor, argument: Tensor) -> Tensor:
    """Return W·x, by oneDNN where it is worth the conversion.

    PyTorch leaves products of float32 to MKL, which on processors of other makers does without
    the widest instructions and takes twice as long.
    """
    worth = argument.numel() * weight.shape[0] >= _LARGE_PRODUCT and argument.dtype == torch.float32
    if not (worth and torch.backends.mkldnn.is_available()):
        return linear(argument, weight)
    rows = argument.reshape(-1, argument.shape[-1])
    product = linear(rows.to_mkldnn(), weight.to_mkldnn()).to_dense()
    return product.view(*argument.shape[:-1], weight.shape[0])


def _addressed(arrays: Sequence[Rows], begin: int = 0) -> tuple[Any, Any]:
    """Arrays from a row on and the distances of their rows, as two arrays of C."""
    count = max(len(arrays), 1)
    addresses = [
        array.data_ptr() + begin * stride * array.element_size() for array, stride in arrays
    ]
    distances = (ctypes.c_long * count)(*[stride for _, stride in arrays])
    return (ctypes.c_void_p * count)(*addresses), distances
