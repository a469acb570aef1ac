"""The report: one page and one PDF of everything, reusing verdicts that nothing has changed."""

from __future__ import annotations

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import longlag.cli.reading.objects
import longlag.derivations
import longlag.sections
import longlag.verdict_cache
from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.sections import finish
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.statement import Derivation, Settings
from longlag.verdict_cache import VerdictCache
from tests.cli.commands.test_commands import run


@pytest.fixture
def small_workbench(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A workbench with two short derivations, counting how often one is checked."""
    checked: list[str] = []
    original = Derivation.check_each

    def counting(self: Derivation, settings: Settings) -> object:
        checked.append(self.name)
        return original(self, settings)

    registry = longlag.derivations.DERIVATIONS
    kept = {name: registry[name] for name in ("layer_norm", "published_rates")}
    monkeypatch.setattr(registry, "_items", kept)
    monkeypatch.setattr(Derivation, "check_each", counting)
    return checked


def test_report_writes_everything_and_reuses_it(
    small_workbench: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "report"
    assert run("report", "-o", str(folder), "--examples", "2", "--jobs", "1") == 0
    assert "4 claims, all as expected" in capsys.readouterr().out
    page = (folder / "index.html").read_text()
    assert "refuted" in page
    assert (folder / "longlag.tex").is_file()
    assert (folder / "longlag.pdf").is_file() == bool(shutil.which("pdflatex"))
    assert small_workbench == ["layer_norm", "published_rates"]
    assert run("report", "-o", str(folder), "--examples", "2", "--jobs", "1") == 0
    assert small_workbench == ["layer_norm", "published_rates"], "nothing changed, nothing checked"
    assert (folder / "index.html").read_text() == page
    assert run("report", "-o", str(folder), "--examples", "3", "--jobs", "1") == 0
    assert len(small_workbench) == 4, "other settings, other verdicts"
    assert run("report", "-o", str(folder), "--examples", "3", "--jobs", "1", "--fresh") == 0
    assert len(small_workbench) == 6


def test_a_report_on_a_full_disk_is_told_in_one_line(
    small_workbench: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    assert run("report", "-o", str(tmp_path), "--examples", "1", "--jobs", "1") == 2
    *_, told = capsys.readouterr().err.splitlines()
    assert told.startswith("longlag: ")
    assert "the disk is full" in told
    assert not any(path.suffix in (".html", ".tex", ".pdf") for path in tmp_path.iterdir())


def test_without_tex_the_report_says_what_to_install(
    small_workbench: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert run("report", "-o", str(tmp_path / "report"), "--examples", "1") == 0
    assert "texlive" in capsys.readouterr().err
    assert (tmp_path / "report/index.html").is_file()


def test_a_changed_cell_is_checked_again(tmp_path: Path) -> None:
    settings = Settings(examples=1)
    cache = VerdictCache(tmp_path / "verdicts.json", settings)
    leaky = derive_cell(CELLS["leaky"])
    found = finish(leaky, settings, tmp_path)
    cache.keep(leaky, found)
    again = VerdictCache(tmp_path / "verdicts.json", settings)
    recalled = again.recall(leaky)
    assert recalled == found
    checked = recalled.of(leaky, settings)
    assert checked.verdict("jacobian") == leaky.check(settings).verdict("jacobian")
    other = replace(derive_cell(CELLS["plain"]), name="leaky")
    assert again.recall(other) is None
    for file in tmp_path.glob("*.webp"):
        file.unlink()
    assert again.recall(leaky) is None, "its figure is gone"
    for file in tmp_path.glob("*.webp"):
        file.unlink()
    assert again.recall(leaky) is None, "its figure is gone"


def test_a_damaged_cache_counts_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    path.write_text("{not json")
    assert VerdictCache(path, Settings()).recall(derive_cell(CELLS["plain"])) is None
    path.write_text(json.dumps({"key": []}))
    assert VerdictCache(path, Settings()).recall(derive_cell(CELLS["plain"])) is None


def test_tex_that_is_installed_later_redraws_nothing(
    small_workbench: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "report"
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert run("report", "-o", str(folder), "--examples", "1", "--jobs", "1") == 0
    assert not (folder / "longlag.pdf").exists()
    monkeypatch.setattr(shutil, "which", which)
    if which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")

    def never(*_: object) -> None:
        raise AssertionError("nothing is drawn again")

    monkeypatch.setattr(longlag.sections, "draw", never)
    assert run("report", "-o", str(folder), "--examples", "1", "--jobs", "1") == 0
    assert (folder / "longlag.pdf").is_file()
    assert len(small_workbench) == 2


def test_an_unchanged_report_derives_nothing(
    small_workbench: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "report"
    assert run("report", "-o", str(folder), "--examples", "1", "--jobs", "1") == 0
    monkeypatch.setattr(longlag.cli.reading.objects, "find_derivations", None)
    assert run("report", "-o", str(folder), "--examples", "1", "--jobs", "1") == 0


def test_no_process_is_not_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("report", "--jobs", "0") == 2
    assert "--jobs 0" in capsys.readouterr().err


def test_a_report_of_another_version_is_not_mixed(
    small_workbench: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["-o", str(tmp_path), "--examples", "1", "--jobs", "1"]
    assert run("report", *options) == 0
    stored = json.loads((tmp_path / ".verdicts.json").read_text())
    (tmp_path / ".verdicts.json").write_text(json.dumps({**stored, "version": "0.0.0"}))
    capsys.readouterr()
    assert run("report", *options) == 0
    assert "holds a report of longlag 0.0.0: nothing of it is reused" in capsys.readouterr().err
    assert len(small_workbench) == 4, "everything is checked again"
    assert run("report", *options) == 0
    assert "0.0.0" not in capsys.readouterr().err


def test_a_page_of_somebody_else_is_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "index.html").write_text("<title>my own</title>")
    assert run("report", "-o", str(tmp_path)) == 2
    assert "was not written by longlag" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_a_pdf_of_an_earlier_run_does_not_stay_beside_a_newer_page(
    small_workbench: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    (tmp_path / "longlag.pdf").write_bytes(b"old")
    assert run("report", "-o", str(tmp_path), "--examples", "1", "--jobs", "1") == 0
    assert not (tmp_path / "longlag.pdf").exists()


def test_another_look_writes_again_and_checks_nothing(
    small_workbench: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["-o", str(tmp_path), "--examples", "1", "--jobs", "1"]
    assert run("report", *options) == 0
    template = tmp_path / "page.html.jinja"
    template.write_text("changed")
    monkeypatch.setattr(longlag.verdict_cache, "_templates", lambda: [template])
    (tmp_path / "index.html").unlink()
    assert run("report", *options) == 0
    assert (tmp_path / "index.html").is_file()
    assert len(small_workbench) == 2


def test_the_report_that_was_made_is_small() -> None:
    folder = Path(__file__).parents[3] / "report"
    made = [folder / name for name in ("index.html", "longlag.pdf") if (folder / name).is_file()]
    if not made:
        pytest.skip("no report was made: make report")
    for path in made:
        assert path.stat().st_size < 3e6, path.name
