"""A cell without a recurrent part is measured: nothing is said of an expansion it has not."""

from __future__ import annotations

from pathlib import Path

import pytest

from longlag.cli import main

FILE = """
import torch
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import CELLS
found = sample_network(CELLS[{name!r}], torch.Generator(), size=3, batch=(2,), steps=12)
"""


@pytest.mark.parametrize("options", [[], ["--first-order"]])
@pytest.mark.parametrize(
    ("name", "local"), [("rg_lru", True), ("linear_recurrent_unit", True), ("plain", False)]
)
def test_the_diagonal_is_the_product_or_it_is_not(
    name: str,
    local: bool,
    options: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "net.py"
    file.write_text(FILE.format(name=name))
    command = ["longlag", "measure", f"{file}:found", "--max-lag", "4", *options]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as stopped:
        main()
    assert not stopped.value.code
    told = capsys.readouterr().out
    assert ("the diagonal is the product, first order is exact" in told) == local
    assert ("1st order" in told) == (not local)
    assert not local or not any(word in told for word in ("bound", "wrong", "zeroth"))
