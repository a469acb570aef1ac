"""The table of cells says what the section of each cell displays and checks."""

from __future__ import annotations

import re

from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.derivations.rates.side_by_side import side_by_side
from longlag.theory.cells import PAPER_CELLS
from longlag.theory.statement import Settings, Table


def rows() -> dict[str, list[str]]:
    (table,) = (item for item in side_by_side().items if isinstance(item, Table))
    return {str(row[0]): list(row) for row in table.rows(Settings())}


def test_every_cell_of_the_papers_has_a_row() -> None:
    assert list(rows()) == [name.replace("_", " ") for name in PAPER_CELLS]


def test_what_a_neuron_keeps_is_what_its_section_displays() -> None:
    for name, cell in PAPER_CELLS.items():
        (factors,) = (c for c in derive_cell(cell).claims if c.statement.name == "factors")
        shown = factors.statement.tex.replace("&", "")
        kept = re.findall(r"\$([^$]+)\$", rows()[name.replace("_", " ")][3])
        assert kept
        assert all(formula in shown for formula in kept), name


def test_what_is_crossed_are_the_maps_of_the_cell() -> None:
    crossed = {name: row[4] for name, row in rows().items()}
    assert crossed["gru"] == "$W_{z}$, $W_{n}$, $W_{r}$"
    assert crossed["shared gate"] == r"$u_{s}^{\top}$, $W_{n}$"
    assert crossed["const gate layer norm"].endswith("means over neurons")
    assert rows()["lstm"][1] == "2"
