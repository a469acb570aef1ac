"""The plateau law, its end and the push on silent units follow from the symbolic objective."""

from __future__ import annotations

import pytest
from sympy import Rational, diff, exp, limit, log, oo, simplify, sqrt

from longlag.theory.errors import LonglagError
from longlag.theory.memory import plateau, rate


def values() -> dict[object, object]:
    return {rate: 1, plateau.height: 1, plateau.width: 1}


def test_the_weight_of_a_gaussian_is_its_two_sided_transform() -> None:
    assert float(plateau.gaussian_weight().subs(values())) == pytest.approx(4.132731354122493)


@pytest.mark.parametrize("count", [2, 3])
def test_the_hessian_at_the_fit_is_that_of_the_late_part_alone(count: int) -> None:
    a, d = plateau.unit_symbols(count)
    last = 1 - sum(a[: count - 1])
    moved = [*d[: count - 1], -sum(x * y for x, y in zip(a, d[: count - 1], strict=False)) / last]
    squares = sum(x * y**2 for x, y in zip([*a[: count - 1], last], moved, strict=True))
    late = diff(plateau.late_transform(rate), rate, 2)
    assert simplify(plateau.hessian_form(count) + 2 * squares * late) == 0
    assert simplify(plateau.hessian_form(count) - 2 * squares * late) != 0


def test_one_unit_cannot_part_from_itself() -> None:
    with pytest.raises(LonglagError, match="two"):
        plateau.hessian_form(1)


def test_the_law_is_the_inverse_growth_rate_at_a_long_memory() -> None:
    ratio = plateau.gaussian_growth_rate() * plateau.escape_time().subs(
        plateau.omega, 1 / plateau.length
    )
    assert limit(simplify(ratio), plateau.length, oo) == 1
    wrong = ratio * plateau.length
    assert limit(simplify(wrong), plateau.length, oo) != 1


def test_the_factor_is_the_logarithm_of_the_distances_while_they_are_small() -> None:
    small = plateau.ball_factor().subs({plateau.radius: Rational(3, 10), plateau.difference: 1})
    found = float(small.subs(plateau.length, Rational(1, 1000)))
    assert found == pytest.approx(float(log(1 + 0.3 / sqrt(2))), rel=1e-5)


def test_the_late_part_of_the_loss_gives_the_final_spread() -> None:
    assert plateau.resistance() == 1 / (32 * rate**5)
    c, mu = plateau.spread, plateau.length
    slow = plateau.resistance() * c**2 - c * mu**2 * plateau.weight * exp(-rate * mu)
    assert simplify(slow.diff(c).subs(c, plateau.final_spread())) == 0


def test_merged_units_drift_with_the_power_five_halves_of_the_spread() -> None:
    c = plateau.spread
    speed = plateau.drift_rate().subs(plateau.first_share, Rational(1, 2))
    assert simplify(c * speed.diff(c) / speed) == Rational(5, 2)
    assert simplify(speed + c ** Rational(5, 2) * plateau.length / 24) == 0
    assert plateau.merged_slope() == Rational(5, 2) - 6 * plateau.omega


def test_the_drift_time_is_within_a_factor_of_two_at_twenty() -> None:
    numbers = {plateau.length: 20, plateau.radius: 0.3}
    spread = plateau.final_spread().subs(plateau.weight, plateau.gaussian_weight()).subs(values())
    speed = plateau.drift_rate().subs(plateau.spread, spread).subs(numbers)
    # From α = 1/2 to 1/2 − δ/√2, by Simpson's rule: the integrand is smooth.
    shift = 0.3 / 2**0.5
    first, middle, last = (
        1 / float(speed.subs(plateau.first_share, 0.5 - part * shift)) for part in (0, 0.5, 1)
    )
    found = -shift * (first + 4 * middle + last) / 6
    assert 0.5 < found / 2.0036e10 < 1


def test_a_silent_unit_feels_the_late_part_with_its_own_rate() -> None:
    v, mu = plateau.silent, plateau.length
    assert plateau.silent_push() == 2 * plateau.late_symbol(v) * exp(-v * mu)


def test_the_published_bound_has_the_exponent_of_the_law() -> None:
    numbers = {plateau.units: 2, plateau.radius: Rational(3, 10), plateau.omega: Rational(1, 8)}
    assert float(plateau.lower_bound(1).subs(numbers)) == pytest.approx(9.8807, rel=1e-3)
