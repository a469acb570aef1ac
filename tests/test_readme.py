"""The README's example prints what the README says, and its table lists the cells there are."""

from __future__ import annotations

from longlag.theory import CELLS
from tests.pages import TOP, blocks, run_python

README = (TOP / "README.md").read_text()


def test_its_code_prints_its_output() -> None:
    assert any(block.language == "python" for block in blocks(TOP / "README.md"))
    run_python(TOP / "README.md")


def test_the_table_lists_every_cell() -> None:
    assert all(f"`{name}`" in README for name in CELLS)


def test_the_map_names_folders_that_exist() -> None:
    for name in ("theory", "numerics", "derivations", "src/longlag", "tests", "benchmarks"):
        assert f"{name}/" in README
        assert (TOP / name).is_dir()
