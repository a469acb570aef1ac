"""The matrix layer: a small closed set of nodes over H×H matrices of symbolic dimension.

SymPy does every scalar derivative; the nodes only arrange scalar entries into matrices. Operations
on them are ``singledispatch`` functions, one module each: ``explicit``, ``latex``, and the
printing of code in ``numerics``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

from sympy import Add, Expr, Mul, S, expand

from longlag.theory.language.symbols import CellSymbol, is_constant, is_shared
from longlag.theory.typeset.shown import Shown


@singledispatch
def node_lines(node: object) -> list[str]:
    """Return the lines of a node's display; ``displays`` registers how."""
    raise TypeError(f"not a matrix node: {node!r}")


class Node(Shown):
    """A matrix over neurons."""

    __slots__ = ()

    def _lines(self) -> list[str]:
        return node_lines(self)


@dataclass(frozen=True)
class Diagonal(Node):
    """diag(entry): one per-neuron expression on the diagonal."""

    entry: Expr


@dataclass(frozen=True)
class Weight(Node):
    """A dense recurrent weight W."""

    symbol: CellSymbol


@dataclass(frozen=True)
class RankOne(Node):
    """column · rowᵀ, both per-neuron expressions."""

    column: Expr
    row: Expr


@dataclass(frozen=True)
class Sum(Node):
    """A sum of matrices; without terms it is zero."""

    terms: tuple[Matrix, ...]


@dataclass(frozen=True)
class Product(Node):
    """A product of matrices, leftmost first."""

    factors: tuple[Matrix, ...]


@dataclass(frozen=True)
class Block(Node):
    """A square block matrix, one row and column for each state of a neuron."""

    rows: tuple[tuple[Matrix, ...], ...]


@dataclass(frozen=True)
class OrderedProduct(Node):
    """factor_t · factor_{t−1} ⋯ factor_{t−lag+1}: newest on the left, ``lag`` factors."""

    factor: Matrix
    lag: Expr


@dataclass(frozen=True)
class PositionSum(Node):
    """The terms of ∏(local + ε recurrent) of order ε^order.

    A sum over the positions 0 ≤ j₁ < … < j_order < lag at which the factor is ``recurrent``; at
    all others it is ``local``. It stays unevaluated, so its size does not depend on the lag.
    """

    local: Matrix
    recurrent: Matrix
    lag: Expr
    order: int | Expr


@dataclass(frozen=True, eq=False)
class Intermediate(Node):
    """A matrix that stands in others by its number, so that what many paths share is told once.

    The same number and definition give the same object, so that two are compared at once, however
    many paths run through them.

    Args:
        number: which of the intermediate matrices of a Jacobian it is, from 1.
        definition: what it is, in which those of smaller numbers may stand.
    """

    number: int
    definition: Matrix

    def __new__(cls, number: int, definition: Matrix) -> Intermediate:
        """Return the intermediate matrix of this number and definition."""
        known = _INTERMEDIATES.get((number, definition))
        return super().__new__(cls) if known is None else known

    def __post_init__(self) -> None:
        _INTERMEDIATES[self.number, self.definition] = self

    def __reduce__(self) -> tuple[Any, ...]:
        return Intermediate, (self.number, self.definition)


_INTERMEDIATES: WeakValueDictionary[tuple[int, Matrix], Intermediate] = WeakValueDictionary()

Matrix: TypeAlias = (
    Diagonal
    | Weight
    | RankOne
    | Sum
    | Product
    | Block
    | OrderedProduct
    | PositionSum
    | Intermediate
)

ZERO = Sum(())
IDENTITY = Diagonal(S.One)


def diagonal(entry: Expr) -> Matrix:
    """Return diag(entry), or ZERO."""
    return ZERO if entry == 0 else Diagonal(entry)


def add(*terms: Matrix) -> Matrix:
    """Return the sum of matrices: flat, without zeros, diagonal terms merged.

    >>> add(Diagonal(S(2)), ZERO, Diagonal(S(3)))
    Diagonal(entry=5)
    """
    flat: list[Matrix] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, Sum) else (term,))
    entries = [term.entry for term in flat if isinstance(term, Diagonal)]
    others = [term for term in flat if not isinstance(term, Diagonal)]
    merged = diagonal(Add(*entries))
    kept = [*([] if merged == ZERO else [merged]), *others]
    return kept[0] if len(kept) == 1 else Sum(tuple(kept))


def multiply(*factors: Matrix) -> Matrix:
    """Return the product of matrices, leftmost first: flat, with adjacent factors merged.

    Diagonals merge with diagonals and with rank-one matrices; zero absorbs; the identity drops.

    >>> multiply(Diagonal(S(2)), RankOne(S(3), S(5)))
    RankOne(column=6, row=5)
    """
    flat: list[Matrix] = []
    for factor in factors:
        for part in factor.factors if isinstance(factor, Product) else (factor,):
            merged = _merge(flat[-1], part) if flat else None
            if merged is None:
                flat.append(part)
            else:
                flat[-1] = merged
    if ZERO in flat:
        return ZERO
    kept = [factor for factor in flat if factor != IDENTITY]
    if not kept:
        return IDENTITY
    return kept[0] if len(kept) == 1 else Product(tuple(kept))


def _merge(left: Matrix, right: Matrix) -> Matrix | None:
    """The product of two neighbours as one node, where there is one."""
    if isinstance(left, Diagonal) and isinstance(right, Diagonal):
        return diagonal(left.entry * right.entry)
    if isinstance(left, Diagonal) and isinstance(right, RankOne):
        return RankOne(left.entry * right.column, right.row)
    if isinstance(left, RankOne) and isinstance(right, Diagonal):
        return RankOne(left.column, left.row * right.entry)
    return None


def block(rows: Sequence[Sequence[Matrix]]) -> Matrix:
    """Return a block matrix; a single block is returned as it is."""
    if len(rows) == 1:
        ((only,),) = rows
        return only
    return Block(tuple(tuple(row) for row in rows))


def blocks(matrix: Matrix) -> tuple[tuple[Matrix, ...], ...]:
    """Return the rows of blocks of a matrix; any other node counts as a single block."""
    return matrix.rows if isinstance(matrix, Block) else ((matrix,),)


def parts(matrix: Matrix) -> tuple[Matrix, ...]:
    """Return what a matrix is made of at once: terms, factors, blocks or a definition."""
    if isinstance(matrix, Sum):
        return matrix.terms
    if isinstance(matrix, Product):
        return matrix.factors
    if isinstance(matrix, Block):
        return tuple(entry for row in matrix.rows for entry in row)
    if isinstance(matrix, OrderedProduct):
        return (matrix.factor,)
    if isinstance(matrix, PositionSum):
        return (matrix.local,) if matrix.order == 0 else (matrix.local, matrix.recurrent)
    return (matrix.definition,) if isinstance(matrix, Intermediate) else ()


def intermediates(*matrices: Matrix) -> tuple[Intermediate, ...]:
    """Return the intermediate matrices in some matrices, each once and after those it needs.

    >>> inner = Intermediate(1, Sum((IDENTITY, IDENTITY)))
    >>> outer = Intermediate(2, multiply(inner, inner))
    >>> [each.number for each in intermediates(outer)]
    [1, 2]
    """
    found: dict[Intermediate, None] = {}

    def gather(matrix: Matrix) -> None:
        if matrix in found:
            return
        for part in parts(matrix):
            gather(part)
        if isinstance(matrix, Intermediate):
            found[matrix] = None

    for matrix in matrices:
        gather(matrix)
    return tuple(found)


def entries(*matrices: Matrix) -> tuple[Expr, ...]:
    """Return the scalar entries in some matrices and in the intermediate ones they need.

    >>> entries(multiply(Intermediate(1, Diagonal(S(2))), RankOne(S(3), S(5))))
    (2, 3, 5)
    """
    found: dict[Expr, None] = {}

    def gather(matrix: Matrix) -> None:
        if isinstance(matrix, Diagonal):
            found[matrix.entry] = None
        elif isinstance(matrix, RankOne):
            found.update({matrix.column: None, matrix.row: None})
        elif not isinstance(matrix, Intermediate):
            for part in parts(matrix):
                gather(part)

    for matrix in (*(each.definition for each in intermediates(*matrices)), *matrices):
        gather(matrix)
    return tuple(found)


def is_zero(matrix: Matrix) -> bool:
    """Whether a matrix is zero in every block.

    >>> is_zero(block([[ZERO, ZERO], [ZERO, ZERO]])), is_zero(IDENTITY)
    (True, False)
    """
    return all(entry == ZERO for row in blocks(matrix) for entry in row)


def split_constant(matrix: Matrix) -> tuple[Expr, Matrix]:
    """Split off the factor that is the same for all neurons and times.

    Args:
        matrix: any node.

    Returns:
        ``(scalar, rest)`` with ``matrix = scalar * rest``; the scalar holds parameters only.

    >>> from longlag.theory import parameter
    >>> split_constant(Diagonal(2 * parameter("s")))
    (2*s, Diagonal(entry=1))
    """
    if isinstance(matrix, Diagonal):
        scalar, rest = _split_entry(matrix.entry)
        return scalar, Diagonal(rest)
    if isinstance(matrix, RankOne):
        scalar, rest = _split_entry(matrix.column)
        return scalar, RankOne(rest, matrix.row)
    if isinstance(matrix, Product):
        scalar, first = split_constant(matrix.factors[0])
        return scalar, multiply(first, *matrix.factors[1:])
    if isinstance(matrix, Sum) and matrix.terms:
        parts = [split_constant(term) for term in matrix.terms]
        scalars = {scalar for scalar, _ in parts}
        if len(scalars) == 1:
            return scalars.pop(), add(*(rest for _, rest in parts))
    return S.One, matrix


def _split_entry(entry: Expr) -> tuple[Expr, Expr]:
    scalars = [f for f in Mul.make_args(entry) if is_shared(f) and is_constant(f)]
    scalar = Mul(*scalars)
    # A sign stays inside, where it prints as a minus.
    if scalar.as_coeff_Mul()[0].is_negative:
        scalar = -scalar
    return scalar, entry / scalar


def mean_vanishes(row: Expr, column: Expr, means: Sequence[tuple[CellSymbol, Expr]]) -> bool:
    """Whether Σ_q row_q column_q is zero because it sums deviations from a mean.

    Args:
        row: per-neuron expression.
        column: per-neuron expression.
        means: the mean maps as pairs (value, argument).

    Returns:
        True if the summand is c·(argument − value) with c the same for all neurons.
    """
    summand = expand(row * column)
    for value, argument in means:
        scale = -summand.coeff(value)
        if scale != 0 and is_shared(scale) and expand(summand - scale * (argument - value)) == 0:
            return True
    return False
