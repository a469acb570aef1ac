"""LaTeX says what the nodes say: letters from the table, the newest factor on the left."""

from __future__ import annotations

import re

import pytest
from latex2mathml.exceptions import (
    DoubleSubscriptsError,
    DoubleSuperscriptsError,
    ExtraLeftOrMissingRightError,
    MissingEndError,
)
from sympy import Rational

from longlag.theory import Cell, effective_learning_rates, jacobian, state, transport
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.cells.cell import cell_equations
from longlag.theory.language.displays import matrix_equations
from longlag.theory.language.matrix import Diagonal, Sum, blocks
from longlag.theory.transport.rates import rate_definitions
from longlag.theory.typeset.shown import aligned
from tests.theory.cells.contract import assert_sound, latex_of
from tests.theory.language.oracle import EVERY

UNSOUND = [
    r"{a",
    "a}",
    r"\left(a",
    r"a\right)",
    r"\begin{aligned} a",
    r"a \end{aligned}",
    "a_{t}_{s}",
    "a^{b}^{c}",
    "z**2",
    "state_h",
    "hn",
    r"\operatorname{diag}\left(value_z\right)",
    "a + -1",
]
REFUSALS = (AssertionError, DoubleSubscriptsError, DoubleSuperscriptsError, MissingEndError)
REFUSALS += (ExtraLeftOrMissingRightError,)


@pytest.mark.parametrize("text", UNSOUND)
def test_the_check_itself_refuses_what_is_unsound(text: str) -> None:
    with pytest.raises(REFUSALS):
        assert_sound(text, {"qq"})


@pytest.mark.parametrize("name", EVERY)
def test_everything_shows_as_mathematics_in_a_notebook(name: str) -> None:
    cell = EVERY[name]
    rates = effective_learning_rates(cell)
    for thing in (cell, jacobian(cell), transport(cell), rates, rates.zeroth):
        assert thing._repr_latex_() == f"$\\displaystyle {thing.latex()}$"


@pytest.mark.parametrize("name", EVERY)
def test_a_cell_prints_one_equation_per_named_value_mean_and_state(name: str) -> None:
    cell = EVERY[name]
    equations = cell_equations(cell)
    means = len(cell.graph.maps) - len(cell.weights)
    assert len(equations) == len(cell.graph.values) + means + len(cell.states)
    assert all(equation.count("&=") == 1 for equation in equations)
    text = "".join(equations)
    assert all(rf"W_{{{name}}}" in text or rf"u_{{{name}}}" in text for name in cell.weights)


@pytest.mark.parametrize("name", EVERY)
def test_each_term_of_each_block_is_printed_once(name: str) -> None:
    found = jacobian(EVERY[name])
    for letter, part in (("D", found.local), ("R", found.recurrent)):
        entries = [entry for row in blocks(part) for entry in row]
        terms = [len(entry.terms) if isinstance(entry, Sum) else 1 for entry in entries]
        lines = matrix_equations(part, letter, found.cell.graph)
        assert len(lines) == max(sum(terms), 1)


def test_greek_parameters_print_in_greek() -> None:
    text = "".join(latex_of(CELLS["leaky"]))
    assert r"\alpha" in text
    assert "alpha" not in text.replace(r"\alpha", "")
    assert r"\gamma^{n}" in CELLS["gru_layer_norm"].latex()
    assert r"\eta" in effective_learning_rates(CELLS["gru"]).latex()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.5, r"\frac{h_{t-1}}{2}"),
        (0.99, r"\frac{99 h_{t-1}}{100}"),
        (0.9048374180359595, "0.9048374180359595 h_{t-1}"),
        (-0.123456789, "- 0.123456789 h_{t-1}"),
        (1e-300, r"1.0 \cdot 10^{-300} h_{t-1}"),
        (1e300, r"1.0 \cdot 10^{300} h_{t-1}"),
        (Rational(1, 3 * 10**7), r"\frac{h_{t-1}}{30000000}"),
    ],
)
def test_a_long_decimal_prints_as_it_was_typed(number: float, text: str) -> None:
    h = state("h")
    assert cell_equations(Cell("decimal", {h: number * h})) == [f"h_{{t}} &= {text}"]


def test_the_jacobian_of_a_diagonal_gate_reads_as_published() -> None:
    lines = jacobian(CELLS["diag_gate"]).latex().splitlines()[1:-1]
    assert lines == [
        r"D_t &= \operatorname{diag}\left(1 - z_{t}\right) \\",
        r"R_t &= \operatorname{diag}\left(z_{t} \left(1 - z_{t}\right) "
        r"\left(n_{t} - h_{t-1}\right)\right) W_{z} \\",
        r"&\quad + \operatorname{diag}\left(z_{t} \left(1 - n_{t}^{2}\right)\right) W_{n}",
    ]


def test_a_shared_gate_is_a_number_times_the_identity_and_rank_one() -> None:
    text = jacobian(CELLS["shared_gate"]).latex()
    assert r"D_t &= \left(1 - s_{t}\right)\, I" in text
    assert r"u_{s}^{\top}" in text
    assert r"\operatorname{diag}\left(1 - s_{t}\right)" not in text


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("lag", [2, 3, 4])
def test_the_newest_factor_stands_on_the_left(name: str, lag: int) -> None:
    text = transport(EVERY[name], order=1).at(lag).latex()
    factors = ["J_{t}", *(f"J_{{t-{j}}}" for j in range(1, lag))]
    positions = [text.index(factor) for factor in factors]
    assert positions == sorted(positions)
    assert f"J_{{t-{lag}}}" not in text
    assert r"J_{t-\ell+1}" in transport(EVERY[name]).latex()


@pytest.mark.parametrize("lag", range(5))
@pytest.mark.parametrize("order", range(5))
def test_the_remainder_is_printed_unless_there_is_none(lag: int, order: int) -> None:
    text = transport(CELLS["gru"], order=order).at(lag).latex()
    assert (r"\bigr\|_2" in text) == (order < lag)
    assert r"\bigr\|_2" in transport(CELLS["gru"], order=order).latex()


def test_a_constant_gate_prints_its_powers() -> None:
    text = transport(CELLS["const_gate"], order=1).latex()
    assert r"\left(1 - s\right)^{\ell}\, I" in text
    assert r"s \left(1 - s\right)^{\ell - 1} \sum_{j=0}^{\ell - 1}" in text


def test_blocks_of_several_states_are_named_by_their_states() -> None:
    text = jacobian(CELLS["lstm"]).latex()
    for name in ("D_t^{hc}", "D_t^{cc}", "R_t^{hh}", "R_t^{ch}"):
        assert f"{name} &=" in text
    for absent in ("D_t^{hh}", "D_t^{ch}", "R_t^{cc}", "R_t^{hc}"):
        assert absent not in text


@pytest.mark.parametrize("name", EVERY)
def test_a_number_for_all_neurons_has_no_neuron_in_its_superscript(name: str) -> None:
    cell = EVERY[name]
    shared = {node.value.name for node in cell.graph.nodes if node.value.shared}
    text = effective_learning_rates(cell).latex()
    assert not any(re.search(rf"(?<![a-z]){name}\^{{\(q\)}}", text) for name in shared)
    if name == "row_in_row":  # its leak is the value of a row: one number
        assert r"\right)^{(q)}" not in text


@pytest.mark.parametrize("name", EVERY)
def test_the_factors_of_a_rate_are_defined_by_sound_equations(name: str) -> None:
    rates = effective_learning_rates(EVERY[name])
    text = aligned(rate_definitions(rates.zeroth))
    words = {a + b for a in "qpklmrsu" for b in "qpklmrsu"}
    words |= {a + b for a in rates.cell.states for b in rates.cell.states}
    assert_sound(text, words)
    local = [entry for row in blocks(rates.jacobian.local) for entry in row]
    assert text.count("D^{(q)") >= sum(isinstance(entry, Diagonal) for entry in local)


def test_the_rates_of_one_state_read_as_published() -> None:
    rates = effective_learning_rates(CELLS["leaky"])
    older, newer = (
        rf"\Bigl(\prod_{{{range_}}} D^{{(q)}}_{{t-i}}\Bigr)"
        for range_ in (r"j < i \le \ell-1", r"0 \le i < j")
    )
    product = r"\prod_{j=0}^{\ell-1}"
    crossing = rf"\sum_{{j=0}}^{{\ell-1}} {newer} R^{{(qq)}}_{{t-j}} {older}"
    first = rf"\eta\, \Bigl[ {product} D^{{(q)}}_{{t-j}} + {crossing} \Bigr]"
    assert [reading.latex() for reading in rates.readings] == [
        rf"\mu^{{(q)}}_{{0}}(t,\ell) = \eta\, {product} D^{{(q)}}_{{t-j}}",
        rf"\mu^{{(q)}}_{{1}}(t,\ell) = {first}",
        rf"\mu^{{(q)}}_{{\mathrm{{leak}}}}(t,\ell) = \eta {product} \left(1 - \alpha\right)",
        rf"\mu^{{(q)}}_{{\mathrm{{open}}}}(t,\ell) = \eta {product} \alpha",
    ]


def test_the_rates_of_several_states_are_entries_of_products_of_matrices() -> None:
    zeroth, first, *_ = effective_learning_rates(CELLS["lstm"]).readings
    inner = r"\Bigl[ \prod_{j=0}^{\ell-1} \mathbf{D}^{(q)}_{t-j}"
    assert zeroth.latex().endswith(rf"= \eta\, {inner} \Bigr]_{{cc}}")
    assert rf"= \eta\, {inner} + \sum" in first.latex()
    assert r"\mathbf{R}^{(qq)}_{t-j}" in first.latex()
    assert first.latex().endswith(r"\Bigr]_{cc}")


def test_only_a_factor_of_one_state_is_said_to_be_zero() -> None:
    rates = effective_learning_rates(CELLS["plain"])
    assert rate_definitions(rates.zeroth)[0] == r"D^{(q)}_t &= 0"
    h = state("h")
    alone = effective_learning_rates(Cell("alone", {h: h / 2}))
    assert rate_definitions(alone.zeroth) == [r"D^{(q)}_t &= \frac{1}{2}"]
    several = rate_definitions(effective_learning_rates(CELLS["lstm"]).zeroth)
    assert [line.split("_t &=")[0] for line in several if "&=" in line] == [
        "D^{(q),hc}",
        "D^{(q),cc}",
        "R^{(qq),hh}",
        "R^{(qq),ch}",
    ]
    assert not any(line.endswith("&= 0") for line in several)


@pytest.mark.parametrize(
    ("lag", "printed"),
    [
        (1, "J_{t}"),
        (4, r"J_{t} \, J_{t-1} \, J_{t-2} \, J_{t-3}"),
        (5, r"J_{t} \, J_{t-1} \cdots J_{t-4}"),
    ],
)
def test_a_product_ends_at_its_oldest_factor(lag: int, printed: str) -> None:
    assert f" &= {printed} \\\\\n" in transport(CELLS["leaky"]).at(lag).latex()
