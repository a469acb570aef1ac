"""Independent routes to what ``theory`` derives, and cells made up to be awkward.

Nothing here looks at a cell's graph or at matrix nodes: an update is written out map by map from
``cell.update`` itself, SymPy differentiates it, and products over a lag are multiplied out.
"""

from __future__ import annotations

import random
from functools import cache, cached_property

import sympy
from sympy import Expr, Interval, Matrix, Rational, Symbol, cos, exp, tanh

from longlag.theory import Cell, drive, mean, parameter, recurrent, sigmoid, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.language.maps import LinearMap, MeanWeight, RowWeight
from longlag.theory.language.symbols import CellSymbol, Drive, Parameter

h, c, v = state("h"), state("c"), state("v")
alpha = parameter("alpha", Interval.open(0, 1))
gain = parameter("gain", Interval(-1, 1), per_neuron=True)

_r = sigmoid(recurrent("r", h) + drive("r"))
_a = recurrent("a", h) + drive("a")
_forget = sigmoid(recurrent("f", h) + drive("f"))
_u = recurrent("u", h, shared=True)

MADE_UP: dict[str, Cell] = {
    name: Cell(name, update)
    for name, update in {
        "linear": {h: recurrent("n", h)},
        "decoupled": {h: tanh(alpha * h + drive("n"))},
        "per_neuron": {h: gain * h + tanh(recurrent("n", gain * h) + drive("n"))},
        "minimal_gated": {
            h: (1 - _forget) * h + _forget * tanh(recurrent("n", _forget * h) + drive("n"))
        },
        "three_levels": {
            h: tanh(recurrent("n", _r * recurrent("m", h * recurrent("k", h)) + h) + drive("n"))
        },
        "one_map_two_gates": {h: (1 - sigmoid(_a)) * h + sigmoid(_a) * tanh(_a)},
        "row_in_dense": {h: alpha * h + tanh(recurrent("n", _u * h) + drive("n"))},
        "dense_in_row": {
            h: sigmoid(recurrent("s", tanh(_a) * h, shared=True)) * h + (1 - alpha) * cos(h)
        },
        "row_in_row": {h: h * recurrent("s", h * exp(-(_u**2)), shared=True)},
        "mean_in_dense": {h: tanh(recurrent("n", h - mean(h, "m")) + drive("n"))},
        "dense_in_mean": {h: h * sigmoid(mean(h * recurrent("n", h), "m") + drive("m"))},
        "variance": {h: h / (1 + mean((h - mean(h, "m")) ** 2, "w"))},
        "three_states": {
            h: alpha * h + tanh(recurrent("n", c * v) + drive("n")),
            c: _r * c + (1 - _r) * h,
            v: v * cos(c) + recurrent("s", v, shared=True),
        },
        "no_local_part": {h: tanh(recurrent("n", c)), c: tanh(recurrent("m", h))},
    }.items()
}

#: Every cell the tests know: the registered and the made-up ones.
EVERY: dict[str, Cell] = {**CELLS, **MADE_UP}
#: Whose explicit matrices are too large for ``expand`` to settle an identity.
LARGE = frozenset({"const_gate_layer_norm", "gru_layer_norm"})


class OneStep:
    """One step of a cell written out: states, and J = D + R as SymPy differentiates it."""

    def __init__(self, cell: Cell, size: int, position: int | None = None) -> None:
        self.size, self.position, self.update = size, position, cell.update
        writer = _Writer(size, position)
        self.previous = Matrix([writer.entry(s, q) for s in self.update for q in range(size)])
        self.new = self.written(writer)

    def written(self, writer: _Writer) -> Matrix:
        neurons = range(self.size)
        return Matrix([writer.entry(e, q) for e in self.update.values() for q in neurons])

    @cached_property
    def jacobian(self) -> Matrix:
        return self.new.jacobian(self.previous)

    @cached_property
    def local(self) -> Matrix:
        """The derivative while maps stand still, as if each were a symbol of its own."""
        writer = _Writer(self.size, self.position, hold=True)
        return self.written(writer).jacobian(self.previous).xreplace(writer.held)

    @cached_property
    def recurrent(self) -> Matrix:
        return self.jacobian - self.local

    @cached_property
    def local_value(self) -> Matrix:
        """D at the random point of ``number``."""
        return number(self.local)

    @cached_property
    def recurrent_value(self) -> Matrix:
        """R at the random point of ``number``."""
        return number(self.jacobian) - self.local_value


@cache
def one_step(cell: Cell, size: int, position: int | None = None) -> OneStep:
    """Write a cell out for ``size`` neurons, and keep what was found."""
    return OneStep(cell, size, position)


class _Writer:
    """Expands an update by recursion over expressions; ``hold`` puts a symbol for each map."""

    def __init__(self, size: int, position: int | None, hold: bool = False) -> None:
        self.size = size
        self.suffix = "" if position is None else f"_at_{position}"
        self.hold = hold
        self.held: dict[Symbol, Expr] = {}
        self.plain = self if not hold else _Writer(size, position)
        self.known: dict[tuple[Expr, int], Expr] = {}

    def entry(self, expression: Expr, q: int) -> Expr:
        key = expression, q
        if key not in self.known:
            self.known[key] = self.expand(expression, q)
        return self.known[key]

    def expand(self, expression: Expr, q: int) -> Expr:
        if isinstance(expression, LinearMap):
            return self.map(expression, q)
        if isinstance(expression, CellSymbol):
            return self.symbol(expression, q)
        if not expression.args:
            return expression
        return expression.func(*(self.entry(argument, q) for argument in expression.args))

    def symbol(self, symbol: CellSymbol, q: int) -> Symbol:
        name = f"d_{symbol.name}" if isinstance(symbol, Drive) else symbol.name
        name += "" if symbol.shared else f"_{q + 1}"
        return Symbol(name + ("" if isinstance(symbol, Parameter) else self.suffix), real=True)

    def map(self, node: LinearMap, q: int) -> Expr:
        if self.hold:
            held = Symbol(f"held_{node.weight.name}_{q}", real=True)
            self.held[held] = self.plain.entry(node, q)
            return held
        weight, rows = node.weight, range(self.size)
        if isinstance(weight, MeanWeight):
            row = [Rational(1, self.size) for _ in rows]
        elif isinstance(weight, RowWeight):
            row = [Symbol(f"u_{weight.name}_{p + 1}", real=True) for p in rows]
        else:
            row = [Symbol(f"W_{weight.name}_{q + 1}_{p + 1}", real=True) for p in rows]
        return sum(w * self.entry(node.argument, p) for w, p in zip(row, rows, strict=True))


def product_orders(cell: Cell, size: int, lag: int) -> list[Matrix]:
    """Coefficients of ε⁰ … ε^lag of (D₀+εR₀)(D₁+εR₁)⋯, newest left, as 50-digit numbers."""
    steps = [one_step(cell, size, position) for position in range(lag)]
    width = len(cell.update) * size
    epsilon = Symbol("epsilon_of_the_oracle")
    total = sympy.eye(width)
    for step in steps:
        total = (total * (step.local_value + epsilon * step.recurrent_value)).expand()
    return [
        total.applyfunc(lambda entry, k=order: sympy.sympify(entry).coeff(epsilon, k))
        for order in range(lag + 1)
    ]


def number(expression: Matrix, seed: int = 0) -> Matrix:
    """Evaluate a matrix in 50 digits, each symbol at a random number that its name decides."""
    point = {}
    for symbol in expression.free_symbols:
        generator = random.Random(f"{seed} {symbol.name}")
        sign = 1 if symbol.name in ("alpha", "s") else generator.choice((-1, 1))
        point[symbol] = sympy.Float(sign * Rational(generator.randint(1, 999), 1000), 60)
    return expression.xreplace(point).evalf(50)


def close(left: Matrix, right: Matrix) -> bool:
    """Whether two matrices take equal values, to 40 digits, at a random point."""
    if left.shape != right.shape:
        return False
    return all(abs(gap) < 1e-40 for gap in number(left) - number(right))


def same(left: Matrix, right: Matrix, *, settle: bool = True) -> bool:
    """Whether two matrices are equal: at a random point, and then symbolically."""
    return close(left, right) and (not settle or (left - right).expand().is_zero_matrix is True)


def entries(name: str, size: int) -> list[Symbol]:
    """The symbols of one name at every neuron."""
    return [Symbol(f"{name}_{q + 1}", real=True) for q in range(size)]


def weight(name: str, size: int) -> Matrix:
    """The explicit weight matrix W of one map."""
    return Matrix(size, size, lambda q, p: Symbol(f"W_{name}_{int(q) + 1}_{int(p) + 1}", real=True))
