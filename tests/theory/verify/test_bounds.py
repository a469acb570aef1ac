"""Bounds that one strategy each shows, and near ones, false, that it does not show."""

from __future__ import annotations

import pytest
import sympy
from sympy import (
    E,
    Expr,
    Interval,
    LambertW,
    Naturals,
    Naturals0,
    Product,
    Range,
    Rational,
    Reals,
    Set,
    Sum,
    Symbol,
    exp,
    factorial,
    log,
    oo,
    sin,
    tanh,
)

from longlag.theory.statement import Kind, Level, Relation
from longlag.theory.verify.bounds import show_bound
from longlag.theory.verify.budget import EFFORTS, Budget
from longlag.theory.verify.by_points import by_points
from longlag.theory.verify.induction import _sign
from longlag.theory.verify.question import Question
from longlag.theory.verify.shown import Shown

x, y, z, m, n, p, s, k, rho = sympy.symbols("x y z m n p s k rho")
POSITIVE, UNIT = Interval.open(0, oo), Interval.open(0, 1)
#: Enough for what is shown; a false bound uses all of its own.
SECONDS, SECONDS_OF_WRONG = 20.0, 2.0

Domains = dict[Symbol, Set]


def shown(lhs: Expr, rhs: Expr, domains: Domains, seconds: float = SECONDS) -> Shown | None:
    """Return how a bound is shown without any search before."""
    question = Question(Relation(Kind.BOUND, sympy.sympify(lhs), sympy.sympify(rhs), domains))
    budget = Budget(EFFORTS["normal"], seconds)
    return by_points(question, budget) or show_bound(question, budget)


#: By a part of the method: left side, right side, domains, and a false right side nearby.
KINDS: dict[str, tuple[Expr, Expr, Domains, Expr]] = {
    "logarithms of two terms": (
        tanh(x),
        x * (15 + x**2) / (15 + 6 * x**2),
        {x: Interval(0, oo)},
        x * (15 + x**2) / (15 + Rational(61, 10) * x**2),
    ),
    "its minimum over x": (
        x * y,
        x**p / p + (p - 1) * y ** (p / (p - 1)) / p,
        {x: Interval(0, oo), y: Interval(0, oo), p: Interval.open(1, oo)},
        x**p / (p + Rational(1, 100)) + (p - 1) * y ** (p / (p - 1)) / p,
    ),
    "arguments of a monotone function": (
        sympy.gamma((x + y) / 2) ** 2,
        sympy.gamma(x) * sympy.gamma(y),
        {x: POSITIVE, y: POSITIVE},
        sympy.gamma(x) * sympy.gamma(y) * Rational(99, 100),
    ),
    "real roots of the norm": (
        2 * (1 - tanh(x) ** 2) * tanh(x),
        4 * sympy.sqrt(3) / 9,
        {x: Reals},
        4 * sympy.sqrt(3) / 9 - Rational(1, 10**9),
    ),
    "coefficients after differences of the symbols": (
        Rational(3, 2),
        x / (y + z) + y / (z + x) + z / (x + y),
        {x: POSITIVE, y: POSITIVE, z: POSITIVE},
        x / (y + z) + y / (z + x) + Rational(99, 100) * z / (x + y),
    ),
    "a product above its sum": (
        1 - s / (1 - rho),
        Product(1 - s * rho**k, (k, 0, n)),
        {s: UNIT, rho: UNIT, n: Naturals0},
        Product(1 - s * rho**k, (k, 0, n)) - s / 100,
    ),
    "x = w exp(w)": (
        log(x) - log(log(x)),
        LambertW(x),
        {x: Interval(E, oo)},
        LambertW(x) - log(log(x)) / 100,
    ),
    "x = exp(u)": (
        log(x),
        1000 * x ** Rational(1, 1000) - 1000,
        {x: POSITIVE},
        1000 * x ** Rational(1, 1000) - Rational(100001, 100),
    ),
    "derivatives in x": (
        exp(x) - Sum(x**k / factorial(k), (k, 0, n)),
        x ** (n + 1) * exp(x) / factorial(n + 1),
        {x: Interval(0, oo), n: Naturals0},
        x ** (n + 1) * exp(x / 9) / factorial(n + 1),
    ),
    "either order of two symbols": (
        sympy.erf(x) - sympy.erf(y),
        2 * abs(x - y) / sympy.sqrt(sympy.pi),
        {x: Reals, y: Reals},
        Rational(112, 100) * abs(x - y),
    ),
    "each of 354 points": (
        Rational(1, 200),
        abs(sin(n)),
        {n: Range(1, 355)},
        abs(sin(n)) - Rational(1, 200),
    ),
}


@pytest.mark.parametrize("method", KINDS)
def test_a_bound_is_shown_by_its_kind(method: str) -> None:
    lhs, rhs, domains, _ = KINDS[method]
    found = shown(lhs, rhs, domains)
    assert found is not None
    assert method in found.method


@pytest.mark.parametrize("method", KINDS)
def test_a_false_bound_nearby_is_not_shown(method: str) -> None:
    lhs, _, domains, wrong = KINDS[method]
    assert shown(lhs, wrong, domains, SECONDS_OF_WRONG) is None


def test_a_bound_that_fails_at_one_listed_point_is_not_shown() -> None:
    assert shown(n**2, 10 * n, {n: Range(0, 12)}, 2.0) is None
    found = shown(n**2, 10 * n, {n: Range(0, 11)})
    assert found is not None
    assert found.level is Level.PROVED


@pytest.mark.parametrize("factor", [1, -1])
def test_a_sum_from_zero_has_the_sign_of_all_its_terms(factor: int) -> None:
    terms = Sum(factor * (1 - k), (k, 0, n))
    assert _sign(terms, {}) == {}


@pytest.mark.parametrize("power", [10, 100, 1000])
def test_a_root_that_falls_only_at_the_very_end_is_not_shown(power: int) -> None:
    falls = (1 - x) ** Rational(1, power)
    assert shown(Rational(9, 10), falls, {x: UNIT}, SECONDS_OF_WRONG) is None
    assert shown(Rational(9, 10), falls, {x: Interval(0, 1 - Rational(9, 10) ** power)}) is not None


def test_logarithms_of_negative_numbers_are_not_compared_by_their_arguments() -> None:
    assert shown(log(2 * x), log(x), {x: Interval(-2, -1)}, SECONDS_OF_WRONG) is None


def test_weights_and_their_mean() -> None:
    domains = {s: UNIT, rho: UNIT, m: Naturals, n: Naturals}
    mean = (m * s + n * rho) / (m + n)
    found = shown((1 - s) ** m * (1 - rho) ** n, (1 - mean) ** (m + n), domains)
    assert found is not None
    assert found.level is Level.PROVED
