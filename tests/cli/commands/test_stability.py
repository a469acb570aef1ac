"""``longlag stability``: what it prints, and what it refuses in one line."""

from __future__ import annotations

import json

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


BAD: dict[str, tuple[list[str], str]] = {
    "not covered": (["orthogonal"], "matrix made of others"),
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
