"""Values of what binds a symbol: sums, products, integrals, and pieces with conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import mpmath
from flint import acb, arb, ctx, fmpq
from sympy import And, Expr, Integral, Limit, Not, Or, Piecewise, Product, Sum, Symbol
from sympy.core.relational import Equality, Relational, Unequality
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from longlag.theory.balls.analytic import demanding_analytic
from longlag.theory.balls.numbers import (
    UNDEFINED,
    Number,
    add,
    ball,
    compared,
    is_exact,
    is_finite,
    multiply,
    precision,
    settled,
)
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import TooLargeError, evaluate

#: Terms that are added one by one: at first, and where it is asked for.
_terms = [300]
#: The most that is asked for.
MANY_TERMS = 20_000
#: What mpmath's quadrature and its sums are trusted to, in bits, of the bits they work with.
_TRUSTED = 0.6
#: Operations that a function of mpmath, or a quadrature by it, is counted for.
_NOT_CHEAP, _DEAR = 500, 20_000
#: Bits of a ball from which on its middle may stand for it in a quadrature.
_ENOUGH = 20

Point = Mapping[Symbol, Number]


@contextmanager
def adding_up_to(terms: int) -> Iterator[None]:
    """Let sums and products have so many terms; longer ones have no value."""
    before = _terms[0]
    _terms[0] = terms
    try:
        yield
    finally:
        _terms[0] = before


Compile = Callable[[list[Expr]], Any]


@dataclass(frozen=True)
class Node:
    """What values a node at a point, whether it encloses, and about how many operations it is."""

    value: Callable[[Point], Number]
    encloses: bool = True
    cost: int = 1


def node(expression: Any, compile_: Compile) -> Node | None:
    """Return what values a node at points, or None where nothing does.

    Args:
        expression: a Sum, a Product, an Integral, a Piecewise, or a function that Arb lacks.
        compile_: makes a program of a list of expressions.
    """
    if isinstance(expression, Piecewise):
        return _pieces(expression, compile_)
    if isinstance(expression, (Sum, Product)):
        return _repeated(expression, compile_)
    if isinstance(expression, Integral):
        return _integral(expression, compile_)
    if isinstance(expression, Limit):
        return None
    # An integral of longlag's own, such as an average over rates, is a quadrature.
    cost = _DEAR if callable(getattr(expression, "value", None)) else _NOT_CHEAP
    return Node(lambda point: _estimated(lambda at: evaluate(expression, at), point), False, cost)


def _pieces(expression: Piecewise, compile_: Compile) -> Node:
    pieces = [(compile_([piece]), _condition(c, compile_)) for piece, c in expression.args]

    def value(point: Point) -> Number:
        union: Number = None
        for program, condition in pieces:
            holds = condition(point)
            if holds is False:
                continue
            found = program.run(point)[0]
            union = found if union is None else _union(union, found)
            if holds is True:
                return union
        return UNDEFINED

    return Node(
        value,
        all(program.encloses for program, _ in pieces),
        sum(program.cost for program, _ in pieces),
    )


def _union(a: Number, b: Number) -> Number:
    x, y = ball(a), ball(b)
    if isinstance(x, arb) and isinstance(y, arb):
        return x.union(y)
    return acb(x).union(acb(y))


def _condition(condition: Any, compile_: Compile) -> Callable[[Point], bool | None]:
    """What tells at a point whether a condition holds; None where the balls do not tell."""
    if isinstance(condition, (BooleanTrue, BooleanFalse)):
        truth = bool(condition)
        return lambda point: truth
    if isinstance(condition, (And, Or)):
        parts = [_condition(part, compile_) for part in condition.args]
        decisive = isinstance(condition, Or)

        def joined(point: Point) -> bool | None:
            found = [part(point) for part in parts]
            if decisive in found:
                return decisive
            return None if None in found else not decisive

        return joined
    if isinstance(condition, Not):
        inner = _condition(condition.args[0], compile_)

        def negated(point: Point) -> bool | None:
            found = inner(point)
            return None if found is None else not found

        return negated
    if isinstance(condition, Relational):
        program = compile_([condition.lhs, condition.rhs])
        operator = condition.rel_op

        def related(point: Point) -> bool | None:
            a, b = program.run(point)
            return _holds(operator, compared(a, b), ball(a), ball(b))

        return related
    raise LonglagError(
        f"condition {condition}",
        "a piece has a condition of relations",
        "write it with <, <=, &, |",
    )


def _holds(operator: str, sign: int | None, a: Any, b: Any) -> bool | None:
    if sign is None:
        if operator in (Equality.rel_op, Unequality.rel_op) and not a.overlaps(b):
            return bool(operator == Unequality.rel_op)
        if not (isinstance(a, arb) and isinstance(b, arb)):
            return None
        if a >= b and operator in (">=", "<"):
            return bool(operator == ">=")
        if a <= b and operator in ("<=", ">"):
            return bool(operator == "<=")
        return None
    return {
        "<": sign < 0,
        "<=": sign <= 0,
        ">": sign > 0,
        ">=": sign >= 0,
        "==": sign == 0,
        "!=": sign != 0,
    }[operator]


def _repeated(expression: Any, compile_: Compile) -> Node:
    """A sum or a product over its outermost index."""
    index, low, high = expression.limits[-1]
    term, ends = _inside(expression, compile_), compile_([low, high])
    operation, empty = (add, 0) if isinstance(expression, Sum) else (multiply, 1)

    def value(point: Point) -> Number:
        first, last = ends.run(point)
        if not (_is_whole(first) and _is_whole(last)):
            if not is_finite(ball(last)) or not is_finite(ball(first)):
                return _without_end(expression, point)
            return UNDEFINED
        a, b = int(first.p), int(last.p)
        backwards = b < a - 1
        if backwards:
            # Karr's convention, as SymPy's.
            a, b = b + 1, a - 1
        if b - a > _terms[0]:
            return UNDEFINED
        total: Number = fmpq(empty)
        for k in range(a, b + 1):
            total = operation(total, term.value({**point, index: fmpq(k)}))
        if backwards:
            return -total if empty == 0 else 1 / ball(total)
        return total

    infinite = low.is_infinite or high.is_infinite
    return Node(value, term.encloses and not infinite, term.cost * (2000 if infinite else 150))


def _inside(expression: Any, compile_: Compile) -> Node:
    """What stands within the outermost limits: the term, or the same with the inner limits."""
    *inner, _ = expression.limits
    if inner:
        found = node(type(expression)(expression.function, *inner), compile_)
        assert found is not None
        return found
    program = compile_([expression.function])
    return Node(lambda point: program.run(point)[0], program.encloses, program.cost)


def _is_whole(number: Number) -> bool:
    return is_exact(number) and number.q == 1


def _without_end(expression: Any, point: Point) -> Number:
    """A sum or product to infinity, by mpmath's extrapolation."""
    if len(expression.limits) > 1:
        return UNDEFINED
    index, low, high = expression.limits[0]

    def valued(at: Mapping[Symbol, Any]) -> Any:
        ends = [evaluate(low, at), evaluate(high, at)]
        add_up = mpmath.nsum if isinstance(expression, Sum) else mpmath.nprod
        return add_up(lambda k: evaluate(expression.function, {**at, index: k}), ends)

    return _estimated(valued, point)


def _integral(expression: Integral, compile_: Compile) -> Node | None:
    if any(len(limits) != 3 for limits in expression.limits):
        return None
    variable, low, high = expression.limits[-1]
    term, ends = _inside(expression, compile_), compile_([low, high])

    def value(point: Point) -> Number:
        first, last = (ball(end) for end in ends.run(point))
        if not all(isinstance(end, arb) for end in (first, last)):
            return UNDEFINED
        if first.is_finite() and last.is_finite():
            enclosed = _enclosed_integral(term, variable, first, last, point)
            if is_finite(enclosed) and enclosed.rel_accuracy_bits() > _ENOUGH:
                return enclosed
            if not _are_narrow([first, last], point):
                return enclosed
        if not _are_narrow([first, last], point):
            return UNDEFINED
        return _by_quadrature(term, variable, (first, last), point)

    finite = not (low.is_infinite or high.is_infinite)
    return Node(value, term.encloses and finite, term.cost * (300 if finite else 3000))


def _enclosed_integral(term: Node, variable: Symbol, first: arb, last: arb, point: Point) -> Number:
    def integrand(x: acb, analytic: bool) -> acb:
        with demanding_analytic(analytic):
            return acb(ball(term.value({**point, variable: x})))

    tolerance = arb(2) ** -ctx.prec
    return settled_real(
        acb.integral(
            integrand, acb(first), acb(last), rel_tol=tolerance, abs_tol=tolerance, eval_limit=4000
        )
    )


def settled_real(value: acb) -> Number:
    """Return the real part of an integral of a real integrand: its imaginary part is rounding."""
    return value.real if value.imag.contains(0) else settled(value)


def _by_quadrature(term: Node, variable: Symbol, ends: tuple[arb, arb], point: Point) -> Number:
    """An improper integral by the double exponential rule, with a wide estimate of its error."""

    largest = mpmath.mpf(0)

    def integrand(x: Any) -> Any:
        nonlocal largest
        met = to_mpmath(term.value({**point, variable: from_mpmath(x)}))
        largest = max(largest, abs(met))
        return met

    low, high = (to_mpmath(end) for end in ends)
    with mpmath.workprec(ctx.prec):
        try:
            found = [
                mpmath.quad(integrand, [low, *breaks, high], error=True)
                for breaks in _breaks(low, high)
            ]
        except (ValueError, ZeroDivisionError, ArithmeticError):
            return UNDEFINED
        value = found[-1][0]
        if any(isinstance(each, mpmath.mpc) or not mpmath.isfinite(each) for each, _ in found):
            return UNDEFINED
        # The rule's own estimate sees no peak that both of its last two grids miss.
        apart = abs(found[0][0] - value)
        error = max(error for _, error in found) + apart
        wide = error * 1000 + abs(value) * mpmath.ldexp(1, -int(_TRUSTED * ctx.prec))
        # Beside the integrand's own size: one that is tiny everywhere has a tiny integral, too.
        if not wide < abs(value) / 1000 + min(1, largest) * mpmath.mpf(10) ** -8:
            return UNDEFINED
    return arb(from_mpmath(value), from_mpmath(wide))


def _are_narrow(ends: list[Any], point: Point) -> bool:
    """Whether numbers are known well enough for a value at their middles to say something."""
    balls = [ball(number) for number in (*ends, *point.values())]
    return all(not b.is_finite() or b.rel_accuracy_bits() > _ENOUGH for b in balls)


def _breaks(low: Any, high: Any) -> tuple[list[Any], list[Any]]:
    """Where an interval is cut in two ways, so that what happens near its ends is seen."""
    if mpmath.isfinite(low) and mpmath.isfinite(high):
        width = high - low
        return [], [low + width / 1000, low + width / 3, high - width / 1000]
    few, many = (1, 10), (0.01, 0.3, 3, 30, 300)
    if mpmath.isfinite(low):
        return [low + at for at in few], [low + at for at in many]
    if mpmath.isfinite(high):
        return [high - at for at in reversed(few)], [high - at for at in reversed(many)]
    return [-1, 1], [-30, -3, -0.3, 0.3, 3, 30]


def _estimated(valued: Callable[[Mapping[Symbol, Any]], Any], point: Point) -> Number:
    """A value of mpmath, of whose digits half are trusted."""
    bits = ctx.prec
    if not _are_narrow([], point):
        return UNDEFINED
    with mpmath.workprec(bits):
        try:
            value = valued({s: to_mpmath(number) for s, number in point.items()})
        except (LonglagError, TooLargeError, ArithmeticError, ValueError, TypeError):
            return UNDEFINED
        if isinstance(value, mpmath.mpc) or not mpmath.isfinite(value):
            return UNDEFINED
        return arb(from_mpmath(value), from_mpmath(abs(value) * mpmath.ldexp(1, -bits // 2)))


def to_mpmath(number: Number) -> Any:
    """Return the middle of a number as mpmath's.

    >>> to_mpmath(fmpq(1, 2))
    mpf('0.5')
    """
    if is_exact(number):
        return mpmath.mpf(int(number.p)) / int(number.q)
    if isinstance(number, acb):
        return mpmath.mpc(to_mpmath(number.real), to_mpmath(number.imag))
    if not number.is_finite():
        middle = number.mid()
        if middle.is_nan():
            return mpmath.nan
        return mpmath.inf if middle > 0 else -mpmath.inf if middle < 0 else mpmath.nan
    mantissa, exponent = number.mid().man_exp()
    return mpmath.ldexp(mpmath.mpf(int(mantissa)), int(exponent))


def from_mpmath(number: Any) -> Any:
    """Return a number of mpmath as a ball without radius.

    >>> from_mpmath(mpmath.mpf(2))
    2.00000000000000
    """
    if isinstance(number, mpmath.mpc):
        return acb(from_mpmath(number.real), from_mpmath(number.imag))
    if not mpmath.isfinite(number):
        return arb.nan() if mpmath.isnan(number) else arb("inf") * (1 if number > 0 else -1)
    mantissa, exponent = (int(part) for part in number.man_exp)
    with precision(max(ctx.prec, mantissa.bit_length())):
        value = arb(mantissa) * arb(2) ** exponent
    return -value if number < 0 else value
