"""Generated functions are made once in a process, and their text once on a machine."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sympy import Function, Interval, tanh

from longlag.kept import CACHE_VARIABLE
from longlag.numerics import generate
from longlag.numerics.codegen.cache import identity, kept_text
from longlag.theory import LAWS, Cell, drive, parameter, recurrent, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.transport.jacobian import jacobian

h = state("h")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    return tmp_path


def never() -> str:
    raise AssertionError("this text is kept, and is not to be derived")


@pytest.mark.parametrize("backend", ["torch", "numpy", "mpmath", "compiled"])
def test_a_second_call_costs_nothing(backend: str) -> None:
    first = generate(CELLS["gru"], backend)
    start = time.perf_counter()
    again = generate(CELLS["gru"], backend)
    assert time.perf_counter() - start < 1e-3
    assert again is first


def test_a_law_is_generated_once_too() -> None:
    assert generate(LAWS["polynomial"], "numpy") is generate(LAWS["polynomial"], "numpy")


def test_a_jacobian_that_is_given_is_printed_as_it_stands() -> None:
    found = jacobian(CELLS["leaky"])
    assert generate(found, "numpy") is not generate(found, "numpy")
    assert generate(found, "numpy").source == generate(CELLS["leaky"], "numpy").source


def test_a_text_is_read_from_the_folder_and_is_the_same(folder: Path) -> None:
    assert kept_text(CELLS["gru"], "numpy", lambda: "derived") == "derived"
    assert kept_text(CELLS["gru"], "numpy", never) == "derived"
    with pytest.raises(AssertionError):
        kept_text(CELLS["lstm"], "numpy", never)
    with pytest.raises(AssertionError):
        kept_text(CELLS["gru"], "torch", never)


@pytest.mark.parametrize("content", ["", "no digest\nderived", "\xff", "0" * 64 + "\nother"])
def test_a_damaged_file_counts_as_missing(folder: Path, content: str) -> None:
    kept_text(CELLS["gru"], "numpy", lambda: "derived")
    (path,) = folder.iterdir()
    path.write_bytes(content.encode("latin-1"))
    assert kept_text(CELLS["gru"], "numpy", lambda: "again") == "again"
    assert kept_text(CELLS["gru"], "numpy", never) == "again"


def test_a_folder_that_cannot_be_used_costs_time_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file" / "below"))
    assert kept_text(CELLS["gru"], "numpy", lambda: "derived") == "derived"


def test_cells_of_one_name_are_told_apart() -> None:
    def leaky(low: int, name: str = "leak", factor: int = 1) -> Cell:
        alpha = parameter("alpha", Interval.open(low, 1))
        kept = factor * alpha * h
        return Cell(name, {h: kept + tanh(recurrent("n", h) + drive("n"))})

    cells = [leaky(0), leaky(-1), leaky(0, factor=2), leaky(0, name="other"), CELLS["gru"]]
    assert len({identity(cell) for cell in cells}) == len(cells)
    assert identity(leaky(0)) == identity(leaky(0))


def test_functions_of_a_user_are_never_kept(folder: Path) -> None:
    class squash(Function):  # noqa: N801  (a user's own spelling)
        def fdiff(self, argindex: int = 1) -> object:
            return 1 - squash(self.args[0]) ** 2

    cell = Cell("own", {h: squash(recurrent("n", h))}, allow_nondifferentiable=True)
    assert identity(cell) is None
    assert kept_text(cell, "numpy", lambda: "derived") == "derived"
    assert not list(folder.iterdir())


def test_another_process_reads_what_this_one_kept(folder: Path) -> None:
    code = (
        "from longlag.numerics import generate; from longlag.theory import CELLS;"
        "generate.__globals__['module_source'] = lambda *_: exit('derived again');"
        "generate(CELLS['gru'], 'numpy').step"
    )
    kept_text(CELLS["gru"], "numpy", lambda: generate(jacobian(CELLS["gru"]), "numpy").source)
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
