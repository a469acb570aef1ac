"""Which law contains which, and ln f of every law in coordinates without bounds."""

from __future__ import annotations

import math

import pytest
from sympy import Symbol, exp, log

from longlag.theory import LAWS, DecayLaw, LonglagError, ell
from longlag.theory.laws.logarithm import LOG_OF_LAG, LOG_SCALE, is_scale_free, log_envelope
from longlag.theory.laws.nesting import nesting
from longlag.theory.scalar.parameters import positive

INSIDE = {
    ("exponential", "stretched_exponential"): "s = 1",
    ("exponential", "tempered_power"): "b -> 0, p = 1",
    ("exponential", "two_exponentials"): "c2 -> 0",
    ("exponential", "exponential_mixture"): "C2 -> 0, C3 -> 0",
    ("two_exponentials", "exponential_mixture"): "C2 -> 0",
    ("polynomial", "tempered_power"): "tau -> oo",
    ("stretched_exponential", "tempered_power"): "b -> 0",
    ("stretched_exponential", "humped_power"): "a -> 0",
    ("constant", "exponential"): "b -> 0",
    ("exponential", "shifted_polynomial"): "b -> oo, tau -> oo",
    ("polynomial", "shifted_polynomial"): "tau -> 0",
}
APART = [
    ("exponential", "polynomial"),
    ("polynomial", "exponential"),
    ("polynomial", "stretched_exponential"),
    ("polynomial", "two_exponentials"),
    ("logarithmic", "tempered_power"),
    ("stretched_exponential", "exponential"),
    ("two_exponentials", "tempered_power"),
]


@pytest.mark.parametrize(("small", "large"), INSIDE)
def test_a_law_is_found_inside_another_where_it_is(small: str, large: str) -> None:
    found = nesting(LAWS[small], LAWS[large])
    assert str(found) == INSIDE[small, large]
    assert found is not None
    assert found.interior == (INSIDE[small, large] == "s = 1")


@pytest.mark.parametrize(("small", "large"), APART)
def test_no_law_is_found_where_it_is_not(small: str, large: str) -> None:
    assert nesting(LAWS[small], LAWS[large]) is None


def test_a_law_of_ones_own_is_found_by_what_it_is() -> None:
    scale, time = positive("k"), positive("T")
    own = DecayLaw("own", scale * exp(-ell / time))
    assert str(nesting(own, LAWS["stretched_exponential"])) == "s = 1"


@pytest.mark.parametrize("name", LAWS)
def test_the_logarithm_is_that_of_the_law(name: str) -> None:
    law = LAWS[name]
    found = log_envelope(law)
    numbers = {u: 0.3 * place - 0.5 for place, u in enumerate(found.coordinates)}
    given = {**numbers, LOG_SCALE: -0.7}
    values = {s: float(value.subs(given)) for s, value in found.parameters.items()}
    for lag in (1, 7.5):
        expected = math.log(float(law.envelope.subs({**values, ell: lag}).evalf()))
        at = {**numbers, ell: lag, LOG_OF_LAG: math.log(lag)}
        assert float(found.shape.subs(at).rewrite(exp).evalf()) - 0.7 == pytest.approx(expected)


def test_a_law_without_parameters_or_intervals_has_nothing_to_fit() -> None:
    with pytest.raises(LonglagError, match="no parameter"):
        log_envelope(DecayLaw("bare", exp(-ell)))
    with pytest.raises(LonglagError, match="interval"):
        log_envelope(DecayLaw("counted", ell ** -Symbol("n", integer=True, positive=True)))


def test_powers_of_the_lag_are_told_from_what_only_looks_like_one() -> None:
    scale, power = positive("k"), positive("q")
    assert is_scale_free(DecayLaw("own", scale * (3 * ell) ** (-power)))
    assert not is_scale_free(DecayLaw("own", scale * (1 + ell) ** (-power)))
    assert not is_scale_free(DecayLaw("own", scale * exp(-power * log(ell) ** 2)))
    assert not is_scale_free(LAWS["constant"])
