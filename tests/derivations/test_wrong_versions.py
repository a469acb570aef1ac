"""Every claim has a wrong version, and its check refutes every one of them.

A claim that is expected to fail is a wrong version itself: that it is refuted is asked of all
derivations elsewhere.
"""

from __future__ import annotations

import pytest

from longlag.derivations import DERIVATIONS, get_derivations
from longlag.theory.statement import Settings

SETTINGS = Settings(examples=2)


@pytest.mark.parametrize("chapter", DERIVATIONS)
def test_every_claim_has_a_wrong_version(chapter: str) -> None:
    for derivation in get_derivations(chapter):
        bare = [c.statement.name for c in derivation.claims if c.expected_to_hold and not c.wrong]
        assert not bare, derivation.name


@pytest.mark.parametrize("chapter", DERIVATIONS)
def test_no_wrong_version_survives(chapter: str) -> None:
    for derivation in get_derivations(chapter):
        for claim in derivation.claims:
            for name in claim.wrong:
                verdict = claim.misstated(name).judge(SETTINGS)
                assert not verdict.holds, f"{derivation.name}, {claim.statement.name}: {name}"
