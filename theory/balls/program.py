"""An expression as a list of steps on numbers that know their error, run at points.

Equal parts of an expression are one step. Sums, products and integrals are steps that hold the
program of their term (:mod:`longlag.theory.balls.nodes`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flint import acb, arb
from sympy import (
    Add,
    Basic,
    Derivative,
    Expr,
    Float,
    Integral,
    Limit,
    Mul,
    Piecewise,
    Pow,
    Product,
    Rational,
    Subs,
    Sum,
    Symbol,
)
from sympy.core.numbers import (
    Catalan,
    ComplexInfinity,
    EulerGamma,
    Exp1,
    GoldenRatio,
    ImaginaryUnit,
    Infinity,
    NaN,
    NegativeInfinity,
    Pi,
)

from longlag.theory.balls import nodes, ranges
from longlag.theory.balls.functions import function_named
from longlag.theory.balls.numbers import (
    UNDEFINED,
    Number,
    add,
    ball,
    exponential,
    fraction,
    multiply,
    power,
    precision,
)
from longlag.theory.balls.ranges import Range, range_function
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.derivative import derivative_of_zeta

#: What is not worked on: an expression with more parts fills the memory before it is understood.
LARGEST = 20_000

_WHOLE_POINT = (-1,)

_CONSTANTS: dict[type[Basic], Callable[[], Number]] = {
    Pi: arb.pi,
    Exp1: arb.const_e,
    EulerGamma: arb.const_euler,
    Catalan: arb.const_catalan,
    GoldenRatio: lambda: (1 + arb(5).sqrt()) / 2,
    ImaginaryUnit: lambda: acb(0, 1),
    Infinity: arb.pos_inf,
    NegativeInfinity: arb.neg_inf,
    ComplexInfinity: lambda: UNDEFINED,
    NaN: lambda: UNDEFINED,
}


@dataclass(frozen=True)
class Step:
    """What to call with the values of earlier steps: one function of numbers, one of ranges."""

    function: Callable[..., Number]
    ranged: Callable[..., Range]
    arguments: tuple[int, ...] = ()

    @property
    def takes_point(self) -> bool:
        """Whether it takes the values of all symbols instead of those of steps."""
        return self.arguments == _WHOLE_POINT


class NoEnclosureError(LonglagError):
    """A part of an expression that has no form in balls."""


class Program:
    """The steps that give the values of some expressions in their symbols.

    Args:
        expressions: what is valued, with parts in common or not.

    Attributes:
        encloses: whether its values are enclosures; where an improper integral or a function that
            Arb lacks is met, they are values with a wide estimate of their error.
        cost: about how many operations one value takes.

    Raises:
        NoEnclosureError: a node without a value.

    >>> from sympy.abc import x
    >>> Program([x**2 - 2]).at({x: fraction(3)})
    [7]
    """

    def __init__(self, expressions: Iterable[Expr]) -> None:
        self.steps: list[Step] = []
        self.symbols: dict[Symbol, int] = {}
        self.encloses = True
        self.cost = 0
        self._known: dict[Basic, int] = {}
        self.results = tuple(self._compiled(expression) for expression in expressions)
        self._known.clear()

    def at(self, point: Mapping[Symbol, Number], bits: int = 64) -> list[Number]:
        """Return the values at a point.

        Args:
            point: a number for every symbol.
            bits: the working precision.
        """
        with precision(bits):
            return self.run(point)

    def run(self, point: Mapping[Symbol, Number]) -> list[Number]:
        """Return the values at a point at the precision that is set."""
        values: list[Number] = [None] * len(self.steps)
        for symbol, position in self.symbols.items():
            values[position] = point[symbol]
        for position, step in enumerate(self.steps):
            if values[position] is None:
                if step.takes_point:
                    values[position] = step.function(point)
                else:
                    values[position] = step.function(*[values[i] for i in step.arguments])
        return [values[i] for i in self.results]

    def over(self, box: Mapping[Symbol, Range], *, defined: bool = False) -> list[Range]:
        """Return ranges that hold the values everywhere in a box, at the precision that is set.

        Args:
            box: a range for every symbol.
            defined: give whole lines where some part is not seen to have a value everywhere. Else
                tanh(ln x) is at most 1 on all of the line.

        >>> from sympy.abc import x
        >>> Program([x**2 - 2]).over({x: Range(arb(-1), arb(3))})
        [[-2.00000, 7.00000]]
        """
        values: list[Any] = [None] * len(self.steps)
        for symbol, position in self.symbols.items():
            values[position] = box[symbol]
        bounded = all(side.is_bounded for side in box.values())
        for position, step in enumerate(self.steps):
            if values[position] is None:
                if step.takes_point:
                    found = step.ranged(box)
                else:
                    found = step.ranged(*[values[i] for i in step.arguments])
                if defined and (not found.is_bounded if bounded else found.is_whole):
                    return [ranges.WHOLE] * len(self.results)
                values[position] = found
        return [values[i] for i in self.results]

    def _step(
        self,
        function: Callable[..., Number],
        ranged: Callable[..., Range],
        arguments: tuple[int, ...] = (),
    ) -> int:
        if len(self.steps) >= LARGEST:
            raise NoEnclosureError(
                f"an expression with more than {LARGEST} parts",
                "it is too large to be valued",
                "write it with fewer terms, or as a Sum or a Product",
            )
        self.cost += 1
        self.steps.append(Step(function, ranged, arguments))
        return len(self.steps) - 1

    def _compiled(self, expression: Basic) -> int:
        known = self._known.get(expression)
        if known is None:
            known = self._known[expression] = self._new(expression)
        return known

    def _new(self, expression: Any) -> int:
        if isinstance(expression, Symbol):
            position = self._step(_never, _never)
            self.symbols[expression] = position
            return position
        if isinstance(expression, (Rational, Float)):
            exact = fraction(Rational(expression))
            return self._constant(lambda: exact)
        if type(expression) in _CONSTANTS:
            return self._constant(_CONSTANTS[type(expression)])
        if isinstance(expression, (Add, Mul)):
            return self._folded(expression)
        if isinstance(expression, Pow):
            if expression.base == Exp1:
                exponent = (self._compiled(expression.exp),)
                return self._step(exponential, ranges.exponential, exponent)
            both = (self._compiled(expression.base), self._compiled(expression.exp))
            return self._step(power, ranges.power, both)
        if isinstance(expression, (Sum, Product, Integral, Piecewise, Limit)):
            return self._node(expression)
        if isinstance(expression, (Derivative, Subs)):
            return self._opened(expression)
        if type(expression).__name__ == "hyper":
            return self._hyper(expression)
        function = function_named(type(expression).__name__)
        if function is None:
            return self._node(expression)
        arguments = tuple(self._compiled(argument) for argument in expression.args)
        return self._step(function, range_function(type(expression).__name__), arguments)

    def _constant(self, constant: Callable[[], Number]) -> int:
        return self._step(constant, lambda: ranges.point(constant()))

    def _folded(self, expression: Expr) -> int:
        operations: tuple[Callable[..., Number], Callable[..., Range]]
        operations = (
            (add, Range.__add__) if isinstance(expression, Add) else (multiply, Range.__mul__)
        )
        total = self._compiled(expression.args[0])
        for argument in expression.args[1:]:
            total = self._step(*operations, (total, self._compiled(argument)))
        return total

    def _hyper(self, expression: Any) -> int:
        function = function_named("hyper")
        assert function is not None
        tops = [self._compiled(a) for a in expression.ap]
        bottoms = [self._compiled(b) for b in expression.bq]
        at = self._compiled(expression.argument)

        def step(*values: Number) -> Number:
            ends = len(tops), len(tops) + len(bottoms)
            return function(values[: ends[0]], values[ends[0] : ends[1]], values[-1])

        return self._step(step, lambda *_: ranges.WHOLE, (*tops, *bottoms, at))

    def _opened(self, expression: Expr) -> int:
        known = derivative_of_zeta(expression)
        if known is not None:
            steps = tuple(self._compiled(part) for part in known)
            name = "zeta_derivative"
            function = function_named(name)
            assert function is not None
            return self._step(function, range_function(name), steps)
        opened = expression.doit()
        return self._node(expression) if opened == expression else self._compiled(opened)

    def _node(self, expression: Expr) -> int:
        node = nodes.node(expression, Program)
        if node is None:
            raise NoEnclosureError(
                f"{type(expression).__name__} in {expression}",
                "it has no value in balls",
                "write it in functions that SymPy evaluates",
            )
        self.encloses = self.encloses and node.encloses
        self.cost += node.cost
        for symbol in sorted(expression.free_symbols, key=str):
            self._compiled(symbol)
        return self._step(node.value, _by_hull(node.value), _WHOLE_POINT)


@lru_cache(maxsize=1024)
def enclosing(expression: Expr) -> Program:
    """Return the program of an expression, if all of its values are enclosures.

    Raises:
        NoEnclosureError: a part of it has values alone, or none.

    >>> from sympy.abc import x
    >>> enclosing(x**2 - 2).over({x: Range(arb(-1), arb(3))})
    [[-2.00000, 7.00000]]
    """
    program = Program([expression])
    if not program.encloses:
        raise NoEnclosureError(
            f"{expression}",
            "parts of it have values, but no enclosures",
            "write it in functions that python-flint encloses",
        )
    return program


def enclosed(number: Expr) -> Range:
    """Return a range around an exact number; the whole line where it is not seen to be real.

    >>> enclosed(Rational(1, 2))
    [0.500000, 0.500000]
    """
    return enclosing(number).over({}, defined=True)[0]


def _by_hull(function: Callable[..., Number]) -> Callable[[Mapping[Symbol, Range]], Range]:
    """The ranges of a node, from the ball around each side of a box."""

    def ranged(box: Mapping[Symbol, Range]) -> Range:
        if not all(side.is_bounded for side in box.values()):
            return ranges.WHOLE
        return ranges.point(function({s: ranges.exact_or_hull(side) for s, side in box.items()}))

    return ranged


def _never(*_: Any) -> Any:
    raise AssertionError("a symbol is given, not computed")


def value(expression: Expr, point: Mapping[Symbol, Any], bits: int = 64) -> Any:
    """Return the ball of an expression at a point.

    Args:
        expression: what is valued.
        point: an exact SymPy number or a number of this room for every symbol.
        bits: the working precision.

    >>> from sympy.abc import x
    >>> value(x**2, {x: Rational(1, 2)})
    0.250000000000000
    """
    at = {s: fraction(v) if isinstance(v, (Rational, int)) else v for s, v in point.items()}
    with precision(bits):
        return ball(Program([expression]).run(at)[0])
