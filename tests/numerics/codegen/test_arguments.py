"""Every kind of bad argument is one LonglagError in one line: the value, the rule, the remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
import torch

from longlag.numerics import generate
from longlag.theory import Cell, LonglagError, drive, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from tests.numerics.codegen.examples import FUNCTIONS, as_numpy, functions, network

Groups = list[dict[str, Any]]

STATE, DRIVE, WEIGHT, PARAMETER = range(4)


def arguments(cell: str, backend: str, batch: tuple[int, ...] = (3,)) -> Groups:
    given = [dict(group) for group in network(CELLS[cell], batch).arguments]
    return given if backend == "torch" else as_numpy(given)


def changed(group: int, name: str, change: Callable[[Any], Any]) -> Callable[[Groups], None]:
    def apply(given: Groups) -> None:
        given[group][name] = change(given[group][name])

    return apply


def removed(group: int, name: str) -> Callable[[Groups], None]:
    return lambda given: given[group].__delitem__(name)


def added(group: int, name: str) -> Callable[[Groups], None]:
    return lambda given: given[group].update({name: given[STATE]["h"]})


def replaced(group: int, value: Any) -> Callable[[Groups], None]:
    return lambda given: given.__setitem__(group, value)


def all_empty(given: Groups) -> None:
    given[STATE] = {"h": given[STATE]["h"][..., :0]}


def not_floating(value: Any) -> Any:
    return value.long() if isinstance(value, torch.Tensor) else value.astype(int)


def complex_number(value: Any) -> Any:
    return value + 1j


COMMON = {
    "unknown state": ("gru", added(STATE, "c"), "state 'c' is unknown"),
    "missing state": ("lstm", removed(STATE, "c"), "state 'c' is missing"),
    "missing drive": ("gru", removed(DRIVE, "hn"), "drive 'hn' is missing"),
    "unknown weight": ("gru", added(WEIGHT, "w"), "weight 'w' is unknown"),
    "missing parameter": ("leaky", removed(PARAMETER, "alpha"), "parameter 'alpha' is missing"),
    "no parameters": ("leaky", replaced(PARAMETER, None), "parameter 'alpha' is missing"),
    "not a dictionary": ("gru", replaced(DRIVE, 3.0), "drive of type float"),
    "a tuple": ("gru", replaced(STATE, (1, 2)), "state of type tuple"),
    "no neurons": ("plain", all_empty, "state 'h' of shape (3, 0)"),
    "state without axes": ("plain", changed(STATE, "h", lambda h: h[0, 0]), "'h' of shape ()"),
    "number as state": ("plain", changed(STATE, "h", lambda h: 0.5), "state 'h' of shape ()"),
    "two sizes": ("lstm", changed(STATE, "c", lambda c: c[..., :3]), "state 'c' of shape (3, 3)"),
    "wide drive": ("gru", changed(DRIVE, "z", lambda z: z[..., :3]), "drive 'z' of shape (3, 3)"),
    "narrow drive": ("gru", changed(DRIVE, "z", lambda z: z[..., :1]), "drive 'z' of shape (3, 1)"),
    "number as drive": ("gru", changed(DRIVE, "z", lambda z: 0.0), "drive 'z' of shape ()"),
    "wide shared drive": (
        "shared_gate",
        changed(DRIVE, "s", lambda s: s[..., [0, 0, 0, 0]]),
        "drive 's' of shape (3, 4)",
    ),
    "weight of a vector": ("gru", changed(WEIGHT, "n", lambda w: w[0]), "weight 'n' of shape (4,)"),
    "oblong weight": ("gru", changed(WEIGHT, "n", lambda w: w[:3]), "weight 'n' of shape (3, 4)"),
    "batched weight": ("gru", changed(WEIGHT, "n", lambda w: w[None]), "shape (1, 4, 4)"),
    "matrix as row": ("shared_gate", changed(WEIGHT, "s", lambda u: u[None]), "of shape (1, 4)"),
    "number as weight": ("plain", changed(WEIGHT, "n", lambda w: 1.0), "weight 'n' of shape ()"),
    "parameter per neuron": (
        "leaky",
        changed(PARAMETER, "alpha", lambda a: a.reshape(1)),
        "'alpha' of shape (1,)",
    ),
    "number for each neuron": (
        "gru_layer_norm",
        changed(PARAMETER, "n_gain", lambda g: 1.0),
        "'n_gain' of shape ()",
    ),
    "axes that do not broadcast": (
        "gru",
        changed(DRIVE, "r", lambda r: r[:2]),
        "drive 'r' with leading axes (2,)",
    ),
    "states that do not broadcast": (
        "lstm",
        changed(STATE, "c", lambda c: c[:2]),
        "state 'c' with leading axes (2,)",
    ),
}

ARRAYS = {
    "integer state": ("plain", changed(STATE, "h", not_floating), "state 'h' of dtype int64"),
    "integer weight": ("plain", changed(WEIGHT, "n", not_floating), "weight 'n' of dtype int64"),
    "complex drive": ("plain", changed(DRIVE, "n", complex_number), "drive 'n' of dtype complex"),
    "boolean": ("plain", changed(STATE, "h", lambda h: h > 0), "state 'h' of dtype bool"),
    "list": ("plain", changed(STATE, "h", lambda h: h.tolist()), "state 'h' of type list"),
    "text": ("leaky", changed(PARAMETER, "alpha", lambda a: "0.5"), "'alpha' of type str"),
    "truth value": ("leaky", changed(PARAMETER, "alpha", lambda a: True), "'alpha' of type bool"),
    "None": ("plain", changed(DRIVE, "n", lambda n: None), "drive 'n' of type NoneType"),
}

TORCH = {
    "other dtype": ("gru", changed(WEIGHT, "n", lambda w: w.float()), "weight 'n' has dtype"),
    "other dtype of a drive": ("gru", changed(DRIVE, "n", lambda d: d.half()), "float16"),
    "other dtype of a parameter": (
        "leaky",
        changed(PARAMETER, "alpha", lambda a: a.float()),
        "parameter 'alpha' has dtype",
    ),
    "other device": ("gru", changed(WEIGHT, "r", lambda w: w.to("meta")), "has device meta"),
    "other device of a state": (
        "lstm",
        changed(STATE, "c", lambda c: c.to("meta")),
        "state 'c' has device meta",
    ),
    "array": ("plain", changed(STATE, "h", lambda h: h.numpy()), "state 'h' of type ndarray"),
}

NUMPY = {
    "other dtype": (
        "gru",
        changed(WEIGHT, "n", lambda w: w.astype("f4")),
        "weight 'n' has dtype float32",
    ),
    "tensor": ("plain", changed(STATE, "h", torch.as_tensor), "state 'h' of type Tensor"),
}

MPMATH = {
    "text": ("plain", changed(STATE, "h", lambda h: ["a"] * 4), "state 'h' of type list"),
    "ragged": ("plain", changed(STATE, "h", lambda h: [[1, 2], [3]]), "state 'h' of type list"),
    "complex": ("plain", changed(STATE, "h", lambda h: h + 1j), "state 'h' of type ndarray"),
    "complex numbers": (
        "plain",
        changed(STATE, "h", lambda h: [mpmath.mpc(1, 1)] * 4),
        "state 'h' of type list",
    ),
    "None": ("plain", changed(DRIVE, "n", lambda n: None), "drive 'n' of type NoneType"),
    "meta": (
        "plain",
        changed(DRIVE, "n", lambda n: torch.zeros(4, device="meta")),
        "of type Tensor",
    ),
}

CASES = [
    *(("torch", name, *case) for name, case in {**COMMON, **ARRAYS, **TORCH}.items()),
    *(("numpy", name, *case) for name, case in {**COMMON, **ARRAYS, **NUMPY}.items()),
    *(("mpmath", name, *case) for name, case in {**COMMON, **MPMATH}.items()),
]


@pytest.mark.parametrize(
    ("backend", "name", "cell", "spoil", "match"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES]
)
def test_bad_arguments_are_refused(
    backend: str, name: str, cell: str, spoil: Callable[[Groups], None], match: str
) -> None:
    given = arguments(cell, backend)
    spoil(given)
    for function in ("step", "jacobian"):
        with pytest.raises(LonglagError) as error:
            getattr(functions(CELLS[cell], backend), function)(*given)
        message = str(error.value)
        assert match in message
        assert "\n" not in message
        assert len(message) < 300
        assert error.value.rule
        assert error.value.remedy


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_checks(function: str) -> None:
    given = arguments("gru", "torch")
    del given[DRIVE]["z"]
    with pytest.raises(LonglagError, match="drive 'z' is missing"):
        getattr(functions(CELLS["gru"]), function)(*given)


def test_symbols_may_serve_as_keys() -> None:
    given = arguments("leaky", "numpy")
    by_symbol = [{sympy.Symbol(name): value for name, value in group.items()} for group in given]
    leaky = functions(CELLS["leaky"], "numpy")
    assert np.array_equal(leaky.step(*by_symbol)["h"], leaky.step(*given)["h"])


@pytest.mark.parametrize("backend", ["torch", "numpy", "mpmath"])
def test_the_order_of_the_names_does_not_matter(backend: str) -> None:
    given = arguments("lstm", backend)
    turned = [dict(reversed(group.items())) for group in given]
    lstm = functions(CELLS["lstm"], backend)
    assert np.array_equal(lstm.jacobian(*given), lstm.jacobian(*turned))


@pytest.mark.parametrize("backend", ["torch", "numpy", "mpmath"])
@pytest.mark.parametrize("alpha", [0, 0.25, 1])
def test_a_number_serves_as_a_parameter(alpha: float, backend: str) -> None:
    given = arguments("leaky", backend)
    leaky = functions(CELLS["leaky"], backend)
    given[PARAMETER]["alpha"] = alpha
    by_number = leaky.jacobian(*given)
    given[PARAMETER]["alpha"] = given[STATE]["h"].ravel()[0] * 0 + alpha
    assert np.array_equal(by_number, leaky.jacobian(*given))


@pytest.mark.parametrize(
    ("name", "match"),
    [("torhc", "did you mean 'torch'"), ("jax", "choose one of torch, numpy, mpmath")],
)
def test_an_unknown_backend_is_refused(name: str, match: str) -> None:
    with pytest.raises(LonglagError, match=match):
        generate(CELLS["gru"], name)


def test_only_cells_are_taken() -> None:
    with pytest.raises(LonglagError, match="'gru': functions are generated from a cell"):
        generate("gru")  # type: ignore[arg-type]


@pytest.mark.parametrize("backend", ["torch", "numpy", "mpmath"])
def test_a_cell_that_no_backend_prints_is_refused(backend: str) -> None:
    h = state("h")
    cell = Cell("odd", {h: sympy.zeta(h) + drive("x")}, allow_nondifferentiable=True)
    with pytest.raises(LonglagError, match="zeta"):
        generate(cell, backend)
