"""C text becomes a library once, whole, and only where there is a compiler."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from longlag.numerics.compiled import compiler, load_library, toolchain
from longlag.theory import LonglagError

needs_compiler = pytest.mark.skipif(toolchain() is None, reason="no C compiler")

DOUBLE = "double twice(double x) { return 2 * x; }\n"


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache folder, and nothing remembered of compilers and libraries."""
    monkeypatch.setenv(compiler.CACHE_VARIABLE, str(tmp_path / "cache"))
    remembered = (compiler._find_toolchain, compiler._load, compiler._say_that_there_is_no_compiler)
    for function in remembered:
        function.cache_clear()
    yield tmp_path / "cache"
    for function in remembered:
        function.cache_clear()


@needs_compiler
def test_a_library_is_built_once_and_computes(fresh: Path) -> None:
    library = load_library(DOUBLE, "twice")
    library.twice.restype, library.twice.argtypes = ctypes.c_double, [ctypes.c_double]
    assert library.twice(21.0) == 42.0
    (built,) = fresh.iterdir()
    changed = built.stat().st_mtime_ns
    compiler._load.cache_clear()
    load_library(DOUBLE, "twice")
    assert built.stat().st_mtime_ns == changed
    load_library(DOUBLE.replace("2 *", "3 *"), "twice")
    assert len(list(fresh.iterdir())) == 2


@needs_compiler
def test_parallel_processes_share_one_whole_library(fresh: Path) -> None:
    code = (
        "import ctypes; from longlag.numerics.compiled import load_library;"
        f"f = load_library({DOUBLE!r}, 'twice').twice;"
        "f.restype, f.argtypes = ctypes.c_double, [ctypes.c_double]; assert f(21.0) == 42.0"
    )
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]
    assert [process.wait(60) for process in running] == [0] * 4
    assert [path.suffix for path in fresh.iterdir()] == [".so"]


def test_a_missing_compiler_is_said_once_unless_it_was_wanted(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> list[bool]:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            assert load_library(DOUBLE, "twice") is None
            assert load_library(DOUBLE, "twice") is None
        return ["no C compiler" in str(warning.message) for warning in said]

    with compiler.on_torch_alone():
        assert toolchain() is None
        assert told() == []
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert told() == [True]
    compiler._say_that_there_is_no_compiler.cache_clear()
    monkeypatch.setenv(compiler.COMPILER_VARIABLE, "none")
    compiler._find_toolchain.cache_clear()
    assert told() == []


@needs_compiler
def test_a_damaged_library_is_built_again(fresh: Path) -> None:
    load_library(DOUBLE, "twice")
    (built,) = fresh.iterdir()
    whole = built.stat().st_size
    built.unlink()
    built.write_bytes(b"\x7fELF cut short")
    # Another process, since this one has the library loaded under that name.
    code = f"from longlag.numerics.compiled import load_library; load_library({DOUBLE!r}, 'twice')"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert built.stat().st_size == whole


def test_a_compiler_that_is_none_is_refused(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compiler.COMPILER_VARIABLE, sys.executable)
    with pytest.raises(LonglagError, match="it is no C compiler"):
        load_library(DOUBLE, "twice")


@needs_compiler
def test_text_that_does_not_compile_is_told_with_its_error(fresh: Path) -> None:
    with pytest.raises(LonglagError, match=r"does not accept it: .*error"):
        load_library("double twice(double x) { return 2 * y; }\n", "twice")
    assert list(fresh.iterdir()) == []


@needs_compiler
@pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners of files are a POSIX idea")
def test_the_library_of_another_user_is_not_loaded(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_library(DOUBLE, "twice")
    (built,) = fresh.iterdir()
    monkeypatch.setattr(
        Path, "stat", lambda self, **_: os.stat_result((0, 0, 0, 0, 4242, *[0] * 5))
    )
    with pytest.raises(LonglagError, match="another user"):
        compiler._check_owner(built)


@needs_compiler
def test_a_cache_that_cannot_be_made_is_told(
    fresh: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(compiler.CACHE_VARIABLE, str(tmp_path / "file" / "below"))
    with pytest.raises(LonglagError, match="LONGLAG_CACHE"):
        load_library(DOUBLE, "twice")
