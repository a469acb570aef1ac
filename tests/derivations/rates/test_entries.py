"""The derivation of a cell with axes speaks of entries, and its table names every sum it shows."""

from __future__ import annotations

import re

import pytest

from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.theory import CELLS, Cell, average, axis, drive, softmax, state, total
from longlag.theory.statement import Derivation, Figure

N, P = axis("N"), axis("P")
S, T, n = state("S", N, P), state("T", P, N), state("n", N)
k, q = drive("k", N), drive("q", P)

OWN = {
    "of one axis": Cell("one", {n: n * average(n, over=N) + k}),
    "turned": Cell("turned", {S: S / 2 + T * k, T: T / 2 + S * k}),
    "spread": Cell("spread", {n: softmax(total(S * q, over=P), over=N), S: S * n}),
}
CELLS_WITH_AXES = {name: CELLS[name] for name in ("delta_net", "ordered_neurons", "mamba")} | OWN


def words(derivation: Derivation) -> str:
    parts = [
        item.caption if isinstance(item, Figure) else f"{item.title} {item.text}"  # type: ignore[union-attr]
        for item in derivation.items
    ]
    return " ".join([*parts, *(line.meaning for line in derivation.glossary.notation)])


@pytest.mark.parametrize("name", CELLS_WITH_AXES)
def test_a_cell_with_axes_has_no_neurons(name: str) -> None:
    cell = CELLS_WITH_AXES[name]
    told = words(derive_cell(cell))
    assert cell.description in told
    # Its author's own words aside.
    for own in filter(None, (cell.name, cell.description)):
        told = told.replace(own, "")
    assert "neuron" not in told
    assert "axis" in told or "axes" in told


@pytest.mark.parametrize("name", CELLS_WITH_AXES)
def test_the_table_names_every_sum_and_spread_of_a_display(name: str) -> None:
    derivation = derive_cell(CELLS_WITH_AXES[name])
    shown = "".join(claim.statement.tex for claim in derivation.claims)
    marks = r"(?:\\Sigma|\\operatorname\{[A-Z]\})_\{[^}]*\}"
    assert set(re.findall(marks, shown)) == {
        line.tex for line in derivation.glossary.notation if re.fullmatch(marks, line.tex)
    }


def test_what_names_no_axis_has_neurons() -> None:
    assert "one state per neuron" in words(derive_cell(CELLS["plain"]))


@pytest.mark.parametrize("name", OWN)
def test_displays_of_cells_with_axes_say_so(name: str) -> None:
    for claim in derive_cell(OWN[name]).claims:
        assert claim.statement.reading is not None
        assert claim.statement.reading.difference(claim.statement.tex) is None


def test_entries_of_a_smaller_state_before_a_larger_one_are_not_put_into_another_order() -> None:
    p = state("p", P)
    cell = Cell("later", {p: total(S * n, over=N), S: S * p, n: n})
    shown = "".join(claim.statement.tex for claim in derive_cell(cell).claims)
    assert r"\operatorname{T}" not in shown
