"""Prove or certify a bound lhs ≤ rhs on its whole domain.

The bound is taken apart at maxima and absolute values; then the difference, or the logarithm of the
quotient where both sides are positive, is shown to be nowhere negative: by signs of derivatives, by
a cover, after a change to quotients of symbols where both sides agree on a line, and by induction
where it holds at integers alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product
from typing import Any

import sympy
from flint import arb, fmpq
from sympy import Abs, Expr, Integer, Max, Min, Rational, Symbol, log

from longlag.theory.balls.numbers import ball, is_finite
from longlag.theory.balls.program import NoEnclosureError, Program, value
from longlag.theory.balls.ranges import Range
from longlag.theory.statement import Level
from longlag.theory.verify import induction
from longlag.theory.verify.argument import Box, Proof, Side
from longlag.theory.verify.axis import Axis
from longlag.theory.verify.budget import Budget
from longlag.theory.verify.cases import ordered, switched, switches
from longlag.theory.verify.counterexample import simpler
from longlag.theory.verify.cover import Cover, Covering
from longlag.theory.verify.nonnegative import DEPTHS, Prover, limit_of, range_over
from longlag.theory.verify.normal import elementary, logarithm, vanishes_quickly
from longlag.theory.verify.question import Point, Question
from longlag.theory.verify.shown import Shown, both

#: A bound with more maxima and absolute values than this is left whole.
_MOST_PARTS = 8
#: Integers that are taken out of an argument.
_MOST_STEPS = 20
#: Functions that a step of one reduces to simpler ones.
_STEPPING = (sympy.gamma, sympy.loggamma, sympy.polygamma, sympy.digamma, sympy.harmonic,
             sympy.factorial)  # fmt: skip
#: Points at which both sides may agree, and short points near each, that are looked at.
_MOST_TOUCHING, _MOST_NEAR = 10, 6


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
    for left, right in _parts(*sides):
        for pieces in product(*question.axes.values()):
            found = _show(left, right, pieces, budget, touching)
            if found is None:
                return None
            shown.append(found)
    level = Level.CERTIFIED if any(s.level is Level.CERTIFIED for s in shown) else Level.PROVED
    methods = list(dict.fromkeys(s.method for s in shown))
    return Shown(level, "; ".join(methods), tuple(c for s in shown for c in s.covers))


def _parts(lhs: Expr, rhs: Expr) -> list[tuple[Expr, Expr]]:
    """Take a bound apart: max(a, b) ≤ c is a ≤ c and b ≤ c, |a| ≤ c is ±a ≤ c."""
    waiting = [(lhs, rhs)]
    parts: list[tuple[Expr, Expr]] = []
    while waiting:
        left, right = waiting.pop()
        if len(waiting) + len(parts) > _MOST_PARTS:
            return [(lhs, rhs)]
        if isinstance(left, Max):
            waiting += [(part, right) for part in left.args]
        elif isinstance(right, Min):
            waiting += [(left, part) for part in right.args]
        elif isinstance(left, Abs):
            waiting += [(left.args[0], right), (-left.args[0], right)]
        else:
            parts.append((left, right))
    return parts[::-1]


def side_of(axis: Axis) -> Side:
    """Return an axis as a side of a box."""
    if axis.listed:
        low, high = (Rational(int(v.p), int(v.q)) for v in (axis.listed[0], axis.listed[-1]))
        return Side(low, high, axis.range())
    return Side(*axis.ends, axis.range())


def _show(
    lhs: Expr,
    rhs: Expr,
    pieces: tuple[Axis, ...],
    budget: Budget,
    touching: tuple[Point, ...],
) -> Shown | None:
    renamed = {axis.symbol: sympy.Dummy(axis.symbol.name, **_known(axis)) for axis in pieces}
    left, right = elementary(lhs).xreplace(renamed), elementary(rhs).xreplace(renamed)
    box = {renamed[axis.symbol]: side_of(axis) for axis in pieces}
    counters = tuple(renamed[a.symbol] for a in pieces if a.whole and a.low is not None)
    near = [{renamed[s]: v for s, v in point.items() if s in renamed} for point in touching]
    attempt = _Attempt(left, right, box, counters, near, budget)
    for share, strategy in (
        (0.2, lambda: attempt.by_signs(DEPTHS[:3])),
        (0.25, attempt.by_signs_in_parts),
        (0.3, attempt.by_sides_of_switches),
        (0.3, attempt.by_order_of_symbols),
        (0.3, attempt.by_homogeneity),
        (0.35, attempt.by_quotients_of_symbols),
        (0.3, lambda: attempt.by_signs(DEPTHS[3:])),
        (0.5, attempt.by_cover),
        (0.5, attempt.by_steps_of_one),
        (0.8, attempt.by_induction),
    ):
        found = budget.part(share, _guarded, strategy)
        if found is not None:
            return found
    return None


def _guarded(strategy: Callable[[], Shown | None]) -> Shown | None:
    """Run a strategy; what SymPy raises on odd expressions only means that nothing is shown."""
    try:
        return strategy()
    except (ValueError, TypeError, NotImplementedError, AttributeError, ArithmeticError,
            RecursionError, IndexError, KeyError, AssertionError, NoEnclosureError,
            sympy.SympifyError, sympy.polys.polyerrors.BasePolynomialError):  # fmt: skip
        return None


def _known(axis: Axis) -> dict[str, bool]:
    known = {"real": True}
    if axis.low is not None and (axis.low > 0 or (axis.low == 0 and axis.low_open)):
        known["positive"] = True
    elif axis.low is not None and axis.low == 0:
        known["nonnegative"] = True
    return known


@dataclass
class _Attempt:
    lhs: Expr
    rhs: Expr
    box: Box
    counters: tuple[Symbol, ...]
    touching: list[dict[Symbol, fmpq]]
    budget: Budget

    def forms(self) -> Iterator[Expr]:
        """What is to be nowhere negative: the difference, the logarithm of the quotient."""
        yield self.rhs - self.lhs
        if all(self._is_positive(side) for side in (self.lhs, self.rhs)):
            yield logarithm(self.rhs, self._is_positive) - logarithm(self.lhs, self._is_positive)

    def _is_positive(self, expression: Expr) -> bool:
        if expression.is_positive:
            return True
        # Where a side vanishes inside, the bound follows from the points around, by continuity.
        return bool(range_over(expression, self.box).low >= 0)

    def by_signs(self, depths: Sequence[int] = DEPTHS) -> Shown | None:
        """Prove by symbols and derivatives."""
        prover = Prover(self.budget)
        for depth in depths:
            for form in self.forms():
                proof = prover.nonnegative(form, self.box, depth)
                if proof is not None:
                    return _shown(proof)
        return None

    def by_signs_in_parts(self) -> Shown | None:
        """Prove by symbols and derivatives between the points where both sides agree."""
        prover = Prover(self.budget)
        cut = [(form, self._cut_boxes(form)) for form in self.forms()]
        for depth in DEPTHS:
            for form, boxes in cut:
                if len(boxes) == 1:
                    continue
                total = Proof()
                for box in boxes:
                    proof = prover.nonnegative(form, box, depth)
                    if proof is None:
                        break
                    total = total.joined(proof)
                else:
                    return _shown(total.note("the domain cut where both sides agree"))
        return None

    def by_sides_of_switches(self) -> Shown | None:
        """Prove on either side of the numbers at which maxima, moduli and pieces switch."""
        form = self.rhs - self.lhs
        found = switches(form)
        roots = [_single_root(switch) for switch in found]
        if not found or any(root is None for root in roots):
            return None
        total = Proof()
        for signs in product((-1, 1), repeat=len(found)):
            box: dict[Symbol, Side] | None = dict(self.box)
            for sign, root in zip(signs, roots, strict=True):
                assert root is not None
                box = None if box is None else _one_side(box, *root, sign)
            if box is None:
                continue
            case = switched(form, dict(zip(found, signs, strict=True)))
            proof = Prover(self.budget).show(case, box)
            if proof is None:
                return None
            total = total.joined(proof)
        return _shown(total.note("either side of every switch"))

    def by_order_of_symbols(self) -> Shown | None:
        """Prove for x ≥ y, as x = y + d, and for x ≤ y, where maxima and moduli ask which is."""
        pairs = [ordered(u) for u in switches(self.rhs - self.lhs)]
        if len(pairs) != 1 or pairs[0] is None:
            return None
        if not all(_is_half_line(self.box[s]) for s in pairs[0]):
            return None
        form = self.rhs - self.lhs
        total = Proof()
        for larger, smaller in (pairs[0], pairs[0][::-1]):
            more = sympy.Dummy("d", nonnegative=True)
            box = {**{s: v for s, v in self.box.items() if s is not larger}}
            box[more] = Side(Integer(0), sympy.oo, Range(arb(0), arb("inf")))
            case = switched(form, {_difference(pairs[0]): 1 if larger is pairs[0][0] else -1})
            proof = Prover(self.budget).show(case.subs(larger, smaller + more), box)
            if proof is None:
                proof = self._homogeneous(case, larger, smaller)
            if proof is None:
                return None
            total = total.joined(proof)
        return _shown(total.note("either order of two symbols"))

    def _homogeneous(self, case: Expr, larger: Symbol, smaller: Symbol) -> Proof | None:
        """Show a sign for smaller = r larger, r from 0 to 1, where the larger one is a factor."""
        ratio = sympy.Dummy("r", nonnegative=True)
        scaled = sympy.factor_terms(sympy.simplify(case.subs(smaller, ratio * larger)))
        shape = sympy.simplify(scaled / larger)
        if larger in shape.free_symbols:
            return None
        unit = Side(Integer(0), Integer(1), Range(arb(0), arb(1)))
        rest = {s: v for s, v in self.box.items() if s not in (larger, smaller)}
        return Prover(self.budget).show(shape, {**rest, ratio: unit})

    def by_homogeneity(self) -> Shown | None:
        """Prove for y = r x, where x drops out but for a power."""
        symbols = [s for s, side in self.box.items() if _is_half_line(side)]
        for x, y in pairwise(symbols):
            ratio = sympy.Dummy("r", positive=True)
            scaled = sympy.powsimp(
                sympy.powdenest(sympy.factor_terms((self.rhs - self.lhs).subs(y, ratio * x)))
            )
            shape = _without_power(sympy.simplify(scaled), x)
            if shape is None:
                continue
            rest = {s: side for s, side in self.box.items() if s not in (x, y)}
            other = _Attempt(
                sympy.S.Zero, shape, {**rest, ratio: self.box[y]}, (),
                [{ratio: fmpq(1)}], self.budget,
            )  # fmt: skip
            shown = other.by_signs() or other.by_signs_in_parts() or other.by_cover()
            if shown is not None:
                return both(f"{y.name} as a multiple of {x.name}; {shown.method}", shown)
        return None

    def by_quotients_of_symbols(self) -> Shown | None:
        """Prove after y = r x, with r ≤ 1 and r ≥ 1, where both symbols are positive."""
        symbols = [s for s, side in self.box.items() if _is_half_line(side)]
        if len(symbols) < 2:
            return None
        x, y = symbols[0], symbols[1]
        if not vanishes_quickly((self.rhs - self.lhs).subs(y, x)):
            return None
        ratio = sympy.Dummy("r", positive=True)
        prover = Prover(self.budget)
        total = Proof()
        for side in (
            Side(Integer(0), Integer(1), Range(arb(0), arb(1))),
            Side(Integer(1), sympy.oo, Range(arb(1), arb("inf"))),
        ):
            box = {**{s: v for s, v in self.box.items() if s is not y}, ratio: side}
            proof = None
            for form in self.forms():
                changed = sympy.expand_log(sympy.powsimp(form.subs(y, ratio * x)))
                proof = prover.show(changed, box)
                if proof is not None:
                    break
            if proof is None:
                return None
            total = total.joined(proof)
        return _shown(total.note(f"quotient of {y.name} and {x.name}"))

    def by_cover(self) -> Shown | None:
        """Certify by boxes, the domain cut where both sides agree."""
        forms = list(self.forms())
        for form in reversed(forms):
            covers = []
            for box in self._cut_boxes(form):
                cover = self._cover(form, box)
                if cover is None:
                    break
                covers.append(cover)
            else:
                return Shown(Level.CERTIFIED, _cover_text(covers), tuple(covers))
        return None

    def _cut_boxes(self, form: Expr) -> Sequence[Box]:
        """The box, cut at points where the form is known to vanish."""
        cuts: dict[Symbol, set[Expr]] = {s: set() for s in self.box}
        for exact in self._agreeing(form):
            for s, number in exact.items():
                if self.box[s].low < number < self.box[s].high and len(cuts[s]) < 3:
                    cuts[s].add(number)
        boxes: list[dict[Symbol, Side]] = [{}]
        for s, side in self.box.items():
            ends = [side.low, *sorted(cuts[s]), side.high]
            parts = [_side_between(a, b, side) for a, b in pairwise(ends)]
            boxes = [{**box, s: part} for box in boxes for part in parts]
        return boxes

    def _agreeing(self, form: Expr) -> Iterator[dict[Symbol, Rational]]:
        """Short points near those at which both sides seem to agree, where the form vanishes."""
        program = Program([form])
        seen: set[tuple[Rational, ...]] = set()
        for point in self.touching[:_MOST_TOUCHING]:
            symbols = list(point)
            choices = [list(islice(_near(point[s]), _MOST_NEAR)) for s in symbols]
            for values in islice(product(*choices), _MOST_NEAR**2):
                pairs = zip(symbols, values, strict=True)
                near = {s: Rational(int(v.p), int(v.q)) for s, v in pairs}
                key = tuple(near.values())
                if key in seen:
                    continue
                seen.add(key)
                found = program.at(dict(zip(symbols, values, strict=True)), 200)[0]
                if not is_finite(found) or not ball(found).contains(0):
                    continue
                if vanishes_quickly(sympy.simplify(form.subs(near))):
                    yield near

    def _cover(self, form: Expr, box: Box) -> Cover | None:
        prover = Prover(self.budget)
        names = {s: s for s in box}
        faces: dict[tuple[Symbol, int, int], bool] = {}
        closers = [0]

        def on_face(symbol: Symbol, end: int, order: int) -> bool:
            key = (symbol, end, order)
            if key not in faces:
                side = box[symbol]
                at = side.low if end < 0 else side.high
                derivative = sympy.diff(form, symbol, order) if order else form
                faces[key] = False
                if at.is_finite:
                    face = derivative.subs(symbol, at) * (1 if end < 0 or order % 2 == 0 else -1)
                    rest = {s: v for s, v in box.items() if s is not symbol}
                    if vanishes_quickly(face):
                        faces[key] = True
                    elif not face.has(sympy.nan, sympy.zoo, sympy.oo):
                        faces[key] = prover.nonnegative(face, rest, 3) is not None
            return faces[key]

        def closer(part: Any) -> bool:
            closers[0] += 1
            if closers[0] > 12:
                return False
            sides = {
                names[s]: Side(_exact_end(r.low, box[s]), _exact_end(r.high, box[s]), r)
                for s, r in part.items()
            }
            return prover.nonnegative(form, sides, 3) is not None

        ranges = {s: side.range for s, side in box.items()}
        return Covering(
            form, ranges, self.budget.boxes, on_face, lambda: self.budget.is_spent, closer
        ).run()

    def by_steps_of_one(self) -> Shown | None:
        """Prove by D(x) ≥ D(x + 1), which loses its gamma functions, and the limit of D."""
        if not (self.rhs - self.lhs).has(*_STEPPING):
            return None
        prover = Prover(self.budget)
        for form in self.forms():
            for x, side in self.box.items():
                if side.high != sympy.oo or x not in form.free_symbols:
                    continue
                step = without_steps(form, x)
                if step is None:
                    continue
                falls = prover.show(step, self.box)
                limit = None if falls is None else limit_of(form, x)
                if falls is None or limit is None:
                    continue
                rest = {s: v for s, v in self.box.items() if s is not x}
                end = prover.show(limit, rest)
                if end is not None:
                    return _shown(falls.joined(end).note(f"steps of one in {x.name}"))
        return None

    def by_induction(self) -> Shown | None:
        """Prove a bound at integers from one to the next."""
        for n in self.counters:
            found = induction.show(self.lhs, self.rhs, self.box, n, self._show_other)
            if found is not None:
                return found
        return None

    def _show_other(self, lhs: Expr, rhs: Expr, box: Box) -> Shown | None:
        """Show another bound, on another box, without induction."""
        other = _Attempt(lhs, rhs, box, (), [], self.budget)
        return other.by_signs() or other.by_cover()


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
    return {**box, x: _side_between(low, high, side)}


def _difference(pair: tuple[Symbol, Symbol]) -> Expr:
    return pair[0] - pair[1]


def without_steps(form: Expr, x: Symbol) -> Expr | None:
    """Return f(x) − f(x + 1) if gamma functions and their kind cancel in it, else None.

    >>> x = sympy.Symbol("x", positive=True)
    >>> without_steps(sympy.loggamma(x), x)
    -log(x)
    """
    rewritten = form.replace(sympy.harmonic, lambda n: sympy.digamma(n + 1) + sympy.EulerGamma)
    rewritten = rewritten.replace(sympy.factorial, lambda n: sympy.gamma(n + 1))
    rewritten = rewritten.replace(
        lambda e: isinstance(e, log) and isinstance(e.args[0], sympy.gamma),
        lambda e: sympy.loggamma(e.args[0].args[0]),
    )
    step = sympy.expand(_shifted_down(rewritten) - _shifted_down(rewritten.subs(x, x + 1)))
    return None if step.has(*_STEPPING) else step


def _shifted_down(expression: Expr) -> Expr:
    """An expression whose logarithms of gamma functions have no integer in their argument."""
    expression = expression.replace(sympy.loggamma, _loggamma_from_below)
    return sympy.expand_func(expression)


def _loggamma_from_below(argument: Expr) -> Expr:
    count, rest = sympy.expand(argument).as_coeff_Add()
    if not (count.is_Integer and 0 < count < _MOST_STEPS):
        return sympy.loggamma(argument)
    return sympy.loggamma(rest) + sympy.Add(*[log(rest + j) for j in range(int(count))])


def _near(number: fmpq) -> Iterator[fmpq]:
    """Short fractions near a number."""
    if int(number.q).bit_length() + int(number.p).bit_length() > 600:
        return
    for short in (*simpler(number), number):
        if abs(short - number) * 20 <= abs(number):
            yield short


def _is_half_line(side: Side) -> bool:
    return bool(side.low == 0 and side.high == sympy.oo)


def _side_between(low: Expr, high: Expr, whole: Side) -> Side:
    left = whole.range.low if low == whole.low else value(low, {}, 64).lower()
    right = whole.range.high if high == whole.high else value(high, {}, 64).upper()
    return Side(low, high, Range(left, right))


def _exact_end(end: Any, side: Side) -> Expr:
    """The end of a part of a side as an expression."""
    if end == side.range.low:
        return side.low
    if end == side.range.high:
        return side.high
    if not end.is_finite():
        return sympy.oo if end > 0 else -sympy.oo
    mantissa, exponent = end.man_exp()
    return Integer(int(mantissa)) * Rational(2) ** int(exponent)


def _shown(proof: Proof) -> Shown:
    return Shown(Level.PROVED, ", ".join(proof.steps), tuple(proof.covers))


def _cover_text(covers: list[Cover]) -> str:
    boxes = sum(cover.size for cover in covers)
    margin = min(cover.margin for cover in covers)
    met = f", smallest margin {margin:.2g}" if 0 < margin < float("inf") else ""
    return f"a cover of {boxes} box{'es' if boxes != 1 else ''} in balls{met}"


__all__ = ["Shown", "show_bound", "side_of"]
