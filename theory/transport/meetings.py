"""Where the paths of a Jacobian meet: arguments of maps that several paths run through.

In a state that passes several layers within a step, s ← (1 − t) s + t n with maps of s in t and n,
every layer multiplies the number of paths. All of them meet in s. With a symbol for it, derivatives
are taken from one meeting to the next, and the matrix ∂s/∂h behind it is derived once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sympy import Add, Basic, Expr

from longlag.theory.language.graph import Graph, MapNode, ValueNode
from longlag.theory.language.maps import MapValue
from longlag.theory.language.parts import parts_of_kind
from longlag.theory.language.symbols import CellSymbol, State, Value, is_shared


class Meeting(CellSymbol):
    """A symbol for an argument of maps."""

    role = "meeting"


class SharedMeeting(Meeting):
    """One for an argument that is one number for all neurons."""

    shared = True


@dataclass(frozen=True)
class Cut:
    """A graph in which arguments of maps stand as symbols wherever something else is made of them.

    Args:
        graph: its updates, arguments and named values hold meetings.
        meetings: what each stands for, over the symbols of the whole graph.
    """

    graph: Graph
    meetings: Mapping[Meeting, Expr]

    def whole(self, expression: Expr) -> Expr:
        """Return an expression with what its meetings stand for."""
        return expression.xreplace(self.meetings) if self.meetings else expression


def cut_graph(graph: Graph, arguments: Iterable[Expr]) -> Cut:
    """Return a graph with symbols for arguments of maps.

    Args:
        graph: of a cell.
        arguments: of some of its maps, each after those that it is made of.

    >>> from longlag.theory import CELLS
    >>> graph = CELLS["recurrent_highway"].graph
    >>> second = graph.maps[2].argument
    >>> cut_graph(graph, [second]).graph.maps[4].argument
    m1*(1 - t2) + n2*t2
    """
    names: dict[Expr, Meeting] = {}
    for argument in arguments:
        kind = SharedMeeting if is_shared(argument) else Meeting
        names.setdefault(argument, kind(f"m{len(names) + 1}"))
    if not names:
        return Cut(graph, {})
    rewriting = _Rewriting(names)

    def node(each: MapNode | ValueNode) -> MapNode | ValueNode:
        if isinstance(each, MapNode):
            return replace(each, argument=rewriting.inside(each.argument))
        return replace(each, definition=rewriting.over(each.definition))

    update = {name: rewriting.over(expression) for name, expression in graph.update.items()}
    nodes = tuple(map(node, graph.nodes))
    return Cut(Graph(nodes, update, graph.states), {name: whole for whole, name in names.items()})


class _Rewriting:
    """Puts symbols for expressions that stand in others, alone or as some terms of a sum.

    A sum stands there with the other sign too: SymPy writes n − (a + b) as n − a − b.
    """

    def __init__(self, names: Mapping[Expr, Meeting]) -> None:
        opposite = {-whole: -name for whole, name in names.items() if isinstance(whole, Add)}
        self.names: dict[Expr, Expr] = {**opposite, **names}
        # The largest sum first: of nested ones it leaves the least behind.
        sums = [whole for whole in self.names if isinstance(whole, Add)]
        self.sums = {s: frozenset(s.args) for s in sorted(sums, key=lambda s: -len(s.args))}
        self._known: dict[Basic, Any] = {}

    def over(self, expression: Any) -> Any:
        """Return an expression with symbols for what stands in it, and for itself."""
        if expression in self.names:
            return self.names[expression]
        return self.inside(expression)

    def inside(self, expression: Any) -> Any:
        """Return an expression with symbols for what stands in it, itself kept."""
        if not expression.args:
            return expression
        if expression not in self._known:
            self._known[expression] = self._inside(expression)
        return self._known[expression]

    def _inside(self, expression: Any) -> Any:
        if isinstance(expression, Add):
            terms = frozenset(expression.args)
            for whole, some in self.sums.items():
                if some < terms:
                    rest = Add(*(t for t in expression.args if t not in some))
                    return self.names[whole] + self.over(rest)
        parts = [self.over(part) for part in expression.args]
        changed = any(new is not old for new, old in zip(parts, expression.args, strict=True))
        return expression.func(*parts) if changed else expression


def cut_where_paths_meet(graph: Graph) -> Cut:
    """Return a graph cut at the arguments of maps where that saves terms.

    Of an argument with k terms behind it that is used u times, k + u terms are written in place of
    k u. It is used where another argument or a new state is made of it, and for each of its maps
    where one is made of that map's value.

    Args:
        graph: of a cell.

    >>> from longlag.theory import CELLS
    >>> cut_where_paths_meet(CELLS["gru"].graph).meetings
    {}
    """
    every = cut_graph(graph, [node.argument for node in graph.maps if node.argument.args])
    paths = _Paths(every, graph)
    reached = [paths.made_of(body) for body in {*paths.body.values(), *every.graph.update.values()}]
    for meeting in paths.in_order():
        same = [each for each, other in paths.meeting.items() if other == meeting]
        used = sum(each in found for each in same for found in reached)
        terms = max(paths.count(paths.body[meeting], state) for state in graph.states)
        if (terms - 1) * (used - 1) > 1:
            paths.met[meeting] = None
    return cut_graph(graph, [every.meetings[meeting] for meeting in paths.met])


class _Paths:
    """Counts the terms in which paths from an expression to a state are written.

    Args:
        every: a graph that is cut at every argument of a map.
        graph: the whole one.
    """

    def __init__(self, every: Cut, graph: Graph) -> None:
        self.definitions = {node.value: node.definition for node in every.graph.values}
        named = {argument: meeting for meeting, argument in every.meetings.items()}
        self.body: dict[CellSymbol, Expr] = {n.value: n.argument for n in every.graph.maps}
        self.meeting: dict[CellSymbol, Meeting] = {
            node.value: named[node.argument] for node in graph.maps if node.argument in named
        }
        self.body |= {meeting: self.body[value] for value, meeting in self.meeting.items()}
        self.meeting |= {meeting: meeting for meeting in every.meetings}
        self.met: dict[Meeting, None] = {}
        self._values: dict[Value, frozenset[CellSymbol]] = {}
        self._counts: dict[tuple[Expr, State], tuple[bool, int]] = {}

    def in_order(self) -> list[Meeting]:
        """Return every meeting after those that it is made of."""
        found: dict[Meeting, None] = {}
        seen: set[CellSymbol] = set()

        def visit(symbol: CellSymbol) -> None:
            if symbol in seen:
                return
            seen.add(symbol)
            inside = (each for each in self.made_of(self.body[symbol]) if each in self.body)
            for each in sorted(inside, key=lambda each: each.name):
                visit(each)
            if symbol in self.meeting:
                found[self.meeting[symbol]] = None

        for symbol in self.body:
            visit(symbol)
        return list(found)

    def made_of(self, expression: Expr) -> frozenset[CellSymbol]:
        """Return the states, meetings and maps that an expression is made of."""
        found = frozenset(parts_of_kind(expression, State, Meeting, MapValue))
        return found.union(*map(self._value, parts_of_kind(expression, Value)))

    def _value(self, value: Value) -> frozenset[CellSymbol]:
        if value not in self._values:
            self._values[value] = self.made_of(self.definitions[value])
        return self._values[value]

    def count(self, expression: Expr, state: State) -> int:
        """Return how many terms the paths over a map have."""
        return self._counted(expression, state)[1]

    def _counted(self, expression: Expr, state: State) -> tuple[bool, int]:
        """Whether there is a path over no map, and how many terms those over a map have."""
        if (expression, state) not in self._counts:
            local, crossing = False, 0
            for symbol in self.made_of(expression):
                if isinstance(symbol, State):
                    local |= symbol == state
                    continue
                inside, behind = self._counted(self.body[symbol], state)
                if self.meeting.get(symbol) in self.met:
                    behind = min(behind, 1)
                if isinstance(symbol, Meeting):
                    local |= inside
                crossing += behind + (isinstance(symbol, MapValue) and inside)
            self._counts[expression, state] = local, crossing
        return self._counts[expression, state]


__all__ = ["Cut", "Meeting", "SharedMeeting", "cut_graph", "cut_where_paths_meet"]
