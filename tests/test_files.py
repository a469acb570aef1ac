"""Files are asked what they are before they are read, and appear whole or not at all."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from longlag.files import check_figure, put_in_place, require_file, staging_folder, write_text
from longlag.theory import LonglagError


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


NO_FILES: dict[str, Callable[[Path], object]] = {
    "a folder": os.mkdir,
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a socket": a_socket,
    "No such file": lambda path: None,
}


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices with names")
@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_is_told_by_its_kind(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's name is short
    NO_FILES[kind](Path("x"))
    with pytest.raises(LonglagError, match=f"input 'x': .*{kind}"):
        require_file(Path("x"), "input")


def test_a_file_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    assert require_file(path) == require_file(path, largest=5) == 5
    with pytest.raises(LonglagError, match="fit in memory"):
        require_file(path, largest=4)
    path.write_bytes(b"")
    with pytest.raises(LonglagError, match="it is empty"):
        require_file(path)
    with pytest.raises(LonglagError, match="null"):
        require_file(Path("a\0b"))


@pytest.mark.skipif(os.name != "posix", reason="devices with names")
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/null")])
def test_a_pipe_or_a_device_is_not_replaced(make: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "out"
    make(path)
    with pytest.raises(LonglagError, match="no file on a disk"):
        write_text(path, "text")
    assert not path.is_file()


def names(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*"))


def break_off(path: Path, error: OSError) -> None:
    with staging_folder(path) as stage:
        (stage / "half").write_text("half")
        raise error


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_nothing_behind(number: int, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    for path in (tmp_path / "old", tmp_path / "new/deep/file"):
        with pytest.raises(LonglagError, match="the disk is full"):
            break_off(path, OSError(number, os.strerror(number)))
    assert names(tmp_path) == [str(tmp_path / "old")]
    assert (tmp_path / "old").read_text() == "old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_the_system_says_when_the_disk_is_full(tmp_path: Path) -> None:
    with pytest.raises(LonglagError, match="the disk is full"), staging_folder(tmp_path / "a"):
        Path("/dev/full").write_text("text")


def test_only_errors_of_writing_are_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), staging_folder(tmp_path / "a"):
        Path(tmp_path / "absent").read_text()
    with pytest.raises(LonglagError, match="too long"):
        write_text(tmp_path / ("x" * 300), "text")
    assert names(tmp_path) == []


def test_asking_for_a_place_makes_no_folder(tmp_path: Path) -> None:
    check_figure(tmp_path / "new/deep/figure.png")
    assert names(tmp_path) == []
    with pytest.raises(LonglagError, match=r"\.svg"):
        check_figure(tmp_path / "figure.jpg")


def test_a_file_replaces_an_older_one_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "new/file"
    for text in ("one", "two"):
        with staging_folder(path) as stage:
            (stage / "finished").write_text(text)
            put_in_place(stage / "finished", path)
        assert path.read_text() == text
    assert names(tmp_path) == [str(path.parent), str(path)]
