"""What is known while a formula is read: names, bound symbols, and what operations may cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import Expr, S, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.tex.brackets import Item
from longlag.theory.tex.names import ANY, FUNCTIONS, Entity, Key, Names, Quantity, spelled
from longlag.theory.tex.parts import Formula, Part, taken_apart
from longlag.theory.tex.tokens import DEEPEST, Token, refusal
from longlag.theory.typed.arithmetic import Arithmetic


class Here:
    """The arithmetic of one formula, whose errors name the token at hand."""

    def __init__(self, token: Token) -> None:
        self.token = token
        self.arithmetic = Arithmetic(lambda rule, remedy: refusal(self.token, rule, remedy))

    def at(self, token: Token) -> Arithmetic:
        """Return the arithmetic, at a token."""
        self.token = token
        return self.arithmetic


@dataclass(frozen=True)
class Context:
    """What a reader knows at one point of a formula.

    Args:
        names: what was declared.
        valued: reads a formula that is taken apart.
        factored: reads a formula as factors.
        here: the arithmetic.
        bound: symbols of sums, products, integrals and limits that it stands inside.
        depth: how deep it stands.
    """

    names: Names
    valued: Callable[[Formula, Context], Any]
    factored: Callable[[Formula, Context], list[Any]]
    here: Here
    bound: Mapping[Key, Symbol] = field(default_factory=dict)
    depth: int = 0

    def value(self, formula: Formula) -> Any:
        """Return the value of a formula: an expression, or one of matrices."""
        return self.valued(formula, self.deeper(formula.token))

    def scalar(self, formula: Formula) -> Expr:
        """Return the value of a formula that is a number.

        Raises:
            LonglagError: it is a matrix.
        """
        return number(self.value(formula), formula.token)

    def factors(self, formula: Formula) -> list[Any]:
        """Return the factors of a formula: those of 2(n+1) are two, their product is 2n+2."""
        return self.factored(formula, self.deeper(formula.token))

    def inverses(self, formula: Formula) -> list[Expr]:
        """Return one over each factor of a formula."""
        token = formula.token
        return [
            self.power(number(factor, token), S.NegativeOne, token)
            for factor in self.factors(formula)
        ]

    def read(self, tokens: Sequence[Token], after: Token) -> Expr:
        """Return the number that tokens spell out.

        Args:
            tokens: of a script, say.
            after: what they belong to.
        """
        return self.scalar(taken_apart(tokens, after))

    def deeper(self, token: Token) -> Context:
        """Return the same one level deeper; the deepest is refused."""
        if self.depth >= 2 * DEEPEST:
            raise refusal(token, f"it stands inside {DEEPEST} others", "write a simpler formula")
        return replace(self, depth=self.depth + 1)

    def binding(self, symbols: Mapping[Key, Symbol]) -> Context:
        """Return the same with more bound symbols."""
        return replace(self, bound={**self.bound, **symbols})

    def power(self, base: Expr, exponent: Expr, token: Token) -> Expr:
        """Return a power, checked."""
        arithmetic = self.here.at(token)
        return arithmetic.checked(arithmetic.power(base, exponent))

    def checked(self, value: Expr, token: Token) -> Expr:
        """Return a number that is real, finite and small as far as can be seen."""
        return self.here.at(token).checked(value)

    def call(self, name: str, arguments: list[Expr], token: Token) -> Expr:
        """Return a function of ``typed`` at its arguments, checked."""
        arithmetic = self.here.at(token)
        return arithmetic.checked(arithmetic.call(name, arguments))

    def applied(self, function: Callable[..., Any], token: Token, *arguments: Expr) -> Any:
        """Return a function of SymPy's at arguments that it has not to work out first."""
        arithmetic = self.here.at(token)
        arithmetic.require_named(*arguments)
        return arithmetic.checked(arithmetic.built(function, *arguments))

    def find(self, part: Part) -> tuple[Entity | None, Part]:
        """Return what a name stands for, and the part with the scripts that are not the name's.

        Args:
            part: a name; None is returned where it is not declared.
        """
        for key, rest in _spellings(part):
            if key in self.bound:
                return Quantity(self.bound[key]), rest
            entity = self.names.entities.get(key)
            if entity is not None:
                return entity, rest
        return None, part

    def is_declared(self, base: str) -> bool:
        """Whether a letter without scripts stands for something."""
        return Key(base) in self.bound or Key(base) in self.names.entities

    def is_function(self, part: Part) -> bool:
        """Whether a part is a name that stands for a function."""
        return part.kind == "name" and isinstance(self.find(part)[0], FUNCTIONS)


def _spellings(part: Part) -> list[tuple[Key, Part]]:
    """The names that a part may be, the longest first, each with what is left of the part."""
    sub = spelled(part.sub.inner) if part.sub else ""
    sup = spelled(part.sup.inner) if part.sup else ""
    primes = "'" * part.primes
    found = []
    if sup and not primes:
        found.append((Key(part.text, sub, sup), replace(part, sub=None, sup=None)))
    if primes:
        found.append((Key(part.text, sub, primes), replace(part, sub=None, primes=0)))
    found.append((Key(part.text, sub), replace(part, sub=None)))
    if sub:
        if sup and not primes:
            found.append((Key(part.text, ANY, sup), replace(part, sup=None)))
        found.append((Key(part.text, ANY), part))
    return found


def key_of(part: Part) -> Key:
    """Return how a part that is a name is written, with all its scripts."""
    return _spellings(part)[0][0]


def number(value: Any, token: Token) -> Expr:
    """Return a value that is a number.

    Raises:
        LonglagError: it is a matrix.
    """
    if getattr(value, "is_Matrix", False) or getattr(value, "is_MatrixExpr", False):
        raise refusal(token, "it is a matrix, where a number is required", "write a norm of it")
    return value


def is_matrix(value: Any) -> bool:
    """Whether a value is a matrix or a vector."""
    return bool(getattr(value, "is_MatrixExpr", False))


def unread_script(part: Part) -> LonglagError | None:
    """Return the error for an index that belongs to nothing, if there is one."""
    script: Item | None = part.sub
    if script is None:
        return None
    return refusal(
        script.token,
        "an index stands behind what has none",
        "declare the name with its index, or write \\cdot",
    )


__all__ = ["Context", "Here", "is_matrix", "key_of", "number", "unread_script"]
