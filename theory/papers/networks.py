"""Displays about a cell, at small networks in exact numbers.

Gates, candidates and weights are chosen: every gate has a drive of its own, which can bring it
anywhere. States follow from them by the update, maps by the weights. What differs there is false
of a network that exists; what has one normal form for all values is proved.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy
from flint import fmpq
from sympy import Dummy, Expr, Indexed, IndexedBase, MatrixSymbol, Rational, S, Set, Symbol

from longlag.theory.language.maps import MapValue
from longlag.theory.language.symbols import CellSymbol, Drive, State
from longlag.theory.papers.cells import PaperCell, onto_itself, own_drive
from longlag.theory.statement import Kind, Level, Relation, Settings, Verdict
from longlag.theory.tex.names import matrix_size
from longlag.theory.verify.budget import Budget, effort_named
from longlag.theory.verify.matrices import have_one_normal_form
from longlag.theory.verify.matrix_values import FRACTIONS, Assignment, NoValueError
from longlag.theory.verify.norms import judge_norms
from longlag.theory.verify.ordered import (
    IndexedMatrix,
    NeuronDiagonal,
    expanded,
    index_symbols,
    replaced,
    written_out,
)

#: Networks of one to three neurons that are tried, by effort: a difference that is not nothing
#: vanishes at almost none.
_DRAWS = {"quick": 12, "normal": 24, "thorough": 120}
#: The time that stands for t, so that times before it are no special ones.
_NOW = 50
_NOTHING, _NO_MATRIX = Dummy("·"), MatrixSymbol("·", matrix_size(), matrix_size())


def judge_networks(
    sides: tuple[Any, Any],
    cell: PaperCell,
    domains: Mapping[Symbol, Set],
    integers: Mapping[Symbol, Sequence[int]],
    settings: Settings,
) -> Verdict:
    """Return the verdict on an identity between matrices over the neurons of a cell.

    Args:
        sides: matrices, or numbers of them.
        cell: whose letters occur.
        domains: of the symbols.
        integers: what symbols in indices may be, the first few.
        settings: the seed.

    Returns:
        refuted with an entry, a network and both values there; else proved by the normal form;
        else computed at small networks.
    """
    networks = _Networks(sides, cell, domains, integers, random.Random(settings.seed))
    met = 0
    effort = effort_named(settings.effort)
    budget = Budget(effort, settings.seconds or effort.seconds)
    for count in range(_DRAWS[settings.effort]):
        if met and budget.left < budget.seconds / 2:
            break
        try:
            found = networks.difference(1 + count % 3)
        except NoValueError:
            continue
        met += 1
        if found is not None:
            where, both = found
            return Verdict(
                level=Level.REFUTED,
                method="exact arithmetic on small networks",
                seed=settings.seed,
                counterexample=where,
                sides=both,
            )
    if all(getattr(side, "is_MatrixExpr", False) for side in sides):
        for written in _as_words(sides, cell, domains):
            if have_one_normal_form(*written):
                return Verdict(level=Level.PROVED, method="normal form in diagonals and weights")
    if not met:
        return Verdict(level=Level.UNDECIDED, method="it has no value at small networks")
    return Verdict(
        level=Level.COMPUTED,
        points=met,
        seed=settings.seed,
        method="exact arithmetic on small networks",
    )


def judge_sizes(sign: str, sides: tuple[Any, Any], cell: PaperCell, settings: Settings) -> Verdict:
    """Return the verdict on a bound between norms of matrices over the neurons of a cell.

    It is shown by what holds of all matrices; what fails of some may hold of a cell's.

    Args:
        sign: ≤, <, ≥ or >.
        sides: numbers of matrices.
        cell: whose letters occur.
        settings: how hard.
    """
    sides = expanded(sides[0]), expanded(sides[1])
    parts = cell.parts()
    for lhs, rhs in (sides, tuple(replaced(side, parts) for side in sides)):
        found = judge_norms(sign, Relation(Kind.BOUND, lhs, rhs, {}), {}, settings)
        if found.level in (Level.PROVED, Level.CERTIFIED):
            return found
    return Verdict(
        level=Level.UNDECIDED, method="it does not follow from what holds of norms of all matrices"
    )


def _as_words(
    sides: tuple[Any, Any], cell: PaperCell, numbers: Mapping[Symbol, Set]
) -> Iterator[list[Any]]:
    """Yield sides in letters, then in the parts of the Jacobian, then written out."""
    sides = expanded(sides[0]), expanded(sides[1])
    yield list(sides)
    parts = cell.parts()
    yield [replaced(side, parts) for side in sides]
    definitions = cell.definitions()
    written = cell.unrolled([replaced(side, definitions) for side in sides])
    own = {onto_itself(weight) for weight in cell.weights.values()}
    yield [_scaled(side, {*numbers, *cell.parameters.values()} - own) for side in written]


def _scaled(side: Any, numbers: set[Any]) -> Any:
    """A side in which numbers, the same at all neurons, stand before diagonals and not in them."""
    known = {}
    for node in side.atoms(NeuronDiagonal):
        terms = []
        for term in sympy.Add.make_args(sympy.expand(node.entry)):
            factors = sympy.Mul.make_args(term)
            same = [f for f in factors if f.free_symbols <= numbers and not f.has(Indexed)]
            entry = sympy.Mul(*[f for f in factors if f not in same])
            diagonal = (
                sympy.Identity(matrix_size())
                if entry == 1
                else NeuronDiagonal(entry, matrix_size())
            )
            terms.append(sympy.MatMul(sympy.Mul(*same), diagonal))
        known[node] = sympy.MatAdd(*terms)
    return side.xreplace(known)


@dataclass
class _Networks:
    """Random networks at which two sides may differ."""

    sides: tuple[Any, Any]
    cell: PaperCell
    domains: Mapping[Symbol, Set]
    integers: Mapping[Symbol, Sequence[int]]
    generator: random.Random
    clock: set[Symbol] = field(default_factory=set)

    def __post_init__(self) -> None:
        ends = _in_ends(self.sides)
        self.clock = {s for s in index_symbols(*self.sides) if s not in ends}

    def difference(self, size: int) -> tuple[str, str] | None:
        """Return where both sides differ on a network, and their values; None where they agree."""
        at = {
            symbol: _NOW
            if symbol in self.clock
            else self.generator.choice(self.integers.get(symbol, (1, 2, 3, 4)))
            for symbol in index_symbols(*self.sides)
        }
        sides = [replaced(written_out(s, at), self.cell.definitions()) for s in self.sides]
        network = _Network(self.cell, size, self.generator, _oldest(sides, self.cell))
        values = [self._value(side, network) for side in sides]
        left, right = (
            [[value]] if not hasattr(value, "tolist") else value.tolist() for value in values
        )
        for row, pair in enumerate(zip(left, right, strict=True)):
            for column, (a, b) in enumerate(zip(*pair, strict=True)):
                if a != b:
                    entry = f"entry ({row + 1}, {column + 1}), " if size > 1 else ""
                    lags = {s: v for s, v in at.items() if s not in self.clock}
                    told = [f"{s} = {v}" for s, v in lags.items()]
                    told += [f"{s} = {_short(v)}" for s, v in network.numbers.items()]
                    told += network.told(next(iter(sorted(self.clock, key=str)), None))
                    return ", ".join(told), f"{entry}{_short(a)} against {_short(b)}"
        return None

    def _value(self, side: Any, network: _Network) -> Any:
        """The value of a side without indices."""
        for symbol in sorted(side.free_symbols - {matrix_size()}, key=str):
            if isinstance(symbol, Symbol) and symbol in self.domains:
                network.number(symbol, self.domains[symbol])
        nodes = sorted(side.atoms(NeuronDiagonal), key=str)
        matrices = sorted(side.atoms(MatrixSymbol), key=str)
        weights = {weight: network.weight(weight) for weight in matrices}
        known = {node: network.diagonal(node.entry) for node in nodes}
        values = {**weights, **network.numbers, **known}
        return Assignment(FRACTIONS, {matrix_size(): network.size}, values).value(side)


class _Network:
    """One network in exact numbers: what is not known yet is chosen when it is asked for."""

    def __init__(self, cell: PaperCell, size: int, generator: random.Random, oldest: int) -> None:
        self.cell, self.size, self.generator, self.oldest = cell, size, generator, oldest
        self.symbols: dict[IndexedBase, CellSymbol] = {b: s for s, b in cell.bases.items()}
        graph = cell.cell.graph
        self.maps = {node.value: node for node in graph.maps}
        self.own = {own_drive(cell.cell, node) for node in graph.values}
        self.numbers: dict[Symbol, Any] = {}
        self.weights: dict[MatrixSymbol, Any] = {}
        self.fields: dict[tuple[IndexedBase, int], list[Any]] = {}
        for parameter, symbol in cell.parameters.items():
            self.number(symbol, parameter.interval)

    def number(self, symbol: Symbol, domain: Set) -> Any:
        """Return a number of the paper."""
        if symbol not in self.numbers and symbol not in self._diagonals:
            self.numbers[symbol] = _drawn(domain, self.generator)
        return self.numbers.get(symbol)

    @property
    def _diagonals(self) -> dict[Symbol, MatrixSymbol]:
        return {onto_itself(weight): weight for weight in self.cell.weights.values()}

    def weight(self, weight: MatrixSymbol) -> Any:
        """Return a matrix."""
        if weight not in self.weights:
            entries = [fmpq(self.generator.randint(-2, 2)) for _ in range(self.size**2)]
            self.weights[weight] = FRACTIONS.matrix(self.size, self.size, entries)
        return self.weights[weight]

    def diagonal(self, entry: Expr) -> Any:
        """Return the matrix with what each neuron has one of on its diagonal."""
        values = self.neurons(entry)
        zero = fmpq(0)
        entries = [
            values[i] if i == j else zero for i in range(self.size) for j in range(self.size)
        ]
        return FRACTIONS.matrix(self.size, self.size, entries)

    def neurons(self, entry: Expr) -> list[Any]:
        """Return what each neuron has one of."""
        items = sorted(entry.atoms(Indexed), key=str)
        found = {item: self.field(item) for item in items}
        diagonals = {s: w for s, w in self._diagonals.items() if entry.has(s)}
        values = []
        for q in range(self.size):
            known: dict[Any, Any] = {item: each[q] for item, each in found.items()}
            known |= {s: self.weight(w).tolist()[q][q] for s, w in diagonals.items()}
            values.append(Assignment(FRACTIONS, {}, {**self.numbers, **known}).value(entry))
        return values

    def field(self, item: Indexed) -> list[Any]:
        """Return what a letter is at each neuron at a time."""
        base, time = item.base, item.indices[0]
        if base not in self.symbols or not time.is_Integer:
            raise NoValueError(f"{item} has no value here")
        key = base, int(time)
        if key not in self.fields:
            self.fields[key] = self._new(self.symbols[base], int(time))
        return self.fields[key]

    def _new(self, symbol: CellSymbol, time: int) -> list[Any]:
        if isinstance(symbol, State) and time > self.oldest:
            return self.neurons(self.cell.at(self.cell.cell.graph.update[symbol.name], time))
        if isinstance(symbol, MapValue):
            node = self.maps[symbol]
            argument = self.neurons(self.cell.at(node.argument, time))
            rows = self.weight(self.cell.weights[node.weight.name]).tolist()
            return [sum(map(operator.mul, row, argument), fmpq(0)) for row in rows]
        if isinstance(symbol, Drive) and symbol in self.own:
            raise NoValueError(f"{symbol} is what makes a gate what it is")
        domain = self.cell.domain(symbol)
        return [_drawn(domain, self.generator) for _ in range(self.size)]

    def told(self, clock: Symbol | None) -> list[str]:
        """Return the numbers of the network, in the paper's letters."""
        told = [f"{w.name} = {_of_rows(m)}" for w, m in self.weights.items()]
        newest_first = sorted(self.fields.items(), key=lambda i: (str(i[0][0]), -i[0][1]))
        for (base, time), values in newest_first:
            if isinstance(self.symbols[base], MapValue):
                continue
            shift = time - _NOW
            when = str(time) if clock is None else f"{clock}{shift:+d}" if shift else f"{clock}"
            below = when if len(when) == 1 else f"{{{when}}}"
            shown = ", ".join(map(_short, values))
            told.append(f"{base}_{below} = {shown if len(values) == 1 else f'({shown})'}")
        return told


def _drawn(domain: Set, generator: random.Random) -> Any:
    """A small fraction in a domain."""
    low, high = domain.inf, domain.sup
    if domain.is_subset(S.Integers):
        first = int(low) if low.is_finite else -3
        return fmpq(generator.randint(first, first + 3))
    share = Rational(generator.randint(1, 7), 8)
    if low.is_finite and high.is_finite:
        value = low + (high - low) * share
    elif low.is_finite:
        value = low + 4 * share
    else:
        value = (high - 4 * share) if high.is_finite else 8 * share - Rational(15, 4)
    if not value.is_Rational:
        raise NoValueError(f"{domain} has ends that are no fractions")
    return fmpq(int(value.p), int(value.q))


def _oldest(sides: Sequence[Any], cell: PaperCell) -> int:
    """The time of the first state, which may be anything: before all gates, drives and maps."""
    states = {base for symbol, base in cell.bases.items() if isinstance(symbol, State)}
    items = set().union(*(side.atoms(Indexed) for side in sides))
    times = [item.indices[0] - (item.base not in states) for item in items]
    return min((int(time) for time in times if time.is_Integer), default=_NOW)


def _in_ends(sides: Sequence[Any]) -> set[Symbol]:
    """The symbols in the ends of products and sums."""
    items = [side.atoms(Indexed, IndexedMatrix) for side in sides]
    bare = [
        side.xreplace({i: _NOTHING if isinstance(i, Indexed) else _NO_MATRIX for i in each})
        for side, each in zip(sides, items, strict=True)
    ]
    return index_symbols(*bare)


def _of_rows(matrix: Any) -> str:
    rows = [f"[{', '.join(map(_short, row))}]" for row in matrix.tolist()]
    return rows[0][1:-1] if len(rows) == 1 else f"[{', '.join(rows)}]"


def _short(value: Any) -> str:
    exact = str(value)
    return exact if len(exact) < 12 else f"{float(int(value.p) / int(value.q)):.6g}"


__all__ = ["judge_networks"]
