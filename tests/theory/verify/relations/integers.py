"""What holds at integers only, at all but a few of them, or from some integer on."""

from sympy import (
    Abs,
    Interval,
    Mod,
    Product,
    Range,
    Rational,
    S,
    ceiling,
    cos,
    fibonacci,
    floor,
    oo,
    pi,
    sin,
    symbols,
)

from tests.theory.verify.relations.case import bound, fails, holds, identity

k, n, x = symbols("k n x")

CASES = (
    holds(
        "sine at multiples of π", identity(sin(pi * n), 0, {n: S.Integers}), "zeros of the sine."
    ),
    fails("sine at multiples of π, real", identity(sin(pi * x), 0, {x: S.Reals}), "at x = 1/2: 1."),
    holds("even exponent", identity((-1) ** (n * (n + 1)), 1, {n: S.Naturals}), "n(n+1) is even."),
    fails(
        "exponent that is even half the time",
        identity((-1) ** (n * (n + 1) / 2), 1, {n: S.Naturals}),
        "at n = 1: -1.",
    ),
    holds(
        "three in a row",
        identity(Mod(n * (n + 1) * (n + 2), 6), 0, {n: S.Integers}),
        "one is even and one divisible by 3.",
    ),
    fails(
        "squares below powers of two",
        bound(n**2, 2**n, {n: S.Naturals}),
        "at n = 3: 9 against 8, nowhere else.",
    ),
    holds(
        "squares below powers of two, real from four on",
        bound(x**2, 2**x, {x: Interval(4, oo)}),
        "equality at 4, then ln 2 > 2/x.",
    ),
    fails(
        "squares below powers of two, real from two on",
        bound(x**2, 2**x, {x: Interval(2, oo)}),
        "at x = 3: it fails between 2 and 4.",
    ),
    holds(
        "fifth powers from 23 on",
        bound(n**5, 2**n, {n: Range(23, oo)}),
        "6436343 against 8388608 at 23, then (1+1/n)⁵ < 2.",
    ),
    fails(
        "fifth powers from 22 on",
        bound(n**5, 2**n, {n: Range(22, oo)}),
        "at n = 22: 5153632 against 4194304, nowhere else.",
    ),
    holds("cosine at multiples of π", identity(cos(pi * n), (-1) ** n, {n: S.Integers}), "parity."),
    fails(
        "floors of opposites",
        identity(floor(x) + floor(-x), 0, {x: S.Reals}),
        "at x = 1/2: -1; it holds at integers.",
    ),
    holds(
        "halves of an integer",
        identity(floor(n / 2) + ceiling(n / 2), n, {n: S.Integers}),
        "parity.",
    ),
    holds(
        "Hermite's identity",
        identity(floor(2 * x), floor(x) + floor(x + Rational(1, 2)), {x: S.Reals}),
        "Hermite 1884.",
    ),
    fails(
        "Hermite's identity for three, misread",
        identity(
            floor(3 * x),
            floor(x) + floor(x + Rational(1, 3)) + floor(x + Rational(1, 2)),
            {x: S.Reals},
        ),
        "at x = 2/5: 1 against 0; the last shift is 2/3.",
    ),
    fails(
        "thirty zeros", identity(Product(n - k, (k, 1, 30)), 0, {n: S.Naturals}), "at n = 31: 30!."
    ),
    fails(
        "sine stays away from zero",
        bound(Rational(1, 10**4), Abs(sin(n)), {n: S.Naturals}),
        "at n = 355: 3e-5, as 355/113 is near π.",
    ),
    holds(
        "sine stays away from zero up to 354",
        bound(Rational(1, 200), Abs(sin(n)), {n: Range(1, 355)}),
        "the least is .00883, at 333.",
    ),
    holds(
        "numbers below powers of two",
        bound(n, 2 ** (n - 1), {n: S.Naturals}),
        "induction; equality at 1 and 2.",
    ),
    fails(
        "reals below powers of two",
        bound(x, 2 ** (x - 1), {x: Interval(1, oo)}),
        "at x = 3/2: 1.5 against 1.414, between 1 and 2 only.",
    ),
    holds(
        "Cassini's identity",
        identity(
            fibonacci(n - 1) * fibonacci(n + 1) - fibonacci(n) ** 2, (-1) ** n, {n: S.Naturals}
        ),
        "determinant of a power.",
    ),
)
