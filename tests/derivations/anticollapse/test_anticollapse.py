"""The chapter on anti-collapse: every claim as expected, every wrong version refuted."""

from __future__ import annotations

import pytest

from longlag.derivations import get_derivations
from longlag.theory.statement import Claim, Level, Settings

CLAIMS = [claim for section in get_derivations("anti_collapse") for claim in section.claims]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: str(claim.statement.name))
def test_every_claim_holds_and_its_wrong_versions_do_not(claim: Claim) -> None:
    assert claim.judge(Settings()).holds is (claim.expected_to_hold is not False)
    assert claim.wrong
    for words in claim.wrong:
        assert claim.misstated(words).judge(Settings()).level is Level.REFUTED, words
