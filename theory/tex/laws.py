r"""Probability laws as papers write them, such as ``\mathcal{N}(0, \sigma^2)``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, Interval, Pow, S, sqrt

from longlag.theory.tex.context import Context
from longlag.theory.tex.parts import taken_apart
from longlag.theory.tex.tokens import Token, refusal

#: Laws by the letters for them ↦ the name of the law, and how many parameters it has.
_LAWS = {
    r"\mathcal{N}": ("Gaussian", 2),
    r"\mathrm{N}": ("Gaussian", 2),
    r"\mathrm{Normal}": ("Gaussian", 2),
    r"\mathrm{Exp}": ("Exponential", 1),
    r"\mathrm{Exponential}": ("Exponential", 1),
    r"\mathrm{Beta}": ("Beta", 2),
    r"\mathcal{U}": ("Uniform", 2),
    r"\mathrm{Uniform}": ("Uniform", 2),
    r"\mathrm{SymmetricStable}": ("SymmetricStable", 2),
}


def read_law(context: Context, tokens: Sequence[Token], after: Token) -> Any:
    """Return the law that tokens spell out.

    Args:
        context: what is known.
        tokens: of a letter and its parameters.
        after: what they belong to.

    Raises:
        LonglagError: no such law is known, or its parameters are others.
    """
    formula = taken_apart(tokens, after)
    run = formula.lines[0][0].run
    known = (
        "known are \\mathcal{N}(m, v), \\mathrm{Exp}(r), \\mathrm{Beta}(a, b), \\mathcal{U}(a, b)"
    )
    if formula.signs or len(run) != 2 or run[0].kind != "name" or run[1].kind != "brackets":
        raise refusal(formula.token, "a law is a letter with parameters in brackets", known)
    name = run[0].text.replace(r"\operatorname{", r"\mathrm{").replace(r"\text{", r"\mathrm{")
    parameters = [context.scalar(child) for child in run[1].children]
    if name in ("S", r"\mathcal{S}") and run[0].sub is not None and len(parameters) == 1:
        index = context.read(run[0].sub.inner, run[0].sub.token)
        return _made("SymmetricStable", [index, *parameters])
    kind, count = _LAWS.get(name, ("", 0))
    if not kind or not run[0].bare:
        raise refusal(run[0].token, "no such law is known", known)
    if len(parameters) != count:
        raise refusal(run[0].token, f"it has {count} parameters", known)
    return _made(kind, parameters)


def _made(kind: str, parameters: Sequence[Expr]) -> Any:
    from longlag.theory.verify import distributions

    if kind == "Gaussian":
        mean, variance = parameters
        is_square = isinstance(variance, Pow) and variance.exp == 2
        return distributions.Gaussian(mean, variance.base if is_square else sqrt(variance))
    if kind == "Uniform":
        from sympy import Symbol

        low, high = parameters
        return distributions.Density(S.One / (high - low), Symbol("x"), Interval(low, high))
    return getattr(distributions, kind)(*parameters)


__all__ = ["read_law"]
