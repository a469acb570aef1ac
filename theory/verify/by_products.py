"""Show a bound on a product over an index by the sum of what its factors differ from one.

For 0 ≤ u_k ≤ 1: 1 − Σ u_k ≤ ∏ (1 − u_k) ≤ exp(−Σ u_k); for u_k ≥ 0: 1 + Σ u_k ≤ ∏ (1 + u_k) ≤
exp(Σ u_k) (Weierstrass). A gated product over a lag is bounded so by the sum of its leaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy
from flint import arb
from sympy import Expr, Product, Sum, exp, oo

from longlag.theory.balls.ranges import Range
from longlag.theory.verify.argument import Side
from longlag.theory.verify.attempt import Attempt, index_from
from longlag.theory.verify.by_minimum import by_minimum
from longlag.theory.verify.by_signs import by_signs
from longlag.theory.verify.nonnegative import Prover
from longlag.theory.verify.shown import Shown, both


def by_products(attempt: Attempt) -> Shown | None:
    """Prove with a product that stands alone replaced by a bound."""
    for below, product in ((False, attempt.lhs), (True, attempt.rhs)):
        if not isinstance(product, Product) or len(product.limits) != 1:
            continue
        for bound, words in _bounds(attempt, product, below):
            other = replace(attempt, **{"rhs" if below else "lhs": bound}, touching=[])
            shown = by_signs(other) or by_minimum(other)
            if shown is not None:
                return both(f"{words}; {shown.method}", shown)
    return None


def _bounds(attempt: Attempt, product: Product, below: bool) -> Iterator[tuple[Expr, str]]:
    """What a product is at least, or at most."""
    index, low, high = product.limits[0]
    if not low.is_Integer:
        return
    k = index_from(low)
    change = sympy.expand(product.function.subs(index, k) - 1)
    box = {**attempt.box, k: Side(low, oo, Range(arb(int(low)), arb("inf")))}
    prover = Prover(attempt.budget)
    total = Sum(change, (k, low, high)).doit()
    grows = prover.show(change, box, 1) is not None
    if not grows:
        shrinks = prover.show(-change, box, 1) is not None
        if not shrinks or prover.show(1 + change, box, 1) is None:
            return
    for closed in _without_pieces(total):
        if below:
            yield 1 + closed, "a product above its sum"
        else:
            yield exp(closed), "a product below the exponential of its sum"


def _without_pieces(total: Expr) -> Iterator[Expr]:
    """A sum in closed form without the exceptional values of its symbols, such as a quotient 1."""
    if total.has(Sum):
        return
    if isinstance(total, sympy.Piecewise) or total.has(sympy.Piecewise):
        folded = sympy.piecewise_fold(total)
        pieces = [e for e, c in folded.args if not isinstance(c, sympy.Eq)]
        if len(pieces) == 1:
            yield pieces[0]
        return
    yield total


__all__ = ["by_products"]
