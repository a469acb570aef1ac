"""The chapter on stability: every claim as expected, every wrong version refuted."""

from __future__ import annotations

import pytest

from longlag.derivations import get_derivations
from longlag.derivations.stability.catalogue import every_cell
from longlag.theory.cells import CELLS
from longlag.theory.statement import Claim, Level, Settings

CLAIMS = [claim for section in get_derivations("stability") for claim in section.claims]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: str(claim.statement.name))
def test_every_claim_holds_and_its_wrong_versions_do_not(claim: Claim) -> None:
    assert claim.judge(Settings()).holds is (claim.expected_to_hold is True)
    assert claim.wrong
    for words in claim.wrong:
        assert claim.misstated(words).judge(Settings()).level is Level.REFUTED, words


def test_the_table_has_a_line_for_every_cell() -> None:
    rows = {row[0].replace(" ", "_"): row[1:] for row in every_cell(Settings())}
    assert list(rows) == list(CELLS)
    assert [rows[name][1] for name in ("plain", "gru", "lstm")] == ["$1$", "$2$", "$2$"]
    assert rows["orthogonal"][0].startswith("orthogonal")
    assert rows["min_gru"][0] == "D alone, exact"
    assert rows["min_gru"][-1] == rows["delta_net"][-1] == "the same"
    assert all(len(row) == 7 for row in rows.values())
