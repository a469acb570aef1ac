"""The author's notation: every printer asks for it, and the mathematics stays as it is."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import tanh

from longlag.numerics import generate
from longlag.theory import (
    LAWS,
    Cell,
    LonglagError,
    Notation,
    drive,
    effective_learning_rates,
    jacobian,
    learnability_window,
    parameter,
    recurrent,
    set_notation,
    sigmoid,
    state,
    transport,
)
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.typeset.author import current
from tests.tex import assert_sound, compile_displays, needs_pdflatex
from tests.theory.typeset.test_public import samples

PAPER = Notation(
    {
        "h": r"\mathbf{s}",
        "z": "g_1",
        "ell": "k",
        "t": "n",
        "J": "A",
        "H_N": r"L_{\max}",
        "eta": "a'",
    },
    product=r"\odot",
    bold=True,
    time="argument",
    transpose="T",
    inline=False,
)


@pytest.fixture(autouse=True)
def _session() -> Iterator[None]:
    yield
    set_notation(None)


def written(cell: str, **settings: object) -> str:
    return CELLS[cell].latex(Notation(**settings))


def test_every_printer_uses_the_names() -> None:
    names = {"h": "x", "z": "g", "ell": "k", "J": "A", "D": "B", "M": "T", "mu": "m", "eta": "e"}
    paper = Notation(names)
    cell = CELLS["diag_gate"]
    text = " ".join(
        thing.latex(paper)
        for thing in (cell, jacobian(cell), transport(cell), effective_learning_rates(cell))
    )
    for gone in (r"\ell", "h_{", "z_{", "J_", "D_", "M_", r"\mu", r"\eta", "W_{z}"):
        assert gone not in text
    for found in ("x_{t-1}", "g_{t}", "W_{g}", "A_{t}", "B_t", "T_{t,k}", "m^{(q)}", "t-k+1"):
        assert found in text
    assert LAWS["polynomial"].latex(names={"ell": "k", "b": r"\beta"}) == r"f(k) = c k^{- \beta}"
    window = learnability_window(LAWS["exponential"]).latex(names={"H_N": "L", "N": "n", "f": "g"})
    assert window.splitlines()[1:-1] == [
        r"g(\ell) &= c e^{-b \ell} \\",
        r"n(\ell) &= A \left(c e^{-b \ell}\right)^{-\kappa} \\",
        r"L &= \frac{\frac{\ln n - \ln A}{\kappa} + \ln c}{b}",
    ]


def test_weights_rows_and_drives_have_names_of_their_own() -> None:
    text = written("diag_gate", names={"W_z": "U", "d_z": "x"})
    assert r"z_{t} &= \sigma\left(x_{t} + U h_{t-1}\right)" in text
    text = jacobian(CELLS["shared_gate"]).latex(names={"u_s": "v"})
    assert r"v^{\top}" in text


@pytest.mark.parametrize("sign", [r"\odot", r"\circ"])
def test_products_of_vectors_bear_the_sign_and_those_with_numbers_do_not(sign: str) -> None:
    assert written("diag_gate", product=sign).splitlines()[-2] == (
        rf"h_{{t}} &= h_{{t-1}} {sign} \left(1 - z_{{t}}\right) + n_{{t}} {sign} z_{{t}}"
    )
    assert sign not in written("shared_gate", product=sign)
    assert sign not in written("leaky", product=sign)
    assert rf"{{n_{{t}}}}^{{{sign} 2}}" in jacobian(CELLS["leaky"]).latex(product=sign)
    # One neuron's numbers are multiplied as numbers.
    assert sign not in effective_learning_rates(CELLS["diag_gate"]).latex(product=sign)


def test_vectors_and_matrices_are_bold_and_numbers_are_not() -> None:
    text = written("shared_gate", bold=True)
    assert r"\mathbf{h}_{t} &= s_{t} \mathbf{n}_{t}" in text
    assert r"\mathbf{W}_{n}" in text
    assert r"\mathbf{u}_{s}^{\top}" in text
    assert r"\mathbf{M}_{t,\ell}" in transport(CELLS["leaky"]).latex(Notation(bold=True))


def test_time_stands_where_the_author_puts_it() -> None:
    assert r"h(t) &= n(t)" in written("plain", time="argument")
    assert r"\top" not in written("shared_gate", transpose="T")
    assert "h_{s-1}" in written("plain", names={"t": "s"})


def test_a_new_state_is_named_where_another_state_uses_it() -> None:
    lines = written("lstm", inline=False).splitlines()[-4:-1]
    assert [line.partition(" &=")[0] for line in lines] == ["c_{t}", "y_{t}", "h_{t}"]
    assert r"\tanh{\left(c_{t} \right)}" in lines[1]
    assert written("lstm", inline=True) == CELLS["lstm"].latex()
    for name in ("gru", "plain", "leaky"):
        assert written(name, inline=False) == CELLS[name].latex()


def test_a_session_has_a_notation() -> None:
    cell, own = CELLS["plain"], CELLS["plain"].latex()
    with Notation({"h": "x"}):
        assert "x_{t}" in cell.latex()
        with Notation({"h": "y"}) as inner:
            assert current() is inner
            assert "y_{t}" in cell._repr_latex_()
        assert "x_{t}" in cell.latex()
        assert "y_{t}" in cell.latex(Notation({"h": "y"}))
    assert cell.latex() == own
    set_notation(Notation({"h": "w"}))
    assert "w_{t}" in cell.latex()
    set_notation(None)
    assert cell.latex() == own


def test_an_error_inside_a_notation_leaves_it() -> None:
    with pytest.raises(LonglagError, match="nothing that is printed"), Notation({"h": "x"}):
        CELLS["plain"].latex(names={"nonsense": "y"})
    assert current() == Notation()


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"names": {"h": "{s"}}, "brackets"),
        ({"names": {"h": "s}"}}, "brackets"),
        ({"names": {"h": r"\left(s"}}, "brackets"),
        ({"names": {"h": "$s$"}}, "ends a formula"),
        ({"names": {"h": "s & t"}}, "ends a formula"),
        ({"names": {"h": r"s \\ t"}}, "ends a formula"),
        ({"names": {"h": "s%"}}, "ends a formula"),
        ({"names": {"h": "s_"}}, "index is missing"),
        ({"names": {"h": "s_a_b"}}, "two indices"),
        ({"names": {"h": ""}}, "a letter or a few"),
        ({"names": {"h": 3}}, "a letter or a few"),
        ({"names": "h"}, "map the name"),
        ({"product": "*"}, "does not have it"),
        ({"time": "above"}, "does not have it"),
        ({"bold": "yes"}, "does not have it"),
        ({"transpose": "{"}, "brackets"),
        ({"width": 0.1}, "wide"),
        ({"width": "8.5"}, "width of a column"),
        ({"width": float("nan")}, "width of a column"),
        ({"nmaes": {}}, "did you mean 'names'"),
        ({"h": "s"}, "under \\[names\\]"),
    ],
)
def test_what_cannot_be_a_notation_is_told_in_one_line(
    settings: dict[str, object], rule: str
) -> None:
    with pytest.raises(LonglagError, match=rule) as caught:
        Notation.of(settings)
    assert "\n" not in str(caught.value)


def test_a_symbol_brings_its_tex() -> None:
    s, p = state("h", tex=r"\mathbf{s}"), parameter("p_f", tex=r"\pi")
    gate = sigmoid(recurrent("a", s, tex="U") + drive("a", tex="x"))
    cell = Cell("own", {s: (1 - gate) * s + p * gate})
    assert cell.latex().splitlines()[1:-1] == [
        r"a_{t} &= \sigma\left(x_{t} + U \mathbf{s}_{t-1}\right) \\",
        r"\mathbf{s}_{t} &= \pi a_{t} + \mathbf{s}_{t-1} \left(1 - a_{t}\right)",
    ]
    assert jacobian(cell).latex().endswith("U\n\\end{aligned}")
    # What the author names in a notation comes first.
    assert "q a_{t}" in cell.latex(names={"p_f": "q"})
    with pytest.raises(LonglagError, match="brackets"):
        state("h", tex="{")


def test_the_tex_of_a_symbol_changes_no_mathematics() -> None:
    def made(**tex: str) -> Cell:
        h, c = state("h", **tex), state("c")
        gate = sigmoid(recurrent("z", h) + drive("z", **tex))
        return Cell("made", {h: tanh(c) * gate, c: (1 - gate) * c + gate * h})

    plain, lettered = made(), made(tex="s")
    for text in (str, lambda j: str(j.to_explicit(2)), lambda j: str(j.local)):
        assert text(jacobian(plain)) == text(jacobian(lettered))
    assert generate(plain, "numpy").source == generate(lettered, "numpy").source
    assert state("h", tex="s") != state("h")
    again = pickle.loads(pickle.dumps(lettered))
    assert again == lettered
    assert again.latex() == lettered.latex() != plain.latex()


@given(st.text(max_size=12))
def test_no_name_breaks_a_display(tex: str) -> None:
    try:
        paper = Notation({"h": tex, "z": tex, "ell": tex})
    except LonglagError:
        return
    if tex.isascii() and "\\" not in tex:
        text = CELLS["diag_gate"].latex(paper)
        assert text.count("{") - text.count("}") == 0


def test_everything_is_sound_in_another_notation() -> None:
    for thing in samples().values():
        assert_sound(thing.latex(PAPER))


@needs_pdflatex
def test_everything_compiles_in_another_notation(tmp_path: Path) -> None:
    compile_displays([thing.latex(PAPER) for thing in samples().values()], tmp_path)
