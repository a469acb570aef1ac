"""Leading terms of windows are proved for all parameters, and wrong ones are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Expr, Interval, Max, Min, Rational, Symbol, exp, log, oo

from longlag.derivations.window.law_proofs import growth_is_led
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.window.growth import Growth
from longlag.theory.window.window import KAPPA, SAMPLES, learnability_window

a, b = (Symbol(name, positive=True) for name in "ab")
s = Symbol("s")


@pytest.mark.parametrize("name", sorted(LAWS))
def test_growth_of_every_law_is_led(name: str) -> None:
    law = LAWS[name]
    growth = learnability_window(law).growth
    assert growth is not None
    assert growth_is_led(law, growth)
    if not growth.leading.is_infinite:
        more = replace(growth, leading=growth.leading * Rational(11, 10))
        assert not growth_is_led(law, more)
        assert not growth_is_led(law, replace(growth, leading=growth.leading * log(SAMPLES)))


def test_smallest_rate_decides_whichever_it_is() -> None:
    law = DecayLaw("two", exp(-a * ell) + exp(-b * ell))
    assert growth_is_led(law, Growth("", 0, log(SAMPLES) / (KAPPA * Min(a, b))))
    for wrong in (Max(a, b), a, b, (a + b) / 2):
        assert not growth_is_led(law, Growth("", 0, log(SAMPLES) / (KAPPA * wrong)))


@pytest.mark.parametrize(("leader", "holds"), [(-log(1 - s), True), (s, False)])
def test_parameter_below_one_may_be_any_such(leader: Expr, holds: bool) -> None:
    law = DecayLaw("gate", (1 - s) ** ell, domains={s: Interval.open(0, 1)})
    assert growth_is_led(law, Growth("", 0, log(SAMPLES) / (KAPPA * leader))) is holds


def test_memory_that_stays_must_be_told_from_one_that_goes() -> None:
    endless = Growth("infinite", 0, oo)
    assert growth_is_led(LAWS["constant"], endless)
    assert not growth_is_led(LAWS["exponential"], endless)
