"""``longlag stability``: what it prints, and what it refuses in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from longlag.cli import app
from longlag.theory import LonglagError


def told(*arguments: str) -> str:
    found = CliRunner().invoke(app, ["stability", *arguments], catch_exceptions=False)
    assert found.exit_code == 0
    return found.stdout


def test_a_cell_is_told_with_its_critical_gain_beside_networks() -> None:
    text = told("gru", "--gain", "2", "--neurons", "48")
    assert "critical gain  2," in text
    assert "at rest        boundary 1, chi 0.5" in text
    assert "largest |eigenvalue|" in text
    assert "all depends on the gain 2" in text


def test_json_of_the_same() -> None:
    found = json.loads(told("leaky", "--set", "alpha=0.3", "--neurons", "40", "--json"))
    assert found["critical_gain"] == "1"
    assert found["rest"]["isotropy"] == pytest.approx(0.7**2 + 0.3**2)
    assert found["rest"]["radius"] == pytest.approx(1)
    assert abs(found["rest"]["largest"] - 1) < 0.2


def test_what_a_cell_lacks_is_said() -> None:
    assert "no recurrent weights" in told("min_gru", "--neurons", "8")
    assert "does not rest there" in told("scrn", "--set", "alpha=0.9", "--neurons", "8")


def test_other_matrices_have_laws_of_their_own() -> None:
    text = told("orthogonal", "--neurons", "32")
    assert "orthogonal, free of D" in text
    assert "the same radius at every gain" in text
    turning = told("antisymmetric", "--set", "gamma=0.2", "--set", "epsilon=0.5", "--neurons", "32")
    assert "the spectrum reaches the unit circle at rest" in turning
    assert "eigenvalue| the same, exactly" in told("delta_net", "--neurons", "5")


def test_without_a_law_networks_alone_tell(tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    own.write_text(
        "from longlag.theory import Cell, state\n"
        "from longlag.theory.language.given import weight\n"
        "h, W = state('h'), weight('W')\n"
        "cell = Cell('unequal', {h: W(h) + 2 * W.T(h)})\n"
    )
    text = told(f"{own}:cell", "--neurons", "24")
    assert "no law: it has a matrix and its transpose in other places" in text
    assert "boundary" not in text
    assert "largest |eigenvalue|" in text


def test_exponents_and_a_dimension_with_both_intervals() -> None:
    given = ["plain", "--gain", "2.5", "--neurons", "24", "--draws", "2", "--steps", "90"]
    text = told(*given, "--exponents", "20")
    assert "over networks, of the first" in text
    assert "(Kaplan-Yorke)" in text
    assert "13 more" not in text
    assert "12 more" in text
    few = json.loads(told(*given, "--exponents", "1", "--json"))["trajectories"]
    assert few["dimension"] is None
    assert len(few["exponents"]) == len(few["half_width_over_time"]) == 1
    stable = json.loads(told("plain", *given[1:], "--gain", "0.5", "--exponents", "2", "--json"))
    assert stable["trajectories"]["dimension"]["mean"] == 0
    assert stable["trajectories"]["exponents"][0] < 0


BAD: dict[str, tuple[list[str], str]] = {
    "few steps": (["plain", "--exponents", "2", "--steps", "9", "--neurons", "8"], "need many"),
    "a law": (["exponential"], "a decay law has no weights"),
    "missing": (["leaky"], "a number is needed"),
    "outside": (["leaky", "--set", "alpha=2"], "lives in"),
    "one draw": (["gru", "--draws", "1"], "needs several"),
    "negative": (["gru", "--gain", "-1"], "standard deviation"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(name: str) -> None:
    arguments, why = BAD[name]
    found = CliRunner().invoke(app, ["stability", *arguments])
    assert isinstance(found.exception, LonglagError)
    assert why in str(found.exception)
    assert "\n" not in str(found.exception)
