"""The README is short, its examples print what it says, and its folders and pages are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sympy import Rational

from longlag.theory import kappa
from longlag.theory.statement import Level
from tests.cli.commands.test_commands import run
from tests.pages import TOP, alike, blocks, commands, run_python

PAGE = TOP / "README.md"
README = PAGE.read_text(encoding="utf-8")


def test_it_is_a_page_and_a_half() -> None:
    assert len(README.split()) < 1300


def test_its_code_prints_what_it_shows() -> None:
    run_python(PAGE)


@pytest.mark.slow
def test_its_commands_print_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    saved = re.findall(r"Save this as `(\w+\.py)`", README)
    for name in saved:
        line = README[: README.index(f"Save this as `{name}`")].count("\n")
        Path(name).write_text(next(each.text for each in blocks(PAGE) if each.line > line))
    shown = list(commands(PAGE))
    assert (len(saved), len(shown)) == (2, 2)
    for each in shown:
        assert run(*each.arguments) in (0, 1)
        assert alike(capsys.readouterr().out, each.output), each.arguments


def test_what_it_says_of_kappa_is_so() -> None:
    assert kappa(2) == 2
    assert kappa(Rational(3, 2)) == 3  # α/(α−1)


def test_its_links_and_folders_exist() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    folders = [name for name in re.findall(r"`([\w/]+)/`", README) if name != "build/docs"]
    assert {"theory", "numerics", "derivations", "tests", "benchmarks"} <= set(folders)
    for name in [*links, *folders]:
        assert (TOP / name).exists(), name


def test_it_names_every_level_of_a_verdict() -> None:
    assert all(f"| {level.value} |" in README for level in Level)


def test_its_picture_is_that_of_its_numbers() -> None:
    namespace: dict[str, object] = {"__name__": "picture"}
    exec((TOP / "docs/images/window.py").read_text(encoding="utf-8"), namespace)
    report = namespace["measured"]()  # type: ignore[operator]
    assert namespace["drawn"](report).axes  # type: ignore[operator]
    window = report.window(samples=1e4, cost=1, kappa=2)
    assert f"the window is {window.last:.0f}\n" in README
