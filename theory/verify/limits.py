"""Limits and exponents as one symbol goes to infinity: by leading terms, and followed outwards.

A ratio with corrections such as ln ln x / ln x is near its limit only where x has as many digits as
a number can: it is followed to x = 2^(2^40), by logarithms where x itself would not fit.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import sympy
from flint import arb, fmpq
from sympy import Dummy, Expr, Symbol, expand_log, log, oo

from longlag.theory.balls.numbers import is_finite, precision
from longlag.theory.balls.program import Program
from longlag.theory.scalar.leading import limit_at_infinity
from longlag.theory.statement import Kind
from longlag.theory.verify.budget import Budget, guarded
from longlag.theory.verify.normal import elementary
from longlag.theory.verify.question import Point, Question

#: x = 2^this, one after another: slowly at first, then with doubled exponents.
_EXPONENTS = (4, 6, *(round(2 ** (k / 2)) for k in range(6, 82)))
#: Errors below this count as zero at the farthest point.
_TINY = 1e-9
#: Stages over which the way an error shrinks is measured, and fewest stages that say anything.
_STAGES = 6


@dataclass(frozen=True)
class Followed:
    """How the error of a limit goes as the variable grows.

    Args:
        exponents: x = 2^these.
        errors: of the logarithm of the quotient for a limit, of the exponent for an exponent.
    """

    exponents: tuple[int, ...]
    errors: tuple[float, ...]

    @property
    def says(self) -> bool | None:
        """True where it goes to zero, False where it surely does not, None where it is not told."""
        errors = self.errors
        if len(errors) < _STAGES + 2:
            return None
        tail = errors[-_STAGES:]
        if all(abs(e) < _TINY for e in tail[-2:]):
            return True
        changes = [b - a for a, b in zip(errors[-_STAGES - 1 :], tail, strict=False)]
        size = abs(tail[-1])
        if all(abs(c) <= 1e-13 * max(1.0, size) for c in changes) and size > _TINY:
            return False
        if abs(tail[-1]) > 1.5 * abs(tail[0]) and _is_monotone(tail):
            # It grows, and faster than any correction that dies out has been seen to.
            return False if size > 0.5 else None
        ratios = [abs(b / a) for a, b in pairwise(changes) if a]
        if not ratios:
            return None
        ratio = max(ratios)
        if min(ratios) > 0.995 and _is_monotone(tail) and size > 0.5:
            # Steps that do not shrink, as those of ln ln x do not: there is no limit.
            return False
        if ratio < 0.9:
            # Geometric steps lead to a limit; what they can still add is their sum.
            rest = abs(changes[-1]) * ratio / (1 - ratio)
            if size > 4 * rest + _TINY:
                return False
            if size <= 4 * rest + _TINY and size < 0.02:
                return True
        return None


def _is_monotone(values: tuple[float, ...]) -> bool:
    steps = [b - a for a, b in pairwise(values)]
    return all(s > 0 for s in steps) or all(s < 0 for s in steps)


@dataclass(frozen=True)
class _Sides:
    """Both sides of a limit, in symbols that know their domains.

    Args:
        x: what goes to infinity, positive.
        lhs: left side.
        rhs: right side.
        renamed: from the symbols of the relation.
    """

    x: Dummy
    lhs: Expr
    rhs: Expr
    renamed: Mapping[Symbol, Symbol]

    @property
    def local_exponent(self) -> Expr:
        """d ln lhs / d ln x."""
        return self.x * sympy.diff(expand_log(log(self.lhs)), self.x)


def _sides(question: Question) -> _Sides:
    relation = question.relation
    assert relation.variable is not None
    x = Dummy("x", positive=True)
    renamed = {**question.assumed, relation.variable: x}
    lhs, rhs = (elementary(side).xreplace(renamed) for side in (relation.lhs, relation.rhs))
    return _Sides(x, lhs, rhs, renamed)


def error_expression(question: Question) -> Expr:
    """Return what must go to zero: the logarithm of the quotient, or what the exponent misses."""
    sides = _sides(question)
    if question.kind is Kind.EXPONENT:
        miss = sides.local_exponent - sides.rhs
    else:
        miss = expand_log(log(sides.lhs)) - expand_log(log(sides.rhs))
    back = {new: old for old, new in sides.renamed.items()}
    return sympy.expand(miss).xreplace(back)


def follow(question: Question, error: Expr, point: Point, budget: Budget) -> Followed:
    """Return how an error goes outwards at a point of the other symbols.

    Args:
        question: a limit or an exponent.
        error: what must go to zero.
        point: fractions for the other symbols.
        budget: how long.
    """
    x = question.relation.variable
    assert x is not None
    program = Program([error])
    exponents: list[int] = []
    errors: list[float] = []
    for exponent in _EXPONENTS:
        if budget.is_spent:
            break
        found = _error_at(program, x, point, exponent)
        if found is None:
            if errors:
                break
            continue
        exponents.append(exponent)
        errors.append(found)
    return Followed(tuple(exponents), tuple(errors))


def _error_at(
    program: Program, x: Symbol, point: Mapping[Symbol, fmpq], exponent: int
) -> float | None:
    """The error at x = 2^exponent + 1/3, in as many bits as it takes."""
    for bits in (200, 800, 3000) if exponent < 5000 else (300,):
        with precision(bits):
            at: Any = fmpq(1 << exponent) + fmpq(1, 3) if exponent <= 64 else arb(2) ** exponent
            value = program.run({**point, x: at})[0]
            if not is_finite(value):
                return None
            if not isinstance(value, (arb, fmpq)):
                value = value.real
            ball = arb(value)
            if ball.rad() < abs(ball).mid() * arb(2) ** -30 + arb(2) ** -50:
                return float(ball.mid())
    return None


def prove_limit(question: Question, budget: Budget) -> tuple[bool, str] | None:
    """Return whether a limit or an exponent holds; None where leading terms do not tell."""
    found = budget.part(0.3, guarded, _by_leading_terms, question)
    return found if found is not None else budget.part(0.4, guarded, _by_series, question)


def _by_leading_terms(question: Question) -> tuple[bool, str] | None:
    sides = _sides(question)
    if question.kind is Kind.EXPONENT:
        target, form = sides.rhs, sides.local_exponent
    else:
        target, form = sympy.S.One, sympy.powsimp(sides.lhs / sides.rhs)
    found = limit_at_infinity(form, sides.x)
    if found in (oo, -oo):
        return False, f"leading terms: it goes to {'∞' if found == oo else '−∞'}"
    difference = sympy.simplify(found - target)
    if difference == 0:
        return True, "leading terms"
    if difference.is_nonzero and difference.is_number:
        return False, f"leading terms: it goes to {found}"
    return None


def _by_series(question: Question) -> tuple[bool, str] | None:
    """By SymPy's limits (Gruntz), where there is no symbol but the variable.

    With others SymPy compares exponents without asking which is larger: it takes e^{ax} + e^{bx}
    for e^{ax}.
    """
    plain = _sides(question)
    if (plain.lhs.free_symbols | plain.rhs.free_symbols) - {plain.x}:
        return None
    sides = replace(plain, lhs=_in_series(plain.lhs), rhs=_in_series(plain.rhs))
    if question.kind is Kind.EXPONENT:
        target, form = sides.rhs, sympy.simplify(sides.local_exponent)
    else:
        target, form = sympy.S.One, sides.lhs / sides.rhs
    found = sympy.limit(form, sides.x, oo)
    if found.has(sympy.Limit) or sides.x in found.free_symbols:
        return None
    if sympy.simplify(found - target) == 0:
        return True, "SymPy's limit"
    return None


def _in_series(expression: Expr) -> Expr:
    """An expression whose slowly growing functions are written so that series know them."""
    return expression.replace(
        sympy.harmonic,
        lambda n, *m: sympy.digamma(n + 1) + sympy.EulerGamma if not m else sympy.harmonic(n, *m),
    )


def points(question: Question, generator: random.Random, count: int) -> list[Point]:
    """Return moderate points of the other symbols, special and random ones in turn.

    Each is followed by its mirror, since which of two symbols is larger may decide a limit.
    """
    found: list[Point] = []
    choices = {
        s: [v for axis in pieces for v in axis.special() if _is_moderate(v)]
        for s, pieces in question.axes.items()
    }
    while len(found) < count:
        point: dict[Symbol, fmpq] = {}
        for s, pieces in question.axes.items():
            axis = generator.choice(pieces)
            if choices[s] and len(found) % 4 in (0, 1):
                point[s] = generator.choice(choices[s])
            else:
                point[s] = axis.at(
                    generator.uniform(0, 3) if axis.whole else generator.uniform(-3, 3)
                )
        mirror = _mirrored(question, point)
        found += [point] if mirror == point else [point, mirror]
    return found[:count]


def _mirrored(question: Question, point: Point) -> dict[Symbol, fmpq]:
    """A point whose symbols of one domain have each other's values, the last that of the first."""
    alike: dict[Any, list[Symbol]] = {}
    for s in point:
        alike.setdefault(question.relation.domains[s], []).append(s)
    swapped = {
        s: point[other]
        for group in alike.values()
        for s, other in zip(group, reversed(group), strict=True)
    }
    return {s: swapped[s] for s in point}


def _is_moderate(value: fmpq) -> bool:
    return bool(abs(value) <= 20) and (value == 0 or bool(abs(value) >= fmpq(1, 20)))


def where(question: Question, followed: Followed) -> str:
    """Return in words how far off a limit is at the last stage it was followed to."""
    x = question.relation.variable
    last, error = followed.exponents[-1], followed.errors[-1]
    if question.kind is Kind.LIMIT:
        return f"at {x} = 2^{last} the quotient is {_exponential(error)}"
    return f"at {x} = 2^{last} it is off by {error:.6g}"


def _exponential(error: float) -> str:
    return f"{sympy.exp(sympy.Float(error, 8)).evalf(8)}" if abs(error) < 300 else f"e^{error:.6g}"


__all__ = ["Followed", "error_expression", "follow", "points", "prove_limit", "where"]
