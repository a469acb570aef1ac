"""The published detection on pure noise, beside the tail law and draws of its own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from longlag.derivations.window.protocol import noise_verdict, oriented_verdict, protocol
from longlag.numerics.stable import sample
from longlag.theory.statement import Claim, Level, Settings

SETTINGS = Settings()


@pytest.mark.parametrize("claim", protocol().claims, ids=lambda claim: str(claim.statement.name))
def test_every_claim_is_as_expected(claim: Claim) -> None:
    assert claim.judge(SETTINGS).holds == claim.expected_to_hold


@pytest.mark.parametrize(("index", "share"), [(1.2, 0.018), (1.5, 0.0066), (1.8, 0.0015)])
def test_the_share_is_that_of_the_tail(index: float, share: float) -> None:
    # 2 c_α x^{−α} at x = 20 (12000/25600)^{1−1/α}; the tail is the law's leading term only.
    beyond = 20 * (12_000 / 25_600) ** (1 - 1 / index)
    constant = math.gamma(index) * math.sin(math.pi * index / 2) / math.pi
    tail = 2 * constant * beyond**-index
    found = noise_verdict(SETTINGS, index=index, threshold=20.0)
    assert found.level is Level.REFUTED
    assert found.error == pytest.approx(192 * tail, rel=0.05)
    assert tail == pytest.approx(share, rel=0.05)


def test_the_law_is_that_of_drawn_means() -> None:
    # Small counts have the same law: |mean| N^{1−1/α} > ε with N four times what was measured.
    generator = np.random.default_rng(3)
    measured, asked, threshold, index = 50, 200, 2.0, 1.5
    means = sample(index, (20_000, measured), generator).mean(-1)
    passed = np.abs(means) * asked ** (1 - 1 / index) > threshold
    beyond = threshold * (measured / asked) ** (1 - 1 / index)
    drawn = sample(index, (20_000,), generator)
    expected = float((np.abs(drawn) > beyond).mean())
    assert float(passed.mean()) == pytest.approx(expected, abs=5 * (0.5 / 20_000) ** 0.5)


def test_signs_by_the_mean_detect_noise_that_signs_given_before_do_not() -> None:
    assert oriented_verdict(SETTINGS, oriented=True).error == 1.0
    # Even without them a threshold of .1 lets 46 % of pure noise pass.
    given = oriented_verdict(SETTINGS, oriented=False)
    assert given.error is not None
    assert 0.4 < given.error < 0.52
