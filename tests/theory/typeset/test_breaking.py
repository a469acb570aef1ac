"""Lines that are wider than a column break, where a reader would break them, and say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Add, Expr, Mul, Rational, Symbol, log

from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.theory import effective_learning_rates, jacobian, transport
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.language.displays import print_scalar
from longlag.theory.tex import Declarations, read_formula
from longlag.theory.typeset.author import Notation
from longlag.theory.typeset.breaking import break_display, broken
from longlag.theory.typeset.fractions import without_widest_fraction
from longlag.theory.typeset.shown import unaligned
from longlag.theory.typeset.widths import POINTS, width
from tests.tex import assert_sound, compile_article, needs_pdflatex
from tests.theory.typeset.test_public import samples

COLUMN = 8.5
#: What is in one piece: an exponent or words wider than the column.
IN_ONE_PIECE = ("humped_power", "eventually")


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
        # A fraction that became a product, or a named matrix, says the same in other words.
        if text.count(r"\frac") == thing.latex().count(r"\frac") and "pmatrix" not in text:
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


@cache
def displays_of_cells() -> dict[str, str]:
    """Every display of every cell's derivation, in the column of a journal."""
    with Notation(width=COLUMN):
        return {
            f"{name}: {claim.statement.name}": break_display(claim.statement.tex, COLUMN)
            for name in CELLS
            for claim in derive_cell(CELLS[name]).claims
        }


def test_no_display_of_a_cell_is_estimated_wider_than_the_column_of_a_journal() -> None:
    wide = {name for name, tex in displays_of_cells().items() if width(tex) > COLUMN * POINTS}
    assert not wide


@needs_pdflatex
def test_no_display_of_a_cell_is_set_wider_than_the_column_of_a_journal(tmp_path: Path) -> None:
    found = measured(list(displays_of_cells().values()), tmp_path)
    named = zip(displays_of_cells(), found, strict=True)
    assert not {name: points for name, points in named if points > COLUMN * POINTS}


NUMBERS = [Symbol(letter, positive=True) for letter in "abcdn"]
POINT = dict(zip(NUMBERS, map(Rational, ("3/7", "5/3", "2/11", "7/5", "13/4")), strict=True))


@given(
    st.recursive(
        st.sampled_from(NUMBERS),
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=4).map(lambda terms: Add(*terms)),
            st.lists(inner, min_size=2, max_size=4).map(lambda factors: Mul(*factors)),
            st.tuples(inner, inner).map(lambda pair: pair[0] / (1 + pair[1])),
            st.tuples(inner, inner).map(lambda pair: pair[0] * log(pair[1] / (2 + pair[0]))),
        ),
        max_leaves=12,
    )
)
def test_a_fraction_as_a_product_is_read_as_the_same_number(expression: Expr) -> None:
    declarations = Declarations()
    for symbol in NUMBERS:
        declarations.let(symbol.name, symbol)
    text: str | None = print_scalar(expression)
    while text is not None:
        found = (read_formula(text, declarations) / expression).subs(POINT)
        assert abs(found.evalf(20) - 1) < 1e-15, text
        text = without_widest_fraction(text)


@pytest.mark.parametrize(
    ("fraction", "product"),
    [
        (r"- \frac{a + b}{c}", r"- \left(a + b\right) c^{-1}"),
        (r"\frac{1}{2 b}", r"\left(2 b\right)^{-1}"),
        (r"\ln \frac{a}{b}", r"\ln \left(a b^{-1}\right)"),
        (r"\frac{\ln a}{b}", r"\left(\ln a\right) b^{-1}"),
        (
            r"\left(\frac{a}{\frac{b}{c}}\right)^{2}",
            r"\left(a \left(\frac{b}{c}\right)^{-1}\right)^{2}",
        ),
        (r"\frac{\partial h_t}{\partial h_s}", None),
        (r"e^{\frac{a}{b}}", None),
        (r"\frac12", None),
    ],
)
def test_a_fraction_as_a_product(fraction: str, product: str | None) -> None:
    assert without_widest_fraction(fraction) == product


def test_a_wide_block_matrix_is_named_and_its_blocks_are_told() -> None:
    expansion = transport(CELLS["lstm"]).expansion
    assert "pmatrix" in expansion.latex()
    first, *rest = expansion.latex(width=COLUMN).split(r"B_t &= \begin{pmatrix}")
    assert r"\prod_{j=0}^{\ell - 1} B_{t-j}" in first
    assert len(rest) == 1
    assert r"B_t^{22} &= \operatorname{diag}\left(f_{t}\right)" in rest[0]
    assert r"C_t &= \begin{pmatrix} C_t^{11} & 0" in rest[0]


def test_brackets_over_several_rows_do_not_make_a_display_wider() -> None:
    rows = [r"a &= \Bigl[ b + c", r"&\quad + d \Bigr] e^{f}"]
    display = r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}"
    assert max(map(width, rows)) < width(display) < sum(map(width, rows))
    assert width(rows[1]) > width(rows[1].removesuffix("e^{f}"))


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
        (r"a &= e^{\frac{b + c + d + e + f}{g}}", r"\frac{b + c + d + e + f}{g}"),
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
