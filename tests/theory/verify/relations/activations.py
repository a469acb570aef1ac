"""Activations: identities and sharp suprema of tanh, the logistic, softplus, erf, gelu, silu."""

from sympy import Abs, Max, Rational, S, erf, exp, log, pi, sqrt, symbols, tanh

from tests.theory.verify.relations.case import NONNEGATIVE, bound, fails, holds, identity

x, y = symbols("x y")

SIGMOID = 1 / (1 + exp(-x))
GELU = x * (1 + erf(x / sqrt(2))) / 2
SILU_SLOPE = SIGMOID * (1 + x * (1 - SIGMOID))

CASES = (
    holds(
        "slope of the logistic",
        bound(SIGMOID * (1 - SIGMOID), Rational(1, 4), {x: S.Reals}),
        "u(1-u) ≤ 1/4.",
    ),
    holds(
        "second derivative of tanh",
        bound(2 * tanh(x) * (1 - tanh(x) ** 2), 4 / (3 * sqrt(3)), {x: S.Reals}),
        "the maximum of 2u(1-u²) at u = 1/√3.",
    ),
    fails(
        "second derivative of tanh, rounded down",
        bound(2 * tanh(x) * (1 - tanh(x) ** 2), Rational(7698, 10000), {x: S.Reals}),
        "at x = 1317/2000: 4/(3√3) = .76980036; only within 5e-4 of .6585.",
    ),
    holds(
        "softplus and its argument",
        identity(log(1 + exp(x)) - x, log(1 + exp(-x)), {x: S.Reals}),
        "factor e^x out.",
    ),
    holds(
        "softplus above the rectifier",
        bound(log(1 + exp(x)), Max(x, 0) + log(2), {x: S.Reals}),
        "1 + e^(-|x|) ≤ 2; equality at 0.",
    ),
    fails(
        "softplus above the rectifier, ln 2 rounded down",
        bound(log(1 + exp(x)), Max(x, 0) + Rational(693, 1000), {x: S.Reals}),
        "at x = 0: ln 2 = .693147; only for |x| < 3e-4.",
    ),
    holds(
        "gelu's minimum",
        bound(-Rational(17, 100), GELU, {x: S.Reals}),
        "the minimum is -.169971, at -.7518.",
    ),
    fails(
        "gelu's minimum, rounded up",
        bound(-Rational(16997, 100000), GELU, {x: S.Reals}),
        "at x = -.7518: -.1699712.",
    ),
    holds(
        "tanh below its continued fraction",
        bound(tanh(x), x * (15 + x**2) / (15 + 6 * x**2), {x: NONNEGATIVE}),
        "odd convergents of Lambert's fraction are upper bounds.",
    ),
    fails(
        "tanh below its continued fraction, 6.1",
        bound(tanh(x), x * (15 + x**2) / (15 + Rational(61, 10) * x**2), {x: NONNEGATIVE}),
        "at x = 1/2: the cubic coefficient becomes -.34, below -1/3.",
    ),
    holds(
        "logistic as tanh",
        identity(1 / (1 + exp(-2 * x)), (1 + tanh(x)) / 2, {x: S.Reals}),
        "definition.",
    ),
    fails(
        "erf below a root, 6/5",
        bound(erf(x) ** 2, 1 - exp(-6 * x**2 / 5), {x: S.Reals}),
        "at x = 1/10: the coefficient is 4/π = 1.273.",
    ),
    holds(
        "erf below a root",
        bound(erf(x) ** 2, 1 - exp(-4 * x**2 / pi), {x: S.Reals}),
        "Pólya 1945: the normal mass of a square against the disc of equal area.",
    ),
    holds(
        "slope of silu",
        bound(SILU_SLOPE, Rational(11, 10), {x: S.Reals}),
        "the maximum is 1.099839, at 2.3994.",
    ),
    fails(
        "slope of silu, rounded down",
        bound(SILU_SLOPE, Rational(10998, 10000), {x: S.Reals}),
        "at x = 24/10: 1.099839; only between 2.31 and 2.49.",
    ),
    holds(
        "erf is Lipschitz",
        bound(erf(x) - erf(y), 2 / sqrt(pi) * Abs(x - y), {x: S.Reals, y: S.Reals}),
        "its slope is at most 2/√π.",
    ),
    fails(
        "logistic is Lipschitz, without modulus",
        bound(SIGMOID - 1 / (1 + exp(-y)), (x - y) / 4, {x: S.Reals, y: S.Reals}),
        "at x = 0, y = 1: -.231 against -.25; it fails wherever x < y.",
    ),
    holds(
        "addition of tanh",
        identity(
            tanh(x + y), (tanh(x) + tanh(y)) / (1 + tanh(x) * tanh(y)), {x: S.Reals, y: S.Reals}
        ),
        "addition theorem.",
    ),
    fails(
        "tanh is subadditive on the line",
        bound(tanh(x + y), tanh(x) + tanh(y), {x: S.Reals, y: S.Reals}),
        "at x = -1, y = -1: -.964 against -1.523.",
    ),
    fails(
        "erf above tanh",
        bound(erf(x), tanh(Rational(6, 5) * x), {x: NONNEGATIVE}),
        "at x = 3/2: .966 against .947; slopes 1.128 < 1.2 hide it below .6.",
    ),
)
