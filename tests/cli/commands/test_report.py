"""The report: one page and one PDF of everything, reusing verdicts that nothing has changed."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import longlag.derivations
from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.theory import CELLS
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
    assert run("report", "-o", str(folder), "--examples", "2") == 0
    assert "2 claims, all as expected" in capsys.readouterr().out
    page = (folder / "index.html").read_text()
    assert "refuted" in page
    assert (folder / "longlag.tex").is_file()
    assert (folder / "longlag.pdf").is_file() == bool(shutil.which("pdflatex"))
    assert small_workbench == ["layer_norm", "published_rates"]
    assert run("report", "-o", str(folder), "--examples", "2") == 0
    assert small_workbench == ["layer_norm", "published_rates"], "nothing changed, nothing checked"
    assert (folder / "index.html").read_text() == page
    assert run("report", "-o", str(folder), "--examples", "3") == 0
    assert len(small_workbench) == 4, "other settings, other verdicts"
    assert run("report", "-o", str(folder), "--examples", "3", "--fresh") == 0
    assert len(small_workbench) == 6


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
    cache.keep(leaky.check(settings))
    cache.save()
    again = VerdictCache(tmp_path / "verdicts.json", settings)
    recalled = again.recall(leaky)
    assert recalled is not None
    assert recalled.verdict("jacobian") == leaky.check(settings).verdict("jacobian")
    other = replace(derive_cell(CELLS["plain"]), name="leaky")
    assert again.recall(other) is None


def test_a_damaged_cache_counts_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    path.write_text("{not json")
    assert VerdictCache(path, Settings()).recall(derive_cell(CELLS["plain"])) is None
    path.write_text(json.dumps({"key": []}))
    assert VerdictCache(path, Settings()).recall(derive_cell(CELLS["plain"])) is None
