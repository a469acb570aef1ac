"""Every registered initialisation makes the envelope it says, at the numbers people use."""

from __future__ import annotations

import mpmath
import pytest
from sympy import Expr, Integer, S, expint, sqrt

from longlag.theory.errors import LonglagError
from longlag.theory.initialisations import INITIALISATIONS, Initialisation, chance
from longlag.theory.notation import ell
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import positive

EXACT = sorted(name for name, scheme in INITIALISATIONS.items() if scheme.limit is None)


@pytest.mark.parametrize("name", EXACT)
def test_the_envelope_is_the_mean_of_the_share_to_the_lag(name: str) -> None:
    scheme = INITIALISATIONS[name]
    for lag in (1, 10, 100):
        found = scheme.mean_at(lag, scheme.usual)
        assert evaluate(scheme.envelope, {**scheme.usual, ell: Integer(lag)}) == pytest.approx(
            float(found), rel=1e-9
        )


def test_chrono_has_the_numbers_of_an_exponential_integral() -> None:
    chrono = INITIALISATIONS["chrono"]
    for share, stated in ((0.01, 0.950), (0.1, 0.723), (0.3, 0.469), (1.0, 0.148)):
        assert float(expint(2, share)) == pytest.approx(stated, abs=6e-4)
        assert float(chrono.mean_at(1000 * share, chrono.usual)) == pytest.approx(stated, abs=2e-3)
    # Beyond T² it is another law: −12 % at 250 T.
    far = chrono.mean_at(250_000, chrono.usual) / mpmath.expint(2, 250)
    assert float(far) - 1 == pytest.approx(-0.12, abs=0.005)


def test_text_and_code_of_one_cell_are_two_initialisations() -> None:
    found = {
        name: float(INITIALISATIONS[name].mean_at(100, {}))
        for name in ("rg_lru_text", "rg_lru_code")
    }
    assert found["rg_lru_text"] == pytest.approx(0.090, abs=5e-4)
    assert found["rg_lru_code"] == pytest.approx(0.018, abs=5e-4)


def test_a_ring_from_nothing_is_the_disc() -> None:
    ring, disc = INITIALISATIONS["lru_ring"], INITIALISATIONS["lru_disc"]
    whole = dict(zip(ring.domains, (S.Zero, S.One), strict=True))
    assert ring.envelope.subs(whole) - disc.envelope == 0


@pytest.mark.parametrize("kept", [2 * chance, chance - 1])
def test_what_keeps_more_than_all_or_less_than_nothing_is_refused(kept: Expr) -> None:
    with pytest.raises(LonglagError, match="between 0 and 1"):
        Initialisation("bad", kept, 1 / (ell + 1))


def test_parameters_without_usual_numbers_are_refused() -> None:
    with pytest.raises(LonglagError, match="give one for each"):
        Initialisation("bad", sqrt(chance) ** positive("p"), 1 / (ell + 1))
