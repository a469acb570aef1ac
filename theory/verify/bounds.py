"""Prove or certify a bound lhs ≤ rhs on its whole domain.

The bound is taken apart at maxima and absolute values; then the difference, or the logarithm of the
quotient where both sides are positive, is shown to be nowhere negative, by one strategy after
another. A new strategy is a function of an ``Attempt`` in a file of its own, and a line below.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from sympy import Abs, Expr, Integral, Max, Min

from longlag.theory.statement import Level
from longlag.theory.verify.argument import side_of
from longlag.theory.verify.attempt import Attempt
from longlag.theory.verify.axis import Axis
from longlag.theory.verify.budget import Budget, guarded
from longlag.theory.verify.by_changes import (
    by_homogeneity,
    by_order_of_symbols,
    by_quotients_of_symbols,
    by_sides_of_switches,
)
from longlag.theory.verify.by_cover import by_cover
from longlag.theory.verify.by_inverses import by_inverses
from longlag.theory.verify.by_minimum import by_minimum
from longlag.theory.verify.by_polynomials import by_polynomials
from longlag.theory.verify.by_products import by_products
from longlag.theory.verify.by_signs import by_signs, by_signs_in_parts
from longlag.theory.verify.by_steps import by_induction, by_steps_of_one
from longlag.theory.verify.by_turns import by_derivatives_in_turn, by_first_values
from longlag.theory.verify.continuity import is_continuous_between_limits
from longlag.theory.verify.nonnegative import DEPTHS
from longlag.theory.verify.normal import elementary
from longlag.theory.verify.question import Point, Question, assumed_symbol
from longlag.theory.verify.shown import Shown

#: The strategies in their order, each with the share of the time that is left which it may take.
STRATEGIES: tuple[tuple[float, Callable[[Attempt], Shown | None]], ...] = (
    (0.2, lambda attempt: by_signs(attempt, DEPTHS[:3])),
    (0.2, by_polynomials),
    (0.2, by_products),
    (0.15, by_signs_in_parts),
    (0.3, by_sides_of_switches),
    (0.3, by_order_of_symbols),
    (0.3, by_homogeneity),
    (0.3, by_quotients_of_symbols),
    (0.3, by_inverses),
    (0.4, by_minimum),
    (0.2, lambda attempt: by_signs(attempt, DEPTHS[3:])),
    (0.3, by_derivatives_in_turn),
    (0.3, by_first_values),
    (0.5, by_cover),
    (0.5, by_steps_of_one),
    (0.8, by_induction),
)
#: A bound with more maxima and absolute values than this is left whole.
_MOST_PARTS = 8


def show_bound(
    question: Question, budget: Budget, touching: tuple[Point, ...] = ()
) -> Shown | None:
    """Return by what a bound holds everywhere, or None.

    Args:
        question: a bound.
        budget: how long.
        touching: points at which both sides seem to agree.
    """
    shown = []
    sides = elementary(question.relation.lhs), elementary(question.relation.rhs)
    for left, right in parts(*sides):
        for pieces in product(*question.axes.values()):
            found = _show(left, right, pieces, budget, touching)
            if found is None:
                return None
            shown.append(found)
    level = Level.CERTIFIED if any(s.level is Level.CERTIFIED for s in shown) else Level.PROVED
    methods = list(dict.fromkeys(s.method for s in shown))
    return Shown(level, "; ".join(methods), tuple(c for s in shown for c in s.covers))


def parts(lhs: Expr, rhs: Expr) -> list[tuple[Expr, Expr]]:
    """Take a bound apart: max(a, b) ≤ c is a ≤ c and b ≤ c, |a| ≤ c is ±a ≤ c.

    The same holds of <.

    Args:
        lhs: left side.
        rhs: right side.
    """
    waiting = [(lhs, rhs)]
    found: list[tuple[Expr, Expr]] = []
    while waiting:
        left, right = waiting.pop()
        if len(waiting) + len(found) > _MOST_PARTS:
            return [(lhs, rhs)]
        if isinstance(left, Max):
            waiting += [(part, right) for part in left.args]
        elif isinstance(right, Min):
            waiting += [(left, part) for part in right.args]
        elif isinstance(left, Abs):
            waiting += [(left.args[0], right), (-left.args[0], right)]
        else:
            found.append((left, right))
    return found[::-1]


def _show(
    lhs: Expr, rhs: Expr, pieces: tuple[Axis, ...], budget: Budget, touching: tuple[Point, ...]
) -> Shown | None:
    # An integer is taken for a real number: what holds for all of them can be differentiated.
    renamed = {axis.symbol: assumed_symbol(axis.symbol, (axis,), integer=False) for axis in pieces}
    left, right = elementary(lhs).xreplace(renamed), elementary(rhs).xreplace(renamed)
    box = {renamed[axis.symbol]: side_of(axis) for axis in pieces}
    counters = tuple(renamed[a.symbol] for a in pieces if a.whole and a.low is not None)
    near = [{renamed[s]: v for s, v in point.items() if s in renamed} for point in touching]
    attempt = Attempt(left, right, box, counters, near, budget)
    # SymPy takes antiderivatives at the limits even across a pole: only balls may look at such.
    safe = all(is_continuous_between_limits(part) for part in (right - left).atoms(Integral))
    for share, strategy in STRATEGIES:
        if not safe and strategy is not by_cover:
            continue
        found = budget.part(share, guarded, strategy, attempt)
        if found is not None:
            return found
    return None


__all__ = ["STRATEGIES", "Shown", "parts", "show_bound"]
