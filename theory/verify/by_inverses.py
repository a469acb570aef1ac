"""Show a bound in another symbol: x = e^u for logarithms, x = w e^w for Lambert's function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy
from flint import arb
from sympy import Expr, LambertW, Symbol, log, oo

from longlag.theory.balls.program import value
from longlag.theory.balls.ranges import Range
from longlag.theory.verify.argument import Side
from longlag.theory.verify.attempt import Attempt
from longlag.theory.verify.by_minimum import by_minimum
from longlag.theory.verify.by_signs import by_signs
from longlag.theory.verify.shown import Shown, both

_BITS = 64


def by_inverses(attempt: Attempt) -> Shown | None:
    """Prove in a symbol whose exponential, or w e^w, stands for one with logarithms or W."""
    for other, words in _changed(attempt):
        shown = by_signs(other) or by_minimum(other)
        if shown is not None:
            return both(f"{words}; {shown.method}", shown)
    return None


def _changed(attempt: Attempt) -> Iterator[tuple[Attempt, str]]:
    form = attempt.rhs - attempt.lhs
    for x, side in attempt.box.items():
        if side.low.is_nonnegative is not True:
            continue
        if form.has(LambertW(x)):
            w = sympy.Dummy("w", nonnegative=True, positive=side.low.is_positive or None)
            known = {LambertW(x): w, x: w * sympy.exp(w)}
            ends = [end if end == oo else LambertW(end) for end in (side.low, side.high)]
            yield _in(attempt, x, w, known, *ends), f"{x.name} = w exp(w)"
        if form.has(log(x)):
            ends = [end if end == oo else log(end) for end in (side.low, side.high)]
            low, high = (-oo if end.is_infinite and end != oo else end for end in ends)
            u = sympy.Dummy("u", real=True, positive=low.is_positive or None)
            yield _in(attempt, x, u, {log(x): u, x: sympy.exp(u)}, low, high), f"{x.name} = exp(u)"


def _in(
    attempt: Attempt, x: Symbol, new: Symbol, known: dict[Expr, Expr], low: Expr, high: Expr
) -> Attempt:
    """The attempt in a new symbol, from what parts of it are in that."""
    sides = []
    for side in (attempt.lhs, attempt.rhs):
        for part, instead in known.items():
            side = side.subs(part, instead)
        sides.append(sympy.expand_log(sympy.powdenest(side)))
    below = arb("-inf") if low == -oo else value(low, {}, _BITS).lower()
    above = arb("inf") if high == oo else value(high, {}, _BITS).upper()
    box = {s: side for s, side in attempt.box.items() if s is not x}
    box[new] = Side(low, high, Range(below, above))
    counters = tuple(n for n in attempt.counters if n is not x)
    return replace(attempt, lhs=sides[0], rhs=sides[1], box=box, counters=counters, touching=[])


__all__ = ["by_inverses"]
