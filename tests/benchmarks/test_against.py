"""A comparison of two runs names what got worse by more than a fifth of its yardstick."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from benchmarks import __main__ as command
from benchmarks import saved, yardstick
from benchmarks.against import WORSE, changes, report
from benchmarks.saved import FORMAT, Saved, read
from benchmarks.timing import Row, absolute, at_least, at_most
from benchmarks.yardstick import Measured, joined
from longlag.theory import LonglagError

QUIET = {"arrays": Measured(0.01, 1.0), "symbols": Measured(0.1, 1.0)}


def run(*rows: Row, arrays: float = 0.01, symbols: float = 0.1, **setting: str) -> Saved:
    yardsticks = {"arrays": Measured(arrays, 1.0), "symbols": Measured(symbols, 1.0)}
    return Saved({"torch": "2.13", **setting}, yardsticks, rows)


def seconds(value: float, what: str = "transport", yardstick: str = "arrays") -> Row:
    return absolute(what, value, 1.0, yardstick=yardstick)


def factor(now: Saved, before: Saved) -> float:
    (change,) = changes(now, before)
    return change.factor


def test_seconds_are_compared_in_yardsticks_of_their_own_run() -> None:
    """A machine that is twice as slow makes nothing worse, one that is twice as fast hides it."""
    before = run(seconds(0.5))
    assert factor(run(seconds(1.0), arrays=0.02), before) == pytest.approx(1)
    assert factor(run(seconds(0.5), arrays=0.005), before) == pytest.approx(2)
    assert factor(run(seconds(1.0), symbols=0.2), before) == pytest.approx(2), "the other yardstick"
    symbolic = run(seconds(0.5, yardstick="symbols"))
    assert factor(run(seconds(1.0, yardstick="symbols"), symbols=0.2), symbolic) == pytest.approx(1)


def test_ratios_are_compared_as_they_stand_and_speed_ups_upside_down() -> None:
    before = run(at_most("a", "b", 2.0, 3), at_least("c", "d", 10.0, 3))
    now = run(at_most("a", "b", 3.0, 3), at_least("c", "d", 5.0, 3), arrays=7.0)
    assert [(c.key, c.factor) for c in changes(now, before)] == [
        ("c, against d", pytest.approx(2)),
        ("a, against b", pytest.approx(1.5)),
    ]


@pytest.mark.parametrize(
    ("ratio", "word"), [(WORSE * 1.01, "WORSE"), (WORSE * 0.99, ""), (0.99 / WORSE, "better")]
)
def test_a_fifth_is_where_something_is_worse(ratio: float, word: str) -> None:
    before, now = run(seconds(0.1), seconds(0.3, "b")), run(seconds(0.1 * ratio), seconds(0.3, "b"))
    lines = list(report(now, before))
    named = [line for line in lines if "transport" in line]
    assert [line.partition(":")[0] for line in named] == ([word] if word else [])
    assert lines[-1] == f"{int(word == 'WORSE')} of 2 lines cost over 20% more than before"


def test_other_machines_restless_yardsticks_and_missing_lines_are_told() -> None:
    before = run(seconds(0.1), seconds(0.2, "gone"), processor="old")
    now = run(seconds(0.1), seconds(0.2, "new"), processor="new")
    now = replace(now, yardstick={**QUIET, "arrays": Measured(0.01, 1.5)})
    lines = list(report(now, before))
    assert lines[0] == "other processor: old before, new now"
    assert "yardstick for arrays itself varied by 50%" in lines[1]
    assert any(line.startswith("not in this run: gone") for line in lines)
    assert not any("yardstick for symbols" in line for line in lines)


def test_lines_without_a_cost_are_no_matter_of_time() -> None:
    right = Row("share", "a", "3", "3", True)
    assert [c.key for c in changes(run(right, seconds(1)), run(right, seconds(1)))] == [
        "transport, against wall clock"
    ]
    with pytest.raises(LonglagError, match="a cost in common"):
        changes(run(right), run(right))


def test_a_name_stands_where_what_is_measured_holds_a_figure() -> None:
    before = run(absolute("exit times up to 1.3", 0.1, 1.0, name="exits"))
    now = run(absolute("exit times up to 1.4", 0.2, 1.0, name="exits"))
    assert factor(now, before) == pytest.approx(2)


def test_a_run_is_the_same_after_it_was_saved(tmp_path: Path) -> None:
    one = run(seconds(0.5), at_least("a", "b", 3.0, 2.0), Row("w", "a", "3", "3", False))
    one.write(tmp_path / "some" / "run.json")
    again = read(tmp_path / "some" / "run.json")
    assert list(again.rows) == list(one.rows)
    assert (again.yardstick, again.setting) == (one.yardstick, one.setting)


CONTENT = {"format": FORMAT, "setting": {}, "rows": [], "yardstick": {
    name: asdict(each) for name, each in QUIET.items()}}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        json.dumps({**CONTENT, "format": 0}),
        json.dumps({**CONTENT, "yardstick": {}}),
        json.dumps({**CONTENT, "yardstick": {**CONTENT["yardstick"], "arrays": {"seconds": 1}}}),
        json.dumps({**CONTENT, "yardstick": {key: {"seconds": 0, "spread": 1} for key in QUIET}}),
        json.dumps({**CONTENT, "rows": [{"what": "a"}]}),
    ],
)
def test_a_file_of_another_kind_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps(CONTENT))
    assert not read(tmp_path / "run.json").rows
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(LonglagError, match="a saved run is JSON of format") as caught:
        read(tmp_path / "run.json")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LonglagError, match="FileNotFoundError"):
        read(tmp_path / "nowhere.json")


def test_a_run_has_the_kind_of_machine_and_no_name_of_it() -> None:
    import platform

    found = saved.setting()
    assert {"processor", "flags", "threads", "torch", "sympy", "compiler"} <= found.keys()
    assert platform.node() not in json.dumps(found).split()


def test_the_yardstick_is_measured_and_drift_widens_it() -> None:
    found = yardstick.measure(3)
    assert found.keys() == yardstick.WORK.keys()
    assert all(each.seconds > 0 and each.spread >= 1 for each in found.values())
    assert joined(Measured(1.0, 1.1), Measured(4.0, 1.2)) == Measured(2.0, 4.0)
    assert joined(Measured(1.0, 1.1), Measured(1.0, 1.2)) == Measured(1.0, 1.2)


@pytest.fixture
def one_row(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The command with one line in place of all files, on a machine whose yardstick stands."""
    told = SimpleNamespace(seconds=0.1)

    def rows(names: list[str], console: Console, **options: object) -> list[Row]:
        return [seconds(told.seconds)]

    monkeypatch.setattr(command, "rows", rows)
    monkeypatch.setattr(yardstick, "measure", lambda: QUIET)
    return told


def test_the_command_ends_with_one_where_something_got_worse(
    one_row: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    page = tmp_path / "docs" / "page.md"
    assert command.main(["stable", "--save", str(first), "--page", str(page)]) == 0
    assert "| transport | wall clock | 100 ms | < 1000 ms | yes |" in page.read_text()
    one_row.seconds = 0.11
    assert command.main(["stable", "--save", str(second), "--against", str(first)]) == 0
    one_row.seconds = 0.13
    assert command.main(["stable", "--save", str(second), "--against", str(first)]) == 1
    assert "WORSE: 1.30× the cost of before" in capsys.readouterr().out


def test_the_command_refuses_what_it_does_not_know(
    one_row: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["stabel"])
    assert "no such benchmark: stabel" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        command.main(["stable", "-o", "figure.png"])
    assert "-o belongs to growth" in capsys.readouterr().err
    with pytest.raises(LonglagError, match="a saved run"):
        command.main(["stable", "--against", str(tmp_path / "none.json")])
