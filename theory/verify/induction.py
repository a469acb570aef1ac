"""Prove a bound at integers from one to the next: with sums and products over an index.

A sum or a product up to n is a symbol of its own, of which only the sign is used. The step is shown
in one of three ways: both sides grow, and the right one by more; a sum or product that stands alone
is replaced by what the hypothesis says of it; or the difference falls to a limit that is not
negative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy
from flint import arb
from sympy import Dummy, Expr, Product, Sum, Symbol, oo

from longlag.theory.balls.ranges import WHOLE, Range
from longlag.theory.verify.argument import Box, Side
from longlag.theory.verify.attempt import index_from
from longlag.theory.verify.nonnegative import range_over
from longlag.theory.verify.shown import Shown, both

#: Shows lhs ≤ rhs on a box, without induction.
Show = Callable[[Expr, Expr, Box], Shown | None]

#: Terms that a step adds at most.
_MOST_TERMS = 4


def show(lhs: Expr, rhs: Expr, box: Box, n: Symbol, show_other: Show) -> Shown | None:
    """Return by what lhs ≤ rhs follows for all n from its first value, or None.

    Args:
        lhs: left side.
        rhs: right side.
        box: of all symbols, n among them, with its first value as the lower end.
        n: an integer.
        show_other: shows what the induction is reduced to.
    """
    nodes = [e for e in (rhs - lhs).atoms(Sum, Product) if n in e.free_symbols]
    gains = [grown(node, n) for node in nodes]
    if any(gain is None for gain in gains):
        return None
    rest = {s: side for s, side in box.items() if s is not n}
    first = box[n].low
    base = show_other(lhs.subs(n, first).doit(), rhs.subs(n, first).doit(), rest)
    names = [Dummy(f"S{i}", real=True, **_sign(node, box)) for i, node in enumerate(nodes)]
    here = dict(zip(nodes, names, strict=True))
    there = {
        node: name + new if isinstance(node, Sum) else name * new
        for node, name, new in zip(nodes, names, (g for g in gains if g is not None), strict=True)
    }
    larger = {**box, **{name: _side(name) for name in names}}
    step = _Step(
        lhs.xreplace(here),
        rhs.xreplace(here),
        advanced(lhs, n, there),
        advanced(rhs, n, there),
        names,
        larger,
        show_other,
    )
    if base is not None:
        for way, shown in step.ways():
            if shown is not None:
                return both(f"induction on {n.name}, {way}", base, shown)
    return _from_infinity(lhs, rhs, box, n, step)


def _from_infinity(lhs: Expr, rhs: Expr, box: Box, n: Symbol, step: _Step) -> Shown | None:
    """Show a bound whose difference falls, from its limit."""
    rest = {s: side for s, side in box.items() if s is not n}
    if not (rhs - lhs).has(Sum):
        return None
    falls = step.falls()
    if falls is None:
        return None
    limit = _limit(rhs - lhs, n)
    if limit is None:
        return None
    end = step.show_other(sympy.S.Zero, limit, rest)
    return (
        None
        if end is None
        else both(f"the difference falls with {n.name} to its limit", falls, end)
    )


def _limit(expression: Expr, n: Symbol) -> Expr | None:
    """The limit in n of an expression with sums up to n; None where SymPy has none."""
    endless = {}
    for node in expression.atoms(Sum):
        index, low, high = node.limits[0]
        if n in node.free_symbols:
            if sympy.limit(high, n, oo) != oo or n in node.function.free_symbols:
                return None
            endless[node] = Sum(node.function, (index, low, oo)).doit()
    parts = [
        endless[term] if term in endless else sympy.limit(term.xreplace(endless), n, oo)
        for term in sympy.Add.make_args(sympy.expand(expression))
    ]
    total = sympy.Add(*parts)
    return total if total.is_finite and total.is_real else None


class _Step:
    """A step of an induction: both sides at n and at n + 1, sums and products being symbols."""

    def __init__(
        self,
        lhs: Expr,
        rhs: Expr,
        lhs_after: Expr,
        rhs_after: Expr,
        names: list[Dummy],
        box: Box,
        show_other: Show,
    ) -> None:
        self.lhs, self.rhs = lhs, rhs
        self.lhs_after, self.rhs_after = lhs_after, rhs_after
        self.names, self.box, self.show_other = names, box, show_other

    def ways(self) -> Iterator[tuple[str, Shown | None]]:
        """Yield the ways in which the step may be shown."""
        yield (
            "by what is added",
            self.show_other(
                sympy.expand(self.lhs_after - self.lhs),
                sympy.expand(self.rhs_after - self.rhs),
                self.box,
            ),
        )
        for name in self.names:
            for left, right in self._by_hypothesis(name):
                yield "by the hypothesis", self.show_other(left, right, self.box)
        positive = all(
            side.is_nonnegative or range_over(side, self.box).low >= 0
            for side in (self.lhs, self.rhs)
        )
        if positive:
            yield (
                "by what is multiplied",
                self.show_other(
                    sympy.powsimp(self.lhs_after / self.lhs),
                    sympy.powsimp(self.rhs_after / self.rhs),
                    self.box,
                ),
            )

    def falls(self) -> Shown | None:
        """Show that the difference is smaller at n + 1 than at n."""
        change = sympy.expand((self.rhs - self.lhs) - (self.rhs_after - self.lhs_after))
        if change.free_symbols & set(self.names):
            return None
        return self.show_other(sympy.S.Zero, change, self.box)

    def _by_hypothesis(self, name: Dummy) -> Iterator[tuple[Expr, Expr]]:
        """Replace a sum or product by what the hypothesis bounds it by, where that is allowed."""
        for side, other, after in (
            (self.rhs, self.lhs, self.rhs_after),
            (self.lhs, self.rhs, self.lhs_after),
        ):
            line, line_after = sympy.Poly(side, name), sympy.Poly(after, name)
            if line.degree() != 1 or line_after.degree() != 1:
                continue
            slope, rest = line.coeff_monomial(name), line.coeff_monomial(1)
            slope_after = line_after.coeff_monomial(name)
            if not (self._is_positive(slope) and self._is_positive(slope_after)):
                continue
            bounded = after.subs(name, (other - rest) / slope)
            if side is self.rhs:
                yield self.lhs_after, bounded
            else:
                yield bounded, self.rhs_after

    def _is_positive(self, expression: Expr) -> bool:
        return bool(expression.is_nonnegative) or bool(range_over(expression, self.box).low >= 0)


def advanced(expression: Expr, n: Symbol, there: dict[Expr, Expr]) -> Expr:
    """Return an expression at n + 1.

    Args:
        expression: at n.
        n: the integer.
        there: what each sum or product in it is at n + 1.
    """
    marks = {node: Dummy(f"M{i}") for i, node in enumerate(there)}
    marked = expression.xreplace(marks).subs(n, n + 1)
    return marked.xreplace({marks[node]: after for node, after in there.items()})


def grown(node: Expr, n: Symbol) -> Expr | None:
    """Return what a sum gains, or a product is multiplied by, from n to n + 1; None if not told.

    Args:
        node: a sum or a product over one index.
        n: in its upper end.
    """
    if len(node.limits) != 1:
        return None
    index, low, high = node.limits[0]
    count = sympy.simplify(high.subs(n, n + 1) - high)
    if n in low.free_symbols or n in node.function.free_symbols:
        return None
    if not (count.is_Integer and 0 < count <= _MOST_TERMS):
        return None
    new = [node.function.subs(index, high + j) for j in range(1, int(count) + 1)]
    return sympy.Add(*new) if isinstance(node, Sum) else sympy.Mul(*new)


def _sign(node: Expr, box: Box) -> dict[str, bool]:
    """What is known of the sign of a sum or product from that of its terms."""
    index, low, _ = node.limits[0]
    term_index = index_from(low)
    term = node.function.subs(index, term_index)
    if not low.is_number:
        return {}
    start = arb(int(low)) if low.is_Integer else None
    if start is None:
        return {}
    inner = {**box, term_index: Side(low, oo, Range(start, arb("inf")))}
    if term.is_nonnegative or range_over(term, inner).low >= 0:
        return {"nonnegative": True}
    return {}


def _side(name: Dummy) -> Side:
    if name.is_nonnegative:
        return Side(sympy.S.Zero, oo, Range(arb(0), arb("inf")))
    return Side(-oo, oo, WHOLE)
