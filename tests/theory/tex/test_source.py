r"""A paper's source gives its displays, with labels, comments and every place as it was typed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, exp, symbols

from longlag.theory import LonglagError
from longlag.theory.tex import Paper, read_paper
from longlag.theory.tex.files import read_text
from longlag.theory.tex.source import walked
from longlag.theory.tex.tokens import Text

x, y, s, ell = symbols("x y s ell")
LET = "% longlag: let x, y > 0, s in (0,1), \\ell in naturals\n"


def paper_of(source: str) -> Paper:
    return walked(Path("paper.tex"), Text("paper.tex", source))


def steps_of(source: str) -> list[tuple[str, str, str]]:
    return [
        (str(step.before.expression), step.sign, str(step.after.expression))
        for display in paper_of(LET + source).displays
        for chain in display.chains
        for step in chain.steps
    ]


DISPLAYS = {
    name: rf"\begin{{{name}}} x &= y \\ &\le 2 \end{{{name}}}"
    for name in ("align", "align*", "gather", "multline", "eqnarray", "flalign*")
} | {
    "brackets": r"\[ x = y \le 2 \]",
    "dollars": r"$$ x = y \le 2. $$",
    "split": r"\begin{equation}\begin{split} x &= y \\ &\le 2, \end{split}\end{equation}",
    "aligned": r"\[\begin{aligned}[t] x &= y \\[2pt] &\le 2 \end{aligned}\]",
    "alignat": r"\begin{alignat}{2} x &= y \\* &\le 2 \end{alignat}",
    "macros": "\\def\\be{\\begin{equation}}\\newcommand\\ee{\\end{equation}}\\be x = y \\le 2\\ee",
    "an open row": r"\begin{align} x &= \\ & y \\ \le {}& 2 \end{align}",
    "remarks": r"\begin{align} x &= y && \text{by \eqref{a}} \\ &\le 2 \quad (x > 1) \end{align}",
}


@pytest.mark.parametrize("name", DISPLAYS)
def test_rows_of_a_display_are_one_chain(name: str) -> None:
    assert steps_of(DISPLAYS[name]) == [("x", "=", "y"), ("y", "≤", "2")]


def test_a_row_without_sign_or_operator_begins_another_chain() -> None:
    source = r"\begin{align} x &= y \\ y &\le 2 + {} \\ &\quad x & s &< 1 \end{align}"
    assert steps_of(source) == [("x", "=", "y"), ("y", "≤", "x + 2"), ("s", "<", "1")]


def test_brackets_may_run_over_rows() -> None:
    source = r"\begin{multline} x = \left( x \right. \\ + \left. y \right) s \end{multline}"
    assert steps_of(source) == [("x", "=", "s*(x + y)")]


def test_a_condition_on_a_line_of_its_own_is_of_the_line_before() -> None:
    source = LET + r"\begin{align} x &= y \\ &(\ell \to \infty) \end{align}"
    (display,) = paper_of(source).displays
    (row,) = display.rows
    assert ["".join(t.text for t in c) for c in row.conditions] == [r"\ell\to\infty"]


def test_remarks_are_reasons_and_conditions() -> None:
    (display,) = paper_of(
        LET + r"\begin{align} x &= y && \text{by \eqref{eq:a}} \\"
        r" &\le 2 \qquad (\ell \to \infty), \label{eq:b} \end{align}"
    ).displays
    first, second = display.rows
    assert first.reason == r"by \eqref{eq:a}"
    assert ["".join(t.text for t in c) for c in second.conditions] == [r"\ell\to\infty"]
    assert display.labels == ("eq:b",)


def test_comments_ask_for_a_row_or_for_the_display() -> None:
    rows = paper_of(
        LET + "\\begin{align}\n x &= y \\\\ % longlag: check\n &\\le 2\n\\end{align}\n"
    ).displays[0]
    whole = paper_of(LET + "% longlag: check eventually\n\\[ x = y \\le 2 \\]").displays[0]
    for display, expected in ((rows, [True, False]), (whole, [True, True])):
        (passage,), (chain,) = display.passages, display.chains
        assert [display.is_checked(passage, step) for step in chain.steps] == expected
        assert display.checks


def test_what_is_verbatim_or_a_comment_says_nothing() -> None:
    source = (
        "\\begin{verbatim}\n% longlag: let broken\n\\[\n\\end{verbatim}\n"
        "\\verb|\\[ $| 50\\% of $x$ % \\[ nothing\n\\iffalse \\[ \\fi\n"
        "\\[ x = 2 \\] \\end{document} \\[ x"
    )
    assert steps_of(source) == [("x", "=", "2")]


@pytest.mark.parametrize("comment", ["% longlag let x > 0", "%longlag check", "% longlag check  "])
def test_a_comment_for_longlag_has_its_colon(comment: str) -> None:
    with pytest.raises(LonglagError, match=r"paper\.tex:2:1: comment .*has a colon"):
        paper_of(f"one\n{comment}\n\\[ x = 2 \\]")


@pytest.mark.parametrize("comment", ["% longlag checks x", "% longlag check page.tex", "% longlag"])
def test_a_comment_on_longlag_says_nothing(comment: str) -> None:
    assert steps_of(f"{comment}\n\\[ x = 2 \\]") == [("x", "=", "2")]


def test_every_place_is_that_of_the_source() -> None:
    source = LET + "% a comment\n\\[\n  x % in between\n   \\le \\foo\n\\]"
    (display,) = paper_of("\\newcommand{\\foo}{2y}\n" + source).displays
    (chain,) = display.chains
    assert str(display.place) == "paper.tex:4:1"
    assert str(chain.steps[0].place) == "paper.tex:6:4"
    assert str(chain.lines[1].place) == "paper.tex:6:8"


MACROS = {
    r"\newcommand{\half}[1]{\frac{#1}{2}}\[ \half x \]": x / 2,
    r"\newcommand\pow[2][2]{#2^{#1}}\[ \pow x + \pow[3]{x} \]": x**2 + x**3,
    r"\def\twice#1{2#1}\[ \twice{(x+y)} \]": 2 * (x + y),
    r"\let\lag\ell \[ \lag \]": ell,
    r"\DeclareMathOperator{\ee}{exp}\[ \ee(x) \]": exp(x),
    r"\DeclarePairedDelimiter{\br}{(}{)}\[ \br{x} \br*{y} \br[\big]{s} \]": x * y * s,
    r"\renewcommand{\epsilon}{s}\[ \epsilon \]": s,
    r"\newcommand{\a}{\b}\newcommand{\b}{\frac12}\[ \a \]": Rational(1, 2),
    r"\newcommand{\a}{1}\providecommand{\a}{2}\[ \a \]": Rational(1),
}


@pytest.mark.parametrize("source", MACROS)
def test_macros_are_expanded(source: str) -> None:
    (display,) = paper_of(LET + source).displays
    assert display.readings == (MACROS[source],)


REFUSED = {
    r"\[ x": (r"2:1: token '\['", "close"),
    r"\begin{align} x": (r"2:1: token '\begin{align}'", r"\end{align}"),
    r"\begin{verbatim} x": ("verbatim", "close"),
    r"\newcommand{\a}{\a\a}\[ \a \]": (r"token '\a'", "themselves"),
    r"\newcommand{\a}[1]{#1}\[ \a \]": (r"token '\a'", "argument"),
    r"\newcommand{\a}[1]{#2}\[ \a x \]": (r"token '\a'", "correct"),
    r"\def\a#1.{#1}": (r"token '\a'", "delimited"),
    r"\newcommand": (r"token '\newcommand'", "argument"),
    "% longlag: lte x > 0": ("2:12: token 'l'", "let, define, print or check"),
    "% longlag: let x > 0": ("2:18: token '>'", "paper.tex:1:16"),
    r"\input{../secret}": (r"token '\input'", "outside"),
    r"\input{/etc/passwd}": (r"token '\input'", "outside"),
    r"\input{nothing}": (r"token '\input'", "missing"),
}


@pytest.mark.parametrize("source", REFUSED)
def test_what_breaks_a_paper_is_told_with_its_place(source: str) -> None:
    place, word = REFUSED[source]
    with pytest.raises(LonglagError) as caught:
        paper_of(LET + source)
    assert place in str(caught.value)
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_display_that_cannot_be_read_hides_no_other() -> None:
    first, second = paper_of(LET + r"\[ x \approx \foo \] \[ x = y \]").displays
    with pytest.raises(LonglagError, match=r"paper\.tex:2:6"):
        _ = first.chains
    assert len(second.chains) == 1


def test_a_declaration_holds_from_where_it_stands() -> None:
    early, late = paper_of("\\[ x \\]\n% longlag: let x > 0\n\\[ x \\]").displays
    with pytest.raises(LonglagError, match="not declared"):
        _ = early.readings
    assert late.readings == (x,)


def test_files_of_the_folder_are_taken_in(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "one.tex").write_text("% longlag: let x > 0\n\\[ x = y \\]\n")
    (tmp_path / "paper.tex").write_text("\\input{parts/one} \\include{two}\n")
    (tmp_path / "two.tex").write_text("\\[ x \\]")
    displays = read_paper(tmp_path / "paper.tex").displays
    assert [str(display.place) for display in displays] == ["parts/one.tex:2:1", "two.tex:1:1"]
    (tmp_path / "two.tex").write_text(r"\input{two}")
    with pytest.raises(LonglagError, match="100 files"):
        read_paper(tmp_path / "paper.tex")


def test_encodings_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "paper.tex"
    path.write_bytes(b"\xef\xbb\xbf% longlag: let x > 0\r\n\r\n\\[\r\n x\r\n\\]")
    (display,) = read_paper(path).displays
    assert str(display.place) == "paper.tex:3:1"
    path.write_bytes(b"\\usepackage[latin1]{inputenc}\n\xe9\n")
    assert read_text(path, "paper.tex").content.endswith("é\n")
    path.write_bytes(b"a\nbc\xe9\n")
    with pytest.raises(LonglagError, match=r"paper\.tex:2:3: byte 0xe9"):
        read_paper(path)
    with pytest.raises(LonglagError, match="cannot be read"):
        read_paper(tmp_path / "none.tex")
    path.write_bytes(b"x" * 500_001)
    with pytest.raises(LonglagError, match="split"):
        read_paper(path)


@pytest.mark.parametrize(
    "source",
    [
        "\\[" * 240_000,
        "$" * 499_999,
        "\\begin{align}" * 35_000,
        "\\newcommand{\\a}{\\b\\b}\\newcommand{\\b}{\\a\\a}\\[\\a\\]",
        "\\newcommand{\\a}[1]{#1#1#1#1}" + "\\[" + "\\a{" * 20 + "x" + "}" * 20 + "\\]",
        "x % longlag: let\n" * 25_000,
        "\\[x\\]\n% longlag: let x > 0\n% longlag: forget x\n" * 10_000,
        "{" * 499_000,
    ],
    ids=range(8),
)
def test_monstrous_papers_are_refused_soon(source: str) -> None:
    start = time.process_time()
    try:
        displays = paper_of(source).displays
        for display in displays[:20]:
            _ = display.readings
    except LonglagError:
        pass
    assert time.process_time() - start < 2


_COMMANDS = r"""\[ \] $ $$ \begin{align} \end{align} \begin{equation} \end{equation} & && \\ x =
< + 2 ( ) \newcommand{\a}[1]{#1} \def\b{\a} \a \b { } [ ] \label{k} \text{by} \quad , . \verb|
\left. \input{x} \begin \end \let \def \begin{split} \end{split} \begin{cases} \end{cases} \tag"""
PIECES = [
    *_COMMANDS.split(),
    "% longlag: check\n",
    "% longlag: let x > 0\n",
    "% longlag: define\n",
    "\n\n",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_paper_is_read_or_refused(pieces: list[str]) -> None:
    try:
        displays = paper_of(" ".join(pieces)).displays
    except LonglagError:
        return
    for display in displays:
        try:
            for reading, passage in zip(display.readings, display.passages, strict=True):
                for step in getattr(reading, "steps", ()):
                    display.is_checked(passage, step)
        except LonglagError:
            continue
