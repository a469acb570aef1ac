"""A user's file runs as a script does, with its neighbours, or as a module of its package."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from longlag.cli.reading.objects import load_object
from longlag.theory import LonglagError

CELL = "from longlag.theory import Cell, state\nh = state('h')\nhalf = Cell('half', {h: h / 2})\n"


@pytest.fixture(autouse=True)
def imported() -> Iterator[None]:
    """Forget afterwards what the files of a test imported."""
    before, path = set(sys.modules), list(sys.path)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_neighbours_of_a_file_are_found(tmp_path: Path) -> None:
    (tmp_path / "neighbour_cells.py").write_text(CELL)
    mine = tmp_path / "mine.py"
    mine.write_text(
        "from neighbour_cells import half\n"
        "def later():\n"
        "    import neighbour_cells\n"
        "    return neighbour_cells.half\n"
    )
    half = load_object(f"{mine}:half")
    assert half.name == "half"
    assert load_object(f"{mine}:later")() is half


def test_a_file_of_a_package_imports_relatively(tmp_path: Path) -> None:
    inner = tmp_path / "outer_models" / "inner"
    inner.mkdir(parents=True)
    for folder in (inner.parent, inner):
        (folder / "__init__.py").write_text("")
    (inner.parent / "cells.py").write_text(CELL)
    (inner / "mine.py").write_text("from ..cells import half\nown = half\n")
    assert load_object(f"{inner / 'mine.py'}:own").name == "half"
    assert sys.modules["outer_models.inner.mine"].own is sys.modules["outer_models.cells"].half


def test_a_file_that_changed_runs_again(tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    for number in (1, 22):
        mine.write_text(f"number = {number}\n")
        assert load_object(f"{mine}:number") == number


def test_an_error_in_a_neighbour_is_told_at_its_import(tmp_path: Path) -> None:
    (tmp_path / "broken_neighbour.py").write_text("1 / 0\n")
    mine = tmp_path / "mine.py"
    mine.write_text("x = 1\nimport broken_neighbour\n")
    with pytest.raises(LonglagError, match=r"mine\.py, line 2: ZeroDivisionError") as caught:
        load_object(f"{mine}:x")
    assert "\n" not in str(caught.value)
    mine.write_text("import no_such_neighbour\n")
    with pytest.raises(LonglagError, match="line 1: ModuleNotFoundError"):
        load_object(f"{mine}:x")


def test_the_delay_of_a_sum_says_what_to_write(tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text(CELL + "late = (h + 1).delay(2)\n")
    with pytest.raises(LonglagError, match=r"line 4: AttributeError.*h\.delay\(2\) \+ 1"):
        load_object(f"{mine}:late")
