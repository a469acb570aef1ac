"""Products that vanish though one of their factors overflows, as derivatives of e^{−e^z} do.

f(w) = e^{−w} at w = e^z has the derivative f'(w) w'. Where e^z overflows, f' is exactly 0 and w' is
infinite: in floats their product is no number, and its limit is 0. It is printed as
``vanishing_product``, which is the product wherever both are finite. So is a fraction with larger
powers of what overflows below than above, such as the derivative of 1/(1 + e^z).

A product is marked where a factor grows as e^u does and another is a function of something that
grows so. In e^{−z} cosh z, whose limit is not 0, neither factor is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sympy import (
    Dummy,
    Expr,
    Mul,
    Poly,
    PolynomialError,
    Pow,
    atan,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    sin,
    sinh,
    tanh,
)
from sympy.core.function import Application

from longlag.theory.language.graph import Graph, ValueNode
from longlag.theory.language.symbols import Value
from longlag.theory.scalar.functions import sigmoid
from longlag.theory.scalar.special import vanishing_product

_EXPONENTIAL = (exp, sinh, cosh)
_BOUNDED = (tanh, sigmoid, erf, erfc, atan, sin, cos)


class Products:
    """Finds the products that vanish among the expressions of a cell.

    Args:
        graph: where its named values are defined.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        #: Named values that overflow where a pre-activation is merely large.
        self.growing: dict[Value, frozenset[Expr]] = {}
        for node in graph.values:
            directions = self._directions_of(node)
            if directions:
                self.growing[node.value] = directions

    def marked(self, expression: Expr) -> Expr:
        """Return an expression in which such products are ``vanishing_product``."""
        if next(self._grown(expression), None) is None:
            return expression
        arguments = [self.marked(argument) for argument in expression.args]
        if isinstance(expression, Mul):
            return self._product(arguments)
        return expression.func(*arguments) if arguments else expression

    def _directions_of(self, node: ValueNode) -> frozenset[Expr]:
        """The exponents, up to a positive number, with which a named value grows."""
        definition = node.definition
        if isinstance(definition, _EXPONENTIAL):
            falls = isinstance(definition, exp) and node.written.args[0].is_nonpositive
            return frozenset() if falls else _directions(definition)
        reciprocal = isinstance(definition, Pow) and definition.exp.is_negative
        if isinstance(definition, _BOUNDED) or reciprocal:
            return frozenset()
        return self._together(definition.args)

    def _together(self, expressions: Iterable[Expr]) -> frozenset[Expr]:
        """The exponents of all that grows in some expressions."""
        found = (self._growth(part) for one in expressions for part in self._grown(one))
        return frozenset().union(*found)

    def _grown(self, expression: Expr) -> Iterator[Expr]:
        """The parts of an expression that overflow."""
        yield from (value for value in expression.atoms(Value) if value in self.growing)
        yield from expression.atoms(*_EXPONENTIAL)

    def _growth(self, part: Expr) -> frozenset[Expr]:
        return self.growing[part] if isinstance(part, Value) else _directions(part)

    def _product(self, factors: Sequence[Expr]) -> Expr:
        inner = [factor for factor in factors if self._is_inner(factor, factors)]
        outer = [factor for factor in factors if factor not in inner]
        return vanishing_product(Mul(*outer), Mul(*inner)) if inner else Mul(*factors)

    def _is_inner(self, factor: Expr, factors: Sequence[Expr]) -> bool:
        """Whether a factor overflows and the others are 0 before."""
        if _is_reciprocal(factor):
            return False
        made_of = frozenset().union(*(self._made_of(f) for f in factors if f is not factor))
        grown = list(self._grown(factor))
        beaten = any(self._growth(part) <= made_of for part in grown)
        return beaten or (bool(grown) and self._falls(factors))

    def _made_of(self, factor: Expr) -> frozenset[Expr]:
        """The exponents of what the functions in a factor are taken of."""
        found = [self._together(function.args) for function in factor.atoms(Application)]
        for value in factor.atoms(Value):
            found.append(self._together(self.graph.ingredients(value)))
        return frozenset().union(*found)

    def _falls(self, factors: Sequence[Expr]) -> bool:
        """Whether the powers of what overflows are larger below a fraction than above."""
        below = [factor for factor in factors if _is_reciprocal(factor)]
        if not self._together(below):
            return False
        large = Dummy("large")
        try:
            return sum(self._degree(factor, large) for factor in factors) < 0
        except PolynomialError:
            return False

    def _degree(self, factor: Expr, large: Expr) -> int:
        """The power with which a factor grows."""
        base, exponent = factor.as_base_exp() if isinstance(factor, Pow) else (factor, 1)
        scaled = base.xreplace({part: large ** self._speed(part) for part in self._grown(base)})
        return int(exponent) * max(int(Poly(scaled, large).degree()), 0)

    def _speed(self, part: Expr) -> Expr:
        """How often its exponent holds the direction of its growth."""
        if isinstance(part, Value):
            part = self.graph.definition(part)
        if not isinstance(part, _EXPONENTIAL):
            raise PolynomialError(part)
        return part.args[0].as_content_primitive()[0]


def _directions(function: Expr) -> frozenset[Expr]:
    """The exponents of an exponential, or of both in a hyperbolic function."""
    primitive = function.args[0].as_content_primitive()[1]
    return frozenset([primitive] if isinstance(function, exp) else [primitive, -primitive])


def _is_reciprocal(factor: Expr) -> bool:
    return isinstance(factor, Pow) and bool(factor.exp.is_Integer and factor.exp.is_negative)
