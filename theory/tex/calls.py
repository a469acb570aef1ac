r"""Functions at their arguments.

A declared function takes brackets. ``\ln`` and its kin do without where all read the same:
``\ln x``, ``\sin 2\pi x``, ``\ln\frac{N}{A}``, and not ``\ln x y``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sympy import Dummy, Expr, S

from longlag.theory.tex import commands
from longlag.theory.tex.arguments import arguments, finished, in_brackets, numbers
from longlag.theory.tex.atoms import is_expectation, is_open_function
from longlag.theory.tex.averages import expectation, of_matrix
from longlag.theory.tex.bindings import is_binding
from longlag.theory.tex.context import Context, key_of, number, unread_script
from longlag.theory.tex.derivatives import order_above, primed
from longlag.theory.tex.names import Definition, Function, NamedFunction, Quantity
from longlag.theory.tex.parts import Part
from longlag.theory.tex.tokens import Token, refusal

Operand = Callable[[Context, Sequence[Part], int], tuple[Any, int]]


def call(context: Context, run: Sequence[Part], at: int, operand: Operand) -> tuple[Any, int]:
    """Return the value of a function at its argument, and the index behind it.

    Args:
        context: what is known.
        run: parts side by side.
        at: where the function stands.
        operand: reads the value that begins at an index.
    """
    part = run[at]
    context = context.deeper(part.token)
    entity, rest = context.find(part)
    if isinstance(entity, (Function, NamedFunction, Definition)):
        return _declared(context, entity, rest, run, at)
    if is_expectation(part.text):
        return expectation(context, run, at)
    if part.text in commands.EXTREMES:
        return _extreme(context, run, at)
    word = part.text.partition("{")[2][:-1] if "{" in part.text else part.text.lstrip("\\")
    if word in commands.TRACES and word not in commands.CALLED:
        return of_matrix(context, commands.TRACES[word], run, at)
    if part.text in (r"\Gamma", r"\zeta"):
        return _gamma_or_zeta(context, run, at)
    name = commands.NAMED_FUNCTIONS.get(part.text) or commands.CALLED[word]
    return _named(context, name, run, at, operand)


def calls_number(context: Context, run: Sequence[Part], at: int) -> bool:
    """Whether a number that is a function of the lag as well stands before brackets.

    Args:
        context: what is known.
        run: parts side by side.
        at: where the number stands.
    """
    if run[at].kind != "name" or at + 1 == len(run) or run[at + 1].kind != "brackets":
        return False
    entity, rest = context.find(run[at])
    return isinstance(entity, Quantity) and entity.called is not None and rest.bare


def call_number(context: Context, run: Sequence[Part], at: int) -> tuple[Any, int]:
    """Return such a function at its lag, and the index behind it.

    Args:
        context: what is known.
        run: parts side by side.
        at: where it stands; see ``calls_number``.
    """
    part = run[at]
    entity, _ = context.find(part)
    assert isinstance(entity, Quantity)
    assert entity.called is not None
    values, brackets, after = arguments(context, run, at, part.text)
    given = numbers(values, part.token)
    single = all(child.sole is not None for child in brackets.children)
    lag = entity.called.parameters[0].name
    named = {symbol.name for value in given for symbol in value.free_symbols}
    if len(given) != 1 or not (single or lag in named):
        raise refusal(
            brackets.token,
            f"{part.text} is a number and a function of the lag, and both could stand here",
            rf"write {part.text} \cdot (...) for the product",
        )
    value = entity.called.body.subs(entity.called.parameters[0], given[0])
    return finished(context, context.checked(value, part.token), brackets), after


def _declared(
    context: Context,
    entity: Function | NamedFunction | Definition,
    rest: Part,
    run: Sequence[Part],
    at: int,
) -> tuple[Any, int]:
    part = run[at]
    error = unread_script(rest)
    if error is not None:
        raise error
    power = None
    if isinstance(entity, NamedFunction) and rest.sup is not None and rest.sup.text[0] != "(":
        power, rest = _power_of_function(context, rest), replace(rest, sup=None)
    order = order_above(context, rest, part.token) or rest.primes
    values, brackets, after = arguments(context, run, at, f"the function {key_of(part).tex}")
    given = numbers(values, part.token)
    if order and len(given) != 1:
        raise refusal(
            part.token,
            "a prime is of a function of one argument",
            r"write \frac{\partial}{\partial x}",
        )
    if isinstance(entity, Definition):
        if len(given) != len(entity.parameters):
            raise refusal(
                part.token,
                f"it is defined with {len(entity.parameters)} arguments, and {len(given)} stand"
                " here",
                "correct one of them",
            )
        context.here.at(part.token).require_named(*given)
        if order:
            value = primed(entity.body, entity.parameters[0], order, given[0])
        else:
            filled = dict(zip(entity.parameters, given, strict=True))
            value = entity.body.subs(filled, simultaneous=True)
            context.checked(value, part.token)
    elif order:
        context.here.at(part.token).require_named(*given)
        inner = Dummy("x")
        inside = _applied(context, entity, [inner], part.token)
        value = primed(inside, inner, order, given[0])
    else:
        value = _applied(context, entity, given, part.token)
    if power is not None:
        value = context.power(value, power, part.token)
    return finished(context, value, brackets), after


def _applied(
    context: Context, entity: Function | NamedFunction, arguments: list[Expr], token: Token
) -> Expr:
    if isinstance(entity, NamedFunction):
        return context.call(entity.name, arguments, token)
    value: Expr = entity.undefined(*arguments)
    return value


def _named(
    context: Context, name: str, run: Sequence[Part], at: int, operand: Operand
) -> tuple[Expr, int]:
    part = run[at]
    base = _base_of_logarithm(context, name, part)
    if part.primes or part.factorial:
        raise refusal(part.token, "its argument is missing", "write it in brackets")
    power = _power_of_function(context, part)
    argument, after = _named_argument(context, name, run, at, operand)
    value = context.call(name, [argument], part.token)
    if base is not None:
        value = value * context.power(base, S.NegativeOne, part.token)
    if power is not None:
        value = context.power(value, power, part.token)
    brackets = run[at + 1]
    if brackets.kind == "group" and in_brackets(brackets) and not brackets.bare:
        # SymPy writes the power of a logarithm behind the braces around its argument.
        value = finished(context, value, brackets)
    return value, after


def _base_of_logarithm(context: Context, name: str, part: Part) -> Expr | None:
    if part.sub is None:
        return None
    if name != "log" or part.text == r"\ln":
        raise refusal(part.sub.token, "this function has no index", "leave it out")
    return context.call("log", [context.read(part.sub.inner, part.sub.token)], part.token)


def _power_of_function(context: Context, part: Part) -> Expr | None:
    """The power above a function that all know; a negative one may be an inverse."""
    if part.sup is None:
        return None
    texts = [token.text for token in part.sup.inner]
    if texts[0] in ("-", "(") or texts in (["*"], [r"\star"]):
        raise refusal(
            part.sup.token,
            "above a function it may be a power or an inverse",
            r"write the power around brackets, (\sin x)^{-1}",
        )
    return context.read(part.sup.inner, part.sup.token)


def _named_argument(
    context: Context, name: str, run: Sequence[Part], at: int, operand: Operand
) -> tuple[Expr, int]:
    r"""The argument of ``\ln`` or its kin, with brackets or without, and the index behind it."""
    part = run[at]
    first = run[at + 1] if at + 1 < len(run) else None
    if first is None or first.kind in ("times", "slash"):
        raise refusal(part.token, "its argument is missing", "write it in brackets")
    inner = in_brackets(first)
    if inner is not None and len(inner.children) == 1:
        if not first.bare and first.kind == "brackets":
            raise refusal(
                first.token,
                "a power behind its brackets may be of the argument or of the value",
                "write brackets around what it is a power of",
            )
        following = run[at + 2] if at + 2 < len(run) else None
        beside = following is not None and following.kind == "brackets"
        if following is not None and beside and first.kind == "brackets" and name != "exp":
            raise refusal(
                following.token, "it may belong to the argument or not", "write more brackets"
            )
        return number(context.value(inner.children[0]), part.token), at + 2
    if part.text not in commands.NAMED_FUNCTIONS:
        raise refusal(part.token, "this function takes its argument in brackets", "write them")
    return _without_brackets(context, run, at, operand)


def _without_brackets(
    context: Context, run: Sequence[Part], at: int, operand: Operand
) -> tuple[Expr, int]:
    part = run[at]
    if is_open_function(context, run[at + 1]):
        value, after = operand(context, run, at + 1)
    else:
        after = at + 1
        while after < len(run) and _is_plain(context, run[after]):
            after += 1
        taken = run[at + 1 : after]
        moving = [p for p in taken if not _is_constant(context, p)]
        if len(moving) > 1 or (moving and moving[0] is not taken[-1] and len(taken) > 2):
            raise refusal(
                (moving[1] if len(moving) > 1 else taken[-1]).token,
                f"where the argument of {part.text} ends is not clear",
                "write it in brackets",
            )
        if not taken:
            raise refusal(part.token, "its argument is missing", "write it in brackets")
        value = S.One
        for each in range(at + 1, after):
            value = value * number(operand(context, run, each)[0], part.token)
    following = run[after] if after < len(run) else None
    if following is None or is_open_function(context, following) or is_binding(context, following):
        return number(value, part.token), after
    beyond = run[after + 1] if after + 1 < len(run) else None
    is_sign = following.kind in ("times", "slash")
    if is_sign and beyond is not None and is_open_function(context, beyond):
        return number(value, part.token), after
    raise refusal(
        following.token, f"where the argument of {part.text} ends is not clear", "write brackets"
    )


def _is_plain(context: Context, part: Part) -> bool:
    """Whether a part may stand in an argument without brackets."""
    if part.kind in ("times", "slash", "brackets", "words"):
        return False
    return not is_open_function(context, part) and not is_binding(context, part)


def _is_constant(context: Context, part: Part) -> bool:
    if part.kind == "number":
        return True
    return part.kind == "name" and part.text == r"\pi" and context.find(part)[0] is None


def _extreme(context: Context, run: Sequence[Part], at: int) -> tuple[Expr, int]:
    part = run[at]
    if part.sub is not None:
        raise refusal(
            part.sub.token, "an extreme over an index is not read", "write a bound for all of them"
        )
    values, brackets, after = arguments(context, run, at, part.text)
    if not part.bare or len(values) < 2:
        raise refusal(part.token, "it is taken of two to four values", "write them in brackets")
    given = numbers(values, part.token)
    value = context.call(commands.EXTREMES[part.text], given, part.token)
    return finished(context, value, brackets), after


def _gamma_or_zeta(context: Context, run: Sequence[Part], at: int) -> tuple[Expr, int]:
    part = run[at]
    following = in_brackets(run[at + 1]) if at + 1 < len(run) else None
    if part.sub or part.primes or part.factorial or following is None:
        raise context.names.unknown(key_of(part), part.token, called=following is not None)
    power = _power_of_function(context, part)
    values, brackets, after = arguments(context, run, at, part.text)
    name = "zeta" if part.text == r"\zeta" else "gamma" if len(values) == 1 else "uppergamma"
    value = context.call(name, numbers(values, part.token), part.token)
    if power is not None:
        value = context.power(value, power, part.token)
    return finished(context, value, brackets), after


__all__ = ["call", "call_number", "calls_number"]
