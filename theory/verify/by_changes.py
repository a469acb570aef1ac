"""Show a bound after a change of symbols: at switches, by order, by quotients and multiples."""

from __future__ import annotations

from itertools import pairwise, product

import sympy
from flint import arb, fmpq
from sympy import Expr, Integer, Rational, Symbol

from longlag.theory.balls.ranges import Range
from longlag.theory.verify.argument import HALF_LINE, UNIT, Side, SignProof, side_between
from longlag.theory.verify.attempt import Attempt, is_half_line, shown_by
from longlag.theory.verify.by_cover import by_cover
from longlag.theory.verify.by_signs import by_signs, by_signs_in_parts
from longlag.theory.verify.by_turns import by_derivatives_in_turn
from longlag.theory.verify.cases import ordered, switched, switches
from longlag.theory.verify.nonnegative import Prover
from longlag.theory.verify.normal import vanishes_quickly
from longlag.theory.verify.shown import Shown, both


def by_sides_of_switches(attempt: Attempt) -> Shown | None:
    """Prove on either side of the numbers at which maxima, moduli and pieces switch."""
    form = attempt.rhs - attempt.lhs
    found = switches(form)
    roots = [_single_root(switch) for switch in found]
    if not found or any(root is None for root in roots):
        return None
    total = SignProof()
    for signs in product((-1, 1), repeat=len(found)):
        box: dict[Symbol, Side] | None = dict(attempt.box)
        for sign, root in zip(signs, roots, strict=True):
            assert root is not None
            box = None if box is None else _one_side(box, *root, sign)
        if box is None:
            continue
        case = switched(form, dict(zip(found, signs, strict=True)))
        proof = Prover(attempt.budget).show(case, box)
        if proof is None:
            return None
        total = total.joined(proof)
    return shown_by(total.note("either side of every switch"))


def by_order_of_symbols(attempt: Attempt) -> Shown | None:
    """Prove for x ≥ y, as x = y + d, and for x ≤ y, where maxima and moduli ask which is."""
    pairs = [ordered(u) for u in switches(attempt.rhs - attempt.lhs)]
    if len(pairs) != 1 or pairs[0] is None:
        return None
    sides = [attempt.box[s] for s in pairs[0]]
    whole_line = all((side.low, side.high) == (-sympy.oo, sympy.oo) for side in sides)
    if not whole_line and not all(is_half_line(side) for side in sides):
        return None
    form = attempt.rhs - attempt.lhs
    total = SignProof()
    for larger, smaller in (pairs[0], pairs[0][::-1]):
        more = sympy.Dummy("d", nonnegative=True)
        box = {**{s: v for s, v in attempt.box.items() if s is not larger}}
        box[more] = HALF_LINE
        case = switched(form, {_difference(pairs[0]): 1 if larger is pairs[0][0] else -1})
        proof = Prover(attempt.budget).show(case.subs(larger, smaller + more), box)
        if proof is None and not whole_line:
            proof = _homogeneous(attempt, case, larger, smaller)
        if proof is None:
            return None
        total = total.joined(proof)
    return shown_by(total.note("either order of two symbols"))


def _homogeneous(attempt: Attempt, case: Expr, larger: Symbol, smaller: Symbol) -> SignProof | None:
    """Show a sign for smaller = r larger, r from 0 to 1, where the larger one is a factor."""
    ratio = sympy.Dummy("r", nonnegative=True)
    scaled = sympy.factor_terms(sympy.simplify(case.subs(smaller, ratio * larger)))
    shape = sympy.simplify(scaled / larger)
    if larger in shape.free_symbols:
        return None
    rest = {s: v for s, v in attempt.box.items() if s not in (larger, smaller)}
    return Prover(attempt.budget).show(shape, {**rest, ratio: UNIT})


def by_homogeneity(attempt: Attempt) -> Shown | None:
    """Prove for y = r x, where x drops out but for a power."""
    symbols = [s for s, side in attempt.box.items() if is_half_line(side)]
    for x, y in pairwise(symbols):
        ratio = sympy.Dummy("r", positive=True)
        scaled = sympy.powsimp(
            sympy.powdenest(sympy.factor_terms((attempt.rhs - attempt.lhs).subs(y, ratio * x)))
        )
        shape = _without_power(sympy.simplify(scaled), x)
        if shape is None:
            continue
        rest = {s: side for s, side in attempt.box.items() if s not in (x, y)}
        other = Attempt(
            sympy.S.Zero,
            shape,
            {**rest, ratio: attempt.box[y]},
            tuple(n for n in attempt.counters if n not in (x, y)),
            [{ratio: fmpq(1)}],
            attempt.budget,
        )
        shown = by_signs(other) or by_signs_in_parts(other) or by_derivatives_in_turn(other)
        shown = shown or by_cover(other)
        if shown is not None:
            return both(f"{y.name} as a multiple of {x.name}; {shown.method}", shown)
    return None


def by_quotients_of_symbols(attempt: Attempt) -> Shown | None:
    """Prove after y = r x, with r ≤ 1 and r ≥ 1, where both symbols are positive."""
    symbols = [s for s, side in attempt.box.items() if is_half_line(side)]
    if len(symbols) < 2:
        return None
    x, y = symbols[0], symbols[1]
    if not vanishes_quickly((attempt.rhs - attempt.lhs).subs(y, x)):
        return None
    ratio = sympy.Dummy("r", positive=True)
    prover = Prover(attempt.budget)
    total = SignProof()
    for side in (UNIT, Side(Integer(1), sympy.oo, Range(arb(1), arb("inf")))):
        box = {**{s: v for s, v in attempt.box.items() if s is not y}, ratio: side}
        proof = None
        for form in attempt.forms():
            changed = sympy.expand_log(sympy.powsimp(form.subs(y, ratio * x)))
            proof = prover.show(changed, box)
            if proof is not None:
                break
        if proof is None:
            return None
        total = total.joined(proof)
    return shown_by(total.note(f"quotient of {y.name} and {x.name}"))


def _without_power(expression: Expr, x: Symbol) -> Expr | None:
    """An expression without a power of x that is its only x; None where there is more of it."""
    if x not in expression.free_symbols:
        return expression
    rest, power = sympy.factor(expression).as_independent(x)
    base, _ = power.as_base_exp()
    return rest if base == x else None


def _single_root(switch: Expr) -> tuple[Symbol, Rational] | None:
    """Where a rising switch of one symbol is zero, if that is one fraction."""
    if len(switch.free_symbols) != 1:
        return None
    (x,) = switch.free_symbols
    slope = sympy.diff(switch, x)
    solutions = sympy.solve(switch, x)
    if len(solutions) != 1 or not solutions[0].is_Rational or not slope.is_positive:
        return None
    return x, solutions[0]


def _one_side(
    box: dict[Symbol, Side], x: Symbol, root: Rational, sign: int
) -> dict[Symbol, Side] | None:
    """A box on one side of a number, None where nothing of it is there."""
    side = box[x]
    low, high = (side.low, root) if sign < 0 else (root, side.high)
    if (side.low < root if sign < 0 else root < side.high) is not sympy.true:
        return None
    low, high = sympy.Max(low, side.low), sympy.Min(high, side.high)
    return {**box, x: side_between(low, high, side)}


def _difference(pair: tuple[Symbol, Symbol]) -> Expr:
    return pair[0] - pair[1]
