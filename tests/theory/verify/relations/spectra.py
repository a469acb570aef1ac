"""Spectra: averages over rates, Laplace transforms, convexity, Tauberian constants."""

from sympy import Integral, Interval, Rational, S, exp, expint, gamma, log, lowergamma, oo, symbols

from tests.theory.verify.relations.case import (
    CLOSED_UNIT,
    NONNEGATIVE,
    POSITIVE,
    UNIT,
    bound,
    exponent,
    fails,
    holds,
    identity,
    limit,
)

a, b, ell, p, q, r, t, u, x, y = symbols("a b ell p q r t u x y")

CASES = (
    holds(
        "gamma rates give a power law",
        identity(
            Integral(exp(-u * ell) * u ** (b - 1) * exp(-u) / gamma(b), (u, 0, oo)),
            (1 + ell) ** (-b),
            {b: Interval(1, 5), ell: NONNEGATIVE},
        ),
        "gamma integral with rate 1 + ℓ.",
    ),
    fails(
        "gamma rates give a power law, one power more",
        identity(
            Integral(exp(-u * ell) * u ** (b - 1) * exp(-u) / gamma(b), (u, 0, oo)),
            (1 + ell) ** (-b - 1),
            {b: Interval(1, 5), ell: NONNEGATIVE},
        ),
        "at b = 1, ell = 1: 1/2 against 1/4; equal at ℓ = 0.",
    ),
    holds(
        "log-uniform rates",
        identity(
            Integral(exp(-u * ell) / u, (u, p, q)),
            expint(1, p * ell) - expint(1, q * ell),
            {
                p: Interval(Rational(1, 10), 1),
                q: Interval(1, 10),
                ell: Interval(Rational(1, 10), 20),
            },
        ),
        "definition of E₁.",
    ),
    holds(
        "two rates at fixed mean rate",
        bound(
            exp(-ell * (p + q) / 2),
            (exp(-p * ell) + exp(-q * ell)) / 2,
            {p: POSITIVE, q: POSITIVE, ell: NONNEGATIVE},
        ),
        "Jensen: e^(-u) is convex.",
    ),
    fails(
        "two time scales at fixed mean time scale",
        bound(
            exp(-2 * ell / (p + q)),
            (exp(-ell / p) + exp(-ell / q)) / 2,
            {p: POSITIVE, q: POSITIVE, ell: NONNEGATIVE},
        ),
        "at p = 1, q = 3, ell = 1: heterogeneity speeds the decay for ℓ < 2τ.",
    ),
    holds(
        "two time scales at fixed mean time scale, long lags",
        bound(
            exp(-2 * ell / (p + q)),
            (exp(-ell / p) + exp(-ell / q)) / 2,
            {p: UNIT, q: UNIT, ell: Interval(2, oo)},
        ),
        "e^(-ℓ/τ) is convex in τ ≤ ℓ/2.",
    ),
    fails(
        "two time scales at fixed mean time scale, lags from 1.99",
        bound(
            exp(-2 * ell / (p + q)),
            (exp(-ell / p) + exp(-ell / q)) / 2,
            {p: UNIT, q: UNIT, ell: Interval(Rational(199, 100), oo)},
        ),
        "at p = 998/1000, q = 999999/1000000, ell = 199/100: concave in τ beyond ℓ/2 = .995.",
    ),
    holds(
        "uniform rates",
        identity(
            Integral(exp(-u * ell), (u, p, q)),
            (exp(-p * ell) - exp(-q * ell)) / ell,
            {p: UNIT, q: Interval(1, 3), ell: POSITIVE},
        ),
        "elementary.",
    ),
    fails(
        "a ring of eigenvalues, exponent one less",
        identity(
            Integral(r ** (ell + 1), (r, p, q)),
            (q ** (ell + 1) - p ** (ell + 1)) / (ell + 1),
            {p: Interval(0, Rational(1, 2)), q: Interval(Rational(1, 2), 1), ell: S.Naturals0},
        ),
        "at p = 0, q = 1/2, ell = 1: 1/24 against 1/8; ℓ + 2 is right.",
    ),
    holds(
        "second exponential integral",
        identity(
            Integral(exp(-ell * u) / u**2, (u, 1, oo)),
            exp(-ell) - ell * expint(1, ell),
            {ell: POSITIVE},
        ),
        "integration by parts.",
    ),
    holds(
        "Stieltjes transform of an exponential",
        identity(
            Integral(exp(-t) / (x + t), (t, 0, oo)),
            exp(x) * expint(1, x),
            {x: Interval(Rational(1, 10), 50)},
        ),
        "substitute t + x.",
    ),
    holds(
        "an envelope is log-convex",
        bound(
            (p * exp(-a * (x + y) / 2) + (1 - p) * exp(-b * (x + y) / 2)) ** 2,
            (p * exp(-a * x) + (1 - p) * exp(-b * x)) * (p * exp(-a * y) + (1 - p) * exp(-b * y)),
            {p: CLOSED_UNIT, a: Interval(0, 5), b: Interval(0, 5), x: NONNEGATIVE, y: NONNEGATIVE},
        ),
        "Cauchy–Schwarz.",
    ),
    fails(
        "rate of the mean above the mean rate",
        bound(
            p * a + (1 - p) * b,
            -log(p * exp(-a) + (1 - p) * exp(-b)),
            {p: CLOSED_UNIT, a: Interval(0, 5), b: Interval(0, 5)},
        ),
        "at p = 1/2, a = 0, b = 2: 1 against .566; Jensen goes the other way.",
    ),
    holds(
        "Tauberian constant",
        limit(
            b * lowergamma(b, ell) * ell ** (-b),
            gamma(1 + b) * ell ** (-b),
            ell,
            {b: Interval(Rational(1, 4), 3)},
        ),
        "the incomplete gamma function is complete up to e^(-ℓ).",
    ),
    fails(
        "Tauberian constant of the density",
        limit(
            b * lowergamma(b, ell) * ell ** (-b),
            gamma(b) * ell ** (-b),
            ell,
            {b: Interval(Rational(5, 4), 3)},
        ),
        "the ratio tends to b: bΓ(b) = Γ(1+b).",
    ),
    fails(
        "exponent of log-uniform rates",
        exponent(expint(1, 1 / ell) + log(log(ell)), Rational(1, 10**4), ell),
        "the exponent is 0: E₁(1/ℓ) ~ ln ℓ, so it falls like 1/ln ℓ.",
    ),
)
