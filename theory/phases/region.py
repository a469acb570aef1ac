"""A part of a family's parameters: their domains, and what is asked of them besides.

Every condition that is linear in a parameter is built into coordinates: positive numbers t that
run over the region and nothing else, such as a = 1 + t for a > 1. A sign that is seen in these
coordinates, because all terms have it, is proved for the whole region.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import mpmath
from sympy import (
    Dummy,
    Expr,
    Ge,
    Gt,
    Interval,
    Le,
    Lt,
    Poly,
    Rational,
    S,
    Set,
    Symbol,
    expand,
    factor_terms,
    fraction,
    oo,
    sign,
    together,
)
from sympy.polys.polyerrors import PolynomialError

from longlag.theory.balls.program import NoEnclosureError, value
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import draw

#: Numbers that witnesses are made of first, since people read them.
_PLAIN = tuple(
    Rational(p, q)
    for p, q in ((1, 2), (2, 1), (3, 2), (1, 4), (3, 4), (3, 1), (1, 10), (9, 10), (5, 1))
)
_TRIED = 4000
_DIGITS, _LEAST = 30, mpmath.mpf(10) ** -20


@dataclass(frozen=True)
class Condition:
    """What is asked of parameters: ``expression`` > 0, or ≥ 0 where it is not strict."""

    expression: Expr
    strict: bool = True

    @property
    def relation(self) -> Expr:
        """The condition with terms that are subtracted on the other side.

        >>> a, b = Symbol("a", positive=True), Symbol("b", positive=True)
        >>> Condition(a - 2*b).relation
        a > 2*b
        """
        terms = self.expression.as_ordered_terms()
        added = [term for term in terms if not term.could_extract_minus_sign()]
        left = sum(added, S.Zero)
        right = -sum((term for term in terms if term not in added), S.Zero)
        if left.is_number:
            return (Lt if self.strict else Le)(right, left, evaluate=False)
        return (Gt if self.strict else Ge)(left, right, evaluate=False)

    def holds(self, sign: int) -> bool:
        """Whether it does where its expression has a sign."""
        return sign > 0 or (sign == 0 and not self.strict)


@dataclass(frozen=True)
class Region:
    """Parameters in their domains, under conditions, some of them given by the others.

    Args:
        domains: parameter ↦ the interval it lives in.
        conditions: what else is asked.
        fixed: parameter ↦ its value over the others.
        zeros: what is zero besides, and is not solved for a parameter.
    """

    domains: Mapping[Symbol, Set]
    conditions: tuple[Condition, ...] = ()
    fixed: Mapping[Symbol, Expr] = field(default_factory=dict)
    zeros: tuple[Expr, ...] = ()

    @property
    def free(self) -> tuple[Symbol, ...]:
        """The parameters that are not given by others."""
        return tuple(symbol for symbol in self.domains if symbol not in self.fixed)

    def where(self, expression: Expr) -> Region:
        """Return the part in which an expression is positive."""
        return replace(self, conditions=(*self.conditions, Condition(expression)))

    def at(self, symbol: Symbol, given: Expr) -> Region:
        """Return the part in which a parameter has a value over the others."""
        fixed = {known: told.subs(symbol, given) for known, told in self.fixed.items()}
        conditions = [
            replace(each, expression=each.expression.subs(symbol, given))
            for each in self.conditions
        ]
        domain = self.domains[symbol]
        if domain.inf != -oo:
            conditions.append(Condition(given - domain.inf, strict=domain.left_open))
        if domain.sup != oo:
            conditions.append(Condition(domain.sup - given, strict=domain.right_open))
        part = Region(self.domains, (), {**fixed, symbol: given})
        for each in conditions:
            known = part.sign_of(each.expression)
            if known is None or not each.holds(known):
                part = replace(part, conditions=(*part.conditions, each))
        return part

    def sign_of(self, constant: Expr) -> int | None:
        """Return the sign of a constant in all of the region, if that is proved.

        >>> a = Symbol("a", real=True)
        >>> plane = Region({a: Interval.open(0, oo)})
        >>> plane.sign_of(a - 1), plane.where(a - 2).sign_of(a**2 - a)
        (None, 1)
        """
        for each in self.conditions:
            if each.strict and constant in (each.expression, -each.expression):
                return 1 if constant == each.expression else -1
        known = _polynomial(constant.subs(self._coordinates[0]))
        if known.is_positive:
            return 1
        if known.is_negative:
            return -1
        return 0 if known.is_zero else self._by_conditions(constant)

    def covered(self, *expressions: Expr) -> tuple[Expr, ...]:
        """Return expressions over numbers from 0 on, whose values are at least all of the region's.

        Args:
            expressions: over its parameters.

        >>> a = Symbol("a", real=True)
        >>> Region({a: Interval.open(0, oo)}).where(a - 2).covered(a)
        (t_1 + 2,)
        """
        found = [each.subs(self.fixed).subs(self._coordinates[0]) for each in expressions]
        used = {t for told in self._coordinates[0].values() for t in told.free_symbols}
        plain = {
            t: Symbol(f"t_{k + 1}", **{known: True})
            for k, t in enumerate(sorted(used, key=str))
            for known in [
                "positive" if t.is_positive else "nonnegative" if t.is_nonnegative else "real"
            ]
        }
        return tuple(each.xreplace(plain) for each in found)

    @property
    def is_empty(self) -> bool:
        """Whether it is proved that no parameters are in it."""
        return self._coordinates[1]

    @property
    def needed(self) -> tuple[Condition, ...]:
        """The conditions without those that follow from the others."""
        kept = list(self.conditions)
        for each in self.conditions:
            rest = [other for other in kept if other != each]
            known = replace(self, conditions=tuple(rest)).sign_of(each.expression)
            if known is not None and each.holds(known):
                kept = rest
        return tuple(kept)

    @cached_property
    def witness(self) -> dict[Symbol, Rational] | None:
        """Exact numbers that are in it, the conditions certified in balls; None if none was met."""
        return None if self.zeros else next(self._members(), None)

    @property
    def whole_witness(self) -> dict[Symbol, Any] | None:
        """The witness with numbers for the parameters that are given by others, too."""
        if self.witness is None:
            return None
        with mpmath.workdps(_DIGITS):
            given = {s: evaluate(told, self.witness) for s, told in self.fixed.items()}
        return {**self.witness, **given}

    def contains(self, point: Mapping[Symbol, Any]) -> bool:
        """Return whether a point is in it, to 20 digits where a parameter is given by others.

        Args:
            point: a number for every parameter.
        """
        with mpmath.workdps(_DIGITS):
            equations = [*(told - symbol for symbol, told in self.fixed.items()), *self.zeros]
            if any(_rounded_sign(each, point) for each in equations):
                return False
            return all(
                each.holds(_rounded_sign(each.expression, point)) for each in self.conditions
            )

    def _members(self) -> Iterator[dict[Symbol, Rational]]:
        """Points of it: plain numbers first, then random ones."""
        generator = random.Random(0)
        plain = {
            symbol: [
                number
                for size in _PLAIN
                for number in (size, -size)
                if number in self.domains[symbol]
            ]
            for symbol in self.free
        }
        for attempt in range(_TRIED):
            numbers = {}
            for symbol in self.free:
                usual = plain[symbol][: 2 + attempt // 16]
                if usual and attempt < _TRIED // 2:
                    numbers[symbol] = generator.choice(usual)
                else:
                    drawn = draw(self.domains[symbol], generator)
                    numbers[symbol] = drawn.limit_denominator(1000)
            if self._holds(numbers):
                yield numbers

    def _holds(self, numbers: Mapping[Symbol, Rational]) -> bool:
        """Whether a point is in it, the conditions certified."""
        if not all(numbers[symbol] in self.domains[symbol] for symbol in self.free):
            return False
        signs = (_sign_at(each.expression, numbers) for each in self.conditions)
        return all(
            known is not None and each.holds(known)
            for known, each in zip(signs, self.conditions, strict=True)
        )

    def _by_conditions(self, constant: Expr) -> int | None:
        """The sign of a constant that is a multiple of what is known to be positive."""
        for each in self.conditions:
            if not each.strict:
                continue
            ratio = together(constant / each.expression).subs(self._coordinates[0])
            ratio = _polynomial(ratio)
            if ratio.is_positive or ratio.is_negative:
                return 1 if ratio.is_positive else -1
        return None

    @cached_property
    def _domain_coordinates(self) -> dict[Symbol, Expr]:
        found: dict[Symbol, Expr] = {}
        for symbol in self.free:
            domain = self.domains[symbol]
            found[symbol] = _coordinate(symbol, domain)
        return {**found, **{s: told.subs(found) for s, told in self.fixed.items()}}

    @cached_property
    def _coordinates(self) -> tuple[dict[Symbol, Expr], bool]:
        """Parameter ↦ its value over positive numbers, and whether a condition cannot hold."""
        found = dict(self._domain_coordinates)
        impossible = False
        for each in self.conditions:
            told = _polynomial(each.expression.subs(found))
            if told.is_negative or (each.strict and told.is_nonpositive):
                impossible = True
                continue
            known = told.is_positive or (not each.strict and told.is_nonnegative)
            change = None if known else _restricted(told, each.strict)
            if change is not None:
                found = {s: place.subs(change) for s, place in found.items()}
        return found, impossible


def _coordinate(symbol: Symbol, domain: Set) -> Expr:
    """A parameter over a number t from 0 on, where t = 0 is an end that the domain has.

    A domain with two such ends keeps no sign: one of them would be at t = ∞.
    """
    name = str(symbol.name)
    if not isinstance(domain, Interval) or domain == S.Reals:
        return Dummy(name, real=True)
    low, high = domain.start, domain.end
    if high == oo:
        return low + _number(name, closed=not domain.left_open)
    if low == -oo:
        return high - _number(name, closed=not domain.right_open)
    if domain.left_open:
        t = _number(name, closed=not domain.right_open)
        return (high + low * t) / (1 + t)
    t = _number(name, closed=True)
    return (low + high * t) / (1 + t) if domain.right_open else Dummy(name, real=True)


def _number(name: str, *, closed: bool) -> Dummy:
    """A number from 0 on, which is a value of it where it is closed."""
    return Dummy(name, nonnegative=True) if closed else Dummy(name, positive=True)


def _restricted(condition: Expr, strict: bool) -> dict[Symbol, Expr] | None:
    """What to put for one of the coordinates, so that a condition linear in it holds everywhere."""
    top, bottom = fraction(together(condition))
    if not bottom.is_positive:
        return None
    for t in sorted(top.free_symbols, key=str):
        try:
            linear = Poly(top, t)
        except PolynomialError:
            continue
        if linear.degree() != 1 or not t.is_nonnegative:
            continue
        slope, constant = linear.nth(1), linear.nth(0)
        bound = _polynomial(-constant / slope)
        fresh = _number(t.name, closed=not strict)
        if slope.is_positive and bound.is_nonnegative:
            return {t: bound + fresh}
        if slope.is_negative and bound.is_positive and strict:
            near = _number(t.name, closed=not t.is_positive)
            return {t: bound * near / (1 + near)}
    return None


def _polynomial(expression: Expr) -> Expr:
    """An expression as a quotient of expanded sums, in which SymPy sees signs.

    >>> t = Symbol("t", positive=True)
    >>> _polynomial((1 + t)**2 - 1).is_positive
    True
    """
    top, bottom = fraction(together(expression))
    return expand(top) / factor_terms(bottom)


def _rounded_sign(expression: Expr, point: Mapping[Symbol, Any]) -> int:
    """The sign of a number, 0 where it is nothing to 20 digits."""
    found = evaluate(expression, point)
    return 0 if abs(found) < _LEAST else int(mpmath.sign(found))


def _sign_at(expression: Expr, numbers: Mapping[Symbol, Rational]) -> int | None:
    """The sign of an expression at exact numbers, by balls; None where it is not seen."""
    if expression.is_rational_function(*expression.free_symbols):
        return int(sign(expression.subs(numbers)))
    try:
        found = value(expression, numbers)
    except NoEnclosureError:
        return None
    return 1 if found > 0 else -1 if found < 0 else None


__all__ = ["Condition", "Region"]
