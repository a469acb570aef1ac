"""What is no table is refused in one line that says why, in Python and on the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from longlag.numerics.fitting import Curve, Question, curve_of_sequences, fit_laws, read_curve
from longlag.theory import LAWS, LonglagError, solve_horizon
from tests.cli.commands.test_commands import run

LAGS = np.arange(1.0, 41)
VALUES = 0.8 * np.exp(-LAGS / 12)

BAD = {
    "": "empty",
    "# nothing\n": "no numbers",
    "lag,value\n": "no numbers",
    "1,1\n2,.5\n": "at least 3",
    "1,.5\n2,.5\n3,.5\n": "constant",
    "1,1\n2,-.5\n3,.2\n": "value -0.5 at lag 2",
    "1,1\n2,0\n3,.2\n": "value 0 at lag 2",
    "1,1\n2,nan\n3,.2\n": "value nan at lag 2",
    "1,1\n2,.5\n2,.4\n3,.2\n": "lag 2: it stands in the table more than once",
    "1,1\n3,.5\n2,.4\n": "lag 2 after 3",
    "-1,1\n3,.5\n4,.4\n": "lag -1",
    "1,1,.1\n2,.5,.1\n3,.2,.1\n": "2 columns of values",
    "lag,value,error\n1,1,.1\n2,.5,0\n3,.2,.1\n": "error 0 at lag 2",
    "lag,value,error\n1,1,.1\n2,.5,-1\n3,.2,.1\n": "error -1 at lag 2",
    "lag,value,error\n1,1,.6\n2,.5,.6\n3,.2,.6\n": "relative error below 0.5",
    "1,1\n2,.5\n3\n": "line 3",
    "1,1\n2,half\n3,.2\n": "line 2",
    "1\n2\n3\n": "line 1",
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_table_is_refused_in_one_line(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text)
    assert run("fit", str(path)) == 2
    told = capsys.readouterr().err
    assert BAD[text] in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (["--errors", "nothing"], "column of errors"),
        (["--law", "tempered_power"], "4 parameters"),
        (["--law", "ell**2*c"], "decrease"),
        (["--law", "exp(-ell)"], "no parameter"),
        (["--law", "constnt"], "did you mean"),
        (["--samples", "100"], "exactly one"),
        (["--kappa", "2"], "without a number of samples"),
        (["--extrapolate"], "without a number of samples"),
        (["--samples", "-1", "--kappa", "2"], "positive"),
        (["--level", "2"], "between 0 and 1"),
        (["--replicates", "1"], ">= 20|from 20"),
        (["--sequences"], "at least 3"),
        (["--mean", "harmonic", "--sequences", "--errors", "2"], "errors follow"),
        (["--plot", "figure.doc"], "figure"),
    ],
)
def test_bad_options_are_refused_in_one_line(
    options: list[str], match: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("lag,value\n1,1\n2,.5\n3,.2\n")
    assert run("fit", str(path), *options) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert re.search(match, told), told


def test_laws_with_too_many_parameters_are_left_out_and_told() -> None:
    report = fit_laws(Curve(LAGS[:3], VALUES[:3]))
    assert {fit.name for fit in report.fits} >= {"exponential", "stretched_exponential"}
    assert "tempered_power" not in {fit.name for fit in report.fits}
    assert any("tempered_power" in note for note in report.notes)


def test_a_table_is_read_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\ufeff# measured\nlag, deviation, value\n1, .1, 1\n2, .05, .5\n4, .02, .1\n")
    curve = read_curve(path, errors="deviation")
    assert curve.lags.tolist() == [1, 2, 4]
    assert curve.values.tolist() == [1, 0.5, 0.1]
    assert curve.errors is not None
    assert curve.errors.tolist() == [0.1, 0.05, 0.02]
    assert read_curve(path, errors="2").values.tolist() == [1, 0.5, 0.1]


def test_the_command_gives_what_python_gives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generator = np.random.default_rng(0)
    values = VALUES * np.exp(0.02 * generator.standard_normal(LAGS.size))
    path, figure = tmp_path / "table.csv", tmp_path / "fit.svg"
    rows = "\n".join(f"{a},{b},{0.02 * b}" for a, b in zip(LAGS, values, strict=True))
    path.write_text(f"lag,value,error\n{rows}\n")
    options = ["--law", "exponential", "--law", "k/(1+ell/T)", "--samples", "1e3", "--alpha", "1.5"]
    assert run("fit", str(path), *options, "--plot", str(figure), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["best"] == "exponential"
    assert figure.read_text().startswith("<?xml")
    laws = [LAWS["exponential"]]
    report = fit_laws(read_curve(path), laws, question=Question(1e3, kappa=3))
    expected = report.best.to_dict()
    assert told["laws"][0]["parameters"] == expected["parameters"]
    assert told["laws"][0]["window"] == expected["window"]
    assert run("fit", str(path), *options) == 0
    text = capsys.readouterr().out
    assert "Vuong against exponential" in text
    assert "independent" in text
    law = text.partition("longlag law '")[2].partition("'")[0]
    assert run("horizon", law, "--samples", "1e3", "--alpha", "1.5", "--json") == 0
    again = json.loads(capsys.readouterr().out)
    exact = solve_horizon(report.best.fitted, {}, samples=1e3, cost=1, kappa=3)
    assert again["horizon"] == pytest.approx(float(exact.horizon), rel=1e-4)


def test_sequences_have_their_own_errors() -> None:
    sequences = VALUES * (1 + 0.1 * np.random.default_rng(0).standard_normal((50, 1)))
    curve = curve_of_sequences(LAGS, sequences)
    assert curve.errors is not None
    assert curve.values == pytest.approx(sequences.mean(0))
    assert curve.errors / curve.values == pytest.approx(curve.errors[0] / curve.values[0])
    with pytest.raises(LonglagError, match="at least 3"):
        curve_of_sequences(LAGS, sequences[:2])
