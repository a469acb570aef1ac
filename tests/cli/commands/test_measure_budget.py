"""``longlag measure`` within a budget and along a stream, as a user sees it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.cli.commands.test_commands import run

COMMON = ("measure", "gru.pt", "--input", "x.npy", "--max-lag", "8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the weights of a GRU and inputs of 6000 steps."""
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    torch.save(nn.GRU(1, 4).state_dict(), "gru.pt")
    x = np.random.default_rng(0).normal(size=6000)
    np.save("x.npy", x)
    np.save("two.npy", np.stack([x, 2 * x])[..., None])
    x[5000] = np.nan
    np.save("nan.npy", x)
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(*arguments) == 0
    return capsys.readouterr().out


def test_a_stream_prints_the_numbers_of_the_whole_input(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for more in ((), ("--input", "two.npy", "--batch-first")):
        whole = json.loads(printed(capsys, *COMMON, *more, "--json"))
        found = json.loads(printed(capsys, *COMMON, *more, "--stream", "--json"))
        # In float32 the drives of a block are rounded otherwise than those of the whole.
        assert found["exact"] == pytest.approx(whole["exact"], rel=1e-4)
        assert found["provenance"]["steps"] == 6000
    assert set(found["intervals"]["half_width"]) == {
        "zeroth", "first_order", "exact", "frobenius", "remainder_bound"
    }  # fmt: skip
    table = printed(capsys, *COMMON, "--stream")
    assert re.search(r"lag +exact +\+- +1st order", table)
    assert "+-: half of a 95% interval of the column before (Student, means of" in table


def test_a_budget_draws_blocks_and_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = printed(capsys, *COMMON, "--precision", "0.6", "--seed", "3")
    assert re.search(r"\d+ of 65 blocks of anchors, precise enough", table)
    assert "drawn without replacement; of the mean over all of them, seed 3" in table
    found = json.loads(printed(capsys, *COMMON, "--seconds", "0.001", "--json"))
    assert "time used" in found["provenance"]["coverage"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--seconds", "0"), "seconds 0.0: a budget is time to measure in"),
        (("--seconds", "-1"), "seconds -1.0: a budget is time to measure in"),
        (("--precision", "0"), "precision 0.0: it is half the width"),
        (("--stream", "--input", "nan.npy"), "the input at step 5000: it holds NaN"),
        (("--seed", "1"), "--seed 1: blocks are drawn within --seconds"),
        (("--stream", "--seconds", "1", "--seed", "1"), "--seed 1: blocks are drawn"),
        (("--stream", "--split", "leak"), "--split leak: it compares"),
        (("--stream", "--reverse"), "--reverse beside --stream"),
        (("--stream", "--max-lag", "6001"), "max_lag 6001: 6000 steps"),
    ],
)
def test_bad_budgets_and_streams_are_refused_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], told: str
) -> None:
    assert run(*COMMON, *more) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def interrupted(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What a process says once it is interrupted; Python drops an interrupt within a destructor."""
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=60)
    raise AssertionError("two interrupts were not heard")


def test_ctrl_c_prints_what_is_known_and_leaves_with_its_status(folder: Path) -> None:
    np.save("long.npy", np.random.default_rng(0).normal(size=2_000_000))
    arguments = [*COMMON, "--input", "long.npy", "--stream"]
    process = subprocess.Popen(
        [sys.executable, "-m", "longlag", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    assert process.stderr is not None
    # The cost is told after two segments.
    told = process.stderr.readline()
    assert re.match(r"this takes about [\d.]+ (h|min|s) and [\d.]+ MiB", told)
    time.sleep(0.2)
    out, error = interrupted(process)
    assert process.returncode == 130
    assert re.search(r"those of the first \d+ steps, interrupted", out)
    assert error == "longlag: interrupted\n"
