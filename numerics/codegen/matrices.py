"""Matrix nodes as calls of the backends' helpers.

A chain of factors is folded from the right into one of three forms: the diagonal of a field, a
full matrix, or an outer product, so that no dense product is formed where a cheaper one exists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sympy import Expr

from longlag.theory.matrix import (
    ZERO,
    Diagonal,
    Matrix,
    Product,
    RankOne,
    Sum,
    Weight,
)

#: Returns the text of a scalar entry of shape (..., H).
Entry = Callable[[Expr], str]


@dataclass(frozen=True)
class Field:
    """diag(entry)."""

    entry: str


@dataclass(frozen=True)
class Full:
    """A full matrix."""

    code: str


@dataclass(frozen=True)
class Outer:
    """column · rowᵀ."""

    column: str
    row: str


Form = Field | Full | Outer


def terms_of(node: Matrix) -> tuple[Matrix, ...]:
    """Return the terms of a sum; any other node is its own single term."""
    return node.terms if isinstance(node, Sum) else (node,)


def fold(factors: Sequence[Matrix], entry: Entry) -> Form:
    """Return a chain of factors, leftmost first, as one form."""
    form = _leaf(factors[-1], entry)
    for factor in reversed(factors[:-1]):
        form = _multiply(factor, form, entry)
    return form


def _leaf(node: Matrix, entry: Entry) -> Form:
    if isinstance(node, Diagonal):
        return Field(entry(node.entry))
    if isinstance(node, Weight):
        return Full(f"weight_{node.symbol.name}")
    if isinstance(node, RankOne):
        return Outer(entry(node.column), entry(node.row))
    if isinstance(node, Product):
        return fold(node.factors, entry)
    if isinstance(node, Sum):
        return Full(sum_code(node, entry))
    raise TypeError(f"no code for a {type(node).__name__} inside a one-step Jacobian")


def _multiply(left: Matrix, right: Form, entry: Entry) -> Form:
    if isinstance(left, Diagonal):
        scale = entry(left.entry)
        if isinstance(right, Outer):
            return Outer(f"{scale}*{right.column}", right.row)
        return Full(f"scale_rows({scale}, {full_code(right)})")
    if isinstance(left, RankOne):
        column, row = entry(left.column), entry(left.row)
        if isinstance(right, Outer):
            return Outer(f"{column}*inner({row}, {right.column})", right.row)
        return Outer(column, f"left_multiply({row}, {full_code(right)})")
    matrix = full_code(_leaf(left, entry))
    if isinstance(right, Field):
        return Full(f"scale_columns({matrix}, {right.entry})")
    if isinstance(right, Outer):
        return Outer(f"right_multiply({matrix}, {right.column})", right.row)
    return Full(f"{matrix} @ {right.code}")


def full_code(form: Form) -> str:
    """Return any form as a full matrix."""
    if isinstance(form, Field):
        return f"add_diagonal(zero_matrix({form.entry}), {form.entry})"
    if isinstance(form, Outer):
        return f"outer({form.column}, {form.row})"
    return form.code


def sum_code(node: Matrix, entry: Entry) -> str:
    """Return a sum as one expression; ``sum_lines`` is the readable form for whole blocks."""
    if node == ZERO:
        return "zero_matrix(frame)"
    return " + ".join(full_code(_leaf(term, entry)) for term in terms_of(node))


def sum_lines(name: str, node: Matrix, entry: Entry) -> list[str]:
    """Return statements that leave the matrix of a node in the variable ``name``.

    Scaled rows come first and are accumulated in one pass each; the diagonal comes last.
    """
    terms = terms_of(node)
    diagonals = [term for term in terms if isinstance(term, Diagonal)]
    others = [term for term in terms if not isinstance(term, Diagonal)]
    lines = []
    for term in others:
        factors = term.factors if isinstance(term, Product) else (term,)
        if lines and isinstance(factors[0], Diagonal) and len(factors) > 1:
            rest = full_code(fold(factors[1:], entry))
            value = f"add_rows({name}, {entry(factors[0].entry)}, {rest})"
        else:
            value = full_code(fold(factors, entry))
            value = f"{name} + {value}" if lines else value
        lines.append(f"{name} = {value}")
    if not lines:
        lines.append(f"{name} = zero_matrix(frame)")
    for term in diagonals:
        lines.append(f"{name} = add_diagonal({name}, {entry(term.entry)})")
    return lines


def diagonal_code(node: Matrix, entry: Entry) -> str:
    """Return the diagonal of a node, shape (..., H), without forming full matrices if possible."""
    if node == ZERO:
        return "frame"
    return " + ".join(_chain_diagonal(term, entry) for term in terms_of(node))


def _chain_diagonal(node: Matrix, entry: Entry) -> str:
    factors = list(node.factors if isinstance(node, Product) else (node,))
    scales = []
    while factors and isinstance(factors[0], Diagonal):
        scales.append(entry(factors.pop(0).entry))
    while factors and isinstance(factors[-1], Diagonal):
        scales.append(entry(factors.pop().entry))
    if factors:
        scales.append(_core_diagonal(factors, entry))
    return "*".join(scales)


def _core_diagonal(factors: Sequence[Matrix], entry: Entry) -> str:
    form = fold(factors, entry)
    if isinstance(form, Outer):
        return f"({form.column})*({form.row})"
    if len(factors) == 1:
        return f"diagonal_of({full_code(form)})"
    # Split after the first map and what scales its columns, so that both sides are plain products.
    split = 2 if isinstance(factors[1], Diagonal) else 1
    left, right = (full_code(fold(part, entry)) for part in (factors[:split], factors[split:]))
    return f"diagonal_of_product({left}, {right})"
