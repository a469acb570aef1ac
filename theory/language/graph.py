"""A cell's update taken apart: linear maps and named values in the order of evaluation.

Derivatives are taken over this graph instead of over the whole expression. So a gate stays one
symbol, its coefficients come out factored (``(n − h) z (1 − z)``), and nothing needs simplifying.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial

from sympy import Basic, Dummy, Expr, Interval, Pow, S, factor_terms
from sympy.core.function import Application

from longlag.theory.errors import LonglagError
from longlag.theory.language.maps import (
    ComplexMapValue,
    LinearMap,
    MapValue,
    MeanWeight,
    SharedMapValue,
    holds_complex,
)
from longlag.theory.language.parts import holds, parts_of_kind
from longlag.theory.language.ranges import range_of
from longlag.theory.language.reductions import FixedWeight, is_spread
from longlag.theory.language.symbols import (
    CellSymbol,
    Drive,
    Parameter,
    SharedValue,
    State,
    Value,
    is_constant,
    is_shared,
)
from longlag.theory.language.weights import FreeWeight, atoms_of
from longlag.theory.scalar.functions import hold


@dataclass(frozen=True)
class MapNode:
    """A linear map: its value, its weight, what it acts on, and the user's text.

    Args:
        value: the symbol of its value.
        weight: its weight.
        argument: the per-neuron expression it acts on, over the symbols of the graph.
        written: the same as the user wrote it.
    """

    value: MapValue
    weight: CellSymbol
    argument: Expr
    written: LinearMap


@dataclass(frozen=True)
class ValueNode:
    """A named value: its symbol, the function application that defines it, and the user's text.

    Args:
        value: the symbol.
        definition: over states, drives, parameters, map values and other named values.
        written: the same as the user wrote it, with the maps inside.
    """

    value: Value
    definition: Expr
    written: Expr


@dataclass(frozen=True)
class Graph:
    """The update of a cell over states, drives, parameters, map values and named values.

    Args:
        nodes: maps and values, each after what it depends on.
        update: for each state, its new value in terms of the nodes.
        states: their symbols, in the same order.
    """

    nodes: tuple[MapNode | ValueNode, ...]
    update: Mapping[str, Expr]
    states: tuple[State, ...] = ()
    #: Those that were taken already: values in values share most of what they are made of.
    _derivatives: dict[tuple[Expr, CellSymbol, frozenset[Value]], Expr] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def maps(self) -> tuple[MapNode, ...]:
        """The linear maps, in order."""
        return tuple(node for node in self.nodes if isinstance(node, MapNode))

    @property
    def values(self) -> tuple[ValueNode, ...]:
        """The named values, in order."""
        return tuple(node for node in self.nodes if isinstance(node, ValueNode))

    def symbols(self, role: type[CellSymbol]) -> set[CellSymbol]:
        """Return the symbols of one role that the update was written with, named values aside."""
        parts = [*self.update.values(), *(node.definition for node in self.values)]
        for node in self.maps:
            parts += [node.weight, node.argument]
        found = set().union(*(atoms_of(part, role) for part in parts))
        return {symbol for symbol in found if not isinstance(symbol, (Value, MapValue))}

    def definition(self, value: Value) -> Expr:
        """Return the expression that defines a named value."""
        return next(node.definition for node in self.values if node.value == value)

    def derivative(
        self, expression: Expr, variable: CellSymbol, held: AbstractSet[Value] = frozenset()
    ) -> Expr:
        """Return d(expression)/d(variable) with the other map values held fixed.

        The chain rule runs through the named values; ``variable`` is a state or a map value.

        Args:
            expression: over the symbols of this graph.
            variable: what to differentiate by.
            held: named values that are held fixed too, such as gates.

        Returns:
            The per-neuron derivative, written with the named values themselves.
        """
        key = expression, variable, frozenset(held)
        if key not in self._derivatives:
            result = expression.diff(variable)
            for value in _values(expression):
                if value not in held:
                    inner = partial(self.derivative, variable=variable, held=held)
                    result += expression.diff(value) * self._through(value, inner)
            self._derivatives[key] = factor_terms(result)
        return self._derivatives[key]

    def derivative_through(
        self, expression: Expr, variable: CellSymbol, gates: AbstractSet[Value]
    ) -> Expr:
        """Return the part of ``derivative`` that holding the gates fixed leaves out.

        Args:
            expression: over the symbols of this graph.
            variable: what to differentiate by.
            gates: named values; every path of the chain rule that is kept runs through one.
        """
        result = S.Zero
        for value in _values(expression):
            if value in gates:
                inner = partial(self.derivative, variable=variable)
            else:
                inner = partial(self.derivative_through, variable=variable, gates=gates)
            result += expression.diff(value) * self._through(value, inner)
        return factor_terms(result)

    def _through(self, value: Value, inner: Callable[[Expr], Expr]) -> Expr:
        """The derivative of a named value, written with the value itself."""
        definition = self.definition(value)
        if isinstance(definition, Pow) and is_constant(definition.exp):
            base = definition.base
            return value * definition.exp * inner(base) / base
        return inner(definition).xreplace({definition: value})

    @property
    def gates(self) -> frozenset[Value]:
        """The named values between 0 and 1 that multiply what changes with the state.

        A candidate multiplies too, as n does z in ``z n``, and is none; nor is what a cell returns
        as it is, as σ in ``σ(W h)``.
        """
        candidates = {self.candidate(name) for name in self.update}
        wholes = [*self.update.values(), *(node.argument for node in self.maps)]
        wholes += [p for node in self.values for p in node.definition.args if isinstance(p, Expr)]
        found = set()
        for node in self.values:
            reach = range_of(node.written)
            if node.value in candidates or not (reach.low >= 0 and reach.high <= 1):
                continue
            weights = [whole.diff(node.value) for whole in wholes]
            if any(
                parts_of_kind(weight, State, MapValue, Value) - {node.value} for weight in weights
            ):
                found.add(node.value)
        return frozenset(found)

    def candidate(self, state_name: str) -> Value | Drive | MapValue | None:
        """Return what a state's gates mix in, a value or a drive, if there is exactly one.

        A candidate enters linearly and with a weight that holds no state, as n does in
        ``(1 − z) h + z n``; the weight of a gate such as z is ``n − h``. Where a drive enters so,
        as x in ``a h + i x``, it is the candidate, also where it is spread over axes that it lacks;
        of k and v in ``S + k v`` either may be, and none is. Else of several values it is the one
        that may be negative, as g in ``i g``. What anything else of the update is made of is none:
        a shift of it would move more than what is taken in.
        """
        update = self.update[state_name]
        atoms = sorted(
            parts_of_kind(update, Value, Drive, MapValue), key=lambda symbol: symbol.name
        )
        mixed_in = [symbol for symbol in atoms if self._enters(symbol, update)]
        drives = [symbol for symbol in mixed_in if not isinstance(symbol, Value)]
        values = [symbol for symbol in mixed_in if isinstance(symbol, Value)]
        if drives:
            drives = [s for s in drives if not self._drive(s).shared] or drives
            weights = {factor_terms(update.diff(drive)) for drive in drives}
            found = drives if len(weights) == 1 else []
        else:
            # What scales a drive is no candidate, unless the drive is a gate.
            values = [v for v in values if not self._scales_a_drive(update.diff(v))]
            positive = {v for v in values if range_of(self.written(v)).is_positive}
            found = values if len(values) == 1 else [v for v in values if v not in positive]
            found = found if len(found) == 1 else []
        return found[0] if found and self._stands_alone(found[0], update) else None

    def _enters(self, symbol: CellSymbol, update: Expr) -> bool:
        """Whether an update is affine in a value or a drive, by a weight that holds no state."""
        if isinstance(symbol, MapValue) and self._drive(symbol) is symbol:
            return False
        weight = update.diff(symbol)
        if holds(weight, symbol) or self._holds_state(weight):
            return False
        parts = [self.definition(value) for value in parts_of_kind(update, Value)]
        return symbol not in set().union(*(self._made_of(p, through_maps=False) for p in parts))

    def _stands_alone(self, symbol: CellSymbol, update: Expr) -> bool:
        """Whether nothing else of an update is made of a symbol, however far inside."""
        others = update.diff(symbol) + Dummy() * update.xreplace({symbol: S.Zero})
        return self._drive(symbol) not in self._made_of(others, through_maps=True)

    def _scales_a_drive(self, weight: Expr) -> bool:
        found = {self._drive(symbol) for symbol in parts_of_kind(weight, Drive, MapValue)}
        drives = [symbol for symbol in found if isinstance(symbol, Drive)]
        return not all(drive.interval.is_subset(Interval(0, 1)) for drive in drives)

    def _drive(self, symbol: CellSymbol) -> CellSymbol:
        """The drive that a symbol spreads over axes that it lacks, else the symbol itself."""
        for node in self.maps:
            if node.value == symbol and is_spread(node.weight) and isinstance(node.argument, Drive):
                return node.argument
        return symbol

    def _made_of(self, expression: Expr, *, through_maps: bool) -> set[Basic]:
        """The symbols of an expression, of the values in it, and so on, also inside maps."""
        found: set[Basic] = set()
        pending = [expression]
        while pending:
            for symbol in parts_of_kind(pending.pop(), CellSymbol) - found:
                found.add(symbol)
                pending += [n.definition for n in self.values if n.value == symbol]
                if through_maps:
                    pending += [n.argument for n in self.maps if n.value == symbol]
        return found

    def _holds_state(self, weight: Expr) -> bool:
        """Whether a weight is no function of gates: a state stands in it with no value between."""
        if holds(weight, State):
            return True
        maps = parts_of_kind(weight, MapValue)
        return any(self._holds_state(node.argument) for node in self.maps if node.value in maps)

    def written(self, value: Value | MapValue) -> Expr:
        """Return the expression that defines a named value or a map, as the user wrote it."""
        return next(node.written for node in self.nodes if node.value == value)

    def ingredients(self, value: Value) -> set[Value | Drive]:
        """Return the values and drives that a value is made of, with no map between."""
        definition = self.definition(value)
        direct = parts_of_kind(definition, Value)
        found: set[Value | Drive] = parts_of_kind(definition, Drive) | direct
        return found.union(*(self.ingredients(part) for part in direct))


def _values(expression: Expr) -> list[Value]:
    return sorted(parts_of_kind(expression, Value), key=lambda symbol: symbol.name)


def build_graph(update: Mapping[State, Expr]) -> Graph:
    """Take an update apart into linear maps and named values.

    Args:
        update: for each state, its new value.

    Returns:
        The graph.

    Raises:
        LonglagError: two maps with one name.
    """
    return _Builder(update).build()


class _Builder:
    """Walks the update once and gives every nonlinearity a name."""

    def __init__(self, update: Mapping[State, Expr]) -> None:
        self.expressions = update
        self.all_real = not any(map(holds_complex, update.values()))
        self.nodes: list[MapNode | ValueNode] = []
        self.by_definition: dict[Expr, Value] = {}
        self.lowered: dict[Basic, Basic] = {}
        # A gate by the name of a parameter would be told from it by its time alone.
        self.taken = {symbol.name for symbol in update}
        for expression in update.values():
            self.taken |= {symbol.name for symbol in parts_of_kind(expression, Parameter)}

    def build(self) -> Graph:
        lowered = {symbol.name: self.lower(expr) for symbol, expr in self.expressions.items()}
        return Graph(tuple(self.nodes), lowered, tuple(self.expressions))

    def lower(self, expression: Basic) -> Basic:
        """The expression over nodes; what stands in it many times is taken apart once."""
        if expression not in self.lowered:
            self.lowered[expression] = self._lower(expression)
        return self.lowered[expression]

    def _lower(self, expression: Basic) -> Basic:
        if not expression.args:
            return expression
        if isinstance(expression, LinearMap):
            return self.map_value(expression)
        lowered = expression.func(*[self.lower(argument) for argument in expression.args])
        # Application covers Function, Min and Max alike; a root is a nonlinearity like them.
        root = isinstance(lowered, Pow) and not lowered.exp.is_integer
        # A condition is one too, and no value.
        function = isinstance(lowered, Application) and isinstance(lowered, Expr)
        # What is held is a letter as the number itself is.
        letter = isinstance(lowered, hold) and lowered.args[0].is_Symbol
        named = (function or root) and not letter and not is_constant(lowered)
        # Only real numbers have names; re(z) is real, and shown as it is.
        if named and not self.complex(lowered):
            return self.named_value(lowered, expression)
        return lowered

    def complex(self, expression: Expr) -> bool:
        """Whether an expression holds a number that need not be real."""
        return not self.all_real and holds_complex(expression)

    def map_value(self, expression: LinearMap) -> MapValue:
        name = expression.value_name
        kind = SharedMapValue if expression.shared else MapValue
        value = ComplexMapValue(name) if self.complex(expression.argument) else kind(name)
        node = MapNode(value, expression.weight, self.lower(expression.argument), expression)
        known = next(
            (n for n in self.nodes if isinstance(n, MapNode) and n.value.name == name), None
        )
        if known is None:
            self.nodes.append(node)
        elif known != node:
            raise LonglagError(
                f"map {name!r}",
                "two different maps bear this name",
                "give each recurrent map or mean a name of its own",
            )
        return value

    def named_value(self, definition: Expr, written: Expr) -> Value:
        if definition not in self.by_definition:
            kind = SharedValue if is_shared(definition) else Value
            value = kind(self.fresh_name(definition))
            self.by_definition[definition] = value
            self.nodes.append(ValueNode(value, definition, written))
        return self.by_definition[definition]

    def written_drives(self, definition: Expr) -> set[CellSymbol]:
        """The drives in an expression, those that are spread over axes they lack too."""
        found = parts_of_kind(definition, MapValue)
        maps = [n for n in self.nodes if isinstance(n, MapNode) and n.value in found]
        spread = [node.argument for node in maps if is_spread(node.weight)]
        return parts_of_kind(definition, Drive).union(
            *(parts_of_kind(argument, Drive) for argument in spread)
        )

    def fresh_name(self, definition: Expr) -> str:
        """Name a gate after its map; fall back on y, y2, … where that name is not free.

        The map of a weight that is an object has no name of its own: its drive tells the gate.
        """
        weights = {n.value: n.weight for n in self.nodes if isinstance(n, MapNode)}
        found = {value: weights[value] for value in parts_of_kind(definition, MapValue)}
        nameless = (MeanWeight, FreeWeight, FixedWeight)
        names = sorted(v.name for v, weight in found.items() if not isinstance(weight, nameless))
        if any(isinstance(weight, (FreeWeight, FixedWeight)) for weight in found.values()):
            names += sorted({symbol.name for symbol in self.written_drives(definition)})
        candidates = [*names[: len(names) == 1], "y", *(f"y{i}" for i in range(2, 1000))]
        name = next(name for name in candidates if name not in self.taken)
        self.taken.add(name)
        return name


__all__ = ["Graph", "MapNode", "ValueNode", "build_graph"]
