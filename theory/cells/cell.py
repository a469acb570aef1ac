"""A recurrent cell, written once: for each state, its new value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol

from sympy import Basic, Derivative, Expr, Float, Indexed, Matrix, Rational, S, Subs, Symbol, Tuple
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.matrixbase import MatrixBase

from longlag.theory.errors import LonglagError
from longlag.theory.language.axes import NEURONS, Axes
from longlag.theory.language.complex_form import ComplexForm, complex_form
from longlag.theory.language.domains import rough_parts
from longlag.theory.language.explicit import explicit_update
from longlag.theory.language.flat import axes_of
from longlag.theory.language.given import NumberWeight, sizes_given
from longlag.theory.language.graph import Graph, MapNode, ValueNode, build_graph
from longlag.theory.language.latex import CellPrinter
from longlag.theory.language.lowering import lowered
from longlag.theory.language.maps import DenseWeight, LinearMap, MeanWeight, RowWeight
from longlag.theory.language.parts import holds, parts_of, parts_of_kind
from longlag.theory.language.ranges import range_of
from longlag.theory.language.reductions import FixedWeight
from longlag.theory.language.symbols import (
    CellSymbol,
    DelayedState,
    Drive,
    Parameter,
    SharedDrive,
    State,
    Value,
)
from longlag.theory.language.text import is_long, lines_by_values
from longlag.theory.language.weights import FreeWeight, atoms_of
from longlag.theory.notation import neurons
from longlag.theory.scalar.parameters import as_expression, validate_name
from longlag.theory.typeset.author import current, transposed
from longlag.theory.typeset.described import described
from longlag.theory.typeset.shown import Shown, aligned

#: The vector of ones.
ONES = r"\mathbf{1}"


@dataclass(frozen=True)
class Cell(Shown):
    """A gated recurrent cell as a SymPy update of one neuron.

    Args:
        name: an identifier.
        update: for each state, its new value, over states (their previous values), drives,
            parameters and linear maps. The order of the states is the order of all blocks.
        description: one line for lists and documents.
        source: where the cell is published, for documents.
        allow_nondifferentiable: accept updates with kinks such as ``relu`` or ``Abs``; what jumps,
            or has no value somewhere on its domain, is refused all the same.

    Raises:
        LonglagError: unknown symbols, a state without an update, two maps with one name, bad
            names, an explicit time index, an update that is not differentiable.

    >>> from longlag.theory import Cell, state, recurrent, drive, sigmoid
    >>> h = state("h")
    >>> s = sigmoid(recurrent("s", h) + drive("s"))
    >>> cell = Cell("forget", {h: (1 - s) * h})
    >>> cell.states, cell.weights, cell.drives, cell.parameters
    (('h',), ('s',), ('s',), ())
    """

    name: str
    update: Mapping[State, Expr]
    description: str = ""
    source: str = ""
    allow_nondifferentiable: bool = False
    #: The update as its author gave it, with complex numbers, delays and axes.
    written: Mapping[Any, Expr] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        validate_name("cell", self.name)
        if not isinstance(self.update, Mapping) or not self.update:
            raise LonglagError(
                f"update of cell {self.name!r} is {self.update!r}",
                "it maps each state to its new value",
                "give a dictionary such as {h: (1 - z)*h + z*n}",
            )
        update = {}
        for symbol, value in self.update.items():
            owner = f"update of {symbol} in cell {self.name!r}"
            update[symbol] = _exact(as_expression(owner, value))
        object.__setattr__(self, "written", MappingProxyType(update))
        update = lowered(self.name, update)
        object.__setattr__(self, "update", MappingProxyType(_share_drives(update)))
        self._check_names()
        for symbol, expression in self.update.items():
            self._check_symbols(symbol, expression)
            self._check_smoothness(symbol, expression)
        # Built here, so that two maps with one name are refused at once, and matrices that misfit.
        _ = self.graph, self.sizes

    def _check_names(self) -> None:
        for role in (Drive, Parameter, DenseWeight):
            symbols = self.symbols(role)
            names = [symbol.name for symbol in symbols]
            for name in sorted(names):
                # Of two maps the graph tells more.
                maps = role is DenseWeight and not any(
                    isinstance(s, FreeWeight) for s in symbols if s.name == name
                )
                if names.count(name) > 1 and not maps:
                    raise self._defined_twice(role, name)
        self._check_places()

    def _defined_twice(self, role: type[CellSymbol], name: str) -> LonglagError:
        return LonglagError(
            f"{role.role} {name!r} of cell {self.name!r}",
            "two different symbols bear this name",
            "define it once and use that symbol everywhere",
        )

    def _check_places(self) -> None:
        """Refuse one weight between axes of its own for each array: its matrix has one size."""
        alike: dict[str, list[FreeWeight]] = {}
        for each in sorted(self.symbols(FreeWeight), key=lambda weight: weight.name):
            alike.setdefault(each.label, []).append(each)
        for label, weights in alike.items():
            if len({(each.to, each.over) for each in weights}) > 1:
                mixed = sorted({str(each.over) for each in weights})
                raise LonglagError(
                    f"weight {label!r} of cell {self.name!r}",
                    f"it acts on arrays over {' and over '.join(mixed)}",
                    "make a weight for each",
                )
            if len({each.bare for each in weights}) > 1:
                raise self._defined_twice(FreeWeight, label)

    def _check_symbols(self, owner: State, expression: Expr) -> None:
        where = f"in the update of {owner} in cell {self.name!r}"
        for indexed in parts_of_kind(expression, Indexed, AppliedUndef):
            raise LonglagError(
                f"{indexed} {where}",
                "an update is the same at every time and has no time index",
                f"write state({owner.name!r}) for the previous value, drive(name) for inputs",
            )
        for part in parts_of(expression):
            if _is_no_number(part):
                raise LonglagError(
                    f"{part} {where}",
                    "an update is a finite real number for each neuron",
                    "build it from state, recurrent, drive, parameter and SymPy functions",
                )
        for weight in _bare_weights(expression):
            raise LonglagError(
                f"weight {weight} {where}",
                "a matrix is no number of a neuron",
                f"apply it to an expression: {weight}({owner})",
            )
        for symbol in sorted(parts_of_kind(expression, Symbol), key=lambda s: s.name):
            if isinstance(symbol, State) and symbol not in self.update:
                raise LonglagError(
                    f"state {symbol} {where}",
                    "it has no update",
                    f"add {symbol}: … to the cell, or make it a drive or parameter",
                )
            if symbol.name in ("t", "time") and not isinstance(symbol, CellSymbol):
                raise LonglagError(
                    f"symbol {symbol} {where}",
                    "an update is the same at every time and has no time index",
                    f"make what depends on time a drive: drive({symbol.name!r})",
                )
            if not isinstance(symbol, CellSymbol):
                raise LonglagError(
                    f"symbol {symbol} {where}",
                    "its role is unknown",
                    f"make it with state, drive or parameter, as parameter({symbol.name!r})",
                )

    def _check_smoothness(self, owner: State, expression: Expr) -> None:
        for rough in rough_parts(expression):
            if rough.is_kink and self.allow_nondifferentiable:
                continue
            raise LonglagError(
                f"{rough.part} in the update of {owner} in cell {self.name!r}",
                f"an update is differentiable, and here {rough.reason}",
                rough.remedy,
            )
        reach = range_of(expression).interval
        if reach.intersect(owner.interval) is S.EmptySet:
            raise LonglagError(
                f"new value of {owner} in cell {self.name!r}",
                f"it lies in {reach}, and {owner} in {owner.interval}",
                "correct the update or the interval",
            )

    def _key(self) -> tuple[object, ...]:
        # The order of the states is the order of all blocks, so it tells cells apart.
        update = tuple(self.update.items())
        return self.name, update, self.description, self.source, self.allow_nondifferentiable

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cell) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.update.items())))

    def __reduce__(self) -> tuple[type[Cell], tuple[object, ...]]:
        name, _, *others = self._key()
        return type(self), (name, dict(self.written), *others)

    @cached_property
    def graph(self) -> Graph:
        """The update taken apart into linear maps and named values."""
        return build_graph(self.update)

    @cached_property
    def complex_form(self) -> ComplexForm | None:
        """The update with each complex number as one letter; None where all are real."""
        return complex_form(self.name, self.written)

    @property
    def states(self) -> tuple[str, ...]:
        """The names of the states, in the order of all blocks."""
        return tuple(symbol.name for symbol in self.update)

    @property
    def weights(self) -> tuple[str, ...]:
        """The names of the recurrent weights (dense and shared), in the order of evaluation.

        Those that bear their numbers are left out.
        """
        known = (FixedWeight, NumberWeight)
        wanted = (w for w in self.given_weights if not isinstance(w, known))
        labels = (w.label if isinstance(w, FreeWeight) else str(w.name) for w in wanted)
        return tuple(dict.fromkeys(labels))

    @property
    def given_weights(self) -> tuple[CellSymbol, ...]:
        """The weights with numbers of their own, each once, in the order of evaluation.

        In a cell with axes those of its sums and spreads are among them, and those that bear their
        numbers: there these depend on the sizes of the arrays.
        """
        maps = [node.weight for node in self.graph.maps if not isinstance(node.weight, MeanWeight)]
        parts = (w.given if isinstance(w, FreeWeight) else (w,) for w in maps)
        return tuple(dict.fromkeys(weight for each in parts for weight in each))

    @property
    def given_dense(self) -> tuple[DenseWeight, ...]:
        """The recurrent matrices whose numbers are given."""
        return tuple(w for w in self.given_weights if isinstance(w, DenseWeight))

    @property
    def drives(self) -> tuple[str, ...]:
        """The names of the drives, sorted."""
        return self._names(Drive)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, sorted."""
        return self._names(Parameter)

    def _names(self, role: type[CellSymbol]) -> tuple[str, ...]:
        return tuple(sorted(symbol.name for symbol in self.symbols(role)))

    @property
    def axes(self) -> Axes:
        """The axes of all arrays, those of the states first; the neurons alone by default."""
        roles = (Drive, Parameter)
        arrays = [*self.update, *(s for r in roles for s in sorted(self.symbols(r), key=str))]
        found = [each for symbol in arrays for each in axes_of(symbol)]
        for weight in self.given_dense:
            found += [each for each in (weight.to, weight.over) if each is not None]
        return tuple(dict.fromkeys(found)) or (NEURONS,)

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """How many entries the axes have that a matrix of numbers says it of, by name."""
        numbers = sorted(self.symbols(NumberWeight), key=lambda weight: weight.name)
        return MappingProxyType(sizes_given(self.name, numbers))

    def symbols(self, role: type[CellSymbol]) -> set[CellSymbol]:
        """Return the symbols of one role that the update uses."""
        return set().union(*(atoms_of(expr, role) for expr in self.update.values()))

    def shapes(self, size: int) -> dict[str, dict[str, tuple[int, ...]]]:
        """Return the trailing shape of every argument of the generated functions.

        Args:
            size: the number of neurons H, of a cell with axes the number of entries of its largest
                state; ``arrays`` gives the shapes with their axes.

        Returns:
            For ``state``, ``drive``, ``weight`` and ``parameter``, a shape for each name.

        >>> from longlag.theory import CELLS
        >>> CELLS["shared_gate"].shapes(4)["weight"]
        {'s': (4,), 'n': (4, 4)}
        """
        weights: dict[str, tuple[int, ...]] = {
            weight.name: (size,) if isinstance(weight, RowWeight) else (size, size)
            for weight in self.given_weights
        }
        drives = sorted(self.symbols(Drive), key=lambda symbol: symbol.name)
        parameters = sorted(self.symbols(Parameter), key=lambda symbol: symbol.name)
        return {
            "state": {name: (size,) for name in self.states},
            "drive": {s.name: (1,) if s.shared else (size,) for s in drives},
            "weight": weights,
            "parameter": {s.name: () if s.shared else (size,) for s in parameters},
        }

    def to_explicit(self, size: int) -> tuple[Matrix, Matrix]:
        """Write the cell out for ``size`` neurons.

        Returns:
            The column of previous states and the column of new states, with every map a sum.
        """
        return explicit_update(self.graph, size)

    def __repr__(self) -> str:
        groups = {"states": self.states, "maps": self.weights, "drives": self.drives}
        groups["parameters"] = self.parameters
        told = "; ".join(f"{kind} {', '.join(names)}" for kind, names in groups.items() if names)
        return described(f"cell {self.name}: {told}", "update", "latex()", "to_explicit(size)")

    def __str__(self) -> str:
        if is_long(self.update.values()):
            return "\n".join(lines_by_values(self.graph))
        return "\n".join(f"{symbol} <- {expr}" for symbol, expr in self.update.items())

    def _lines(self) -> list[str]:
        """Maps and gates first, then the states."""
        return cell_equations(self)


def _exact(expression: Expr) -> Expr:
    """Read each decimal as a fraction, as a law's numbers are: 0.9 is 9/10, whose powers cancel."""
    decimals = {}
    for number in parts_of_kind(expression, Float):
        nearest = float(number)
        # The shortest decimal that rounds to it; what has more digits than a double keeps them.
        short = Float(nearest, precision=number._prec) == number
        decimals[number] = Rational(repr(nearest)) if short else Rational(number)
    return expression.xreplace(decimals) if decimals else expression


def _bare_weights(expression: Basic) -> Iterator[CellSymbol]:
    """Weights that act on nothing."""
    for part in (Tuple(expression), *parts_of(expression)):
        acting = part.args[1:] if isinstance(part, LinearMap) else part.args
        yield from (each for each in acting if isinstance(each, (DenseWeight, RowWeight)))


def _is_no_number(part: Basic) -> bool:
    """Whether a part of an update is infinite, complex, a matrix, or an operation left undone."""
    if isinstance(part, (MatrixExpr, MatrixBase, ExprWithLimits, Derivative, Subs)):
        return True
    if part in (S.ImaginaryUnit, S.NaN):
        return True
    return bool(part.is_Number and not part.is_finite)


def _share_drives(update: Mapping[State, Expr]) -> dict[State, Expr]:
    """A drive with the name of a shared map is one number for all neurons, like the map."""
    maps = set().union(*(parts_of_kind(value, LinearMap) for value in update.values()))
    shared = {node.weight.name for node in maps if node.shared}
    drives: set[Drive] = set().union(
        *(parts_of_kind(expression, Drive) for expression in update.values())
    )
    replacement: dict[Symbol, Symbol] = {
        symbol: SharedDrive(symbol.name, symbol.interval, symbol.tex)
        for symbol in drives
        if symbol.name in shared
    }
    return {symbol: expression.xreplace(replacement) for symbol, expression in update.items()}


class Defined(Protocol):
    """What defines new values: a cell, or its update over complex numbers."""

    @property
    def update(self) -> Mapping[State, Expr]:
        """For each state, its new value."""

    @property
    def graph(self) -> Graph:
        """The update taken apart."""


def cell_equations(cell: Defined) -> list[str]:
    """Return one equation per mean, named value and state of a cell, in order of evaluation."""
    printer = CellPrinter(cell.graph)
    lines: list[str] = []
    for value, defined in cell_definitions(cell):
        if isinstance(defined, MapNode):
            share = rf"\tfrac{{1}}{{{printer._print(neurons)}}}"
            text = f"{share} {transposed(ONES)} {printer._wrapped(defined.argument)}"
        elif isinstance(value, NewState):
            text = printer.bare(defined)
        else:
            text = printer._print(defined)
        lines.append(f"{printer._print(value)} &= {text}")
    return lines


class NewState(Value):
    """The new value of a state."""


def cell_definitions(cell: Defined) -> list[tuple[CellSymbol, Expr | MapNode]]:
    """Return what an update defines, in the order in which it is displayed.

    Args:
        cell: the cell.

    Returns:
        A named value or a new state with its expression, or a mean with its node.
    """
    named = {} if current().inline else _new_values(cell)
    lines: list[tuple[CellSymbol, Expr | MapNode]] = []
    waiting = [symbol for symbol in cell.update if not isinstance(symbol, DelayedState)]

    def told(symbol: State) -> tuple[CellSymbol, Expr | MapNode]:
        update = cell.graph.update[symbol.name]
        others = {old: new for old, new in named.items() if old != update}
        return NewState(symbol.name, symbol.tex), update.xreplace(others)

    for node in cell.graph.nodes:
        if isinstance(node, ValueNode):
            definition = node.definition.xreplace(named)
            # What is named is defined first.
            for symbol in [s for s in waiting if holds(definition, named.get(_update(cell, s), s))]:
                if _update(cell, symbol) in named:
                    waiting.remove(symbol)
                    lines.append(told(symbol))
            lines.append((node.value, definition))
        elif isinstance(node.weight, MeanWeight):
            lines.append((node.value, node))
    return [*lines, *map(told, waiting)]


def _update(cell: Defined, symbol: State) -> Expr:
    return cell.graph.update[symbol.name]


def _new_values(cell: Defined) -> dict[Expr, Value]:
    """What each state becomes ↦ its new value by name, where that is more than one letter."""
    updates = {_update(cell, symbol): Value(symbol.name, symbol.tex) for symbol in cell.update}
    return {update: value for update, value in updates.items() if not update.is_Atom}


def cell_latex(cell: Defined) -> str:
    """Return a cell's update as aligned LaTeX."""
    return aligned(cell_equations(cell))
