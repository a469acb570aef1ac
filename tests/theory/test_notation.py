"""One table gives every name its TeX: one piece, balanced, Greek where the name is Greek."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from latex2mathml.converter import convert
from sympy import Symbol

from longlag.theory import notation
from longlag.theory.notation import NOTATION, SUFFIX_TEX, TEX, tex_name, tex_parts

IDENTIFIERS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,11}", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "tex"),
    [
        ("z", "z"),
        ("W", "W"),
        ("alpha", r"\alpha"),
        ("Gamma", r"\Gamma"),
        ("ell", r"\ell"),
        ("varepsilon", r"\varepsilon"),
        ("x1", "x_{1}"),
        ("y_12", "y_{12}"),
        ("slow", r"\mathrm{slow}"),
        ("slow_z", r"\mathrm{slow\_z}"),
        ("n_gain", r"\gamma^{n}"),
        ("alpha_bias", r"\beta^{\alpha}"),
        ("slow_variance", r"v^{\mathrm{slow}}"),
        ("mean", r"\mathrm{mean}"),
    ],
)
def test_a_name_reads_as_a_mathematician_writes_it(name: str, tex: str) -> None:
    assert tex_name(name) == tex


@given(name=IDENTIFIERS)
@example(name="_")
@example(name="_mean")
@example(name="__")
@example(name="lambda_")
def test_every_identifier_is_well_formed_and_keeps_its_letters(name: str) -> None:
    tex = tex_name(name)
    convert(f"{tex} + 1")
    assert tex.count("{") == tex.count("}")
    # An underscore is a subscript with braces, or it is escaped.
    assert not re.search(r"(?<!\\)_(?!\{)", tex)
    assert re.sub(r"\W", "", tex)


@given(name=IDENTIFIERS)
@example(name="x1")
@example(name="n_gain")
def test_parts_leave_room_for_an_index_above_and_below(name: str) -> None:
    letter, above = tex_parts(name)
    braced = f"{{{letter}}}" if "_{" in letter else letter
    convert(f"{braced}^{{{above},(q)}}_{{t-1}}")
    assert (above != "") == (
        name.rpartition("_")[2] in SUFFIX_TEX and name.rpartition("_")[0] != ""
    )


@given(first=IDENTIFIERS, second=IDENTIFIERS)
def test_names_of_several_letters_are_told_apart(first: str, second: str) -> None:
    spelled = all(tex_name(name).startswith(r"\mathrm") for name in (first, second))
    assert not spelled or (tex_name(first) == tex_name(second)) == (first == second)


def test_the_symbols_of_the_theory_are_in_the_table() -> None:
    symbols = {value for value in vars(notation).values() if isinstance(value, Symbol)}
    assert symbols == set(TEX)
    assert len(set(TEX.values())) == len(TEX)


def test_lag_and_neurons_count() -> None:
    assert notation.lag.is_integer
    assert notation.lag.is_nonnegative
    assert notation.neurons.is_integer
    assert notation.neurons.is_positive
    assert notation.local_norm.is_nonnegative
    assert notation.recurrent_norm.is_nonnegative


def test_the_printed_table_is_well_formed() -> None:
    for line in NOTATION:
        convert(line.tex)
        assert line.meaning
        for formula in re.findall(r"\$([^$]*)\$", line.meaning):
            convert(formula)
    assert notation.CONVENTION.count("$") % 2 == 0
    assert "newest factor on the left" in notation.CONVENTION
