"""Limits and exponents: slow corrections that are true, constants and powers that are not."""

from sympy import (
    E,
    EulerGamma,
    Interval,
    LambertW,
    Rational,
    S,
    besselk,
    binomial,
    exp,
    expint,
    gamma,
    harmonic,
    li,
    log,
    pi,
    sqrt,
    symbols,
)

from tests.theory.verify.relations.case import POSITIVE, exponent, fails, holds, limit

b, n, tau, x = symbols("b n tau x")
N = symbols("N")

CASES = (
    holds(
        "Stirling",
        limit(gamma(x), sqrt(2 * pi / x) * (x / E) ** x, x),
        "Stirling's formula, DLMF 5.11.3.",
    ),
    fails(
        "Stirling of the factorial given for gamma",
        limit(gamma(x), sqrt(2 * pi * x) * (x / E) ** x, x),
        "the ratio tends to 0: the factorial has one factor x more.",
    ),
    holds(
        "Lambert's function to second order",
        limit(LambertW(x), log(x) - log(log(x)), x),
        "W = ln x - ln W; the correction is ln ln x/ln² x.",
    ),
    fails(
        "Lambert's function of a square",
        limit(LambertW(x**2), log(x), x),
        "the ratio tends to 2: W(x²) ~ 2 ln x.",
    ),
    holds(
        "Lambert's function to first order",
        limit(LambertW(x), log(x), x),
        "W = ln x - ln W; the correction ln ln x/ln x is 1 % at 1e300.",
    ),
    fails(
        "harmonic numbers less their logarithm",
        limit(harmonic(n) - log(n), Rational(577, 1000), n),
        "the ratio tends to 1000*EulerGamma/577: γ = .577216, off by 4e-4.",
    ),
    holds(
        "harmonic numbers less their logarithm, exactly",
        limit(harmonic(n) - log(n), EulerGamma, n, {n: S.Naturals}),
        "the definition of γ.",
    ),
    fails(
        "central binomial with π read as 3",
        limit(binomial(2 * n, n), 4**n / sqrt(3 * n), n, {n: S.Naturals}),
        "the ratio tends to sqrt(3/pi): 4^n/√(πn).",
    ),
    holds(
        "window of a tempered power",
        limit(
            tau * b * LambertW(N ** (1 / (2 * b)) / (b * tau)),
            tau * log(N) / 2,
            N,
            {b: Interval(Rational(1, 2), 3), tau: Interval(1, 100)},
        ),
        "W(y) ~ ln y; the correction is b ln ln N.",
    ),
    fails(
        "window of a tempered power, off by a hundredth",
        limit(
            tau * b * LambertW(N ** (1 / (2 * b)) / (b * tau)),
            50 * tau * log(N) / 99,
            N,
            {b: Interval(Rational(1, 2), 3), tau: Interval(1, 100)},
        ),
        "the ratio tends to 99/100: one half, not 50/99, below a correction of b ln ln N.",
    ),
    holds(
        "exponent with a cubed logarithm",
        exponent(log(x) ** 3 / sqrt(x), Rational(-1, 2), x),
        "the logarithm adds 3/ln x, .4 % at 1e300.",
    ),
    fails(
        "exponent off by a hundredth",
        exponent(log(x) ** 5 / sqrt(x), Rational(-49, 100), x),
        "the exponent is -1/2: the local one is -.4928 at 1e300.",
    ),
    holds(
        "exponent of e to the root of a logarithm",
        exponent(x**2 * exp(sqrt(log(x))), 2, x),
        "it adds 1/(2√ln x).",
    ),
    fails(
        "a power in disguise",
        exponent(x ** (Rational(1, 10) + 1 / log(log(x))), Rational(1, 9), x),
        "the exponent is 1/10: 1/ln ln x falls to 0, though to .15 only at 1e300.",
    ),
    holds(
        "an exponent that dies like 1/ln ln",
        exponent(x ** (1 / log(log(x))), 0, x),
        "with L = ln x the derivative is 1/ln L - 1/ln² L.",
    ),
    fails(
        "Euler's number before its time",
        limit((1 + 1 / x) ** (x**2), exp(x), x),
        "the ratio tends to exp(-1/2): ln(1+1/x) x² = x - 1/2 + ….",
    ),
    holds(
        "Euler's number with its correction",
        limit((1 + 1 / x) ** (x**2), exp(x - Rational(1, 2)), x),
        "ln(1+1/x) x² = x - 1/2 + 1/(3x) - ….",
    ),
    fails(
        "logarithmic integral with a logarithm too many",
        limit(li(x), x / log(x) ** 2, x),
        "the ratio tends to oo: li x ~ x/ln x.",
    ),
    holds(
        "logarithmic integral",
        limit(li(x), x / log(x), x),
        "integration by parts; the correction is 1/ln x.",
    ),
    fails(
        "root of the gamma function",
        limit(gamma(x) ** (1 / x), 3 * x / 8, x),
        "the ratio tends to 8*exp(-1)/3: x/e, off by 2 %.",
    ),
    holds(
        "modified Bessel function far out",
        limit(besselk(0, x), sqrt(pi / (2 * x)) * exp(-x), x),
        "DLMF 10.40.2.",
    ),
    fails(
        "exponential integral off by a hundredth",
        limit(expint(1, x), Rational(101, 100) * exp(-x) / x, x),
        "the ratio tends to 100/101: E₁ ~ e^(-x)/x.",
    ),
    fails(
        "two exponentials and the first of them",
        limit(exp(b * x) + exp(tau * x), exp(b * x), x, {b: POSITIVE, tau: POSITIVE}),
        "the ratio tends to oo: where tau > b the second is the larger one.",
    ),
    fails(
        "logarithm of two exponentials and the rate of one",
        limit(log(exp(-b * x) + exp(-tau * x)), -b * x, x, {b: POSITIVE, tau: POSITIVE}),
        "the ratio tends to Min(b, tau)/b: the smaller rate decides.",
    ),
)
