"""What an update may say beyond real vectors at the step before: taken apart into just those.

A complex state is the pair of its real and imaginary part, a delayed state is a state of its own
that is handed on, an output is a state that nobody reads, an array with axes is the vector of its
entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import (
    Abs,
    Dummy,
    Expr,
    I,
    Pow,
    S,
    conjugate,
    cos,
    cosh,
    exp,
    expand,
    expand_complex,
    im,
    re,
    sin,
    sinh,
    tan,
    tanh,
)
from sympy.core.function import Application

from longlag.theory.errors import LonglagError
from longlag.theory.language.flat import Flat, has_axes
from longlag.theory.language.maps import DenseWeight, LinearMap, MeanWeight, RowWeight
from longlag.theory.language.parts import holds, parts_of_kind
from longlag.theory.language.reductions import Total
from longlag.theory.language.symbols import DelayedState, Output, State
from longlag.theory.language.weights import FreeWeight
from longlag.theory.scalar.functions import hold

#: Functions of a complex number whose two parts are known.
_COMPLEX = (Abs, conjugate, cos, cosh, exp, im, re, sin, sinh, tan, tanh)


def lowered(name: str, update: Mapping[Any, Expr]) -> dict[State, Expr]:
    """Return an update over real states that are vectors of entries.

    Args:
        name: of the cell, for messages.
        update: for each state, real or complex, its new value.

    Raises:
        LonglagError: a key that is no state, a delay of what is no state of the cell, axes that do
            not fit.
    """
    real = _real_parts(name, update)
    handed_on = _with_delays(name, _given_out(name, real))
    return Flat(name, handed_on).update if has_axes(handed_on) else handed_on


def _real_parts(name: str, update: Mapping[Any, Expr]) -> dict[State, Expr]:
    found: dict[State, Expr] = {}
    for key, value in update.items():
        parts = key.as_real_imag() if isinstance(key, Expr) else (key,)
        if isinstance(key, State):
            parts = (key,)
        elif len(parts) != 2 or not all(isinstance(part, State) for part in parts):
            raise LonglagError(
                f"key {key!r} in the update of cell {name!r}",
                "only states have updates",
                "make the key with state(name), or state(name, complex=True)",
            )
        for part in parts:
            if part in found:
                raise _taken(part, name)
        new = _parts(value) if holds(value, I) else (value, S.Zero)
        if len(parts) == 1 and expand(new[1]) != 0:
            raise LonglagError(
                f"new value {value} of state {key} in cell {name!r}",
                f"it is complex, with the imaginary part {expand(new[1])}",
                f"make it state({key.name!r}, complex=True), or take re(…), im(…) or Abs(…) of it",
            )
        found.update(zip(parts, new, strict=False))
    return found


def _parts(expression: Expr) -> tuple[Expr, Expr]:
    """The real and the imaginary part of an expression over real symbols, maps and sums."""
    apart = _maps_apart(expression)
    # What a map gives, and what holds no i, is one real number for what follows.
    outermost: dict[Any, Any] = {}

    def collect(part: Any) -> None:
        if isinstance(part, (LinearMap, Total)) or not (holds(part, I) or part.is_Atom):
            outermost[part] = Dummy(real=True)
        else:
            for inside in part.args:
                collect(inside)

    collect(apart)
    back = {held: part for part, held in outermost.items()}
    real, imaginary = expand_complex(apart.xreplace(outermost)).as_real_imag()
    return real.xreplace(back), imaginary.xreplace(back)


def _maps_apart(expression: Expr) -> Expr:
    """Maps, sums and held values of a complex argument as those of its two parts.

    A weight is the same for both. What is defined for real numbers alone keeps a real argument.
    """
    if not expression.args or not holds(expression, I):
        return expression
    inner = [_maps_apart(part) for part in expression.args]
    if isinstance(expression, (LinearMap, Total, hold)) and holds(expression, I):
        whole = inner[1] if isinstance(expression, LinearMap) else inner[0]
        real, imaginary = _parts(whole)
        if expand(imaginary) == 0:
            return _same(expression, real)
        if isinstance(expression, Total) and expression.operation == "largest":
            raise LonglagError(
                f"{expression}", "complex numbers have no largest", "take it of Abs(z) or re(z)"
            )
        return _same(expression, real, "_re") + I * _same(expression, imaginary, "_im")
    if isinstance(expression, Application) and not isinstance(expression, _COMPLEX):
        inner = [_real(expression, part) for part in inner]
    elif isinstance(expression, Pow) and not expression.exp.is_integer:
        real, imaginary = _parts(inner[0])
        inner[0] = real if expand(imaginary) == 0 else inner[0]
    return expression.func(*inner)


def _real(function: Application, argument: Expr) -> Expr:
    """The argument of a function of real numbers."""
    if not isinstance(argument, Expr):
        raise LonglagError(
            f"{function}", "its branches are complex", "write one for re(z) and one for im(z)"
        )
    real, imaginary = _parts(argument)
    if expand(imaginary) != 0:
        raise LonglagError(
            f"{type(function).__name__}({argument})",
            f"it is a function of a real number, and here of one with the imaginary part "
            f"{expand(imaginary)}",
            "apply it to re(z), im(z) or Abs(z)",
        )
    return real


def _same(node: LinearMap | Total | hold, argument: Expr, part: str = "") -> Expr:
    if not isinstance(node, LinearMap):
        return node.func(argument, *node.args[1:])
    weight = node.weight
    if part and isinstance(weight, MeanWeight):
        weight = MeanWeight(weight.name + part)
    if part and isinstance(weight, RowWeight):
        raise LonglagError(
            f"shared map {weight.name!r} of a complex number",
            "one row gives one real number",
            "write one for re(z) and one for im(z)",
        )
    if isinstance(weight, DenseWeight) and not isinstance(weight, FreeWeight):
        weight = FreeWeight(weight.name, weight.tex, weight.to, weight.over, weight.place)
    return LinearMap(weight, argument)


def _given_out(name: str, update: Mapping[State, Expr]) -> dict[State, Expr]:
    """The update with every output over the states before the step, as all others are."""
    outputs = {symbol for symbol in update if isinstance(symbol, Output)}
    for symbol, value in update.items():
        for read in sorted(parts_of_kind(value, Output), key=str):
            raise LonglagError(
                f"output {read} in the update of {symbol} in cell {name!r}",
                "an output is what the cell gives out, and no update reads it",
                f"make it a state: state({read.name!r})",
            )
    new: dict[Any, Any] = {s: value for s, value in update.items() if s not in outputs}
    # A state from here on, so that what is taken apart already stays as it is.
    plain = {s: State(s.name, s.interval, s.tex, s.axes) if s in outputs else s for s in update}
    return {plain[s]: v.xreplace(new) if s in outputs else v for s, v in update.items()}


def _with_delays(name: str, update: Mapping[State, Expr]) -> dict[State, Expr]:
    delayed = set().union(*(parts_of_kind(value, DelayedState) for value in update.values()))
    found = dict(update)
    for state in sorted(delayed, key=lambda each: (each.of.name, each.behind)):
        if state.of not in update:
            raise LonglagError(
                f"delay of state {state.of} in cell {name!r}",
                "it has no update",
                f"add {state.of}: … to the cell",
            )
        for behind in range(2, state.behind + 1):
            before = state.of if behind == 2 else DelayedState(state.of, behind - 1)
            found.setdefault(DelayedState(state.of, behind), before)
    names = [each.name for each in found]
    for each in found:
        if names.count(each.name) > 1:
            raise _taken(each, name)
    return found


def _taken(state: State, cell: str) -> LonglagError:
    return LonglagError(
        f"state {state.name!r} of cell {cell!r}",
        "a delayed state, or the part of a complex one, bears this name",
        "choose another name",
    )


__all__ = ["lowered"]
