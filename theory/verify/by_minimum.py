"""Show a bound at its minimum over one symbol, where the slope vanishes at one solvable place.

Weighted means, Young's inequality and tangents are of this kind: the difference is convex in a
symbol, it is least where its derivative is zero, and there both sides agree.
"""

from __future__ import annotations

import sympy
from sympy import Add, Expr, Symbol, oo

from longlag.theory.verify.argument import HALF_LINE, UNIT, Box, SignProof
from longlag.theory.verify.attempt import Attempt, shown_by
from longlag.theory.verify.budget import guarded
from longlag.theory.verify.comparisons import in_arguments
from longlag.theory.verify.continuity import is_continuous
from longlag.theory.verify.nonnegative import Prover
from longlag.theory.verify.shown import Shown

#: Symbols over which a minimum is taken, one after another.
_MOST_SYMBOLS = 3
#: Share of the time that is left which one symbol may take.
_SHARE = 0.5
#: Derivatives that the sign of a slope may take.
_DEPTH = 3


def by_minimum(attempt: Attempt) -> Shown | None:
    """Prove at the minimum over one symbol after another."""
    prover = Prover(attempt.budget)
    forms = list(attempt.forms())
    if not any(isinstance(side, Add) for side in (attempt.lhs, attempt.rhs)):
        # Of two products the logarithms are sums, which are differentiated more easily.
        forms = forms[::-1]
    for form in forms:
        proof = _at_minimum(prover, form, attempt.box, _MOST_SYMBOLS)
        if proof is not None:
            return shown_by(proof)
    return None


def _at_minimum(prover: Prover, form: Expr, box: Box, symbols_left: int) -> SignProof | None:
    if not is_continuous(form, lambda part: prover.signed_range(part, box)):
        return None
    symbols = form.free_symbols & set(box)
    # A short slope is solved more easily; an equation that is not must not use up the time.
    for x in sorted(symbols, key=lambda s: (sympy.diff(form, s).count_ops(), str(s))):
        found = prover.budget.part(_SHARE, guarded, _over, prover, form, box, x, symbols_left)
        if found is not None:
            return found
    return None


def _over(prover: Prover, form: Expr, box: Box, x: Symbol, symbols_left: int) -> SignProof | None:
    """Show a sign at the minimum over x."""
    slope = sympy.diff(form, x)
    rest = {s: side for s, side in box.items() if s is not x}
    at = _stationary(slope, x)
    if at is None or not _lies_inside(prover, at, rest, box, x):
        return None
    turns = _turns(prover, slope, box, x, at, 1)
    if turns is None:
        turns = prover.show(sympy.diff(slope, x), box, 1)
    if turns is None:
        turns = _turns(prover, slope, box, x, at, _DEPTH)
    if turns is None:
        return None
    least = sympy.simplify(sympy.powdenest(sympy.powsimp(form.subs(x, at)), force=False))
    proof = prover.show(least, rest) if symbols_left == 1 else None
    if symbols_left > 1:
        proof = prover.nonnegative(least, rest, 1) or _at_minimum(
            prover, least, rest, symbols_left - 1
        )
    return None if proof is None else turns.joined(proof).note(f"its minimum over {x.name}")


def _stationary(slope: Expr, x: Symbol) -> Expr | None:
    """The only place where a slope vanishes, as an expression of the other symbols."""
    top = sympy.fraction(sympy.together(slope))[0]
    between = in_arguments(sympy.expand(top), lambda part: bool(part.is_nonnegative))
    top = top if between is None else between
    solutions = [s for s in sympy.solve(sympy.factor_terms(top), x) if s.is_real is not False]
    return solutions[0] if len(solutions) == 1 else None


def _lies_inside(prover: Prover, at: Expr, rest: Box, box: Box, x: Symbol) -> bool:
    side = box[x]
    below = side.low == -oo or prover.nonnegative(at - side.low, rest, 1) is not None
    above = side.high == oo or prover.nonnegative(side.high - at, rest, 1) is not None
    return below and above


def _turns(
    prover: Prover, slope: Expr, box: Box, x: Symbol, at: Expr, depth: int
) -> SignProof | None:
    """Show that a slope is negative before a place and positive after it.

    A place p between 0 and ∞ divides x = p r from x = p + d.
    """
    side = box[x]
    if side.low != 0 or at.is_nonnegative is not True:
        return None
    share, more = sympy.Dummy("r", nonnegative=True), sympy.Dummy("d", nonnegative=True)
    before = slope.subs(x, share * at)
    proof = prover.show(-before, {**box, share: UNIT}, depth)
    if proof is None:
        return None
    if side.high == oo:
        rises = prover.show(slope.subs(x, at + more), {**box, more: HALF_LINE}, depth)
    else:
        after = slope.subs(x, at + (side.high - at) * share)
        rises = prover.show(after, {**box, share: UNIT}, depth)
    return None if rises is None else proof.joined(rises)


__all__ = ["by_minimum"]
