"""Wrong versions of what is derived for a cell, as a person might write them.

Each takes what longlag derived and returns it with one mistake; the checks must notice. Mistakes
that a cell cannot show, such as a sign in a recurrent part that it has not, are left out for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import torch
from sympy import Expr, Integer, S
from torch import Tensor

from longlag.numerics.checks import Subject
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import expand, ordered_product
from longlag.numerics.lags.rates import Rates, effective_rates
from longlag.theory.cells.cell import Cell
from longlag.theory.language.matrix import (
    IDENTITY,
    ZERO,
    Diagonal,
    Intermediate,
    Matrix,
    Product,
    RankOne,
    Sum,
    add,
    block,
    blocks,
    multiply,
)
from longlag.theory.transport.product import Transport
from longlag.theory.transport.rates import EffectiveRates, carrier

Mistake = Callable[[Subject], Subject]


def doubled_update(found: Subject) -> Subject:
    """The generated functions of twice the new value of the first state."""
    cell = found.cell
    first = next(iter(cell.update))
    update = {s: 2 * value if s == first else value for s, value in cell.update.items()}
    other = Cell(cell.name, update, allow_nondifferentiable=cell.allow_nondifferentiable)
    wrong = replace(found)
    wrong._functions["torch"] = generate(other, "torch")
    return wrong


def sign_flipped(found: Subject) -> Subject:
    """A minus in front of the first recurrent term of every block."""
    return _with_recurrent(found, lambda term: multiply(Diagonal(S.NegativeOne), term))


def factor_dropped(found: Subject) -> Subject:
    """The first recurrent term of every block without the coefficient in front."""

    def bare(term: Matrix) -> Matrix:
        if isinstance(term, RankOne):
            return RankOne(S.One, term.row)
        if isinstance(term, Diagonal):
            return IDENTITY
        return multiply(*term.factors[1:]) if isinstance(term, Product) else term

    return _with_recurrent(found, bare)


def nothing_leaks(found: Subject) -> Subject:
    """An identity too many in the local part."""
    rows = [
        [add(entry, IDENTITY) if i == j else entry for j, entry in enumerate(row)]
        for i, row in enumerate(blocks(found.jacobian.local))
    ]
    return replace(found, jacobian=replace(found.jacobian, local=block(rows)))


def updated_state(found: Subject) -> Subject:
    """The updated state in the gate terms, in place of the previous one."""
    graph = found.jacobian.cell.graph
    new = {state: graph.update[state.name] for state in graph.states}

    @cache
    def changed(node: Matrix) -> Matrix:
        if isinstance(node, Diagonal):
            return Diagonal(node.entry.xreplace(new))
        if isinstance(node, RankOne):
            return RankOne(node.column.xreplace(new), node.row)
        if isinstance(node, Intermediate):
            return Intermediate(node.number, changed(node.definition))
        if isinstance(node, Product):
            return multiply(*map(changed, node.factors))
        if isinstance(node, Sum):
            return add(*map(changed, node.terms))
        return node

    rows = [[changed(entry) for entry in row] for row in blocks(found.jacobian.recurrent)]
    return replace(found, jacobian=replace(found.jacobian, recurrent=block(rows)))


def transposed(found: Subject) -> Subject:
    """The layout of SymPy, J[p, q]."""
    return replace(found, layout=lambda matrix: matrix.mT)


def reversed_product(found: Subject) -> Subject:
    """The oldest factor on the left."""
    return replace(found, product=lambda matrices: ordered_product(matrices.flip(0)))


def one_factor_short(found: Subject) -> Subject:
    """A lag that counts the gaps between factors."""
    return replace(found, product=lambda matrices: ordered_product(matrices[1:]))


def reversed_expansion(found: Subject) -> Subject:
    """The terms of the product with the oldest factor on the left."""

    def wrong(local: Tensor, recurrent: Tensor, order: int) -> Tensor:
        return expand(local.flip(0), recurrent.flip(0), order)

    return replace(found, expand=wrong)


def halved_first_order(found: Subject) -> Subject:
    """A factor 1/2! in front of the first-order term."""

    def wrong(local: Tensor, recurrent: Tensor, order: int) -> Tensor:
        terms = expand(local, recurrent, order)
        scale = torch.ones(order + 1, dtype=terms.dtype)
        scale[1:2] = 0.5
        return terms * scale[:, None, None]

    return replace(found, expand=wrong)


def identity_in_the_expansion(found: Subject) -> Subject:
    """The identity of lag 0 kept at every lag."""

    def wrong(local: Tensor, recurrent: Tensor, order: int) -> Tensor:
        terms = expand(local, recurrent, order).clone()
        terms[0] += torch.eye(terms.shape[-1], dtype=terms.dtype)
        return terms

    return replace(found, expand=wrong)


class _HalfBound(Transport):
    """A transport that claims half of the true bound."""

    @property
    def remainder_bound(self) -> Expr:
        """Half of it."""
        return Transport(self.jacobian, self.order, self.lag).remainder_bound / Integer(2)


def half_bound(found: Subject) -> Subject:
    """A factor two lost in the bound of the remainder."""
    return replace(found, transport=_HalfBound(found.jacobian, found.order))


def negative_correction(found: Subject) -> Subject:
    """The first-order correction subtracted."""

    def wrong(local: Tensor, recurrent: Tensor, **options: int) -> Rates:
        return effective_rates(local, -recurrent, **options)

    return replace(found, rates=wrong)


def rates_of_twice_the_leak(found: Subject) -> Subject:
    """The local part counted twice."""

    def wrong(local: Tensor, recurrent: Tensor, **options: int) -> Rates:
        return effective_rates(2 * local, recurrent, **options)

    return replace(found, rates=wrong)


def leak_for_open_gate(found: Subject) -> Subject:
    """What is kept in place of what is taken in."""
    wrong = {name: 1 - factor for name, factor in found.jacobian.coefficients.open_gate.items()}
    coefficients = replace(found.jacobian.coefficients, open_gate=wrong)
    return replace(found, jacobian=replace(found.jacobian, coefficients=coefficients))


def mistakes(found: Subject, *candidates: Mistake) -> Mapping[str, Mapping[str, Any]]:
    """Return wrong versions of a claim about a subject, by the words that describe them.

    Args:
        found: the subject, under the name ``found`` in what the claim states.
        candidates: the mistakes; those that the cell cannot show are left out.
    """
    jacobian = found.jacobian
    flat = all(entry == ZERO for row in blocks(jacobian.recurrent) for entry in row)
    still = all(entry == ZERO for row in blocks(jacobian.local) for entry in row)
    needs_recurrent = {
        sign_flipped,
        factor_dropped,
        updated_state,
        transposed,
        reversed_product,
        negative_correction,
        halved_first_order,
        reversed_expansion,
    }
    # Such as the updated state where no gate term holds one.
    moving = (sign_flipped, factor_dropped, updated_state)
    same = {mistake for mistake in moving if mistake(found).jacobian == jacobian}
    carried = carrier(jacobian)
    rates = EffectiveRates(jacobian, carried, carried)
    if all(rates.transported(lag)[1] == 0 for lag in (1, 2, 3)):
        same.add(negative_correction)
    needs_local = {rates_of_twice_the_leak, halved_first_order, reversed_expansion}
    # Where a half is kept and a half is taken in, they are one.
    even = all(2 * factor == 1 for factor in jacobian.coefficients.open_gate.values())
    shown = [
        mistake
        for mistake in candidates
        if not (flat and mistake in needs_recurrent)
        and not (still and mistake in needs_local)
        and mistake not in same
        and not (even and mistake is leak_for_open_gate)
    ]
    return {
        (mistake.__doc__ or "").rstrip(".").lower(): {"found": mistake(found)} for mistake in shown
    }


def _with_recurrent(found: Subject, change: Callable[[Matrix], Matrix]) -> Subject:
    def changed(entry: Matrix) -> Matrix:
        first, *others = entry.terms if isinstance(entry, Sum) else (entry,)
        return add(change(first), *others)

    rows = [
        [entry if entry == ZERO else changed(entry) for entry in row]
        for row in blocks(found.jacobian.recurrent)
    ]
    return replace(found, jacobian=replace(found.jacobian, recurrent=block(rows)))
