"""Generated windows of arrays: statuses side by side, shapes, dtypes, devices, both libraries."""

# mypy: allow-untyped-calls

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from longlag.numerics.codegen import BACKENDS, get_backend
from tests.numerics.codegen.laws import (
    ALL_LAWS,
    DECAYING,
    QUANTITIES,
    functions,
    moderate,
    samples_for,
    start,
)


@pytest.mark.parametrize("name", ALL_LAWS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_one_array_mixes_empty_finite_and_infinite_windows(backend: str, name: str) -> None:
    samples = [1e-9, samples_for(name, start(name) + 1), 1.5, 1e4, 1e30]
    generated, array = functions(name, backend), get_backend(backend).array
    for what in ("status", "horizon", "log_horizon"):
        together = getattr(generated, what)(array(samples), moderate(name), **QUANTITIES)
        single = [getattr(generated, what)(n, moderate(name), **QUANTITIES) for n in samples]
        assert np.asarray(together, float).tolist() == [float(value) for value in single]
    status = np.asarray(generated.status(array(samples), moderate(name), **QUANTITIES), float)
    horizon = np.asarray(generated.horizon(array(samples), moderate(name), **QUANTITIES), float)
    logarithm = np.asarray(
        generated.log_horizon(array(samples), moderate(name), **QUANTITIES), float
    )
    assert (status[:1] == 0).all()
    assert (horizon[status == 0] == 0).all()
    assert (logarithm[status == 0] == -np.inf).all()
    assert np.isfinite(logarithm[status == 1]).all()
    assert (horizon[status == 2] == np.inf).all()
    assert (logarithm[status == 2] == np.inf).all()


def test_the_three_statuses_in_one_array() -> None:
    for backend in BACKENDS:
        found = functions("floor", backend).status(
            get_backend(backend).array([1.0, 20.0, 1000.0]), {"tau": 3.0}, **QUANTITIES
        )
        assert np.asarray(found, float).tolist() == [0, 1, 2]


SHAPES = {
    "scalars": ((), (), (), ()),
    "one array": ((4,), (), (), ()),
    "the cost alone": ((), (4,), (), ()),
    "a parameter alone": ((), (), (), (4,)),
    "outer product": ((3, 1), (), (1, 4), ()),
    "all": ((2, 1, 1), (3, 1), (4,), (2, 3, 4)),
    "empty": ((0,), (), (), ()),
    "empty against a column": ((0,), (3, 1), (), ()),
}


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("name", ALL_LAWS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_arguments_broadcast(backend: str, name: str, shapes: str) -> None:
    array = get_backend(backend).array
    generated, own = functions(name, backend), dict(moderate(name))

    def of_shape(shape: tuple[int, ...], low: float) -> Any:
        size = int(np.prod(shape))
        return array([low + n / 7 for n in range(size)]).reshape(shape) if shape else low

    parts = SHAPES[shapes]
    samples, cost, kappa = (
        of_shape(shape, low) for shape, low in zip(parts, (60.0, 2.0, 3.0), strict=False)
    )
    first = next(iter(own))
    own[first] = of_shape(parts[3], own[first])
    wanted = np.broadcast_shapes(*parts)
    lag = of_shape(parts[0], start(name) + 2.0)
    if name == "starts_at_tau":
        lag = lag + 10.0
    results = [
        getattr(generated, what)(samples, own, cost=cost, kappa=kappa)
        for what in ("status", "horizon", "log_horizon")
    ]
    results.append(generated.sample_size(lag, own, cost=cost, kappa=kappa))
    assert [np.shape(result) for result in results] == [wanted] * 4
    assert np.shape(generated.envelope(lag, own)) == np.broadcast_shapes(parts[0], parts[3])
    for index in list(np.ndindex(wanted))[-1:]:
        at = [
            np.broadcast_to(np.asarray(part, float), wanted)[index].item()
            for part in (samples, cost, kappa, own[first])
        ]
        single = generated.log_horizon(at[0], {**own, first: at[3]}, cost=at[1], kappa=at[2])
        assert float(results[2][index] if wanted else results[2]) == pytest.approx(
            float(single), rel=1e-14, abs=1e-14
        )


@pytest.mark.parametrize("name", ALL_LAWS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_integers_are_numbers(backend: str, name: str) -> None:
    generated, own = functions(name, backend), {s.name: 1 for s in ALL_LAWS[name].parameters}
    for samples, cost, kappa in ((1000, 2, 3), (np.int64(1000), np.int32(2), 3)):
        by_integer = generated.horizon(samples, own, cost=cost, kappa=kappa)
        assert by_integer == generated.horizon(
            1000.0, {key: 1.0 for key in own}, cost=2.0, kappa=3.0
        )


@pytest.mark.parametrize("name", ALL_LAWS)
def test_float32_in_float32_out(name: str) -> None:
    samples = 2 * samples_for(name, start(name) + 2.7)
    exact = functions(name, "numpy").log_horizon(samples, moderate(name), **QUANTITIES)
    single = {"numpy": np.array([samples], "f4"), "torch": torch.tensor([samples])}
    for backend, array in single.items():
        generated = functions(name, backend)
        for what in ("status", "horizon", "log_horizon"):
            found = getattr(generated, what)(array, moderate(name), **QUANTITIES)
            assert found.dtype == array.dtype
        assert float(found[0]) == pytest.approx(float(exact), rel=1e-4, abs=1e-4)  # ln H
        lag = array * 0 + start(name) + 1
        assert generated.envelope(lag, moderate(name)).dtype == array.dtype
        assert generated.sample_size(lag, moderate(name), **QUANTITIES).dtype == array.dtype


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_numbers_alone_take_double_precision(backend: str) -> None:
    found = functions("exponential", backend).horizon(
        1e300, {"b": 0.5, "c": 1.0}, cost=1.0, kappa=2.0
    )
    assert str(found.dtype).endswith("float64")
    assert float(found) == pytest.approx(300 * np.log(10), rel=1e-15)


@pytest.mark.parametrize("name", ALL_LAWS)
def test_shapes_on_the_meta_device(name: str) -> None:
    generated = functions(name, "torch")
    meta = {key: torch.empty(3, 1, device="meta") for key in moderate(name)}
    samples = torch.empty(4, device="meta")
    for what in ("status", "horizon", "log_horizon"):
        found = getattr(generated, what)(samples, meta, **QUANTITIES)
        assert found.device.type == "meta"
        assert found.shape == (3, 4)


@pytest.mark.parametrize("name", ALL_LAWS)
@given(seed=st.integers(0, 2**16))
def test_torch_says_what_numpy_says(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = 200
    own = {key: value * np.exp(rng.uniform(-1, 1, size)) for key, value in moderate(name).items()}
    samples, cost = 10 ** rng.uniform(-2, 12, size), np.exp(rng.uniform(-1, 1, size))
    kappa = rng.uniform(1, 6, size)
    lag = rng.uniform(3, 50, size)
    tensors = {key: torch.as_tensor(value) for key, value in own.items()}
    by_numpy, by_torch = functions(name, "numpy"), functions(name, "torch")
    asked: list[tuple[str, Any, dict[str, Any]]] = [
        (what, samples, {"cost": cost, "kappa": kappa})
        for what in ("status", "horizon", "log_horizon")
    ]
    asked += [("envelope", lag, {}), ("sample_size", lag, {"cost": cost, "kappa": kappa})]
    if name in DECAYING:
        asked.append(("local_exponent", np.log(lag), {"kappa": kappa}))
    for what, first, others in asked:
        one = getattr(by_numpy, what)(first, own, **others)
        other = getattr(by_torch, what)(
            torch.as_tensor(first), tensors, **{k: torch.as_tensor(v) for k, v in others.items()}
        )
        # The logarithm of a sample size may reach 700, with as many roundings.
        rounding = 1e-12 if what == "sample_size" else 1e-13
        assert other.numpy() == pytest.approx(one, rel=rounding, abs=1e-13)
