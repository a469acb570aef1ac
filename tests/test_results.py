"""What derivations and measurements return: what they say of themselves, and where they may go."""

from __future__ import annotations

import inspect
import json
import pickle
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import pytest
import torch
from sympy import Rational, S, Symbol

from longlag.theory import (
    CELLS,
    LAWS,
    LonglagError,
    effective_learning_rates,
    jacobian,
    learnability_window,
    solve_horizon,
    transport,
)


@cache
def measured() -> Any:
    from longlag.numerics import measure_transport

    torch.manual_seed(0)
    return measure_transport(torch.nn.GRU(1, 6), torch.randn(60, 8, 1), max_lag=16, per_anchor=True)


def _drawn() -> Any:
    from longlag.numerics import measure_transport

    torch.manual_seed(0)
    x = torch.randn(400, 2, 1)
    return measure_transport(torch.nn.GRU(1, 4), x, max_lag=8, precision=0.5)


def _splits() -> Any:
    from longlag.numerics import measure_splits

    torch.manual_seed(0)
    return measure_splits(torch.nn.GRU(1, 4), torch.randn(30, 2, 1), max_lag=8)


def _signal() -> Any:
    from longlag.numerics import bind, measure_signal

    torch.manual_seed(0)
    x, y = torch.randn(2, 12, 512, 1).double()
    bound = bind(torch.nn.GRU(1, 1).double())
    loss = torch.nn.functional.mse_loss
    return measure_signal(bound, x, y, [1, 2], loss=loss, replicates=100, alpha=2.0, seed=0)


def _noise() -> Any:
    from longlag.numerics.tail import noise_report

    data = np.random.default_rng(0).standard_t(3, size=1000)
    return noise_report(data, seed=0, replicates=400)


def _kappas() -> Any:
    from longlag.numerics.detection import kappa_table

    return kappa_table(("mean",), (2.0,), sizes=(16, 32, 64, 128), replicates=400, seed=0)


def _study_of_a_spectrum() -> Any:
    from longlag.numerics.spectra.study import study_spectrum
    from longlag.theory.spectra import SPECTRA

    numbers = {"b": 2.0, "theta": 0.1}
    return study_spectrum(SPECTRA["gamma_rates"], numbers, samples=1e4, cost=1.0, kappa=2.0)


def _fit_of_a_spectrum() -> Any:
    from longlag.numerics.spectra.fit import fit_spectrum

    return fit_spectrum(np.random.default_rng(0).gamma(2, 10, size=120), replicates=20)


def _memory() -> Any:
    from longlag.numerics.memory.study import study_memory
    from longlag.theory.memory import KERNELS

    kernel = KERNELS["exponential"].at({"a": 1, "b": 1})
    return study_memory(
        kernel, [1, 2], error=0.1, most=4, oscillating=False, amplitudes=[0.5], rates=[1.05],
        delta=0.3, until=1e3,
    )  # fmt: skip


def _stability() -> Any:
    from longlag.numerics.stability.study import study_stability

    return study_stability(CELLS["gru"], {}, gain=1.0, neurons=24, draws=2, seed=0)


def _verdict() -> Any:
    from longlag.theory.statement import Kind, Relation
    from longlag.theory.verify import verify

    x = Symbol("x", real=True)
    return verify(Relation(Kind.IDENTITY, (x + 1) ** 2, x**2 + 2 * x + 1, {x: S.Reals}))


def _of_theory(path: str, name: str) -> Callable[[], Any]:
    return lambda: getattr(import_module(f"longlag.theory.{path}"), name)


def _requirement() -> Any:
    from longlag.theory.descent import Problem, requirement

    return requirement(
        Problem(steps=100, samples=1000, dimension=8, alpha=0.9, delta=0.05, epsilon=0.1)
    )


def _generated(what: Any, backend: str) -> Any:
    from longlag.numerics import generate

    return generate(what, backend)


def _window() -> Any:
    values = {"c": 1, "b": Rational(1, 2)}
    return solve_horizon(LAWS["polynomial"], values, samples=10**6, cost=1, kappa=2)


#: Name ↦ what makes it, and the longest that its first line may be.
MADE: dict[str, Callable[[], Any]] = {
    "cells": lambda: CELLS,
    "cell": lambda: CELLS["gru"],
    "law": lambda: LAWS["polynomial"],
    "jacobian": lambda: jacobian(CELLS["gru"]),
    "transport": lambda: transport(CELLS["gru"], 2),
    "rates": lambda: effective_learning_rates(CELLS["gru"]),
    "window": lambda: learnability_window(LAWS["polynomial"]),
    "horizon": _window,
    "kernel": _of_theory("memory.kernels.exponential", "exponential"),
    "estimator": _of_theory("estimators", "mean"),
    "spectrum": _of_theory("spectra", "gamma_rates"),
    "requirement": _requirement,
    "problem": lambda: _requirement().problem,
    "activation": lambda: _requirement().problem.certified,
    "verdict": _verdict,
    "functions of a cell": lambda: _generated(CELLS["gru"], "numpy"),
    "compiled functions": lambda: _generated(CELLS["gru"], "compiled"),
    "functions of a law": lambda: _generated(LAWS["polynomial"], "numpy"),
    "measurement": measured,
    "drawn measurement": _drawn,
    "measured window": lambda: measured().window(samples=1e3, cost=1, kappa=2),
    "fit": lambda: measured().fit(replicates=40),
    "splits": _splits,
    "signal": _signal,
    "noise": _noise,
    "kappas": _kappas,
    "spectrum of a law": _study_of_a_spectrum,
    "fitted spectrum": _fit_of_a_spectrum,
    "memory": _memory,
    "stability": _stability,
}
#: With a table of numbers.
TABLES = (
    "measurement", "drawn measurement", "fit", "splits", "signal", "noise", "kappas",
    "spectrum of a law", "fitted spectrum", "memory", "stability",
)  # fmt: skip
#: With numbers for JSON, and with a figure.
PLAIN = (*TABLES, "verdict", "horizon")
DRAWN = tuple(name for name in TABLES if name not in ("stability", "kappas"))
_LONGEST = 400


@cache
def made(name: str) -> Any:
    return MADE[name]()


@pytest.mark.parametrize("name", MADE)
def test_what_it_says_of_itself_is_short_and_names_what_it_has(name: str) -> None:
    result = made(name)
    told = repr(result)
    assert all(len(line) <= _LONGEST for line in told.splitlines()) or name == "cells"
    assert "object at 0x" not in told
    assert "tensor(" not in told
    asked = told.rpartition("ask ")[2].rstrip(">").split(", ") if "ask ." in told else []
    for member in asked:
        assert hasattr(result, member.lstrip(".").partition("(")[0]), member


@pytest.mark.parametrize("name", MADE)
def test_it_is_sent_and_comes_back(name: str) -> None:
    result = made(name)
    assert repr(pickle.loads(pickle.dumps(result))) == repr(result)


def test_functions_that_were_sent_give_the_same_numbers() -> None:
    numbers = {"c": 1.0, "b": 0.5}
    functions = made("functions of a law")
    again = pickle.loads(pickle.dumps(functions))
    lags = np.arange(1.0, 9)
    assert np.array_equal(again.envelope(lags, numbers), functions.envelope(lags, numbers))


@pytest.mark.parametrize("name", PLAIN)
def test_json_takes_its_numbers(name: str) -> None:
    numbers = made(name).to_dict()
    assert json.loads(json.dumps(numbers, allow_nan=False))


@pytest.mark.parametrize("name", TABLES)
def test_its_table_has_a_row_for_each_case(name: str) -> None:
    table = made(name).to_frame()
    assert len(table) > 0
    assert len(set(table.columns)) == len(table.columns)
    assert not table[table.columns[0]].isna().any()


def test_the_table_of_a_measurement_holds_its_envelopes_and_what_they_depend_on() -> None:
    report, table = measured(), measured().to_frame()
    assert table["lag"].tolist() == report.lags.tolist()
    for name in report.readings:
        assert table[f"envelope_{name}"].tolist() == report.neuron_mean(name).tolist()
    assert table.attrs["cell"] == "gru"
    assert "half_exact" in made("drawn measurement").to_frame()


@pytest.mark.parametrize("name", DRAWN)
def test_it_draws_itself(name: str) -> None:
    figure = made(name).plot()
    assert figure.axes
    figure.canvas.draw()


def test_without_pandas_one_learns_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(LonglagError, match=r"pip install 'longlag\[frames\]'"):
        measured().to_frame()


def _public() -> list[tuple[str, Any]]:
    """Every public function with arguments."""
    from tests.test_public_names import PUBLIC

    found = {}
    for path in PUBLIC:
        module = import_module(path)
        for name in module.__all__:
            item = getattr(module, name)
            if inspect.isfunction(item) and inspect.signature(item).parameters:
                found[f"{path}.{name}"] = item
    return sorted(found.items())


@pytest.mark.parametrize(("name", "function"), _public())
def test_help_says_each_argument(name: str, function: Any) -> None:
    told = inspect.getdoc(function) or ""
    missing = [
        argument
        for argument in inspect.signature(function).parameters
        if f"{argument}:" not in told and f"{argument}, " not in told
    ]
    assert not missing
