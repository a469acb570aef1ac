r"""Domains as they are declared: ``(0,1)``, ``\mathbb{N}``, ``positive integers``, ``\{1, 2\}``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from sympy import Expr, FiniteSet, Interval, Range, S, Set, Symbol, ceiling, floor, oo

from longlag.theory.tex.cases import split
from longlag.theory.tex.names import spelled
from longlag.theory.tex.tokens import Token, refusal

NumberOf: TypeAlias = Callable[[Sequence[Token]], Expr]
#: Sets by their words or signs, without blanks.
_SETS: dict[str, Set] = {
    "reals": S.Reals,
    "realnumbers": S.Reals,
    r"\mathbb{R}": S.Reals,
    "positivereals": Interval.open(0, oo),
    r"\mathbb{R}_{>0}": Interval.open(0, oo),
    "nonnegativereals": Interval(0, oo),
    r"\mathbb{R}_{\ge0}": Interval(0, oo),
    r"\mathbb{R}_{\geq0}": Interval(0, oo),
    "naturals": S.Naturals,
    "naturalnumbers": S.Naturals,
    r"\mathbb{N}": S.Naturals,
    "positiveintegers": S.Naturals,
    r"\mathbb{Z}_{>0}": S.Naturals,
    r"\mathbb{N}_{>0}": S.Naturals,
    "nonnegativeintegers": S.Naturals0,
    "naturalsfrom0": S.Naturals0,
    r"\mathbb{N}_0": S.Naturals0,
    r"\mathbb{N}_{0}": S.Naturals0,
    r"\mathbb{Z}_{\ge0}": S.Naturals0,
    "integers": S.Integers,
    r"\mathbb{Z}": S.Integers,
}
_KNOWN = (
    "write (0,1), [0,\\infty), reals, positive reals, naturals (from 1), nonnegative integers,"
    " integers or \\{1, 2\\}"
)
#: As LaTeX, SymPy and the command line write it: nothing else in a domain is called so.
_INFINITE = (r"\infty", "oo", "inf", "infty")
_ENDS = {sign + word: end for sign, end in (("", oo), ("+", oo), ("-", -oo)) for word in _INFINITE}


def domain_of(tokens: Sequence[Token], after: Token, number: NumberOf) -> Set:
    """Return the set that tokens spell out.

    Args:
        tokens: behind "in".
        after: what they belong to.
        number: reads a number.

    Raises:
        LonglagError: no such set is known, or it is empty.
    """
    text = re.sub(r"\s", "", spelled(tokens))
    if not tokens:
        raise refusal(after, "a domain is missing", _KNOWN)
    found = _SETS.get(text.lower() if text.isalnum() else text)
    if found is not None:
        return found
    if "omplex" in text or text == r"\mathbb{C}":
        raise refusal(tokens[0], "complex numbers are not read", "write real and imaginary parts")
    first, last = tokens[0].text, tokens[-1].text
    if first in ("(", "[") and last in (")", "]"):
        return _interval(tokens, number)
    if first == r"\{" and last == r"\}":
        return _listed(tokens, number)
    raise refusal(tokens[0], "no such domain is known", _KNOWN)


def _interval(tokens: Sequence[Token], number: NumberOf) -> Set:
    ends = split(tokens[1:-1], ",")
    if len(ends) != 2 or not all(ends):
        raise refusal(tokens[0], "an interval has two ends", "write (0,1)")
    low, high = (_end(end, number) for end in ends)
    interval = Interval(low, high, tokens[0].text == "(", tokens[-1].text == ")")
    return require_points(interval, tokens[0])


def _end(tokens: Sequence[Token], number: NumberOf) -> Expr:
    infinite = _ENDS.get(re.sub(r"\s", "", spelled(tokens)))
    if infinite is not None:
        return infinite
    value = number(tokens)
    if value.free_symbols:
        raise refusal(
            tokens[0], "the end of a domain is a number", "write a relation: let 0 < a < b"
        )
    return value


def _listed(tokens: Sequence[Token], number: NumberOf) -> Set:
    values = [number(value) if value else None for value in split(tokens[1:-1], ",")]
    if not all(value is not None and value.is_Rational for value in values):
        raise refusal(tokens[0], "a finite set is of fractions", r"write \{1, 2\}")
    return FiniteSet(*values)


def bounded(domain: Set, sign: str, value: Expr, token: Token) -> Set:
    """Return the part of a domain on one side of a number.

    Args:
        domain: of a symbol.
        sign: between the symbol and the number: <, ≤, >, ≥ or ≠.
        value: the number.
        token: where that is said.

    Raises:
        LonglagError: nothing is left.

    >>> bounded(S.Integers, ">", S(1), None)
    Range(2, oo, 1)
    """
    if domain in (S.Integers, S.Naturals, S.Naturals0) or isinstance(domain, Range):
        return require_points(_whole(domain, sign, value, token), token)
    half = {
        "<": Interval.open(-oo, value),
        "≤": Interval(-oo, value),
        ">": Interval.open(value, oo),
        "≥": Interval(value, oo),
    }.get(sign)
    if half is None:
        raise refusal(token, f"the sign {sign} makes no domain of one piece", "write < or >")
    return require_points(domain.intersect(half), token)


def _whole(domain: Set, sign: str, value: Expr, token: Token) -> Set:
    low, high = domain.inf, domain.sup
    if sign in (">", "≥"):
        low = max(low, floor(value) + 1 if sign == ">" else ceiling(value))
    elif sign in ("<", "≤"):
        high = min(high, ceiling(value) - 1 if sign == "<" else floor(value))
    else:
        raise refusal(token, f"the sign {sign} makes no domain of one piece", "write < or >")
    if low > high:
        return S.EmptySet
    known = {(S.One, oo): S.Naturals, (S.Zero, oo): S.Naturals0, (-oo, oo): S.Integers}
    return known.get((low, high)) or Range(low, high + 1)


def require_points(domain: Set, token: Token) -> Set:
    """Return a domain that is not empty.

    Args:
        domain: a set.
        token: where it is declared.

    Raises:
        LonglagError: it is empty.
    """
    if domain == S.EmptySet or domain.is_empty:
        raise refusal(token, "the domain is empty", "exchange its ends, or correct a bound")
    return domain


def tighten(
    domains: dict[Symbol, Set], conditions: Sequence[tuple[str, Expr, Expr]], token: Token
) -> None:
    """Let numbers bound what lies beyond a symbol that they bound: in 0 < a < b, 0 < b.

    Args:
        domains: of the symbols, changed.
        conditions: a sign and its two sides each.
        token: where the last of them is said.

    Raises:
        LonglagError: nothing is left of a domain.
    """
    for _ in conditions:
        for sign, left, right in conditions:
            small, large = (left, right) if sign in "<≤" else (right, left)
            if not (isinstance(small, Symbol) and isinstance(large, Symbol)):
                continue
            strict = sign in "<>"
            for symbol, end, bound in (
                (large, domains[small].inf, ">" if strict else "≥"),
                (small, domains[large].sup, "<" if strict else "≤"),
            ):
                if end.is_finite:
                    other = domains[small if symbol == large else large]
                    turned = bound if strict or end in other else bound.translate(_STRICT)
                    domains[symbol] = bounded(domains[symbol], turned, end, token)


_STRICT = str.maketrans("≤≥", "<>")

__all__ = ["bounded", "domain_of", "require_points", "tighten"]
