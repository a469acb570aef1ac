"""The chapter on initialisations: every envelope and network as said, every wrong version not."""

from __future__ import annotations

import pytest

from longlag.derivations import get_derivations
from longlag.derivations.initialisations.chapter import every_envelope
from longlag.theory.statement import Claim, Level, Settings

CLAIMS = {
    f"{section.name}/{claim.statement.name}": claim
    for section in get_derivations("initialisations")
    for claim in section.claims
    # The windows of laws are judged in tests of their own.
    if claim.statement.name in ("envelope", "network", "hippo_response")
}


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_holds_and_its_wrong_versions_do_not(name: str) -> None:
    claim: Claim = CLAIMS[name]
    assert claim.judge(Settings()).holds
    assert claim.wrong
    for words in claim.wrong:
        assert claim.misstated(words).judge(Settings()).level is Level.REFUTED, words


def test_one_figure_has_every_envelope() -> None:
    (axes,) = every_envelope(Settings()).axes
    labels = {line.get_label() for line in axes.lines}
    assert {"chrono", "lru ring", "log uniform steps"} <= labels
