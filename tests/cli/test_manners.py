"""How the command line behaves whatever it is asked: beginnings, statuses, streams, folders."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from longlag import __version__
from longlag.cli import COMMANDS
from longlag.cli.reading.places import place_to_write
from longlag.cli.showing.progress import progress
from longlag.theory.errors import LonglagError
from tests.cli.commands.test_commands import run


def typed(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a shell sees of a command."""
    return subprocess.run(
        [sys.executable, "-m", "longlag", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_alone_it_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    captured = capsys.readouterr()
    lines = [line.split() for line in captured.out.splitlines() if line.startswith("  longlag")]
    assert captured.err == ""
    assert len(lines) >= 4
    assert {line[1] for line in lines} <= set(COMMANDS)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == f"longlag {__version__}\n"


def test_a_group_alone_tells_its_commands_and_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("experiment") == 2
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "resume" in captured.out


def test_the_help_documents_the_statuses(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    told = " ".join(capsys.readouterr().out.split())
    for status in ("0, all as expected", "1, something is refuted", "2, bad input", "130, inter"):
        assert status in told


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("longlag der", "derive"),
        ("longlag derive gru_res", "gru_reset_before gru_reset_before_layer_norm"),
        ("longlag law poly", "polynomial"),
        ("longlag generate gru --backend num", "numpy"),
    ],
)
def test_a_shell_completes_names(words: str, expected: str) -> None:
    place = str(len(words.split()) - 1)
    done = typed(_LONGLAG_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=place)
    assert (done.stdout.split(), done.stderr, done.returncode) == (expected.split(), "", 0)


def test_the_script_of_completion_is_shown() -> None:
    done = typed("--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert "complete" in done.stdout
    assert (done.stderr, done.returncode) == ("", 0)


def test_a_slip_of_the_hand_is_answered_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("deriv", "gru") == 2
    told = capsys.readouterr().err
    assert "Did you mean 'derive'? see longlag --help" in told
    assert told.count("\n") == 1


def test_there_are_no_colours_in_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "claims.py").write_text(
        "from sympy import S, Symbol\n"
        "from longlag.theory.statement import Kind, Relation\n"
        "x = Symbol('x', real=True)\n"
        "same = Relation(Kind.IDENTITY, x + x, 2 * x, {x: S.Reals})\n"
    )
    for arguments in (["list"], ["check", f"{tmp_path}/claims.py:same"], ["law", "--help"]):
        done = typed(*arguments)
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout + done.stderr


class TestFolders:
    def test_inside_the_working_directory_they_are_made(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert run("style", "-o", "new/one/longlag.sty") == 0
        assert (tmp_path / "new/one/longlag.sty").is_file()

    def test_outside_of_it_none_is_made_unasked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        for place in (tmp_path / "new/longlag.sty", Path("../new/longlag.sty")):
            assert run("style", "-o", str(place)) == 2
            assert "outside the working directory" in capsys.readouterr().err
        assert [each.name for each in tmp_path.iterdir()] == ["here"]
        assert run("style", "-o", str(tmp_path / "longlag.sty")) == 0

    def test_a_terminal_is_asked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        asked: list[str] = []

        def answer(question: str, *, err: bool) -> bool:
            asked.append(question)
            return "yes" in question

        monkeypatch.setattr(typer, "confirm", answer)
        assert place_to_write(tmp_path / "yes/a.png") == tmp_path / "yes/a.png"
        with pytest.raises(LonglagError):
            place_to_write(tmp_path / "no/a.png")
        assert len(asked) == 2


class TestProgress:
    def test_a_short_run_says_nothing_elsewhere_than_on_a_terminal(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with progress(3) as advance:
            for _ in range(3):
                advance("short")
        assert capsys.readouterr().err == ""

    def test_a_long_one_writes_plain_lines_with_the_time_left(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        clock = iter(range(0, 1000, 15))
        monkeypatch.setattr("longlag.cli.showing.progress.time.monotonic", lambda: next(clock))
        with progress(3) as advance:
            for _ in range(3):
                advance("slow")
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.splitlines() == [
            "1 of 3, about 30 s left; slow",
            "2 of 3, about 15 s left; slow",
        ]


@pytest.mark.parametrize(
    "arguments",
    [
        "derive polynomial --order 2",
        "check paper.tex --order 2",
        "check gru --effort quick --thorough",
        "check gru --jobs 0",
        "check gru --fresh",
        "spectrum Beta(a,b) --set a=2 --set b=3 --seed 4",
        "spectrum Beta(a,b) --set a=2 --set b=3 --cost 4",
        "spectrum Beta(a,b) --set a=2 --set b=3 --json --format tex",
        "stability gru --steps 10",
        "fit curve.csv --mean geometric",
        "phases polynomial --draw f=u",
        "signal gru.pt --task multi_lag --batch-first",
        "measure gru.pt --input x.npy --max-lag 4 --nonlinearity relu",
        "measure gru.pt --input x.npy --max-lag 4 --seed 1",
        "derive gru --label eq:a",
    ],
)
def test_an_option_that_would_not_be_heeded_is_refused(
    arguments: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import numpy as np
    import torch

    monkeypatch.chdir(tmp_path)
    torch.save(torch.nn.GRU(1, 4).state_dict(), "gru.pt")
    np.save("x.npy", np.zeros(20))
    (tmp_path / "curve.csv").write_text("lag,value\n1,.5\n2,.3\n3,.2\n4,.1\n5,.05\n6,.02\n")
    (tmp_path / "paper.tex").write_text("% longlag: check\n$1 = 1$\n")
    assert run(*arguments.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ("horizon polynomial", "longlag horizon --help"),
        ("check proof.txt", "a paper is a .tex"),
        ("law polynomial --format docx", "choose one of text"),
        ("derive gru_rest_before", "did you mean gru_reset_before"),
    ],
)
def test_what_is_refused_says_what_to_do(
    arguments: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments.split()) == 2
    assert hint in capsys.readouterr().err
