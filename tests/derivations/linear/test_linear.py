"""Means over random keys and gates: every route to them, and statements that each refutes."""

from __future__ import annotations

import pytest
import sympy
from sympy import Rational

from longlag.derivations import get_derivations
from longlag.derivations.linear import letters as the
from longlag.derivations.linear.checks import (
    _over_all_sequences,
    _over_drawn,
    all_sequences,
    drawn_gates,
)
from longlag.derivations.linear.selective_checks import mamba_cumulants, mamba_gates, mamba_rates
from longlag.theory.statement import Claim, Level, Settings

STATED = {False: the.over_the_lag(the.KEPT), True: the.over_the_lag(the.KEPT_SQUARE)}


def test_one_key_of_two_leaves_what_its_eigenvalues_say() -> None:
    diagonal, square = all_sequences(3, 1)
    kept = 1 - the.BETA
    assert sympy.expand(diagonal - the.ALPHA * (2 + kept) / 3) == 0
    assert sympy.expand(square - the.ALPHA**2 * (2 + kept**2) / 3) == 0


@pytest.mark.parametrize("of_norm", [False, True])
def test_both_routes_hold_and_refute_by_themselves(of_norm: bool) -> None:
    settings = Settings()
    stated, other = STATED[of_norm], STATED[not of_norm]
    assert _over_all_sequences(stated, of_norm).level is Level.PROVED
    assert _over_all_sequences(other, of_norm).level is Level.REFUTED
    assert _over_drawn(settings, stated, of_norm).level is Level.MEASURED
    assert _over_drawn(settings, other, of_norm).level is Level.REFUTED
    off = the.over_the_lag((the.KEPT_SQUARE if of_norm else the.KEPT) * Rational(199, 200))
    assert _over_drawn(settings, off, of_norm).level is Level.REFUTED


def test_gates_are_drawn_with_their_density() -> None:
    (means, _), (logarithms, _) = drawn_gates(0, 4.0)
    assert float(means[0]) == pytest.approx(4 / 5, rel=1e-3)
    assert float(logarithms[0]) == pytest.approx(-1 / 4, rel=1e-2)


def test_the_gate_of_mamba_has_the_two_rates_of_the_page() -> None:
    of_mean, typical = mamba_rates()
    assert of_mean == pytest.approx(0.3704, abs=5e-5)
    assert typical == pytest.approx(0.4655, abs=5e-5)
    assert mamba_cumulants(6)[0] == pytest.approx(typical, abs=1e-9)


def test_the_cell_mamba_keeps_what_its_step_says() -> None:
    gates = mamba_gates(0)
    assert bool(((gates > 0) & (gates < 1)).all())
    assert float(-gates.log().mean()) == pytest.approx(0.4655, abs=0.01)


def test_the_chapter_says_what_it_should() -> None:
    (chapter,) = get_derivations("linear_recurrences")
    names = {claim.statement.name for claim in chapter.claims}
    assert {"delta_rule_diagonal", "delta_rule_norm", "typical_rate", "rate_of_the_mean"} <= names
    assert all(claim.wrong for claim in chapter.claims)


(SECTION,) = get_derivations("linear_recurrences")


@pytest.mark.parametrize("claim", SECTION.claims, ids=lambda claim: str(claim.statement.name))
def test_every_claim_is_as_expected_and_its_wrong_versions_are_refuted(claim: Claim) -> None:
    assert claim.judge(Settings()).holds is (claim.expected_to_hold is not False)
    for words in claim.wrong:
        assert claim.misstated(words).judge(Settings()).level is Level.REFUTED, words
