"""Names, values and domains of what people give: parameters, numbers, expressions."""

from __future__ import annotations

import keyword
import random
import sys
from collections.abc import Mapping
from operator import index
from typing import Any, TypeAlias

from sympy import (
    Expr,
    FiniteSet,
    Float,
    Integer,
    Interval,
    Range,
    Rational,
    S,
    Set,
    Symbol,
    oo,
    sympify,
)
from sympy.core.sympify import SympifyError

from longlag.theory.errors import LonglagError

#: A number as people give it; of a float the decimal that it prints as is meant.
Number: TypeAlias = int | float | Expr
#: Parameter, itself or its name, ↦ its number.
Numbers: TypeAlias = Mapping[str, Number] | Mapping[Symbol, Number]
#: Of what the update of a cell is made.
_OF_A_CELL = "build it from state, recurrent, drive, parameter and SymPy functions"


def validate_name(kind: str, name: object) -> str:
    """Return ``name`` if it is an ASCII identifier and no keyword, else raise LonglagError."""
    if not isinstance(name, str):
        raise LonglagError(
            f"{kind} name {name!r}",
            f"a name is text, and this is of type {type(name).__name__}",
            "give the name first, in quotes",
        )
    if not (name.isascii() and name.isidentifier()):
        raise LonglagError(
            f"{kind} name {name!r}",
            "a name is a Python identifier in ASCII",
            "use letters, digits and underscores, and write Greek letters out (alpha)",
        )
    if keyword.iskeyword(name):
        raise LonglagError(
            f"{kind} name {name!r}", "this word is a Python keyword", f"try {name + '_'!r}"
        )
    return name


def as_expression(owner: str, value: object, remedy: str = _OF_A_CELL) -> Expr:
    """Return ``value`` as a SymPy expression; text and other objects raise LonglagError."""
    try:
        expression = sympify(value, strict=True)
    except (SympifyError, TypeError, ValueError):
        # An array of several numbers says so itself.
        expression = None
    if not isinstance(expression, Expr):
        raise LonglagError(
            f"{owner} is {value!r}", "it must be a SymPy expression or a number", remedy
        )
    return expression


POSITIVE = Interval.open(0, oo)


#: Characters of a value that a message repeats.
_LONGEST = 60


def positive(name: str) -> Symbol:
    """Return a positive parameter of a law.

    >>> positive("tau").is_positive
    True
    """
    return Symbol(validate_name("parameter", name), positive=True)


def require_count(
    what: str, value: object, rule: str, *, least: int = 0, most: int | None = None
) -> int:
    """Return a value as a Python integer, if it is one within its limits.

    Args:
        what: what it counts, for the message; integers of other libraries are taken, truth values
            and floats are not.
        value: the count.
        rule: what is required of it, in words.
        least: the smallest that is allowed.
        most: the largest that is allowed, where there is one.

    Raises:
        LonglagError: no integer, or one outside.

    >>> require_count("lag", 3, "a lag counts factors")
    3
    >>> require_count("lag", -1, "a lag counts factors")
    Traceback (most recent call last):
    longlag.theory.errors.LonglagError: lag -1: a lag counts factors; give an integer >= 0
    """
    try:
        count = None if isinstance(value, bool) else index(value)  # type: ignore[arg-type]
    except TypeError:
        count = None
    if count is None or count < least or (most is not None and count > most):
        limits = f">= {least}" if most is None else f"from {least} to {most}"
        written = shown(value) if isinstance(value, int) else repr(value)
        raise LonglagError(f"{what} {written}", rule, f"give an integer {limits}")
    return count


def parameter_values(
    owner: str, domains: Mapping[Symbol, Set], given: Mapping[Any, Any]
) -> dict[Symbol, Expr]:
    """Return a number for every parameter of a law or a kernel, checked against its domain.

    Args:
        owner: what has the parameters, for messages.
        domains: parameter ↦ the set it lives in.
        given: parameter, by symbol or by name, ↦ a real number.

    Raises:
        LonglagError: a parameter that is missing, unknown, not real or outside its domain.
    """
    named = {str(key): value for key, value in given.items()}
    names = [symbol.name for symbol in domains]
    kind = owner.split()[0]
    for name in named:
        if name not in names:
            raise LonglagError(
                f"parameter {name!r} of {owner}",
                f"the {kind} has {_listed(names)}",
                "remove it or correct its name",
            )
    missing = [name for name in names if name not in named]
    if missing:
        raise LonglagError(
            f"{owner} without {_listed(missing)}",
            "a number is needed for every parameter",
            f"give a value such as {missing[0]}=1",
        )
    return {s: _number(owner, s, domain, named[s.name]) for s, domain in domains.items()}


def _listed(names: list[str]) -> str:
    return f"the parameters {', '.join(names)}" if names else "no parameters"


def _number(owner: str, symbol: Symbol, domain: Set, value: Any) -> Expr:
    what = f"{symbol.name} = {shown(value)} of {owner}"
    number = exact(value, what)
    if domain.contains(number) != True:  # noqa: E712  (SymPy's own truth values)
        raise LonglagError(
            what, f"{symbol.name} lives in {domain_text(domain)}", "choose a value inside"
        )
    return number


def domain_text(domain: Set) -> str:
    """Return a domain as text.

    >>> domain_text(POSITIVE)
    '(0, ∞)'
    """
    if not isinstance(domain, Interval):
        return str(domain)
    left, right = "(" if domain.left_open else "[", ")" if domain.right_open else "]"
    return f"{left}{domain.start}, {domain.end}{right}".replace("oo", "∞")


def shown(value: Any) -> str:
    """Return a value for a message; of a long one only the ends.

    >>> shown(10**5000)
    'a number with more than 4300 digits'
    """
    try:
        text = " ".join(str(value).split())
    except ValueError:
        # Python prints no longer integers.
        return f"a number with more than {sys.get_int_max_str_digits()} digits"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 15]}...{text[-12:]}"


def exact(value: Any, what: str) -> Expr:
    """Return a finite real number as an exact SymPy number; floats by their shortest decimal.

    Args:
        value: an int, a float, a Fraction, an mpf or a SymPy number.
        what: how the value is called in the error.

    >>> exact(0.1, "b")
    1/10
    """
    try:
        # repr of a float is the shortest decimal that rounds to it.
        decimal = float.__repr__(value) if isinstance(value, float) else None
        number = Rational(decimal) if decimal else sympify(value, strict=True)
        if isinstance(number, Float):
            number = Rational(number)
    except (SympifyError, TypeError, ValueError):
        number = None
    usable = number is not None and getattr(number, "is_number", False)
    if isinstance(value, bool) or not (usable and number.is_real and number.is_finite):
        raise LonglagError(what, "it must be a finite real number", "give a number such as 0.5")
    return number


def draw(domain: Set, generator: random.Random) -> Expr:
    """Return a random rational point of an interval, a range or a finite set.

    Unbounded intervals are cut at distance 10 from their finite end, or at ±10.

    >>> draw(Interval(2, 3), random.Random(0)) in Interval(2, 3)
    True
    """
    if isinstance(domain, FiniteSet):
        return generator.choice(list(domain.args))
    if domain in (S.Integers, S.Naturals, S.Naturals0):
        return Integer(generator.randint(int(max(domain.inf, -20)), 20))
    if isinstance(domain, Range) and domain.size > 0:
        return domain[generator.randrange(len(domain))]
    if not isinstance(domain, Interval):
        raise LonglagError(
            f"domain {domain}",
            "points are drawn from intervals, ranges and finite sets",
            "give a SymPy Interval, Range or FiniteSet",
        )
    low, high = domain.start, domain.end
    if low == -oo:
        low = Integer(-10) if high == oo else high - 10
    if high == oo:
        high = max(Integer(10), low + 10)
    return low + (high - low) * Rational(generator.randint(1, 2**40 - 1), 2**40)
