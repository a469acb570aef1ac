"""A relation with its truth value, written by hand, and short ways to write one down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy
from sympy import Expr, Interval, Set, Symbol, oo

from longlag.theory.statement import Kind, Relation

POSITIVE = Interval.open(0, oo)
NONNEGATIVE = Interval(0, oo)
UNIT = Interval.open(0, 1)
CLOSED_UNIT = Interval(0, 1)
ABOVE_ONE = Interval.open(1, oo)

Domains = Mapping[Symbol, Set]


@dataclass(frozen=True)
class Case:
    """A relation whose truth is known, and why.

    Args:
        name: unique in its file.
        relation: what is asserted.
        true: whether it holds.
        why: for a true one a reason; a false bound or identity begins with "at POINT: ", where it
            fails, a false limit with "the ratio tends to VALUE: ", a false exponent with "the
            exponent is VALUE: ".
    """

    name: str
    relation: Relation
    true: bool
    why: str


def holds(name: str, relation: Relation, why: str) -> Case:
    """Return a case that is true."""
    return Case(name, relation, True, why)


def fails(name: str, relation: Relation, why: str) -> Case:
    """Return a case that is false."""
    return Case(name, relation, False, why)


def identity(lhs: Expr | int, rhs: Expr | int, domains: Domains) -> Relation:
    """Return lhs = rhs."""
    return Relation(Kind.IDENTITY, sympy.sympify(lhs), sympy.sympify(rhs), domains)


def bound(lhs: Expr | int, rhs: Expr | int, domains: Domains) -> Relation:
    """Return lhs ≤ rhs."""
    return Relation(Kind.BOUND, sympy.sympify(lhs), sympy.sympify(rhs), domains)


def limit(
    lhs: Expr | int, rhs: Expr | int, variable: Symbol, domains: Domains | None = None
) -> Relation:
    """Return lhs/rhs → 1 as the variable → ∞."""
    return Relation(Kind.LIMIT, sympy.sympify(lhs), sympy.sympify(rhs), domains or {}, variable)


def exponent(
    lhs: Expr | int, rhs: Expr | int, variable: Symbol, domains: Domains | None = None
) -> Relation:
    """Return d ln lhs / d ln variable → rhs as the variable → ∞."""
    return Relation(Kind.EXPONENT, sympy.sympify(lhs), sympy.sympify(rhs), domains or {}, variable)
