"""What a user does first with arrays, networks and the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from longlag.numerics import BACKENDS, generate, measure_transport
from longlag.numerics.memory.approximation import terms_needed
from longlag.numerics.memory.flow import exit_time
from longlag.numerics.stable import pdf, sample
from longlag.numerics.tail import noise_report
from longlag.theory import LAWS
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.memory import KERNELS


@pytest.mark.parametrize("backend", [*BACKENDS, "compiled"])
def test_functions_of_a_cell(backend: str) -> None:
    assert generate(CELLS["gru"], backend).source


@pytest.mark.parametrize("module", [torch.nn.RNN, torch.nn.GRU, torch.nn.LSTM])
def test_a_module_is_measured(module: Any) -> None:
    torch.manual_seed(0)
    report = measure_transport(module(1, 4), torch.randn(20, 1), max_lag=8)
    assert torch.isfinite(report.exact).all()
    assert report.plot().axes


def test_windows_of_arrays() -> None:
    window = generate(LAWS["polynomial"], "numpy")
    samples = np.array([1e3, 1e6])
    found = window.horizon(samples, {"b": 0.5, "c": 1.0}, cost=2.0, kappa=3.0)
    assert (np.diff(found) > 0).all()


def test_sums_of_exponentials_and_flows() -> None:
    kernel = KERNELS["polynomial"].at({"c": 1, "tau": 1, "omega": 1})
    assert terms_needed(kernel, 0.05).terms > 0
    delayed = KERNELS["delayed"].at({"a": 1, "b": 1, "c": 1, "s": 1, "omega": 0.5})
    assert exit_time(delayed, [0.5, 0.5], [1.05, 0.95], 0.3) == pytest.approx(0.1946, abs=1e-3)


def test_stable_noise() -> None:
    draws = sample(1.5, 2000, np.random.default_rng(0))
    assert noise_report(draws, seed=0, replicates=400).estimates
    assert pdf(np.array([0.0]), 1.5)[0] > 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("derive", "leaky", "--format", "html", "-o", "leaky.html"),
        ("check", "plain", "--examples", "1"),
        ("law", "exp(-ell/t)"),
        (
            "horizon",
            "exponential",
            "--set",
            "b=1",
            "--set",
            "c=1",
            "--samples",
            "1e6",
            "--kappa",
            "2",
        ),
    ],
    ids=lambda arguments: arguments[0],
)
def test_the_command_line(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "longlag", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
