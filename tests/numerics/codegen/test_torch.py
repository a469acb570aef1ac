"""Generated torch functions under batching, vmap, autograd, compile, every dtype and device."""

# mypy: allow-untyped-calls

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from longlag.numerics.networks.network import Network
from longlag.theory import Cell
from longlag.theory.cells import PAPER_CELLS as CELLS
from tests.numerics.codegen.cells import ALL_CELLS
from tests.numerics.codegen.examples import FUNCTIONS, functions, largest_gap, leaves, network

BATCHES = [
    ((), ()),
    ((3,), (3,)),
    ((2, 3), (2, 3)),
    ((), (3,)),
    ((3,), ()),
    ((2, 1), (3,)),
    ((1, 3), (2, 1)),
]
ROLES = ("state", "drive", "weight", "parameter")


def joined(cell: Cell, states: tuple[int, ...], drives: tuple[int, ...]) -> Network:
    """A network whose states and drives have different leading axes."""
    one, other = network(cell, states), network(cell, drives, seed=1)
    return Network(cell, one.state, other.drive, one.weight, one.parameter)


@pytest.mark.parametrize("batches", BATCHES, ids=str)
@pytest.mark.parametrize("name", ALL_CELLS)
def test_leading_axes_broadcast(name: str, batches: tuple[Any, Any]) -> None:
    cell = ALL_CELLS[name]
    generated, found = functions(cell), joined(cell, *batches)
    batch = torch.broadcast_shapes(*batches) if cell.drives else batches[0]

    def at(index: tuple[int, ...], group: Any, axes: tuple[int, ...]) -> dict[str, Tensor]:
        return {k: v.expand(*batch, v.shape[-1])[index] if axes else v for k, v in group.items()}

    for function in FUNCTIONS:
        call = getattr(generated, function)
        whole = leaves(call(*found.arguments))
        for index in itertools.product(*map(range, batch)):
            state, drive = at(index, found.state, batches[0]), at(index, found.drive, batches[1])
            single = leaves(call(state, drive, found.weight, found.parameter))
            assert largest_gap([part[index] for part in whole], single) < 1e-15


def in_dims(group: dict[str, Tensor], names: list[str] | None) -> dict[str, int | None] | None:
    return {name: 0 if name in names else None for name in group} if names else None


def vmapped(cell: Cell, batched: dict[str, list[str]]) -> None:
    """Compare vmap over some names of each role with a loop."""
    found = network(cell)
    others = [network(cell, seed=seed) for seed in (1, 2, 3)]
    groups, axes = [], []
    for role, values in zip(ROLES, found.arguments, strict=True):
        names = batched.get(role, [])
        stacks = {k: torch.stack([getattr(o, role)[k] for o in others]) for k in names}
        groups.append({**values, **stacks})
        axes.append(in_dims(groups[-1], names))
    generated = functions(cell)
    for function in FUNCTIONS:
        call = getattr(generated, function)
        whole = leaves(
            torch.vmap(lambda *a, call=call: leaves(call(*a)), in_dims=tuple(axes))(*groups)
        )
        for place in range(len(others)):
            single = [
                {k: v[place] if k in batched.get(role, []) else v for k, v in group.items()}
                for role, group in zip(ROLES, groups, strict=True)
            ]
            assert largest_gap([part[place] for part in whole], leaves(call(*single))) < 1e-15


# PyTorch warns where it has no rule and loops instead.
@pytest.mark.filterwarnings("error:There is a performance drop:UserWarning")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ALL_CELLS)
def test_vmap_over_one_role(name: str, role: str) -> None:
    names = list(getattr(network(ALL_CELLS[name]), role))
    if names:
        vmapped(ALL_CELLS[name], {role: names})


@pytest.mark.filterwarnings("error:There is a performance drop:UserWarning")
@pytest.mark.parametrize("name", ALL_CELLS)
def test_vmap_over_one_array(name: str) -> None:
    # Arrays that grow in place must be batched whichever argument is.
    found = network(ALL_CELLS[name])
    for role in ROLES:
        for key in getattr(found, role):
            vmapped(ALL_CELLS[name], {role: [key]})


def test_vmap_in_vmap() -> None:
    lstm, found = functions(CELLS["lstm"]), network(CELLS["lstm"], (2, 3))
    axes = (0, 0, None, None)
    nested = torch.vmap(torch.vmap(lstm.jacobian, in_dims=axes), in_dims=axes)
    assert largest_gap(nested(*found.arguments), lstm.jacobian(*found.arguments)) < 1e-15


def flat(cell: Cell, function: str) -> tuple[Callable[..., tuple[Tensor, ...]], list[Tensor]]:
    """A function of all tensors in a row, and the tensors."""
    found, call = network(cell, size=3), getattr(functions(cell), function)
    names = [(r, k) for r, g in enumerate(found.arguments) for k in g]

    def of_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
        groups: list[dict[str, Tensor]] = [{}, {}, {}, {}]
        for (role, key), tensor in zip(names, tensors, strict=True):
            groups[role][key] = tensor
        return tuple(leaves(call(*groups)))

    return of_tensors, [found.arguments[role][key].clone() for role, key in names]


SMOOTH = [name for name in ALL_CELLS if name != "kinked"]


@pytest.mark.parametrize("function", ["step", "jacobian"])
@pytest.mark.parametrize("name", SMOOTH)
def test_gradients_through_every_argument(name: str, function: str) -> None:
    of_tensors, tensors = flat(ALL_CELLS[name], function)
    tensors = [tensor.requires_grad_() for tensor in tensors]
    assert torch.autograd.gradcheck(of_tensors, tensors, fast_mode=function == "jacobian")


@pytest.mark.parametrize("name", SMOOTH)
def test_forward_and_reverse_mode_agree_on_the_jacobian(name: str) -> None:
    of_tensors, tensors = flat(ALL_CELLS[name], "jacobian")
    every = tuple(range(len(tensors)))
    forward = torch.func.jacfwd(of_tensors, argnums=every)(*tensors)
    reverse = torch.func.jacrev(of_tensors, argnums=every)(*tensors)
    assert largest_gap(forward, reverse) < 1e-14


@pytest.mark.parametrize("name", ALL_CELLS)
def test_step_differentiates_to_the_jacobian(name: str) -> None:
    cell = ALL_CELLS[name]
    generated, found = functions(cell), network(cell, size=3)

    def packed(state: Any) -> Tensor:
        return torch.cat(leaves(generated.step(state, *found.arguments[1:])), -1)

    for mode in (torch.func.jacrev, torch.func.jacfwd):
        parts = mode(packed)(found.state)
        whole = torch.cat([parts[state] for state in cell.states], -1)
        assert largest_gap(whole, generated.jacobian(*found.arguments)) < 1e-14


@pytest.mark.parametrize("name", ALL_CELLS)
def test_arguments_are_left_alone(name: str) -> None:
    found = network(ALL_CELLS[name], (2,))
    copies = [{k: v.clone() for k, v in group.items()} for group in found.arguments]
    for function in FUNCTIONS:
        getattr(functions(ALL_CELLS[name]), function)(*found.arguments)
    assert largest_gap(list(found.arguments), copies) == 0


TOLERANCE = {"float16": 2e-2, "bfloat16": 2e-1, "float32": 1e-5, "float64": 0.0}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", ALL_CELLS)
def test_the_dtype_follows_the_arguments(name: str, dtype: str) -> None:
    cell = ALL_CELLS[name]
    generated, found = functions(cell), network(cell, (2,), dtype=getattr(torch, dtype))
    exact = [{k: v.double() for k, v in group.items()} for group in found.arguments]
    for function in FUNCTIONS:
        result = leaves(getattr(generated, function)(*found.arguments))
        assert {part.dtype for part in result} <= {getattr(torch, dtype)}
        wide = [part.double() for part in result]
        assert largest_gap(wide, getattr(generated, function)(*exact)) <= TOLERANCE[dtype]


@pytest.mark.parametrize("name", ALL_CELLS)
def test_shapes_on_the_meta_device(name: str) -> None:
    cell, size = ALL_CELLS[name], 5
    found = network(cell, (2, 3), size)
    arguments = [{k: v.to("meta") for k, v in group.items()} for group in found.arguments]
    generated, total = functions(cell), len(cell.states) * size
    for function in FUNCTIONS:
        result = leaves(getattr(generated, function)(*arguments))
        assert {part.device.type for part in result} <= {"meta"}
        real = leaves(getattr(generated, function)(*found.arguments))
        assert [part.shape for part in result] == [part.shape for part in real]
    assert generated.jacobian(*arguments).shape == (2, 3, total, total)
    states = len(cell.states)
    assert generated.diagonals(*arguments).local.shape == (2, 3, states, states, size)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize("name", CELLS)
def test_saturated_gates_give_finite_numbers(name: str, sign: float, dtype: torch.dtype) -> None:
    cell = CELLS[name]
    found = network(cell, dtype=dtype)
    drive = {k: torch.full_like(v, 800 * sign).requires_grad_() for k, v in found.drive.items()}
    for function in FUNCTIONS:
        arguments = (found.state, drive, found.weight, found.parameter)
        result = leaves(getattr(functions(cell), function)(*arguments))
        assert all(part.isfinite().all() for part in result)
        total = sum(part.sum() for part in result)
        slopes = torch.autograd.grad(total, list(drive.values()), allow_unused=True)
        assert all(slope is None or slope.isfinite().all() for slope in slopes)


class Counter(TorchDispatchMode):
    """Counts the operations that PyTorch executes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.append(func.overloadpacket.__name__)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize(
    ("name", "gates", "tangents", "arithmetic"),
    [("gru", 2, 1, 16), ("lstm", 3, 2, 24), ("shared_gate", 1, 1, 9)],
)
def test_coefficients_take_few_operations(
    name: str, gates: int, tangents: int, arithmetic: int
) -> None:
    found = network(CELLS[name], (2,))
    with Counter() as counter:
        functions(CELLS[name]).coefficients(*found.arguments)
    assert counter.names.count("sigmoid") == gates
    assert counter.names.count("tanh") == tangents
    assert sum(n in ("add", "sub", "rsub", "mul", "pow", "neg", "div") for n in counter.names) <= (
        arithmetic
    )


def test_trivial_fields_cost_nothing() -> None:
    found = network(CELLS["gru"], (100,), 20)
    fields = functions(CELLS["gru"]).coefficients(*found.arguments).argument
    assert all(field.shape == (100, 20) for field in fields.values())
    assert all(field.untyped_storage().nbytes() == 8 for field in fields.values())


def test_functions_work_in_inference_mode_and_without_gradients() -> None:
    gru, found = functions(CELLS["gru"]), network(CELLS["gru"], (2,))
    expected = gru.jacobian(*found.arguments)
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            assert torch.equal(gru.jacobian(*found.arguments), expected)


COMPILED = ("step", "coefficients", "diagonals", "jacobian")


def compiled(cell: Cell, backend: str, names: tuple[str, ...]) -> None:
    """Compile several functions as one graph and compare the results and their gradients."""
    generated, found = functions(cell), network(cell, (3,))
    arguments = [{k: v.clone() for k, v in group.items()} for group in found.arguments]
    state = {k: v.requires_grad_() for k, v in arguments[0].items()}

    def everything(*groups: Any) -> list[Tensor]:
        return [part for name in names for part in leaves(getattr(generated, name)(*groups))]

    def slopes(results: list[Tensor]) -> list[Tensor]:
        total = torch.stack([result.square().sum() for result in results]).sum()
        return list(torch.autograd.grad(total, list(state.values())))

    torch.compiler.reset()
    results = torch.compile(everything, fullgraph=True, backend=backend)(*arguments)
    assert largest_gap(results, everything(*arguments)) < 1e-14
    assert largest_gap(slopes(results), slopes(everything(*arguments))) < 1e-13


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gru", "lstm", "shared_gate", "const_gate_layer_norm"])
def test_compiles_to_one_graph(name: str) -> None:
    compiled(CELLS[name], "aot_eager", COMPILED)


@pytest.mark.slow
def test_methods_compile_directly() -> None:
    gru, found = functions(CELLS["gru"]), network(CELLS["gru"], (3,))
    torch.compiler.reset()
    for name in COMPILED:
        call = torch.compile(getattr(gru, name), fullgraph=True, backend="eager")
        assert largest_gap(call(*found.arguments), getattr(gru, name)(*found.arguments)) < 1e-15


@pytest.mark.slow
@pytest.mark.filterwarnings("error:There is a performance drop:UserWarning")
def test_compiles_with_numbers_as_parameters_and_inside_vmap() -> None:
    leaky, found = functions(CELLS["leaky"]), network(CELLS["leaky"], (3,))
    torch.compiler.reset()
    call = torch.compile(leaky.jacobian, fullgraph=True, backend="eager")
    for alpha in (0.25, 0.5, 1):
        arguments = (found.state, found.drive, found.weight, {"alpha": alpha})
        assert largest_gap(call(*arguments), leaky.jacobian(*arguments)) < 1e-15
    batched = torch.vmap(leaky.jacobian, in_dims=(0, 0, None, None))
    call = torch.compile(batched, fullgraph=True, backend="aot_eager")
    assert largest_gap(call(*found.arguments), leaky.jacobian(*found.arguments)) < 1e-15


@pytest.mark.slow
def test_compiles_for_every_size_at_once() -> None:
    lstm = functions(CELLS["lstm"])
    torch.compiler.reset()
    call = torch.compile(lstm.jacobian, fullgraph=True, backend="eager", dynamic=True)
    for size in (3, 5, 8):
        found = network(CELLS["lstm"], (size + 1,), size)
        assert largest_gap(call(*found.arguments), lstm.jacobian(*found.arguments)) < 1e-15


@pytest.mark.slow
def test_compiles_with_the_default_backend() -> None:
    compiled(CELLS["gru"], "inductor", ("jacobian",))
