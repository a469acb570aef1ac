"""Sums and products over numbers with an index, as differences and quotients at their ends.

With F(k+1) − F(k) = f(k), a sum of f from a to b is F(b+1) − F(a); with G(k+1)/G(k) = g(k), a
product of g is G(b+1)/G(a). Written so, ranges that overlap or go on with one another cancel, in
whatever order and from whatever first index they are written. F and G are not found: they are
letters, one for each f and g.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Indexed, Mul, Pow, Product, S, Sum, Symbol

#: Indices of one letter that are written in the first of them.
_FARTHEST = 12


def at_ends(
    lhs: Expr, rhs: Expr, is_nowhere_zero: Callable[[Expr], bool]
) -> tuple[Expr, Expr] | None:
    """Return two sides with sums and products written as what they are at their ends.

    What is between two ends is a real symbol without a name; the sides are equal where these are.

    Args:
        lhs: in sums and products over numbers with an index.
        rhs: the other side.
        is_nowhere_zero: whether a factor is nowhere zero; others make no quotients, and None is
            returned.

    >>> s, j, k = sympy.IndexedBase("s"), *sympy.symbols("j k")
    >>> t, n = sympy.symbols("t n", integer=True)
    >>> whole = Product(s[t - j], (j, 0, n))
    >>> ends = Product(s[k], (k, t - n, t - 2)) * s[t] * s[t - 1]
    >>> left, right = at_ends(whole, ends, lambda factor: True)
    >>> sympy.simplify(left / right)
    1
    """
    letters = _Letters(is_nowhere_zero)
    try:
        left, right = letters.joined([letters.within(lhs), letters.within(rhs)])
    except _NoQuotientError:
        return None
    names = {item: Dummy("E", real=True, nonzero=True) for item in _sorted((left, right))}
    return left.xreplace(names), right.xreplace(names)


class _NoQuotientError(Exception):
    """A factor that may be zero, or a node of another kind."""


class _Letters:
    """The letters F and G, at indices."""

    def __init__(self, is_nowhere_zero: Callable[[Expr], bool]) -> None:
        self.is_nowhere_zero = is_nowhere_zero
        #: (kind, term with the index left open) ↦ the letter.
        self.names: dict[tuple[type, Expr], Symbol] = {}
        self.terms: dict[Symbol, tuple[type, Expr]] = {}

    def within(self, side: Expr) -> Expr:
        """Return a side without sums and products."""
        if isinstance(side, (Sum, Product)):
            value = side.function
            for index, low, high in side.limits:
                value = self._at_ends(type(side), self.within(value), index, low, high)
            return value
        if not side.args or isinstance(side, Indexed) or not side.has(Sum, Product):
            return side
        return side.func(*[self.within(argument) for argument in side.args])

    def _at_ends(self, kind: type, body: Expr, index: Symbol, low: Expr, high: Expr) -> Expr:
        (body,) = self.joined([body])
        if kind is Product:
            body = sympy.factor_terms(body)
            return Mul(*[self._quotient(f, index, low, high) for f in Mul.make_args(body)])
        terms = Add.make_args(sympy.expand(body))
        return Add(*[self._difference(term, index, low, high) for term in terms])

    def _quotient(self, factor: Expr, index: Symbol, low: Expr, high: Expr) -> Expr:
        if index not in factor.free_symbols:
            return factor ** (high - low + 1)
        if isinstance(factor, Pow) and index not in factor.exp.free_symbols:
            return self._quotient(factor.base, index, low, high) ** factor.exp
        if not self.is_nowhere_zero(factor):
            raise _NoQuotientError
        first, last, term = _from_place(factor, index, low, high)
        name = self._name(Product, term)
        return _at(name, last + 1) / _at(name, first)

    def _difference(self, term: Expr, index: Symbol, low: Expr, high: Expr) -> Expr:
        # Powers of one base may lose the index together.
        constant, moving = sympy.powsimp(term).as_independent(index, as_Add=False)
        if moving == 1:
            return constant * (high - low + 1)
        first, last, bare = _from_place(moving, index, low, high)
        name = self._name(Sum, bare)
        return constant * (_at(name, last + 1) - _at(name, first))

    def _name(self, kind: type, term: Expr) -> Symbol:
        key = kind, term
        if key not in self.names:
            self.names[key] = Dummy("F" if kind is Sum else "G", real=True)
            self.terms[self.names[key]] = key
        return self.names[key]

    def joined(self, sides: Sequence[Expr]) -> list[Expr]:
        """Return sides in which indices of one letter that are integers apart are one index."""
        groups: dict[Symbol, list[Expr]] = {}
        for item in _sorted(sides):
            groups.setdefault(item.args[0], []).append(item.args[1])
        known = {}
        for name, indices in groups.items():
            for index in indices:
                gaps = [sympy.expand(index - other) for other in indices]
                gap = max((g for g in gaps if g.is_Integer and g <= _FARTHEST), default=S.Zero)
                if gap > 0:
                    known[_at(name, index)] = self._from(name, sympy.expand(index - gap), int(gap))
        return [side.xreplace(known) for side in sides]

    def _from(self, name: Symbol, start: Expr, count: int) -> Expr:
        kind, term = self.terms[name]
        steps = [term.subs(_OPEN, start + k) for k in range(count)]
        if kind is Sum:
            return Add(_at(name, start), *steps)
        return Mul(_at(name, start), *steps)


class _Letter(sympy.Function):
    """A letter at an index."""

    nargs = 2


def _sorted(sides: Sequence[Expr]) -> list[Any]:
    return sorted(set().union(*(side.atoms(_Letter) for side in sides)), key=str)


def _at(name: Symbol, index: Expr) -> Any:
    return _Letter(name, sympy.expand(index))


_OPEN = Dummy("·", integer=True)


def _from_place(body: Expr, index: Symbol, low: Expr, high: Expr) -> tuple[Expr, Expr, Expr]:
    """A range from the first place to the last, and its term at a place that is left open.

    The place is the index of the first number in the term that has one.
    """
    for item in sorted(body.atoms(Indexed), key=lambda item: (str(item.base), str(item))):
        place = sympy.expand(item.indices[0])
        slope = sympy.diff(place, index)
        if slope not in (1, -1):
            continue
        rest = sympy.expand(place - slope * index)
        ends = sorted((low, high), key=lambda end: end is (high if slope == 1 else low))
        term = sympy.expand(body.subs(index, slope * (_OPEN - rest)), deep=True, power_base=False)
        first, last = (sympy.expand(slope * end + rest) for end in ends)
        return first, last, term
    return low, high, body.subs(index, _OPEN)


__all__ = ["at_ends"]
