"""Matrices over neurons compared entry by entry, for every number of neurons.

The derivative of an update is taken by definition: that of a map Σ_k W_{qk} a_k is the sum of the
derivatives, and ∂h_k/∂h_p is 1 where k = p. Nothing of ``jacobian`` is used: neither named values
nor paths. Two entries agree where their difference, a sum of chains at a row q, a column p and
inner neurons that are summed over, is zero as a rational function for every shape of chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import permutations, product

import sympy
from sympy import Dummy, Expr, Integer, Pow, Rational
from sympy.core.function import Application

from longlag.theory.cells.cell import Cell
from longlag.theory.language.chains import (
    COLUMN,
    FIRST_INNER,
    ROW,
    Chain,
    Edge,
    Placed,
    Unfolding,
    edge,
    joined,
    map_value,
    moved,
    on_diagonal,
    placed,
    without_maps,
)
from longlag.theory.language.graph import Graph
from longlag.theory.language.maps import (
    DenseWeight,
    LinearMap,
    MapValue,
    MeanWeight,
    SharedMapValue,
)
from longlag.theory.language.matrix import Intermediate, Matrix, blocks, intermediates
from longlag.theory.language.symbols import CellSymbol, State
from longlag.theory.notation import neurons
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.transport.veils import Veils
from longlag.theory.verify.normal import rational_form_is_zero
from longlag.theory.verify.rational import is_zero_fraction

#: With more chains or inner neurons than these a comparison would take longer than seconds.
_MOST_CHAINS, _MOST_INNER = 2000, 6
#: Processor time for one comparison.
_SECONDS = 30.0


class TooLargeError(Exception):
    """More chains or inner neurons than are compared."""


class SymbolicEntries:
    """The entries of the Jacobian of a cell by definition, and matrices to compare them with.

    Args:
        cell: the cell.
    """

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.veils = Veils()
        self.unfolding = _Veiled(cell.graph, self.veils)
        found = {node for update in cell.update.values() for node in update.atoms(LinearMap)}
        self.maps = {map_value(node): node for node in found}
        self._derivatives: dict[tuple[MapValue, str], list[Chain]] = {}

    def local(self, new: str, previous: str) -> list[Chain]:
        """Return ∂(new state)_q/∂(previous state)_p with the values of all maps held fixed."""
        states = self.states
        return self._slope(without_maps(self.cell.update[states[new]]), states[previous])

    def recurrent(self, new: str, previous: str) -> list[Chain]:
        """Return the part of ∂(new state)_q/∂(previous state)_p that runs through maps."""
        return self._through_maps(self.cell.update[self.states[new]], previous)

    @property
    def states(self) -> dict[str, State]:
        """The states by name."""
        return {state.name: state for state in self.cell.update}

    def _slope(self, bare: Expr, by: CellSymbol) -> list[Chain]:
        """The derivative of an expression with the values of its maps held fixed."""
        return on_diagonal(self.veils.over(sympy.diff(bare, by)))

    def agree(self, left: Matrix, right: Matrix) -> bool:
        """Whether two matrices over the cell's states are seen to agree for every H.

        Args:
            left: with as many blocks as the cell has pairs of states.
            right: the same.
        """

        # What is made of the same intermediate matrices agrees whatever they are, or is unfolded.
        same = intermediates(left) == intermediates(right) != ()
        unfoldings = [_Closed(self.cell.graph, self.veils)] if same else []

        def differences(unfolding: Unfolding) -> Iterator[list[Chain]]:
            for rows in zip(blocks(left), blocks(right), strict=True):
                for a, b in zip(*rows, strict=True):
                    yield [*unfolding.chains(a), *negative(unfolding.chains(b))]

        return any(
            self._vanish(partial(differences, unfolding))
            for unfolding in (*unfoldings, self.unfolding)
        )

    def are_parts(self, local: Matrix, recurrent: Matrix) -> bool:
        """Whether matrices are seen to be D and R of the cell for every H.

        Args:
            local: the derivative with the values of all maps held fixed.
            recurrent: what runs through maps.
        """

        def differences() -> Iterator[list[Chain]]:
            for matrix, expected in ((local, self.local), (recurrent, self.recurrent)):
                for new, row in zip(self.cell.states, blocks(matrix), strict=True):
                    for old, entry in zip(self.cell.states, row, strict=True):
                        stated = self.unfolding.chains(entry)
                        yield [*stated, *negative(expected(new, old))]

        return self._vanish(differences)

    def are_entries(self, stated: Mapping[tuple[str, str], list[Chain]]) -> bool:
        """Whether chains are seen to be the entries of the Jacobian of the cell for every H.

        Args:
            stated: (new state, previous state) ↦ the chains of the block; what is left out is zero.
        """

        def differences() -> Iterator[list[Chain]]:
            for new, old in product(self.cell.states, repeat=2):
                expected = [*self.local(new, old), *self.recurrent(new, old)]
                yield [*stated.get((new, old), []), *negative(expected)]

        return self._vanish(differences)

    def is_jacobian(self, matrix: Matrix) -> bool:
        """Whether a matrix is seen to be the Jacobian of the cell for every H.

        Args:
            matrix: over the symbols of the cell's graph.
        """
        try:
            stated = {
                (new, old): self.unfolding.chains(entry)
                for new, row in zip(self.cell.states, blocks(matrix), strict=True)
                for old, entry in zip(self.cell.states, row, strict=True)
            }
        except TooLargeError:
            return False
        return self.are_entries(stated)

    def _vanish(self, differences: Callable[[], Iterable[list[Chain]]]) -> bool:
        """Whether sums of chains are seen to be zero for every H, whatever stands at the neurons.

        Most of a sum cancels as it stands, and what is left is short.
        """

        def vanishes(chains: list[Chain]) -> bool:
            left = self._left_at_once(chains)
            return not left or not _left_over(self._with_means_written_out(left), self._is_zero)

        try:
            return within(_SECONDS, lambda: all(vanishes(chains) for chains in differences()))
        except (TooLargeError, OutOfTimeError):
            return False

    def vanish_at_once(self, chains: list[Chain]) -> bool:
        """Whether a sum of chains is seen to be zero without a search for what cancels in it."""
        return not self._left_at_once(chains)

    def _left_at_once(self, chains: list[Chain]) -> list[Chain]:
        # Most chains have their like on the other side, sums over neurons and all.
        return _left_over(_left_over(chains, _is_zero_at_once, apart=False), _is_zero_at_once)

    def _through_maps(self, expression: Expr, previous: str) -> list[Chain]:
        bare = without_maps(expression)
        found: list[Chain] = []
        for value in sorted(bare.atoms(MapValue), key=str):
            found += joined(self._slope(bare, value), self._of_map(value, previous))
        return _few(found)

    def _of_map(self, value: MapValue, previous: str) -> list[Chain]:
        key = value, previous
        if key not in self._derivatives:
            node = self.maps[value]
            bare, first = without_maps(node.argument), [map_chain(node)]
            found = joined(first, self._slope(bare, self.states[previous]))
            for inner in sorted(bare.atoms(MapValue), key=str):
                left = joined(first, self._slope(bare, inner))
                if inner.shared:
                    # Here already deviations from a mean may add up to nothing.
                    left = [chain for chain in left if not self._adds_up_to_nothing(chain)]
                found += joined(left, self._of_map(inner, previous))
            self._derivatives[key] = _few(found)
        return self._derivatives[key]

    def _adds_up_to_nothing(self, chain: Chain) -> bool:
        """Whether a chain is seen to vanish when its column is summed over."""
        place = FIRST_INNER + chain.inner
        summed = replace(chain.moved({COLUMN: place}), inner=chain.inner + 1)
        return not _left_over(self._with_means_written_out([summed]), _is_zero_at_once)

    def _with_means_written_out(self, chains: Iterable[Chain]) -> list[Chain]:
        """Write maps that are one number for all neurons as the sums that they are.

        Only so does it show that deviations from a mean add up to nothing.
        """
        pending, done = list(chains), []
        while pending:
            chain = pending.pop()
            split = self._first_written_out(chain)
            if split is None:
                done.append(chain)
            else:
                pending += split
            _few(pending)
        return done

    def _is_zero(self, veiled: Expr) -> bool:
        """Whether what is left vanishes, at last by what the hidden functions are."""
        return _vanishes(_Hidden().within(veiled)) or _is_zero(self.veils.lifted(veiled))

    def _first_written_out(self, chain: Chain) -> list[Chain] | None:
        hidden = _Hidden()
        factor = hidden.within(chain.factor)
        for value in sorted(factor.atoms(SharedMapValue), key=str):
            if not factor.is_polynomial(value):
                continue
            node = self.maps[value]
            terms = []
            for (power,), coefficient in sympy.Poly(factor, value).terms():
                term = replace(chain, factor=hidden.shown(coefficient))
                for _ in range(power):
                    place = FIRST_INNER + term.inner
                    argument = placed(self.veils.over(without_maps(node.argument)), place)
                    summand = _weight_at(node, place) * argument
                    term = replace(term, factor=term.factor * summand, inner=term.inner + 1)
                terms.append(term)
            return terms
        return None


class _Veiled(Unfolding):
    """Writes matrices as chains, their functions hidden as those of the definition are."""

    def __init__(self, graph: Graph, veils: Veils) -> None:
        super().__init__(graph)
        self.veils = veils

    def bounded(self, chains: list[Chain]) -> list[Chain]:
        return _few(chains)

    def inlined(self, expression: Expr) -> Expr:
        return self.veils.over(super().inlined(expression))


class _Closed(_Veiled):
    """Keeps intermediate matrices closed: each is a matrix of which nothing is known."""

    def behind(self, node: Intermediate) -> list[Chain]:
        return [Chain(Integer(1), ((f"intermediate {node.number}", ROW, COLUMN),))]


def map_chain(node: LinearMap) -> Chain:
    """Return the matrix of a map as a chain."""
    if isinstance(node.weight, DenseWeight):
        return Chain(Integer(1), (edge(node.weight, ROW, COLUMN),))
    return Chain(_weight_at(node, COLUMN))


def _weight_at(node: LinearMap, place: int) -> Expr:
    if isinstance(node.weight, MeanWeight):
        return 1 / neurons
    return Placed(node.weight, place)


def negative(chains: Iterable[Chain]) -> Iterator[Chain]:
    """Return chains with the other sign."""
    return (replace(chain, factor=-chain.factor) for chain in chains)


def _few(chains: list[Chain]) -> list[Chain]:
    if len(chains) > _MOST_CHAINS:
        raise TooLargeError
    return chains


def _left_over(
    chains: Iterable[Chain], is_zero: Callable[[Expr], bool], *, apart: bool = True
) -> list[Chain]:
    """A sum of chains with one chain for every shape, the same for every naming of inner places.

    A factor is averaged over the namings that leave its shape as it is; what vanishes is left out.

    Args:
        chains: the sum.
        is_zero: what is left out.
        apart: split chains whose inner places meet no weight.
    """
    sums: dict[Chain, list[Expr]] = {}
    for whole in chains:
        for chain in _with_lonely_places_apart(whole) if apart else (whole,):
            if chain.inner > _MOST_INNER:
                raise TooLargeError
            places = range(FIRST_INNER, FIRST_INNER + chain.inner)
            namings = [dict(zip(places, order, strict=True)) for order in permutations(places)]
            shapes = [_renamed(chain.edges, naming) for naming in namings]
            least = min(shapes)
            same = [n for n, shape in zip(namings, shapes, strict=True) if shape == least]
            total = sympy.Add(*[moved(chain.factor, naming) for naming in same]) / len(same)
            shape = replace(chain, factor=Integer(1), edges=least)
            sums.setdefault(shape, []).append(total)
    totals = {shape: sympy.Add(*terms) for shape, terms in sums.items()}
    return [replace(shape, factor=total) for shape, total in totals.items() if not is_zero(total)]


def _renamed(edges: tuple[Edge, ...], places: Mapping[int, int]) -> tuple[Edge, ...]:
    return tuple(sorted((w, places.get(a, a), places.get(b, b)) for w, a, b in edges))


def _with_lonely_places_apart(chain: Chain) -> Iterator[Chain]:
    """Split a chain whose inner places meet no weight into terms; a place of none counts H."""
    met = {place for _, a, b in chain.edges for place in (a, b)}
    places = range(FIRST_INNER, FIRST_INNER + chain.inner)
    if all(place in met for place in places):
        yield chain
        return
    for term in sympy.Add.make_args(sympy.expand(chain.factor)):
        used = met | {atom.place for atom in term.atoms(Placed)}
        kept = [place for place in places if place in used]
        renamed = {old: FIRST_INNER + new for new, old in enumerate(kept)}
        idle = chain.inner - len(kept)
        yield replace(chain, factor=term * neurons**idle, inner=len(kept)).moved(renamed)


def _is_zero_at_once(expression: Expr) -> bool:
    bare = _Hidden().within(expression)
    found = is_zero_fraction(bare)
    return bool(sympy.expand(bare) == 0) if found is None else found


def _is_zero(expression: Expr) -> bool:
    hidden = _Hidden()
    bare = hidden.within(expression)
    return _vanishes(bare) or hidden.is_zero(bare)


def _vanishes(bare: Expr) -> bool:
    """Whether an expression whose functions are hidden vanishes."""
    found = is_zero_fraction(bare)
    return rational_form_is_zero(bare) if found is None else found


class _Hidden:
    """Functions and roots as symbols: what vanishes whatever these are vanishes.

    Exponentials stay, whose products are the exponentials of sums.
    """

    def __init__(self) -> None:
        self.names: dict[Expr, Dummy] = {}

    def within(self, expression: Expr) -> Expr:
        """Return an expression with its outermost functions and roots hidden."""
        if not expression.args:
            return expression
        if isinstance(expression, Pow):
            power, rest = sympy.expand(expression.exp).as_coeff_Add()
            if _is_root(power):
                base = sympy.expand(expression.base)
                root = self._name(Pow(base, Rational(1, power.q), evaluate=False)) ** power.p
                return root if rest == 0 else root * Pow(self.within(base), rest)
        if isinstance(expression, Application) and not isinstance(expression, sympy.exp):
            return self._name(expression.func(*[sympy.expand(a) for a in expression.args]))
        return expression.func(*[self.within(part) for part in expression.args])

    def shown(self, expression: Expr) -> Expr:
        """Return an expression with what was hidden back in it."""
        return expression.xreplace({name: part for part, name in self.names.items()})

    def is_zero(self, bare: Expr) -> bool:
        """Whether an expression vanishes because a power of a root is what it is the root of."""
        roots: list[tuple[Expr, int, Expr]] = []
        place = 0
        # What a root is the root of may hold another, which gets its name on the way.
        while place < len(self.names):
            part = list(self.names)[place]
            if isinstance(part, Pow):
                roots.append((self.names[part], part.exp.q, self.within(part.base)))
            place += 1
        found = is_zero_fraction(bare, roots)
        if found is not None:
            return found
        # Powers with letters above are no fraction: (1−a)^{m/2+1} − g² (1−a)^{m/2}.
        rest = sympy.fraction(sympy.together(bare))[0]
        for symbol, power, base in roots:
            above, below = sympy.fraction(sympy.together(base))
            rest = sympy.rem(rest, below * symbol**power - above, symbol)
        return rational_form_is_zero(rest)

    def _name(self, part: Expr) -> Dummy:
        return self.names.setdefault(part, Dummy(f"g{len(self.names)}"))


def _is_root(exponent: Expr) -> bool:
    return bool(exponent.is_Rational and not exponent.is_Integer)


__all__ = ["SymbolicEntries", "map_chain", "negative"]
