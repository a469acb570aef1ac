r"""The letters of a cell as a reader takes them: what each atom is at each step and neuron.

A letter with a time is a sequence: ``h_{t-1}`` is the member t−1 of h, and so a step too many or
too few is another value. A map is a function of what stands behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import sympy
from sympy import Dummy, Expr, IndexedBase, Integer, S, Symbol
from sympy import Function as SympyFunction
from sympy.core.function import Application
from sympy.printing.latex import LatexPrinter

from longlag.theory.errors import LonglagError
from longlag.theory.language.graph import Graph
from longlag.theory.language.letters import (
    fixed_tex,
    free_letter,
    intermediate_tex,
    maps_in_a_row,
    neurons_between,
    own_letter,
    scale_tex,
)
from longlag.theory.language.maps import DenseWeight, MapValue, MeanWeight, RowWeight, holds_complex
from longlag.theory.language.reductions import FixedWeight, is_spread
from longlag.theory.language.symbols import CellSymbol, DelayedState, Drive, State, Value
from longlag.theory.language.weights import ExponentialWeight, FreeWeight, TransposedWeight
from longlag.theory.notation import neurons, tex_name
from longlag.theory.readback.letters import letter_of
from longlag.theory.scalar.functions import sigmoid
from longlag.theory.tex import Declarations
from longlag.theory.tex.commands import NAMED_FUNCTIONS
from longlag.theory.tex.context import key_of
from longlag.theory.tex.names import ANY, Entity, Family, Function, Key, Linear, Names, Quantity
from longlag.theory.tex.parts import Part, taken_apart
from longlag.theory.tex.tokens import Text, tokenise
from longlag.theory.typeset.author import at_time, clock, current, emboldened, letter, transposed

TIME = Dummy("t", integer=True)
_ENTRY = SympyFunction("entry")
_ONES = SympyFunction("ones")
#: The imaginary unit and the parts of a number, as letters: a formula is read over real numbers.
_IMAGINARY = Dummy("i", real=True)
_PARTS = {kind: SympyFunction(kind.__name__) for kind in (sympy.re, sympy.im, sympy.conjugate)}


@dataclass(frozen=True)
class CellLetters:
    """What the letters of a cell stand for, in the notation that holds now.

    Args:
        graph: of the cell.
        extra: other symbols that a display has, such as η and ℓ.
        intermediate: the numbers of intermediate matrices whose entries a display has.
    """

    graph: Graph
    extra: tuple[Symbol, ...] = ()
    intermediate: tuple[int, ...] = ()

    @cached_property
    def atoms(self) -> tuple[CellSymbol, ...]:
        """Every symbol of the cell, and each state's new value."""
        found = self.graph.symbols(CellSymbol) | {node.value for node in self.graph.values}
        found |= set(self.graph.states)
        found |= {node.value for node in self.graph.maps if isinstance(node.weight, MeanWeight)}
        apart = (DenseWeight, MeanWeight, DelayedState)
        found = {each for each in found if not isinstance(each, apart)}
        return tuple(sorted(found, key=lambda each: (each.name, each.role)))

    @cached_property
    def is_complex(self) -> bool:
        """Whether letters of the cell stand for complex numbers."""
        return any(map(holds_complex, self.graph.update.values()))

    @cached_property
    def neurons(self) -> tuple[str, ...]:
        """The letters of the neurons on the longest path."""
        return "q", *neurons_between(self.graph, max(0, maps_in_a_row(self.graph) - 1))

    @cached_property
    def names(self) -> Names:
        """What a reader knows.

        Raises:
            LonglagError: two atoms are written alike.
        """
        declared = Declarations()
        names = declared.names
        declared.let(_bare(clock()), TIME)
        if self.is_complex:
            _add(names, _key("i"), Quantity(_IMAGINARY))
        means = any(isinstance(node.weight, MeanWeight) for node in self.graph.maps)
        for symbol in dict.fromkeys((*([neurons] if means else []), *self.extra)):
            _add(names, _key(letter_of(symbol)), Quantity(symbol))
        for atom in self.atoms:
            for neuron in ("",) if atom.shared else ("", *self.neurons):
                if not (isinstance(atom, RowWeight) and not neuron):
                    self._declare(names, atom, neuron)
        for node in self.graph.maps:
            self._declare_map(names, node.weight)
        names.add(_key(transposed(r"\mathbf{1}")), Linear(_ONES))
        for number in self.intermediate:
            self._declare_intermediate(names, number)
        for key, function in self._functions():
            _add(names, key, function)
        for neuron in self.neurons:
            names.entries[f"({neuron})"] = Symbol(neuron)
            names.ranges[Key(neuron)] = (Integer(1), neurons)
        return names

    def _functions(self) -> Iterator[tuple[Key, Entity]]:
        """The functions of the cell and of its derivatives that a reader does not know anyhow."""
        written = [*self.graph.update.values(), *(n.definition for n in self.graph.values)]
        written += [node.argument for node in self.graph.maps]
        used = set().union(*(e.atoms(Application) for e in written))
        kinds = {type(each) for each in used} | {sigmoid, sympy.sign, sympy.Heaviside}
        taken = {Key(letter_of(a)) for a in self.atoms if a.constant}
        for kind in sorted(kinds, key=str):
            key = _key(_heads().get(kind) or LatexPrinter()._hprint_Function(kind.__name__))
            if key.base not in NAMED_FUNCTIONS and key not in taken:
                yield key, Function(_PARTS.get(kind, kind))

    def _declare(self, names: Names, atom: CellSymbol, neuron: str) -> None:
        base, above = self._letter(atom, neuron)
        marks = ",".join(part for part in (above, f"({neuron})" if neuron else "") if part)
        meant = _name_of(atom, neuron)
        if atom.constant:
            _add(names, _key(base + (f"^{{{marks}}}" if marks else "")), Quantity(Symbol(meant)))
        elif current().time == "argument":
            key = _key(base + (f"^{{{marks}}}" if marks else ""))
            _add(names, key, Function(SympyFunction(meant)))
        else:
            key = _key(at_time(base, "t", marks))._replace(sub=ANY)
            _add(names, key, Family(IndexedBase(meant), 1, S.Reals))

    def _letter(self, atom: CellSymbol, neuron: str) -> tuple[str, str]:
        """The letter of an atom, and what stands above it besides a neuron."""
        bold = not (atom.shared or neuron)
        if isinstance(atom, RowWeight):
            return self._row(atom, bold=False), ""
        if isinstance(atom, Drive):
            own = letter(f"d_{atom.name}", atom.tex)
            above = letter(atom.name, tex_name(atom.name))
            return (own, "") if own else (emboldened("d") if bold else "d", above)
        default, above = own_letter(atom)
        own = letter(atom.name, "")
        return (own, "") if own else (emboldened(default) if bold else default, above)

    def _row(self, weight: CellSymbol, *, bold: bool) -> str:
        index = letter(weight.name, tex_name(weight.name))
        own = f"{emboldened('u') if bold else 'u'}_{{{index}}}"
        return letter(f"u_{weight.name}", weight.tex or own)

    def weight_tex(self, weight: CellSymbol) -> str:
        """Return how a dense weight has to be written."""
        if isinstance(weight, TransposedWeight):
            return transposed(self.weight_tex(weight.of))
        if isinstance(weight, FixedWeight):
            return fixed_tex(weight)
        if isinstance(weight, ExponentialWeight):
            return f"e^{{{weight.of.written(self.weight_tex, scale_tex, ' ')}}}"
        if isinstance(weight, FreeWeight):
            return letter(weight.label, weight.tex or emboldened(free_letter(weight)))
        index = letter(weight.name, tex_name(weight.name))
        own = f"{letter('W', emboldened('W'))}_{{{index}}}"
        return letter(f"W_{weight.name}", weight.tex or own)

    def is_written(self, part: Part, tex: str) -> bool:
        """Whether a part of a formula is a letter.

        Args:
            part: a name, with its scripts.
            tex: how the letter has to be written.
        """
        return part.kind == "name" and key_of(part) == _key(tex)

    def is_row(self, part: Part, weight: CellSymbol) -> bool:
        """Whether a part of a formula is a row of weights with the mark of its transpose."""
        return self.is_written(part, transposed(self._row(weight, bold=True)))

    def _declare_map(self, names: Names, weight: CellSymbol) -> None:
        if isinstance(weight, MeanWeight):
            return
        if isinstance(weight, RowWeight):
            tex = transposed(self._row(weight, bold=True))
            _add(names, _key(tex), Linear(SympyFunction(f"u {weight.name}")))
            return
        key = _key(self.weight_tex(weight))
        _add(names, key, Linear(SympyFunction(f"W {matrix_name(weight)}")))
        if isinstance(weight, TransposedWeight):
            # Its entries are written as those of the matrix that is transposed.
            weight, key = weight.of, _key(self.weight_tex(weight.of))
        for first in self.neurons:
            for second in self.neurons:
                exponential = isinstance(weight, ExponentialWeight)
                mark = first + second
                entry = key._replace(sub=mark) if exponential else key._replace(sup=mark)
                _add(names, entry, Quantity(weight_entry(weight, first, second)))

    def _declare_intermediate(self, names: Names, number: int) -> None:
        for entry in map("".join, product(self.neurons, repeat=2)):
            meant = _entry_of_intermediate(number, entry)
            if current().time == "argument":
                tex = intermediate_tex(number, "", entry)
                _add(names, _key(tex), Function(SympyFunction(meant)))
            else:
                key = _key(intermediate_tex(number, "t", entry))._replace(sub=ANY)
                _add(names, key, Family(IndexedBase(meant), 1, S.Reals))

    def entry_of_intermediate(self, number: int, entry: str) -> Expr:
        """Return an entry of an intermediate matrix as it is read.

        Args:
            number: which of them.
            entry: the letters of the two neurons.
        """
        meant = _entry_of_intermediate(number, entry)
        if current().time == "argument":
            return SympyFunction(meant)(TIME)
        return IndexedBase(meant)[TIME]

    def meant(self, expression: Expr, offset: Expr = S.Zero, neuron: str = "") -> Expr:
        """Return an expression of the cell as it is read.

        Args:
            expression: over the atoms of the cell.
            offset: how many steps before t.
            neuron: whose entry it is; "" for all.
        """
        atoms: dict[Any, Any] = {
            a: self._atom(a, offset, neuron) for a in expression.atoms(CellSymbol)
        }
        if self.is_complex:
            for kind, letter_of_part in _PARTS.items():
                expression = expression.replace(kind, letter_of_part)
            atoms[sympy.I] = _IMAGINARY
        return expression.xreplace(atoms)

    def _atom(self, atom: CellSymbol, offset: Expr, neuron: str) -> Expr:
        if isinstance(atom, DelayedState):
            return self._atom(atom.of, offset + atom.behind - 1, neuron)
        node = next((n for n in self.graph.maps if n.value == atom), None)
        if node is not None and is_spread(node.weight):
            return self.meant(node.argument, offset, neuron)
        if node is not None and not isinstance(node.weight, MeanWeight):
            kind = "W" if isinstance(node.weight, DenseWeight) else "u"
            argument = self.meant(node.argument, offset)
            value = SympyFunction(f"{kind} {matrix_name(node.weight)}")(argument)
            return _ENTRY(value, Symbol(neuron)) if neuron and not atom.shared else value
        meant = _name_of(atom, "" if atom.shared else neuron)
        if atom.constant:
            return Symbol(meant)
        time = TIME - offset - (1 if isinstance(atom, State) else 0)
        if current().time == "argument":
            return SympyFunction(meant)(time)
        return IndexedBase(meant)[time]


def _heads() -> dict[Any, str]:
    """How functions are written that are not written by their names."""
    return {
        sigmoid: r"\sigma",
        sympy.Heaviside: r"\operatorname{step}",
        sympy.re: r"\operatorname{re}",
        sympy.im: r"\operatorname{im}",
        sympy.conjugate: r"\operatorname{conj}",
    }


def matrix_name(weight: CellSymbol) -> str:
    """Return what a matrix is called: it is one letter, whatever axes it keeps."""
    if isinstance(weight, FixedWeight):
        return fixed_tex(weight)
    return weight.label if isinstance(weight, FreeWeight) else str(weight.name)


def weight_entry(weight: CellSymbol, first: str, second: str) -> Symbol:
    """Return the entry of a weight at two neurons."""
    if isinstance(weight, TransposedWeight):
        return weight_entry(weight.of, second, first)
    return Symbol(f"W {matrix_name(weight)} {first}{second}")


def ones_of(value: Expr) -> Expr:
    """Return 1ᵀ of a vector, as it is read."""
    return _ONES(value)


def _entry_of_intermediate(number: int, entry: str) -> str:
    return f"V {number} {entry}"


def _name_of(atom: CellSymbol, neuron: str) -> str:
    # A state and its new value are one sequence.
    role = "state" if isinstance(atom, Value) and not isinstance(atom, MapValue) else atom.role
    return f"{role} {atom.name} {neuron}".strip()


def _add(names: Names, key: Key, entity: Entity) -> None:
    known = names.entities.get(key)
    if known is not None and known != entity:
        raise LonglagError(
            f"letter {key.tex}",
            "two values of the cell are written so, and cannot be told apart",
            "give one of them another letter",
        )
    names.add(key, entity)


def _key(tex: str) -> Key:
    tokens = tokenise(Text("name", _bare(tex)))
    part = taken_apart(tokens, tokens[0]).sole
    if part is None:
        raise LonglagError(f"letter {tex}", "it is no letter with its indices", "write another one")
    return key_of(part)


def _bare(tex: str) -> str:
    inside = tex.startswith("{") and tex.endswith("}") and tex.count("{") == tex.count("}")
    if not inside:
        return tex
    depth = 0
    for place, character in enumerate(tex):
        depth += (character == "{") - (character == "}")
        if depth == 0 and place < len(tex) - 1:
            return tex
    return tex[1:-1]


__all__ = ["TIME", "CellLetters", "matrix_name", "ones_of", "weight_entry"]
