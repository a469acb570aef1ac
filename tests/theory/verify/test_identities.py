"""Identities that one strategy each proves, and near ones, false, that it does not prove."""

from __future__ import annotations

import pytest
import sympy
from sympy import (
    Abs,
    Expr,
    Integers,
    Integral,
    Interval,
    Mod,
    Naturals,
    Rational,
    Reals,
    Set,
    Sum,
    Symbol,
    acos,
    atan,
    ceiling,
    cos,
    exp,
    expint,
    fibonacci,
    floor,
    oo,
    pi,
    sqrt,
)

from longlag.theory.statement import Kind, Relation
from longlag.theory.verify.budget import EFFORTS, Budget
from longlag.theory.verify.identities import prove_identity
from longlag.theory.verify.question import Question

x, y, n, k, u = sympy.symbols("x y n k u")
UNIT = Interval.open(0, 1)
Domains = dict[Symbol, Set]


def proved(lhs: Expr, rhs: Expr, domains: Domains, seconds: float = 60.0) -> str | None:
    """Return how an identity is proved without any search before."""
    question = Question(Relation(Kind.IDENTITY, sympy.sympify(lhs), sympy.sympify(rhs), domains))
    return prove_identity(question, Budget(EFFORTS["normal"], seconds))


#: By a name: left side, right side, domains, a part of the method, and a false right side nearby.
KINDS: dict[str, tuple[Expr, Expr, Domains, str, Expr]] = {
    "two halves": (floor(n / 2) + ceiling(n / 2), n, {n: Integers}, "residues of n", n + Mod(n, 2)),
    "Hermite": (
        floor(x) + floor(x + Rational(1, 3)) + floor(x + Rational(2, 3)),
        floor(3 * x),
        {x: Reals},
        "residues of x",
        floor(3 * x + Rational(1, 9)),
    ),
    "three in a row": (
        Mod(n * (n + 1) * (n + 2), 6),
        0,
        {n: Integers},
        "residues",
        Mod(n, 5) * 0 + Mod(n, 2),
    ),
    "Cassini": (
        fibonacci(n - 1) * fibonacci(n + 1) - fibonacci(n) ** 2,
        (-1) ** n,
        {n: Naturals},
        "a linear recurrence",
        (-1) ** (n + 1),
    ),
    "a power sum": (
        (x - y) * Sum(x**k * y ** (n - 1 - k), (k, 0, n - 1)),
        x**n - y**n,
        {x: UNIT, y: UNIT, n: Naturals},
        "a linear recurrence",
        x**n - y ** (n + 1),
    ),
    "a sum of arctangents": (
        atan(x) + atan(y),
        atan((x + y) / (1 - x * y)),
        {x: UNIT, y: UNIT},
        "on its branch",
        atan((x + y) / (1 + x * y)),
    ),
    "an arccosine": (
        acos(cos(x)),
        x,
        {x: Interval(0, pi)},
        "on its branch",
        x + sympy.sin(2 * x) / 9,
    ),
    "a nested root": (
        sqrt(x - 2 * sqrt(x - 1)),
        Abs(sqrt(x - 1) - 1),
        {x: Interval(1, oo)},
        "powers of both sides",
        sqrt(x - 1) - 1,
    ),
    "a limit of integration": (
        Integral(exp(-u) / u, (u, x, y)),
        expint(1, x) - expint(1, y),
        {x: Interval(1, 2), y: Interval(1, 9)},
        "equal limits",
        expint(1, x) - expint(1, y) + (y - x) / 99,
    ),
    "an even integral": (
        Integral(exp(-u) * cos(u * x), (u, 0, oo)),
        1 / (1 + x**2),
        {x: Interval(-20, 20)},
        "either sign of x",
        1 / (1 + x**4),
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_an_identity_is_proved_by_its_kind(name: str) -> None:
    lhs, rhs, domains, method, _ = KINDS[name]
    found = proved(lhs, rhs, domains)
    assert found is not None
    assert method in found


@pytest.mark.parametrize("name", KINDS)
def test_a_false_identity_nearby_is_not_proved(name: str) -> None:
    lhs, _, domains, _, wrong = KINDS[name]
    assert proved(lhs, wrong, domains, 2.0) is None


def test_an_inverse_function_beyond_its_branch_is_not_proved() -> None:
    assert proved(acos(cos(x)), x, {x: Interval(0, 4)}, 2.0) is None
    beyond = {x: UNIT, y: Interval(0, 3)}
    assert proved(atan(x) + atan(y), atan((x + y) / (1 - x * y)), beyond, 2.0) is None


def test_a_root_of_a_negative_number_is_not_one_of_its_square() -> None:
    roots = x ** Rational(2, 3), (x**2) ** Rational(1, 3)
    assert proved(*roots, {x: Interval(0, 2)}) is not None
    assert proved(*roots, {x: Interval(-2, -1)}, 2.0) is None


def test_an_integral_across_a_pole_is_not_proved_by_its_limits() -> None:
    across = Integral(1 / u**2, (u, x, y))
    assert proved(across, 1 / x - 1 / y, {x: Interval(-2, -1), y: Interval(1, 2)}, 2.0) is None
