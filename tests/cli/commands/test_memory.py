"""``longlag memory`` as a user sees it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from longlag.numerics.memory.flow import exit_time
from longlag.numerics.memory.integrals import mass
from longlag.theory.memory import KERNELS
from tests.cli.commands.test_commands import run

DELAYED = (
    "memory",
    "delayed",
    "--set",
    "a=1",
    "--set",
    "b=1",
    "--set",
    "c=1",
    "--set",
    "s=1",
    "--set",
    "omega=0.25",
    "--most",
    "4",
    "--terms",
    "1,2",
)


def results(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    arguments = arguments if "--json" in arguments else (*arguments, "--json")
    assert run(*arguments) == 0
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


def test_a_kernel_whose_square_diverges_is_approximated_and_not_trained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = results(capsys, "memory", "t**(-1/2)*exp(-t)", "--terms", "2", "--most", "2")
    assert found["energy"] is None
    assert found["flow"] is None
    assert found["mass"] == pytest.approx(3.141592653589793**0.5, rel=1e-9)
    assert 0 < found["sums"][0]["l1_error"] < 0.3


def test_the_law_is_told_only_of_starts_that_it_is_about(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for start in ("1,0;1,0.2", "1,-0.5;1,1.5"):
        assert results(capsys, *DELAYED, "--start", start)["predicted_exit_time"] is None


def test_fewer_terms_of_the_table_count_for_the_error(capsys: pytest.CaptureFixture[str]) -> None:
    found = results(capsys, "memory", "airy", "--terms", "20", "--most", "20")
    assert found["sums"][0]["l1_error"] <= 0.01
    assert found["needed"]["terms"] <= 20


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
    "late": (("exp(-t)+exp(-(t-3000)**2)",), "too late or too narrow"),
    "tiny": (("1e-200*exp(-t)",), "scale it"),
    "far start": (("exp(-t)", "--start", "1e150;1"), "overflow"),
    "nan": (("exp(-t)", "--delta", "nan"), "positive and finite"),
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


@pytest.mark.parametrize("kernel", ["-exp(-t)", "-t*exp(-t)", "-1/(1+t)**2", "-(exp(-t))"])
def test_a_kernel_that_begins_with_a_minus(kernel: str, capsys: pytest.CaptureFixture[str]) -> None:
    few = ("--terms", "1", "--most", "1", "--error", "0.9")
    assert run("memory", *few, kernel) == 2
    told = capsys.readouterr().err
    assert f"stands last, after --: longlag memory … -- '{kernel}'" in told
    found = results(capsys, "memory", *few, "--json", "--", kernel)
    assert found["mass"] == pytest.approx(1, rel=1e-11)


def test_another_unknown_option_is_not_taken_for_a_formula(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("memory", "exp(-t)", "--foo") == 2
    assert "minus" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kernel", "mass_"),
    [
        ("exp(-t)*(1-cos(t))", 0.5),
        ("(exp(-t)-exp(-2*t))/t", math.log(2)),
        ("log(1+1/t**2)", math.pi),
        ("sin(t)**2/t**2", math.pi / 2),
    ],
)
def test_hard_kernels_are_studied_to_the_end(
    kernel: str, mass_: float, capsys: pytest.CaptureFixture[str]
) -> None:
    found = results(capsys, "memory", kernel, "--terms", "1", "--most", "1", "--error", "0.9")
    assert found["mass"] == pytest.approx(mass_, rel=1e-8)
    assert found["needed"]["terms"] == 1
    assert found["exit_time"] > 0
