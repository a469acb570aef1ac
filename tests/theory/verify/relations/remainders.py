"""Remainder bounds: binomial tails, Taylor remainders, asymptotic expansions cut off."""

from sympy import (
    Interval,
    Rational,
    S,
    Sum,
    binomial,
    cos,
    erfc,
    exp,
    factorial,
    log,
    pi,
    sqrt,
    symbols,
    tanh,
)

from tests.theory.verify.relations.case import (
    CLOSED_UNIT,
    NONNEGATIVE,
    POSITIVE,
    UNIT,
    bound,
    fails,
    holds,
    identity,
)

d, ell, k, n, p, r, x = symbols("d ell k n p r x")

CASES = (
    holds(
        "Lagrange's remainder of the exponential",
        bound(
            exp(x) - Sum(x**k / factorial(k), (k, 0, n)),
            x ** (n + 1) * exp(x) / factorial(n + 1),
            {x: NONNEGATIVE, n: S.Naturals0},
        ),
        "Taylor's theorem with f^(n+1) ≤ e^x on [0, x].",
    ),
    fails(
        "the exponential's remainder by three terms",
        bound(
            exp(x) - Sum(x**k / factorial(k), (k, 0, n)),
            x ** (n + 1) / factorial(n + 1) * (1 + x / (n + 2) + x**2 / (n + 2) ** 2),
            {x: Interval(0, 2), n: S.Naturals0},
        ),
        "at x = 2, n = 0: e² - 1 = 6.389 against 6; it holds on [0, 1].",
    ),
    holds(
        "transport to first order",
        bound(
            (d + r) ** ell - d**ell - ell * d ** (ell - 1) * r,
            binomial(ell, 2) * r**2 * (d + r) ** (ell - 2),
            {d: POSITIVE, r: POSITIVE, ell: S.Naturals},
        ),
        "C(ℓ,i) ≤ C(ℓ,2) C(ℓ-2,i-2) for i ≥ 2, and the binomial theorem.",
    ),
    fails(
        "transport to first order, second-order term alone",
        bound(
            (d + r) ** ell - d**ell - ell * d ** (ell - 1) * r,
            binomial(ell, 2) * r**2 * d ** (ell - 2),
            {d: POSITIVE, r: POSITIVE, ell: S.Naturals},
        ),
        "at d = 1, r = 1, ell = 3: 4 against 3.",
    ),
    holds(
        "logarithm to second order",
        bound(log(1 + x) - x + x**2 / 2, x**3 / 3, {x: NONNEGATIVE}),
        "compare derivatives: x²/(1+x) ≤ x².",
    ),
    fails(
        "logarithm to fourth order with a fitted coefficient",
        bound(log(1 + x), x - x**2 / 2 + x**3 / 3 - Rational(701, 5000) * x**4, {x: CLOSED_UNIT}),
        "at x = 1: only beyond .9998; 5/6 - ln 2 = .140186 is the most, and .1402 is asserted.",
    ),
    holds(
        "cosine above its parabola",
        bound(1 - x**2 / 2, cos(x), {x: S.Reals}),
        "1 - cos x = 2 sin²(x/2) ≤ x²/2.",
    ),
    fails(
        "cosine below its quartic",
        bound(cos(x), 1 - x**2 / 2 + x**4 / 25, {x: S.Reals}),
        "at x = 1/2: the coefficient is 1/24, so it fails where x² < 1.2.",
    ),
    holds(
        "hyperbolic tangent below its quintic",
        bound(tanh(x), x - x**3 / 3 + 2 * x**5 / 15, {x: NONNEGATIVE}),
        "1 - tanh² ≤ 1 - (x-x³/3)² up to √3, and the quintic exceeds 1 beyond.",
    ),
    fails(
        "hyperbolic tangent above its septic, a coefficient in the third digit",
        bound(x - x**3 / 3 + 2 * x**5 / 15 - 17 * x**7 / 316, tanh(x), {x: NONNEGATIVE}),
        "at x = 1/20: the coefficient is 17/315, so it fails for x below .088, by 1e-12.",
    ),
    holds(
        "binomial tail beyond one",
        bound(
            Sum(binomial(n, k) * p**k * (1 - p) ** (n - k), (k, 2, n)),
            n * (n - 1) * p**2 / 2,
            {p: CLOSED_UNIT, n: S.Naturals},
        ),
        "union bound over pairs.",
    ),
    fails(
        "binomial tail by Poisson's",
        bound(
            Sum(binomial(n, k) * p**k * (1 - p) ** (n - k), (k, 2, n)),
            1 - exp(-n * p) * (1 + n * p),
            {p: UNIT, n: S.Naturals},
        ),
        "at p = 9/10, n = 2: .81 against .537; the order of the tails turns where np is large.",
    ),
    holds(
        "geometric series cut off",
        identity(
            1 / (1 - x) - Sum(x**k, (k, 0, n)), x ** (n + 1) / (1 - x), {x: UNIT, n: S.Naturals0}
        ),
        "the rest of the series is geometric.",
    ),
    fails(
        "complementary error function below one term",
        bound(erfc(x), exp(-(x**2)) / (x * sqrt(pi)) * (1 - 1 / (2 * x**2)), {x: POSITIVE}),
        "at x = 2: the expansion alternates, two terms are a lower bound.",
    ),
    holds(
        "complementary error function below two terms",
        bound(
            erfc(x),
            exp(-(x**2)) / (x * sqrt(pi)) * (1 - 1 / (2 * x**2) + 3 / (4 * x**4)),
            {x: POSITIVE},
        ),
        "the expansion envelops the function (DLMF 7.12.1).",
    ),
)
