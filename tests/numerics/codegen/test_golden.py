"""The generated source is committed: its text is compared, and the committed file itself is run."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import torch

from longlag.numerics import generate
from longlag.numerics.codegen import BACKENDS, CoefficientFields, DiagonalFields
from longlag.numerics.reference import (
    autograd_jacobian,
    autograd_parts,
    evaluate_update,
    evaluate_update_exactly,
)
from longlag.numerics.sampling import Network
from longlag.numerics.transport import per_neuron
from longlag.theory import CELLS
from tests.numerics.codegen.cells import ALL_CELLS
from tests.numerics.codegen.examples import FUNCTIONS, largest_gap, network

GOLDEN = Path(__file__).parents[2] / "golden" / "codegen"
UPDATE = "pytest tests/numerics/codegen --update-golden"
PAIRS = [(backend, cell) for backend in BACKENDS for cell in CELLS]


def path(backend: str, cell: str) -> Path:
    return GOLDEN / backend / f"{cell}.py"


@pytest.mark.parametrize(("backend", "cell"), PAIRS)
def test_source_equals_the_golden_file(backend: str, cell: str, update_golden: bool) -> None:
    source, file = generate(CELLS[cell], backend).source, path(backend, cell)
    if update_golden:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)
    assert file.exists(), f"no golden file {file}; write it with: {UPDATE}"
    golden = file.read_text()
    assert source == golden, f"the source changed; if that is meant, run: {UPDATE}"


def test_there_is_a_golden_file_for_every_cell_and_no_other(update_golden: bool) -> None:
    expected = {path(*pair) for pair in PAIRS}
    found = {
        file for file in GOLDEN.rglob("*") if file.is_file() and "__pycache__" not in str(file)
    }
    if update_golden:
        for stale in found - expected:
            stale.unlink()
        found &= expected
    names = sorted(str(file.relative_to(GOLDEN)) for file in expected ^ found)
    assert not names, f"missing or left over: {names}; run: {UPDATE}"


def golden_module(backend: str, cell: str) -> Any:
    """Import a golden file by its path."""
    name = f"golden_{backend}_{cell}"
    specification = importlib.util.spec_from_file_location(name, path(backend, cell))
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def prepared(backend: str, found: Network) -> list[dict[str, Any]]:
    """Arguments in the arrays of a backend."""

    def convert(tensor: torch.Tensor) -> Any:
        if backend == "torch":
            return tensor
        exact = np.asarray(np.frompyfunc(mpmath.mpf, 1, 1)(tensor.numpy().astype(object)))
        return exact if backend == "mpmath" else tensor.numpy()

    return [{k: convert(v) for k, v in group.items()} for group in found.arguments]


@pytest.mark.parametrize(("backend", "cell"), PAIRS)
def test_the_golden_file_itself_runs_and_agrees(backend: str, cell: str) -> None:
    module, generated = golden_module(backend, cell), generate(CELLS[cell], backend)
    single = network(CELLS[cell])
    for found in (single, network(CELLS[cell], (2,), seed=1)):
        arguments = prepared(backend, found)
        for name in FUNCTIONS:
            result = getattr(module, name)(*arguments)
            if name == "coefficients":
                result = CoefficientFields(**result)
            elif name == "diagonals":
                result = DiagonalFields(*result)
            assert largest_gap(result, getattr(generated, name)(*arguments)) < 1e-14
    arguments = prepared(backend, single)
    step = {
        name: value.numpy()
        for name, value in evaluate_update(CELLS[cell], *single.arguments).items()
    }
    assert largest_gap(module.step(*arguments), step) < 1e-14
    local, recurrent = autograd_parts(single)
    states = len(CELLS[cell].states)
    by_neuron = [per_neuron(part, states) for part in (local, recurrent)]
    assert largest_gap(module.jacobian(*arguments), local + recurrent) < 1e-14
    assert largest_gap(module.recurrent(*arguments), recurrent) < 1e-14
    assert largest_gap(module.diagonals(*arguments), by_neuron) < 1e-14


@pytest.mark.parametrize("cell", CELLS)
def test_golden_torch_file_is_differentiable(cell: str) -> None:
    module, found = golden_module("torch", cell), network(CELLS[cell])
    by_autograd = autograd_jacobian(module.step, found)
    assert largest_gap(module.jacobian(*found.arguments), by_autograd) < 1e-14


@pytest.mark.parametrize("cell", CELLS)
def test_golden_mpmath_file_is_exact(cell: str) -> None:
    found = network(CELLS[cell])
    with mpmath.workdps(50):
        new = golden_module("mpmath", cell).step(*prepared("mpmath", found))
        for name, exact in evaluate_update_exactly(found, 50).items():
            assert max(abs(new[name] - exact)) < mpmath.mpf(10) ** -45


HASHES = """
from longlag.numerics import generate
from longlag.numerics.codegen import scalar_source
from longlag.numerics.codegen.coverage import COVERAGE, x, y
from tests.numerics.codegen.cells import ALL_CELLS
for cell in ALL_CELLS.values():
    print(generate(cell, "numpy").source)
for case in COVERAGE:
    print(scalar_source(case.expression, [x, y], "numpy"))
"""


def all_sources(seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = subprocess.run(
        [sys.executable, "-c", HASHES],
        env=environment, cwd=GOLDEN.parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    return run.stdout


def test_text_does_not_depend_on_the_hash_seed() -> None:
    assert all_sources("0") == all_sources("1")


@pytest.mark.parametrize("backend", BACKENDS)
def test_generation_is_repeatable(backend: str) -> None:
    for cell in ALL_CELLS.values():
        assert generate(cell, backend).source == generate(cell, backend).source


@pytest.mark.parametrize(("backend", "cell"), PAIRS)
def test_source_is_readable(backend: str, cell: str) -> None:
    source = generate(CELLS[cell], backend).source
    lines = source.splitlines()
    assert lines[0].startswith(f'"""Cell {cell} for {backend}, generated by longlag ')
    assert max(map(len, lines)) <= 100
    assert not any(line != line.rstrip() for line in lines)
    assert source.endswith("\n")
    assert "\n\n\n\n" not in source
    assert "\t" not in source
