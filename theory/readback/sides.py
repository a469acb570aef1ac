r"""What stands on one side of a relation, as it was before it was printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

from sympy import Expr

from longlag.theory.tex.names import spelled
from longlag.theory.tex.parts import taken_apart
from longlag.theory.tex.tokens import Text, Token, tokenise, written


@dataclass(frozen=True)
class Name:
    r"""A letter that stands for itself, such as ``H_N`` or ``N(\ell)``, as the author writes it.

    Args:
        tex: a letter with its scripts, with arguments in brackets behind it or without.
    """

    tex: str

    def is_letter(self) -> bool:
        """Whether it is one letter, and not a formula in disguise."""
        tokens = tokenise(Text("name", self.tex))
        formula = taken_apart(tokens, tokens[0])
        run = formula.lines[0][0].run
        if formula.signs or len(formula.lines[0]) > 1 or formula.lines[0][0].negative:
            return False
        return run[0].kind == "name" and [p.kind for p in run[1:]] in ([], ["brackets"])


@dataclass(frozen=True)
class Verbatim:
    """A side that is read by its spelling only; each is counted, see the tests.

    Args:
        tex: how it is spelled.
    """

    tex: str


@dataclass(frozen=True)
class Slope:
    """d ln a/d ln b of two letters.

    Args:
        of: a.
        by: b.
    """

    of: Name
    by: Name

    @property
    def tex(self) -> str:
        r"""As it is written.

        >>> print(Slope(Name("H_N"), Name("N")).tex)
        \frac{d \ln H_N}{d \ln N}
        """
        return rf"\frac{{d \ln {self.of.tex}}}{{d \ln {self.by.tex}}}"


@dataclass(frozen=True)
class Logarithm:
    """ln of what a letter stands for, or of such a logarithm.

    Args:
        of: the letter.
    """

    of: Name | Logarithm

    @property
    def tex(self) -> str:
        r"""As it is written.

        >>> print(Logarithm(Logarithm(Name("H_N"))).tex)
        \ln \ln H_N
        """
        return rf"\ln {self.of.tex}"


@dataclass(frozen=True)
class Quotient:
    r"""A derivative of one letter by another, as a quotient of differentials.

    Args:
        of: what is differentiated.
        by: by what.
    """

    of: Name
    by: Name

    @property
    def tex(self) -> str:
        """As it is written."""
        return rf"\frac{{\partial {self.of.tex}}}{{\partial {self.by.tex}}}"


@dataclass(frozen=True)
class Gap:
    r"""‖a − b‖₂ of two letters.

    Args:
        of: a.
        from_: b.
    """

    of: Name
    from_: Name

    @property
    def tex(self) -> str:
        """As it is written."""
        return rf"\bigl\| {self.of.tex} - {self.from_.tex} \bigr\|_2"


@dataclass(frozen=True)
class Supremum:
    """The largest value of a letter that meets a condition.

    Args:
        letter: the letter.
        condition: what it meets.
    """

    letter: Name
    condition: Said


@runtime_checkable
class Own(Protocol):
    """A side that knows how it is read, such as a matrix of a cell."""

    def mismatch(self, tokens: Sequence[Token]) -> str | None:
        """Return what is read in place of what was printed, None where it is the same."""


Side: TypeAlias = "Expr | Name | Verbatim | Slope | Logarithm | Supremum | Any"
#: Sides that are compared by their spelling.
SPELLED = (Name, Verbatim, Slope, Logarithm, Quotient, Gap)


@dataclass(frozen=True)
class Said:
    """Sides with a sign between each and the next.

    Args:
        sides: one at least.
        signs: one fewer.
    """

    sides: tuple[Side, ...]
    signs: tuple[str, ...]

    @property
    def expressions(self) -> tuple[Any, ...]:
        """The sides that are read as expressions."""
        found: list[Any] = []
        for side in self.sides:
            if isinstance(side, Supremum):
                found += side.condition.expressions
            elif not isinstance(side, (*SPELLED, Own)):
                found.append(side)
        return tuple(found)


def same_spelling(tokens: Sequence[Token], tex: str) -> bool:
    r"""Whether tokens are spelled as a text, spacing and braces of one letter aside.

    >>> same_spelling(tokenise(Text("", r"H_{N}\,")), "H_N")
    True
    """
    return _spelling(tokens) == _spelling(tokenise(Text("name", tex)))


def _spelling(tokens: Sequence[Token]) -> str:
    """Tokens as text, without spacing, and without braces around a single one."""
    kept: list[Token] = []
    for token in tokens:
        if token.text == "}" and len(kept) > 1 and kept[-2].text == "{":
            kept[-2:] = kept[-1:]
        else:
            kept.append(token)
    return spelled(kept) or written(kept)


__all__ = [
    "SPELLED",
    "Gap",
    "Logarithm",
    "Name",
    "Said",
    "Side",
    "Slope",
    "Supremum",
    "Verbatim",
    "same_spelling",
]
