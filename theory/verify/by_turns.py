"""Show a bound for one integer after another: the first ones apart, or each from the one before.

A remainder such as e^x − Σ_{k≤n} x^k/k! has the one before it as its derivative: with f_n(x) the
difference of both sides, f_n(0) ≥ 0 and f_n' ≥ c f_{n−1} for a c ≥ 0 carry a bound from n − 1 to n.
"""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Dummy, Expr, Integer, Sum, Symbol

from longlag.theory.verify.argument import SignProof, side_between
from longlag.theory.verify.attempt import Attempt, index_from, shown_by
from longlag.theory.verify.by_minimum import by_minimum
from longlag.theory.verify.by_signs import by_signs
from longlag.theory.verify.continuity import is_continuous
from longlag.theory.verify.nonnegative import DEPTHS, Prover
from longlag.theory.verify.shown import Shown, both

#: Integers that are taken apart.
_MOST_VALUES = 3
#: The index of sums that are compared.
_INDEX = Dummy("k", integer=True, nonnegative=True)


def by_first_values(attempt: Attempt) -> Shown | None:
    """Prove at the first integers, and for real numbers from the next on."""
    for n in attempt.counters:
        first = attempt.box[n].low
        shown: list[Shown] = []
        for count in range(1, _MOST_VALUES + 1):
            one = _without(attempt, n, first + count - 1)
            found = by_signs(one, DEPTHS[:4])
            if found is None:
                break
            shown.append(found)
            later = _from(attempt, n, first + count)
            rest = by_signs(later, DEPTHS[:4]) or by_minimum(later)
            if rest is not None:
                return both(
                    f"{n.name} up to {first + count - 1} apart; {rest.method}", *shown, rest
                )
    return None


def by_derivatives_in_turn(attempt: Attempt) -> Shown | None:
    """Prove from n − 1 to n by a derivative that the bound before it carries."""
    form = attempt.rhs - attempt.lhs
    for n in attempt.counters:
        if n not in form.free_symbols:
            continue
        first = attempt.box[n].low
        if not first.is_nonnegative:
            continue
        base = by_signs(_without(attempt, n, first), DEPTHS[:4])
        if base is None:
            continue
        later = _from(attempt, n, first + 1)
        for x, side in attempt.box.items():
            if x is n or not side.low.is_finite or x not in form.free_symbols:
                continue
            proof = _carried(later, form, n, x)
            if proof is not None:
                words = f"derivatives in {x.name}, from {n.name} − 1 to {n.name}"
                return both(words, base, shown_by(proof))
    return None


def _carried(later: Attempt, form: Expr, n: Symbol, x: Symbol) -> SignProof | None:
    """Show f_n ≥ 0 where x is least, and f_n' ≥ c f_{n−1} for a number c of n."""
    prover = Prover(later.budget)
    terms = form.replace(lambda e: isinstance(e, Sum), lambda e: e.function.subs(e.limits[0][0], n))
    if not is_continuous(terms, lambda part: prover.signed_range(part, later.box)):
        return None
    rest = {s: side for s, side in later.box.items() if s is not x}
    start = _counted_from_zero(form).replace(
        lambda e: isinstance(e, Sum), lambda e: _at(e, x, later.box[x].low)
    )
    start = sympy.simplify(start.subs(x, later.box[x].low))
    if start.has(Sum):
        return None
    begins = prover.show(start, rest, 2)
    if begins is None:
        return None
    slope, before = _counted_from_zero(sympy.diff(form, x)), form.subs(n, n - 1)
    for factor in (sympy.S.One, n, n + 1):
        more = sympy.expand(slope - factor * _counted_from_zero(before))
        if more.has(Sum):
            continue
        grows = prover.show(sympy.simplify(more), later.box, 2)
        if grows is not None:
            return begins.joined(grows)
    return None


def _at(total: Sum, x: Symbol, number: Expr) -> Expr:
    """A sum from 0 at a number where all its terms but the first vanish, as those in 0^k do."""
    index, low, _ = total.limits[0]
    later = Dummy("k", integer=True, positive=True)
    if total.function.subs(index, later).subs(x, number) != 0:
        return total
    return total.function.subs(index, low).subs(x, number)


def _counted_from_zero(expression: Expr) -> Expr:
    """An expression whose sums begin at 0 with a term that is not 0."""

    def shifted(total: Sum) -> Expr:
        index, low, high = total.limits[0]
        k = index_from(Integer(0))
        term = total.function
        while low.is_Integer and term.subs(index, low) == 0:
            low += 1
        moved = sympy.powsimp(sympy.combsimp(term.subs(index, k + low)))
        outside, inside = sympy.expand_power_exp(moved).as_independent(k, as_Add=False)
        return outside * Sum(inside, (k, 0, high - low)).xreplace({k: _INDEX})

    return expression.replace(lambda e: isinstance(e, Sum) and len(e.limits) == 1, shifted)


def _without(attempt: Attempt, n: Symbol, number: Expr) -> Attempt:
    """The attempt at one value of n."""
    box = {s: side for s, side in attempt.box.items() if s is not n}
    counters = tuple(s for s in attempt.counters if s is not n)
    sides = [side.subs(n, number).doit() for side in (attempt.lhs, attempt.rhs)]
    return replace(attempt, lhs=sides[0], rhs=sides[1], box=box, counters=counters, touching=[])


def _from(attempt: Attempt, n: Symbol, first: Expr) -> Attempt:
    """The attempt for n from another number on."""
    side = attempt.box[n]
    return replace(attempt, box={**attempt.box, n: side_between(first, side.high, side)})


__all__ = ["by_derivatives_in_turn", "by_first_values"]
