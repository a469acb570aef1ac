"""The command line as a user sees it: output, exit status, one-line errors, whole files."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from longlag.cli import main
from longlag.theory.cells import CELLS

MGU = """
from sympy import tanh
from longlag.theory import Cell, drive, recurrent, sigmoid, state

h = state("h")
f = sigmoid(recurrent("f", h) + drive("f"))
n = tanh(recurrent("n", f * h) + drive("n"))
mgu = Cell("mgu", {h: (1 - f) * h + f * n})
number = 3
"""

CLAIM = """
from sympy import S, Symbol
from longlag.theory.statement import Claim, Kind, Relation, Statement
from longlag.theory.verify import verify

x = Symbol("x", positive=True)

def claim(name, right, holds=True):
    relation = Relation(Kind.IDENTITY, (x + 1)**2, right, {x: S.Reals})
    return Claim(Statement(name, Kind.IDENTITY, relation.latex()),
                 lambda settings: verify(relation, settings), expected_to_hold=holds)

right = claim("right", x**2 + 2*x + 1)
wrong = claim("wrong", x**2 + x + 1)
known_wrong = claim("known_wrong", x**2 + x + 1, holds=False)
"""


LEAVING = """
from longlag.theory.statement import Claim, Derivation, Figure, Kind, Statement, Table

def leave(settings):
    raise SystemExit(0)

leaving = Claim(Statement("x", Kind.IDENTITY, "x"), leave)
drawn = Derivation("drawn", "Drawn", (Figure("f", "a figure", leave),))
listed = Derivation("listed", "Listed", (Table("t", "a table", ("a",), leave),))
"""


def run(*arguments: str) -> int:
    """Run the command line in this process and return its exit status."""
    old = sys.argv
    sys.argv = ["longlag", *arguments]
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)
    finally:
        sys.argv = old
    return 0


@pytest.fixture
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mgu.py").write_text(MGU)
    (tmp_path / "claims.py").write_text(CLAIM)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_list_names_every_cell(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    text = capsys.readouterr().out
    assert all(name in text for name in CELLS)
    assert run("list", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert [cell["name"] for cell in data["cells"]] == list(CELLS)
    assert {"derivations", "backends", "formats"} <= data.keys()


def test_list_and_help_do_not_import_torch() -> None:
    code = (
        "import sys, longlag.cli as cli; sys.argv = ['longlag', 'list']\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize("backend", ["torch", "numpy", "mpmath"])
def test_generate_prints_a_module_that_runs(
    backend: str, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("generate", "mgu.py:mgu", "--backend", backend) == 0
    printed = capsys.readouterr().out
    assert run("generate", "mgu.py:mgu", "--backend", backend, "-o", "out/mgu_code.py") == 0
    assert (user_folder / "out/mgu_code.py").read_text() == printed
    namespace: dict[str, object] = {}
    exec(compile(printed, "mgu_code.py", "exec"), namespace)
    assert callable(namespace["jacobian"])


def test_check_of_a_users_cell_proves_its_jacobian(
    user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", "mgu.py:mgu", "--json", "--examples", "3", "--seed", "7") == 0
    rows = {row["statement"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["jacobian"]["level"] == "proved"
    assert rows["rates"]["level"] == "measured"
    assert all(row["as_expected"] for row in rows.values())
    assert rows["product"]["seed"] == 7
    assert rows["product"]["points"] == 3


def test_what_a_users_file_prints_stays_out_of_the_output(
    user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (user_folder / "loud.py").write_text(MGU + "print('hello')\n")
    assert run("check", "loud.py:mgu", "--json", "--examples", "1") == 0
    captured = capsys.readouterr()
    rows = json.loads(captured.out)
    assert "hello" in captured.err
    routes = {row["statement"]: row["routes"] for row in rows}
    assert len(routes["jacobian"]) == 4, "JSON gives every route"


@pytest.mark.parametrize("body", ["lambda settings: 1 / 0", "lambda settings: True", "3"])
def test_a_check_that_breaks_is_named_in_one_line(
    body: str, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (user_folder / "breaks.py").write_text(
        "from longlag.theory.statement import Claim, Kind, Statement\n"
        f"claim = Claim(Statement('broken', Kind.IDENTITY, 'x'), {body})\n"
    )
    assert run("check", "breaks.py:claim") == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "claim 'broken'" in error


@pytest.mark.parametrize(
    "arguments", [["check", "gru", "--seed", "abc"], ["bogus"], ["generate"], ["list", "extra"]]
)
def test_usage_errors_are_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("longlag: ")
    assert error.count("\n") == 1


def test_check_exits_1_when_a_verdict_is_unexpected(
    user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", "claims.py:right", "claims.py:known_wrong") == 0
    assert "all as expected" in capsys.readouterr().out
    assert run("check", "claims.py:right", "claims.py:wrong") == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "1 NOT as expected" in text
    assert "x = " in text, "the counterexample is shown"


@pytest.mark.parametrize("document_format", ["tex", "md", "html"])
def test_derive_prints_a_document_with_verdicts(
    document_format: str, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(
        "derive", "mgu.py:mgu", "--format", document_format, "--order", "2", "--examples", "2"
    )
    text = capsys.readouterr().out
    assert status == 0
    assert text.count("measured") >= 5
    assert "proved" in text


def test_derive_writes_a_file_with_figures(user_folder: Path) -> None:
    assert run("derive", "mgu.py:mgu", "-o", "out/mgu.md", "--examples", "2") == 0
    assert "Jacobian" in (user_folder / "out/mgu.md").read_text()
    assert list((user_folder / "out/figures").glob("*.png"))


BAD = {
    "an unknown cell": (["derive", "grru"], "grru"),
    "an unknown cell to generate": (["generate", "grru"], "did you mean 'gru'"),
    "an unknown backend": (["generate", "gru", "--backend", "jaxx"], "jaxx"),
    "an unknown format": (["derive", "gru", "--format", "docx"], "docx"),
    "a negative order": (["derive", "gru", "--order", "-1"], "-1"),
    "no examples": (["check", "gru", "--examples", "0"], "--examples 0"),
    "a file without an object": (["derive", "mgu.py"], "mgu.py:OBJECT"),
    "a missing file": (["derive", "absent.py:cell"], "absent.py"),
    "a missing object": (["derive", "mgu.py:gmu"], "its cells are mgu"),
    "an object that is no cell": (["generate", "mgu.py:number"], "has type int"),
    "an object that can not be derived": (["derive", "mgu.py:number"], "has type int"),
    "a file that raises": (["check", "raises.py:cell"], "line 2: ZeroDivisionError"),
    "a file with a bad cell": (["check", "bad_cell.py:cell"], "line 3: state c"),
    "a file with a syntax error": (["check", "broken.py:cell"], "line 1: SyntaxError"),
    "a file that exits": (["check", "leaves.py:cell"], "SystemExit: 0"),
    "a file that closes": (["check", "closes.py:cell"], "line 1: GeneratorExit: the file"),
    "a file with an error of its own": (["generate", "own.py:cell"], "line 2: Own: mine"),
    "an error without words": (["derive", "dumb.py:cell"], "line 3: Dumb: the file"),
    "names that raise": (["generate", "names.py:cell"], "line 1: RuntimeError: cell"),
    "a check that exits": (["check", "claims_.py:leaving"], "claim 'x': it must not raise"),
    "a figure that exits": (
        ["derive", "claims_.py:drawn", "-o", "x.md"],
        "'drawn--f': it must not",
    ),
    "a table that exits": (["derive", "claims_.py:listed"], "table 't': it must not raise"),
    "a file of zeros": (["generate", "/dev/zero:cell"], "a device"),
    "a file that is a pipe": (["check", "pipe:cell"], "a pipe"),
    "an output that is a folder": (["generate", "gru", "-o", "folder"], "folder"),
    "a folder that can not be made": (["generate", "gru", "-o", "mgu.py/x/gru.py"], "mgu.py"),
    "an output without a format": (["derive", "gru", "-o", "out"], "--format"),
    "a folder for a file": (["generate", "folder:cell"], "it is a folder"),
    "a report into a file": (["report", "-o", "mgu.py"], "mgu.py"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gives_one_line_and_status_2(
    name: str, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (user_folder / "raises.py").write_text("x = 1\nx / 0\n")
    (user_folder / "broken.py").write_text("cell = (\n")
    (user_folder / "leaves.py").write_text("raise SystemExit(0)\n")
    (user_folder / "closes.py").write_text("raise GeneratorExit\n")
    (user_folder / "own.py").write_text("class Own(BaseException): ...\nraise Own('mine')\n")
    (user_folder / "dumb.py").write_text(
        "class Dumb(Exception):\n    def __str__(self): raise SystemExit(0)\nraise Dumb\n"
    )
    (user_folder / "names.py").write_text("def __getattr__(name): raise RuntimeError(name)\n")
    (user_folder / "claims_.py").write_text(LEAVING)
    os.mkfifo(user_folder / "pipe")
    (user_folder / "bad_cell.py").write_text(
        "from longlag.theory import *\nh, c = state('h'), state('c')\ncell = Cell('bad', {h: c})\n"
    )
    (user_folder / "folder").mkdir()
    before = sorted(path.name for path in user_folder.rglob("*") if "__pycache__" not in path.parts)
    arguments, expected = BAD[name]
    status = run(*arguments)
    captured = capsys.readouterr()
    assert status == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("longlag: ")
    assert expected in captured.err
    after = sorted(path.name for path in user_folder.rglob("*") if "__pycache__" not in path.parts)
    assert after == before, "nothing is half-written"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named(
    user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (user_folder / "closed").mkdir(mode=0o500)
    assert run("generate", "gru", "-o", "closed/gru.py") == 2
    assert "Permission denied" in capsys.readouterr().err


def test_unknown_options_exit_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("derive", "gru", "--colour") == 2
    assert "--colour" in capsys.readouterr().err


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "longlag", "--version"], check=True, capture_output=True, text=True
    )
    assert done.stdout.startswith("longlag 0.")


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("law", "-exp(-ell)"),
        ("law", "-ell"),
        ("law", "-omega*exp(-ell)"),
        ("law", "--ell**2"),
        ("horizon", "-1/ell"),
        ("horizon", "-.5*ell"),
        ("memory", "-exp(-t)"),
    ],
)
def test_an_expression_with_a_minus_sign_is_told_how_to_be_typed(
    command: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command, text) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"after --: longlag {command} … -- {shlex.quote(text)}" in error


def test_an_option_after_the_two_minus_signs_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("horizon", "--kappa", "2", "--", "-1/ell", "--samples", "3") == 2
    assert "write --samples before it" in capsys.readouterr().err
    assert run("derive", "gru", "--colour") == 2
    assert "minus" not in capsys.readouterr().err


def outcome(folder: Path, *arguments: str, out: Path | None = None) -> tuple[int, str]:
    """The exit status and stderr of a process of its own, with the filters that users have."""
    command = [sys.executable, "-m", "longlag", *arguments]
    with (out or Path(os.devnull)).open("w") as stdout:
        done = subprocess.run(command, cwd=folder, stdout=stdout, stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stderr


LOUD = """
import logging, warnings
import numpy as np
warnings.warn("first", FutureWarning)
np.float64(1e300) * 1e300
logging.warning("second")
"""


def test_remarks_of_libraries_are_notes_beside_a_result(user_folder: Path) -> None:
    (user_folder / "loud.py").write_text(MGU + LOUD)
    status, told = outcome(user_folder, "generate", "loud.py:mgu")
    assert status == 0
    assert told.count("longlag: note: ") == told.count("\n") == 3
    for text in ("first", "overflow", "second"):
        assert f"{text}" in told


def test_above_a_refusal_there_are_none(user_folder: Path) -> None:
    (user_folder / "loud.py").write_text(MGU + LOUD + "1 / 0\n")
    status, told = outcome(user_folder, "generate", "loud.py:mgu")
    assert (status, told.count("\n")) == (2, 1)
    assert "ZeroDivisionError" in told


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"]])
def test_an_output_that_takes_no_more_is_one_line(arguments: list[str], tmp_path: Path) -> None:
    status, told = outcome(tmp_path, *arguments, out=Path("/dev/full"))
    assert (status, told.count("\n")) == (2, 1)
    assert "the disk is full" in told


def test_who_has_read_enough_of_the_output_is_not_told_of_it(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "longlag", "list", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()
    assert process.communicate()[1] == ""
