"""A true growth is not refuted for its slow corrections; a wrong constant is, however slow they."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import pytest
from sympy import Expr, Rational, S, exp, expint, log, sqrt

from longlag.derivations.window.growth_checks import follow
from longlag.derivations.window.law_checks import growth_verdict
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from longlag.theory.statement import Level, Settings
from longlag.theory.window.growth import Growth
from longlag.theory.window.window import COST, KAPPA, SAMPLES, learnability_window

FEW = Settings(examples=1)
b = positive("b")

SLOW: list[Expr] = [
    ell**10 * exp(-sqrt(ell)),
    ell**30 * exp(-ell),
    log(3 + ell) ** 5 / (1 + ell),
    (1 + ell) ** -b * log(3 + ell) ** -7,
    exp(-exp(ell) / (3 + ell) ** 3),
    exp(-exp(ell) / (9 + ell) ** 9),
    exp(-exp(b * ell) * (1 + ell) ** 30),
    exp(-(log(1 + ell) ** 2)) * (1 + ell) ** 20,
    exp(-ell / log(3 + ell)),
    exp(-sqrt(ell) * log(3 + ell)),
    exp(-ell) * log(3 + ell) ** 9,
    exp(-(ell ** Rational(1, 5))) * (99 + ell) ** Rational(1, 50),
    (1 + log(1 + ell)) ** -2,
    1 / log(3 + log(1 + ell)),
    expint(1, ell),
    exp(-(2 ** (2**ell))),
    exp(-(3 ** (2**ell))),
    (1 + 1 / ell) ** (-(ell**2)),
]


@pytest.mark.parametrize("envelope", SLOW, ids=str)
def test_slow_corrections_are_no_counterexample(envelope: Expr) -> None:
    law = DecayLaw("slow", envelope, smallest_lag=None if envelope.subs(ell, 0).is_finite else 1)
    growth = learnability_window(law).growth
    assert growth is not None
    assert growth_verdict(FEW, law=law, growth=growth).level in (Level.PROVED, Level.COMPUTED)
    for factor in (Rational(9, 10), Rational(101, 100)):
        wrong = replace(growth, leading=factor * growth.leading)
        assert growth_verdict(FEW, law=law, growth=wrong).level is Level.REFUTED


@pytest.mark.parametrize(
    "leading",
    [
        log(SAMPLES) / KAPPA,
        (log(SAMPLES) / KAPPA) ** 3,
        SAMPLES,
        (log(SAMPLES) / KAPPA) ** 2 * log(log(SAMPLES)),
        log(SAMPLES) ** 2,
    ],
    ids=str,
)
def test_another_growth_is_refuted(leading: Expr) -> None:
    law = DecayLaw("slow", ell**10 * exp(-sqrt(ell)))
    assert growth_verdict(FEW, law=law, growth=Growth("other", 0, leading)).level is Level.REFUTED


def test_what_cannot_be_told_is_undecided() -> None:
    # The correction falls like ℓ^{−1/50}, where ℓ ends at 2800.
    law = DecayLaw("slowest", exp(-exp(ell - ell ** Rational(49, 50))))
    true = Growth("iterated logarithmic", 0, log(log(SAMPLES) / KAPPA))
    assert growth_verdict(FEW, law=law, growth=true).level is not Level.REFUTED


def test_the_errors_are_those_of_the_window() -> None:
    # ln N = κ(√ℓ − 10 ln ℓ), so the leading term (ln N/κ)² is (√ℓ − 10 ln ℓ)².
    law = DecayLaw("slow", ell**10 * exp(-sqrt(ell)))
    growth = Growth("polylogarithmic", 0, (log(SAMPLES) / KAPPA) ** 2)
    course = follow(law, growth, {}, {COST: S(1), KAPPA: S(3)})
    root = course.farthest / 3  # √ℓ to a part in 10^17
    assert course.errors[-1] == pytest.approx(
        float(-40 * mpmath.log(root) / root), rel=1e-2, abs=1e-15
    )
