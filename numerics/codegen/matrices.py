"""Matrix nodes as calls of the backends' helpers.

A chain of factors is folded into one of three forms: the diagonal of a field, a full matrix, or an
outer product, so that no dense product is formed where a cheaper one exists. A Jacobian is
accumulated in place term by term, since a fresh array of its size costs more than the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sympy import Expr

from longlag.theory.language.matrix import (
    ZERO,
    Diagonal,
    Intermediate,
    Matrix,
    Product,
    RankOne,
    Sum,
    Weight,
    intermediates,
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


def factors_of(node: Matrix) -> tuple[Matrix, ...]:
    """Return the factors of a product; any other node is its own single factor."""
    return node.factors if isinstance(node, Product) else (node,)


def fold(factors: Sequence[Matrix], entry: Entry) -> Form:
    """Return a chain of factors, leftmost first, as one form."""
    ranks = [place for place, factor in enumerate(factors) if isinstance(factor, RankOne)]
    if ranks:
        return _fold_outer(factors, ranks, entry)
    form = _leaf(factors[0], entry)
    for factor in factors[1:]:
        form = _multiply(form, _leaf(factor, entry))
    return form


def _multiply(left: Field | Full, right: Field | Full) -> Field | Full:
    if isinstance(left, Field):
        if isinstance(right, Field):
            return Field(f"{left.entry}*{right.entry}")
        return Full(f"scale_rows({left.entry}, {right.code})")
    if isinstance(right, Field):
        return Full(f"scale_columns({left.code}, {right.entry})")
    return Full(f"{left.code} @ {right.code}")


def _fold_outer(factors: Sequence[Matrix], ranks: Sequence[int], entry: Entry) -> Outer:
    """A chain with a rank-one factor: vectors are carried outwards from it, no matrix product."""
    columns, rows = [], []
    for start, place in zip([-1, *ranks], ranks, strict=False):
        rank = factors[place]
        assert isinstance(rank, RankOne)
        rows.append(entry(rank.row))
        column = entry(rank.column)
        for factor in reversed(factors[start + 1 : place]):
            left = _leaf(factor, entry)
            if isinstance(left, Field):
                column = f"{left.entry}*{column}"
            else:
                apply = "apply" if isinstance(factor, Intermediate) else "dense"
                column = f"{apply}({left.code}, {column})"
        columns.append(column)
    row = rows[-1]
    for factor in factors[ranks[-1] + 1 :]:
        right = _leaf(factor, entry)
        if isinstance(right, Field):
            row = f"{row}*{right.entry}"
        else:
            row = f"left_multiply({row}, {right.code})"
    inners = [f"inner({r}, {c})" for r, c in zip(rows[:-1], columns[1:], strict=True)]
    return Outer("*".join([columns[0], *inners]), row)


def _leaf(node: Matrix, entry: Entry) -> Field | Full:
    if isinstance(node, Diagonal):
        return Field(entry(node.entry))
    if isinstance(node, Weight):
        return Full(f"weight_{node.symbol.name}")
    if isinstance(node, Intermediate):
        return Full(_variable(node))
    raise TypeError(f"no code for a {type(node).__name__} inside a term of a one-step Jacobian")


def _variable(node: Intermediate) -> str:
    return f"V{node.number}"


def intermediate_lines(nodes: Sequence[Matrix], entry: Entry) -> list[str]:
    """Return statements that compute the intermediate matrices in some nodes, each once."""
    lines = []
    for each in intermediates(*nodes):
        zero = "zero_matrix(1, frame, state, drive, weight, parameter)"
        lines.append(f"{_variable(each)} = {zero}")
        lines += matrix_lines(_variable(each), each.definition, entry)
    return lines


def matrix_lines(target: str, node: Matrix, entry: Entry) -> list[str]:
    """Return statements that add the matrix of a node to the array ``target``, in place.

    Diagonals come last: PyTorch cannot differentiate what is added to a view after a view of it.
    """
    full: list[str] = []
    outer: dict[str, list[str]] = {}
    diagonal: list[str] = []
    for term in terms_of(node):
        factors = factors_of(term)
        form = fold(factors, entry)
        if isinstance(form, Field):
            diagonal.append(f"add_diagonal({target}, {form.entry})")
        elif isinstance(form, Outer):
            outer.setdefault(form.column, []).append(form.row)
        elif isinstance(factors[0], Diagonal):
            rest = fold(factors[1:], entry)
            assert isinstance(rest, Full)
            full.append(f"add_rows({target}, {entry(factors[0].entry)}, {rest.code})")
        else:
            full.append(f"add_matrix({target}, {form.code})")
    # Rows under one column are summed first: one pass over the matrix instead of several.
    outers = [f"add_outer({target}, {column}, {' + '.join(r)})" for column, r in outer.items()]
    return [*full, *outers, *diagonal]


def diagonal_code(node: Matrix, entry: Entry) -> str:
    """Return the diagonal of a node, shape (..., H), without forming full matrices if possible."""
    if node == ZERO:
        return "frame"
    return " + ".join(_chain_diagonal(factors_of(term), entry) for term in terms_of(node))


def _chain_diagonal(factors: Sequence[Matrix], entry: Entry) -> str:
    # Diagonals at the ends commute with taking the diagonal.
    scales, core = [], list(factors)
    for end in (0, -1):
        while core and isinstance(outermost := core[end], Diagonal):
            scales.append(entry(outermost.entry))
            core.pop(end)
    if not core:
        return "*".join(scales)
    code = _core_diagonal(core, entry)
    if not scales and all(isinstance(factor, Weight) for factor in core):
        return f"field({code}, frame)"
    return "*".join([*scales, code])


def _core_diagonal(factors: Sequence[Matrix], entry: Entry) -> str:
    """The diagonal of a chain that begins and ends with a map."""
    form = fold(factors, entry)
    if isinstance(form, Outer):
        return f"{form.column}*{form.row}"
    if len(factors) == 1 and isinstance(form, Full):
        return f"diagonal_of({form.code})"
    *first, last = factors
    left, right = fold(first, entry), _leaf(last, entry)
    middle = factors[1]
    constant = not any(isinstance(factor, Intermediate) for factor in factors)
    if len(factors) == 3 and isinstance(middle, Diagonal) and constant:
        outermost = _leaf(factors[0], entry)
        assert isinstance(outermost, Full) and isinstance(right, Full)  # noqa: PT018
        return f"diagonal_through({outermost.code}, {entry(middle.entry)}, {right.code})"
    assert isinstance(left, Full) and isinstance(right, Full)  # noqa: PT018
    return f"diagonal_of_product({left.code}, {right.code})"
