"""Tokens keep the text, and tell what stands at the top of a display."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longlag.theory.typeset.characters import text_tex
from longlag.theory.typeset.shown import aligned, display, unaligned
from longlag.theory.typeset.tokens import relation_place, tokens
from tests.tex import assert_sound

PIECES = ["a", "{", "}", r"\left(", r"\right)", "=", "+", " ", r"\\", r"\sum", "_", "^", "&", "%"]


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_tokens_together_are_the_text(tex: str) -> None:
    assert "".join(token.text for token in tokens(tex)) == tex


@pytest.mark.parametrize(
    ("tex", "relation"),
    [
        (r"\sum_{j=0}^{n} a_j = 1", "= 1"),
        (r"\left(a = b\right) \le c", r"\le c"),
        (r"\Bigl[ a = b \Bigr] \sim c", r"\sim c"),
        (r"\begin{cases} a = b \end{cases} \to c", r"\to c"),
        (r"\left] 0, 1 \right[ \ni a > 0", "> 0"),
    ],
)
def test_a_relation_inside_a_group_is_none_of_the_display(tex: str, relation: str) -> None:
    place = relation_place(tex)
    assert place is not None
    assert tex[place:].startswith(relation)
    assert_sound(aligned([tex, "a &= b"]))


def test_one_line_is_not_aligned_and_a_matrix_keeps_its_columns() -> None:
    matrix = r"\begin{pmatrix} 1 & 2 \end{pmatrix}"
    assert display([f"A &= {matrix}"]) == f"A = {matrix}"
    assert unaligned("&") == ""


@given(st.text(alphabet=st.characters(codec="latin-1", exclude_categories=["Cc"])))
def test_words_stand_in_a_formula(words: str) -> None:
    if "$" not in words:
        assert_sound(text_tex(words) or "{}")


@pytest.mark.parametrize(
    "tex", [r"a &= b", r"a \\ b", "{a", r"\left(a", r"\begin{aligned} a", "a$"]
)
def test_the_check_refuses_what_does_not_compile(tex: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        assert_sound(tex)
