r"""A cell's Jacobian as per-neuron factors around random matrices.

A step sends a small change δh of the states of a neuron to D δh + Σ_k b_k u_k, where
u_k = W_k (c_k δh + Σ_l m_{kl} u_l) is what the map k passes on: D is S × S for S states, b_k a
column, c_k a row, and m_{kl} is not zero where the map k acts on the map l. So maps inside maps are
covered as single ones are. Derived here, from the derivatives that the Jacobian is made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Matrix, S, Symbol, eye

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.given import NumberWeight
from longlag.theory.language.graph import MapNode
from longlag.theory.language.maps import DenseWeight, MeanWeight, RowWeight
from longlag.theory.language.reductions import FixedWeight
from longlag.theory.language.symbols import CellSymbol, Drive, Parameter, State
from longlag.theory.language.weights import FreeWeight
from longlag.theory.scalar.parameters import parameter_values
from longlag.theory.transport.jacobian import jacobian
from longlag.theory.transport.paths import Fields


@dataclass(frozen=True)
class Linearised:
    """A step of a cell for small changes, with its maps taken out.

    Args:
        cell: the cell.
        maps: names of its maps k.
        local: D, S × S.
        after: b, S × K: what a map's value does to the states.
        before: c, K × S: what a map's argument takes of the states.
        nested: m, K × K: what a map's argument takes of the values of others.
    """

    cell: Cell
    maps: tuple[str, ...]
    local: Matrix
    after: Matrix
    before: Matrix
    nested: Matrix

    def response(self, at: Expr) -> Matrix:
        """Return T(λ) = m + c (λ − D)^{−1} b of a neuron, K × K.

        λ is an eigenvalue of J where 1 is one of diag(W_1, …, W_K) T(λ).

        Args:
            at: λ, not in the spectrum of D.

        >>> from longlag.theory import CELLS
        >>> linearised(CELLS["leaky"]).response(S(2))
        Matrix([[alpha*(1 - n**2)/(alpha + 1)]])
        """
        resolvent = (at * eye(self.local.rows) - self.local).inv()
        return self.nested + self.before * resolvent * self.after

    def only(self, maps: Sequence[str]) -> Linearised:
        """Return it with some of its maps, what the others do left out.

        Args:
            maps: their names.
        """
        kept = [self.maps.index(name) for name in maps]
        every = list(range(self.local.rows))
        return Linearised(
            self.cell,
            tuple(maps),
            self.local,
            self.after.extract(every, kept),
            self.before.extract(kept, every),
            self.nested.extract(kept, kept),
        )

    def at(self, values: Mapping[Any, Any]) -> Linearised:
        """Return it with numbers for symbols.

        Args:
            values: symbol ↦ number.
        """
        parts = (self.local, self.after, self.before, self.nested)
        local, after, before, nested = (part.subs(values) for part in parts)
        return Linearised(self.cell, self.maps, local, after, before, nested)


def linearised(cell: Cell) -> Linearised:
    """Return the per-neuron factors of a cell around its maps.

    Args:
        cell: whose maps are dense matrices over the neurons, each of weights of its own; or one
            without recurrent weights.

    Raises:
        LonglagError: weights that are shared, fixed, transposed, or rows, or means over neurons.

    >>> from longlag.theory import CELLS
    >>> lstm = linearised(CELLS["lstm"])
    >>> lstm.maps, lstm.local
    (('o', 'f', 'i', 'g'), Matrix([
    [0, f*o*(1 - y**2)],
    [0,               f]]))
    """
    _require_independent(cell, () if jacobian(cell).is_local else cell.graph.maps)
    return taken_apart(cell)


def taken_apart(cell: Cell) -> Linearised:
    """Return the per-neuron factors of a cell around its maps, whatever those are.

    Args:
        cell: any.

    >>> from longlag.theory import CELLS
    >>> taken_apart(CELLS["shared_gate"]).after
    Matrix([[s*(1 - s)*(-h + n), s*(1 - n**2)]])
    """
    found = jacobian(cell)
    nodes = () if found.is_local else cell.graph.maps
    maps = tuple(node.value.name for node in nodes)
    edges = found.coefficients
    return Linearised(
        cell,
        maps,
        _matrix(edges.local, cell.states, cell.states),
        _matrix(edges.recurrent, cell.states, maps),
        _matrix(edges.argument, maps, cell.states),
        _matrix(edges.nested, maps, maps),
    )


def _matrix(edges: Fields, rows: tuple[str, ...], columns: tuple[str, ...]) -> Matrix:
    entries = [edges.get((row, column), S.Zero) for row in rows for column in columns]
    return Matrix(len(rows), len(columns), entries)


#: What a weight is that is no matrix of independent entries.
_OTHER_KINDS: dict[type[CellSymbol], str] = {
    RowWeight: "a row vector",
    MeanWeight: "a mean over neurons",
    FixedWeight: "a fixed matrix",
    NumberWeight: "a matrix of numbers",
}


def _require_independent(cell: Cell, nodes: tuple[MapNode, ...]) -> None:
    """Refuse maps that are not square dense matrices of their own, of independent entries."""
    named: set[str] = set()
    for node in nodes:
        weight = node.weight
        name = weight.label if isinstance(weight, FreeWeight) else weight.name
        why = ""
        if type(weight) not in (DenseWeight, FreeWeight):
            kinds = (word for kind, word in _OTHER_KINDS.items() if isinstance(weight, kind))
            why = f"it has {next(kinds, 'a matrix made of others')} among its maps"
        elif weight.place is not None and weight.place[0] != weight.place[1]:
            why = f"its weight {name!r} is not square"
        elif name in named:
            why = f"two of its maps share the weight {name!r}"
        if why:
            raise LonglagError(
                f"stability of cell {cell.name!r}",
                f"{why}, and the theory is one of square matrices with independent entries",
                "sample networks of it: longlag measure",
            )
        named.add(name)


def numbers_of(cell: Cell, parameters: Mapping[str, Any]) -> dict[Symbol, Expr]:
    """Return a number for every parameter of a cell.

    Args:
        cell: the cell.
        parameters: name ↦ number.

    Raises:
        LonglagError: a parameter that is missing, unknown or outside its interval.
    """
    symbols = sorted(cell.graph.symbols(Parameter), key=lambda symbol: str(symbol.name))
    lives = {s: s.interval for s in symbols}
    return parameter_values(f"cell {cell.name!r}", lives, parameters)


def at_rest(cell: Cell, parameters: Mapping[str, Any]) -> Linearised:
    """Return the factors of a cell at the state zero without drives.

    Args:
        cell: at whose state zero all states stay zero.
        parameters: name ↦ number.

    Raises:
        LonglagError: a cell that does not rest there; a parameter that is missing, unknown or
            outside its interval.

    >>> from longlag.theory import CELLS
    >>> at_rest(CELLS["gru"], {}).after
    Matrix([[0, 1/4, 0]])
    """
    found = taken_apart(cell)
    graph = cell.graph
    values: dict[Symbol, Expr] = {s: S.Zero for s in graph.symbols(State) | graph.symbols(Drive)}
    values |= numbers_of(cell, parameters)
    moves = []
    for node in graph.nodes:
        if isinstance(node, MapNode):
            values[node.value] = S.Zero
            moves.append(node.argument.subs(values))
        else:
            values[node.value] = node.definition.subs(values)
    moves += [update.subs(values) for update in graph.update.values()]
    resting = found.at(values)
    parts = (resting.local, resting.after, resting.before, resting.nested)
    if any(move != 0 for move in moves) or not all(e.is_finite for part in parts for e in part):
        raise LonglagError(
            f"state zero of cell {cell.name!r}",
            "without drives the cell does not rest there",
            "sample a state of it instead",
        )
    return resting


__all__ = ["Linearised", "at_rest", "linearised", "numbers_of", "taken_apart"]
