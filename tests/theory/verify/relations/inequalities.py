"""Inequalities in several variables: means, Young, Hölder, Bernoulli, forms."""

from sympy import Interval, Rational, S, log, oo, sqrt, symbols

from tests.theory.verify.relations.case import (
    ABOVE_ONE,
    NONNEGATIVE,
    POSITIVE,
    UNIT,
    bound,
    fails,
    holds,
)

p, q, r, u, v, x, y, z = symbols("p q r u v x y z")

REALS = {x: S.Reals, y: S.Reals, z: S.Reals}
LOGARITHMIC = (x - y) / (log(x) - log(y))
CYCLIC = x**3 * y + y**3 * z + z**3 * x

CASES = (
    holds(
        "three numbers and their means",
        bound(
            (x * y * z) ** Rational(1, 3),
            (x + y + z) / 3,
            {x: NONNEGATIVE, y: NONNEGATIVE, z: NONNEGATIVE},
        ),
        "arithmetic and geometric mean.",
    ),
    holds(
        "Young",
        bound(
            x * y,
            x**p / p + y ** (p / (p - 1)) * (p - 1) / p,
            {x: NONNEGATIVE, y: NONNEGATIVE, p: ABOVE_ONE},
        ),
        "convexity of the exponential; equality on x^p = y^q.",
    ),
    fails(
        "Young with the weights exchanged",
        bound(
            x * y,
            x**p * (p - 1) / p + y ** (p / (p - 1)) / p,
            {x: NONNEGATIVE, y: NONNEGATIVE, p: ABOVE_ONE},
        ),
        "at x = 7/10, y = 1, p = 3: .7 against .562.",
    ),
    holds(
        "Motzkin",
        bound(3 * x**2 * y**2, x**4 * y**2 + x**2 * y**4 + 1, {x: S.Reals, y: S.Reals}),
        "arithmetic and geometric mean; zero at |x| = |y| = 1.",
    ),
    fails(
        "Motzkin with 3.001",
        bound(
            Rational(3001, 1000) * x**2 * y**2,
            x**4 * y**2 + x**2 * y**4 + 1,
            {x: S.Reals, y: S.Reals},
        ),
        "at x = 1, y = 1: only near |x| = |y| = 1.",
    ),
    holds(
        "Bernoulli",
        bound(1 + r * x, (1 + x) ** r, {x: Interval.open(-1, oo), r: Interval(1, oo)}),
        "convexity; equality at x = 0 and r = 1.",
    ),
    fails(
        "Bernoulli for exponents from .99",
        bound(
            1 + r * x, (1 + x) ** r, {x: Interval.open(-1, oo), r: Interval(Rational(99, 100), oo)}
        ),
        "at x = 1, r = 199/200: concave for r < 1.",
    ),
    holds(
        "Hölder for two terms",
        bound(
            x * u + y * v,
            (x**p + y**p) ** (1 / p) * (u ** (p / (p - 1)) + v ** (p / (p - 1))) ** ((p - 1) / p),
            {x: POSITIVE, y: POSITIVE, u: POSITIVE, v: POSITIVE, p: Interval(Rational(11, 10), 10)},
        ),
        "Hölder.",
    ),
    fails(
        "Minkowski for exponents from .95",
        bound(
            ((x + u) ** p + (y + v) ** p) ** (1 / p),
            (x**p + y**p) ** (1 / p) + (u**p + v**p) ** (1 / p),
            {x: POSITIVE, y: POSITIVE, u: POSITIVE, v: POSITIVE, p: Interval(Rational(95, 100), 3)},
        ),
        "at x = 1, y = 1/100, u = 1/100, v = 1, p = 96/100: reversed for p < 1.",
    ),
    holds(
        "Minkowski",
        bound(
            ((x + u) ** p + (y + v) ** p) ** (1 / p),
            (x**p + y**p) ** (1 / p) + (u**p + v**p) ** (1 / p),
            {x: POSITIVE, y: POSITIVE, u: POSITIVE, v: POSITIVE, p: Interval(1, 3)},
        ),
        "Minkowski.",
    ),
    holds(
        "Schur",
        bound(
            0,
            x * (x - y) * (x - z) + y * (y - x) * (y - z) + z * (z - x) * (z - y),
            {x: NONNEGATIVE, y: NONNEGATIVE, z: NONNEGATIVE},
        ),
        "Schur; zero at x = y = z and at two equal and one zero.",
    ),
    fails(
        "Schur on the line",
        bound(0, x * (x - y) * (x - z) + y * (y - x) * (y - z) + z * (z - x) * (z - y), REALS),
        "at x = -1, y = 0, z = 0: -1.",
    ),
    holds(
        "Nesbitt",
        bound(
            Rational(3, 2),
            x / (y + z) + y / (x + z) + z / (x + y),
            {x: POSITIVE, y: POSITIVE, z: POSITIVE},
        ),
        "Nesbitt 1903; equality on the diagonal.",
    ),
    fails(
        "Nesbitt with 1.5001",
        bound(
            Rational(15001, 10000),
            x / (y + z) + y / (x + z) + z / (x + y),
            {x: POSITIVE, y: POSITIVE, z: POSITIVE},
        ),
        "at x = 1, y = 1, z = 1: only near the diagonal.",
    ),
    holds(
        "a cyclic quartic",
        bound(3 * CYCLIC, (x**2 + y**2 + z**2) ** 2, REALS),
        "a sum of three squares; also zero off the diagonal, at sin² of sevenths of π.",
    ),
    fails(
        "a cyclic quartic with 3.001",
        bound(Rational(3001, 1000) * CYCLIC, (x**2 + y**2 + z**2) ** 2, REALS),
        "at x = 1, y = 1, z = 1: 9.003 against 9.",
    ),
    holds(
        "mutual powers",
        bound(1, x**y + y**x, {x: POSITIVE, y: POSITIVE}),
        "x^y ≥ x/(x+y-xy) by Bernoulli on the unit square; trivial beyond.",
    ),
    fails(
        "mutual powers with 1.001",
        bound(Rational(1001, 1000), x**y + y**x, {x: POSITIVE, y: POSITIVE}),
        "at x = 1/10000000, y = 1/2: the infimum 1 is approached where one vanishes.",
    ),
    holds(
        "logarithmic mean",
        bound(LOGARITHMIC, 2 * sqrt(x * y) / 3 + (x + y) / 6, {x: UNIT, y: ABOVE_ONE}),
        "Pólya and Szegő.",
    ),
    fails(
        "logarithmic mean with other weights",
        bound(LOGARITHMIC, 3 * sqrt(x * y) / 4 + (x + y) / 8, {x: UNIT, y: ABOVE_ONE}),
        "at x = 1/2, y = 2: it holds where y/x is large only.",
    ),
)
