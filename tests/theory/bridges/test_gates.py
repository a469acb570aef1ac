"""A gate's law follows from the cell's own rates; what has no such law is refused."""

from __future__ import annotations

import pytest
from sympy import Abs, Interval, Rational, log, simplify, tanh

from longlag.theory import Cell, LonglagError, drive, parameter, recurrent, state
from longlag.theory.bridges.gates import gate_growth, gate_law, keep_factor
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from longlag.theory.transport.rates import effective_learning_rates
from longlag.theory.window.window import KAPPA, SAMPLES, learnability_window

s, alpha, z1, z2 = (positive(name) for name in ("s", "alpha", "z1", "z2"))
TWO = {"z": (z1, z2)}


@pytest.mark.parametrize(
    ("cell", "gates", "envelope"),
    [
        ("const_gate", None, (1 - s) ** ell),
        ("const_gate_layer_norm", None, (1 - s) ** ell),
        ("leaky", None, (1 - alpha) ** ell),
        ("diag_gate", TWO, ((1 - z1) ** ell + (1 - z2) ** ell) / 2),
        ("diag_gate", {"z": [0.1]}, Rational(9, 10) ** ell),
        ("gru", {"z": [z1]}, z1**ell),
        ("lstm", {"f": [z1, z2]}, (z1**ell + z2**ell) / 2),
        ("shared_gate", {"s": [s]}, (1 - s) ** ell),
    ],
)
def test_the_envelope_in_the_gates_symbols(cell: str, gates: object, envelope: object) -> None:
    law = gate_law(CELLS[cell], gates)
    assert simplify(law.envelope - envelope) == 0
    assert law.start == 0
    assert all(domain == Interval.open(0, 1) for domain in law.domains.values())


def test_the_factor_is_the_cells_own() -> None:
    h, q = state("h"), parameter("q", Interval.open(0, 1))
    squared = Cell("squared", {h: q**2 * h + tanh(recurrent("n", h) + drive("n"))})
    assert keep_factor(effective_learning_rates(squared)) == q**2
    assert gate_law(squared).envelope == (positive("q") ** 2) ** ell


@pytest.mark.parametrize(
    ("cell", "gates", "message"),
    [
        ("plain", None, "keep nothing"),
        ("diag_gate", None, r"over the gates \['z'\]"),
        ("diag_gate", {"r": [0.1]}, r"over the gates \['z'\]"),
        ("const_gate", {"z": [0.1]}, r"over the gates \[\]"),
        ("diag_gate", {"z": []}, "one constant"),
        ("diag_gate", {"z": [0]}, "between 0 and 1"),
        ("diag_gate", {"z": [1.5]}, "between 0 and 1"),
        ("diag_gate", {"z": [float("nan")]}, "finite real"),
        ("diag_gate", {"z": ["__import__('os')"]}, "finite real"),
    ],
)
def test_what_has_no_law_is_refused(cell: str, gates: object, message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        gate_law(CELLS[cell], gates)


def test_two_states_that_feed_each_other_have_no_product() -> None:
    h, c = state("h"), state("c")
    p, q = (parameter(name, Interval.open(0, 1)) for name in "pq")
    coupled = Cell("coupled", {h: p * h + q * c + drive("n"), c: q * h + p * c})
    with pytest.raises(LonglagError, match="not a product"):
        gate_law(coupled)


def test_the_growth_needs_the_sign_of_the_rate() -> None:
    law = gate_law(CELLS["const_gate"])
    assert learnability_window(law).growth is None
    growth = gate_growth(law)
    assert growth is not None
    assert growth.kind == "logarithmic"
    assert simplify(growth.leading - log(SAMPLES) / (KAPPA * Abs(log(1 - s)))) == 0
    mixed = gate_growth(gate_law(CELLS["diag_gate"], TWO))
    assert mixed is not None
    at = {SAMPLES: 1000, KAPPA: 3, z1: Rational(1, 2), z2: Rational(1, 10)}
    assert float(mixed.leading.subs(at) - log(1000) / (3 * log(Rational(10, 9)))) == pytest.approx(
        0
    )
