"""kappa belongs to the estimator and the noise; every identity that leads to it is verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy
from sympy import Interval, Rational, Symbol, sqrt

from longlag.theory import LonglagError
from longlag.theory.estimators import ESTIMATORS, Estimator, concentration, mean
from longlag.theory.estimators.concentration import (
    PUBLISHED_KAPPA,
    agreement_at_two,
    fewest_samples,
    kappa,
    require_error_level,
    smallest_exponent,
    tail_constant,
    window_compression,
)
from longlag.theory.estimators.estimator import (
    alpha,
    normal_quantiles,
    scale,
    signal,
    stable_quantiles,
)
from longlag.theory.notation import samples
from longlag.theory.statement import DERIVED_HERE, Level, Relation
from longlag.theory.verify import verify

ALPHAS = (Rational(6, 5), Rational(3, 2), Rational(9, 5), sympy.Integer(2))
ROBUST = ("median", "huber", "maximum_likelihood", "fixed_clip")
#: One that is in no registry.
TOY = Estimator(
    name="toy",
    description="the mean of only √N of the draws",
    error=scale * sqrt(samples) ** (1 / alpha - 1),
    quantiles=stable_quantiles,
    exact=True,
    concentrates=Interval.Lopen(1, 2),
    source=DERIVED_HERE,
)
IDENTITIES: tuple[Callable[[], Relation], ...] = (
    concentration.mean_characteristic_function,
    concentration.centre_density,
    concentration.tail_normalisation,
    concentration.price_of_confidence,
    concentration.smallest_exponent,
)


@pytest.mark.parametrize("estimator", [*ESTIMATORS.values(), TOY], ids=lambda e: e.name)
class TestContract:
    def test_it_is_described(self, estimator: Estimator) -> None:
        assert estimator.name.isidentifier()
        assert estimator.description
        assert not estimator.description.endswith(".")
        assert str(estimator.source)

    def test_kappa_is_a_function_of_the_tail_index(self, estimator: Estimator) -> None:
        assert estimator.kappa.free_symbols <= {alpha}
        assert all(estimator.kappa.subs(alpha, index) >= 2 for index in ALPHAS)

    def test_the_required_samples_solve_for_the_signal(self, estimator: Estimator) -> None:
        needed = estimator.required_samples
        left = estimator.error.subs(samples, needed) * sum(estimator.quantiles)
        assert sympy.simplify((left / signal).subs(alpha, Rational(3, 2))) == 1
        elasticity = signal * sympy.diff(sympy.log(needed), signal)
        assert sympy.simplify(elasticity + estimator.kappa) == 0

    def test_a_threshold_is_positive(self, estimator: Estimator) -> None:
        assert estimator.threshold.is_extended_positive


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        *((name, (6, 3, Rational(9, 4), 2)) for name in ("mean", "growing_clip")),
        *((name, (2, 2, 2, 2)) for name in ROBUST),
    ],
)
def test_the_table_of_exponents(estimator: str, expected: tuple[sympy.Expr, ...]) -> None:
    assert tuple(kappa(index, estimator) for index in ALPHAS) == expected


def test_a_tail_index_may_be_a_number_or_a_symbol() -> None:
    index = Symbol("a")
    assert kappa(Fraction(3, 2)) == 3
    assert float(kappa(1.25)) == 5.0
    assert kappa(index) == index / (index - 1)
    assert kappa(index, "median") == 2


def test_a_toy_estimator_gets_its_own_exponent() -> None:
    assert sympy.simplify(TOY.kappa - 2 * alpha / (alpha - 1)) == 0


@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda f: f.__name__)
class TestIdentities:
    def test_it_holds(self, identity: Callable[[], Relation]) -> None:
        assert verify(identity()).level in (Level.PROVED, Level.COMPUTED)

    def test_it_would_not_hold_otherwise(self, identity: Callable[[], Relation]) -> None:
        relation = identity()
        wrong = replace(relation, rhs=relation.rhs * Rational(101, 100) + Rational(1, 50))
        assert verify(wrong).level is Level.REFUTED


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_sample_size_is_the_inverse_of_the_error(name: str) -> None:
    relation = concentration.sample_size(name)
    assert verify(relation).holds
    assert verify(replace(relation, rhs=2 * signal)).level is Level.REFUTED


def test_identities_that_sympy_settles_are_proved() -> None:
    for identity in IDENTITIES[:3]:
        assert verify(identity()).level is Level.PROVED


def test_the_mean_with_an_error_of_order_n_to_minus_one_over_alpha_is_refuted() -> None:
    """This error would give the exponent alpha of versions 1-2."""
    slow = replace(mean, error=scale * samples ** (-1 / alpha))
    assert slow.kappa == alpha
    relation = concentration.mean_characteristic_function()
    wrong = relation.rhs.subs(mean.error, slow.error)
    assert wrong != relation.rhs
    assert verify(replace(relation, rhs=wrong)).level is Level.REFUTED


def test_the_published_exponents_differ_and_agree_only_for_normal_noise() -> None:
    first, later = (published.kappa for published in PUBLISHED_KAPPA.values())
    assert first.subs(alpha, Rational(3, 2)) == Rational(3, 2)
    assert later == mean.kappa
    assert sympy.solve(first - later, alpha) == [2]
    assert all(verify(relation).holds for relation in agreement_at_two().values())
    assert {*ESTIMATORS, *PUBLISHED_KAPPA} == set(agreement_at_two())


def test_heavy_tails_shorten_the_window_but_not_with_the_exponent_of_versions_1_2() -> None:
    assert verify(window_compression(PUBLISHED_KAPPA["versions 3 and later"].kappa)).holds
    assert verify(window_compression(PUBLISHED_KAPPA["versions 1-2"].kappa)).level is Level.REFUTED


def test_no_test_has_an_exponent_below_two() -> None:
    assert verify(smallest_exponent()).holds
    published = replace(smallest_exponent(), rhs=Rational(3, 2))
    assert verify(published).level is Level.REFUTED
    # The bound lies below what maximum likelihood needs, by less than half for 10 % errors.
    needed = ESTIMATORS["maximum_likelihood"].required_samples
    point = {scale: 1, signal: 0.01, concentration.information: 0.43}
    errors = dict.fromkeys(concentration.error_levels, 0.1)
    normal = dict.fromkeys(normal_quantiles, 1.2815515655446004)
    ratio = fewest_samples.subs({**point, **errors}) / needed.subs({**point, **normal})
    assert 0.5 < float(ratio) < 1


def test_confidence_costs_the_mean_a_power_and_a_bounded_influence_a_logarithm() -> None:
    power = concentration.price_of_confidence()
    assert verify(power).holds
    assert verify(replace(power, rhs=1 / alpha)).level is Level.REFUTED
    logarithm = concentration.normal_price_of_confidence()
    assert verify(logarithm).holds
    assert verify(replace(logarithm, rhs=logarithm.rhs / 2)).level is Level.REFUTED


def test_the_tail_is_that_of_cauchy_at_one_and_gone_at_two() -> None:
    assert tail_constant.subs(alpha, 1) == 1 / sympy.pi
    assert tail_constant.subs(alpha, 2) == 0


@pytest.mark.parametrize("index", [1, 0.8, Fraction(1, 2), -1, Symbol("b", negative=True)])
def test_the_mean_is_refused_where_it_never_concentrates(index: object) -> None:
    with pytest.raises(LonglagError, match=r"the mean never concentrates.*do not extrapolate"):
        kappa(index)


@pytest.mark.parametrize(
    "index",
    [
        2.1,
        3,
        float("nan"),
        float("inf"),
        sympy.nan,
        sympy.oo,
        sympy.I,
        1j,
        "1.5",
        None,
        True,
        [1.5],
    ],
)
def test_what_is_no_tail_index_is_refused(index: object) -> None:
    with pytest.raises(LonglagError, match=r"^alpha = .*: the noise has a tail index 1 < alpha"):
        kappa(index)


def test_noise_without_a_mean_is_refused_for_the_median_too() -> None:
    with pytest.raises(LonglagError, match=r"alpha = 0\.8: .*so that it has a mean"):
        kappa(0.8, "median")


def test_unknown_names_are_understood() -> None:
    with pytest.raises(LonglagError, match=r"did you mean 'median'\?"):
        kappa(1.5, "medain")
    with pytest.raises(LonglagError, match=r"did you mean 'versions 1-2'\?"):
        PUBLISHED_KAPPA["version 1-2"]


@pytest.mark.parametrize("level", [0, 0.5, 0.7, -0.1, float("nan"), "0.1", None, True])
def test_a_coin_is_no_test(level: object) -> None:
    with pytest.raises(LonglagError, match=r"^miss = .*between 0 and 1/2"):
        require_error_level("miss", level)
