"""A notation on the command line is a TOML file, and a width has a unit."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from longlag.cli.reading.notation import read_notation, read_width
from longlag.theory import LonglagError, Notation
from longlag.theory.typeset.author import current
from tests.cli.commands.test_commands import run

PAPER = r"""
product = '\odot'
time = "argument"
[names]
h = '\mathbf{s}'
ell = "k"
"""


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.toml"
    path.write_text(PAPER, encoding="utf-8")
    return path


def test_a_file_holds_a_notation(paper: Path) -> None:
    names = {"h": r"\mathbf{s}", "ell": "k"}
    assert read_notation(paper) == Notation(names, product=r"\odot", time="argument")
    assert read_notation(paper, "85mm").width == pytest.approx(8.5)
    assert read_notation(None) == Notation()


@pytest.mark.parametrize(
    ("text", "centimetres"),
    [("8.5", 8.5), ("8.5cm", 8.5), ("85 mm", 8.5), ("3in", 7.62), ("72.27pt", 2.54)],
)
def test_a_width_has_a_unit(text: str, centimetres: float) -> None:
    assert math.isclose(read_width(text), centimetres)


@pytest.mark.parametrize("text", ["", "wide", "8.5 ell", "-3", "0.1", "1e9"])
def test_what_is_no_width_is_told(text: str) -> None:
    with pytest.raises(LonglagError, match="column"):
        read_width(text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("names.h = '{s'", "brackets"),
        ("nmaes.h = 's'", "did you mean 'names'"),
        ("names = 3", "map the name"),
        ("bold = [", "TOML"),
        ("\x00", "TOML"),
    ],
)
def test_what_is_no_notation_is_told(text: str, rule: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LonglagError, match=rule) as caught:
        read_notation(path)
    assert "\n" not in str(caught.value)


def test_a_law_and_a_cell_are_printed_in_it(
    paper: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("law", "exponential", "--format", "tex", "--notation", str(paper)) == 0
    assert r"N(k) = A c^{-\kappa} e^{\kappa b k}" in capsys.readouterr().out
    arguments = ("derive", "leaky", "--examples", "1", "--equation", "jacobian", "--format", "tex")
    assert run(*arguments, "--label", "eq:jac", "--notation", str(paper)) == 0
    text = capsys.readouterr().out
    assert r"\label{eq:jac}" in text
    assert "D(t) &=" in text
    # The session keeps its own.
    assert current() == Notation()


def test_a_law_as_text_says_that_it_keeps_its_own_names(
    paper: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("law", "exponential", "--examples", "1", "--notation", str(paper)) == 0
    told = capsys.readouterr()
    assert told.err.splitlines() == [
        "--notation and --width are for documents: text keeps longlag's names"
    ]
    assert "N(ell)" in told.out
    assert run("law", "exponential", "--examples", "1") == 0
    assert "--notation" not in capsys.readouterr().err


def test_equations_are_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "window.tex"
    arguments = ("derive", "exponential", "--equation", "horizon,growth", "-o", str(path))
    assert run(*arguments, "--examples", "1") == 0
    assert path.read_text(encoding="utf-8").count(r"\label") == 2
    assert run("style", "-o", str(tmp_path / "longlag.sty")) == 0
    assert r"\ProvidesPackage{longlag}" in (tmp_path / "longlag.sty").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["--equation", "jacobia"], "choose from update, jacobian"),
        (["--equation", "jacobian", "--format", "pdf"], "choose one of tex, myst, md"),
        (["--label", "eq:x"], "add --equation"),
        (["--macros"], "add --equation"),
        (["--equation", "jacobian", "--macros"], "no macros"),
        (["--width", "wide"], "width of a column"),
        (["--notation", "nowhere.toml"], "cannot be read"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    arguments: list[str], rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("derive", "leaky", "--examples", "1", *arguments) == 2
    told = capsys.readouterr()
    assert rule in told.err
    assert len(told.err.strip().splitlines()) == 1
    assert told.out == ""
