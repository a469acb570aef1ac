"""NumPy and mpmath say what PyTorch says, and mpmath says it in as many digits as asked for."""

from __future__ import annotations

import warnings
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longlag.numerics.checks.reference import (
    autograd_jacobian,
    autograd_parts,
    evaluate_update,
    evaluate_update_exactly,
)
from longlag.numerics.lags.products import per_neuron
from longlag.theory.cells import PAPER_CELLS as CELLS
from tests.numerics.codegen.cells import ALL_CELLS
from tests.numerics.codegen.examples import (
    FUNCTIONS,
    as_numpy,
    functions,
    largest_gap,
    leaves,
    network,
)


@pytest.mark.parametrize("name", ALL_CELLS)
@given(
    seed=st.integers(0, 2**16),
    size=st.integers(1, 6),
    batch=st.sampled_from([(), (1,), (3,), (2, 3)]),
    scales=st.tuples(st.sampled_from([0.0, 0.1, 1.0, 3.0]), st.sampled_from([0.0, 1.0, 30.0])),
)
def test_numpy_agrees_with_torch(
    name: str, seed: int, size: int, batch: tuple[int, ...], scales: tuple[float, float]
) -> None:
    cell, (weight, drive) = ALL_CELLS[name], scales
    options = {"weight_scale": weight, "drive_scale": drive}
    found = network(cell, batch, size, seed, **options)
    by_numpy, by_torch = functions(cell, "numpy"), functions(cell)
    for function in FUNCTIONS:
        one = getattr(by_numpy, function)(*as_numpy(found.arguments))
        other = getattr(by_torch, function)(*found.arguments)
        # Rounding grows with the pre-activations.
        assert largest_gap(one, other) < 1e-14 * max(1, drive)


# The reference evaluates functions of arrays only, not of numbers such as log(2).
REFERENCED = [name for name in ALL_CELLS if name not in ("constants", "kinked")]


@pytest.mark.parametrize("name", REFERENCED)
def test_torch_agrees_with_autograd_on_the_update_as_written(name: str) -> None:
    cell = ALL_CELLS[name]
    found, generated = network(cell), functions(cell)

    def written(*arguments: Any) -> Any:
        return evaluate_update(cell, *arguments)

    local, recurrent = autograd_parts(found)
    states = len(cell.states)
    diagonals = [per_neuron(part, states) for part in (local, recurrent)]
    assert largest_gap(generated.step(*found.arguments), written(*found.arguments)) < 1e-15
    assert (
        largest_gap(generated.jacobian(*found.arguments), autograd_jacobian(written, found)) < 1e-14
    )
    assert largest_gap(generated.recurrent(*found.arguments), recurrent) < 1e-14
    assert largest_gap(generated.diagonals(*found.arguments), diagonals) < 1e-14


@pytest.mark.parametrize("name", REFERENCED)
def test_mpmath_agrees_with_exact_evaluation(name: str) -> None:
    cell = ALL_CELLS[name]
    found, generated = network(cell), functions(cell, "mpmath")
    exact = evaluate_update_exactly(found, 50)
    with mpmath.workdps(50):
        new = generated.step(*found.arguments)
        gaps = [abs(new[state] - exact[state]).max() for state in cell.states]
        assert max(gaps) < mpmath.mpf(10) ** -45


@pytest.mark.parametrize("name", ALL_CELLS)
def test_mpmath_agrees_with_numpy(name: str) -> None:
    cell = ALL_CELLS[name]
    found = network(cell, (2,), size=3)
    for function in FUNCTIONS:
        with mpmath.workdps(50):
            exact = getattr(functions(cell, "mpmath"), function)(*found.arguments)
        plain = getattr(functions(cell, "numpy"), function)(*as_numpy(found.arguments))
        assert largest_gap(plain, exact) < 1e-14
        numbers = [number for part in leaves(exact) for number in part.ravel()]
        assert all(isinstance(number, mpmath.mpf) for number in numbers)


@pytest.mark.parametrize("name", CELLS)
def test_the_mpmath_jacobian_is_the_derivative_of_the_step(name: str) -> None:
    """Central differences with a step of 1e-20 in 60 digits leave an error near 1e-40."""
    cell, generated = CELLS[name], functions(CELLS[name], "mpmath")
    found = network(cell, size=2)
    with mpmath.workdps(60):
        jacobian, step = generated.jacobian(*found.arguments), mpmath.mpf(10) ** -20
        for column, (state, place) in enumerate((s, p) for s in cell.states for p in range(2)):
            ends = []
            for direction in (1, -1):
                moved = {k: [mpmath.mpf(v) for v in t.tolist()] for k, t in found.state.items()}
                moved[state][place] += direction * step
                ends.append(generated.step(moved, *found.arguments[1:]))
            slope = [(ends[0][s] - ends[1][s]) / (2 * step) for s in cell.states]
            gap = abs(np.concatenate(slope) - jacobian[:, column]).max()
            assert gap < mpmath.mpf(10) ** -35


def test_precision_follows_the_working_precision() -> None:
    found, generated = (
        network(CELLS["gru_layer_norm"]),
        functions(CELLS["gru_layer_norm"], "mpmath"),
    )
    with mpmath.workdps(120):
        best = generated.jacobian(*found.arguments)
    for digits in (15, 30, 60, 90):
        with mpmath.workdps(digits):
            gap = abs(generated.jacobian(*found.arguments) - best).max()
        assert mpmath.mpf(10) ** (-digits - 4) < gap < mpmath.mpf(10) ** (3 - digits)


def test_mpmath_takes_lists_tensors_arrays_and_numbers() -> None:
    generated, found = functions(CELLS["leaky"], "mpmath"), network(CELLS["leaky"])
    forms: list[Any] = [
        [{k: v.tolist() for k, v in group.items()} for group in found.arguments],
        [{k: v.numpy() for k, v in group.items()} for group in found.arguments],
        [{k: v.clone().requires_grad_() for k, v in group.items()} for group in found.arguments],
        [
            {k: np.frompyfunc(mpmath.mpf, 1, 1)(v.numpy()) for k, v in g.items()}
            for g in found.arguments
        ],
    ]
    expected = generated.jacobian(*found.arguments)
    for arguments in forms:
        assert (generated.jacobian(*arguments) == expected).all()
    assert generated.step({"h": [1, 0]}, {"n": [0, 2]}, {"n": [[0, 1], [1, 0]]}, {"alpha": 1})


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
@pytest.mark.parametrize("name", ALL_CELLS)
def test_the_dtype_of_numpy_follows_the_arguments(name: str, dtype: str) -> None:
    cell = ALL_CELLS[name]
    arguments = [
        {k: v.astype(dtype) for k, v in group.items()}
        for group in as_numpy(network(cell, (2,)).arguments)
    ]
    for function in FUNCTIONS:
        for part in leaves(getattr(functions(cell, "numpy"), function)(*arguments)):
            assert part.dtype == np.dtype(dtype)


@pytest.mark.parametrize("size", [1.0, -1.0])
@pytest.mark.parametrize("name", CELLS)
def test_saturated_gates_give_finite_numbers_without_warnings(name: str, size: float) -> None:
    arguments = as_numpy(network(CELLS[name]).arguments)
    arguments[1] = {k: np.full_like(v, 800 * size) for k, v in arguments[1].items()}
    with warnings.catch_warnings(), np.errstate(divide="raise", over="raise", invalid="raise"):
        warnings.simplefilter("error")
        for function in FUNCTIONS:
            for part in leaves(getattr(functions(CELLS[name], "numpy"), function)(*arguments)):
                assert np.isfinite(part).all()


def test_closed_gates_have_no_derivative() -> None:
    state = {"h": np.array([0.5, -0.5])}
    closed = {k: np.full(2, -800.0) for k in ("r", "z", "n", "hn")}
    weight = {k: np.ones((2, 2)) for k in ("r", "z", "n")}
    fields = functions(CELLS["gru"], "numpy").coefficients(state, closed, weight)
    assert all((field == 0).all() for field in fields.recurrent.values())
    assert (fields.local["h", "h"] == 0).all()
    open_drives = {**closed, "z": np.full(2, 800.0)}
    assert (
        functions(CELLS["gru"], "numpy").step(state, open_drives, weight)["h"] == state["h"]
    ).all()


@pytest.mark.parametrize("backend", ["torch", "numpy", "mpmath"])
def test_fields_name_what_they_are(backend: str) -> None:
    found = network(CELLS["lstm"], (2,))
    arguments = as_numpy(found.arguments) if backend == "numpy" else found.arguments
    generated = functions(CELLS["lstm"], backend)
    fields = generated.coefficients(*arguments)
    assert set(fields.local) == {("h", "c"), ("c", "c")}
    assert set(fields.recurrent) >= {("h", "o"), ("c", "f"), ("c", "i"), ("c", "g")}
    assert set(fields.argument) == {(gate, "h") for gate in "oifg"}
    assert set(fields.open_gate) == {"h", "c"}
    assert all(tuple(part.shape) == (2, 4) for part in leaves(fields))
    assert tuple(generated.diagonals(*arguments).recurrent.shape) == (2, 2, 2, 4)
    assert repr(generated).startswith(f"<functions of cell lstm on {backend}; ")
