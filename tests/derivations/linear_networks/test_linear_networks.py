"""The chapter on linear networks: every claim as expected, every wrong version refuted."""

from __future__ import annotations

import pytest

from longlag.derivations import get_derivations
from longlag.theory.statement import Claim, Level, Settings

CLAIMS = [claim for section in get_derivations("linear_networks") for claim in section.claims]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: str(claim.statement.name))
def test_every_claim_is_as_expected_and_its_wrong_versions_fail(claim: Claim) -> None:
    assert claim.judge(Settings()).holds == claim.expected_to_hold
    assert claim.wrong or not claim.expected_to_hold
    for words in claim.wrong:
        assert claim.misstated(words).judge(Settings()).level is Level.REFUTED, words
