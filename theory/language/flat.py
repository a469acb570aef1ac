"""A cell with axes as one over vectors of entries: what mixes entries becomes a linear map.

An array with axes N and P is the vector of its entries, row after row. In the context of an update
every expression has the axes of the state: a symbol that lacks some is spread over them, a sum over
an axis is spread back, and a weight from one axis to another acts on each row alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Expr, Heaviside, S, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.language.axes import NEURONS, Axes, Axis, names
from longlag.theory.language.maps import DenseWeight, LinearMap, MeanWeight, RowWeight
from longlag.theory.language.parts import parts_of_kind
from longlag.theory.language.reductions import FixedWeight, Total
from longlag.theory.language.symbols import CellSymbol, State
from longlag.theory.language.weights import FreeWeight
from longlag.theory.scalar.functions import hold


def has_axes(update: Mapping[State, Expr]) -> bool:
    """Whether an update names an axis anywhere.

    >>> from longlag.theory import state
    >>> has_axes({state("h"): state("h")})
    False
    """
    expressions = [*update, *update.values()]
    return any(
        isinstance(part, Total)
        or getattr(part, "axes", ())
        or getattr(part, "to", None)
        or getattr(part, "over", None)
        for expression in expressions
        for part in parts_of_kind(expression, CellSymbol, Total)
    )


def axes_of(symbol: Symbol) -> Axes:
    """Return the axes of a symbol: its own, those of the neurons, or none.

    >>> from longlag.theory import drive, parameter
    >>> axes_of(drive("x")), axes_of(parameter("alpha"))
    ((H,), ())
    """
    own: Axes = getattr(symbol, "axes", ())
    if own or not isinstance(symbol, CellSymbol) or symbol.shared:
        return own
    return (NEURONS,)


#: Behind the operation of what stands in ``hold``.
_HELD = " held"


class Flat:
    """Writes the updates of one cell over vectors of entries.

    Args:
        name: of the cell, for messages.
        update: for each state, its new value.

    Raises:
        LonglagError: an expression with an axis that its state has not, a sum over an axis that is
            not there, or a map that does not say over which axis it goes.
    """

    def __init__(self, name: str, update: Mapping[State, Expr]) -> None:
        self.name = name
        # Those of a larger state first, so that its entries need not be put into another order.
        states = sorted(update, key=lambda symbol: -len(axes_of(symbol)))
        #: All axes, in the order in which the states name them.
        self.order: Axes = tuple(dict.fromkeys(each for s in states for each in axes_of(s)))
        placed = {symbol: self.state(symbol, value) for symbol, value in update.items()}
        self.update = _told_apart(placed)

    def state(self, symbol: State, value: Expr) -> Expr:
        """Return the update of a state over its entries."""
        context = axes_of(symbol)
        extra = tuple(each for each in self.axes(value) if each not in context)
        if extra:
            raise LonglagError(
                f"update of state {symbol} in cell {self.name!r}",
                f"it has the axes {_listed(self.axes(value))}, the state {_listed(context)}",
                self._remedy(extra),
            )
        return self.within(value, context)

    def _remedy(self, extra: Axes) -> str:
        if extra == (NEURONS,):
            return (
                "H is the axis of what names none: name those of each state, drive and parameter, "
                f'as drive("x", {self.order[0]}), and average(…, over={self.order[0]}) in a norm'
            )
        several = f"sum over {_listed(extra)} with total(…, over={extra[0]})"
        return f"{several}, or give the state that axis"

    def axes(self, expression: Expr) -> Axes:
        """Return the axes of an expression, in the order of the cell."""
        if isinstance(expression, Total):
            inner = self.axes(expression.argument)
            self._require(expression.over, inner, str(expression))
            if expression.operation == "cumulative":
                return inner
            return tuple(each for each in inner if each != expression.over)
        if isinstance(expression, LinearMap):
            return self._axes_of_map(expression)
        if isinstance(expression, Symbol):
            return self.ordered(axes_of(expression))
        return self.ordered(each for part in expression.args for each in self.axes(part))

    def ordered(self, axes: Iterable[Axis]) -> Axes:
        """Return axes in the order of the cell, others behind."""
        found = dict.fromkeys(axes)
        return (*(a for a in self.order if a in found), *(a for a in found if a not in self.order))

    def _axes_of_map(self, node: LinearMap) -> Axes:
        weight = node.weight
        if isinstance(weight, FixedWeight):
            return weight.target
        if isinstance(weight, (RowWeight, MeanWeight)):
            return ()
        return self.ends(node)[1]

    def ends(self, node: LinearMap) -> tuple[Axes, Axes]:
        """Return the axes of what a dense map acts on, and of what it gives."""
        weight = node.weight
        assert isinstance(weight, DenseWeight)
        if weight.place is not None:
            return weight.place
        source = self.axes(node.argument) or (NEURONS,)
        over = weight.over or (source[0] if len(source) == 1 else None)
        if over is None:
            raise LonglagError(
                f"map {weight.name!r} in cell {self.name!r}",
                f"what it acts on has the axes {_listed(source)}",
                f"say which one it mixes: over={source[-1]}",
            )
        to = weight.to or over
        if over not in source and to in source:
            raise LonglagError(
                f"matrix {weight.text} in cell {self.name!r}",
                f"its columns go over {over} and its rows over {to}, and what it acts on has the "
                f"axes {_listed(source)}",
                f"transpose it: {weight.text.removesuffix('.T')}"
                + ("" if weight.text.endswith(".T") else ".T"),
            )
        self._require(over, source, f"map {weight.name!r}")
        if to != over and to in source:
            raise LonglagError(
                f"map {weight.name!r} in cell {self.name!r}",
                f"it goes to the axis {to}, which what it acts on has already",
                f"sum over {to} before, or choose another axis",
            )
        return source, self.ordered(to if each == over else each for each in source)

    def _require(self, over: Axis, axes: Axes, what: str) -> None:
        if over not in axes:
            raise LonglagError(
                f"{what} in cell {self.name!r}",
                f"what is mixed over {over} has the axes {_listed(axes)}",
                "choose one of them, or give one of its symbols that axis",
            )

    def within(self, expression: Expr, context: Axes) -> Expr:
        """Return an expression over the entries of an array with the axes of its context."""
        if isinstance(expression, hold):
            return hold(self.within(_held(expression.args[0]), context))
        if isinstance(expression, Total) and expression.operation == "largest":
            return self.within(_picked(expression), context)
        if isinstance(expression, Total):
            source = self.axes(expression.argument)
            operation = expression.operation.removesuffix(_HELD)
            weight = FixedWeight(operation, expression.over, source, context)
            return LinearMap(weight, self.within(expression.argument, source))
        if isinstance(expression, LinearMap):
            return self._map(expression, context)
        if isinstance(expression, Axis):
            # How many entries it has: the sum of ones.
            return LinearMap(FixedWeight("total", expression, (expression,), context), S.One)
        if isinstance(expression, Symbol):
            return spread(expression, axes_of(expression), context)
        if not expression.args:
            return expression
        return expression.func(*(self.within(part, context) for part in expression.args))

    def _map(self, node: LinearMap, context: Axes) -> Expr:
        weight = node.weight
        if isinstance(weight, FixedWeight):
            value = LinearMap(weight, self.within(node.argument, weight.source))
            return spread(value, weight.target, context)
        if isinstance(weight, (RowWeight, MeanWeight)):
            source = self.axes(node.argument) or (NEURONS,)
            if len(source) > 1 or len(self.order) > 1:
                raise LonglagError(
                    f"map {weight.name!r} in cell {self.name!r}",
                    f"its cell has the axes {_listed(self.order)}",
                    "say which one is summed: total(W * x, over=N) or average(x, over=N)",
                )
            return LinearMap(weight, self.within(node.argument, source))
        source, target = self.ends(node)
        placed = weight if weight.place is not None else weight.placed(source, target)
        return spread(LinearMap(placed, self.within(node.argument, source)), target, context)


def _held(expression: Expr) -> Expr:
    """An expression of which no derivative is taken: the largest of some numbers is itself."""
    return expression.replace(
        lambda part: isinstance(part, Total) and part.operation == "largest",
        lambda part: Total(part.argument, part.over, Symbol("largest" + _HELD)),
    )


def _picked(node: Total) -> Expr:
    """The largest of some numbers as the sum of those that are not below it, in equal shares."""
    reaches = hold(Heaviside(node.argument - node, 1))
    share = hold(reaches / Total(reaches, node.over, Symbol("total")))
    return Total(share * node.argument, node.over, Symbol("picked"))


def _told_apart(update: Mapping[State, Expr]) -> dict[State, Expr]:
    """An update where one weight on arrays of several axes has a name for each."""
    found = set().union(*(parts_of_kind(value, FreeWeight) for value in update.values()))
    places: dict[str, set[object]] = {}
    for each in found:
        for weight in each.given:
            places.setdefault(weight.label, set()).add(weight.place)
    several = {label for label, known in places.items() if len(known) > 1}
    apart = {each: each.told_apart(several) for each in found} if several else {}
    return {symbol: value.xreplace(apart) for symbol, value in update.items()}


def axes_within(expression: Expr) -> Axes:
    """Return the axes that an expression over entries names, none where it names none.

    Args:
        expression: inside a cell, where every part of it has the axes of its context or none.
    """
    if isinstance(expression, LinearMap):
        weight = expression.weight
        if isinstance(weight, FixedWeight):
            return weight.target
        place = getattr(weight, "place", None)
        return () if place is None else place[1]
    if isinstance(expression, Symbol):
        own: Axes = getattr(expression, "axes", ())
        return own
    return max((axes_within(part) for part in expression.args), key=len, default=())


def spread(expression: Expr, axes: Axes, context: Axes) -> Expr:
    """Return an array over the axes of a context, alike along those that it lacks."""
    if axes == context or not axes:
        return expression
    return LinearMap(FixedWeight("spread", None, axes, context), expression)


def _listed(axes: Iterable[Axis]) -> str:
    return ", ".join(names(tuple(axes))) or "none"


__all__ = ["Flat", "axes_of", "axes_within", "has_axes", "spread"]
