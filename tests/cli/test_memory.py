"""``longlag memory`` as a user sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from longlag.numerics.memory.flow import exit_time
from longlag.numerics.memory.integrals import mass
from longlag.theory.memory import KERNELS
from tests.cli.test_commands import run

DELAYED = ("memory", "delayed", "--set", "a=1", "--set", "b=1", "--set", "c=1", "--set", "s=1",
           "--set", "omega=0.25", "--most", "4", "--terms", "1,2")  # fmt: skip


def results(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(*arguments, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_numbers_are_those_of_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    found = results(capsys, *DELAYED)
    kernel = KERNELS["delayed"].at({"a": 1, "b": 1, "c": 1, "s": 1, "omega": 0.25})
    assert found["mass"] == mass(kernel)
    assert found["exit_time"] == pytest.approx(
        exit_time(kernel, [0.5, 0.5], [1.05, 0.95], 0.3), rel=1e-6
    )
    assert found["predicted_exit_time"] == pytest.approx(found["exit_time"], rel=0.5)
    errors = [one["l1_error"] for one in found["sums"]]
    assert errors == sorted(errors, reverse=True)
    assert found["needed"] is None


def test_a_typed_kernel_is_the_registered_one(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--set", "c=1", "--set", "tau=2", "--set", "omega=1", "--terms", "3", "--most", "8")
    registered = results(capsys, "memory", "polynomial", *options)
    typed = results(capsys, "memory", "c*(1+t/tau)**(-1-omega)", *options)
    assert typed["mass"] == pytest.approx(registered["mass"], rel=1e-9)
    assert typed["exit_time"] == pytest.approx(registered["exit_time"], rel=1e-4)
    assert registered["needed"]["terms"] <= 8
    assert registered["needed"]["smallest_rate"] > 0


def test_the_text_names_what_each_number_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*DELAYED) == 0
    shown = capsys.readouterr().out
    assert "relative L1 error 0.01: not with 4 terms" in shown
    assert "plateau law omega^2 e^(w/omega)/(2 a Lambda)" in shown
    assert run(*DELAYED, "--until", "0.01") == 0
    assert "still within 0.3 of its start at time 0.01" in capsys.readouterr().out


def test_a_figure_is_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plot = tmp_path / "out.png"
    assert run(*DELAYED, "--plot", str(plot)) == 0
    assert plot.stat().st_size > 5000
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]
    capsys.readouterr()


BAD = {
    "diverges": (("1/(1+t)",), "integrable"),
    "grows": (("exp(t)",), "integrable"),
    "omega": (("polynomial", "--set", "c=1", "--set", "tau=1", "--set", "omega=0"), "(0, ∞)"),
    "no number": (("polynomial", "--set", "c=1"), "omega"),
    "unknown": (("exp(-t)", "--set", "q=1"), "remove it"),
    "no time": (("exp(-1)",), "written t"),
    "code": (("__import__('os')",), "underscore"),
    "rate": (("exp(-t)", "--start", "1;0"), "rate"),
    "pairs": (("exp(-t)", "--start", "1,2;1"), "as many"),
    "delta": (("exp(-t)", "--delta", "0"), "delta"),
    "terms": (("exp(-t)", "--terms", "0"), "exponentials"),
    "error": (("exp(-t)", "--error", "2"), "between 0 and 1"),
    "plot": (("exp(-t)", "--plot", "x.txt"), ".svg"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gives_one_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, told = BAD[name]
    assert run("memory", "--most", "2", *arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert told in printed.err
    assert list(tmp_path.iterdir()) == []
