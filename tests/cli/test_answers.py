"""A kept answer is told again word for word, says so, and only where nothing has changed."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest

from longlag.cli import answers, main
from longlag.cli.answers import FRESH_VARIABLE, keeping, recall

LAW = ["law", "constant", "--examples", "1"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGLAG_CACHE", str(tmp_path))
    monkeypatch.delenv(FRESH_VARIABLE, raising=False)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["longlag", *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
    assert not stop.value.code
    found = capsys.readouterr()
    return found.out, found.err


def test_an_answer_is_told_again_word_for_word_and_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, remarks = printed(capsys, *LAW)
    assert "N(ell)" in text
    assert not remarks
    known = recall(LAW)
    assert known is not None
    assert printed(capsys, *LAW) == (text, known.note + "\n")
    assert known.when in known.note
    monkeypatch.setenv(FRESH_VARIABLE, "1")
    assert printed(capsys, *LAW) == (text, "")


def test_a_kept_answer_runs_no_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with keeping(LAW):
        print("as it was")
    monkeypatch.setattr("longlag.cli.group.command", None)
    assert printed(capsys, *LAW)[0] == "as it was\n" * 2  # once when it was kept


def test_what_was_typed_the_code_and_the_libraries_each_change_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with keeping(LAW):
        print("as it was")
    assert recall(LAW) is not None
    assert recall([*LAW, "--seed", "1"]) is None
    code = tmp_path / "code"
    code.mkdir()
    (code / "__init__.py").write_text("")
    for attribute, value in (
        ("longlag.__file__", str(code / "__init__.py")),
        ("longlag.cli.answers._installed", lambda: ["sympy-0.dist-info"]),
        ("sys.version", "another"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(attribute, value)
            assert recall(LAW) is None
    assert recall(LAW) is not None


def test_one_byte_of_the_code_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "code" / "theory"
    room.mkdir(parents=True)
    monkeypatch.setattr("longlag.__file__", str(room.parent / "__init__.py"))
    (room / "law.py").write_text("x = 1\n")
    with keeping(LAW):
        print("as it was")
    assert recall(LAW) is not None
    (room / "law.py").write_text("x = 2\n")
    assert recall(LAW) is None


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["measure", "gru"],
        ["law", "--help"],
        ["law", "exponential", "-o", "page.md"],
        ["law", "exponential", "--notation", "mine.toml"],
        ["derive", "mine.py:cell"],
        ["derive", "gru", "--format", "pdf"],
        ["derive", "gru", "--output=page.md"],
    ],
)
def test_what_reads_or_writes_files_is_not_kept(arguments: list[str], tmp_path: Path) -> None:
    with keeping(arguments):
        print("text")
    assert recall(arguments) is None
    assert not list(tmp_path.iterdir())


def test_what_fails_or_remarks_something_is_not_kept() -> None:
    with pytest.raises(ZeroDivisionError), keeping(LAW):
        print("text", 1 // len(""))
    assert recall(LAW) is None
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with keeping(LAW):
            print("text")
            warnings.warn("doubtful", stacklevel=1)
    assert [str(each.message) for each in told] == ["doubtful"]
    assert recall(LAW) is None


def test_a_damaged_answer_counts_as_missing(tmp_path: Path) -> None:
    with keeping(LAW):
        print("text")
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text().replace("text", "next"))
    assert recall(LAW) is None
    assert answers.Answer("text", "today").note.count("\n") == 0
