"""Expectations evaluate, are judged, and print."""

from __future__ import annotations

import pytest
from sympy import (
    Expr,
    I,
    Integral,
    Interval,
    Rational,
    S,
    Set,
    Symbol,
    cos,
    exp,
    factorial,
    latex,
    oo,
    sin,
    sqrt,
    symbols,
    tanh,
)

from longlag.theory import LonglagError
from longlag.theory.statement import Kind, Level, Relation, Settings
from longlag.theory.verify import (
    Beta,
    Density,
    Expectation,
    Exponential,
    Gaussian,
    Proof,
    SymmetricStable,
    verify,
)

BRIEF = Settings(effort="quick", seconds=1)
POSITIVE = Interval.open(0, oo)
a, b, k, m, n, s, x = symbols("a b k m n s x")
TRIANGLE = Density(2 * x, x, Interval(0, 1))

Domains = dict[Symbol, Set]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lhs", "rhs", "domains"),
    [
        (Expectation(x**2, x, Gaussian(m, s)), m**2 + s**2, {m: S.Reals, s: POSITIVE}),
        (
            Expectation(exp(k * x), x, Gaussian(0, s)),
            exp(k**2 * s**2 / 2),
            {k: S.Reals, s: POSITIVE},
        ),
        (
            Expectation(cos(k * x), x, Gaussian(m, 1)),
            exp(-(k**2) / 2) * cos(k * m),
            {k: S.Reals, m: S.Reals},
        ),
        (
            Expectation(cos(k * x), x, SymmetricStable(a, s)),
            exp(-((s * k) ** a)),
            {k: POSITIVE, s: POSITIVE, a: Interval.Lopen(0, 2)},
        ),
        (Expectation(exp(I * k * x), x, SymmetricStable(1, 1)), exp(-k), {k: POSITIVE}),
        (Expectation(sin(x) ** 2, x, Exponential(1)), Rational(2, 5), {}),
        (Expectation(sqrt(x), x, TRIANGLE), Rational(4, 5), {}),
        (Expectation(x, x, Beta(a, b)), a / (a + b), {a: POSITIVE, b: POSITIVE}),
        (Expectation(x**n, x, Exponential(1)), factorial(n), {n: S.Naturals}),
    ],
)
def test_true_ones_hold_and_wrong_ones_do_not(lhs: Expr, rhs: Expr, domains: Domains) -> None:
    assert verify(Relation(Kind.IDENTITY, lhs, rhs, domains), BRIEF).holds
    wrong = Relation(Kind.IDENTITY, lhs, rhs * Rational(101, 100), domains)
    assert verify(wrong, BRIEF).level is Level.REFUTED


def test_bound_inside_a_proof() -> None:
    mean = Expectation(tanh(x) ** 2, x, Gaussian(0, s))
    proof = Proof(mean, (("≤", Expectation(x**2, x, Gaussian(0, s))), ("=", s**2)), {s: POSITIVE})
    assert proof.check(Settings(effort="quick", seconds=1)).verdict.holds
    assert r"\mathbb{E}_{x \sim \mathcal{N}\left(0, s^{2}\right)}" in proof.latex()


def test_prints() -> None:
    printed = latex(Expectation(cos(x), x, SymmetricStable(a, 2)))
    assert printed == r"\mathbb{E}_{x \sim S_{a}\left(2\right)}\left[\cos{\left(x \right)}\right]"
    assert r"\mathrm{Beta}\left(a, b\right)" in latex(Expectation(x, x, Beta(a, b)))


def test_bound_symbol_is_not_free() -> None:
    mean = Expectation(k * x, x, Gaussian(m, s))
    assert mean.free_symbols == {k, m, s}
    assert mean.subs(x, 3) == mean
    assert mean.subs(m, 2) == Expectation(k * x, x, Gaussian(2, s))
    assert Expectation(x, x, Density(a * x ** (a - 1), x, Interval(0, 1))).free_symbols == {a}


def test_expectation_is_an_integral_over_the_density() -> None:
    assert Expectation(x, x, Exponential(2)).doit() == Integral(2 * x * exp(-2 * x), (x, 0, oo))
    assert TRIANGLE.mass().doit() == 1


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(LonglagError, match="density"):
        Expectation(x**2, x, SymmetricStable(a, 1)).doit()
    with pytest.raises(LonglagError):
        Expectation(x, 2 * x, Gaussian())
