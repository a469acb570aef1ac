"""Sums over positions and lags: closed forms, off by one, sharp bounds."""

from sympy import (
    EulerGamma,
    Interval,
    Rational,
    S,
    Si,
    Sum,
    binomial,
    cos,
    factorial,
    harmonic,
    log,
    pi,
    sin,
    sqrt,
    symbols,
)

from tests.theory.verify.relations.case import UNIT, bound, fails, holds, identity

k, n, x = symbols("k n x")

CASES = (
    holds(
        "positions weighted by their number",
        identity(
            Sum((k + 1) * x**k, (k, 0, n - 1)),
            (1 - (n + 1) * x**n + n * x ** (n + 1)) / (1 - x) ** 2,
            {x: UNIT, n: S.Naturals},
        ),
        "derivative of the geometric sum.",
    ),
    fails(
        "geometric sum that starts at one",
        identity(Sum(x**k, (k, 1, n)), (1 - x ** (n + 1)) / (1 - x), {x: UNIT, n: S.Naturals}),
        "at x = 1/2, n = 1: 1/2 against 3/2.",
    ),
    holds(
        "mean of a binomial",
        identity(Sum(k * binomial(n, k), (k, 0, n)), n * 2 ** (n - 1), {n: S.Naturals0}),
        "k C(n,k) = n C(n-1,k-1).",
    ),
    fails(
        "subsets of at most four",
        identity(Sum(binomial(n, k), (k, 0, 4)), 2**n, {n: S.Naturals0}),
        "at n = 5: 31 against 32; they agree up to n = 4.",
    ),
    holds(
        "pronic reciprocals",
        identity(Sum(1 / (k * (k + 1)), (k, 1, n)), n / (n + 1), {n: S.Naturals}),
        "1/k - 1/(k+1) telescopes.",
    ),
    fails(
        "factorial telescope, one off",
        identity(Sum(k / factorial(k + 1), (k, 1, n)), 1 - 1 / factorial(n), {n: S.Naturals}),
        "at n = 1: 1/2 against 0; the last factorial is (n+1)!.",
    ),
    holds(
        "sum of harmonic numbers",
        identity(Sum(harmonic(k), (k, 1, n)), (n + 1) * harmonic(n) - n, {n: S.Naturals}),
        "summation by parts.",
    ),
    fails(
        "fourth powers",
        identity(
            Sum(k**4, (k, 1, n)),
            n * (n + 1) * (2 * n + 1) * (3 * n**2 + 3 * n + 1) / 30,
            {n: S.Naturals},
        ),
        "at n = 1: 1 against 7/5; the last factor is 3n²+3n-1.",
    ),
    holds(
        "harmonic sum above the logarithm",
        bound(log(n + 1), Sum(1 / k, (k, 1, n)), {n: S.Naturals}),
        "∫ of 1/u from k to k+1 is at most 1/k.",
    ),
    fails(
        "harmonic sum to fourth order, coefficient 1/121",
        bound(
            Sum(1 / k, (k, 1, n)),
            log(n) + EulerGamma + 1 / (2 * n) - 1 / (12 * n**2) + 1 / (121 * n**4),
            {n: S.Naturals},
        ),
        "at n = 20: the coefficient is 1/120 and the next term -1/(252n⁶): it fails from n = 8 on.",
    ),
    holds(
        "inverse roots",
        bound(Sum(1 / sqrt(k), (k, 1, n)), 2 * sqrt(n) - 1, {n: S.Naturals}),
        "1/√k ≤ 2(√k - √(k-1)) for k ≥ 2; equality at n = 1.",
    ),
    fails(
        "inverse squares by a shifted tail",
        bound(Sum(1 / k**2, (k, 1, n)), pi**2 / 6 - 1 / (n + Rational(51, 100)), {n: S.Naturals}),
        "at n = 1: 1 against .983; it holds from n = 10 on.",
    ),
    holds(
        "inverse squares by the half-shifted tail",
        bound(pi**2 / 6 - 1 / (n + Rational(1, 2)), Sum(1 / k**2, (k, 1, n)), {n: S.Naturals}),
        "1/k² ≤ 1/(k-1/2) - 1/(k+1/2), summed over k > n.",
    ),
    holds(
        "alternating binomials over k + 1",
        identity(
            Sum(binomial(n, k) * (-1) ** k / (k + 1), (k, 0, n)), 1 / (n + 1), {n: S.Naturals0}
        ),
        "∫ of (1-u)^n over [0, 1].",
    ),
    fails(
        "Gibbs' overshoot cut short",
        bound(
            Sum(sin(k * x) / k, (k, 1, n)),
            Rational(37, 20),
            {x: Interval.open(0, pi), n: S.Naturals},
        ),
        "at x = pi/2001, n = 2000: the supremum is Si(π) = 1.85194, met near π/(n+1) for n > 800.",
    ),
    holds(
        "Gibbs' overshoot",
        bound(Sum(sin(k * x) / k, (k, 1, n)), Si(pi), {x: Interval.open(0, pi), n: S.Naturals}),
        "Gronwall 1912: the maxima at π/(n+1) rise to Si(π).",
    ),
    fails(
        "Dirichlet's kernel of cosines from zero",
        identity(
            Sum(cos(k * x), (k, 0, n)),
            sin((n + Rational(1, 2)) * x) / (2 * sin(x / 2)),
            {x: Interval.open(0, 2 * pi), n: S.Naturals0},
        ),
        "at x = 1, n = 0: the term k = 0 is counted half: 1 against 1/2.",
    ),
)
