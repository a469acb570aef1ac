"""Chrono's times and the two conventions of RG-LRU."""

from __future__ import annotations

import pytest

from longlag.derivations.initialisations.starts import start_claims, text_and_code_verdict
from longlag.theory.statement import Claim, Settings

SETTINGS = Settings()


@pytest.mark.parametrize("claim", start_claims(), ids=lambda claim: str(claim.statement.name))
def test_every_claim_is_as_expected_and_its_wrong_versions_fail(claim: Claim) -> None:
    assert claim.judge(SETTINGS).holds == claim.expected_to_hold
    for words in claim.wrong:
        assert not claim.misstated(words).judge(SETTINGS).holds, words


def test_text_and_code_are_a_factor_of_five_apart() -> None:
    assert text_and_code_verdict(SETTINGS, drawn="rg_lru_text").holds
    found = text_and_code_verdict(SETTINGS, drawn="rg_lru_code")
    assert not found.holds
    assert "0.018 by the code, 0.090 by the text" in found.counterexample
