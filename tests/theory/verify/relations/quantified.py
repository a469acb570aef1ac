"""Relations with a quantifier: the best constant, the least lag, for all sufficiently large."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import (
    E,
    Expr,
    Float,
    Integer,
    Interval,
    LambertW,
    Rational,
    S,
    Si,
    Sum,
    cos,
    erf,
    exp,
    log,
    pi,
    sin,
    sqrt,
    symbols,
    tanh,
)

from longlag.theory.statement import Kind, Relation
from tests.theory.verify.relations.case import POSITIVE, bound


@dataclass(frozen=True)
class Quantified:
    """A bound with a quantifier before it.

    Args:
        name: unique.
        quantifier: "constant" (there is C with lhs ≤ C rhs for all), "from" (the least value of the
            variable from which lhs ≤ rhs for all) or "eventually" (lhs ≤ rhs for all sufficiently
            large values of the variable).
        relation: the bound, without the constant; its variable is what "from" and "eventually"
            speak of.
        answer: the least constant or value, exact or to at least ten digits; None where there is
            none.
        why: a reason.
    """

    name: str
    quantifier: str
    relation: Relation
    answer: Expr | None
    why: str


c, ell, k, n, x, y = symbols("c ell k n x y")

APPROXIMATE = x / 2 * tanh(sqrt(2 / pi) * (x + Rational(44715, 10**6) * x**3))

QUANTIFIED = (
    Quantified(
        "tanh and its slope",
        "constant",
        bound(tanh(x) * (1 - tanh(x) ** 2), 1, {x: S.Reals}),
        2 / (3 * sqrt(3)),
        "u(1-u²) at u = 1/√3.",
    ),
    Quantified(
        "cosine's defect by a power",
        "constant",
        bound(1 - cos(x), x ** Rational(3, 2), {x: POSITIVE}),
        Float("0.509295233979260541"),
        "at x = 1.68946169, where 2x sin x = 3(1 - cos x).",
    ),
    Quantified(
        "logarithm by a root",
        "constant",
        bound(log(1 + x), sqrt(x), {x: POSITIVE}),
        Float("0.804742342549411812"),
        "at x = 3.92155363, where 2x = (1+x) ln(1+x).",
    ),
    Quantified(
        "Lambert's function by a fourth root",
        "constant",
        bound(LambertW(x), x ** Rational(1, 4), {x: POSITIVE}),
        (3 / E) ** Rational(3, 4),
        "at W = 3.",
    ),
    Quantified(
        "power of a sum",
        "constant",
        bound((x + y) ** 3, x**3 + y**3, {x: POSITIVE, y: POSITIVE}),
        Integer(4),
        "on the diagonal.",
    ),
    Quantified(
        "gelu's approximation",
        "constant",
        bound(APPROXIMATE - x / 2 * erf(x / sqrt(2)), 1, {x: S.Reals}),
        Float("0.000473235520687284877"),
        "at |x| = 2.69894139.",
    ),
    Quantified(
        "partial sums of the sawtooth",
        "constant",
        bound(Sum(sin(k * x) / k, (k, 1, n)), 1, {x: Interval.open(0, pi), n: S.Naturals}),
        Si(pi),
        "approached at π/(n+1) as n → ∞, not attained.",
    ),
    Quantified(
        "no constant for a logarithm",
        "constant",
        bound(log(1 + x), 1, {x: POSITIVE}),
        None,
        "unbounded.",
    ),
    Quantified(
        "fifth powers",
        "from",
        Relation(Kind.BOUND, n**5, 2**n, {n: S.Naturals}, n),
        Integer(23),
        "22⁵ > 2²², and 1 ≤ 2 does not count.",
    ),
    Quantified(
        "a slow leak below an inverse square",
        "from",
        Relation(Kind.BOUND, Rational(99, 100) ** ell, ell ** (-2), {ell: S.Naturals}, ell),
        Integer(1449),
        "-(2/a) W₋₁(-a/2) with a = -ln .99, rounded up.",
    ),
    Quantified(
        "a stretched exponential",
        "from",
        Relation(Kind.BOUND, ell**3 * exp(-sqrt(ell)), Rational(1, 100), {ell: S.Naturals}, ell),
        Integer(556),
        "decreasing from 36 on.",
    ),
    Quantified(
        "a tempered window",
        "from",
        Relation(Kind.BOUND, exp(-ell / 50) / sqrt(ell), Rational(1, 1000), {ell: POSITIVE}, ell),
        25 * LambertW(40000),
        "H = bτ W((c/φ)^(1/b)/(bτ)) = 211.5287418374574.",
    ),
    Quantified(
        "a cubed logarithm",
        "eventually",
        Relation(Kind.BOUND, log(x) ** 3, x ** Rational(1, 4), {x: POSITIVE}, x),
        Float("8.79942131873133632548919253520e19", 29),
        "true: from where ln x = 45.923802726972 on.",
    ),
    Quantified(
        "a small power",
        "eventually",
        Relation(Kind.BOUND, x ** Rational(1, 100), log(x) ** 5, {x: POSITIVE}, x),
        None,
        "false: fails from ln x of about 4168 on, x = 1e1810.",
    ),
)
