"""Every notebook runs from its source, and no command in it fails."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from tests.pages import TOP

jupytext = pytest.importorskip("jupytext", reason="pip install 'longlag[notebooks]'")
nbclient = pytest.importorskip("nbclient", reason="pip install 'longlag[notebooks]'")
pytest.importorskip("ipykernel", reason="pip install 'longlag[notebooks]'")

NOTEBOOKS = sorted(path for path in (TOP / "docs/tutorials").glob("*.md") if path.stem != "index")
#: What a command of the shell says that did not do what it should; a cell does not fail by it.
_FAILURES = re.compile(r"Traceback|not found|^longlag: (?!note)|Usage:", re.MULTILINE)


def test_there_are_the_six() -> None:
    assert {path.stem for path in NOTEBOOKS} == {
        "own_cell",
        "trained_lstm",
        "decay_law",
        "fit_window",
        "check_a_proof",
        "published_figure",
    }


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its commands are those of this interpreter, in whatever shell the tests run.
    folder = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([folder, os.environ["PATH"]]))
    notebook = jupytext.read(path)
    nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    told = [
        output.get("text", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream"
    ]
    assert not [text for text in told if _FAILURES.search(text)]
    # Nothing that a reader sees was typed: an output stands behind each cell that has one.
    assert any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_source_has_no_output(path: Path) -> None:
    assert not any(cell.get("outputs") for cell in jupytext.read(path).cells)
