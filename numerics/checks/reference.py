"""What autograd and high-precision arithmetic say: the references that generated code must meet.

``evaluate_update`` walks the update as the user wrote it. It shares neither the graph, nor the
derivatives, nor the printers with the generated functions.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, reduce
from typing import Any

import mpmath
import numpy as np
import torch
from jaxtyping import Float
from sympy import (
    Add,
    And,
    Eq,
    Expr,
    GreaterThan,
    ImmutableDenseMatrix,
    LessThan,
    Mul,
    Ne,
    Piecewise,
    Pow,
    S,
    StrictGreaterThan,
    StrictLessThan,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean
from torch import Tensor

from longlag.numerics.codegen.backends.mpmath_backend import exponential
from longlag.numerics.codegen.effective import Algebra, exact_numbers, floats, matrix_of
from longlag.numerics.networks.network import Arrays, Network
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.maps import DenseWeight, LinearMap, RowWeight
from longlag.theory.language.reductions import is_largest
from longlag.theory.language.symbols import CellSymbol, Drive, Parameter, State
from longlag.theory.transport.jacobian import Split

Step = Callable[[Arrays, Arrays, Arrays, Arrays], Mapping[str, Tensor]]

_ALIASES = {"Abs": "abs", "Max": "maximum", "Min": "minimum"}

_TORCH_FUNCTIONS: dict[str, Any] = {
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "Heaviside": torch.heaviside,
    "hold": lambda x: x.detach(),
    "surrogate": lambda x, value, slope: value.detach() + (x - x.detach()) * slope.detach(),
}
_MPMATH_FUNCTIONS: dict[str, Any] = {
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "relu": lambda x: max(x, 0),
    "Heaviside": lambda x, at_zero: at_zero if x == 0 else mpmath.mpf(x > 0),
    "hold": lambda x: x,
    "surrogate": lambda x, value, slope: value,
    "abs": abs,
    "maximum": max,
    "minimum": min,
}


_COMPARED: Mapping[type[Boolean], Callable[[Any, Any], Any]] = {
    StrictGreaterThan: operator.gt,
    GreaterThan: operator.ge,
    StrictLessThan: operator.lt,
    LessThan: operator.le,
    Eq: operator.eq,
    Ne: operator.ne,
}


def pack(state: Mapping[str, Tensor], cell: Cell) -> Float[Tensor, ...]:
    """Join the states of a cell along the last axis, in the order of ``cell.states``."""
    return torch.cat([state[name] for name in cell.states], -1)


def unpack(packed: Float[Tensor, ...], cell: Cell) -> dict[str, Tensor]:
    """Split packed states again."""
    parts = torch.chunk(packed, len(cell.states), -1)
    return dict(zip(cell.states, parts, strict=True))


def evaluate_update(
    cell: Cell,
    state: Arrays,
    drive: Arrays,
    weight: Arrays,
    parameter: Arrays,
    *,
    hold_maps: bool = False,
    hold_gates: bool = False,
    expressions: Mapping[str, Expr] | None = None,
) -> dict[str, Tensor]:
    """Return the new states by walking the update as the user wrote it, in PyTorch.

    Args:
        cell: the cell.
        state: previous states by name, shape (..., H).
        drive: drives by name.
        weight: weights by name.
        parameter: parameters by name.
        hold_maps: keep the linear maps at their values, so that autograd sees the local part.
        hold_gates: keep the gates at their values.
        expressions: of the update, by name, whose values are wanted in place of the new states.
    """
    groups = ((State, state), (Drive, drive), (Parameter, parameter))

    def leaf(symbol: CellSymbol) -> Tensor:
        return next(group[symbol.name] for role, group in groups if isinstance(symbol, role))

    def apply_map(node: LinearMap, argument: Tensor | float) -> Tensor:
        # A number or a shared parameter stands for a vector of it.
        argument = first.new_tensor(1) * argument
        argument = argument.expand(*argument.shape[:-1], size)
        if isinstance(node.weight, DenseWeight):
            matrix = matrix_of(node.weight, weight, algebra)
            if is_largest(node.weight):
                inside = argument[..., None, :].where(matrix != 0, -torch.inf)
                value = inside.amax(-1)
            else:
                value = torch.einsum("...p,qp->...q", argument, matrix)
        elif isinstance(node.weight, RowWeight):
            value = torch.einsum("...p,p->...", argument, weight[node.weight.name])[..., None]
        else:
            value = argument.sum(-1, keepdim=True) / argument.shape[-1]
        return value.detach() if hold_maps else value

    def call(name: str, *values: Tensor | float) -> Tensor:
        tensors = [torch.as_tensor(value, dtype=dtype) for value in values]
        result: Tensor = (_TORCH_FUNCTIONS.get(name) or getattr(torch, name))(*tensors)
        return result

    first = state[cell.states[0]]
    dtype, size = first.dtype, first.shape[-1]
    gates = cell.graph.gates if hold_gates else ()
    held = frozenset(node.written for node in cell.graph.values if node.value in gates)
    walker = _Walker(leaf, apply_map, call, float, torch.where, held)
    algebra = Algebra(torch.linalg.matrix_exp, walker.value, lambda m: first.new_tensor(floats(m)))
    shape = (*_batch(state, drive), first.shape[-1])
    wanted = {symbol.name: expression for symbol, expression in cell.update.items()}
    if expressions is not None:
        wanted = dict(expressions)
    values = {name: walker.value(expression) for name, expression in wanted.items()}
    # An update may be a number, the same for all neurons.
    return {
        name: (value if isinstance(value, Tensor) else first.new_tensor(value)).expand(shape)
        for name, value in values.items()
    }


def map_inputs(network: Network) -> dict[str, Float[Tensor, "*batch H"]]:
    """Return what every recurrent map of a network acts on, by its name: a state, or r ∘ h.

    Args:
        network: with states and drives of the same steps.

    Raises:
        LonglagError: a weight that acts on two expressions.

    >>> from longlag.numerics.networks.sampling import sample_network
    >>> from longlag.theory import CELLS
    >>> gru = sample_network(CELLS["gru_reset_before"], torch.Generator().manual_seed(0))
    >>> found = map_inputs(gru)
    >>> torch.equal(found["z"], gru.state["h"]), torch.equal(found["n"], gru.state["h"])
    (True, False)
    """
    maps = set().union(*(update.atoms(LinearMap) for update in network.cell.update.values()))
    arguments: dict[str, Expr] = {}
    for node in sorted(maps, key=str):
        name = node.weight.name
        if name in network.weight and arguments.setdefault(name, node.argument) != node.argument:
            raise LonglagError(
                f"map {name!r} of cell {network.cell.name!r}",
                "its weight acts on several expressions, so that no one state is what it reads",
                "use the reading row_mean, which does not look at states",
            )
    return evaluate_update(network.cell, *network.arguments, expressions=arguments)


def evaluate_update_exactly(network: Network, digits: int = 50) -> dict[str, np.ndarray]:
    """Return the new states of one step in ``digits`` digits, object arrays of shape (H,).

    Args:
        network: one step without batch axes; its float64 numbers are taken as exact.
        digits: the working precision.
    """
    groups = ((State, network.state), (Drive, network.drive), (Parameter, network.parameter))

    def exact(tensor: Tensor) -> np.ndarray:
        return np.asarray(
            np.frompyfunc(mpmath.mpf, 1, 1)(tensor.detach().double().numpy().astype(object))
        )

    def leaf(symbol: CellSymbol) -> np.ndarray:
        return exact(next(g[symbol.name] for role, g in groups if isinstance(symbol, role)))

    def apply_map(node: LinearMap, argument: np.ndarray | mpmath.mpf) -> np.ndarray:
        full = np.broadcast_to(argument, (network.size,))
        if isinstance(node.weight, (DenseWeight, RowWeight)):
            weight = {name: exact(value) for name, value in network.weight.items()}
            if is_largest(node.weight):
                rows = weight[node.weight.name]
                return np.array([max(full[row != 0]) for row in rows], dtype=object)
            return np.atleast_1d(matrix_of(node.weight, weight, algebra) @ full)
        return np.atleast_1d(full.sum() / network.size)

    def call(name: str, *values: Any) -> np.ndarray:
        function = _MPMATH_FUNCTIONS.get(name) or getattr(mpmath, name)
        return np.asarray(np.frompyfunc(function, len(values), 1)(*values), dtype=object)

    def number(value: Expr) -> mpmath.mpf:
        return mpmath.mpf(str(value.evalf(digits + 10)))

    def array(entries: ImmutableDenseMatrix) -> np.ndarray:
        return np.array(exact_numbers(entries), dtype=object)

    walker = _Walker(leaf, apply_map, call, number, np.where)
    algebra = Algebra(exponential, walker.value, array)
    with mpmath.workdps(digits):
        return {
            symbol.name: np.broadcast_to(walker.value(expr), (network.size,))
            for symbol, expr in network.cell.update.items()
        }


@dataclass(frozen=True)
class _Walker:
    """Evaluates an expression as it is written, node by node, over some kind of array."""

    leaf: Callable[[CellSymbol], Any]
    apply_map: Callable[[LinearMap, Any], Any]
    call: Callable[..., Any]
    number: Callable[[Expr], Any]
    choose: Callable[[Any, Any, Any], Any]
    held: frozenset[Expr] = frozenset()
    #: What stands in an update many times has one value.
    _known: dict[Expr, Any] = field(default_factory=dict)

    def value(self, expression: Expr) -> Any:
        """The value of an expression; of what is held no derivative is seen."""
        if expression not in self._known:
            found = self.computed(expression)
            self._known[expression] = found.detach() if expression in self.held else found
        return self._known[expression]

    def computed(self, expression: Expr) -> Any:
        if isinstance(expression, LinearMap):
            return self.apply_map(expression, self.value(expression.argument))
        if isinstance(expression, CellSymbol):
            return self.leaf(expression)
        if not expression.args:
            return self.number(expression)
        if isinstance(expression, Piecewise):
            return self.pieces(expression)
        values = [self.value(argument) for argument in expression.args]
        if isinstance(expression, Add):
            return reduce(operator.add, values)
        if isinstance(expression, Mul):
            return reduce(operator.mul, values)
        if isinstance(expression, Pow):
            return values[0] ** values[1]
        name = type(expression).__name__
        name = _ALIASES.get(name, name)
        if name in ("maximum", "minimum"):
            return reduce(lambda a, b: self.call(name, a, b), values)
        return self.call(name, *values)

    def pieces(self, expression: Expr) -> Any:
        """The value of the first piece whose condition holds."""
        result: Any = float("nan")
        for value, condition in reversed(expression.args):
            chosen = self.value(value)
            holds = self.holds(condition)
            result = chosen if holds is True else self.choose(holds, chosen, result)
        return result

    def holds(self, condition: Boolean) -> Any:
        """Where a condition holds; True where it holds everywhere."""
        if condition is S.true:
            return True
        if isinstance(condition, Relational):
            return _COMPARED[type(condition)](*map(self.value, condition.args))
        join = operator.and_ if isinstance(condition, And) else operator.or_
        return reduce(join, map(self.holds, condition.args))


def _batch(*groups: Arrays) -> tuple[int, ...]:
    shapes = [value.shape[:-1] for group in groups for value in group.values()]
    return tuple(torch.broadcast_shapes(*shapes))


def autograd_jacobian(step: Step, network: Network) -> Float[Tensor, "SH SH"]:
    """Return ∂(new state)/∂(previous state) of one step by reverse-mode autograd.

    Args:
        step: maps states, drives, weights and parameters to new states.
        network: one step of a network, without batch axes.
    """

    def packed_step(previous: Tensor) -> Tensor:
        return pack(step(unpack(previous, network.cell), *network.arguments[1:]), network.cell)

    return reverse_jacobian(packed_step, pack(network.state, network.cell))


def autograd_transport(step: Step, network: Network) -> Float[Tensor, "SH SH"]:
    """Return ∂h_t/∂h_{t−ℓ} by autograd through ℓ unrolled steps.

    Args:
        step: maps states, drives, weights and parameters to new states.
        network: no batch axes; its drives have ℓ time steps, oldest first.
    """

    def unrolled(previous: Tensor) -> Tensor:
        state: Mapping[str, Tensor] = unpack(previous, network.cell)
        for time in range(network.steps):
            state = step(*network.at(time, state).arguments)
        return pack(state, network.cell)

    return reverse_jacobian(unrolled, pack(network.state, network.cell))


def reverse_jacobian(function: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    """Return ∂function/∂argument by one backward pass per output.

    For a few neurons this beats the import of ``torch.func``, which takes longer than the checks.
    """
    jacobian = torch.autograd.functional.jacobian(function, at)
    return torch.as_tensor(jacobian).detach()


def autograd_parts(
    network: Network, split: Split = "leak"
) -> tuple[Float[Tensor, "SH SH"], Float[Tensor, "SH SH"]]:
    """Return the two parts of the Jacobian of one step by autograd on the user's update.

    The first part is the Jacobian with every linear map held at its value, in the gate split with
    every gate held; the second is the rest. The derived coefficients take no part.

    Args:
        network: one step of a network, without batch axes.
        split: which parts.
    """
    whole = _as_written(_ByNumbers(network), "")
    local = _as_written(_ByNumbers(network), "gates" if split == "gate" else "maps")
    return local.clone(), whole - local


@dataclass(frozen=True, eq=False)
class _ByNumbers:
    """A network that is known again by its numbers: several checks ask for one Jacobian."""

    network: Network

    @cached_property
    def key(self) -> tuple[object, ...]:
        """The cell, and every array by its bytes."""
        found: list[object] = [self.network.cell]
        for group in self.network.arguments:
            for name, array in sorted(group.items()):
                numbers = array.detach().cpu().numpy()
                found += [name, array.dtype, array.shape, numbers.tobytes()]
        return tuple(found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByNumbers) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=256)
def _as_written(given: _ByNumbers, held: str) -> Float[Tensor, "SH SH"]:
    """The Jacobian of one step of the update as it was written, its maps or gates held or none."""
    cell = given.network.cell

    def step(*arguments: Arrays) -> Mapping[str, Tensor]:
        maps, gates = held == "maps", held == "gates"
        return evaluate_update(cell, *arguments, hold_maps=maps, hold_gates=gates)

    return autograd_jacobian(step, given.network)
