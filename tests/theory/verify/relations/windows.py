"""Windows: inversions N^(1/κ), both branches of Lambert's function, logarithms of logarithms."""

from sympy import E, Interval, LambertW, Max, Rational, S, exp, log, oo, symbols

from tests.theory.verify.relations.case import (
    ABOVE_ONE,
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

b, c, kappa, phi, s, tau, x, y, z = symbols("b c kappa phi s tau x y z")
A, N = symbols("A N")

WINDOW = (c / phi) ** (1 / b)
TEMPERED = b * tau * LambertW(WINDOW / (b * tau))

CASES = (
    holds(
        "power law at its window",
        identity(
            c * ((c * (N / A) ** (1 / kappa)) ** (1 / b)) ** (-b),
            (A / N) ** (1 / kappa),
            {b: POSITIVE, c: POSITIVE, A: POSITIVE, N: POSITIVE, kappa: ABOVE_ONE},
        ),
        "f(H) = φ with φ = (A/N)^(1/κ).",
    ),
    holds(
        "logarithmic law at its window",
        identity(
            c * (1 + log(exp(WINDOW - 1))) ** (-b),
            phi,
            {
                b: Interval(Rational(1, 4), 4),
                c: Interval(1, 10),
                phi: Interval(Rational(1, 100), 1),
            },
        ),
        "ln H = (c/φ)^(1/b) - 1.",
    ),
    holds(
        "tempered power at its window",
        identity(
            c * TEMPERED ** (-b) * exp(-TEMPERED / tau),
            phi,
            {b: POSITIVE, c: POSITIVE, phi: POSITIVE, tau: POSITIVE},
        ),
        "w e^w = z at w = W(z).",
    ),
    fails(
        "tempered power, decay exponent left out of the argument",
        identity(
            c * (b * tau * LambertW(WINDOW / tau)) ** (-b) * exp(-b * LambertW(WINDOW / tau)),
            phi,
            {b: POSITIVE, c: POSITIVE, phi: POSITIVE, tau: POSITIVE},
        ),
        "at b = 2, c = 1, phi = 1/2, tau = 1: they agree at b = 1 only.",
    ),
    holds(
        "Lambert's function inverts",
        identity(LambertW(x) * exp(LambertW(x)), x, {x: NONNEGATIVE}),
        "definition.",
    ),
    holds(
        "lower branch inverts",
        identity(LambertW(x * exp(x), -1), x, {x: Interval(-oo, -1)}),
        "x ≤ -1 lies on the lower branch.",
    ),
    fails(
        "principal branch inverts everywhere",
        identity(LambertW(x * exp(x)), x, {x: S.Reals}),
        "at x = -2: W = -.4064; it inverts from -1 on.",
    ),
    fails(
        "lower branch inverts left of zero",
        identity(LambertW(x * exp(x), -1), x, {x: Interval.open(-oo, 0)}),
        "at x = -1/2: W₋₁ = -1.756; it inverts up to -1.",
    ),
    holds(
        "Lambert's function above two logarithms",
        bound(log(x) - log(log(x)), LambertW(x), {x: Interval(E, oo)}),
        "Hoorfar and Hassani 2008; equality at e.",
    ),
    holds(
        "Lambert's function below its correction",
        bound(
            LambertW(x),
            log(x) - log(log(x)) + E / (E - 1) * log(log(x)) / log(x),
            {x: Interval(E, oo)},
        ),
        "Hoorfar and Hassani 2008.",
    ),
    fails(
        "Lambert's function below its correction, 1.02",
        bound(
            LambertW(x),
            log(x) - log(log(x)) + Rational(102, 100) * log(log(x)) / log(x),
            {x: Interval(E, oo)},
        ),
        "at x = 1e9: the factor rises to 1 + (ln ln x - 2)/(2 ln x), about 1.025 near 1e9.",
    ),
    fails(
        "Lambert's function below a square root",
        bound(
            LambertW(x), log(1 + x) * (1 - log(1 + log(1 + x)) / (2 + log(1 + x))), {x: NONNEGATIVE}
        ),
        "at x = 2: Iacono and Boyd's approximation changes sides at 24.7.",
    ),
    holds(
        "stretched window grows like a power of a logarithm",
        limit(
            tau * (log(c) + log(N) / kappa) ** (1 / s),
            tau * (log(N) / kappa) ** (1 / s),
            N,
            {
                tau: Interval(1, 100),
                c: Interval(1, 10),
                kappa: Interval(2, 6),
                s: Interval(Rational(1, 2), 2),
            },
        ),
        "ln c is small against ln N/κ.",
    ),
    fails(
        "stretched window without κ",
        limit(
            tau * (log(c) + log(N) / kappa) ** (1 / s),
            tau * log(N) ** (1 / s),
            N,
            {
                tau: Interval(1, 100),
                c: Interval(1, 10),
                kappa: Interval(2, 6),
                s: Interval(Rational(1, 2), 2),
            },
        ),
        "the ratio tends to kappa**(-1/s): κ divides the logarithm.",
    ),
    holds(
        "shifted power's window as a power of N",
        exponent(
            tau * ((c * N ** (1 / kappa)) ** (1 / b) - 1),
            1 / (b * kappa),
            N,
            {
                tau: Interval(1, 100),
                c: Interval(1, 10),
                kappa: Interval(2, 6),
                b: Interval(Rational(1, 4), 2),
            },
        ),
        "the -1 is forgotten.",
    ),
    fails(
        "tempered window as a power of N",
        exponent(
            b * tau * LambertW(N ** (1 / (2 * b)) / (b * tau)),
            Rational(1, 500),
            N,
            {tau: Interval(1, 100), b: Interval(Rational(1, 4), 2)},
        ),
        "the exponent is 0: W grows like a logarithm, local exponent 1/ln N = .0014 at 1e300.",
    ),
    holds(
        "tempered window below the exponential one",
        bound(
            TEMPERED,
            Max(1, tau * log(c / phi)),
            {b: POSITIVE, c: ABOVE_ONE, phi: UNIT, tau: POSITIVE},
        ),
        "H ≥ 1 gives e^(-H/τ) ≥ φ/c.",
    ),
    fails(
        "tempered window below the exponential one and its exponent",
        bound(
            TEMPERED,
            tau * log(c / phi) + tau * b,
            {b: POSITIVE, c: ABOVE_ONE, phi: UNIT, tau: Interval(1, oo)},
        ),
        "at b = 1/100, c = 107/100, phi = 99/100, tau = 1: it needs H ≥ 1/e.",
    ),
)
