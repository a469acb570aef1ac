r"""``longlag check paper.tex`` as an author sees it: verdicts, places, files, refusals."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands.test_commands import run

EXAMPLES = Path(__file__).parents[3] / "examples"
LET = "% longlag: let s in (0,1), \\ell in naturals, x, y > 0\n"
CHECK = "% longlag: check\n"
TRUE = LET + CHECK + "\\[ (1-s)^{\\ell} \\le e^{-s\\ell} \\]\n"
FALSE = LET + CHECK + "\\[\n  (1-s)^{\\ell}\n    \\le e^{-2s\\ell}\n\\]\n"
UNKNOWN = LET + CHECK + "\\[ x = \\foo \\]\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of its own, with verdicts of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LONGLAG_CACHE", str(tmp_path / "cache"))


def paper(source: str, name: str = "paper.tex") -> Path:
    path = Path(name)
    path.write_bytes(source.encode())
    return path


def rows(capsys: pytest.CaptureFixture[str], *arguments: str, status: int) -> list[dict[str, Any]]:
    assert run("check", *arguments, "--effort", "quick", "--json") == status
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_a_truth_is_shown_and_a_falsehood_refuted_in_its_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    paper(TRUE)
    (row,) = rows(capsys, "paper.tex", status=0)
    assert (row["level"], row["line"], row["column"], row["sign"]) == ("proved", 3, 17, "≤")
    paper(FALSE)
    (row,) = rows(capsys, "paper.tex", status=1)
    assert (row["level"], row["line"], row["column"]) == ("refuted", 5, 5)
    assert "\\ell = " in row["counterexample"]
    assert "s = " in row["counterexample"]


def test_lines_for_a_person_name_place_label_level_and_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    paper(FALSE.replace("\\]", "\\label{eq:leak}\\]"))
    assert run("check", "paper.tex") == 1
    out = capsys.readouterr().out
    assert "paper.tex:5:5  (eq:leak)  ≤  refuted" in out
    assert "\\ell = " in out
    assert "1 relation of 1 display: 1 refuted" in out


def test_a_line_number_is_no_picture(capsys: pytest.CaptureFixture[str]) -> None:
    paper(LET + "\n" * 97 + TRUE.removeprefix(LET))
    assert run("check", "paper.tex", "--effort", "quick") == 0
    assert "paper.tex:100:17" in capsys.readouterr().out


def test_exit_status_tells_refuted_before_unreadable(capsys: pytest.CaptureFixture[str]) -> None:
    paper(UNKNOWN)
    (row,) = rows(capsys, "paper.tex", status=2)
    assert row["level"] == "unreadable"
    assert "paper.tex:3:8: token '\\foo'" in row["message"]
    paper(UNKNOWN + FALSE.removeprefix(LET))
    assert [r["level"] for r in rows(capsys, "paper.tex", status=1)] == ["unreadable", "refuted"]


def test_all_displays_are_checked_if_asked(capsys: pytest.CaptureFixture[str]) -> None:
    paper(TRUE + "\\[ x \\le x + y \\]\n\\[ x \\]\n")
    assert len(rows(capsys, "paper.tex", status=0)) == 1
    assert len(rows(capsys, "paper.tex", "--all", status=0)) == 2


def test_only_what_changed_is_checked_again(capsys: pytest.CaptureFixture[str]) -> None:
    paper(TRUE)
    assert [r["remembered"] for r in rows(capsys, "paper.tex", status=0)] == [False]
    # It moves, and stays what it is; another domain makes another relation of it.
    paper("A line before.\n" + TRUE + CHECK + "\\[ x \\le x + y \\]\n")
    assert [r["remembered"] for r in rows(capsys, "paper.tex", status=0)] == [True, False]
    assert [r["remembered"] for r in rows(capsys, "paper.tex", "--fresh", status=0)] == [False] * 2
    paper(TRUE.replace("(0,1)", "(0,1]"))
    assert [r["remembered"] for r in rows(capsys, "paper.tex", status=0)] == [False]


def test_a_damaged_file_of_verdicts_counts_as_none(capsys: pytest.CaptureFixture[str]) -> None:
    paper(TRUE)
    for damage in ("", "{", "[]", '{"x": 3}'):
        Path("cache").mkdir(exist_ok=True)
        Path("cache/papers.json").write_text(damage)
        assert rows(capsys, "paper.tex", status=0)[0]["level"] == "proved"


def test_sarif_names_rule_place_and_message(capsys: pytest.CaptureFixture[str]) -> None:
    paper(TRUE + FALSE.removeprefix(LET) + UNKNOWN.removeprefix(LET))
    rows(capsys, "paper.tex", "--sarif", "found.sarif", status=1)
    found = json.loads(Path("found.sarif").read_text())
    assert found["version"] == "2.1.0"
    (ran,) = found["runs"]
    rules = [rule["id"] for rule in ran["tool"]["driver"]["rules"]]
    kinds = []
    for result in ran["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "paper.tex"
        kinds.append((result["ruleId"], result["kind"], result["level"]))
    assert kinds == [
        ("proved", "pass", "none"),
        ("refuted", "fail", "error"),
        ("unreadable", "fail", "error"),
    ]
    region = ran["results"][1]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 7, "startColumn": 5}


WHOLE = (
    "\\documentclass{article}\n\\usepackage{amsmath}\n"
    + LET
    + "\\begin{document}\nWords \\begin{equation}\n s \\le 1 % longlag: check\n"
    "\\end{equation} and 50\\% of words.\n"
    + "\\begin{minipage}{8cm}\n"
    + CHECK
    + "\\[ x \\le y \\]\\end{minipage}\n"
    + UNKNOWN.removeprefix(LET).replace("\\foo", "\\operatorname{foo} x")
    + "\\end{document}\n"
)


def test_a_copy_has_a_mark_at_each_display_and_the_verdicts_at_its_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = paper(WHOLE)
    rows(capsys, "paper.tex", "--annotate", "out.tex", status=1)
    assert source.read_text() == WHOLE
    copy = Path("out.tex").read_text()
    assert "Words \\longlagmark{green!50!black}{proved}{1}\\begin{equation}" in copy
    assert "\\longlagmark{red!80!black}{refuted}{2}\\[ x" in copy
    assert copy.index("\\def\\longlagmark") < copy.index("\\begin{document}")
    assert copy.index("\\item[3.]") < copy.index("\\end{document}")
    assert "fails at \\(x = " in copy
    # Written over once more: it is ours.
    rows(capsys, "paper.tex", "--annotate", "out.tex", status=1)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("options", ["", "twocolumn", "draft"])
def test_the_copy_compiles(options: str, capsys: pytest.CaptureFixture[str]) -> None:
    paper(WHOLE.replace("\\foo", "x").replace("{article}", f"[{options}]{{article}}"))
    rows(capsys, "paper.tex", "--annotate", "out.tex", "--pdf", status=1)
    assert Path("out.pdf").read_bytes().startswith(b"%PDF")


PLACES = {
    "the source": ("paper.tex", "never changed"),
    "a file of somebody's": ("mine.tex", "did not write"),
    "no LaTeX": ("out.txt", "is a .tex"),
}


@pytest.mark.parametrize("name", PLACES)
def test_nothing_of_others_is_written_over(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    place, words = PLACES[name]
    paper(WHOLE)
    Path("mine.tex").write_text("mine")
    assert run("check", "paper.tex", "--annotate", place) == 2
    assert words in capsys.readouterr().err
    assert Path("paper.tex").read_text() == WHOLE
    assert Path("mine.tex").read_text() == "mine"
    assert not Path("out.txt").exists()


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_a_copy_that_does_not_compile_is_not_half_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    paper(WHOLE.replace("Words", "Words \\undefined"))
    assert run("check", "paper.tex", "--effort", "quick", "--annotate", "out.tex", "--pdf") == 2
    assert "LaTeX error" in capsys.readouterr().err
    assert sorted(path.name for path in Path().iterdir()) == ["cache", "paper.tex"]


REFUSED = {
    "no annotation": (LET + "\\[ x = x \\]", ["% longlag: let", "% longlag: check", "--all"]),
    "no display": ("words", ["displays no formula"]),
    "an open display": (LET + CHECK + "\\[ x = ", ["paper.tex:3:1", "close"]),
    "an open environment": (LET + "\\begin{align} x", ["paper.tex:2:1", "\\end{align}"]),
    "verbatim that is open": ("\\begin{verbatim} x", ["paper.tex:1:1", "close"]),
    "an empty domain": ("% longlag: let x in (1,0)\n" + CHECK + "\\[ x=x \\]", ["1:21", "empty"]),
    "a redefinition": (
        LET + "% longlag: let s > 0\n\\[ s=s \\]",
        ["paper.tex:2:18", "1:16", "forget s"],
    ),
    "a missing file": ("\\input{nothing}", ["paper.tex:1:1", "missing"]),
    "a file outside": ("\\input{../secret}", ["paper.tex:1:1", "outside"]),
    "an absolute file": ("\\input{/etc/passwd}", ["paper.tex:1:1", "outside"]),
    "a law that is none": (LET + "% longlag: law f from gru\n", ["2:3", "no decay law"]),
    "an unknown law": (LET + "% longlag: law f from nothing\n", ["2:3", "nothing"]),
    "a cell": (LET + "% longlag: cell polynomial\n", ["2:3", "cell gru"]),
    "a law twice": (LET + "% longlag: law s from polynomial\n", ["2:3", "1:16"]),
    "a macro bomb": (
        "\\newcommand{\\a}{\\b\\b}\\newcommand{\\b}{\\a\\a}" + LET + CHECK + "\\[ \\a \\]",
        ["paper.tex:3:4: token '\\a'", "to themselves"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_breaks_a_paper_is_one_line_with_place_and_remedy(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source, words = REFUSED[name]
    paper(source)
    assert run("check", "paper.tex") == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    for word in words:
        assert word in captured.err


UNREADABLE = {
    "an open brace": ("\\[ x = \\frac{1}{y \\]", "not closed"),
    "a symbol without declaration": ("\\[ x = z \\]", "% longlag: let z in reals"),
    "an unknown command": ("\\[ x = \\wobble y \\]", "token '\\wobble'"),
    "no relation": ("\\[ x + y \\]", "needs a relation"),
    "a condition that is none": ("\\[ x = x \\quad y + 1 \\]", "a condition is a relation"),
    "an empty part of a domain": ("\\[ x = x \\quad x < 0 \\]", "empty"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_of_a_display_stops_no_other(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source, words = UNREADABLE[name]
    paper(LET + CHECK + source + "\n" + CHECK + "\\[ x \\le x + y \\]\n")
    first, second = rows(capsys, "paper.tex", status=2)
    assert first["level"] == "unreadable"
    assert first["line"] == 3
    assert words in first["message"]
    assert second["level"] == "proved"


ENCODINGS = {
    "Windows line ends": TRUE.replace("\n", "\r\n").encode(),
    "old line ends": TRUE.replace("\n", "\r").encode(),
    "a mark of its order": b"\xef\xbb\xbf" + TRUE.encode(),
    "Latin letters": b"\\usepackage[latin1]{inputenc} % \xe9\r\n" + TRUE.encode(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_encodings_and_line_ends(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("paper.tex").write_bytes(ENCODINGS[name])
    (row,) = rows(capsys, "paper.tex", "--annotate", "out.tex", status=0)
    assert row["level"] == "proved"
    assert row["column"] == 17
    assert "\\longlagmark{green!50!black}{proved}{1}\\[" in Path("out.tex").read_text("latin-1")
    assert Path("paper.tex").read_bytes() == ENCODINGS[name]


def test_unknown_bytes_are_told_with_their_place(capsys: pytest.CaptureFixture[str]) -> None:
    Path("paper.tex").write_bytes(b"text\n \xe9")
    assert run("check", "paper.tex") == 2
    assert "paper.tex:2:2: byte 0xe9" in capsys.readouterr().err


def test_what_is_verbatim_or_a_comment_is_not_checked(capsys: pytest.CaptureFixture[str]) -> None:
    paper(
        TRUE + "\\begin{verbatim}\n% longlag: check\n\\[ 1 = 2 \\]\n\\end{verbatim}\n"
        "% \\[ 1 = 2 \\]\n\\verb|\\[ 1 = 2 \\]|\n"
    )
    assert len(rows(capsys, "paper.tex", "--all", status=0)) == 1


def test_files_that_are_taken_in_keep_their_places(capsys: pytest.CaptureFixture[str]) -> None:
    paper(LET + "\\input{part}\n")
    paper("\n" + CHECK + "\\[ x \\le y \\]\n", "part.tex")
    (row,) = rows(capsys, "paper.tex", "--annotate", "out.tex", status=1)
    assert (row["file"], row["line"]) == ("part.tex", 3)
    assert "part.tex, line 3" in Path("out.tex").read_text()


LAW = LET + (
    "% longlag: let N, A, c, b > 0, \\kappa > 1\n% longlag: law f from NAME\n"
    + CHECK
    + "\\[ A f(H_N)^{-\\kappa} = N \\]\n"
    + CHECK
    + "\\[ f(\\ell) = c\\,\\ell^{-b} \\]\n"
)
MINE = """
from sympy import Symbol, exp
from longlag.theory import DecayLaw, ell
f = DecayLaw("mine", exp(-ell / Symbol("tau", positive=True)))
"""


def test_laws_of_longlag_stand_for_what_is_derived(capsys: pytest.CaptureFixture[str]) -> None:
    paper(LAW.replace("NAME", "polynomial"))
    assert [row["level"] for row in rows(capsys, "paper.tex", status=0)] == ["proved"] * 2
    paper(LAW.replace("NAME", "exponential"))
    levels = [row["level"] for row in rows(capsys, "paper.tex", status=1)]
    assert levels == ["proved", "refuted"]


def test_code_beside_a_paper_is_run_with_leave_alone(capsys: pytest.CaptureFixture[str]) -> None:
    paper(LAW.replace("NAME", "laws.py:f"))
    Path("laws.py").write_text(MINE + "open('ran', 'w')\n")
    assert run("check", "paper.tex") == 2
    assert "add --code" in capsys.readouterr().err
    assert not Path("ran").exists()
    assert rows(capsys, "paper.tex", "--code", status=1)[0]["level"] == "proved"
    paper(LAW.replace("NAME", "../laws.py:f"))
    assert run("check", "paper.tex", "--code") == 2
    assert "outside the folder" in capsys.readouterr().err


MISUSED = [
    ["--sarif", "x.sarif"],
    ["--code"],
    ["--jobs", "0"],
    ["paper.tex", "--jobs", "0"],
    ["paper.tex", "leaky"],
    ["paper.tex", "--pdf"],
    ["paper.tex", "paper.tex", "--annotate", "out.tex"],
    ["paper.tex", "--sarif", "paper.tex"],
    ["paper.tex", "--certificate", "x.json"],
    ["missing.tex"],
]


@pytest.mark.parametrize("arguments", MISUSED, ids=" ".join)
def test_misuse_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    paper(TRUE)
    assert run("check", *arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert Path("paper.tex").read_text() == TRUE


PLANTED = {
    "eq:recursion",  # an index
    "eq:below",  # a corner
    "eq:two-steps",  # the order of a product
    "eq:first-order",  # a sign
    "eq:central",  # a constant
    "eq:heavier",  # a missing assumption
    "eq:hump",  # a branch
    "eq:log-factor",  # a factor ln ln x
}


@pytest.mark.slow
def test_the_worked_papers(capsys: pytest.CaptureFixture[str]) -> None:
    levels = {}
    for name, status in (("gated_products", 0), ("gated_products_wrong", 1)):
        found = rows(capsys, str(EXAMPLES / f"{name}.tex"), status=status)
        levels[name] = [(row["label"], row["level"]) for row in found]
        assert all(row["level"] != "unreadable" for row in found)
        assert all(row["level"] != "undecided" for row in found)
    assert len({label for label, _ in levels["gated_products"]}) >= 25
    refuted = [label for label, level in levels["gated_products_wrong"] if level == "refuted"]
    assert len(refuted) == len(PLANTED)
    assert set(refuted) == PLANTED


def test_what_fails_far_out_is_told_by_signs(capsys: pytest.CaptureFixture[str]) -> None:
    paper(LET + CHECK + "\\[ \\ell + 1 = \\ell^2 + O(1) \\quad (\\ell \\to \\infty) \\]\n")
    (row,) = rows(capsys, "paper.tex", "--jobs", "1", "--annotate", "out.tex", status=1)
    assert row["counterexample"] == "\\ell → ∞"
    assert "It fails at \\(\\ell \\to  \\infty \\)" in Path("out.tex").read_text()


def test_a_matrix_stays_one_entry_of_a_counterexample(tmp_path: Path) -> None:
    paper(
        "% longlag: let A, B be matrices\n\\documentclass{article}\n\\begin{document}\n"
        + CHECK
        + "\\[ A B = B A \\]\n\\end{document}\n"
    )
    assert run("check", "paper.tex", "--effort", "quick", "--annotate", "marked.tex") == 1
    listed = Path("marked.tex").read_text()
    assert re.search(r"\\\(A = \[\[[-0-9, ]+\], \[[-0-9, ]+\]\]\\\), \\\(B = ", listed)
    assert "'" not in listed.partition("It fails at")[2]
