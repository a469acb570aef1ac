"""A matrix of a cell, all its terms added in one pass over each row, as one C function.

A chain of factors is one of three forms: a diagonal, an outer product, or
diag(left)·core·diag(right), whose core is a weight or, where it holds several, a product that BLAS
forms once for each time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from sympy import Expr, S
from torch import Tensor
from torch.nn.functional import linear

from longlag.numerics.codegen.matrices import factors_of, terms_of
from longlag.numerics.compiled.pointwise import call, comment, indented, renamed
from longlag.theory.language.matrix import Diagonal, Intermediate, Matrix, RankOne, Weight, blocks
from longlag.theory.language.matrix import entries as entries_of

#: Returns the field (..., H) of a scalar entry, or the array of a weight or intermediate matrix.
Entry = Callable[[Expr | Intermediate], Tensor]


@dataclass(frozen=True)
class Outer:
    """column·rowᵀ of a chain with a rank-one factor: vectors are carried outwards from it."""

    factors: tuple[Matrix, ...]

    def column(self, entry: Entry) -> Tensor:
        """Return the column of one chain, with the inner products between its rank-one factors."""
        ranks = self._ranks()
        column = self._column(0, ranks[0], entry)
        for left, right in pairwise(ranks):
            row = entry(self._rank(left).row)
            inner = (row * self._column(left + 1, right, entry)).sum(-1, keepdim=True)
            column = column * inner
        return column

    def row(self, entry: Entry) -> Tensor:
        """Return the row."""
        last = self._ranks()[-1]
        row = entry(self._rank(last).row)
        for factor in self.factors[last + 1 :]:
            if isinstance(factor, Diagonal):
                row = row * entry(factor.entry)
            else:
                matrix = entry(_symbol(factor))
                one_for_all = isinstance(factor, Weight)
                row = row @ matrix if one_for_all else (row.unsqueeze(-2) @ matrix).squeeze(-2)
        return row

    def _column(self, start: int, place: int, entry: Entry) -> Tensor:
        column = entry(self._rank(place).column)
        for factor in reversed(self.factors[start:place]):
            if isinstance(factor, Diagonal):
                column = entry(factor.entry) * column
            else:
                matrix = entry(_symbol(factor))
                one_for_all = isinstance(factor, Weight)
                column = linear(column, matrix) if one_for_all else _times(matrix, column)
        return column

    def _ranks(self) -> list[int]:
        return [k for k, factor in enumerate(self.factors) if isinstance(factor, RankOne)]

    def _rank(self, place: int) -> RankOne:
        rank = self.factors[place]
        assert isinstance(rank, RankOne)
        return rank


def _times(matrix: Tensor, column: Tensor) -> Tensor:
    return (matrix @ column.unsqueeze(-1)).squeeze(-1)


def dense_core(factors: Sequence[Matrix], entry: Entry) -> Tensor:
    """Return the product of weights and diagonals, a weight first and last."""
    product = entry(_symbol(factors[0]))
    for factor in factors[1:]:
        if isinstance(factor, Diagonal):
            product = product * entry(factor.entry).unsqueeze(-2)
        else:
            product = product @ entry(_symbol(factor))
    return product


def split(factors: Sequence[Matrix]) -> tuple[Expr, tuple[Matrix, ...], Expr]:
    """Return a chain as the diagonal on its left, what lies between, and that on its right."""
    core, ends = list(factors), [S.One, S.One]
    for end, place in ((0, 0), (1, -1)):
        if core and isinstance(outermost := core[place], Diagonal):
            ends[end] = outermost.entry
            core.pop(place)
    return ends[0], tuple(core), ends[1]


def _symbol(factor: Matrix) -> Expr | Intermediate:
    if isinstance(factor, Intermediate):
        return factor
    assert isinstance(factor, Weight)
    return factor.symbol


@dataclass
class _Slots:
    """The arrays that a C function takes, each once, with how it is computed."""

    computed: dict[Hashable, Callable[[Entry], Tensor]] = field(default_factory=dict)

    def __call__(self, key: Hashable, compute: Callable[[Entry], Tensor]) -> int:
        self.computed.setdefault(key, compute)
        return list(self.computed).index(key)


class Assembly:
    """The C function that writes a matrix, and the arrays it takes.

    Args:
        name: of the function, which has ``_f32`` or ``_f64`` behind it.
        matrix: a matrix of a cell, blocks in the order of its states.
        states: the names of the states.
    """

    def __init__(self, name: str, matrix: Matrix, states: Sequence[str]) -> None:
        self.name = name
        self.states = states
        self.rows = blocks(matrix)
        self._fields, self._matrices = _Slots(), _Slots()
        self._texts = [self._row(*pair) for pair in zip(states, self.rows, strict=True)]

    @cached_property
    def entries(self) -> tuple[Expr, ...]:
        """Every scalar that is a field, of the matrix and of the intermediate ones in it."""
        return entries_of(*(node for row in self.rows for node in row))

    @cached_property
    def is_plain(self) -> bool:
        """Whether the arrays are entries and weights, none computed from others."""
        entries = all(isinstance(key, Expr) for key in self._fields.computed)
        cores = self._matrices.computed
        return entries and all(
            isinstance(core, tuple) and len(core) == 1 and isinstance(core[0], Weight)
            for core in cores
        )

    @property
    def field_entries(self) -> list[Expr]:
        """The entries that the fields are, where the arrays are plain."""
        return [key for key in self._fields.computed if isinstance(key, Expr)]

    def fields(self, entry: Entry) -> list[Tensor]:
        """Return the fields (..., H) that the function takes."""
        return [compute(entry) for compute in self._fields.computed.values()]

    def matrices(self, entry: Entry) -> list[Tensor]:
        """Return the matrices (H, H) or (..., H, H) that the function takes."""
        return [compute(entry) for compute in self._matrices.computed.values()]

    @property
    def width(self) -> str:
        """The C expression of the number of columns."""
        return "size" if len(self.states) == 1 else f"{len(self.states)}*size"

    @property
    def source(self) -> str:
        """The C text of the function."""
        parts = [text for text, _ in self._texts]
        calls = []
        for place, (_, handed) in enumerate(self._texts):
            target = f"first_row + {place}*size*width" if place else "first_row"
            calls += [
                *handed,
                f"                store_row({target}, row, width*sizeof(REAL), past_caches);",
            ]
        main = [
            f"void NAME({self.name})(",
            "    long times, long size, const REAL *const *field, const long *field_stride,",
            "    const REAL *const *matrix, const long *matrix_stride, REAL *row, REAL *out,",
            "    int past_caches, long together)",
            "{",
            f"    const long width = {self.width};",
            "    for (long first = 0; first < times; first += together)",
            "        for (long q = 0; q < size; q++)",
            "            for (long t = first; t < times && t < first + together; t++) {",
            "                REAL *first_row = out + (t*width + q)*width;",
            *calls,
            "            }",
            "    finish_rows();",
            "}",
        ]
        return "\n\n".join([*parts, "\n".join(main)])

    def _row(self, state: str, row: Sequence[Matrix]) -> tuple[str, list[str]]:
        """The function of one row of blocks, and its call."""
        parameters: dict[str, str] = {}
        arguments: dict[str, str] = {}
        meanings: dict[str, None] = {}

        def number(slot: int) -> str:
            meanings[f"a{slot} is {_meaning(self._fields, slot)}"] = None
            parameters[f"a{slot}"] = f"REAL a{slot}"
            arguments[f"a{slot}"] = f"field[{slot}][t*field_stride[{slot}] + q]"
            return f"a{slot}"

        def vector(slot: int) -> str:
            meanings[f"b{slot} is {_meaning(self._fields, slot)}"] = None
            parameters[f"b{slot}"] = f"const REAL *restrict b{slot}"
            arguments[f"b{slot}"] = f"field[{slot}] + t*field_stride[{slot}]"
            return f"b{slot}[p]"

        def row_of(slot: int) -> str:
            meanings[f"m{slot} is {_meaning(self._matrices, slot)}"] = None
            parameters[f"m{slot}"] = f"const REAL *restrict m{slot}"
            arguments[f"m{slot}"] = f"matrix[{slot}] + t*matrix_stride[{slot}] + q*size"
            return f"m{slot}[p]"

        inside, after = [], []
        for place, node in enumerate(row):
            offset = ("", "size + ")[place] if place < 2 else f"{place}*size + "
            products = []
            outers: dict[tuple[Matrix, ...], list[Outer]] = {}
            for term in terms_of(node):
                factors = factors_of(term)
                if isinstance(term, Diagonal):
                    after.append(f"row[{offset}q] += {number(self._entry(term.entry))};")
                elif any(isinstance(factor, RankOne) for factor in factors):
                    outers.setdefault(_column_key(factors), []).append(Outer(factors))
                else:
                    left, core, right = split(factors)
                    pieces = [] if left == 1 else [number(self._entry(left))]
                    pieces.append(row_of(self._core(core)))
                    pieces += [] if right == 1 else [vector(self._entry(right))]
                    products.append("*".join(pieces))
            for key, terms in outers.items():
                column, sum_of_rows = self._outer(key, terms)
                products.append(f"{number(column)}*{vector(sum_of_rows)}")
            inside.append(f"row[{offset}p] = {' + '.join(products) or '0'};")
        name = f"NAME({self.name}_{state})"
        head = ["long size", "long q", *parameters.values(), "REAL *restrict row"]
        lines = [
            f"/* Row q at one time: the derivatives of the new {state}.",
            *(line for meaning in meanings for line in comment(meaning)),
            " */",
            *call(f"static inline void {name}", head, 0),
            "{",
            "    for (long p = 0; p < size; p++) {",
            *indented(inside, 8),
            "    }",
            *indented(after, 4),
            "}",
        ]
        handed = ["size", "q", *arguments.values(), "row"]
        return "\n".join(lines), call(name, handed, 16, ";")

    def _entry(self, expression: Expr) -> int:
        return self._fields(expression, lambda entry: entry(expression))

    def _core(self, core: tuple[Matrix, ...]) -> int:
        return self._matrices(core, lambda entry: dense_core(core, entry))

    def _outer(self, key: Hashable, terms: list[Outer]) -> tuple[int, int]:
        """Rows under one column are summed first: one product instead of several."""
        column = self._fields(("column", key), terms[0].column)
        rows = tuple(terms)

        def total(entry: Entry) -> Tensor:
            found = rows[0].row(entry)
            for other in rows[1:]:
                found = found + other.row(entry)
            return found

        return column, self._fields(("row", rows), total)


def _meaning(slots: _Slots, slot: int) -> str:
    """What an array holds, for the reader of the text."""
    key = list(slots.computed)[slot]
    if isinstance(key, Expr):
        return str(renamed(key))
    assert isinstance(key, tuple)
    if key[0] in ("column", "row"):
        return f"the {key[0]} of a rank-one term"
    if len(key) > 1:
        return "a row of a product of maps"
    (sole,) = key
    if isinstance(sole, Intermediate):
        return f"a row of the intermediate matrix {sole.number}"
    return f"a row of the map {sole.symbol.name}"


def _column_key(factors: tuple[Matrix, ...]) -> tuple[Matrix, ...]:
    """What the column of a chain depends on: all up to its last rank-one factor's column."""
    last = max(k for k, factor in enumerate(factors) if isinstance(factor, RankOne))
    rank = factors[last]
    assert isinstance(rank, RankOne)
    return (*factors[:last], RankOne(rank.column, S.One))


__all__ = ["Assembly", "Outer", "dense_core", "split"]
