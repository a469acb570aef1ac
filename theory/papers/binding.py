r"""A cell that a paper names: its letters, and what is derived from it, for the paper's displays.

``% longlag: cell mgu from mgu.py with n as \tilde h, W_n as U`` lets J_t be the one-step Jacobian.

=====================================  ============================================================
``h_t``, ``z_t``, ``n_t``, ``d^{z}_t``  a state, gates, candidates and drives, one for each neuron;
                                       h_t is the new state, h_{t-1} the one before
``W_z``, ``W_z^{(qq)}``, ``\alpha``      weights, the weight of a neuron onto itself, parameters
``J_t``, ``D_t``, ``R_t``              the Jacobian, its local and its recurrent part
``M_{t,\ell}``                         the transport J_t J_{t-1} ⋯ over ℓ steps
``D_t^{(q)}``, ``R_t^{(qq)}``          what a neuron keeps, and what it has back through maps
``\Gamma_{t,\ell}``                    the product of the D_t^{(q)} over ℓ steps
``\mu_{t,\ell}``                       the effective learning rate, first order, with \eta
=====================================  ============================================================

``z_t`` is vector and number: within diag(…) and between ∘ it is all neurons, else any one of them;
``z_t^{(q)}`` is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy
from sympy import (
    Dummy,
    Expr,
    Indexed,
    IndexedBase,
    Interval,
    MatrixSymbol,
    Product,
    S,
    Set,
    Sum,
    Symbol,
    oo,
)

from longlag.theory.cells.cell import Cell
from longlag.theory.language.letters import block_tex, index_tex
from longlag.theory.language.maps import DenseWeight
from longlag.theory.language.matrix import Matrix, blocks
from longlag.theory.language.symbols import CellSymbol, Drive, NeuronParameter, Parameter
from longlag.theory.notation import tex_name
from longlag.theory.papers.cells import PaperCell, domain_of, onto_itself, own_drive
from longlag.theory.papers.letters import renamings, require_known
from longlag.theory.tex import Declarations
from longlag.theory.tex.names import (
    ANY,
    Entity,
    Family,
    Indexing,
    Key,
    Neurons,
    Quantity,
    matrix_size,
)
from longlag.theory.tex.names import Matrix as NamedMatrix
from longlag.theory.tex.tokens import Token, refusal
from longlag.theory.transport.jacobian import Jacobian, jacobian
from longlag.theory.verify.ordered import IndexedMatrix, OrderedProduct


def declare_cell(declarations: Declarations, note: Token, cell: Cell, renamed: str) -> PaperCell:
    r"""Let the letters of a cell, and of what is derived from it, stand for that in a paper.

    Args:
        declarations: that hold from there on.
        note: the comment.
        cell: what it names.
        renamed: the author's letters, ``n as \tilde h, W_n as U``.

    Raises:
        LonglagError: a letter is declared already, or the cell is of a kind that is not judged.
    """
    if declarations.names.neurons is not None:
        raise refusal(note, "a cell is declared before it", "check two cells in two papers")
    _require_plain(cell, note)
    return _Binding(declarations, note, cell, renamings(renamed, note)).bound()


class _Binding:
    """The letters of one cell put into the declarations of a paper."""

    def __init__(
        self, declarations: Declarations, note: Token, cell: Cell, letters: Mapping[str, str]
    ) -> None:
        self.declarations, self.note, self.cell = declarations, note, cell
        self.letters = letters
        self.known: list[str] = []

    def bound(self) -> PaperCell:
        """Declare everything."""
        bases = self._fields()
        weights: dict[str, MatrixSymbol] = {}
        for node in self.cell.graph.maps:
            name = _letters(node.weight.name)
            key = self._key(f"W_{name}" if len(name) == 1 else f"W_{{{name}}}")
            weight = MatrixSymbol(key.plain, matrix_size(), matrix_size())
            weights[node.weight.name] = weight
            self._stand(key, NamedMatrix(weight))
            self._number(key._replace(sup="(qq)"), onto_itself(weight), S.Reals)
            # Its name is what a counterexample calls it.
            bases[node.value] = self._base(f"({weight.name}·)", S.Reals)
        parameters = {}
        for parameter in sorted(self.cell.symbols(Parameter), key=str):
            key = self._key(parameter.tex or tex_name(parameter.name))
            parameters[parameter] = self._own(key, parameter.interval)
        found = jacobian(self.cell)
        matrices = self._matrices({"J": found.matrix, "D": found.local, "R": found.recurrent})
        bound = PaperCell(self.cell, bases, weights, parameters, matrices)
        if len(self.cell.states) == 1:
            self._rates(bound, found)
        else:
            for letter in ("M", r"\mu", r"\Gamma"):
                self.declarations.names.withhold(
                    self._key(letter, indexed=True),
                    f"{self.cell.name} has several states, and it is a block of products of blocks",
                    "write it in J_t with the states above, " + ", ".join(map(str, matrices)),
                )
        require_known(self.letters, self.known, f"the cell {self.cell.name}", self.note)
        vectors = frozenset(bases.values())
        self.declarations.names.neurons = Neurons(
            vectors, matrix_size(), bound.applied, bound, tuple(self._shown())
        )
        return bound

    def _shown(self) -> Iterator[str]:
        """All letters as an author would look for them."""
        for name in self.known:
            yield self.letters.get(name, name)

    def _fields(self) -> dict[CellSymbol, IndexedBase]:
        graph = self.cell.graph
        bases: dict[CellSymbol, IndexedBase] = {}
        for state in graph.states:
            bases[state] = self._field(index_tex(state.name), S.Reals)
        for node in graph.values:
            bases[node.value] = self._field(index_tex(node.value.name), domain_of(node.definition))
        for drive in sorted(self.cell.symbols(Drive), key=str):
            bases[drive] = self._field(f"d^{{{_letters(drive.name)}}}", S.Reals)
        return bases

    def _field(self, name: str, domain: Set) -> IndexedBase:
        """What each neuron has one of, with and without the mark of a neuron."""
        key = self._key(name, indexed=True)
        base = self._base(key._replace(sub="").plain, domain)
        self._stand(key, Family(base, 1, domain))
        if not key.sup:
            self._stand(key._replace(sup="(q)"), Family(base, 1, domain))
        return base

    def _base(self, name: str, domain: Set) -> IndexedBase:
        base = IndexedBase(name, real=True)
        self.declarations.families[base] = domain
        return base

    def _matrices(self, parts: Mapping[str, Matrix]) -> dict[Symbol, Matrix]:
        states, matrices = self.cell.states, dict[Symbol, Matrix]()
        time = Dummy("t", integer=True)
        for name, whole in parts.items():
            for new, row in zip(states, blocks(whole), strict=True):
                for old, node in zip(states, row, strict=True):
                    of = f"^{{{block_tex(states, new, old)}}}" if len(states) > 1 else ""
                    key = self._key(name + of, indexed=True)
                    symbol = Symbol(key._replace(sub="").plain)
                    matrices[symbol] = node
                    self._stand(key, Indexing((time,), IndexedMatrix(symbol, time, matrix_size())))
        return matrices

    def _rates(self, bound: PaperCell, found: Jacobian) -> None:
        """What is derived over a lag of a cell with one state."""
        (name,) = self.cell.states
        time, lag, j = (Dummy(letter, integer=True) for letter in "tlj")
        step = IndexedMatrix(next(iter(bound.matrices)), time - j, matrix_size())
        kept = bound.at(found.coefficients.local.get((name, name), S.Zero), time)
        own = bound.own_recurrence(found.recurrent)
        back = self._base("R^{(qq)}", S.Reals)[time] if own is None else bound.at(own, time)
        rate = self._own(self._key(r"\eta"), Interval.open(0, oo))
        first_order = rate * _first_order(kept, back, time, lag, self.declarations)
        for letter, above, indices, body in (
            ("M", "", (time, lag), OrderedProduct(step, (j, 0, lag - 1))),
            ("D", "(q)", (time,), kept),
            ("R", "(qq)", (time,), back),
            (r"\Gamma", "", (time, lag), _product(kept, time, lag)),
            (r"\Gamma", "(q)", (time, lag), _product(kept, time, lag)),
            (r"\mu", "", (time, lag), first_order),
            (r"\mu", "(q)", (time, lag), first_order),
        ):
            key = self._key(letter, indexed=True)
            self._stand(key._replace(sup=above or key.sup), Indexing(indices, body))

    def _key(self, name: str, *, indexed: bool = False) -> Key:
        """The author's letter for one of longlag's, with an index or without."""
        if name not in self.known:
            self.known.append(name)
        key = self.declarations.key(self.letters.get(name, name))
        if indexed and key.sub:
            raise refusal(
                self.note,
                f"{key.tex} has an index already, and the time is to be its index",
                "choose a letter without one",
            )
        return key._replace(sub=ANY) if indexed else key

    def _own(self, key: Key, domain: Set) -> Symbol:
        """The number that a letter is in the paper already, or a new one."""
        entity = self.declarations.names.entities.get(key)
        if isinstance(entity, Quantity) and isinstance(entity.expression, Symbol):
            return entity.expression
        symbol = Symbol(key.plain)
        self._number(key, symbol, domain)
        return symbol

    def _number(self, key: Key, symbol: Symbol, domain: Set) -> None:
        self._stand(key, Quantity(symbol))
        self.declarations.domains[symbol] = domain

    def _stand(self, key: Key, entity: Entity) -> None:
        self.declarations.names.add(key, entity, self.note)


def _letters(name: str) -> str:
    """A name in an index: hn as it is typed, alpha as its letter."""
    tex = index_tex(name)
    return name if tex.startswith(r"\mathrm") else tex


def _product(factor: Expr, time: Symbol, lag: Symbol) -> Expr:
    j = Dummy("j", integer=True)
    return Product(factor.subs(time, time - j), (j, 0, lag - 1))


def _first_order(kept: Expr, back: Expr, time: Symbol, lag: Symbol, declared: Declarations) -> Expr:
    """Γ and one crossing of R: Γ(1 + Σ R/D) where D is nowhere zero, which is shorter."""
    j, i = Dummy("j", integer=True), Dummy("i", integer=True)
    if _is_positive(kept, declared):
        crossed = Sum((back / kept).subs(time, time - j), (j, 0, lag - 1))
        return _product(kept, time, lag) * (1 + crossed)
    newer = Product(kept.subs(time, time - i), (i, 0, j - 1))
    older = Product(kept.subs(time, time - i), (i, j + 1, lag - 1))
    crossed = Sum(newer * back.subs(time, time - j) * older, (j, 0, lag - 1))
    return _product(kept, time, lag) + crossed


def _is_positive(kept: Expr, declared: Declarations) -> bool:
    """Whether a number is seen to be positive where its letters are in (0, 1)."""
    shares = {}
    letters = {item: declared.families[item.base] for item in kept.atoms(Indexed)}
    for letter, domain in {**declared.domains, **letters}.items():
        if domain == Interval.open(0, 1):
            odds = Dummy("p", positive=True)
            shares[letter] = odds / (1 + odds)
    return bool(sympy.together(kept.xreplace(shares)).is_positive)


def _require_plain(cell: Cell, note: Token) -> None:
    """Refuse what the numbers of a paper's displays cannot be chosen for."""
    graph = cell.graph
    if any(type(node.weight) is not DenseWeight for node in graph.maps) or any(
        isinstance(symbol, NeuronParameter) for symbol in cell.symbols(Parameter)
    ):
        raise refusal(
            note,
            f"{cell.name} has a map or a parameter that is no matrix and no one number",
            "name a cell with dense weights; longlag check CELL checks this one",
        )
    for node in graph.values:
        if own_drive(cell, node) is None:
            raise refusal(
                note,
                f"the value {node.value} of {cell.name} has no drive of its own",
                "give it one; longlag check CELL checks this one",
            )


__all__ = ["declare_cell"]
