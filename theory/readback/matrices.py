r"""Matrices over neurons as they are read: sums of products in order, and what was printed, alike.

A factor is a diagonal, a weight, a column or a row, a letter at a time, a product or a sum over
positions; numbers are gathered in front. Two matrices are the same if their sums are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from sympy import Expr, S, Symbol

from longlag.theory.language.maps import DenseWeight, RowWeight
from longlag.theory.language.matrix import (
    IDENTITY,
    Diagonal,
    Intermediate,
    Matrix,
    OrderedProduct,
    PositionSum,
    Product,
    RankOne,
    Sum,
    Weight,
)
from longlag.theory.language.symbols import is_shared
from longlag.theory.notation import neurons
from longlag.theory.readback.equal import same
from longlag.theory.readback.neurons import TIME, CellLetters, matrix_name
from longlag.theory.tex import commands
from longlag.theory.tex.bindings import bound_symbol, end
from longlag.theory.tex.context import Context, number
from longlag.theory.tex.formula import context_of, read_tokens
from longlag.theory.tex.indices import index_limits
from longlag.theory.tex.names import spelled
from longlag.theory.tex.parts import Formula, Part, Term, taken_apart
from longlag.theory.tex.runs import operand
from longlag.theory.tex.tokens import Text, Token, refusal, tokenise
from longlag.theory.typeset.author import current

Factor = tuple[Any, ...]


@dataclass(frozen=True)
class Chain:
    """A number times matrices in order.

    Args:
        scale: the number.
        factors: the newest first.
    """

    scale: Expr
    factors: tuple[Factor, ...]


#: A sum: its terms, whatever their order.
Chains = frozenset[Chain]


# what was printed


@dataclass(frozen=True)
class Printed:
    """How nodes of a cell become chains.

    Args:
        letters: of the cell.
        labels: nodes that are printed as a letter.
    """

    letters: CellLetters
    labels: tuple[tuple[Matrix, str], ...] = ()

    def chains(self, node: Matrix, offset: Expr = S.Zero) -> Chains:
        """Return a node as a sum of chains.

        Args:
            node: of the cell.
            offset: how many steps before t.
        """
        terms = node.terms if isinstance(node, Sum) else (node,)
        return frozenset(self.chain(term, offset) for term in terms)

    def chain(self, node: Matrix, offset: Expr) -> Chain:
        """Return a node that is no sum as a chain."""
        parts = node.factors if isinstance(node, Product) else (node,)
        scale, factors = S.One, []
        for part in parts:
            number, made = self.factors(part, offset)
            scale *= number
            factors += made
        return Chain(scale, tuple(factors))

    def labelled(self, node: Matrix, offset: Expr) -> tuple[Expr, list[Factor]]:
        """Return a factor, by its letter where it has one."""
        for known, letter in self.labels:
            if node == known:
                return S.One, [("letter", letter, TIME - offset)]
        return self.factors(node, offset)

    def factors(self, node: Matrix, offset: Expr) -> tuple[Expr, list[Factor]]:
        """Return a number and the factors of a node."""
        return _factors(node, self, offset)


@singledispatch
def _factors(node: Any, printed: Printed, offset: Expr) -> tuple[Expr, list[Factor]]:
    raise TypeError(f"not a matrix node: {node!r}")


@_factors.register
def _(node: Diagonal, printed: Printed, offset: Expr) -> tuple[Expr, list[Factor]]:
    entry = printed.letters.meant(node.entry, offset)
    return (entry, []) if is_shared(node.entry) else (S.One, [("diag", entry)])


@_factors.register
def _(node: Weight, printed: Printed, offset: Expr) -> tuple[Expr, list[Factor]]:
    return S.One, [("weight", matrix_name(node.symbol))]


@_factors.register
def _(node: RankOne, printed: Printed, offset: Expr) -> tuple[Expr, list[Factor]]:
    scale = S.One / neurons if node.row.has(neurons) else S.One
    row = node.row / scale
    column = ("column", printed.letters.meant(node.column, offset))
    if isinstance(row, RowWeight):
        return scale, [column, ("row of", row.name)]
    return scale, [column, ("row", printed.letters.meant(row, offset))]


@_factors.register
def _(node: Intermediate, printed: Printed, offset: Expr) -> tuple[Expr, list[Factor]]:
    return S.One, [("letter", f"V({node.number})", TIME - offset)]


@_factors.register
def _(node: Sum, printed: Printed, offset: Expr) -> tuple[Expr, list[Factor]]:
    return S.One, [("sum", printed.chains(node, offset))]


@_factors.register
def _(node: Product, printed: Printed, offset: Expr) -> tuple[Expr, list[Factor]]:
    chain = printed.chain(node, offset)
    return chain.scale, list(chain.factors)


@_factors.register
def _(node: OrderedProduct, printed: Printed, offset: Expr) -> tuple[Expr, list[Factor]]:
    if node.lag.is_Integer and node.lag <= 4:
        scale, factors = S.One, []
        for behind in range(int(node.lag)):
            number, made = printed.labelled(node.factor, S(behind))
            scale *= number
            factors += made
        return scale, factors
    return S.One, [_run(node.factor, printed, _index("j"), S.Zero, node.lag - 1)]


@_factors.register
def _(node: PositionSum, printed: Printed, offset: Expr) -> tuple[Expr, list[Factor]]:
    if node.order == 0:
        return _factors(OrderedProduct(node.local, node.lag), printed, offset)
    last = node.lag - 1
    count = int(node.order)
    positions = [_index("j" if count == 1 else f"j_{i}") for i in range(1, count + 1)]
    inner: list[Factor] = []
    scale = S.One
    before: Expr = S.NegativeOne
    for position in positions:
        inner += _between(node.local, printed, before + 1, position - 1)
        number, made = printed.labelled(node.recurrent, position)
        scale *= number
        inner += made
        before = position
    inner += _between(node.local, printed, before + 1, last)
    ends = [*positions[1:], None]
    limits = tuple(
        (p, S.Zero, last if after is None else after - 1)
        for p, after in zip(positions, ends, strict=True)
    )
    return S.One, [("positions", limits, frozenset([Chain(scale, tuple(inner))]))]


def _between(factor: Matrix, printed: Printed, low: Expr, high: Expr) -> list[Factor]:
    return [] if factor == IDENTITY else [_run(factor, printed, _index("i"), low, high)]


def _run(factor: Matrix, printed: Printed, index: Symbol, low: Expr, high: Expr) -> Factor:
    scale, made = printed.labelled(factor, index)
    return ("run", ((index, low, high),), frozenset([Chain(scale, tuple(made))]))


def _index(name: str) -> Symbol:
    return Symbol(name, integer=True)


# what is read


@dataclass(frozen=True)
class Reader:
    """Reads matrices over the neurons of a cell.

    Args:
        letters: of the cell.
        named: how letters of matrices are written ↦ what they are called.
    """

    letters: CellLetters
    named: tuple[tuple[str, str], ...] = ()

    def read(self, tokens: Sequence[Token]) -> Chains:
        """Return what tokens spell out.

        Raises:
            LonglagError: it is no sum of products of matrices.
        """
        formula = taken_apart(tokens, tokens[0])
        return self._sum(formula, context_of(self.letters.names, tokens[0]))

    def _sum(self, formula: Formula, context: Context) -> Chains:
        if formula.signs:
            raise refusal(formula.token, "a relation stands inside a value", "write two")
        chains = [self._term(term, context) for term in formula.lines[0]]
        if len(set(chains)) < len(chains):
            raise refusal(formula.token, "two terms are the same", "add them")
        return frozenset(chain for chain in chains if chain.scale != 0 or chain.factors)

    def _term(self, term: Term, context: Context) -> Chain:
        run = [part for part in term.run if not _is_sign(part)]
        scale = S.NegativeOne if term.negative else S.One
        number, factors = self._run(run, context)
        return Chain(scale * number, tuple(factors))

    def _run(self, run: Sequence[Part], context: Context) -> tuple[Expr, list[Factor]]:
        scale: Expr = S.One
        factors: list[Factor] = []
        at = 0
        while at < len(run):
            part = run[at]
            if part.kind == "name" and part.text == r"\cdots" and at + 1 < len(run):
                last = self._letter(run, at + 1, context)
                factors[-2:] = [_left_out(part, factors[-2:], last)]
                at = last[1] if last else at
                continue
            if part.kind == "name" and part.text in (r"\sum", r"\prod"):
                factors.append(self._bound(run, at, context))
                return scale, factors
            number, made, at = self._factor(run, at, context)
            scale *= number
            factors += made
        return scale, factors

    def _bound(self, run: Sequence[Part], at: int, context: Context) -> Factor:
        part = run[at]
        if part.sub is None:
            raise refusal(part.token, "its index is missing", "write it")
        limits = index_limits(part.sub, part.sup)
        symbols = {i.key: bound_symbol(context, i.key, integer=True) for i in limits}
        within = context.binding(symbols)
        ends = tuple(
            (
                symbols[i.key],
                end(within, i.low, part.token) + i.low_shift,
                end(within, i.high, part.token) + i.high_shift,
            )
            for i in limits
        )
        number, factors = self._run(run[at + 1 :], within)
        kind = "run" if part.text == r"\prod" else "positions"
        return (kind, ends, frozenset([Chain(number, tuple(factors))]))

    def _factor(
        self, run: Sequence[Part], at: int, context: Context
    ) -> tuple[Expr, list[Factor], int]:
        part = run[at]
        if part.kind == "name" and part.text == r"\operatorname{diag}":
            (inner,) = run[at + 1].children
            return S.One, [("diag", context.value(inner))], at + 2
        letter = self._letter(run, at, context)
        if letter is not None:
            return S.One, [letter[0]], letter[1]
        # The author's letters come before our own.
        weight = self._weight(part)
        if weight is not None:
            return S.One, [("weight", weight)], at + 1
        if part.kind == "name" and part.text == "I" and part.bare:
            return S.One, [], at + 1
        row = self._row(part, context)
        if row is not None:
            return S.One, [row], at + 1
        if part.kind == "brackets" and part.sub is not None:
            (inner,) = part.children
            return S.One, [("entry", spelled(part.sub.inner), self._sum(inner, context))], at + 1
        if part.kind == "brackets" and part.bare and self._holds_matrices(part, context):
            return self._bracketed(part, context, at)
        if part.kind == "name" and part.text == r"\mathbf{1}" and part.bare:
            return S.One, [("column", S.One)], at + 1
        return self._number(run, at, context)

    def _bracketed(self, part: Part, context: Context, at: int) -> tuple[Expr, list[Factor], int]:
        chains = self._sum(part.children[0], context)
        sole = next(iter(chains)) if len(chains) == 1 else None
        if sole is not None:
            return sole.scale, list(sole.factors), at + 1
        return S.One, [("sum", chains)], at + 1

    def _number(
        self, run: Sequence[Part], at: int, context: Context
    ) -> tuple[Expr, list[Factor], int]:
        """A number, or a column where a row stands behind it."""
        value, after = operand(context, run, at)
        value = number(value, run[at].token)
        behind = run[after] if after < len(run) else None
        is_column = behind is not None and self._row(behind, context) is not None
        return (S.One, [("column", value)], after) if is_column else (value, [], after)

    def _letter(self, run: Sequence[Part], at: int, context: Context) -> tuple[Factor, int] | None:
        """A letter of a matrix at a time: D_{t-j}, or D(t-j)."""
        part = run[at]
        called = dict(self.named).get(part.text) if part.kind == "name" else None
        if called is None:
            return None
        above = spelled(part.sup.inner) if part.sup else ""
        name = called + above
        if current().time == "argument":
            behind = run[at + 1] if at + 1 < len(run) else None
            if behind is None or behind.kind != "brackets" or part.sub:
                return None
            return ("letter", name, context.value(behind.children[0])), at + 2
        if part.sub is None:
            return None
        return ("letter", name, context.read(part.sub.inner, part.token)), at + 1

    def _weight(self, part: Part) -> str | None:
        for node in self.letters.graph.maps:
            tex = self.letters.weight_tex(node.weight)
            if isinstance(node.weight, DenseWeight) and self.letters.is_written(part, tex):
                return matrix_name(node.weight)
        return None

    def _row(self, part: Part, context: Context) -> Factor | None:
        if part.sup is None or spelled(part.sup.inner) != spelled_tex(current().transpose):
            return None
        for node in self.letters.graph.maps:
            if isinstance(node.weight, RowWeight) and self.letters.is_row(part, node.weight):
                return ("row of", node.weight.name)
        if part.kind == "name" and part.text == r"\mathbf{1}":
            return ("row", S.One)
        if part.kind == "brackets":
            return ("row", context.value(part.children[0]))
        return None

    def _holds_matrices(self, part: Part, context: Context) -> bool:
        return any(
            (inner.kind == "name" and inner.text in (r"\operatorname{diag}", r"\prod", r"\sum"))
            or (inner.kind == "name" and (inner.text == "I" or inner.text in dict(self.named)))
            or (self._weight(inner) is not None and not self._acts(term.run, place))
            for child in part.children
            for line in child.lines
            for term in line
            for place, inner in enumerate(term.run)
        )

    def _acts(self, run: Sequence[Part], at: int) -> bool:
        """Whether a weight acts on a vector, as in W h, and is no factor of a matrix."""
        behind = run[at + 1] if at + 1 < len(run) else None
        return behind is not None and behind.text != r"\operatorname{diag}"


def _left_out(part: Part, before: Sequence[Factor], last: tuple[Factor, int] | None) -> Factor:
    r"""``J_t J_{t-1} \cdots J_{t-\ell+1}`` as a product over positions."""
    ends = [*before, *([last[0]] if last else [])]
    letters = len(ends) == 3 and all(end[0] == "letter" for end in ends)
    if not letters or len({end[1] for end in ends}) > 1 or ends[1][2] != ends[0][2] - 1:
        raise refusal(
            part.token, "what is left out is not clear", "write two neighbours and the last"
        )
    name, first = ends[0][1:]
    index = _index("j")
    inner = frozenset([Chain(S.One, (("letter", name, first - index),))])
    return ("run", ((index, S.Zero, first - ends[2][2]),), inner)


def _is_sign(part: Part) -> bool:
    return part.kind == "times" and part.text in commands.TIMES


def spelled_tex(tex: str) -> str:
    """Return TeX as scripts are compared."""
    return spelled(tokenise(Text("name", tex)))


@dataclass(frozen=True)
class CellMatrix:
    """A side that is a matrix over the neurons of a cell.

    Args:
        reader: of the cell.
        meant: what was printed.
    """

    reader: Reader
    meant: Chains

    def mismatch(self, tokens: Sequence[Token]) -> str | None:
        """Return what is read in place of what was printed, None where it is the same."""
        read = self.reader.read(tokens)
        return (
            None if same_chains(read, self.meant) else f"{_told(read)} and not {_told(self.meant)}"
        )


@dataclass(frozen=True)
class CellValue:
    """A side that is a value of a cell, of a neuron or of all.

    Args:
        letters: of the cell.
        meant: what was printed, as it is read.
    """

    letters: CellLetters
    meant: Expr

    def mismatch(self, tokens: Sequence[Token]) -> str | None:
        """Return what is read in place of what was printed, None where it is the same."""
        read = read_tokens(tokens, self.letters.names, tokens[0])
        return None if same(read, self.meant) else f"{read} and not {self.meant}"


def same_chains(first: Chains, second: Chains) -> bool:
    """Whether two sums of products are one: chain by chain, in any order."""
    if first == second:
        return True
    if len(first) != len(second):
        return False
    left = list(second)
    for chain in first:
        found = next((other for other in left if _same(chain, other)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, Chain) and isinstance(second, Chain):
        return _same(first.scale, second.scale) and _same(first.factors, second.factors)
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(map(_same, first, second))
    if isinstance(first, frozenset) and isinstance(second, frozenset):
        return same_chains(first, second)
    if isinstance(first, Expr) and isinstance(second, Expr):
        return same(first, second)
    return bool(first == second)


def _told(value: Any) -> str:
    """Chains in words, for messages."""
    if isinstance(value, frozenset):
        return " + ".join(sorted(map(_told, value))) or "0"
    if isinstance(value, Chain):
        return " ".join([f"({value.scale})", *map(_told, value.factors)])
    if isinstance(value, tuple):
        return f"[{' '.join(map(_told, value))}]"
    return str(value)


__all__ = ["CellMatrix", "CellValue", "Chain", "Chains", "Printed", "Reader", "same_chains"]
