"""Lines that are wider than a column break, where a reader would break them, and say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from longlag.theory import CELLS, effective_learning_rates, jacobian, transport
from longlag.theory.typeset.breaking import break_display, broken
from longlag.theory.typeset.shown import unaligned
from longlag.theory.typeset.widths import POINTS, width
from tests.tex import assert_sound, compile_article, needs_pdflatex
from tests.theory.typeset.test_public import samples

COLUMN = 8.5
#: What is in one piece: a matrix, an exponent, a fraction or words wider than the column.
IN_ONE_PIECE = ("matrix", "product", "expansion", "humped_power", "layer_norm", "eventually")


def measured(displays: Sequence[str], folder: Path) -> list[float]:
    """The widths in points at 10 pt, as pdfLaTeX sets them."""
    box = r"\setbox0=\hbox{{$\displaystyle {}$}}\typeout{{W:\the\wd0}}"
    log = compile_article("\n".join(box.format(tex) for tex in displays), folder)
    return [float(points) for points in re.findall(r"^W:([\d.]+)pt", log, re.MULTILINE)]


def joined(tex: str) -> str:
    """A display with its breaks taken back, without what a break needs and without spaces."""
    text = tex.replace("\\\\\n&\\quad \\cdot ", "").replace("\\\\\n&\\quad ", "")
    text = re.sub(
        r"\\begin\{aligned\}|\\end\{aligned\}|\\right\.|\\left\.|&|\\\\|\\,|\\quad", "", text
    )
    return re.sub(r"[\s{}]", "", text)


@pytest.mark.parametrize(("first", "column"), [(0, 4.0), (1, COLUMN), (2, 17.0)])
def test_a_broken_display_is_sound_and_says_the_same(first: int, column: float) -> None:
    # Each column takes a third of the samples: together they take all.
    for thing in list(samples().values())[first::3]:
        text = thing.latex(width=column)
        assert_sound(text)
        assert joined(text) == joined(thing.latex())


@needs_pdflatex
def test_estimated_widths_are_those_of_tex_or_a_little_more(tmp_path: Path) -> None:
    lines = [unaligned(line) for thing in samples().values() for line in thing._lines()]
    for line, true in zip(lines, measured(lines, tmp_path), strict=True):
        assert true < 20 or 0.98 <= width(line) / true <= 1.6, line


@needs_pdflatex
def test_displays_fit_into_the_column_of_a_journal(tmp_path: Path) -> None:
    names = [name for name in samples() if not any(part in name for part in IN_ONE_PIECE)]
    displays = [samples()[name].latex(width=COLUMN) for name in names]
    found = dict(zip(names, measured(displays, tmp_path), strict=True))
    assert {name: points for name, points in found.items() if points > COLUMN * POINTS} == {}


def test_what_fits_stays_as_it_is() -> None:
    for cell in CELLS.values():
        for thing in (cell, jacobian(cell), transport(cell), effective_learning_rates(cell)):
            assert thing.latex(width=100) == thing.latex()


def test_a_line_breaks_at_relations_first_and_at_signs_next() -> None:
    assert broken(["a &= b + c + d \\le e + f"], 2.6) == ["a &= b + c + d", r"&\le e + f"]
    assert broken(["a &= b + c - d"], 2) == ["a &= b + c", r"&\quad - d"]


def test_a_break_in_brackets_closes_and_opens_them_again() -> None:
    (first, second) = broken([r"a &= \left(b + c + d\right) e"], 2.2)
    assert first.endswith(r"\right.")
    assert r"\left. +" in second


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (r"a &= \frac{b + c + d + e + f}{g}", r"\frac{b + c + d + e + f}{g}"),
        (r"a &= x^{b + c + d + e + f + g + h}", r"x^{b + c + d + e + f + g + h}"),
        (r"a &= \sum_{j = 0}^{n} b + \sum_{i = 1}^{m} c", r"\sum_{j = 0}^{n} b"),
        (r"a &= -b - c - d", "= -b"),
        (r"a &= \ln b \ln c \ln d", r"\ln b"),
    ],
)
def test_nothing_breaks_inside_a_fraction_a_script_or_behind_an_operator(
    line: str, kept: str
) -> None:
    assert any(kept in part for part in broken([line], 2.0))


def test_what_is_left_of_the_relation_has_a_line_of_its_own_where_it_is_wide() -> None:
    head, *rest = broken([r"\mu_{first} + \mu_{second} &= a + b + c + d"], 2.6)
    assert head == r"&\mu_{first} + \mu_{second}"
    assert rest[0].startswith(r"&\quad = a")


def test_a_display_of_words_and_environments_breaks_where_it_can() -> None:
    two = r"H_N = \frac{1}{b} \ln \frac{c}{\varphi}, \qquad \varphi = (A/N)^{1/\kappa}"
    assert break_display(two, 5).count(r"\\") == 1
    matrix = r"\begin{pmatrix} a & b \end{pmatrix}"
    assert break_display(matrix, 2) == matrix
    rows = r"\begin{gathered} a = b + c + d + e \\ f = g \end{gathered}"
    assert_sound(break_display(rows, 2))
    assert break_display(rows, 20) == rows
