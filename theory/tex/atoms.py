"""The value of one part: a number, a name, a fraction, brackets, with its power and factorial."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy
from sympy import Abs, Expr, Function, Integer, Mul, S

from longlag.theory.errors import LonglagError
from longlag.theory.tex import commands
from longlag.theory.tex.cases import pieces
from longlag.theory.tex.context import Context, is_matrix, key_of, number, unread_script
from longlag.theory.tex.names import (
    FUNCTIONS,
    Entity,
    Family,
    Indexing,
    Key,
    Linear,
    Matrix,
    Quantity,
    Random,
    spelled,
)
from longlag.theory.tex.parts import Part
from longlag.theory.tex.tokens import Token, refusal
from longlag.theory.typed.scan import exact_decimal

#: Numbers of which a factorial or a binomial is taken.
_LARGEST = 300


def value_of(context: Context, part: Part, following: Part | None) -> Any:
    """Return the value of a part.

    Args:
        context: what is known.
        part: no function and nothing that binds.
        following: what stands behind it, for messages.
    """
    value, rest = _base(context, part, following)
    error = unread_script(rest)
    if error is not None:
        raise error
    if rest.primes:
        raise refusal(
            part.token,
            "a prime stands behind what is no function",
            "declare the name with its prime, or the function",
        )
    return raised(context, value, replace(rest, token=part.token))


def raised(context: Context, value: Any, part: Part) -> Any:
    """Return a value with the factorial and the power that stand behind a part.

    Args:
        context: what is known.
        value: a number or a matrix.
        part: with its scripts.
    """
    if part.factorial:
        value = _factorial(context, number(value, part.token), part.token)
    if part.sup is None:
        return value
    if is_matrix(value):
        return _matrix_power(context, value, part)
    text = spelled(part.sup.inner)
    if text in ("*", "+", "-", r"\star", r"\ast", r"\dagger", r"\top"):
        raise refusal(
            part.sup.token,
            f"what {text} stands for above a number is not known",
            "declare the name with it",
        )
    if text in context.names.entries and part.kind in ("brackets", "group"):
        return Function("entry")(value, context.names.entries[text])
    inner = part.sup.inner
    if inner[0].text in commands.ELEMENTWISE and len(inner) > 1:
        # Of numbers a power entry by entry is a power.
        inner = inner[1:]
    exponent = context.read(inner, part.sup.token)
    return context.power(value, exponent, part.sup.token)


def is_open_function(context: Context, part: Part) -> bool:
    """Whether a part is a function that takes what stands behind it.

    Args:
        context: what is known.
        part: of a run.
    """
    if part.kind != "name":
        return False
    if context.is_function(part):
        return True
    if context.find(part)[0] is not None:
        return False
    word = _word(part.text)
    return (
        part.text in commands.NAMED_FUNCTIONS
        or part.text in commands.EXTREMES
        or part.text in (r"\Gamma", r"\zeta", r"\det")
        or word in commands.CALLED
        or word in commands.TRACES
        or is_expectation(part.text)
    )


def is_expectation(text: str) -> bool:
    """Whether a name is the sign of an expectation, unless it is declared."""
    return text in (r"\mathbb{E}", r"\operatorname{E}", r"\mathrm{E}", r"\mathbf{E}", r"\mathsf{E}")


def _word(text: str) -> str:
    for style in (r"\operatorname{", r"\mathrm{", r"\mathsf{"):
        if text.startswith(style):
            return text[len(style) : -1].replace(r"\,", "")
    return ""


def _base(context: Context, part: Part, following: Part | None) -> tuple[Any, Part]:
    """The value of a part without its scripts, and those."""
    rest = replace(part, children=())
    if part.kind == "number":
        return exact_decimal(part.text, f"{part.token.place}: token '{part.token.text}'"), rest
    if part.kind == "name":
        return _named(context, part, following)
    if part.kind in ("group", "brackets"):
        return _bracketed(context, part), rest
    if part.kind == "fraction":
        above, below = part.children
        over = context.inverses(below)
        factors = context.factors(above)
        if any(is_matrix(factor) for factor in factors):
            return Mul(*over) * context.value(above), rest
        return context.checked(Mul(*factors, *over), part.token), rest
    if part.kind == "binomial":
        return _binomial(context, part), rest
    if part.kind == "root":
        return _root(context, part), rest
    if part.kind == "absolute":
        return context.applied(Abs, part.token, context.scalar(part.children[0])), rest
    if part.kind == "norm":
        return _norm(context, part)
    if part.kind == "cases":
        return pieces(context, part), rest
    raise refusal(part.token, "words are no value", "leave them out, or put them in a row's reason")


def _named(context: Context, part: Part, following: Part | None) -> tuple[Any, Part]:
    entity, rest = context.find(part)
    if entity is None:
        return _undeclared(context, part, following)
    return entity_value(context, entity, rest, part)


def entity_value(context: Context, entity: Entity, rest: Part, part: Part) -> tuple[Any, Part]:
    """Return the value of a declared name, and the part with the scripts that are left.

    Args:
        context: what is known.
        entity: what the name stands for.
        rest: the part less the name.
        part: for messages.
    """
    if isinstance(entity, (Quantity, Matrix)):
        return entity.expression, rest
    if isinstance(entity, Family):
        indices, rest = _indices(context, entity.indices, rest)
        return entity.base[tuple(indices)], rest
    if isinstance(entity, Indexing):
        indices, rest = _indices(context, len(entity.parameters), rest)
        filled = dict(zip(entity.parameters, indices, strict=True))
        return entity.body.subs(filled, simultaneous=True), rest
    if isinstance(entity, Random):
        if entity.symbol in context.bound.values():
            return entity.symbol, rest
        raise refusal(
            part.token,
            f"{key_of(part).tex} is random, and stands in no expectation",
            r"write \mathbb{E}[...] around it",
        )
    assert isinstance(entity, (*FUNCTIONS, Linear))
    raise refusal(part.token, "a function stands without an argument", "write it in brackets")


def _indices(context: Context, count: int, rest: Part) -> tuple[list[Expr], Part]:
    """The indices below a name that has so many, and the part without them."""
    if rest.sub is None:
        raise refusal(rest.token, "its index is missing", "write one below it")
    inner = rest.sub.inner
    groups: list[list[Token]] = [[]]
    for token in inner:
        if token.text == ",":
            groups.append([])
        else:
            groups[-1].append(token)
    if len(groups) == 1 and count == len(inner) > 1:
        groups = [[token] for token in inner]
    if len(groups) != count:
        raise refusal(
            rest.sub.token,
            f"it has {count} ind{'ex' if count == 1 else 'ices'}, and {len(groups)} stand here",
            "separate them by commas",
        )
    return [context.read(group, rest.sub.token) for group in groups], replace(rest, sub=None)


def _undeclared(context: Context, part: Part, following: Part | None) -> tuple[Any, Part]:
    """The value of a name that nobody declared: of the few that all know."""
    if part.text == r"\pi" and not part.sub and not part.primes:
        return sympy.pi, part
    if part.text in ("e", r"\mathrm{e}") and not part.sub and not part.primes:
        return S.Exp1, part
    if part.text in commands.REFUSED:
        raise refusal(part.token, *commands.REFUSED[part.text])
    if part.text == r"\infty":
        raise refusal(
            part.token, "infinity is an end of sums and integrals, and no value", r"write \lim"
        )
    if part.text in ("i", r"\mathrm{i}") and not part.sub:
        raise refusal(
            part.token,
            "i is not declared, and the imaginary unit is not read",
            "declare the letter, or write cosines and sines",
        )
    called = following is not None and following.kind == "brackets"
    raise context.names.unknown(_longest(context, part), part.token, called=called)


def _longest(context: Context, part: Part) -> Key:
    """The name that would be declared: without a power that is a number or a sum."""
    key = key_of(part)
    if part.sup is None:
        return key
    signs = {*commands.RELATIONS, ",", "*", r"\star", r"\ast"}
    texts = [token.text for token in part.sup.inner]
    is_name = texts[0] == "(" or bool(signs & set(texts))
    return key if is_name else key._replace(sup="")


def _bracketed(context: Context, part: Part) -> Any:
    if part.kind == "brackets" and len(part.children) > 1:
        raise refusal(
            part.token,
            f"{len(part.children)} values stand in brackets, and no function before them",
            "declare the function, or write a product",
        )
    value = context.value(part.children[0])
    if part.text == r"\lfloor":
        return context.applied(sympy.floor, part.token, number(value, part.token))
    if part.text == r"\lceil":
        return context.applied(sympy.ceiling, part.token, number(value, part.token))
    return value


def _factorial(context: Context, value: Expr, token: Token) -> Expr:
    _require_small(token, value)
    return context.applied(sympy.factorial, token, value)


def _binomial(context: Context, part: Part) -> Expr:
    above, below = (context.scalar(child) for child in part.children)
    _require_small(part.token, above, below)
    return context.applied(sympy.binomial, part.token, above, below)


def _require_small(token: Token, *values: Expr) -> None:
    for value in values:
        if value.is_number and not (value.is_Rational and abs(value) <= _LARGEST):
            raise refusal(
                token, f"it is taken of a fraction up to {_LARGEST}, or of symbols", "name it"
            )


def _root(context: Context, part: Part) -> Expr:
    under = context.scalar(part.children[0])
    order: Expr = Integer(2)
    if len(part.children) > 1:
        order = context.scalar(part.children[1])
    exponent = context.power(order, S.NegativeOne, part.token)
    return context.power(under, exponent, part.token)


def _norm(context: Context, part: Part) -> tuple[Expr, Part]:
    from longlag.theory.verify.norms import Norm

    if part.sub is not None and spelled(part.sub.inner) != "2":
        raise refusal(
            part.sub.token, "only the spectral norm is read", "leave its index out, or write 2"
        )
    value = context.value(part.children[0])
    if not is_matrix(value):
        raise refusal(part.token, "a norm is taken of a matrix", r"write |x| for a number")
    return Norm(value), replace(part, sub=None, children=())


def _matrix_power(context: Context, value: Any, part: Part) -> Any:
    assert part.sup is not None
    text = spelled(part.sup.inner)
    if text in (r"\top", "T", r"\mathrm{T}", r"\intercal", r"\mathsf{T}", r"{\top}"):
        return value.T
    exponent = context.read(part.sup.inner, part.sup.token)
    try:
        return value**exponent
    except (ValueError, TypeError) as error:
        if isinstance(error, LonglagError):
            raise
        raise refusal(
            part.sup.token, "only square matrices have powers", "transpose or multiply"
        ) from None


__all__ = ["entity_value", "is_expectation", "is_open_function", "raised", "value_of"]
