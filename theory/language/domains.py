"""Where an update is smooth, where it has a kink, and where it has no value at all.

What does not change with a state is asked for a value alone: no derivative is taken of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import sympy
from sympy import Add, Expr, Interval, Mul, Pow, Rational, S, Symbol, log, oo, pi
from sympy.core.function import Application

from longlag.theory.language.maps import LinearMap, MeanWeight
from longlag.theory.language.parts import holds, parts_of_kind
from longlag.theory.language.ranges import Range, range_of
from longlag.theory.language.reductions import FixedWeight
from longlag.theory.language.symbols import Ranged, State, is_constant
from longlag.theory.scalar.functions import SMOOTH, hold, surrogate

#: Functions that jump: their derivative is zero wherever it exists, and says nothing.
_JUMPS = (sympy.Heaviside, sympy.sign, sympy.floor, sympy.ceiling, sympy.frac, sympy.DiracDelta)
#: Functions that are smooth on an open interval alone.
_SMOOTH_ON: Mapping[type[Expr], Interval] = {
    log: Interval.open(0, oo),
    sympy.tan: Interval.open(-pi / 2, pi / 2),
    sympy.asin: Interval.open(-1, 1),
    sympy.acos: Interval.open(-1, 1),
    sympy.atanh: Interval.open(-1, 1),
    sympy.acosh: Interval.open(1, oo),
}
#: Values that are tried where a symbol may lie anywhere, and points that are tried in all.
_TRIED, _POINTS = (0, 1, -1, Rational(1, 2), -2, 3), 120

Point = dict[Symbol, Expr]


@dataclass(frozen=True)
class Rough:
    """A part of an update that is not smooth.

    Args:
        part: which.
        reason: what is wrong with it.
        remedy: what to write instead.
        is_kink: whether it may have a derivative but at single points.
    """

    part: Expr
    reason: str
    remedy: str = "use a smooth function or pass allow_nondifferentiable=True"
    is_kink: bool = True


def rough_parts(expression: Expr, seen: set[Expr] | None = None) -> Iterator[Rough]:
    """Yield the parts of an update that are not known to be smooth on its domain, innermost first.

    Args:
        expression: over states, drives, parameters and linear maps.
        seen: parts that were looked at already, and are not again.

    >>> from sympy import Abs
    >>> from longlag.theory import drive, state
    >>> [rough.reason for rough in rough_parts(1 / state("h") + Abs(drive("x")))]
    ['it divides by zero at h = 0']
    """
    seen = set() if seen is None else seen
    if expression in seen:
        return
    seen.add(expression)
    # What is held, and the value and the slope of a surrogate, are not differentiated.
    moved = {hold: 0, surrogate: 1}.get(type(expression), len(expression.args))
    for part in expression.args[:moved]:
        yield from rough_parts(part, seen)
    for part in expression.args[moved:]:
        yield from _holes(part)
    if isinstance(expression, hold):
        return
    weight = expression.weight if isinstance(expression, LinearMap) else None
    if isinstance(weight, FixedWeight) and weight.operation == "picked":
        yield Rough(expression, "the largest of some numbers has a kink where two are equal")
    if isinstance(expression, (Add, Mul, LinearMap, surrogate)) or not expression.args:
        return
    found = _without_value(expression)
    if _moves(expression):
        found = found or _not_smooth(expression)
    elif found is not None and _is_unstated(expression):
        # Nobody said where it lies, and no derivative is taken of it.
        found = replace(found, is_kink=True)
    if found is not None:
        yield found


def _holes(expression: Expr) -> Iterator[Rough]:
    """Yield the parts of what is not differentiated that have no value somewhere."""
    for part in expression.args:
        yield from _holes(part)
    found = _without_value(expression)
    if found is not None and not found.is_kink:
        yield found


def _not_smooth(expression: Expr) -> Rough | None:
    kind = type(expression)
    if isinstance(expression, Pow) or kind in SMOOTH or kind in _SMOOTH_ON:
        return None
    if kind in _JUMPS:
        reason = f"{kind.__name__} jumps, so that its derivative is zero or none"
        return Rough(
            expression,
            reason,
            "declare a slope with surrogate(f(x), slope), or use a smooth function",
            False,
        )
    if isinstance(expression, Application) and isinstance(expression, Expr):
        return Rough(expression, f"{kind.__name__} is not differentiable everywhere")
    return None


def _without_value(expression: Expr) -> Rough | None:
    """A division by zero, a root or a logarithm of what is not positive; a kink at an end."""
    if isinstance(expression, Pow):
        return _power(expression)
    inside = _SMOOTH_ON.get(type(expression))
    if inside is None:
        return None
    (argument,) = expression.args
    if _lies_in(range_of(argument), inside):
        return None
    if isinstance(expression, log):
        place = _place(argument, lambda value: value <= 0)
        if place is not None:
            return _hole(expression, "it is the logarithm of no positive number", place)
        return Rough(expression, "its argument is not known to be positive")
    return Rough(expression, f"{type(expression).__name__} is not differentiable everywhere")


def _hole(part: Expr, reason: str, place: str) -> Rough:
    remedy = (
        "add a positive number, or say where its symbols lie, as "
        'state("n", Interval.open(0, oo)) does'
    )
    return Rough(part, f"{reason} at {place}", remedy, is_kink=False)


def _power(power: Pow) -> Rough | None:
    base, exponent = power.as_base_exp()
    reach = range_of(base)
    if (exponent.is_integer and exponent.is_nonnegative) or reach.is_positive or base.is_positive:
        return None
    if exponent.is_integer:
        if reach.is_negative or base.is_nonzero or (is_constant(base) and _is_unstated(base)):
            return None
        place = _zero(base)
        if place is not None:
            return _hole(power, "it divides by zero", place)
        return Rough(power, "its base is not known to be nonzero")
    place = _place(base, lambda value: value < 0)
    if place is not None:
        return _hole(power, "it is a root of a negative number", place)
    if exponent.is_positive and (reach.low >= 0 or base.is_nonnegative):
        return Rough(power, "its base is not known to be positive") if _moves(power) else None
    place = _place(base, lambda value: value == 0)
    if place is not None and exponent.is_negative:
        return _hole(power, "it divides by zero", place)
    return Rough(power, "its base is not known to be positive")


def _moves(expression: Expr) -> bool:
    """Whether an expression changes with the state."""
    return bool(holds(expression, State))


def _is_unstated(expression: Expr) -> bool:
    """Whether nobody said where the symbols of an expression lie."""
    return all(symbol.interval == S.Reals for symbol in parts_of_kind(expression, Ranged))


def _lies_in(reach: Range, interval: Interval) -> bool:
    low = reach.low > interval.start or (reach.low == interval.start and reach.low_open)
    high = reach.high < interval.end or (reach.high == interval.end and reach.high_open)
    return bool(low) and bool(high)


def _zero(expression: Expr) -> str | None:
    """Where an expression vanishes on its domain, if that is found."""
    below: Point | None = None
    above: Point | None = None
    bare = _of_one_neuron(expression)
    for point in _points(bare):
        value = _value(bare, point)
        if value is None:
            continue
        if value == 0:
            return _shown(point)
        below, above = (point, above) if value < 0 else (below, point)
        if below is not None and above is not None:
            # The domain is a box, and the expression continuous on the way from one to the other.
            return _shown(_between(bare, below, above))
    return None


def _place(expression: Expr, wanted: Callable[[Expr], bool]) -> str | None:
    """Where the value of an expression is as asked, if such a place is found."""
    bare = _of_one_neuron(expression)
    for point in _points(bare):
        value = _value(bare, point)
        if value is not None and wanted(value):
            return _shown(point)
    return None


def _between(bare: Expr, below: Point, above: Point) -> Point:
    for _ in range(30):
        middle = {symbol: (below[symbol] + above[symbol]) / 2 for symbol in below}
        value = _value(bare, middle)
        if value is None or value == 0:
            return middle
        below, above = (middle, above) if value < 0 else (below, middle)
    return below


def _of_one_neuron(expression: Expr) -> Expr:
    """An expression where all neurons are alike: a mean is its argument, a map what it may be."""
    if isinstance(expression, LinearMap):
        # A sum of alike numbers has the sign of one.
        if isinstance(expression.weight, (MeanWeight, FixedWeight)):
            return _of_one_neuron(expression.argument)
        return Ranged(str(expression), range_of(expression).interval)
    if not expression.args:
        return expression
    return expression.func(*[_of_one_neuron(part) for part in expression.args])


def _value(bare: Expr, point: Point) -> Expr | None:
    value = bare.xreplace(point)
    value = value if value.is_Rational else value.evalf(15)
    return value if value.is_extended_real and value.is_finite else None


def _points(bare: Expr) -> Iterator[Point]:
    """Points of the domain, those where all symbols are alike first."""
    choices = {s: _choices(s) for s in sorted(bare.free_symbols, key=str)}
    for number in range(len(_TRIED)):
        yield {symbol: values[number % len(values)] for symbol, values in choices.items()}
    generator = random.Random(0)
    for _ in range(_POINTS if len(choices) > 1 else 0):
        yield {symbol: generator.choice(values) for symbol, values in choices.items()}


def _choices(symbol: Symbol) -> list[Expr]:
    """Values of a symbol that are tried: simple ones, and some along a bounded interval."""
    interval = getattr(symbol, "interval", S.Reals)
    start, end = interval.start, interval.end
    if start.is_finite and end.is_finite:
        tried = [*_TRIED, *(start + (end - start) * Rational(k, 8) for k in range(9))]
    elif start.is_finite:
        tried = [*_TRIED, start, start + Rational(1, 2), start + 2]
    else:
        tried = [*_TRIED, *([end, end - Rational(1, 2), end - 2] if end.is_finite else [])]
    return [S(value) for value in tried if interval.contains(value) is S.true]


def _shown(point: Point) -> str:
    found = {s: v if v.is_Rational and v.q < 1000 else v.evalf(4) for s, v in point.items()}
    return ", ".join(f"{symbol} = {value}" for symbol, value in found.items())


__all__ = ["Rough", "rough_parts"]
