"""Tables come back as they were written, and say what they are of."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longlag.numerics.experiments.table import read_table, same, write_csv, write_table
from longlag.theory.errors import LonglagError

rows = st.lists(
    st.fixed_dictionaries(
        {"quantity": st.sampled_from(["loss", "AI"]), "value": st.floats(allow_infinity=True)},
        optional={"lag": st.integers(0, 10**6), "cell": st.sampled_from(["gru", "lstm"])},
    ),
    min_size=1,
)


@given(rows)
def test_rows_come_back_from_parquet_to_the_last_bit(rows: list) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        write_table(path, rows, {"seed": 1})
        read, about = read_table(path)
    assert about == {"seed": 1}
    for before, after in zip(rows, read, strict=True):
        assert all(same(before.get(name), value) for name, value in after.items())


@pytest.mark.parametrize("suffix", [".csv", ".csv.xz"])
def test_rows_come_back_from_csv_to_their_digits(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"table{suffix}"
    wanted = [{"cell": "gru", "lag": 3, "value": math.pi}, {"cell": "a,b", "value": 1e-300}]
    write_csv(path, wanted, {"command": "longlag …"})
    read, about = read_table(path)
    assert about == {"command": "longlag …"}
    assert read[0] == {"cell": "gru", "lag": 3, "value": pytest.approx(math.pi, rel=1e-7)}
    assert read[1] == {"cell": "a,b", "lag": None, "value": 1e-300}


def test_other_files_are_refused(tmp_path: Path) -> None:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    foreign = tmp_path / "foreign.parquet"
    parquet.write_table(arrow.table({"a": [1]}), foreign)
    with pytest.raises(LonglagError, match="which experiment"):
        read_table(foreign)
    whole = foreign.read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LonglagError, match="cannot be read"):
        read_table(tmp_path / "cut.parquet")
    (tmp_path / "plain.csv").write_text("a,b\n1,2\n")
    with pytest.raises(LonglagError, match="first line"):
        read_table(tmp_path / "plain.csv")
    (tmp_path / "plain.csv.xz").write_text("a,b\n1,2\n")
    with pytest.raises(LonglagError, match="first line"):
        read_table(tmp_path / "plain.csv.xz")
    with pytest.raises(LonglagError, match="no-such"):
        read_table(tmp_path / "no-such.parquet")
