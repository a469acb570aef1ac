"""Matrices with an index, their ordered products and sums, and diagonals over neurons.

A product over an index has the factor of its first index on the left: ∏_{j=0}^{2} A_{t−j} is
A_t A_{t−1} A_{t−2}. Neighbours that go on with one another are one run, so that splitting a product
and taking its ends off needs no induction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from sympy import Expr, MatrixExpr, S, Symbol, Tuple

#: Factors or terms that are written out.
_MOST = 60


class NoValueError(Exception):
    """There is no value here: a matrix without an inverse, or a node that is not known."""


class IndexedMatrix(MatrixExpr):
    """A square matrix of a family, at an index.

    >>> IndexedMatrix(Symbol("A"), Symbol("t"), Symbol("n"))
    A_t
    """

    def __new__(cls, name: Symbol, index: Expr, size: Expr) -> IndexedMatrix:
        """Take the name, the index and the number of rows."""
        made: IndexedMatrix = MatrixExpr.__new__(cls, name, sympy.sympify(index), size)
        return made

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """Rows and columns."""
        return self.args[2], self.args[2]

    @property
    def index(self) -> Expr:
        """Where in its family it stands."""
        return self.args[1]

    @property
    def free_symbols(self) -> set[Any]:
        """Its name, and the symbols of its index."""
        return {self.args[0]} | self.index.free_symbols

    def _sympystr(self, printer: Any) -> str:
        below = printer.doprint(self.index).replace(" ", "")
        return f"{self.args[0]}_{below if len(below) == 1 else f'{{{below}}}'}"

    def _latex(self, printer: Any) -> str:
        return f"{self.args[0].name}_{{{printer.doprint(self.index)}}}"


class NeuronDiagonal(MatrixExpr):
    """The diagonal matrix of a quantity that every neuron has one of."""

    def __new__(cls, entry: Expr, size: Expr) -> NeuronDiagonal:
        """Take what stands at each neuron, and the number of neurons."""
        made: NeuronDiagonal = MatrixExpr.__new__(cls, sympy.sympify(entry), size)
        return made

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """Rows and columns."""
        return self.args[1], self.args[1]

    @property
    def entry(self) -> Expr:
        """What stands at each neuron."""
        return self.args[0]

    @property
    def free_symbols(self) -> set[Any]:
        """Those of the entry."""
        found: set[Any] = self.entry.free_symbols
        return found

    def _sympystr(self, printer: Any) -> str:
        return f"diag({printer.doprint(self.entry)})"


class _Repeated(MatrixExpr):
    """What is multiplied or added up over an index."""

    def __new__(cls, body: Any, limits: Any) -> Any:
        """Take a matrix and its index with both ends."""
        return MatrixExpr.__new__(cls, body, Tuple(*limits))

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """Rows and columns."""
        shape: tuple[Expr, Expr] = self.args[0].shape
        return shape

    @property
    def free_symbols(self) -> set[Any]:
        """Those of the body but the index, and those of its ends."""
        index, low, high = self.args[1]
        found: set[Any] = self.args[0].free_symbols - {index}
        return found | low.free_symbols | high.free_symbols

    def _eval_subs(self, old: Any, new: Any) -> Any:
        index, low, high = self.args[1]
        if old == index:
            return self.func(self.args[0], (index, low.subs(old, new), high.subs(old, new)))
        return None


class OrderedProduct(_Repeated):
    """A product of square matrices over an index, the first one on the left."""


class MatrixSum(_Repeated):
    """A sum of matrices over an index."""


def has_order(*sides: Any) -> bool:
    """Whether sides hold matrices with an index, or products over one."""
    return any(side.has(IndexedMatrix, OrderedProduct, MatrixSum, NeuronDiagonal) for side in sides)


def index_symbols(*sides: Any) -> set[Symbol]:
    """Return the symbols in indices of matrices, and in the ends of products and sums over them.

    Args:
        sides: matrices or numbers.
    """
    found: set[Symbol] = set()
    for side in sides:
        for node in side.atoms(IndexedMatrix):
            found |= node.index.free_symbols
        for node in side.atoms(_Repeated, sympy.Sum, sympy.Product):
            for _, *ends in [node.args[1]] if isinstance(node, _Repeated) else node.limits:
                found |= {symbol for end in ends for symbol in end.free_symbols}
        for node in side.atoms(sympy.Indexed):
            found |= {s for index in node.indices for s in index.free_symbols}
    free = set().union(*(side.free_symbols for side in sides))
    return {symbol for symbol in found if symbol in free}


def written_out(side: Any, integers: Mapping[Symbol, int]) -> Any:
    """Return a side with every product and sum over an index written out.

    Args:
        side: a matrix or a number.
        integers: the values of the symbols in indices and their ends.

    Raises:
        NoValueError: an end is no integer or before the other, or there are too many factors.

    >>> t, j, n = sympy.symbols("t j n")
    >>> A = IndexedMatrix(Symbol("A"), t - j, Symbol("d"))
    >>> written_out(OrderedProduct(A, (j, 0, n)), {t: 5, n: 1})
    A_5*A_4
    """
    return _rebuilt(side.subs(integers), _terms)


def expanded(side: Any) -> Any:
    """Return a side in which products and sums between integers are written out.

    Args:
        side: a matrix or a number; what goes on to a symbol stays.
    """
    return _rebuilt(side, lambda node: _terms(node) if _is_short(node) else node)


def _is_short(node: Any) -> bool:
    _, low, high = node.args[1]
    return bool((high - low).is_Integer and low.is_Integer and -1 <= high - low < _MOST)


def _terms(node: Any) -> Any:
    index, low, high = node.args[1]
    if not _is_short(node):
        raise NoValueError(f"a product from {low} to {high}")
    body = node.args[0]
    parts = [written_out(body.subs(index, k), {}) for k in range(int(low), int(high) + 1)]
    if isinstance(node, OrderedProduct):
        product: Any = sympy.Identity(node.shape[0])
        for part in parts:
            product = product * part
        return product
    total: Any = sympy.ZeroMatrix(*node.shape)
    for part in parts:
        total = total + part
    return total


def _rebuilt(side: Any, change: Callable[[Any], Any]) -> Any:
    """A side in which outermost products and sums over an index are changed."""
    if isinstance(side, _Repeated):
        return change(side)
    if not side.args or not side.has(_Repeated):
        return side
    return side.func(*[_rebuilt(argument, change) for argument in side.args])


def replaced(side: Any, definitions: Mapping[Symbol, Callable[[Expr], Any]]) -> Any:
    """Return a side in which matrices with an index are written as what they are.

    Args:
        side: a matrix or a number.
        definitions: name ↦ the matrix at an index.
    """
    if isinstance(side, IndexedMatrix) and side.args[0] in definitions:
        return replaced(definitions[side.args[0]](side.index), definitions)
    if not side.args or not side.has(IndexedMatrix):
        return side
    return side.func(*[replaced(argument, definitions) for argument in side.args])


class Run:
    """Matrices of one family side by side, the index going down or up by one; a letter of words.

    Args:
        family: what one of them is, as a text in which the index is left open.
        step: −1 where the index goes down from left to right.
        first: the index on the left.
        behind: the index that would go on with it on the right.
    """

    def __init__(self, family: Any, step: int, first: Expr, behind: Expr) -> None:
        self.family, self.step = family, step
        self.first, self.behind = sympy.expand(first), sympy.expand(behind)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self._parts)

    def __str__(self) -> str:
        return str(self._parts)

    @property
    def _parts(self) -> tuple[Any, ...]:
        if self.is_single:
            return self.family, 0, self.first
        return self.family, self.step, self.first, self.behind

    @property
    def is_single(self) -> bool:
        """Whether it is one matrix."""
        return bool(self.behind - self.first == self.step)

    def joined(self, other: Run) -> Run | None:
        """Return both side by side as one run; None where they do not go on with one another."""
        if self.family != other.family:
            return None
        for step in (-1, 1):
            left = self._stepping(step)
            right = other._stepping(step)
            if left is None or right is None or sympy.expand(left.behind - right.first) != 0:
                continue
            return Run(self.family, step, left.first, right.behind)
        return None

    def _stepping(self, step: int) -> Run | None:
        if self.step == step:
            return self
        return Run(self.family, step, self.first, self.first + step) if self.is_single else None


def run_of(node: Any) -> Run | None:
    """Return a matrix with an index, or an ordered product of one, as a run.

    Args:
        node: such a matrix; None is returned where it is another.
    """
    if isinstance(node, IndexedMatrix):
        return Run(node.args[0], -1, node.index, node.index - 1)
    if not isinstance(node, OrderedProduct):
        return None
    body, (index, low, high) = node.args
    if not isinstance(body, IndexedMatrix):
        return None
    slope = sympy.diff(body.index, index)
    if slope not in (S.One, S.NegativeOne):
        return None
    first, last = body.index.subs(index, low), body.index.subs(index, high)
    return Run(body.args[0], int(slope), first, last + slope)


__all__ = [
    "IndexedMatrix",
    "MatrixSum",
    "NeuronDiagonal",
    "NoValueError",
    "OrderedProduct",
    "Run",
    "expanded",
    "has_order",
    "index_symbols",
    "replaced",
    "run_of",
    "written_out",
]
