"""Exact values of matrix expressions of symbolic size: in fractions, or in a finite field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import sympy
from flint import fmpq, fmpq_mat, nmod, nmod_mat
from sympy import (
    Add,
    Determinant,
    DiagMatrix,
    Expr,
    HadamardProduct,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    OneMatrix,
    Pow,
    Rational,
    Sum,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
)

from longlag.theory.verify.ordered import IndexedMatrix, NeuronDiagonal, NoValueError

#: An exact matrix, or an exact number.
Value: TypeAlias = Any


@dataclass(frozen=True)
class Field:
    """Numbers that are added, multiplied and divided exactly, and matrices of them.

    Args:
        number: makes a number of a numerator and a denominator.
        matrix: makes a matrix of its shape and its entries by rows.
    """

    number: Callable[[int, int], Value]
    matrix: Callable[[int, int, list[Value]], Value]


FRACTIONS = Field(fmpq, fmpq_mat)


def finite_field(prime: int) -> Field:
    """Return the integers modulo a prime.

    >>> finite_field(7).number(1, 2)
    4
    """
    return Field(
        lambda p, q: nmod(p, prime) / nmod(q, prime),
        lambda rows, columns, entries: nmod_mat(rows, columns, [int(e) for e in entries], prime),
    )


@dataclass(frozen=True)
class Assignment:
    """What the symbols of a matrix expression stand for.

    Args:
        field: where all numbers live.
        sizes: dimension ↦ integer; dimensions that are integers stand for themselves.
        values: matrix symbols and scalars ↦ exact values.
    """

    field: Field
    sizes: Mapping[Symbol, int]
    values: Mapping[Any, Value]

    def value(self, expression: Any) -> Value:
        """Return the exact value of a matrix or a scalar expression.

        Raises:
            NoValueError: a node that is not known, or an inverse that does not exist.
        """
        if expression in self.values:
            return self.values[expression]
        try:
            if getattr(expression, "is_MatrixExpr", False):
                return self._matrix(expression)
            return self._scalar(expression)
        except (ZeroDivisionError, ValueError, OverflowError) as error:
            raise NoValueError(str(error)) from error

    def _integer(self, expression: Expr) -> int:
        found = sympy.sympify(expression).subs(
            {s: n for s, n in (*self.sizes.items(), *self.values.items()) if isinstance(n, int)}
        )
        if not found.is_Integer:
            raise NoValueError(f"{expression} is no integer")
        return int(found)

    def _filled(self, shape: tuple[Expr, Expr], entry: Callable[[int, int], Value]) -> Value:
        rows, columns = (self._integer(n) for n in shape)
        entries = [entry(i, j) for i in range(rows) for j in range(columns)]
        return self.field.matrix(rows, columns, entries)

    def _matrix(self, node: Any) -> Value:
        number = self.field.number
        if isinstance(node, Identity):
            return self._filled(node.shape, lambda i, j: number(int(i == j), 1))
        if isinstance(node, (ZeroMatrix, OneMatrix)):
            every = number(int(isinstance(node, OneMatrix)), 1)
            return self._filled(node.shape, lambda i, j: every)
        if isinstance(node, Transpose):
            return self.value(node.arg).transpose()
        if isinstance(node, MatAdd):
            terms = [self.value(term) for term in node.args]
            return sum(terms[1:], terms[0])
        if isinstance(node, MatMul):
            scalar, factors = node.as_coeff_matrices()
            product = self.value(factors[0])
            for factor in factors[1:]:
                product = product * self.value(factor)
            return self._scaled(product, self.value(scalar))
        if isinstance(node, (MatPow, Inverse)):
            return self._power(self.value(node.base), self._integer(node.exp))
        if isinstance(node, HadamardProduct):
            parts = [_entries(self.value(part)) for part in node.args]
            return self._filled(node.shape, lambda i, j: _product(part[i][j] for part in parts))
        if isinstance(node, DiagMatrix):
            vector = [row[0] for row in _entries(self.value(node.args[0]))]
            zero = number(0, 1)
            return self._filled(node.shape, lambda i, j: vector[i] if i == j else zero)
        raise NoValueError(f"{type(node).__name__} has no exact value here")

    def _scaled(self, matrix: Value, scalar: Value) -> Value:
        rows = _entries(matrix)
        entries = [entry * scalar for row in rows for entry in row]
        return self.field.matrix(len(rows), len(rows[0]), entries)

    def _power(self, matrix: Value, exponent: int) -> Value:
        if exponent < 0:
            matrix, exponent = matrix.inv(), -exponent
        size = matrix.nrows()
        one = [self.field.number(int(i == j), 1) for i in range(size) for j in range(size)]
        result = self.field.matrix(size, size, one)
        for _ in range(exponent):
            result = result * matrix
        return result

    def _scalar(self, expression: Expr) -> Value:
        if isinstance(expression, Rational):
            return self.field.number(int(expression.p), int(expression.q))
        if isinstance(expression, Add):
            terms = [self.value(term) for term in expression.args]
            return sum(terms[1:], terms[0])
        if isinstance(expression, Mul):
            return _product(self.value(factor) for factor in expression.args)
        if isinstance(expression, Pow):
            return self.value(expression.base) ** self._integer(expression.exp)
        if isinstance(expression, Trace):
            rows = _entries(self.value(expression.arg))
            return sum((rows[i][i] for i in range(1, len(rows))), rows[0][0])
        if isinstance(expression, Determinant):
            return self.value(expression.arg).det()
        if isinstance(expression, Sum):
            return self._sum(expression)
        if expression in self.sizes:
            return self.field.number(self.sizes[expression], 1)
        raise NoValueError(f"{expression} has no exact value here")

    def _sum(self, expression: Sum) -> Value:
        (index, low, high), *others = expression.limits
        if others:
            raise NoValueError("a sum over several indices")
        first, last = self._integer(low), self._integer(high)
        terms = [self.value(expression.function.subs(index, k)) for k in range(first, last + 1)]
        if not terms:
            raise NoValueError("an empty sum")
        return sum(terms[1:], terms[0])


def _product(factors: Any) -> Value:
    total = None
    for factor in factors:
        total = factor if total is None else total * factor
    return total


def _entries(matrix: Value) -> list[list[Value]]:
    return [list(row) for row in matrix.tolist()]


def dimensions(expression: Any) -> set[Symbol]:
    """Return the symbols that are sizes of the matrices of an expression.

    >>> n = Symbol("n")
    >>> dimensions(MatrixSymbol("A", n, 2))
    {n}
    """
    matrices = expression.atoms(
        MatrixSymbol, Identity, ZeroMatrix, OneMatrix, IndexedMatrix, NeuronDiagonal
    )
    return {s for m in matrices for size in m.shape for s in sympy.sympify(size).free_symbols}


__all__ = ["FRACTIONS", "Assignment", "Field", "NoValueError", "dimensions", "finite_field"]
