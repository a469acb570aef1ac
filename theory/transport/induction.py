"""The expansion over a lag and the bound of its remainder for every lag, by induction on the lag.

One more factor, the oldest, stands on the right and is D or R. So the terms T_k of an expansion
obey T_k(ℓ+1) = T_k(ℓ) D + T_{k−1}(ℓ) R, and what is left out beyond order k, E_k, the same. With
‖D‖ ≤ d and ‖R‖ ≤ r a bound B_k of ‖E_k‖ may therefore be d B_k + r B_{k−1} at the next lag, where
B_{−1} = (d+r)^ℓ bounds the whole product. Derived here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from sympy import Dummy, Expr, Integer, S, expand_func, simplify

from longlag.theory.language.matrix import (
    IDENTITY,
    ZERO,
    Diagonal,
    Matrix,
    PositionSum,
    Product,
    block,
    blocks,
    diagonal,
    multiply,
)
from longlag.theory.notation import ell, local_norm, recurrent_norm
from longlag.theory.transport.entrywise import SymbolicEntries
from longlag.theory.transport.product import Transport
from longlag.theory.verify.normal import zero_method

#: An order that is a symbol, from 2 on, and how many steps a lag is beyond it.
_ORDER = Dummy("k", integer=True, positive=True)
_BEYOND = Dummy("m", integer=True, nonnegative=True)


class Term(NamedTuple):
    """A scalar over the lag times the sum over positions at which the factor is R, else D."""

    scale: Expr
    local: Matrix
    recurrent: Matrix

    def at(self, lag: Expr) -> Expr:
        """Return the scalar at a lag."""
        return self.scale.subs(ell, lag)


def expands_at_every_lag(transport: Transport) -> bool:
    """Whether the terms of an expansion are seen to be those of ∏(D + εR) for every lag and order.

    A sum over k positions of ℓ + 1 is, by what stands at the oldest position, that over k
    positions of ℓ times D and that over k − 1 of them times R. Constants that were pulled out are
    asked to be the right ones, for every H.

    Args:
        transport: its terms are taken at the lag ``ell``, and one of symbolic order beside them.

    >>> from longlag.theory.cells import CELLS
    >>> from longlag.theory.transport.product import transport
    >>> expands_at_every_lag(transport(CELLS["leaky"]))
    True
    """
    found = replace(transport, lag=ell)
    given = [*found.terms, *(found.term(order) for order in range(found.order + 1, 2))]
    several = not found.jacobian.is_local
    general = [found.term(_ORDER - 1), found.term(_ORDER)] if several else []
    terms = [_term(node) for node in (*given, *general)]
    if any(term is None for term in terms):
        return False
    known = [term for term in terms if term is not None]
    agree = _Agreement(found)
    pairs = zip(known, known[1 : len(given)], range(1, len(given)), strict=False)
    return (
        agree.first(known[0])
        and all(agree.next(before, term, Integer(k)) for before, term, k in pairs)
        and (not several or agree.next(known[-2], known[-1], _ORDER))
    )


class _Agreement:
    """Compares the scaled factors of terms, for every number of neurons."""

    def __init__(self, transport: Transport) -> None:
        self.local = transport.jacobian.local
        self.recurrent = transport.jacobian.recurrent
        self.entries = SymbolicEntries(transport.jacobian.cell)

    def first(self, term: Term) -> bool:
        """Whether the term without R is D at lag 1 and gains a D at every further one."""
        lag = 1 + _BEYOND
        return self._same(term.at(S.One), term.local, S.One, self.local) and self._same(
            term.at(lag + 1), term.local, term.at(lag), self.local
        )

    def next(self, before: Term, term: Term, order: Expr) -> bool:
        """Whether the term of an order gains a D, and that of the order below it an R."""
        same_sums = before.local == term.local and (
            order == 1 or before.recurrent == term.recurrent
        )
        if not (same_sums or before.scale == 0 or term.scale == 0):
            return False
        lag = order + _BEYOND
        # Where every position is R there was none at lag 0: the product is the identity.
        start = S.One if order == 1 else before.at(order - 1)
        return (
            self._same(term.at(order), term.recurrent, start, self.recurrent)
            and self._same(term.at(lag + 1), term.local, term.at(lag), self.local)
            and self._same(term.at(lag + 1), term.recurrent, before.at(lag), self.recurrent)
        )

    def _same(self, left: Expr, first: Matrix, right: Expr, second: Matrix) -> bool:
        sides = [self._scaled(left, first), self._scaled(right, second)]
        return self.entries.agree(*sides)

    def _scaled(self, scale: Expr, matrix: Matrix) -> Matrix:
        size = len(blocks(self.local))
        rows = blocks(matrix)
        if len(rows) < size:
            # A multiple of the identity over all states.
            rows = tuple(
                tuple(matrix if i == j else ZERO for j in range(size)) for i in range(size)
            )
        return block([[multiply(diagonal(scale), entry) for entry in row] for row in rows])


def _term(node: Matrix) -> Term | None:
    """A term of an expansion taken apart, None where it is none."""
    if node == ZERO:
        return Term(S.Zero, IDENTITY, ZERO)
    if isinstance(node, Diagonal):
        return Term(node.entry, IDENTITY, ZERO)
    if isinstance(node, PositionSum):
        return Term(S.One, node.local, node.recurrent)
    if isinstance(node, Product) and len(node.factors) == 2:
        scale, positions = node.factors
        if isinstance(scale, Diagonal) and isinstance(positions, PositionSum):
            return Term(scale.entry, positions.local, positions.recurrent)
    return None


def bounds_at_every_lag(transport: Transport) -> bool:
    """Whether the remainder bounds up to an order are seen to follow by induction on the lag.

    At lag 0 nothing is left out, and from one lag to the next they obey
    B_k(ℓ+1) = d B_k(ℓ) + r B_{k−1}(ℓ).

    Args:
        transport: whose bounds of its order, and of those below it, are asked for.

    >>> from longlag.theory.cells import CELLS
    >>> from longlag.theory.transport.product import transport
    >>> bounds_at_every_lag(transport(CELLS["leaky"], order=2))
    True
    """
    d, r = local_norm, recurrent_norm
    before = (d + r) ** ell
    for bound in _bounds(transport):
        step = bound.subs(ell, ell + 1) - d * bound - r * before
        if simplify(bound.subs(ell, 0)) != 0 or zero_method(expand_func(step)) is None:
            return False
        before = bound
    return True


def _bounds(transport: Transport) -> Iterator[Expr]:
    for order in range(transport.order + 1):
        yield replace(transport, order=order, lag=ell).remainder_bound


__all__ = ["bounds_at_every_lag", "expands_at_every_lag"]
