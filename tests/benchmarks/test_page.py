"""The page on performance is written from a run, and the one that ships was written so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from benchmarks.__main__ import parsed
from benchmarks.page import HEADER, page
from benchmarks.saved import Saved, setting
from benchmarks.timing import Row, at_least
from benchmarks.yardstick import Measured

SHIPPED = Path(__file__).parent.parent.parent / "docs" / "performance.md"
YARDSTICK = {"arrays": Measured(0.01, 1.1), "symbols": Measured(0.1, 1.2)}
ROWS = (
    at_least("products", "a loop", 3.0, 2),
    at_least("norms ‖x|", "a loop", 1.0, 2),
    Row("growth of sums with terms, 4 to 64", "1: one by one", "1.02 [0.9, 1.1]", "≤ 1", True),
)
GPU = Row("call, float64", "float64 on the processor", "1e-12", "≤ 1e-09", True)


def test_every_line_stands_on_the_page_and_a_missed_goal_is_told() -> None:
    found = page(Saved({"torch": "2.13"}, YARDSTICK, ROWS))
    assert found.startswith(HEADER)
    assert "| products | a loop | 3.0× | ≥ 2× | yes |" in found
    assert r"| norms ‖x\| | a loop | 1.0× | ≥ 2× | **no** |" in found
    assert "1 of 2 goals met." in found
    assert "| sums with terms, 4 to 64 | 1: one by one | 1.02 [0.9, 1.1] | ≤ 1 | yes |" in found
    assert "| yardstick for arrays | 10 ms;" in found
    assert "| torch | 2.13 |" in found


def test_a_gpu_is_untested_until_a_run_has_seen_one() -> None:
    assert "that is untested" in page(Saved({}, YARDSTICK, ROWS))
    seen = page(Saved({}, YARDSTICK, (*ROWS, GPU)))
    assert "untested" not in seen
    assert "| call, float64 |" in seen


def commands() -> list[str]:
    return re.findall(r"^\| `python -m benchmarks ?([^`]*)`", HEADER, flags=re.MULTILINE)


@pytest.mark.parametrize("command", commands())
def test_every_command_of_the_page_is_one(command: str) -> None:
    parsed(shlex.split(command))


def test_the_page_that_ships_was_written_so() -> None:
    text = SHIPPED.read_text()
    assert text.startswith(HEADER), "write it anew"
    assert len(commands()) >= 6
    for name in setting():
        assert f"| {name} | " in text
    headings = re.findall(r"^## (.*)", text, flags=re.MULTILINE)
    assert headings == ["The machine", "Ratios", "Growth", "On a GPU"]
