"""Numbers out of files: every layout is read right, and no claim is believed."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longlag.cli.reading.arrays import read_array, read_table
from longlag.theory import LonglagError

NUMBERS = np.array([[1.5, -2.0, 3.25], [0.0, 4.0, -0.125]])


def npy(shape: object, kind: object = "<f8", data: bytes = bytes(64)) -> bytes:
    """A .npy file whose header claims a shape and a type, whatever its data are."""
    header = str({"descr": kind, "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


@pytest.mark.parametrize("kind", ["f8", ">f8", "f4", ">i2", "u1", "f2", "?", "c16"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_is_read_as_numpy_wrote_it(kind: str, order: str, tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    for array in (NUMBERS.astype(kind, order=order), NUMBERS[0, 0].astype(kind), NUMBERS[:0]):
        np.save(path, array)
        found = read_array(path)
        assert np.array_equal(found, array)
        assert found.shape == array.shape


LIES = {
    "7 TiB": npy((10**12,)),
    "one number more than there is": npy((9,)),
    "more numbers than can be counted": npy((2**62, 4)),
    "none of a huge shape": npy((0, 2**62)),
    "less than none": npy((-1,)),
    "a truth value for a length": npy((True,)),
    "no numbers of no bytes": npy((10**12,), "|V0"),
    "pairs": npy((2,), [("a", "<f8"), ("b", "<f8")]),
    "words": npy((2,), "<U4"),
    "dates": npy((2,), "<M8[s]"),
    "objects": npy((2,), "|O"),
    "a header longer than the file": b"\x93NUMPY\x02\x00" + b"\xff" * 4 + b"x" * 100,
    "a header of brackets": b"\x93NUMPY\x01\x00" + (9000).to_bytes(2, "little") + b"(" * 9000,
    "a pickle": b"\x80\x04N.",
    "text": b"1\n2\n",
}


@pytest.mark.parametrize("name", LIES)
def test_a_header_is_not_believed(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(LIES[name])
    with pytest.raises(LonglagError, match="no array of plain numbers") as caught:
        read_array(path, "input")
    assert "\n" not in str(caught.value)


def test_a_folder_of_arrays_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npy"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.npy", npy((10**6,), data=bytes(8 * 10**6)))
    for read in (read_array, read_table):
        with pytest.raises(LonglagError, match=r"no array of plain numbers|no text"):
            read(path)


def test_what_does_not_fit_in_memory_is_refused_at_once(tmp_path: Path) -> None:
    # Files with holes: no byte of them is on the disk.
    long, small = tmp_path / "long.npy", tmp_path / "small.npy"
    for path, count, kind in ((long, 10**9, "<f8"), (small, 10**9, "|i1")):
        path.write_bytes(npy((count,), kind, b""))
        os.truncate(path, path.stat().st_size + count * np.dtype(kind).itemsize)
        with pytest.raises(LonglagError, match="fit in memory"):
            read_array(path)
    with pytest.raises(LonglagError, match="fit in memory"):
        read_table(long)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_table_is_read_in_the_encoding_that_its_mark_tells(
    encoding: str, newline: str, tmp_path: Path
) -> None:
    path = tmp_path / "table.txt"
    path.write_bytes(newline.join(["# température", "1.5", "-2e-3", ""]).encode(encoding))
    assert read_table(path).tolist() == [1.5, -2e-3]


@given(values=st.lists(st.floats(allow_nan=False), min_size=1))
def test_every_double_comes_back_from_a_table(
    values: list[float], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("tables") / "table.txt"
    path.write_text("\n".join(map(repr, values)), encoding="utf-8-sig")
    assert read_table(path).tolist() == values


@pytest.mark.parametrize("content", [b"one\n", b"1\x002\n", b"1,2\n", b"1\n2 3\n", b"\xff1\n"])
def test_what_is_no_number_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "table.txt"
    path.write_bytes(content)
    with pytest.raises(LonglagError, match=r"no plain numbers|no text") as caught:
        read_table(path)
    assert "\n" not in str(caught.value)
