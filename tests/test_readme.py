"""The README's example prints what the README says, and its table lists the cells there are."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from longlag.theory import CELLS

README = (Path(__file__).parent.parent / "README.md").read_text()


def test_the_example_prints_its_output() -> None:
    blocks = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)
    position = next(i for i, (language, _) in enumerate(blocks) if language == "python")
    output = io.StringIO()
    namespace: dict[str, object] = {}
    with contextlib.redirect_stdout(output):
        exec(blocks[position][1], namespace)
    assert output.getvalue() == blocks[position + 1][1]
    others = [text for language, text in blocks[position + 1 :] if language == "python"]
    for text in others:
        exec(text, namespace)


def test_the_table_lists_every_cell() -> None:
    assert all(f"`{name}`" in README for name in CELLS)


def test_the_map_names_folders_that_exist() -> None:
    top = Path(__file__).parent.parent
    for name in ("theory", "numerics", "derivations", "src/longlag", "tests", "benchmarks"):
        assert f"{name}/" in README
        assert (top / name).is_dir()
