"""A cell of complex states with each complex number as one letter, as theorists write it.

Derivations are over the real and the imaginary part; this is the update before it was taken apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sympy import Add, Expr, I, Symbol, conjugate, im, re

from longlag.theory.language.axes import Axes
from longlag.theory.language.flat import Flat, has_axes
from longlag.theory.language.graph import Graph, build_graph
from longlag.theory.language.parts import parts_of_kind
from longlag.theory.language.symbols import (
    CellSymbol,
    ComplexState,
    DelayedState,
    Drive,
    Output,
    State,
    Value,
)


def _complex(kind: type[Any], name: str, tex: str, axes: Axes) -> Any:
    symbol = Symbol.__xnew__(kind, name, complex=True)
    symbol.interval, symbol.tex, symbol.axes = None, tex, axes
    return symbol


class ComplexLetter(State):
    """The letter of a complex state, a number that need not be real."""

    def __new__(cls, name: str, tex: str = "", axes: Axes = (), **_: Any) -> ComplexLetter:
        letter: ComplexLetter = _complex(cls, name, tex, axes)
        return letter

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.tex, self.axes), {}


class DelayedLetter(DelayedState):
    """The letter of a complex state two or more steps before the new one."""

    def __new__(cls, of: State, behind: int, **_: Any) -> DelayedLetter:
        letter: DelayedLetter = _complex(cls, f"{of.name}_{behind}", of.tex, of.axes)
        letter.of, letter.behind = of, behind
        return letter


class ComplexDrive(Drive):
    """The letter of a complex drive."""

    def __new__(cls, name: str, tex: str = "", axes: Axes = (), **_: Any) -> ComplexDrive:
        letter: ComplexDrive = _complex(cls, name, tex, axes)
        return letter

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.tex, self.axes), {}


class ComplexValue(Value):
    """The letter of the new value of a complex state."""

    def __new__(cls, name: str, tex: str = "", axes: Axes = (), **_: Any) -> ComplexValue:
        letter: ComplexValue = _complex(cls, name, tex, axes)
        return letter


@dataclass(frozen=True)
class ComplexForm:
    """An update over complex letters, and what their parts are called.

    Args:
        update: for each state, complex or real, its new value.
        parts: a complex letter ↦ the symbols of its real and its imaginary part.
    """

    update: Mapping[State, Expr]
    parts: Mapping[CellSymbol, tuple[CellSymbol, CellSymbol]]

    @cached_property
    def graph(self) -> Graph:
        """The update taken apart into linear maps and named values."""
        return build_graph(self.update)

    @property
    def letters(self) -> dict[CellSymbol, tuple[CellSymbol, CellSymbol]]:
        """Every complex letter of the update and its parts, those of delayed states among them."""
        found = dict(self.parts)
        for value in self.update.values():
            for symbol in parts_of_kind(value, DelayedLetter):
                real, imaginary = self.parts[symbol.of]
                found[symbol] = (
                    DelayedState(real, symbol.behind),
                    DelayedState(imaginary, symbol.behind),
                )
        return found

    def multiplier(self, letter: State) -> Expr | None:
        """Return ∂(new value)/∂(value before) of a complex state, where that is one number.

        Args:
            letter: the complex state.

        Returns:
            The derivative; None where the update reads the parts of the state or its conjugate, or
            maps a state across neurons.
        """
        update = self.graph.update[letter.name]
        apart = update.atoms(re, im, conjugate)
        states = (State, Value)
        if any(part.atoms(*states) for part in apart) or letter not in self.parts:
            return None
        crossed = [node.argument for node in self.graph.maps if update.has(node.value)]
        if any(argument.atoms(*states) for argument in crossed):
            return None
        return update.diff(letter)

    @property
    def before(self) -> Graph:
        """The graph in which what the cell gives out reads the states before the step too."""
        new = {
            ComplexValue(symbol.name, symbol.tex, symbol.axes): value
            for symbol, value in self.update.items()
            if isinstance(symbol, ComplexLetter)
        }
        return build_graph({symbol: value.xreplace(new) for symbol, value in self.update.items()})


def complex_form(name: str, written: Mapping[Any, Expr]) -> ComplexForm | None:
    """Return an update with its complex numbers as letters; None where all are real.

    Args:
        name: of the cell, for messages.
        written: for each state, real or complex, its new value, as its author gave them.

    >>> from longlag.theory import state
    >>> z = state("z", complex=True)
    >>> complex_form("halved", {z: z / 2}).update
    {z: z/2}
    >>> complex_form("kept", {state("h"): state("h")}) is None
    True
    """
    if not any(isinstance(key, ComplexState) for key in written):
        return None
    parts = _letters(written)
    by_part = {real: letter for letter, (real, _) in parts.items()}
    update = {}
    for key, value in written.items():
        first = key.as_real_imag()[0] if isinstance(key, ComplexState) else key
        update[by_part.get(first, key)] = _joined(value, parts, new=isinstance(key, Output))
    return ComplexForm(Flat(name, update).update if has_axes(update) else update, parts)


def _letters(written: Mapping[Any, Expr]) -> dict[Any, tuple[Any, Any]]:
    """Each complex letter of an update with its two parts."""
    named = {}
    for expression in (*written, *written.values()):
        for symbol in parts_of_kind(expression, State, Drive):
            own = symbol.of if isinstance(symbol, DelayedState) else symbol
            named[own.role, own.name] = own
    found = {}
    for (role, name), symbol in sorted(named.items()):
        base, _, part = name.rpartition("_")
        partner = named.get((role, f"{base}_im"))
        if part == "re" and partner is not None:
            kind = ComplexLetter if role == "state" else ComplexDrive
            found[kind(base, symbol.tex, symbol.axes)] = symbol, partner
    return found


def _joined(expression: Expr, parts: Mapping[Any, tuple[Any, Any]], *, new: bool) -> Expr:
    """An expression over letters: a + i b of the parts of one letter is the letter."""
    letters = dict(parts)
    for delayed in sorted(parts_of_kind(expression, DelayedState), key=str):
        for letter, (real, imaginary) in parts.items():
            if delayed.of == real:
                pair = delayed, DelayedState(imaginary, delayed.behind)
                letters[DelayedLetter(letter, delayed.behind)] = pair
    if new:
        # What a cell gives out reads the states after the step.
        letters = {
            ComplexValue(each.name, each.tex, each.axes) if isinstance(each, State) else each: pair
            for each, pair in letters.items()
        }
    into: dict[Any, Expr] = {}
    for letter, (real, imaginary) in letters.items():
        into |= {real: re(letter), imaginary: im(letter)}
    apart = expression.xreplace(into)
    return apart.replace(lambda part: part.is_Add, lambda total: _added(total, tuple(letters)))


def _added(total: Expr, letters: tuple[Expr, ...]) -> Expr:
    """A sum in which c re(z) + i c im(z) is c z, and c re(z) − i c im(z) its conjugate."""
    terms = list(total.args)
    for letter in letters:
        for term in [each for each in terms if each.has(re(letter))]:
            turned = I * term.xreplace({re(letter): im(letter)})
            for other, whole in ((turned, letter), (-turned, conjugate(letter))):
                if other in terms and term in terms:
                    terms.remove(term)
                    terms.remove(other)
                    terms.append(term.xreplace({re(letter): whole}))
    return Add(*terms)


__all__ = ["ComplexForm", "complex_form"]
