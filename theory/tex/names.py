r"""What a name of a paper stands for, with the place where that was said.

A name is a letter with its index and what stands above it: ``\mu_{t,\ell}^{(q)}`` is one name.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from sympy import Expr, Indexed, IndexedBase, Set, Symbol

from longlag.theory.tex import commands
from longlag.theory.tex.tokens import Place, Token, refusal, written

#: Below the letter of a family, for its index.
ANY = "·"


class Key(NamedTuple):
    r"""How a name is written.

    Args:
        base: the letter, ``\mu``.
        sub: below it, ``t,\ell``.
        sup: above it, ``(q)``; primes too.
    """

    base: str
    sub: str = ""
    sup: str = ""

    @property
    def tex(self) -> str:
        r"""The name in LaTeX.

        >>> print(Key(r"\mu", r"t,\ell", "(q)").tex)
        \mu_{t,\ell}^{(q)}
        """
        primes = self.sup if set(self.sup) == {"'"} else ""
        below = f"_{_braced(self.sub)}" if self.sub else ""
        above = f"^{_braced(self.sup)}" if self.sup and not primes else ""
        return f"{self.base}{primes}{below}{above}"

    @property
    def plain(self) -> str:
        r"""The name without backslashes, for text.

        >>> Key(r"\mu", r"t,\ell").plain
        'mu_{t,ell}'
        """
        return self.tex.replace("\\", "")


def _braced(script: str) -> str:
    return script if len(script) == 1 else f"{{{script}}}"


def spelled(tokens: Sequence[Token]) -> str:
    r"""Return what an index or a power is written as, without spacing and sizes."""
    skipped = commands.SPACING | commands.SIZES | {r"\left", r"\right"}
    return written([token for token in tokens if token.text not in skipped])


@dataclass(frozen=True)
class Quantity:
    """A number: its symbol, or the expression that it is defined as.

    Args:
        expression: that.
        called: what it is with a lag in brackets behind it, as N(ℓ) beside N; None where it is a
            factor there.
    """

    expression: Expr
    called: Definition | None = None


@dataclass(frozen=True)
class Family:
    """Numbers with an index, independent of one another, with one domain.

    Args:
        base: of SymPy's.
        indices: how many.
        domain: of each.
    """

    base: IndexedBase
    indices: int
    domain: Set


@dataclass(frozen=True)
class Function:
    """A function of which nothing is known."""

    undefined: Any


@dataclass(frozen=True)
class NamedFunction:
    """A function of ``typed`` under a letter of the paper."""

    name: str


@dataclass(frozen=True)
class Definition:
    """A function that is defined by an expression in its arguments."""

    parameters: tuple[Symbol, ...]
    body: Expr


@dataclass(frozen=True)
class Matrix:
    """A matrix or a vector, as SymPy's."""

    expression: Any


@dataclass(frozen=True)
class Indexing:
    r"""A value at indices: J_t, or \mu_{t,\ell}.

    Args:
        parameters: the indices, in the order in which they stand below the letter.
        body: a number or a matrix, in the parameters.
    """

    parameters: tuple[Symbol, ...]
    body: Any


@dataclass(frozen=True)
class Neurons:
    """What the letters of a cell say of neurons.

    Args:
        bases: of the families that each neuron has one of.
        size: the number of neurons.
        apply: gives the value of a weight applied to what each neuron has one of; None where the
            cell does not apply it so.
        source: what they are derived from.
        letters: all of them, for messages.
    """

    bases: frozenset[IndexedBase]
    size: Symbol
    apply: Callable[[Any, Expr], Expr | None]
    source: Any = None
    letters: tuple[str, ...] = ()

    def vary(self, value: Any) -> bool:
        """Whether a value is one that each neuron has one of."""
        return any(item.base in self.bases for item in value.atoms(Indexed))


@dataclass(frozen=True)
class Linear:
    """A linear map, which is applied by standing before what it acts on, as W h.

    Args:
        function: SymPy's, of one argument.
    """

    function: Any


@dataclass(frozen=True)
class Random:
    """A random number: the symbol that an expectation binds, and its law."""

    symbol: Symbol
    law: Any


Entity: TypeAlias = (
    Quantity | Family | Function | NamedFunction | Definition | Matrix | Indexing | Linear | Random
)
FUNCTIONS = (Function, NamedFunction, Definition)


def matrix_size() -> Symbol:
    """Return the number of rows and columns of every matrix of a paper, a symbol of its own."""
    return Symbol("n", integer=True, positive=True)


@dataclass
class Names:
    """What names stand for, and where it was said.

    Args:
        entities: name ↦ what it stands for.
        places: name ↦ where it was declared, if it was in a text.
        neurons: what the letters of a cell say, where one is declared.
        withheld: names that could be derived and are not ↦ why, and the remedy.
        ranges: index ↦ its first and its last value, where a sum says neither.
        entries: what stands above brackets, such as (q) ↦ the entry that it picks.
    """

    entities: dict[Key, Entity] = field(default_factory=dict)
    places: dict[Key, Place] = field(default_factory=dict)
    ranges: dict[Key, tuple[Any, Any]] = field(default_factory=dict)
    entries: dict[str, Any] = field(default_factory=dict)
    neurons: Neurons | None = None
    withheld: dict[Key, tuple[str, str]] = field(default_factory=dict)

    def copy(self) -> Names:
        """Return the names as they are now."""
        return Names(
            dict(self.entities),
            dict(self.places),
            dict(self.ranges),
            dict(self.entries),
            self.neurons,
            dict(self.withheld),
        )

    def withhold(self, key: Key, why: str, remedy: str) -> None:
        """Tell whoever uses a name why it stands for nothing.

        Args:
            key: the name.
            why: in words.
            remedy: what to do instead.
        """
        self.withheld[key] = why, remedy

    def add(self, key: Key, entity: Entity, token: Token | None = None) -> None:
        """Let a name stand for something.

        Args:
            key: the name.
            entity: what it stands for.
            token: where that is said.

        Raises:
            LonglagError: the name is declared already.
        """
        if key in self.entities and token is not None:
            place = self.places.get(key)
            where = f" at {place}" if place else ""
            raise refusal(
                token,
                f"{key.tex} is declared already{where}",
                f"choose another letter, or write before it: % longlag: forget {key.tex}",
            )
        self.entities[key] = entity
        if token is not None:
            self.places[key] = token.place

    def forget(self, key: Key, token: Token) -> None:
        """Let a name stand for nothing again.

        Args:
            key: the name.
            token: where that is said.

        Raises:
            LonglagError: it stands for nothing.
        """
        if key not in self.entities:
            raise self.unknown(key, token)
        del self.entities[key]
        self.places.pop(key, None)

    def unknown(self, key: Key, token: Token, *, called: bool = False) -> Exception:
        """Return the error that a name is not declared.

        Args:
            key: the name.
            token: where it stands.
            called: whether a bracket stands behind it.
        """
        for withheld in (key, key._replace(sub=ANY)):
            if withheld in self.withheld:
                why, remedy = self.withheld[withheld]
                return refusal(token, f"{key.tex} stands for nothing: {why}", remedy)
        say = f"% longlag: let {key.tex} in reals"
        rule = f"{key.tex} is not declared"
        if called:
            rule += ", and before a bracket it may be a factor or a function"
            say += f" (or: let {key.tex} be a function)"
        rule += self._near(key)
        if self.neurons is not None and self.neurons.letters:
            rule += f", and the cell has the letters {', '.join(self.neurons.letters)}"
        return refusal(token, rule, f"declare it: {say}")

    def _near(self, key: Key) -> str:
        same = [known for known in self.entities if known.base == key.base]
        texts = {known.tex: known for known in self.entities}
        close = [texts[text] for text in difflib.get_close_matches(key.tex, texts, n=1)]
        for known in (same or close)[:1]:
            place = self.places.get(known)
            return f" ({known.tex} is, at {place})" if place else f" ({known.tex} is)"
        return ""


__all__ = [
    "ANY",
    "FUNCTIONS",
    "Definition",
    "Entity",
    "Family",
    "Function",
    "Indexing",
    "Key",
    "Linear",
    "Matrix",
    "NamedFunction",
    "Names",
    "Neurons",
    "Quantity",
    "Random",
    "spelled",
]
