"""Trained ``torch.nn`` modules as networks of a cell: their weights, drives and initial states.

Nothing is copied. Weights are views of the module's parameters and drives are functions of them,
so autograd reaches the parameters, and dtype and device are the module's own.

A further family of modules is one ``Family`` registered in ``FAMILIES``; a single module of a
user's own takes an ``Adapter``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias, overload

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import linear

from longlag.numerics.networks.adapter import AdaptedModule, Adapter
from longlag.numerics.networks.agreement import check_agreement
from longlag.numerics.networks.as_called import as_called
from longlag.numerics.networks.network import Network
from longlag.numerics.precision import in_full_precision
from longlag.theory.cells import CELLS
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.maps import recurrent
from longlag.theory.language.symbols import drive, state
from longlag.theory.registry import Registry
from longlag.theory.scalar.functions import relu

#: One array per gate.
Gates: TypeAlias = Mapping[str, Tensor]


@dataclass(frozen=True)
class Family:
    """How a family of modules, laid out as ``nn.RNNBase`` or ``nn.RNNCellBase``, is a cell.

    Args:
        kinds: the classes; a subclass belongs to the family unless it overrides ``forward``.
        cell: maps a module to its cell.
        gates: the names of the gates in the order of the row blocks of ``weight_hh``.
        drives: maps the input's part W_i x + b_i and the recurrent bias b_h, gate by gate, to the
            drives of the cell.
        options: attributes that the constructor of a stack takes beyond those of ``nn.RNNBase``.
        parameter: maps a module to the parameters of the cell.
    """

    kinds: tuple[type[nn.Module], ...]
    cell: Callable[[Any], Cell]
    gates: tuple[str, ...]
    drives: Callable[[Gates, Gates], dict[str, Tensor]]
    options: tuple[str, ...] = ()
    parameter: Callable[[Any], dict[str, Tensor]] = lambda module: {}


@lru_cache(maxsize=1)
def relu_cell() -> Cell:
    """Return the plain cell with a rectifier, ``nn.RNN(nonlinearity="relu")``.

    >>> relu_cell().update
    mappingproxy({h: relu(n + n[h])})
    """
    h = state("h")
    return Cell(
        "plain_relu",
        {h: relu(recurrent("n", h) + drive("n"))},
        description="plain recurrent cell with a rectifier, torch.nn.RNN",
        allow_nondifferentiable=True,
    )


@lru_cache(maxsize=1)
def projected_lstm_cell() -> Cell:
    """Return the LSTM of ``proj_size`` by its output u before the projection h = P u.

    A gate reads W h = (W P) u, so that its map is H×H, of the rank of P, and c is the same.
    Derived here.

    >>> projected_lstm_cell().states
    ('u', 'c')
    """
    lstm, h, u = CELLS["lstm"], state("h"), state("u")
    return Cell(
        "lstm_projected",
        {(u if old == h else old): new.xreplace({h: u}) for old, new in lstm.update.items()},
        description="torch.nn.LSTM with proj_size, state (u, c), u before its projection",
    )


def _lstm_cell(module: nn.LSTM | nn.LSTMCell) -> Cell:
    return projected_lstm_cell() if getattr(module, "proj_size", 0) else CELLS["lstm"]


def _plain_cell(module: nn.RNN | nn.RNNCell) -> Cell:
    return relu_cell() if module.nonlinearity == "relu" else CELLS["plain"]


def _added(inputs: Gates, bias: Gates) -> dict[str, Tensor]:
    """Every gate's drive is the sum of both parts."""
    return {gate: inputs[gate] + bias[gate] for gate in inputs}


def _gru_drives(inputs: Gates, bias: Gates) -> dict[str, Tensor]:
    """Add the parts, but for the candidate's recurrent bias, which stays inside the reset."""
    gates = {gate: inputs[gate] + bias[gate] for gate in ("r", "z")}
    return {**gates, "n": inputs["n"], "hn": bias["n"]}


FAMILIES: Registry[Family] = Registry("module family")
for _name, _family in {
    "RNN": Family((nn.RNN, nn.RNNCell), _plain_cell, ("n",), _added, options=("nonlinearity",)),
    "GRU": Family((nn.GRU, nn.GRUCell), lambda _: CELLS["gru"], ("r", "z", "n"), _gru_drives),
    "LSTM": Family(
        (nn.LSTM, nn.LSTMCell), _lstm_cell, ("i", "f", "g", "o"), _added, options=("proj_size",)
    ),
}.items():
    FAMILIES.register(_name, _family)


@overload
def bind(module: nn.Module, layer: int = 0, *, reverse: bool = False) -> BoundModule: ...


@overload
def bind(module: nn.Module, layer: Adapter) -> AdaptedModule: ...


def bind(
    module: nn.Module, layer: int | Adapter = 0, *, reverse: bool = False
) -> BoundModule | AdaptedModule:
    """Read a recurrent module, or one layer and direction of a stack, as a network of a cell.

    Args:
        module: an ``nn.RNN``, ``nn.GRU``, ``nn.LSTM`` or one of their ``…Cell`` twins; with an
            adapter any module that computes a cell, which is compared with it at once.
        layer: the layer of a stack, from 0; its input is the output of the layer below. Or the
            adapter of a module of one's own.
        reverse: the backward direction of a bidirectional module; its time runs backwards, so
            ``state[0]`` is the state before the *last* element of the sequence.

    Returns:
        The bound module, whose tensors are views and functions of the module's parameters.

    Raises:
        LonglagError: an unsupported module, a layer or direction that it does not have, what
            ``as_called`` refuses (hooks, active dropout between layers), and an adapter to a cell
            of which one step is not the module's own.

    >>> import torch
    >>> from longlag.numerics import generate
    >>> from longlag.numerics.lags.products import trajectory
    >>> gru, x = torch.nn.GRU(3, 4), torch.ones(5, 3)
    >>> bound = bind(gru)
    >>> run = trajectory(generate(bound.cell), bound.network(x))
    >>> torch.allclose(run.state["h"][1:], gru(x)[0][:-1], atol=1e-6)
    True
    """
    module = unwrapped(module)
    if isinstance(layer, Adapter):
        if reverse:
            raise LonglagError(
                "reverse=True beside an adapter",
                "it reads one step of a module, forward in time",
                "leave reverse out, and give the input backwards",
            )
        adapted = AdaptedModule(module, layer)
        check_agreement(adapted)
        return adapted
    family, kind = _family_of(module)
    as_called(module)
    layers = getattr(module, "num_layers", 1)
    name = kind.__name__
    if not 0 <= layer < layers:
        raise LonglagError(
            f"layer {layer}", f"this {name} has {layers}", f"choose from 0 to {layers - 1}"
        )
    if reverse and not getattr(module, "bidirectional", False):
        raise LonglagError(
            "reverse=True",
            f"this {name} runs forward only",
            "leave reverse out, or make the module with bidirectional=True",
        )
    _check_shapes(module)
    return BoundModule(module, family, layer, reverse)


@dataclass(frozen=True)
class BoundModule:
    """One layer and direction of a module, read as a network of a cell; made by ``bind``.

    The inputs ``x`` and initial states ``hx`` are those of the module itself, in its own layout.
    Wrong ones raise LonglagError.

    Args:
        module: the module.
        family: how to read it.
        layer: which layer of a stack.
        reverse: whether time runs backwards.
    """

    module: nn.Module
    family: Family
    layer: int = 0
    reverse: bool = False

    @property
    def cell(self) -> Cell:
        """The cell that the module computes."""
        return self.family.cell(self.module)

    @property
    def weight(self) -> dict[str, Float[Tensor, "H H"]]:
        """The recurrent weights by gate, views of ``weight_hh``; with ``proj_size`` products."""
        weight, projection = self._named("weight_hh"), self.projection
        return self._blocks(weight if projection is None else weight @ projection)

    @property
    def projection(self) -> Float[Tensor, "P H"] | None:
        """The matrix that makes the output of the cell's first state, of an LSTM with proj_size."""
        return self._named("weight_hr") if getattr(self.module, "proj_size", 0) else None

    @property
    def parameter(self) -> dict[str, Tensor]:
        """The parameters of the cell; the modules of ``torch.nn`` have none."""
        return self.family.parameter(self.module)

    @in_full_precision
    def drive(self, x: object, hx: object = None) -> dict[str, Float[Tensor, "*steps H"]]:
        """Return the drives that an input makes.

        Args:
            x: the module's input, a tensor of its dtype and device with last axis ``input_size``.
            hx: the module's initial state; above layer 0 it changes what the lower layers output.

        Returns:
            By name, shape (T, ..., H) with time first whatever ``batch_first`` says, or (..., H)
            for the single step of a ``…Cell`` module.
        """
        inputs = self._layer_input(self._time_first(x), self._initial_states(x, hx))
        bias_ih, bias_hh = (
            self._named(part) if self.module.bias else None for part in ("bias_ih", "bias_hh")
        )
        weight_hh = self._named("weight_hh")
        if bias_hh is None:
            bias_hh = weight_hh.new_zeros(weight_hh.shape[0])
        preactivation = linear(inputs, self._named("weight_ih"), bias_ih)
        drives = self.family.drives(self._blocks(preactivation, -1), self._blocks(bias_hh))
        shape = (*inputs.shape[:-1], self._size)
        return {name: value.expand(shape) for name, value in drives.items()}

    @in_full_precision
    def initial_state(self, x: object, hx: object = None) -> dict[str, Float[Tensor, "*batch H"]]:
        """Return the states before the first step.

        Args:
            x: the module's input, which says how many sequences there are.
            hx: the module's initial state, for all layers and directions; zeros if left out.

        Returns:
            By name, shape (..., H), of this layer and direction. With ``proj_size`` the state
            before the projection is the smallest that has the given one behind it.
        """
        states = self._initial_states(x, hx)
        if self._is_sequence:
            index = self.layer * self._directions + self.reverse
            states = {name: part[index] for name, part in states.items()}
        if self.projection is not None:
            projected = states.pop("h")
            states = {"u": self._before_projection(projected, self.projection), **states}
        return states

    def _before_projection(self, h: Tensor, projection: Tensor) -> Tensor:
        if not bool(h.any()):
            return h.new_zeros(*h.shape[:-1], self._size)
        found = h @ torch.linalg.pinv(projection).mT
        off = (found @ projection.mT - h).abs().max()
        if not bool(off <= h.abs().max() * torch.finfo(h.dtype).eps ** 0.5):
            raise LonglagError(
                "hx 'h'",
                f"no state of the cell has it as its projection: the nearest is off by {off:.3g}",
                "start from zeros, or from a state that the module itself reached",
            )
        return found

    def network(self, x: object, hx: object = None) -> Network:
        """Return the network that runs on an input, with the states before the first step.

        ``numerics.transport.trajectory`` runs it over time. A ``…Cell`` module gives a single
        step without a time axis, for ``generate(bound.cell).step(*network.arguments)``.

        Args:
            x: the module's input.
            hx: the module's initial state; zeros if left out.
        """
        drives = self.drive(x, hx)
        return Network(self.cell, self.initial_state(x, hx), drives, self.weight, self.parameter)

    @property
    def _is_sequence(self) -> bool:
        return isinstance(self.module, nn.RNNBase)

    @property
    def _directions(self) -> int:
        return 2 if getattr(self.module, "bidirectional", False) else 1

    @property
    def _size(self) -> int:
        return len(self._named("weight_hh")) // len(self.family.gates)

    def _named(self, part: str) -> Tensor:
        """Return a parameter of this layer and direction."""
        direction = "_reverse" if self.reverse else ""
        suffix = f"_l{self.layer}{direction}" if self._is_sequence else ""
        parameter: Tensor = getattr(as_called(self.module), part + suffix)
        return parameter

    def _blocks(self, stacked: Tensor, axis: int = 0) -> dict[str, Tensor]:
        """Split what PyTorch stacks gate by gate."""
        gates = self.family.gates
        return dict(zip(gates, stacked.chunk(len(gates), axis), strict=True))

    def _time_first(self, x: object) -> Float[Tensor, "*steps D"]:
        """Check an input and put time first."""
        checked = _check_input(self.module, x, self._named("weight_ih"))
        batched = self._is_sequence and checked.ndim == 3
        return checked.transpose(0, 1) if batched and self.module.batch_first else checked

    def _initial_states(self, x: object, hx: object) -> dict[str, Float[Tensor, "*all H"]]:
        """Check an initial state and name its parts, of all layers and directions."""
        batch: tuple[int, ...] = self._time_first(x).shape[:-1]
        if self._is_sequence:
            layers = getattr(self.module, "num_layers", 1)
            batch = (layers * self._directions, *batch[1:])
        weight, names = self._named("weight_hh"), self.cell.states
        shapes = dict.fromkeys(names, (*batch, self._size))
        if self.projection is not None:
            # The module itself has the projected state.
            names = CELLS["lstm"].states
            shapes = {"h": (*batch, len(self.projection)), "c": (*batch, self._size)}
        if hx is None:
            return {name: weight.new_zeros(shape) for name, shape in shapes.items()}
        parts = (hx,) if len(names) == 1 else hx
        if not isinstance(parts, tuple | list) or len(parts) != len(names):
            raise LonglagError(
                f"hx of type {type(hx).__name__}",
                f"cell {self.cell.name!r} has the states {', '.join(names)}",
                f"give a tuple ({', '.join(name + '_0' for name in names)}) of tensors",
            )
        states = dict(zip(names, parts, strict=True))
        for name, part in states.items():
            if _check_tensor(f"hx {name!r}", part, weight).shape != shapes[name]:
                raise LonglagError(
                    f"hx {name!r} of shape {tuple(part.shape)}",
                    f"for this input the module expects {shapes[name]}",
                    "reshape it; layers and directions come first whatever batch_first says",
                )
        return states

    def _layer_input(
        self, inputs: Float[Tensor, "*steps D"], states: dict[str, Tensor]
    ) -> Float[Tensor, "*steps D_layer"]:
        """Return what enters this layer, in its own direction of time."""
        if self.layer:
            below = _stack(self.module, self.layer)
            lower = tuple(part[: self.layer * self._directions] for part in states.values())
            # By name from the full module, so that parametrized weights are seen as it sees them.
            full = as_called(self.module)
            shared = {name: getattr(full, name) for name, _ in below.named_parameters()}
            hx = lower if len(lower) > 1 else lower[0]
            inputs, _ = functional_call(below, shared, (inputs, hx))
        return inputs.flip(0) if self.reverse else inputs


def unwrapped(module: Any) -> Any:
    """Return the module inside what runs it on several devices or compiled.

    >>> type(unwrapped(nn.DataParallel(nn.GRU(1, 2)))).__name__
    'GRU'
    """
    while isinstance(module, nn.Module):
        if isinstance(module, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            module = module.module
        elif "_orig_mod" in module._modules:
            module = module._modules["_orig_mod"]
        else:
            break
    return module


def _stack(module: Any, layers: int) -> nn.Module:
    """Return PyTorch's own stack of the first layers of a module, as a shape without storage."""
    family, kind = _family_of(module)
    return kind(
        module.input_size,
        module.hidden_size,
        layers,
        bias=module.bias,
        bidirectional=module.bidirectional,
        device=torch.device("meta"),
        **{name: getattr(module, name) for name in family.options},
    )


def _check_shapes(module: Any) -> None:
    """Refuse a module whose weights are not what its own sizes and options say."""
    if not isinstance(module, nn.RNNBase):
        return  # a single step is given its weights one by one, and their shapes are checked
    found = as_called(module)
    for name, parameter in _stack(module, module.num_layers).named_parameters():
        value, wanted = getattr(found, name, None), tuple(parameter.shape)
        if not isinstance(value, Tensor) or value.shape != wanted or value.layout != torch.strided:
            shown = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else "no tensor"
            layout = f", {value.layout}" if isinstance(value, Tensor) else ""
            raise LonglagError(
                f"{name} of {type(module).__name__}, {shown}{layout}",
                f"by its sizes and options it is a dense array of shape {wanted}",
                "make the module anew with the sizes that its weights have",
            )


def _family_of(module: nn.Module) -> tuple[Family, type[nn.Module]]:
    """Return the family of a module and the class that computes it."""
    for family in FAMILIES.values():
        for kind in family.kinds:
            if isinstance(module, kind) and type(module).forward is kind.forward:
                return family, kind
    supported = ", ".join(kind.__name__ for family in FAMILIES.values() for kind in family.kinds)
    raise LonglagError(
        f"module of type {type(module).__name__}",
        f"only {supported} with their own forward can be bound",
        "bind a recurrent module inside it, or give bind an Adapter to its cell",
    )


def _check_input(module: Any, x: object, weight: Tensor) -> Tensor:
    checked = _check_tensor("input", x, weight)
    if isinstance(module, nn.RNNBase):
        ranks, layouts = (2, 3), "(T, D) or " + ("(N, T, D)" if module.batch_first else "(T, N, D)")
    else:
        ranks, layouts = (1, 2), "(D,) or (N, D)"
    if checked.ndim not in ranks or checked.shape[-1] != module.input_size or 0 in checked.shape:
        raise LonglagError(
            f"input of shape {tuple(checked.shape)}",
            f"this module takes {layouts} with D = {module.input_size}, no axis empty",
            "reshape it",
        )
    return checked


def _check_tensor(name: str, value: object, weight: Tensor) -> Tensor:
    if not isinstance(value, Tensor):
        raise LonglagError(
            f"{name} of type {type(value).__name__}",
            "a bound module takes plain tensors",
            "convert an array by torch.as_tensor; give sequences of a packed batch one by one",
        )
    for aspect in ("dtype", "device"):
        found, expected = getattr(value, aspect), getattr(weight, aspect)
        if found != expected:
            raise LonglagError(
                f"{name} has {aspect} {found}",
                f"the module has {aspect} {expected}",
                "move one of them to the other with .to(…)",
            )
    return value


#: A module that was read as a network of a cell, either way.
Bound: TypeAlias = BoundModule | AdaptedModule

__all__ = [
    "FAMILIES",
    "AdaptedModule",
    "Adapter",
    "Bound",
    "BoundModule",
    "Family",
    "bind",
    "projected_lstm_cell",
    "relu_cell",
    "unwrapped",
]
