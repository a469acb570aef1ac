"""A trial chooses how matrices are written, and no number depends on what it chooses."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

from longlag.kept import CACHE_VARIABLE
from longlag.numerics import generate
from longlag.numerics.compiled import compiler, execution, toolchain, trial
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import LonglagError
from longlag.theory.cells import PAPER_CELLS

needs_compiler = pytest.mark.skipif(toolchain() is None, reason="no C compiler")

SLOW, FAST = trial.WRITINGS["streamed:4"], trial.WRITINGS["cached:16"]


class Library:
    """Stands for a library: only its file is asked for."""

    def __init__(self, folder: Path) -> None:
        self._name = str(folder / "gru-0123.so")


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ctypes.CDLL:
    """A library for which nothing is chosen yet."""
    monkeypatch.delenv(trial.WRITING_VARIABLE, raising=False)
    monkeypatch.setattr(trial, "_CHOSEN", {})
    return Library(tmp_path)  # type: ignore[return-value]


def choice_file(library: ctypes.CDLL) -> Path:
    return Path(library._name).with_name("gru-0123-jacobian.writing")


class Machine:
    """Tells a time of its own, which writing lets pass."""

    def __init__(self, seconds: Callable[[trial.Writing], float]) -> None:
        self.now, self.seconds, self.written = 0.0, seconds, list[trial.Writing]()

    def write(self, way: trial.Writing) -> None:
        self.now += self.seconds(way)
        self.written.append(way)

    def clock(self) -> float:
        return self.now

    def fastest(self) -> trial.Writing:
        return trial.fastest(self.write, self.clock)


@pytest.mark.parametrize("best", trial.WRITINGS.values(), ids=str)
def test_the_fastest_way_is_chosen(best: trial.Writing) -> None:
    machine = Machine(lambda way: 0.005 if way == best else 0.010)
    assert machine.fastest() == best
    assert set(machine.written) == set(trial.WRITINGS.values())


def test_one_turn_without_noise_is_enough() -> None:
    machine = Machine(lambda way: 0.005)
    machine.seconds = lambda way: 0.002 if way == FAST and len(machine.written) > 10 else 0.005
    assert machine.fastest() == FAST


def test_the_usual_way_stays_where_another_is_hardly_faster() -> None:
    assert Machine(lambda way: 0.0095 if way == FAST else 0.010).fastest() == trial.USUAL


def test_a_trial_that_takes_too_long_is_given_up() -> None:
    machine = Machine(lambda way: 0.01 if way == SLOW else 0.2)
    assert machine.fastest() == trial.USUAL
    assert len(machine.written) < len(trial.WRITINGS)


def test_a_choice_is_kept_and_read_again(
    library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "fastest", lambda write: FAST)
    assert trial.writing_for(library, "jacobian", print) == FAST
    monkeypatch.setattr(trial, "fastest", lambda write: SLOW)
    trial._CHOSEN.clear()
    assert trial.writing_for(library, "jacobian", print) == FAST
    trial._CHOSEN.clear()
    assert trial.writing_for(library, "jacobian", None) == FAST
    assert trial.writing_for(library, "recurrent", print) == SLOW


@pytest.mark.parametrize("damage", ["", "streamed:8", "streamed:7", "\xff\n", "0\ncached:4"])
def test_a_damaged_choice_is_made_anew(
    library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    choice_file(library).write_text(damage, encoding="latin-1")
    monkeypatch.setattr(trial, "fastest", lambda write: FAST)
    assert trial.writing_for(library, "jacobian", None) == trial.USUAL
    assert trial.writing_for(library, "jacobian", print) == FAST
    trial._CHOSEN.clear()
    assert trial.writing_for(library, "jacobian", None) == FAST


def test_a_choice_that_cannot_be_kept_is_used(
    library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice_file(library).mkdir()
    monkeypatch.setattr(trial, "fastest", lambda write: FAST)
    assert trial.writing_for(library, "jacobian", print) == FAST
    assert trial.writing_for(library, "jacobian", None) == FAST


def test_the_environment_fixes_the_way(
    library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "fastest", lambda write: FAST)
    monkeypatch.setenv(trial.WRITING_VARIABLE, str(SLOW))
    assert trial.writing_for(library, "jacobian", print) == SLOW
    assert not choice_file(library).exists()
    monkeypatch.setenv(trial.WRITING_VARIABLE, "streamed:7")
    with pytest.raises(LonglagError, match=r"streamed:7.*cached:16"):
        trial.writing_for(library, "jacobian", print)


def jacobians(cell: str, dtype: torch.dtype, rows: int, size: int) -> list[Tensor]:
    """R and D + R, larger than what is written through the caches."""
    network = sample_network(
        PAPER_CELLS[cell], torch.Generator().manual_seed(0), size=size, batch=(rows,), dtype=dtype
    )
    functions = generate(PAPER_CELLS[cell], "compiled")
    return [function(*network.arguments) for function in (functions.jacobian, functions.recurrent)]


@needs_compiler
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize(("cell", "rows", "size"), [("gru", 21, 128), ("lstm", 7, 131)])
def test_no_number_depends_on_the_way(
    monkeypatch: pytest.MonkeyPatch, cell: str, rows: int, size: int, dtype: torch.dtype
) -> None:
    found = {}
    for name in trial.WRITINGS:
        monkeypatch.setenv(trial.WRITING_VARIABLE, name)
        found[name] = jacobians(cell, dtype, rows, size)
    for first, other in ((found[str(trial.USUAL)], each) for each in found.values()):
        assert first[0].nbytes > execution._CACHED_BYTES
        assert all(map(torch.equal, first, other))


@pytest.fixture
def own_libraries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder in which libraries are built anew, so that nothing is chosen for them yet."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr(trial, "_CHOSEN", {})
    compiler._load.cache_clear()
    yield tmp_path
    compiler._load.cache_clear()


@needs_compiler
def test_a_trial_leaves_the_numbers_alone(
    monkeypatch: pytest.MonkeyPatch, own_libraries: Path
) -> None:
    monkeypatch.setenv(trial.WRITING_VARIABLE, str(trial.USUAL))
    expected = jacobians("gru", torch.float32, 24, 128)
    assert not list(own_libraries.glob("*.writing"))
    monkeypatch.delenv(trial.WRITING_VARIABLE)
    monkeypatch.setattr(execution, "TRIAL_BYTES", execution._CACHED_BYTES)
    tried = list[trial.Writing]()
    original = trial.fastest

    def told(write: Callable[[trial.Writing], object]) -> trial.Writing:
        def noted(way: trial.Writing) -> None:
            tried.append(way)
            write(way)

        return original(noted)

    monkeypatch.setattr(trial, "fastest", told)
    assert all(map(torch.equal, expected, jacobians("gru", torch.float32, 24, 128)))
    assert set(tried) == set(trial.WRITINGS.values())
    count = len(tried)
    assert all(map(torch.equal, expected, jacobians("gru", torch.float32, 24, 128)))
    assert len(tried) == count
    assert len(list(own_libraries.glob("*.writing"))) == 2


def test_processes_that_choose_at_once_leave_one_whole_choice(tmp_path: Path) -> None:
    code = (
        "import time, types; from longlag.numerics.compiled import trial;"
        f"library = types.SimpleNamespace(_name={str(tmp_path / 'gru-0123.so')!r});"
        "write = lambda way: time.sleep(0.001);"
        "assert trial.writing_for(library, 'jacobian', write) in trial.WRITINGS.values()"
    )
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    (kept,) = tmp_path.iterdir()
    assert trial._read(kept) in trial.WRITINGS.values()
