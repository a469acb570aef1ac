"""Prove that an expression is nowhere negative on a box: signs, polynomials, derivatives, covers.

The argument goes down: an expression that rises in a symbol is nowhere negative if it is not on the
lower face of the box, where one symbol less is left. Factors with a known sign are taken off first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from flint import arb
from sympy import Expr, Mul, Pow, S, Symbol, oo

from longlag.theory.balls.numbers import precision
from longlag.theory.balls.program import NoEnclosureError, Program
from longlag.theory.balls.ranges import WHOLE, Range
from longlag.theory.verify.algebraic import algebraic_sign, polynomial_sign
from longlag.theory.verify.argument import Box, Side, SignProof
from longlag.theory.verify.budget import Budget
from longlag.theory.verify.comparisons import (
    by_one_exponential,
    in_arguments,
    in_logarithms,
    without_logarithms,
)
from longlag.theory.verify.continuity import is_continuous
from longlag.theory.verify.ends import limit_at_end, one_sided_limit
from longlag.theory.verify.normal import vanishes_quickly

#: Derivatives that are taken one after another: few at first, since most signs take few.
DEPTHS = (0, 1, 2, 3, 5, 7)
#: Derivatives that the fall of a slope may take.
_BENDS = 3
#: An expression with more parts is not differentiated once more.
_MOST_PARTS = 700
_BITS = 64


class Prover:
    """Proves signs on boxes within a budget, and remembers what it tried.

    Args:
        budget: how long.
    """

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._tried: dict[tuple[Expr, tuple[Any, ...]], tuple[int, SignProof | None]] = {}

    def show(self, expression: Expr, box: Box, most: int = DEPTHS[-1]) -> SignProof | None:
        """Return why an expression is nowhere negative on a box, by few derivatives if it can be.

        Args:
            expression: in the symbols of the box.
            box: sides for its symbols.
            most: derivatives that may be taken.
        """
        for depth in DEPTHS:
            if depth > most:
                return None
            found = self.nonnegative(expression, box, depth)
            if found is not None:
                return found
        return None

    def nonnegative(self, expression: Expr, box: Box, depth: int) -> SignProof | None:
        """Return why an expression is nowhere negative on a box, or None.

        Args:
            expression: in the symbols of the box.
            box: sides for its symbols.
            depth: how many derivatives may still be taken.
        """
        if self.budget.is_spent:
            return None
        known = tuple((s, box[s].low, box[s].high) for s in sorted(box, key=str))
        key = (expression, known)
        deepest, found = self._tried.get(key, (-1, None))
        if found is not None or deepest >= depth:
            return found
        self._tried[key] = depth, None
        found = self._new(expression, box, depth)
        self._tried[key] = depth, found
        return found

    def _new(self, expression: Expr, box: Box, depth: int) -> SignProof | None:
        if expression.is_number:
            return _sign_of_number(expression)
        if expression.is_nonnegative:
            return SignProof(["signs of its terms"])
        if range_over(expression, box).low >= 0:
            return SignProof(["signs of its terms"])
        core = self._core(expression, box)
        if core is None:
            return SignProof(["signs of its factors"])
        if core == 0:
            return SignProof(["cancellation"])
        if core != expression and core.is_number:
            return _sign_of_number(core)
        if range_over(core, box).low >= 0:
            return SignProof(["signs of its terms"])
        found = (
            self._polynomial(core, box)
            or self._algebraic(core, box)
            or self._in_exponentials(core, box)
        )
        if found is not None:
            return found
        if depth > 0:
            found = self._by_comparison(core, box, depth)
            if found is not None:
                return found
            # As it stands a form has its limits; multiplied out it is differentiated away.
            for form in (expression, core) if core != expression else (core,):
                if not is_continuous(form, lambda part: self.signed_range(part, box)):
                    continue
                symbols = sorted(form.free_symbols & set(box), key=str)
                for direction in (1, -1):
                    for symbol in symbols:
                        proof = self._by_slope(form, box, symbol, direction, depth)
                        if proof is not None:
                            return proof
                for symbol in symbols:
                    proof = self._by_hump(form, box, symbol, depth)
                    if proof is not None:
                        return proof
        return None

    def _core(self, expression: Expr, box: Box) -> Expr | None:
        """What is left when factors of known sign are taken off; None where nothing negative is."""
        written = sympy.factor_terms(sympy.together(expression))
        top, bottom = sympy.fraction(written)
        if len(list(sympy.preorder_traversal(top))) < _MOST_PARTS:
            try:
                top = sympy.factor(sympy.expand(top))
            except (sympy.PolynomialError, NotImplementedError, ZeroDivisionError):
                top = sympy.factor_terms(sympy.expand(top))
        sign, rest = 1, S.One
        # Below the line a factor has the sign that it has above.
        for factor, power in (*_factors(top), *_factors(bottom)):
            if power.is_even:
                continue
            found = range_over(factor, box)
            if found.low >= 0 or factor.is_nonnegative:
                continue
            if found.high <= 0 or factor.is_nonpositive:
                sign = -sign
                continue
            rest = rest * factor
        if rest == 1:
            return None if sign > 0 else -S.One
        return sign * rest

    def _polynomial(self, expression: Expr, box: Box) -> SignProof | None:
        free = expression.free_symbols
        if len(free) != 1:
            return None
        (x,) = free
        if not expression.is_polynomial(x):
            return None
        polynomial = sympy.Poly(expression, x)
        if not polynomial.domain.is_QQ and not polynomial.domain.is_ZZ:
            return None
        side = box[x]
        if not (side.low.is_rational or side.low.is_infinite):
            return None
        if not (side.high.is_rational or side.high.is_infinite):
            return None
        return polynomial_sign(polynomial, side)

    def _algebraic(self, expression: Expr, box: Box) -> SignProof | None:
        """Decide roots of polynomials in one symbol by the roots of the norm."""
        free = expression.free_symbols
        if len(free) != 1 or not expression.atoms(Pow):
            return None
        (x,) = free
        return algebraic_sign(expression, x, box[x])

    def _in_exponentials(self, expression: Expr, box: Box) -> SignProof | None:
        """Decide what is a polynomial in the exponential of its only symbol."""
        free = expression.free_symbols
        if len(free) != 1 or not expression.has(sympy.exp):
            return None
        (x,) = free
        powers = [e for e in expression.atoms(sympy.exp) if x in e.free_symbols]
        rates = [sympy.expand(e.exp / x) for e in powers]
        if not powers or not all(rate.is_Rational for rate in rates) or box[x].low not in (0, -oo):
            return None
        root = sympy.ilcm(1, *[rate.q for rate in rates])
        base = sympy.Dummy("t", positive=True)
        written = expression.xreplace(
            {e: base ** int(rate * root) for e, rate in zip(powers, rates, strict=True)}
        )
        if x in written.free_symbols or box[x].high != oo:
            return None
        start = S.One if box[x].low == 0 else S.Zero
        side = Side(start, oo, Range(arb(int(start)), arb("inf")))
        return self.nonnegative(written, {base: side}, 0)

    def signed_range(self, part: Expr, box: Box) -> Range:
        """Return a range that holds a part on a box, cut at 0 where its sign is shown.

        Args:
            part: in the symbols of the box.
            box: a side for each of them.
        """
        found = range_over(part, box)
        if found.low < 0 < found.high:
            if self.nonnegative(part, box, 1) is not None:
                return Range(arb(0), found.high)
            if self.nonnegative(-part, box, 1) is not None:
                return Range(found.low, arb(0))
        return found

    def _by_comparison(self, core: Expr, box: Box, depth: int) -> SignProof | None:
        """Compare two terms by their logarithms, or logarithms by their arguments."""

        def show(expression: Expr, box: Box) -> SignProof | None:
            return self.nonnegative(expression, box, depth - 1)

        found = by_one_exponential(core, box, show)
        if found is not None:
            return found
        quotient = in_logarithms(core, lambda part: _is_nonnegative(part, box))
        if quotient is not None:
            found = show(quotient, box)
            return None if found is None else found.note("logarithms of two terms")
        difference = without_logarithms(core, lambda part: self.signed_range(part, box).low >= 0)
        if difference is not None:
            found = show(difference, box)
            return None if found is None else found.note("arguments of logarithms")
        difference = in_arguments(core, lambda part: _is_nonnegative(part, box))
        found = None if difference is None else show(difference, box)
        return None if found is None else found.note("arguments of a monotone function")

    def _by_slope(
        self, expression: Expr, box: Box, symbol: Symbol, direction: int, depth: int
    ) -> SignProof | None:
        """Whether what is continuous rises (or falls), and is not negative where it is least."""
        if len(list(sympy.preorder_traversal(expression))) > _MOST_PARTS:
            return None
        side = box[symbol]
        end = side.low if direction > 0 else side.high
        face = self._at_face(expression, box, symbol, end, direction)
        if face is None or self._fails_somewhere(face, box):
            return None
        slope = direction * sympy.diff(expression, symbol)
        if slope.has(sympy.Derivative, sympy.Subs) or self._fails_somewhere(slope, box):
            return None
        rises = self.nonnegative(slope, box, depth - 1)
        if rises is None:
            return None
        rest = {s: side for s, side in box.items() if s is not symbol}
        least = self.nonnegative(face, rest, depth)
        if least is None:
            return None
        return rises.joined(least).note("signs of derivatives")

    def _by_hump(self, expression: Expr, box: Box, symbol: Symbol, depth: int) -> SignProof | None:
        """Whether what is continuous rises and then falls, and is not negative at either end.

        It does where its slope, without factors of known sign, falls.
        """
        side = box[symbol]
        ends = [
            self._at_face(expression, box, symbol, end, direction)
            for end, direction in ((side.low, 1), (side.high, -1))
        ]
        if any(end is None or self._fails_somewhere(end, box) for end in ends):
            return None
        slope = self._core(sympy.diff(expression, symbol), box)
        if slope is None or slope == 0 or slope.has(sympy.Derivative, sympy.Subs):
            return None
        bend = -sympy.diff(slope, symbol)
        if self._fails_somewhere(bend, box):
            return None
        falls = self.nonnegative(bend, box, min(depth - 1, _BENDS))
        rest = {s: side for s, side in box.items() if s is not symbol}
        for end in ends:
            least = None if falls is None or end is None else self.nonnegative(end, rest, depth)
            if falls is None or least is None:
                return None
            falls = falls.joined(least)
        return None if falls is None else falls.note("a hump between its ends")

    def _fails_somewhere(self, expression: Expr, box: Box) -> bool:
        """Whether an expression is negative at one of a few points: then no proof is sought."""
        free = expression.free_symbols & set(box)
        try:
            program = Program([expression])
        except NoEnclosureError:
            return True
        with precision(_BITS):
            for shares in _SHARES:
                point = {
                    s: _inner_point(box[s], shares[i % 3])
                    for i, s in enumerate(sorted(free, key=str))
                }
                found = program.over({s: Range(v, v) for s, v in point.items()})[0]
                if found.high < 0:
                    return True
        return False

    def _at_face(
        self, expression: Expr, box: Box, symbol: Symbol, end: Expr, direction: int
    ) -> Expr | None:
        """The expression at an end of a symbol: its value, or its limit."""
        if end.is_infinite:
            return limit_at_end(expression, symbol, end)
        try:
            value = expression.subs(symbol, end)
        except (ZeroDivisionError, ValueError, TypeError):
            return None
        if value.has(S.NaN, S.ComplexInfinity, oo, -oo) or value.is_finite is False:
            if expression.free_symbols == {symbol}:
                return one_sided_limit(expression, symbol, end, direction)
            return None
        return S.Zero if vanishes_quickly(value) else value


#: Where an expression is tried before a proof of its sign is sought: shares of a side.
_SHARES = (
    (0.5, 0.5, 0.5),
    (0.01, 0.99, 0.5),
    (0.99, 0.01, 0.3),
    (0.2, 0.8, 0.05),
    (0.001, 0.001, 0.999),
    (0.999, 0.999, 0.9),
)


def _inner_point(side: Side, share: float) -> Any:
    low, high = side.range.low, side.range.high
    part = arb(share)
    if low.is_finite() and high.is_finite():
        return (low + (high - low) * part).mid()
    if low.is_finite():
        return (low + part / (1 - part)).mid()
    if high.is_finite():
        return (high - part / (1 - part)).mid()
    return ((part - arb(0.5)) * 20).mid()


def range_over(expression: Expr, box: Box) -> Range:
    """Return a range that holds an expression on a box.

    Args:
        expression: in the symbols of the box.
        box: a side for each of them.
    """
    try:
        program = Program([expression])
    except NoEnclosureError:
        return WHOLE
    if not program.encloses:
        return WHOLE
    with precision(_BITS):
        return program.over({s: box[s].range for s in program.symbols})[0]


def _is_nonnegative(part: Expr, box: Box) -> bool:
    return bool(part.is_nonnegative) or bool(range_over(part, box).low >= 0)


def _factors(expression: Expr) -> Iterator[tuple[Expr, Expr]]:
    for factor in Mul.make_args(expression):
        if isinstance(factor, Pow) and factor.exp.is_Integer:
            yield factor.base, factor.exp
        else:
            yield factor, S.One


def _sign_of_number(number: Expr) -> SignProof | None:
    if number.is_nonnegative or vanishes_quickly(number):
        return SignProof(["a number"])
    try:
        program = Program([number])
    except NoEnclosureError:
        return None
    if not program.encloses:
        return None
    for bits in (64, 256, 1024):
        with precision(bits):
            found = program.over({})[0]
        if found.low >= 0:
            return SignProof(["a number"])
        if found.high < 0:
            return None
    return SignProof(["a number"]) if sympy.simplify(number) == 0 else None


__all__ = ["DEPTHS", "Prover", "range_over"]
