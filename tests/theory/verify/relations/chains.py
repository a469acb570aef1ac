"""Chains of relations, as a proof is written: all steps right, or one of them wrong."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import (
    E,
    Expr,
    Interval,
    LambertW,
    Max,
    Range,
    Rational,
    S,
    Sum,
    Symbol,
    binomial,
    cosh,
    exp,
    log,
    oo,
    sqrt,
    symbols,
    tanh,
)

from tests.theory.verify.relations.case import ABOVE_ONE, POSITIVE, UNIT, Domains


@dataclass(frozen=True)
class Chain:
    """A first expression and steps from each line to the next.

    Args:
        name: unique.
        first: the first line.
        steps: a sign among = ≤ < ≥ > ∼, the next line, and a reason in words.
        domains: what the symbols range over.
        broken: the index of the only false step, from 0; None where all are true.
        why: for a broken one "at POINT: ", or for ∼ "the ratio tends to VALUE: ".
        variable: what goes to infinity in ∼.
    """

    name: str
    first: Expr
    steps: tuple[tuple[str, Expr, str], ...]
    domains: Domains
    broken: int | None
    why: str = ""
    variable: Symbol | None = None


d, ell, k, n, r, s, x, y = symbols("d ell k n r s x y")

REST = (d + r) ** ell - d**ell - ell * d ** (ell - 1) * r
TAIL = Sum(binomial(ell, k) * d ** (ell - k) * r**k, (k, 2, ell))
SHIFTED = Sum(binomial(ell, k + 2) * d ** (ell - 2 - k) * r ** (k + 2), (k, 0, ell - 2))
PAIRED = (
    binomial(ell, 2) * r**2 * Sum(binomial(ell - 2, k) * d ** (ell - 2 - k) * r**k, (k, 0, ell - 2))
)
PAIRS = binomial(ell, 2) * r**2 * (d + r) ** (ell - 2)
SIZES = {d: POSITIVE, r: POSITIVE, ell: Range(2, oo)}
HARMONIC = Sum(1 / k, (k, 1, n))
LOGARITHMIC = (x - y) / (log(x) - log(y))

CHAINS = (
    Chain(
        "the remainder of transport",
        REST,
        (
            ("=", TAIL, "binomial theorem"),
            ("=", SHIFTED, "count from 2"),
            ("≤", PAIRED, "C(ℓ,k+2) ≤ C(ℓ,2) C(ℓ-2,k)"),
            ("=", PAIRS, "binomial theorem"),
        ),
        SIZES,
        None,
    ),
    Chain(
        "the remainder of transport, one power lost",
        REST,
        (
            ("=", TAIL, "binomial theorem"),
            ("≤", PAIRS, "as before"),
            ("≤", ell**2 * r**2 * (d + r) ** (ell - 2) / 2, "C(ℓ,2) ≤ ℓ²/2"),
            ("≤", ell**2 * r**2 * (d + r) ** (ell - 3) / 2, "one factor is dropped"),
        ),
        SIZES,
        3,
        "at d = 2, r = 1, ell = 2: a factor d + r above one is lost.",
    ),
    Chain(
        "a leak, ever more crudely",
        (1 - s) ** ell,
        (
            ("=", exp(ell * log(1 - s)), "definition"),
            ("≤", exp(-ell * s), "ln(1-s) ≤ -s"),
            ("≤", 1 / (1 + ell * s), "e^u ≥ 1 + u"),
            ("<", 1 / (ell * s), "a smaller denominator"),
        ),
        {s: UNIT, ell: S.Naturals},
        None,
    ),
    Chain(
        "a leak between two exponentials",
        exp(-ell * s / (1 - s)),
        (
            ("≤", (1 - s) ** ell, "ln(1-s) ≥ -s/(1-s)"),
            ("≤", exp(-ell * s), "ln(1-s) ≤ -s"),
            ("≤", 1 - ell * s + ell**2 * s**2 / 2, "alternating series"),
            ("≤", 1 - ell * s / 2, "ℓ²s² ≤ ℓs"),
        ),
        {s: UNIT, ell: S.Naturals},
        3,
        "at s = 1/2, ell = 4: 1 against 0; only where ℓs ≤ 1.",
    ),
    Chain(
        "harmonic numbers between logarithms",
        log(n + 1),
        (
            ("<", HARMONIC, "integral test"),
            ("≤", 1 + log(n), "integral test, equality at 1"),
            ("∼", log(n), "the constant is forgotten"),
        ),
        {n: S.Naturals},
        None,
        variable=n,
    ),
    Chain(
        "harmonic numbers above a logarithm and an inverse",
        HARMONIC,
        (
            ("≥", log(n + 1), "integral test"),
            ("=", log(n) + log(1 + 1 / n), "factor n out"),
            ("≥", log(n) + 1 / (n + 1), "ln(1+u) ≥ u/(1+u)"),
            (">", log(n) + 1 / n, "nearly the same"),
        ),
        {n: S.Naturals},
        3,
        "at n = 1: 1/2 against 1.",
    ),
    Chain(
        "a tempered window below a root",
        LambertW(x),
        (
            ("=", log(x) - log(LambertW(x)), "logarithm of w e^w = x"),
            ("≤", log(x), "W ≥ 1 from e on"),
            ("≤", 2 * sqrt(x) / E, "ln u ≤ u/e at u = √x"),
            ("<", sqrt(x), "2 < e"),
        ),
        {x: Interval(E, oo)},
        None,
    ),
    Chain(
        "a tempered window and a factor two",
        LambertW(x),
        (
            ("∼", log(x) - log(log(x)), "iterate"),
            ("∼", log(x), "the iterated logarithm is smaller"),
            ("=", 2 * log(sqrt(x)), "a power comes out"),
            ("∼", 2 * log(1 + x), "a shift is forgotten, and so is the root"),
        ),
        {x: ABOVE_ONE},
        3,
        "the ratio tends to 1/2: √x became 1 + x.",
        x,
    ),
    Chain(
        "means in order",
        sqrt(x * y),
        (
            ("≤", (x + y) / 2, "arithmetic and geometric mean"),
            ("≤", sqrt((x**2 + y**2) / 2), "quadratic mean"),
            ("≤", Max(x, y), "each is at most the larger"),
            ("<", x + y, "both are positive"),
        ),
        {x: POSITIVE, y: POSITIVE},
        None,
    ),
    Chain(
        "means in order, and the logarithmic one",
        2 * x * y / (x + y),
        (
            ("≤", sqrt(x * y), "harmonic and geometric mean"),
            ("≤", LOGARITHMIC, "sinh u ≥ u"),
            ("≤", ((x ** Rational(1, 4) + y ** Rational(1, 4)) / 2) ** 4, "a power mean"),
            ("≤", (x + y) / 2, "power means"),
        ),
        {x: UNIT, y: ABOVE_ONE},
        2,
        "at x = 9/10, y = 11/10: the power is 1/3.",
    ),
    Chain(
        "a geometric sum below an exponential",
        Sum(x**k, (k, 0, n)),
        (
            ("=", (1 - x ** (n + 1)) / (1 - x), "geometric sum"),
            ("<", 1 / (1 - x), "a positive term is dropped"),
            ("=", exp(-log(1 - x)), "definition"),
            ("≤", exp(x / (1 - x)), "-ln(1-x) ≤ x/(1-x)"),
        ),
        {x: UNIT, n: S.Naturals0},
        None,
    ),
    Chain(
        "the slope of tanh",
        1 - tanh(x) ** 2,
        (
            ("=", 1 / cosh(x) ** 2, "cosh² - sinh² = 1"),
            ("≤", 1 / (1 + x**2 / 2) ** 2, "cosh x ≥ 1 + x²/2"),
            ("≤", 1 / (1 + x**2), "a square is dropped"),
            ("=", 1 - x**2 / (1 + x**2), "one fraction"),
            ("≤", 1 - x**2 / 2, "1 + x² ≤ 2"),
        ),
        {x: S.Reals},
        4,
        "at x = 2: .2 against -1; only where |x| ≤ 1.",
    ),
)
