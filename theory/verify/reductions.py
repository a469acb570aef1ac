"""Simpler relations from which a relation follows: without a common factor, or without its sums.

A bound between sums over the same range follows from that of their terms; one between products with
a factor in common from that of what is left; a sum that starts late is one that starts earlier,
less its first terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product

import sympy
from sympy import (
    Dummy,
    Expr,
    Interval,
    Mul,
    S,
    Set,
    Sum,
    Symbol,
    combsimp,
    expand_func,
    oo,
    powsimp,
)

from longlag.theory.statement import Kind, Relation
from longlag.theory.verify.endless import sums_closed
from longlag.theory.verify.question import Question

#: First terms that a sum is completed by at most.
_MOST_TERMS = 6


def reductions(question: Question) -> Iterator[tuple[str, Relation]]:
    """Yield relations from each of which the relation of a question follows, and why.

    Args:
        question: an identity or a bound.

    >>> from sympy.abc import n, x
    >>> half = Relation(Kind.BOUND, x**n * sympy.binomial(n, 2), x**n * n**2 / 2,
    ...                 {n: S.Naturals, x: sympy.Interval.open(0, 1)})
    >>> [(why, simpler.lhs) for why, simpler in reductions(Question(half))]
    [('a common factor divided out', (n - 1)/n)]
    """
    yield from _summed(question)
    yield from _term_by_term(question)
    yield from _of_a_product(question)
    if question.kind is Kind.IDENTITY:
        yield from _without_factor(question)
        yield from _completed(question)
    elif question.kind is Kind.BOUND:
        yield from _divided(question)


def _summed(question: Question) -> Iterator[tuple[str, Relation]]:
    """Endless sums in closed form, where they converge on the whole domain."""
    relation = question.relation
    pieces = {question.assumed[symbol]: question.axes[symbol] for symbol in question.axes}
    lifted = [question.lifted(side) for side in (relation.lhs, relation.rhs)]
    lhs, rhs = (sums_closed(side, pieces) for side in lifted)
    if [lhs, rhs] != lifted:
        yield (
            "sums in closed form",
            replace(relation, lhs=_back(question, lhs), rhs=_back(question, rhs)),
        )


def _of_a_product(question: Question) -> Iterator[tuple[str, Relation]]:
    """Two positive symbols that occur as their product, or quotient, alone, as one symbol."""
    relation = question.relation
    positive = [s for s in question.assumed if relation.domains[s] == Interval.open(0, oo)]
    for (x, y), power in product(combinations(positive, 2), (-1, 1)):
        # x y or y/x, in symbols that know that they are positive.
        one, known = Dummy(f"{y.name}{x.name}", positive=True), question.assumed[x]
        lhs, rhs = (
            question.lifted(side).subs(question.assumed[y], one * known**power)
            for side in (relation.lhs, relation.rhs)
        )
        if known not in lhs.free_symbols | rhs.free_symbols:
            rest = {s: d for s, d in relation.domains.items() if s not in (x, y)}
            yield (
                "two symbols as one",
                replace(
                    relation,
                    lhs=_back(question, lhs),
                    rhs=_back(question, rhs),
                    domains={**rest, one: Interval.open(0, oo)},
                ),
            )


def _back(question: Question, expression: Expr) -> Expr:
    return expression.xreplace({lifted: symbol for symbol, lifted in question.assumed.items()})


def _quotient(left: Expr, right: Expr) -> Expr:
    """A quotient of products of powers and binomials, as short as it gets."""
    quotient = combsimp(expand_func(left / right))
    return sympy.factor(powsimp(sympy.expand_power_exp(powsimp(quotient))))


def _is_positive(expression: Expr) -> bool:
    """Whether an expression is positive, binomials inside their triangle included."""

    def inside(n: Expr, k: Expr) -> Expr:
        known = k.is_nonnegative and sympy.expand(n - k).is_nonnegative
        return Dummy("b", positive=True) if known else sympy.binomial(n, k)

    return bool(expression.replace(sympy.binomial, inside).is_positive)


def _divided(question: Question) -> Iterator[tuple[str, Relation]]:
    relation = question.relation
    lhs, rhs = question.lifted(relation.lhs), question.lifted(relation.rhs)
    if not _is_positive(rhs) or lhs.has(Sum) or rhs.has(Sum):
        return
    quotient = _quotient(lhs, rhs)
    if sympy.count_ops(quotient) < sympy.count_ops(lhs):
        simpler = replace(relation, lhs=_back(question, quotient), rhs=S.One)
        yield "a common factor divided out", simpler


def _term_by_term(question: Question) -> Iterator[tuple[str, Relation]]:
    """c₁ Σ a_k ≤ c₂ Σ b_k from c₁ a_k ≤ c₂ b_k for all k in the range, and so for =."""
    relation = question.relation
    sides = [_as_sum(side) for side in (relation.lhs, relation.rhs)]
    if any(side is None for side in sides):
        return
    (left, first), (right, second) = (side for side in sides if side is not None)
    index, low, high = first.limits[0]
    if sympy.expand(high - second.limits[0][2]) != 0:
        return
    run = _run(question, index, low, high)
    if run is None:
        return
    moved, domains = run
    assumed = {s: Dummy(s.name, integer=True, nonnegative=True) for s in domains}
    known = {**question.assumed, **assumed}
    terms = [
        (scale * total.function.xreplace({total.variables[0]: index}))
        .subs(moved, simultaneous=True)
        .xreplace(known)
        for scale, total in ((left, first), (right, second))
    ]
    back = {new: old for old, new in known.items()}
    kept = {s: d for s, d in relation.domains.items() if s not in moved}
    simpler = replace(relation, rhs=S.One, domains={**kept, **domains})
    if _is_positive(terms[1]):
        yield "term by term", replace(simpler, lhs=_quotient(*terms).xreplace(back))
    elif relation.kind is Kind.IDENTITY:
        lhs, rhs = (term.xreplace(back) for term in terms)
        yield "term by term", replace(simpler, lhs=lhs, rhs=rhs)


def _without_factor(question: Question) -> Iterator[tuple[str, Relation]]:
    """c Σ a_k = b from Σ a_k = b/c, where c vanishes nowhere."""
    relation = question.relation
    for side, other in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
        found = _as_sum(side)
        if found is None or found[0] == 1 or other.has(Sum):
            continue
        scale, total = found
        known = question.lifted(expand_func(scale))
        if known.is_nonzero or all(_is_nonzero(f, question) for f in Mul.make_args(known)):
            quotient = _quotient(question.lifted(other), question.lifted(scale))
            yield (
                "a factor divided out",
                replace(relation, lhs=total, rhs=_back(question, quotient)),
            )


def _is_nonzero(factor: Expr, question: Question) -> bool:
    """Whether a factor has no zero: by what its symbols know, or by their least values."""
    if factor.is_nonzero:
        return True
    for symbol, pieces in question.axes.items():
        lifted = question.assumed[symbol]
        if lifted in factor.free_symbols and len(pieces) == 1 and pieces[0].ends[0].is_finite:
            beyond = Dummy(symbol.name, nonnegative=True)
            if sympy.expand(factor.subs(lifted, pieces[0].ends[0] + beyond)).is_positive:
                return True
    return False


def _as_sum(side: Expr) -> tuple[Expr, Sum] | None:
    """A side as a factor and a sum over one index from 0 on."""
    factors = Mul.make_args(side)
    sums = [f for f in factors if isinstance(f, Sum)]
    if len(sums) != 1 or len(sums[0].limits) != 1:
        return None
    rest = Mul(*[f for f in factors if f is not sums[0]])
    return None if rest.has(Sum) else (rest, _from_zero(sums[0]))


def _from_zero(total: Sum) -> Sum:
    """A sum whose index starts at 0."""
    index, low, high = total.limits[0]
    if low == 0 or index in low.free_symbols or not low.is_integer:
        return total
    return Sum(total.function.subs(index, index + low), (index, 0, sympy.expand(high - low)))


def _run(
    question: Question, index: Symbol, low: Expr, high: Expr
) -> tuple[dict[Symbol, Expr], dict[Symbol, Set]] | None:
    """Index and upper end in two integers from 0 on, so that the index runs below the end."""
    before, after = Symbol("k_0"), Symbol("k_1")
    if low != 0 or not {before, after}.isdisjoint(question.symbols):
        return None
    for symbol, pieces in question.axes.items():
        shift = high - symbol
        least = pieces[0].low
        # A sum that ends before its start but one is, by Karr's convention, not empty.
        whole = pieces[0].whole and len(pieces) == 1
        if whole and least is not None and shift.is_Integer and least + int(shift) >= -1:
            moved = {index: before, symbol: before + after - shift}
            return moved, {before: S.Naturals0, after: S.Naturals0}
    return None


def _completed(question: Question) -> Iterator[tuple[str, Relation]]:
    """Σ_{k≥a} = other from Σ_{k≥b} = other + the terms before, where that is the shorter one."""
    relation = question.relation
    for whole, other in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
        if not (isinstance(whole, Sum) and len(whole.limits) == 1) or other.has(Sum):
            continue
        index, low, high = whole.limits[0]
        if not low.is_Integer:
            continue
        total, best = other, (sympy.count_ops(other), low, other)
        for start in range(int(low) - 1, int(low) - 1 - _MOST_TERMS, -1):
            term = expand_func(whole.function.subs(index, start))
            if term.has(S.NaN, S.ComplexInfinity, S.Infinity, S.NegativeInfinity):
                break
            total = sympy.expand(total + term, deep=False)
            best = min(best, (sympy.count_ops(total), start, total), key=lambda found: found[0])
        _, start, total = best
        if start != low:
            complete = _from_zero(Sum(whole.function, (index, start, high)))
            yield "the sum completed", replace(relation, lhs=complete, rhs=total)


__all__ = ["reductions"]
