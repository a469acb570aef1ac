"""Compiled functions of a cell give the numbers of torch, and know when to leave it to torch."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy import Interval, tanh
from torch import Tensor

from longlag.cli import app
from longlag.numerics import Generated, generate
from longlag.numerics.codegen import BACKENDS
from longlag.numerics.compiled import CompiledCell, compiler, load_library, toolchain
from longlag.numerics.compiled import cell as compiled_cell
from longlag.numerics.networks.network import Network
from longlag.theory import Cell, LonglagError, drive, mean, parameter, recurrent, sigmoid, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.laws import LAWS
from tests.numerics.codegen.examples import FUNCTIONS, functions, largest_gap, leaves, network

needs_compiler = pytest.mark.skipif(toolchain() is None, reason="no C compiler")

GOLDEN = Path(__file__).parents[2] / "golden" / "compiled"

#: For texts of which only the meaning is tested: loops take long to be made fast.
HURRIED = '#pragma GCC optimize ("O0")\n'

#: Leading axes of the states and of the drives.
BATCHES = [
    ((), ()),
    ((3,), (3,)),
    ((2, 3), (2, 3)),
    ((), (3,)),
    ((3,), ()),
    ((2, 1), (3,)),
    ((0,), (0,)),
    ((1,), (5,)),
]
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}


@cache
def compiled(cell: Cell) -> CompiledCell:
    found = generate(cell, "compiled")
    assert isinstance(found, CompiledCell)
    if cell.name in CELLS and toolchain() is not None:
        # One build of the whole text takes less time than those of its parts.
        found._libraries = dict.fromkeys(found.parts, load_library(found.source, cell.name))
    return found


def in_double(found: Network) -> list[dict[str, Tensor]]:
    return [{name: value.double() for name, value in group.items()} for group in found.arguments]


def gap(own: Callable[..., Any], torch_: Callable[..., Any], found: Network) -> float:
    """The largest difference to the torch function in double precision."""
    result = own(*found.arguments)
    dtype = next(iter(found.state.values())).dtype
    assert all(leaf.dtype == dtype for leaf in leaves(result))
    return largest_gap(result, torch_(*in_double(found)))


examples = given(
    batches=st.sampled_from(BATCHES),
    size=st.sampled_from([1, 2, 5, 16, 33]),
    seed=st.integers(0, 2**16),
    spread=st.sampled_from([0.1, 1.0, 30.0]),
    dtype=st.sampled_from([torch.float64, torch.float32]),
)


def example(
    cell: Cell, batches: Any, size: int, seed: int, spread: float, dtype: torch.dtype
) -> Network:
    one, other = (
        network(cell, batch, size, seed + k, drive_scale=spread, dtype=dtype)
        for k, batch in enumerate(batches)
    )
    return replace(one, drive=other.drive)


@needs_compiler
@pytest.mark.parametrize("name", CELLS)
@examples
def test_every_function_gives_the_numbers_of_the_torch_functions(
    name: str, batches: Any, size: int, seed: int, spread: float, dtype: torch.dtype
) -> None:
    cell = CELLS[name]
    found = example(cell, batches, size, seed, spread, dtype)
    for function in FUNCTIONS:
        own, torch_ = getattr(compiled(cell), function), getattr(functions(cell), function)
        assert gap(own, torch_, found) < TOLERANCE[dtype]


def toy() -> Cell:
    """Shared and per-neuron numbers of every role, a mean, and a map of a map, in two states."""
    h, m = state("h"), state("m")
    gain = parameter("gain", Interval(1, 2), per_neuron=True)
    leak = parameter("leak", Interval.open(0, 1))
    gate = sigmoid(recurrent("s", h * gain, shared=True) + drive("s"))
    inner = recurrent("k", gate * recurrent("v", m) + drive("common", shared=True))
    return Cell(
        "toy",
        {
            h: gate * h + (1 - leak) * tanh(inner + gain * mean(h * m, "a")),
            m: leak * m + gain * sigmoid(drive("x")) * h,
        },
    )


@needs_compiler
@examples
def test_a_cell_of_a_user_is_compiled_as_well(
    batches: Any, size: int, seed: int, spread: float, dtype: torch.dtype
) -> None:
    found = example(toy(), batches, size, seed, spread, dtype)
    for function in FUNCTIONS:
        own, torch_ = getattr(compiled(toy()), function), getattr(functions(toy()), function)
        assert gap(own, torch_, found) < TOLERANCE[dtype]


@needs_compiler
@pytest.mark.parametrize(
    ("function", "right", "wrong"),
    [
        ("diagonals", "square(value_n)", "value_n"),
        ("diagonals", "derived_diagonal_r*", ""),
        ("recurrent", "m1[p] + ", "m1[p] - "),
        ("jacobian", "row[q] += ", "row[q] -= "),
        ("jacobian", " + first*in_stride[k]", ""),
    ],
)
def test_a_wrong_function_is_noticed(
    function: str, right: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load_wrong(text: str, name: str) -> Any:
        assert right in text
        return load_library(HURRIED + text.replace(right, wrong), name)

    monkeypatch.setattr(compiled_cell, "load_library", load_wrong)
    gru = CELLS["gru"]
    own, torch_ = generate(gru, "compiled"), functions(gru)
    assert gap(getattr(own, function), getattr(torch_, function), network(gru, (11,))) > 1e-3


@needs_compiler
@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("name", ["gru", "lstm", "gru_layer_norm"])
def test_large_matrices_written_past_the_caches_are_the_same(name: str, dtype: torch.dtype) -> None:
    found = network(CELLS[name], (41,), 64, dtype=dtype)
    own, torch_ = compiled(CELLS[name]).jacobian, functions(CELLS[name]).jacobian
    assert own(*found.arguments).nbytes > 1 << 19
    assert gap(own, torch_, found) < TOLERANCE[dtype]
    odd = network(CELLS[name], (131,), 51, dtype=dtype)
    assert gap(own, torch_, odd) < TOLERANCE[dtype]


@needs_compiler
def test_large_maps_are_the_same() -> None:
    found = network(CELLS["gru"], (5, 600), 64, dtype=torch.float32)
    assert gap(compiled(found.cell).diagonals, functions(found.cell).diagonals, found) < 1e-5


@needs_compiler
def test_strided_and_numeric_arguments_are_taken() -> None:
    cell = CELLS["leaky"]
    found = network(cell, (3, 4), 4)
    turned = {k: v.transpose(0, 1) for k, v in found.state.items()}
    drives = {k: v.transpose(0, 1).flip(-1) for k, v in found.drive.items()}
    weights = {k: v.mT for k, v in found.weight.items()}
    arguments = (turned, drives, weights, {"alpha": 0.25})
    for function in FUNCTIONS:
        own, torch_ = getattr(compiled(cell), function), getattr(functions(cell), function)
        assert largest_gap(own(*arguments), torch_(*arguments)) < 1e-14


@needs_compiler
@pytest.mark.parametrize("name", ["const_gate", "shared_gate", "gru", "lstm"])
def test_matrices_are_written_to_an_array_that_is_given(name: str) -> None:
    cell, found = compiled(CELLS[name]), network(CELLS[name], (3,), 5)
    for method in (cell.jacobian, cell.recurrent):
        matrix = torch.zeros_like(method(*found.arguments))
        assert method(*found.arguments, out=matrix) is matrix
        assert torch.equal(matrix, method(*found.arguments))


@needs_compiler
@pytest.mark.parametrize(
    "out",
    [
        torch.zeros(2, 5, 5, dtype=torch.float64),
        torch.zeros(3, 5, 5),
        torch.zeros(3, 5, 5, dtype=torch.float64).mT,
    ],
)
def test_arrays_that_do_not_fit_are_not_written_to(out: Tensor) -> None:
    gru, found = compiled(CELLS["gru"]), network(CELLS["gru"], (3,), 5)
    with pytest.raises(LonglagError, match=r"contiguous array of shape \(3, 5, 5\)"):
        gru.jacobian(*found.arguments, out=out)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_wrong_arguments_are_told_as_by_the_torch_functions(function: str) -> None:
    cell = CELLS["gru"]
    found = network(cell, (3,))
    wrong = [
        ({}, found.drive, found.weight),
        (found.state, found.drive, {**found.weight, "z": found.weight["z"][:2]}),
        (found.state, {**found.drive, "z": found.drive["z"].float()}, found.weight),
        ({"h": [0.5]}, found.drive, found.weight),
    ]
    for arguments in wrong:
        messages = []
        for generated in (compiled(cell), functions(cell)):
            with pytest.raises(LonglagError) as raised:
                getattr(generated, function)(*arguments)
            messages.append(str(raised.value))
        assert messages[0] == messages[1]


@pytest.fixture
def without_compiler(monkeypatch: pytest.MonkeyPatch) -> Any:
    """No compiler, and nothing remembered of one."""
    remembered = (compiler._find_toolchain, compiler._load, compiler._say_that_there_is_no_compiler)
    monkeypatch.setenv(compiler.COMPILER_VARIABLE, "none")
    for function in remembered:
        function.cache_clear()
    yield
    for function in remembered:
        function.cache_clear()


@pytest.mark.parametrize("name", ["lstm", "shared_gate"])
def test_without_a_compiler_the_numbers_are_those_of_torch(
    name: str, without_compiler: None
) -> None:
    cell = CELLS[name]
    found = network(cell, (3,))
    generated = generate(cell, "compiled")
    assert isinstance(generated, CompiledCell)
    assert generated.library("diagonals") is None
    for function in FUNCTIONS:
        own, torch_ = getattr(generated, function), getattr(functions(cell), function)
        assert largest_gap(own(*found.arguments), torch_(*found.arguments)) == 0
    matrix = torch.empty_like(generated.jacobian(*found.arguments))
    assert generated.jacobian(*found.arguments, out=matrix) is matrix
    assert largest_gap(matrix, functions(cell).jacobian(*found.arguments)) == 0


def test_gradients_transforms_and_other_dtypes_run_on_torch() -> None:
    gru, found = compiled(CELLS["gru"]), network(CELLS["gru"], (3,))
    h = found.state["h"].clone().requires_grad_()
    others = (found.drive, found.weight)

    def new(state_h: Tensor, drives: Any) -> Tensor:
        return gru.step({"h": state_h}, drives, found.weight)["h"]

    (slope,) = torch.autograd.grad(new(h, found.drive).sum(), h)
    expected = functions(gru.cell).jacobian(*found.arguments)
    assert torch.allclose(slope, expected.sum(-2), atol=1e-14)
    by_autograd = torch.vmap(torch.func.jacrev(new))(found.state["h"], dict(found.drive))
    assert torch.allclose(by_autograd, expected, atol=1e-14)
    with torch.no_grad():
        assert torch.allclose(new(h, found.drive), gru.step(*found.arguments)["h"], atol=1e-15)
    half = [{k: v.bfloat16() for k, v in group.items()} for group in ({"h": h}, *others)]
    assert gru.jacobian(*half).dtype == torch.bfloat16


def test_torch_compile_traces_the_torch_functions() -> None:
    leaky, found = compiled(CELLS["leaky"]), network(CELLS["leaky"], (3,))
    torch.compiler.reset()
    traced = torch.compile(leaky.step, fullgraph=True, backend="eager")
    assert largest_gap(traced(*found.arguments), leaky.step(*found.arguments)) < 1e-15


def test_a_law_is_declined_and_an_unknown_backend_told_of_all() -> None:
    with pytest.raises(LonglagError, match="the compiled backend takes cells"):
        generate(next(iter(LAWS.values())), "compiled")
    with pytest.raises(LonglagError, match="did you mean 'compiled'"):
        generate(CELLS["gru"], "complied")
    assert "compiled" not in BACKENDS


def test_the_committed_text_is_what_is_generated() -> None:
    remedy = "longlag generate gru --backend compiled -o tests/golden/compiled/gru.c"
    source = generate(CELLS["gru"], "compiled").source
    assert (GOLDEN / "gru.c").read_text() == source, f"if the change is meant, run: {remedy}"


@needs_compiler
def test_the_whole_text_is_one_valid_file_of_c() -> None:
    library = load_library(HURRIED + (GOLDEN / "gru.c").read_text(), "golden")
    assert library is not None
    for name in ("diagonals", "entries", "recurrent", "jacobian"):
        for suffix in ("_f32", "_f64"):
            assert getattr(library, name + suffix)


def test_text_is_readable_and_does_not_depend_on_the_hash_seed() -> None:
    names = ["lstm", "gru_layer_norm", "shared_gate"]
    code = (
        "from longlag.numerics import generate; from longlag.theory import CELLS\n"
        f"for name in {names}: print(generate(CELLS[name], 'compiled').source)"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "1234"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    sources = [generate(CELLS[name], "compiled").source for name in names]
    assert other == "".join(f"{source}\n" for source in sources)
    for name, source in zip(names, sources, strict=True):
        lines = source.splitlines()
        assert lines[0].startswith(f"/* Cell {name} as compiled C, generated by longlag ")
        assert max(map(len, lines)) <= 100
        assert not any(line != line.rstrip() or "\t" in line for line in lines)


def test_the_command_line_prints_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        app(["generate", "leaky", "--backend", "compiled"])
    assert capsys.readouterr().out == generate(CELLS["leaky"], "compiled").source


def test_it_has_the_contract_of_generated_functions() -> None:
    assert isinstance(compiled(CELLS["gru"]), Generated)
    assert repr(compiled(CELLS["gru"])).startswith("<functions of cell gru on compiled; ")
