"""``longlag phases``: what it lists, and what it refuses in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from longlag.cli import app
from longlag.theory import LonglagError


def told(*arguments: str) -> str:
    found = CliRunner().invoke(app, ["phases", *arguments], catch_exceptions=False)
    assert found.exit_code == 0
    return found.stdout


def test_a_law_of_ones_own_with_a_closed_domain() -> None:
    text = told("ell**-b*exp(-c*ell)", "--domain", "c=[0,inf)")
    assert "c > 0: logarithmic\n    H ~ log(N)/(c*kappa)" in text
    assert "c = 0: polynomial\n    H ~ (N/A)**(1/(b*kappa))" in text
    assert "below | on | above: outside | polynomial | logarithmic" in text


def test_a_cell_whose_units_draw_their_biases() -> None:
    text = told("--cell", "lstm", "--draw", "f=s*(-log(1-u))**(1/k)")
    assert "k > 1: subpolynomial" in text
    assert "k < 1: quasi-polynomial" in text
    assert "k = 1: polynomial" in text
    assert "boundary k - 1 = 0" in text


def test_a_map_is_drawn_and_its_certified_share_told(tmp_path: Path) -> None:
    file = tmp_path / "map.svg"
    text = told(
        "ell**-b*exp(-c*ell**d)",
        *("--map", "c=0.5:2", "--map", "d=0.5:2", "--set", "b=1", "--plot", str(file)),
    )
    assert "map: certified" in text
    assert file.stat().st_size > 1000


def test_json_and_a_document(tmp_path: Path) -> None:
    data = json.loads(told("uniform_gates", "--format", "json"))
    assert data["phases"][0]["class"] == "polynomial"
    assert data["phases"][0]["verdict"].startswith("computed")
    file = tmp_path / "phases.tex"
    told("workload", "-o", str(file))
    assert r"\ln H_N \sim" in file.read_text()


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ([], "one is searched at a time"),
        (["weibul"], "did you mean weibull_biases"),
        (["ell**-b", "--init", "u**b"], "one is searched at a time"),
        (["b**2"], "depends on the lag"),
        (["ell**-b", "--domain", "b=0:1"], "name=\\[low,high\\)"),
        (["ell**-b", "--domain", "b=[1,0]"], "lower end comes first"),
        (["ell**-b", "--domain", "c=[0,1]"], "the parameters are b"),
        (["ell**-b", "--map", "b=0.1:2"], "two of the parameters"),
        (["ell**-b", "--plot", "x.png"], "belongs to a map"),
        (["ell**-b*exp(-c*ell)", "--map", "b=1:1", "--map", "c=1:2"], "lower end comes first"),
        (["ell**-b*exp(-c*ell)", "--map", "b=1", "--map", "c=1:2"], "name=LOW:HIGH"),
        (["--cell", "plain", "--draw", "h=u"], "keeps nothing"),
        (["--cell", "exponential", "--draw", "f=u"], "name a cell"),
        (["--cell", "lstm", "--draw", "f"], "name=expression in u"),
    ],
)
def test_what_cannot_be_searched_is_said_in_one_line(arguments: list[str], rule: str) -> None:
    with pytest.raises(LonglagError, match=rule) as error:
        CliRunner().invoke(app, ["phases", *arguments], catch_exceptions=False)
    assert "\n" not in str(error.value)
