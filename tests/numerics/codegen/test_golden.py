"""A sample of generated source is committed: its text is compared, and the file itself is run.

One cell and one law for each backend, and the backend's whole prelude: what other cells and laws
add to these are other expressions, whose values are compared in the tests beside this one.
"""

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
from longlag.numerics.checks.reference import (
    autograd_jacobian,
    autograd_parts,
    evaluate_update,
    evaluate_update_exactly,
)
from longlag.numerics.codegen import (
    BACKENDS,
    CoefficientFields,
    DiagonalFields,
    get_backend,
    law_source,
    module_source,
)
from longlag.numerics.lags.products import per_neuron
from longlag.numerics.networks.network import Network
from longlag.theory import Cell
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.transport.jacobian import jacobian
from longlag.theory.window.horizon import solve_horizon
from tests.numerics.codegen.cells import ALL_CELLS
from tests.numerics.codegen.examples import FUNCTIONS, largest_gap, network

GOLDEN = Path(__file__).parents[2] / "golden" / "codegen"
UPDATE = "pytest tests/numerics/codegen --update-golden"
SAMPLE_CELL, SAMPLE_LAW = "gru", "tempered_power"
PAIRS = [(backend, SAMPLE_CELL) for backend in BACKENDS]
LAW_PAIRS = [(backend, SAMPLE_LAW) for backend in BACKENDS]


def path(backend: str, cell: str) -> Path:
    return GOLDEN / backend / f"{cell}.py"


def law_path(backend: str, law: str) -> Path:
    return GOLDEN / backend / f"law_{law}.py"


def prelude_path(backend: str) -> Path:
    return GOLDEN / backend / "prelude.py"


@pytest.mark.parametrize(("backend", "cell"), PAIRS)
def test_source_equals_the_golden_file(backend: str, cell: str, update_golden: bool) -> None:
    compare(generate(CELLS[cell], backend).source, path(backend, cell), update_golden)


@pytest.mark.parametrize(("backend", "law"), LAW_PAIRS)
def test_source_of_a_law_equals_the_golden_file(
    backend: str, law: str, update_golden: bool
) -> None:
    compare(generate(LAWS[law], backend).source, law_path(backend, law), update_golden)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_prelude_equals_the_golden_file(backend: str, update_golden: bool) -> None:
    compare(get_backend(backend).prelude, prelude_path(backend), update_golden)


def compare(source: str, file: Path, update_golden: bool) -> None:
    if update_golden:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)
    assert file.exists(), f"no golden file {file}; write it with: {UPDATE}"
    golden = file.read_text()
    assert source == golden, f"the source changed; if that is meant, run: {UPDATE}"


def test_there_is_a_golden_file_for_every_backend_and_no_other(update_golden: bool) -> None:
    expected = {*(path(*pair) for pair in PAIRS), *(law_path(*pair) for pair in LAW_PAIRS)}
    expected |= {prelude_path(backend) for backend in BACKENDS}
    found = {
        file for file in GOLDEN.rglob("*") if file.is_file() and "__pycache__" not in str(file)
    }
    if update_golden:
        for stale in found - expected:
            stale.unlink()
        found &= expected
    names = sorted(str(file.relative_to(GOLDEN)) for file in expected ^ found)
    assert not names, f"missing or left over: {names}; run: {UPDATE}"


def golden_module(file: Path) -> Any:
    """Import a golden file by its path."""
    name = f"golden_{file.parent.name}_{file.stem}"
    specification = importlib.util.spec_from_file_location(name, file)
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
    module, generated = golden_module(path(backend, cell)), generate(CELLS[cell], backend)
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


@pytest.mark.parametrize("cell", [SAMPLE_CELL])
def test_golden_torch_file_is_differentiable(cell: str) -> None:
    module, found = golden_module(path("torch", cell)), network(CELLS[cell])
    by_autograd = autograd_jacobian(module.step, found)
    assert largest_gap(module.jacobian(*found.arguments), by_autograd) < 1e-14


@pytest.mark.parametrize("cell", [SAMPLE_CELL])
def test_golden_mpmath_file_is_exact(cell: str) -> None:
    found = network(CELLS[cell])
    with mpmath.workdps(50):
        new = golden_module(path("mpmath", cell)).step(*prepared("mpmath", found))
        for name, exact in evaluate_update_exactly(found, 50).items():
            assert max(abs(new[name] - exact)) < mpmath.mpf(10) ** -45


@pytest.mark.parametrize(("backend", "law"), LAW_PAIRS)
def test_the_golden_file_of_a_law_itself_runs_and_agrees(backend: str, law: str) -> None:
    module, generated = golden_module(law_path(backend, law)), generate(LAWS[law], backend)
    array = get_backend(backend).array
    own = {symbol.name: array([0.5 + 0.25 * n]) for n, symbol in enumerate(LAWS[law].parameters)}
    samples, cost, kappa = array([1e-3, 50.0, 1e8]), array([2.0]), array([3.0])
    lags = array([1.0, 2.0, 40.0])
    quantities = {"cost": cost, "kappa": kappa}
    pairs = {
        "envelope": ((lags,), generated.envelope(lags, own)),
        "sample_size": ((lags, cost, kappa), generated.sample_size(lags, own, **quantities)),
        "status": ((samples, cost, kappa), generated.status(samples, own, **quantities)),
        "horizon": ((samples, cost, kappa), generated.horizon(samples, own, **quantities)),
        "log_horizon": ((samples, cost, kappa), generated.log_horizon(samples, own, **quantities)),
    }
    exponent = generated.local_exponent(lags, own, kappa=kappa)
    pairs["local_exponent"] = ((lags, kappa), exponent)
    with np.errstate(all="ignore"):
        for name, (arguments, expected) in pairs.items():
            found = getattr(module, name)(*arguments, *own.values())
            assert np.array_equal(np.asarray(found, float), np.asarray(expected, float))
    assert np.asarray(pairs["status"][1], float)[0] == 0
    largest = np.asarray(pairs["horizon"][1], float)[2]
    with mpmath.workdps(30):
        truth = solve_horizon(
            LAWS[law],
            {name: float(value[0]) for name, value in own.items()},
            samples=1e8,
            cost=2,
            kappa=3,
        ).horizon
    assert largest == pytest.approx(float(truth), rel=1e-13)


HASHES = """
from longlag.numerics import generate
from longlag.numerics.codegen import scalar_source
from longlag.numerics.codegen.coverage import COVERAGE, x, y
from longlag.theory.laws import LAWS
from tests.numerics.codegen.cells import ALL_CELLS
for law in LAWS.values():
    print(generate(law, "numpy").source)
for cell in ALL_CELLS.values():
    print(generate(cell, "numpy").source)
for case in COVERAGE:
    print(scalar_source(case.expression, [x, y], "numpy"))
"""


def all_sources(seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = subprocess.run(
        [sys.executable, "-c", HASHES],
        env=environment,
        cwd=GOLDEN.parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


def test_text_does_not_depend_on_the_hash_seed() -> None:
    assert all_sources("0") == all_sources("1")


@pytest.mark.parametrize("backend", BACKENDS)
def test_generation_is_repeatable(backend: str) -> None:
    # Not by generate, which gives the same object again.
    target = get_backend(backend)
    for cell in ALL_CELLS.values():
        assert module_source(jacobian(cell), target) == generate(cell, backend).source
    for law in LAWS.values():
        assert law_source(law, target) == generate(law, backend).source


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("what", [*CELLS.values(), *LAWS.values()], ids=lambda what: what.name)
def test_source_is_readable(backend: str, what: Cell | DecayLaw) -> None:
    source = generate(what, backend).source
    lines = source.splitlines()
    kind = "Cell" if isinstance(what, Cell) else "Law"
    assert lines[0].startswith(f'"""{kind} {what.name} for {backend}, generated by longlag ')
    assert max(map(len, lines)) <= 100
    assert not any(line != line.rstrip() for line in lines)
    assert source.endswith("\n")
    assert "\n\n\n\n" not in source
    assert "\t" not in source
