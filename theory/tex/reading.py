r"""One formula by itself, from its text."""

from __future__ import annotations

from sympy import Expr

from longlag.theory.errors import LonglagError
from longlag.theory.tex.declarations import Declarations
from longlag.theory.tex.formula import Chain, read_tokens
from longlag.theory.tex.tokens import Text, tokenise

#: Characters of one formula.
_LONGEST_FORMULA = 50_000


def read_formula(
    text: str, declarations: Declarations | None = None, *, file: str = "formula"
) -> Expr | Chain:
    r"""Return the expression that a formula in LaTeX spells out, or its chain of relations.

    Args:
        text: without dollars and displays.
        declarations: what its names stand for.
        file: how messages call it.

    Returns:
        A SymPy expression, in which nothing was worked out but numbers; a chain where the formula
        has relations.

    Raises:
        LonglagError: what cannot be read, with line, column, token and remedy.

    >>> declared = Declarations()
    >>> declared.read(r"let s in (0,1), \ell in naturals")
    >>> read_formula(r"(1-s)^{\ell} \le e^{-s\ell}", declared).steps[0].after.expression
    exp(-ell*s)
    >>> read_formula("(1-s", declared)
    Traceback (most recent call last):
    ...
    longlag.theory.errors.LonglagError: formula:1:1: token '(': it is not closed; close it
    """
    declarations = declarations or Declarations()
    tokens = tokenise(Text(file, text), _LONGEST_FORMULA)
    if not tokens:
        raise LonglagError(f"{file}:1:1: token ''", "a formula is missing", "write one")
    return read_tokens(tokens, declarations.names, tokens[0])


__all__ = ["read_formula"]
