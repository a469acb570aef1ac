"""Falsehoods that look true almost everywhere: sharp constants, late terms, fine structure."""

from sympy import Abs, Interval, Rational, S, Sum, besselk, cos, exp, log, sin, sqrt, symbols, zeta

from tests.theory.verify.relations.case import (
    ABOVE_ONE,
    CLOSED_UNIT,
    NONNEGATIVE,
    POSITIVE,
    UNIT,
    bound,
    exponent,
    fails,
    identity,
    limit,
)

b, ell, k, n, s, t, tau, x, y, z = symbols("b ell k n s t tau x y z")

CASES = (
    fails(
        "inverse leak to second order, two percent more",
        bound(
            (1 - s) ** ell,
            1 / (1 + s * ell + Rational(51, 100) * s**2 * ell * (ell + 1)),
            {s: UNIT, ell: S.Naturals},
        ),
        "at s = 1/1000, ell = 1: the coefficient is 1/2; fails for s < .06/(ℓ+2).",
    ),
    fails(
        "Bessel function and a small slope",
        bound(x * besselk(1, x), 1 - x / 1000, {x: Interval.open(0, 100)}),
        "at x = 1/100000: xK₁ = 1 + (x²/2) ln(x/2) + …, only below 2e-4.",
    ),
    fails(
        "zeta's tail from 3.6",
        bound(
            zeta(s),
            1 + 2 ** (-s) + 3 ** (-s) + Rational(18, 5) ** (1 - s) / (s - 1),
            {s: ABOVE_ONE},
        ),
        "at s = 2: .2838 against .2778; 7/2 would do.",
    ),
    fails(
        "a peak with fine structure",
        bound(x * exp(-x) + sin(10**4 * x) / 10**4, exp(-1), {x: POSITIVE}),
        "at x = pi*6365/20000: on some of the ripples within .02 of 1.",
    ),
    fails(
        "a ratio that seems to be one half",
        limit(x ** Rational(1, 1000) / (1 + x ** Rational(1, 1000)), Rational(1, 2), x),
        "the ratio tends to 2: beyond 1e3000.",
    ),
    fails(
        "a late component",
        exponent(sqrt(x) + x ** Rational(3, 4) / 10**30, Rational(1, 2), x),
        "the exponent is 3/4: beyond 1e120.",
    ),
    fails(
        "alternating harmonic sum by 2n + 1.1",
        bound(
            Sum((-1) ** (k + 1) / k, (k, 1, n)),
            log(2) + 1 / (2 * n + Rational(11, 10)),
            {n: S.Naturals},
        ),
        "at n = 5: odd n from 5 on; 1/(2n+1) is right.",
    ),
    fails(
        "three points that are not close",
        bound(
            1 / (Abs(x - y) + Abs(y - z)),
            10**6,
            {
                x: Interval(0, Rational(1, 2)),
                y: Interval(Rational(1, 4), Rational(3, 4)),
                z: Interval(Rational(1, 2), 1),
            },
        ),
        "at x = 1/2, y = 5000001/10000000, z = 1/2: only near x = y = z = 1/2, a corner.",
    ),
    fails(
        "product of three below their mean",
        bound(
            x * y * z,
            (x + y + z) ** 3 / Rational(27001, 1000),
            {x: POSITIVE, y: POSITIVE, z: POSITIVE},
        ),
        "at x = 1, y = 1, z = 1: 27 is the constant.",
    ),
    fails(
        "a distance without modulus",
        identity(
            sqrt(x**2 - 2 * x * y + y**2),
            x - y,
            {x: CLOSED_UNIT, y: Interval(0, Rational(1, 1000))},
        ),
        "at x = 0, y = 1/1000: where x < y, 5e-4 of the domain.",
    ),
    fails(
        "superadditive powers from .999",
        bound(
            x**s + y**s,
            (x + y) ** s,
            {x: NONNEGATIVE, y: NONNEGATIVE, s: Interval(Rational(999, 1000), 2)},
        ),
        "at x = 1, y = 1, s = 1999/2000: for s < 1.",
    ),
    fails(
        "shifted power below a Gaussian correction",
        bound(
            (1 + ell / tau) ** (-b),
            exp(-b * ell / tau + Rational(99, 200) * b * ell**2 / tau**2),
            {b: POSITIVE, ell: NONNEGATIVE, tau: POSITIVE},
        ),
        "at b = 1, ell = 1/200, tau = 1: 1/2 is the coefficient; only for ℓ < .015 τ.",
    ),
    fails(
        "a cosine over most of a period",
        bound(
            cos(t), Rational(999999, 10**6), {t: Interval(Rational(1, 100), Rational(62819, 10000))}
        ),
        "at t = 62819/10000: only within 2e-4 of the upper end, as 2π = 6.28319.",
    ),
    fails(
        "logarithm below its Padé approximant, 4.01",
        bound(log(1 + x), x * (6 + x) / (6 + Rational(401, 100) * x), {x: NONNEGATIVE}),
        "at x = 1/100: 4 is the coefficient.",
    ),
)
