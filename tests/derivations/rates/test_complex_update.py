"""A cell of complex states is printed as a complex equation, and that is its update."""

import pickle

import pytest
from sympy import Abs, I, Interval, conjugate, exp, re, tanh

from longlag.derivations.rates.complex_update import complex_update
from longlag.theory import CELLS, Cell, axis, drive, output, parameter, recurrent, state, weight
from longlag.theory.statement import Claim, Level, Settings

N, P = axis("N"), axis("P")
z, w = state("z", complex=True), state("w", N, complex=True)
angle = parameter("theta", Interval(0, 1))
W, C = weight("W"), weight("C")

CASES = {
    "linear_recurrent_unit": CELLS["linear_recurrent_unit"],
    "s4d": CELLS["s4d"],
    "delays, maps, conjugates and outputs": Cell(
        "mixed",
        {
            z: exp(I * angle) * tanh(re(W(z))) * z.delay(2)
            + conjugate(z) / 2
            + W(z) * drive("u", complex=True),
            output("y"): re(C(z)),
        },
    ),
    "axes": Cell(
        "axes",
        {
            w: exp(I * angle) * w + drive("u", N, complex=True),
            output("y", P): recurrent("C", re(w), over=N, to=P),
        },
    ),
    "a modulus": Cell("modulus", {z: z / (1 + Abs(z) ** 2) + I * drive("u")}),
}


def update_claim(cell: Cell) -> Claim:
    return complex_update(cell)[0]


@pytest.mark.parametrize("name", CASES)
def test_the_complex_equations_hold_and_their_wrong_versions_do_not(name: str) -> None:
    for claim in complex_update(CASES[name]):
        assert claim.judge(Settings()).level is Level.COMPUTED
        assert claim.wrong
        for words in claim.wrong:
            assert claim.misstated(words).judge(Settings()).level is Level.REFUTED, words


@pytest.mark.parametrize("name", CASES)
def test_what_is_printed_is_read_back(name: str) -> None:
    for claim in complex_update(CASES[name]):
        reading = claim.statement.reading
        assert reading is not None
        assert reading.difference(claim.statement.tex) is None
    statement = update_claim(CASES[name]).statement
    assert statement.reading is not None
    for right, wrong in (("t-1", "t-2"), (r"\theta", r"2\theta"), ("z_{t} &=", "z_{t} &= i +")):
        if right in statement.tex:
            changed = statement.tex.replace(right, wrong, 1)
            assert statement.reading.difference(changed) is not None, changed


def test_the_published_equation_of_the_linear_recurrent_unit_is_printed() -> None:
    tex = update_claim(CELLS["linear_recurrent_unit"]).statement.tex
    assert r"z_{t-1} e^{i \theta} e^{- e^{\nu}}" in tex


@pytest.mark.parametrize(
    ("name", "multiplied"),
    [("linear_recurrent_unit", True), ("s4d", True), ("axes", True), ("a modulus", False)],
)
def test_only_a_state_that_is_multiplied_by_one_number_has_that_number(
    name: str, multiplied: bool
) -> None:
    assert (len(complex_update(CASES[name])) == 2) is multiplied


def test_a_cell_of_real_states_has_no_complex_equation() -> None:
    assert complex_update(CELLS["gru"]) == []


def test_a_cell_keeps_its_complex_equation_when_it_is_sent() -> None:
    cell = CASES["delays, maps, conjugates and outputs"]
    sent = pickle.loads(pickle.dumps(cell))
    assert sent == cell
    assert sent.complex_form == cell.complex_form
