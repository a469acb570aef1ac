"""``longlag experiment``: what it prints, how it ends, and what two interruptions do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from longlag.cli import app
from longlag.numerics.experiments import EXPERIMENTS, Choice, Experiment, begin_run
from longlag.numerics.experiments.table import read_table
from longlag.theory.errors import LonglagError
from tests.numerics.experiments.conftest import tiny

__all__ = ["tiny"]

runner = CliRunner()


def run(*arguments: object, code: int = 0) -> str:
    result = runner.invoke(app, ["experiment", *map(str, arguments)], env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output
    return result.output


def test_the_list_names_every_experiment() -> None:
    output = run("list")
    assert all(name in output for name in EXPERIMENTS)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_show_prints_the_defects_and_the_first_run_as_it_is_declared(name: str) -> None:
    output = run("show", name)
    assert EXPERIMENTS[name].source in output
    assert all(defect in output for defect in EXPERIMENTS[name].defects)
    assert '"seed"' in output


def test_run_status_and_compare(tmp_path: Path, tiny: Experiment) -> None:
    for name in ("a", "b"):
        output = run("run", "tiny", "--seeds", 1, "--output", tmp_path / name, "--processes", 1)
        assert "3 done" in output
    states = json.loads(run("status", tmp_path / "a", "--json"))
    assert [one["state"] for one in states] == ["done"] * 3
    assert "diag_gate" in run("status", tmp_path / "a")
    table = run("compare", tmp_path / "a", tmp_path / "b" / "results.parquet")
    loss = next(line for line in table.splitlines() if " loss " in line and "probe" not in line)
    cells = [cell.strip() for cell in loss.split("│")[1:-1]]
    assert cells == ["loss", "60", "60", "0", "0", "0"]
    run("export", tmp_path / "a", tmp_path / "out.csv.xz", "--thin", 10)
    rows, about = read_table(tmp_path / "out.csv.xz")
    assert about["command"] == "longlag experiment run tiny --size smoke --seeds 1 -o FOLDER"
    assert not any(str(tmp_path) in str(value) for value in about.values())
    assert sum(row["quantity"] == "loss" for row in rows) == 3 * 2


def test_a_key_of_every_run_can_be_set(tmp_path: Path, tiny: Experiment) -> None:
    given = ("--set", "updates=12", "--set", "measured_at=[0, 12]", "--set", "optimiser=SGD")
    run("run", "tiny", "--seeds", 1, "-o", tmp_path / "a", "--processes", 1, *given)
    states = json.loads(run("status", tmp_path / "a", "--json"))
    assert {(one["of"], one["optimiser"]) for one in states} == {(12, "SGD")}
    assert "3 done" in run("resume", tmp_path / "a")


def test_resume_goes_on_where_a_run_was_stopped(tmp_path: Path, tiny: Experiment) -> None:
    begin_run(tmp_path / "run", tiny, Choice(seeds=1))
    assert "3 done" in run("resume", tmp_path / "run", "--processes", 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "anisotrpy", "-o", "x"], "did you mean 'anisotropy'"),
        (["run", "anisotropy", "-o", "x", "--size", "huge"], "choose smoke, small or full"),
        (["run", "anisotropy", "-o", "x", "--seeds", "0"], "seeds 0"),
        (["run", "anisotropy", "-o", "x", "--processes", "0"], "--processes 0"),
        (
            ["run", "anisotropy", "-o", "x", "--processes", "2", "--scheduler", "tcp://a:1"],
            "leave one of them out",
        ),
        (["run", "anisotropy", "-o", "x", "--set", "update=5"], "did you mean 'updates'"),
        (["run", "anisotropy", "-o", "x", "--set", "updates"], "KEY=VALUE"),
        (["run", "anisotropy", "-o", "x", "--set", "size=4", "--set", "size=5"], "set twice"),
        (["run", "anisotropy", "-o", "x", "--set", "size=small"], "size: 'small': it is an int"),
        (["run", "crossed", "-o", "x", "--published"], "no published version"),
        (["resume", "nowhere"], "holds no experiment"),
        (["status", "nowhere"], "holds no experiment"),
        (["show", "gate_profile"], "did you mean 'gate_profiles'"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_written(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LonglagError, match=message):
        runner.invoke(app, ["experiment", *arguments], catch_exceptions=False)
    assert not list(tmp_path.iterdir())


def start(folder: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "longlag", "experiment", "run", "gate_profiles"]
    process = subprocess.Popen(
        [*command, "--output", folder, "--size", "small", "--seeds", "1", "--processes", "2"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not list(folder.glob("units/*/checkpoint.safetensors")):
        time.sleep(0.1)
    return process


@pytest.mark.slow
def test_one_interruption_saves_and_stops(tmp_path: Path) -> None:
    process = start(tmp_path / "run")
    # As a terminal does: to every process of the group.
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert "Ctrl-C again" in errors
    assert "longlag experiment resume" in output
    assert process.returncode == 130
    states = json.loads(run("status", tmp_path / "run", "--json"))
    assert {one["state"] for one in states} <= {"stopped", "waiting"}
    assert any(one["done"] > 0 for one in states)


@pytest.mark.slow
def test_two_interruptions_stop_at_once_and_lose_no_checkpoint(tmp_path: Path) -> None:
    process = start(tmp_path / "run")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == 130
    states = json.loads(run("status", tmp_path / "run", "--json"))
    assert all(one["state"] != "failed" for one in states)
    assert any(one["done"] > 0 for one in states)
