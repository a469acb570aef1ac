"""Special functions: gamma, digamma, zeta, Bessel, exponential and incomplete gamma integrals."""

from sympy import (
    E,
    EulerGamma,
    Interval,
    Rational,
    besselk,
    digamma,
    erf,
    exp,
    expint,
    gamma,
    log,
    lowergamma,
    pi,
    polygamma,
    sin,
    sqrt,
    symbols,
    uppergamma,
    zeta,
)

from tests.theory.verify.relations.case import (
    ABOVE_ONE,
    NONNEGATIVE,
    POSITIVE,
    UNIT,
    bound,
    fails,
    holds,
    identity,
)

a, s, x, y = symbols("a s x y")

CASES = (
    holds(
        "Euler's reflection",
        identity(gamma(x) * gamma(1 - x), pi / sin(pi * x), {x: UNIT}),
        "DLMF 5.5.3.",
    ),
    holds(
        "digamma below its first term",
        bound(digamma(x), log(x) - 1 / (2 * x), {x: POSITIVE}),
        "Binet's second formula, a negative integral.",
    ),
    fails(
        "digamma below its second term",
        bound(digamma(x), log(x) - 1 / (2 * x) - 1 / (12 * x**2), {x: POSITIVE}),
        "at x = 1: -.5772 against -.5833; the expansion envelops.",
    ),
    holds("zeta above its integral", bound(1 / (s - 1), zeta(s), {s: ABOVE_ONE}), "integral test."),
    holds(
        "zeta below its integral",
        bound(zeta(s), s / (s - 1), {s: ABOVE_ONE}),
        "1 plus the integral.",
    ),
    fails(
        "zeta near its pole",
        bound(
            zeta(s), 1 / (s - 1) + EulerGamma + Rational(7, 100) * (s - 1), {s: Interval.open(1, 3)}
        ),
        "at s = 5/4: the next Stieltjes constant is .0728; fails below 1.6.",
    ),
    holds(
        "Bessel function of order one half",
        identity(besselk(Rational(1, 2), x), sqrt(pi / (2 * x)) * exp(-x), {x: POSITIVE}),
        "DLMF 10.39.2.",
    ),
    holds(
        "Bessel functions grow with their order",
        bound(besselk(0, x), besselk(1, x), {x: POSITIVE}),
        "cosh t ≥ 1 in the integral.",
    ),
    fails(
        "Bessel function below a logarithm",
        bound(besselk(0, x), log(1 + 1 / x), {x: POSITIVE}),
        "at x = 1/1000: ln(2/x) - γ exceeds ln(1/x) for small x.",
    ),
    holds(
        "exponential integral below a logarithm",
        bound(expint(1, x), exp(-x) * log(1 + 1 / x), {x: POSITIVE}),
        "Gautschi, DLMF 6.8.1.",
    ),
    holds(
        "exponential integral above a logarithm",
        bound(exp(-x) * log(1 + 2 / x) / 2, expint(1, x), {x: POSITIVE}),
        "Gautschi, DLMF 6.8.1.",
    ),
    fails(
        "exponential integral below a logarithm, .99",
        bound(expint(1, x), exp(-x) * log(1 + Rational(99, 100) / x), {x: POSITIVE}),
        "at x = 1000: e^(-x)/x against .99e^(-x)/x, only beyond about 50.",
    ),
    holds(
        "incomplete gamma functions",
        identity(lowergamma(a, x) + uppergamma(a, x), gamma(a), {a: POSITIVE, x: POSITIVE}),
        "definition.",
    ),
    fails(
        "incomplete gamma function below its first term",
        bound(
            uppergamma(a, x),
            x ** (a - 1) * exp(-x),
            {a: Interval(Rational(1, 2), Rational(101, 100)), x: POSITIVE},
        ),
        "at a = 101/100, x = 1: reversed for a > 1.",
    ),
    holds(
        "error function below its tangent",
        bound(erf(x), 2 * x / sqrt(pi), {x: NONNEGATIVE}),
        "concave.",
    ),
    fails(
        "Gosper's formula from above",
        bound(gamma(x + 1), (x / E) ** x * sqrt(2 * pi * (x + Rational(1, 6))), {x: POSITIVE}),
        "at x = 1: .996; it holds near 0 only.",
    ),
    holds(
        "Stirling from below",
        bound((x / E) ** x * sqrt(2 * pi * x), gamma(x + 1), {x: POSITIVE}),
        "Binet's function is positive.",
    ),
    holds(
        "gamma is log-convex",
        bound(gamma((x + y) / 2) ** 2, gamma(x) * gamma(y), {x: POSITIVE, y: POSITIVE}),
        "Cauchy–Schwarz.",
    ),
    holds(
        "minimum of gamma",
        bound(Rational(8856, 10000), gamma(x), {x: POSITIVE}),
        "the minimum is .885603, at 1.4616.",
    ),
    fails(
        "minimum of gamma, rounded up",
        bound(Rational(88561, 100000), gamma(x), {x: POSITIVE}),
        "at x = 14616/10000: .885603; only within .004 of it.",
    ),
    fails(
        "trigamma below three terms, 1/7",
        bound(polygamma(1, x), 1 / x + 1 / (2 * x**2) + 1 / (7 * x**3), {x: POSITIVE}),
        "at x = 10: 1/6 is the coefficient.",
    ),
    holds(
        "trigamma below three terms",
        bound(polygamma(1, x), 1 / x + 1 / (2 * x**2) + 1 / (6 * x**3), {x: POSITIVE}),
        "the expansion envelops, DLMF 5.15.8.",
    ),
)
