"""Prove an identity: cancellation, induction over an integer, or a derivative that vanishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy
from sympy import (
    Dummy,
    Expr,
    Integer,
    Product,
    Rational,
    Sum,
    Symbol,
    combsimp,
    expand_log,
    simplify,
)
from sympy.concrete.gosper import gosper_term

from longlag.theory.balls.program import NoEnclosureError, Program
from longlag.theory.balls.ranges import WHOLE, Range
from longlag.theory.verify.argument import Box, Side, side_of
from longlag.theory.verify.axis import Axis
from longlag.theory.verify.budget import Budget, guarded
from longlag.theory.verify.cases import cases
from longlag.theory.verify.continuity import is_continuous
from longlag.theory.verify.induction import advanced
from longlag.theory.verify.integrals import by_limits_of_integral, by_sign_of_symbol
from longlag.theory.verify.nonnegative import Prover, range_over
from longlag.theory.verify.normal import (
    elementary,
    logarithm,
    vanishes_quickly,
    without_gaps,
    without_lambert,
    zero_method,
)
from longlag.theory.verify.principal import by_principal_values
from longlag.theory.verify.question import Question
from longlag.theory.verify.recurrent import by_first_terms
from longlag.theory.verify.residues import by_residues

#: Terms that a step of an induction adds at most.
_MOST_TERMS = 6


def prove_identity(question: Question, budget: Budget) -> str | None:
    """Return by what both sides are equal on the whole domain, or None.

    Args:
        question: an identity.
        budget: how long.
    """
    stated = question.lifted(question.relation.lhs), question.lifted(question.relation.rhs)
    # SymPy takes antiderivatives at the limits even across a pole: such integrals stay symbols.
    lhs, rhs = without_gaps(sympy.Tuple(*stated))
    difference = lhs - rhs
    box = _box(question)

    def show(expression: Expr) -> bool:
        return box is not None and Prover(budget).show(expression, box, 2) is not None

    def is_continuous_between(expression: Expr, ends: dict[Symbol, Expr]) -> bool:
        if box is None:
            return False
        # A symbol that runs as far as another one has no longer the sign of its own domain.
        names = {symbol: Dummy(symbol.name, real=True) for symbol in ends}
        wide = {names.get(s, s): side for s, side in _widened(box, ends).items()}
        return is_continuous(expression.xreplace(names), lambda part: range_over(part, wide))

    signed = [s for s, side in (box or {}).items() if side.low < 0 < side.high]
    strategies: tuple[tuple[float, Callable[..., str | None]], ...] = (
        (0.2, lambda: zero_method_quick(difference)),
        (0.3, lambda: by_cases(difference)),
        (0.3, lambda: by_integers(question, difference)),
        (0.2, lambda: by_principal_values(lhs, rhs, show)),
        (0.2, lambda: by_limits_of_integral(*stated, is_continuous_between)),
        (0.3, lambda: by_sign_of_symbol(difference, signed)),
        (0.3, lambda: by_lambert(question, lhs, rhs)),
        (0.3, lambda: by_logarithms(question, lhs, rhs)),
        (0.3, lambda: by_induction(question, lhs, rhs)),
        (0.3, lambda: by_differences(question, lhs, rhs)),
        (0.2, lambda: by_quotient(lhs, rhs)),
        (0.5, lambda: zero_method(difference)),
        (0.6, lambda: by_derivative(question, difference)),
    )
    for share, strategy in strategies:
        found = budget.part(share, guarded, strategy)
        if found is not None:
            return found
    return None


def by_integers(question: Question, difference: Expr) -> str | None:
    """Prove an identity residue by residue, or from first terms, in an integer or real symbol."""
    for symbol, pieces in question.axes.items():
        if len(pieces) != 1 or pieces[0].listed or pieces[0].high is not None:
            continue
        x, axis = question.assumed[symbol], pieces[0]
        found = by_residues(difference, x, axis.whole)
        if found is None and axis.whole and axis.low is not None:
            found = by_first_terms(difference, x, int(axis.low.p))
        if found is not None:
            return found
    return None


def zero_method_quick(difference: Expr) -> str | None:
    """Return the cheap way in which a difference is zero, or None."""
    return "SymPy, normal form" if vanishes_quickly(difference) else None


def by_lambert(question: Question, lhs: Expr, rhs: Expr) -> str | None:
    """Prove W(a) = b by b e^b = a, and b on the side of −1 where the branch is."""
    for function in (lhs - rhs).atoms(sympy.LambertW):
        argument, branch = function.args[0], function.args[1] if len(function.args) > 1 else 0
        mark = Dummy("W")
        line = (lhs - rhs).xreplace({function: mark})
        if argument.is_Symbol and branch == 0 and _range_on_domain(question, argument).low >= 0:
            at_least_zero = Dummy("w", nonnegative=True)
            written = line.xreplace({mark: at_least_zero})
            written = written.subs(argument, at_least_zero * sympy.exp(at_least_zero))
            if zero_method(written) is not None:
                return "x = w exp(w)"
        if line.has(sympy.LambertW) or branch not in (0, -1):
            continue
        for value in sympy.solve(line, mark):
            found = _range_on_domain(question, value)
            on_branch = found.low >= -1 if branch == 0 else found.high <= -1
            if on_branch and zero_method(value * sympy.exp(value) - argument) is not None:
                return "the equation that Lambert's function solves"
    return None


def by_logarithms(question: Question, lhs: Expr, rhs: Expr) -> str | None:
    """Prove that positive sides are equal by their logarithms, in which powers are products."""

    def is_positive(part: Expr) -> bool:
        return bool(part.is_positive) or bool(_range_on_domain(question, part).low >= 0)

    sides = [elementary(side) for side in (lhs, rhs)]
    if not all(is_positive(side) for side in sides):
        return None
    left, right = (logarithm(sympy.powdenest(side), is_positive) for side in sides)
    difference = sympy.expand(expand_log(left - right))
    if vanishes_quickly(difference) or zero_method(without_lambert(difference)) is not None:
        return "logarithms of both sides"
    return None


def by_quotient(lhs: Expr, rhs: Expr) -> str | None:
    """Prove an identity by a quotient whose gamma functions and sines cancel."""
    if rhs == 0:
        return None
    quotient = sympy.gammasimp(lhs / rhs)
    if quotient == 1 or sympy.simplify(quotient) == 1:
        return "SymPy, the quotient of both sides"
    return None


def by_cases(difference: Expr) -> str | None:
    """Prove an identity for each sign of what stands in absolute values, steps and maxima."""
    told = 0
    for _, case in cases(difference):
        if zero_method(case) is None:
            return None
        told += 1
    return f"{told} cases by signs" if told else None


def _counters(question: Question) -> Iterator[tuple[Symbol, Axis]]:
    """The integer symbols that run from somewhere to infinity, in the lifted names."""
    for symbol, pieces in question.axes.items():
        if len(pieces) == 1 and pieces[0].whole and pieces[0].low is not None:
            yield question.assumed[symbol], pieces[0]


def by_induction(question: Question, lhs: Expr, rhs: Expr) -> str | None:
    """Prove an identity by induction over the upper end of its sums or products.

    The base is the first value. In the step, a sum up to n + 1 is the sum up to n and new terms, a
    product likewise; the sum up to n is what the hypothesis says, where it stands alone.
    """
    for n, axis in _counters(question):
        assert axis.low is not None
        nodes = [e for e in (lhs - rhs).atoms(Sum, Product) if n in e.free_symbols]
        if not nodes or any(n in e.function.free_symbols for e in nodes):
            continue
        first = Integer(int(axis.low.p))
        base = (lhs - rhs).subs(n, first).doit()
        if not vanishes_quickly(base) and simplify(base) != 0:
            continue
        if _step_holds(lhs - rhs, n, nodes):
            return f"induction on {n.name}"
    return None


def _step_holds(difference: Expr, n: Symbol, nodes: list[Expr]) -> bool:
    now: dict[Expr, Expr] = {}
    after: dict[Expr, Expr] = {}
    for i, node in enumerate(nodes):
        opaque = Dummy(f"S{i}", real=True, nonzero=True)
        grown = _grown(node, n, opaque)
        if grown is None:
            return False
        now[node], after[node] = opaque, grown
    here = difference.xreplace(now)
    there = advanced(difference, n, after)
    if len(nodes) == 1:
        (opaque,) = now.values()
        solutions = sympy.solve(here, opaque) if here.is_polynomial(opaque) else []
        if len(solutions) == 1:
            stepped = there.xreplace({opaque: solutions[0]})
            return zero_method(stepped) is not None
    return zero_method(there - here) is not None


def _grown(node: Expr, n: Symbol, opaque: Symbol) -> Expr | None:
    """A sum or product at n + 1, in terms of that at n."""
    if len(node.limits) != 1:
        return None
    index, low, high = node.limits[0]
    count = simplify(high.subs(n, n + 1) - high)
    start = simplify(low.subs(n, n + 1) - low)
    if start != 0 or not (count.is_Integer and 0 < count <= _MOST_TERMS):
        return None
    new = [node.function.subs(index, high + j) for j in range(1, int(count) + 1)]
    return opaque + sympy.Add(*new) if isinstance(node, Sum) else opaque * sympy.Mul(*new)


def by_differences(question: Question, lhs: Expr, rhs: Expr) -> str | None:
    """Prove a hypergeometric sum whose terms depend on n (Wilf and Zeilberger, by Gosper's sums).

    With F(n, k) = term/rhs, F(n + 1, k) − F(n, k) = G(n, k + 1) − G(n, k), so that the sum of F
    does not depend on n; what the ends leave is checked, and the first value.
    """
    for whole, other in ((lhs, rhs), (rhs, lhs)):
        if not (isinstance(whole, Sum) and len(whole.limits) == 1) or other == 0:
            continue
        index, low, high = whole.limits[0]
        k = Dummy("k", integer=True, nonnegative=True)
        for n, axis in _counters(question):
            if n not in whole.function.free_symbols or axis.low is None:
                continue
            term = (whole.function / other).subs(index, k)
            change = combsimp(term.subs(n, n + 1) - term)
            ratio = gosper_term(change, k)
            if ratio is None:
                continue
            grown = change * ratio
            ends = grown.subs(k, high + 1) - grown.subs(k, low)
            new = simplify(high.subs(n, n + 1) - high)
            if not (new.is_Integer and 0 <= new <= _MOST_TERMS) or n in low.free_symbols:
                continue
            ends += sympy.Add(
                *[term.subs(n, n + 1).subs(k, high + j) for j in range(1, int(new) + 1)]
            )
            base = (whole - other).subs(n, Integer(int(axis.low.p))).doit()
            if combsimp(sympy.expand_func(ends)) == 0 and simplify(base) == 0:
                return f"Gosper's sum of the differences in {n.name}"
    return None


def by_derivative(question: Question, difference: Expr) -> str | None:
    """Prove an identity by a derivative that vanishes on an interval, and one value.

    The difference must have a value all over the domain: a jump has a derivative that vanishes too.
    """
    for symbol, pieces in question.axes.items():
        if len(pieces) != 1 or pieces[0].whole or pieces[0].listed:
            continue
        x = question.assumed[symbol]
        slope = sympy.diff(difference, x)
        if slope.has(sympy.Derivative) or zero_method(slope) is None:
            continue
        if not _is_continuous(question, difference):
            continue
        for value in pieces[0].special():
            at = difference.subs(x, Rational(int(value.p), int(value.q)))
            if at.is_finite is not False and zero_method(at) is not None:
                return f"its derivative in {symbol} vanishes, and it vanishes at {symbol} = {value}"
    return None


def _is_continuous(question: Question, difference: Expr) -> bool:
    """Whether it has neither jumps nor poles on the whole domain."""
    return is_continuous(difference, lambda part: _range_on_domain(question, part))


def _box(question: Question) -> Box | None:
    """The domain as a box of lifted symbols; None where it is of several pieces."""
    if any(len(pieces) > 1 for pieces in question.axes.values()):
        return None
    return {question.assumed[s]: side_of(pieces[0]) for s, pieces in question.axes.items()}


def _widened(box: Box, ends: dict[Symbol, Expr]) -> Box:
    """A box in which symbols reach as far as others, with all that lies between."""
    wide = dict(box)
    for symbol, other in ends.items():
        range_ = range_over(other, box)
        low = sympy.Min(box[symbol].low, box[other].low) if other in box else other
        high = sympy.Max(box[symbol].high, box[other].high) if other in box else other
        here = box[symbol].range
        wide[symbol] = Side(
            low, high, Range(min(here.low, range_.low), max(here.high, range_.high))
        )
    return wide


def _range_on_domain(question: Question, part: Expr) -> Range:
    """A range that holds an expression, in lifted symbols, on the first piece of the domain."""
    names = {lifted: symbol for symbol, lifted in question.assumed.items()}
    box = {symbol: pieces[0].range() for symbol, pieces in question.axes.items()}
    if any(len(pieces) > 1 for pieces in question.axes.values()):
        return WHOLE
    try:
        return Program([part.xreplace(names)]).over(box)[0]
    except NoEnclosureError:
        return WHOLE


__all__ = ["prove_identity"]
