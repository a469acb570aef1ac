r"""What binds a symbol: sums, products, integrals and limits, as nodes that nobody works out.

Their bodies are all that stands behind them up to the next plus or minus; an integral ends with its
differential.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sympy import Expr, Integral, Limit, Mul, Product, S, Sum, Symbol

from longlag.theory.tex import commands
from longlag.theory.tex.atoms import is_open_function
from longlag.theory.tex.context import Context, is_matrix, key_of, number
from longlag.theory.tex.indices import index_limits, mentions_freely
from longlag.theory.tex.names import Key, Quantity, spelled
from longlag.theory.tex.parts import Formula, Part, taken_apart
from longlag.theory.tex.tokens import Token, refusal
from longlag.theory.verify.ordered import MatrixSum, OrderedProduct

RunValue = Callable[[Context, Sequence[Part]], Any]
#: What a differential begins with.
DIFFERENTIALS = ("d", r"\mathrm{d}", r"\operatorname{d}", r"\textrm{d}")
_ENDS = {r"\infty": S.Infinity, r"+\infty": S.Infinity, r"-\infty": S.NegativeInfinity}


def is_binding(context: Context, part: Part) -> bool:
    """Whether a part is the sign of a sum, a product, an integral or a limit.

    Args:
        context: what is known.
        part: of a run.
    """
    return part.kind == "name" and part.text in commands.BIG


def bound_value(
    context: Context, run: Sequence[Part], at: int, run_value: RunValue
) -> tuple[Any, int]:
    """Return the value of what binds, and the index behind it.

    Args:
        context: what is known.
        run: parts side by side.
        at: where the sign stands.
        run_value: reads parts side by side.
    """
    part = run[at]
    context = context.deeper(part.token)
    if part.text == r"\int":
        return _integral(context, run, at, run_value)
    body = run[at + 1 :]
    if not body or body[0].kind in ("times", "slash"):
        raise refusal(part.token, "what it is taken of is missing", "write it behind it")
    if part.text == r"\lim":
        return _limit(context, part, body, run_value), len(run)
    return _repeated(context, part, body, run_value), len(run)


def bound_symbol(context: Context, key: Key, **assumptions: bool) -> Symbol:
    """Return the symbol that is bound under a name: the declared one, if there is one.

    Args:
        context: what is known.
        key: the name.
        assumptions: of a new symbol.
    """
    entity = context.names.entities.get(key)
    if isinstance(entity, Quantity) and isinstance(entity.expression, Symbol):
        return entity.expression
    return Symbol(key.plain, **assumptions)


def end(context: Context, tokens: Sequence[Token], after: Token) -> Expr:
    """Return an end of a sum or an integral, which may be infinite.

    Args:
        context: what is known.
        tokens: that spell it out.
        after: what they belong to.
    """
    infinite = _ENDS.get(spelled(tokens))
    return context.read(tokens, after) if infinite is None else infinite


def _repeated(context: Context, part: Part, body: Sequence[Part], run_value: RunValue) -> Expr:
    if part.sub is None:
        raise refusal(part.token, "its index is missing", rf"write {part.text}_{{j=0}}^{{n}}")
    ranged = _range_of(context, part)
    if ranged is not None:
        key, low, high = ranged
        index = bound_symbol(context, key, integer=True)
        value = number(run_value(context.binding({key: index}), body), part.token)
        return (Sum if part.text == r"\sum" else Product)(value, (index, low, high))
    limits = index_limits(part.sub, part.sup)
    keys = {index.key: bound_symbol(context, index.key, integer=True) for index in limits}
    within = context.binding(keys)
    if part.text == r"\prod":
        _require_clear(within, part, body, keys)
    value = run_value(within, body)
    ends = [
        (
            keys[index.key],
            end(within, index.low, part.sub.token) + index.low_shift,
            end(within, index.high, part.sub.token) + index.high_shift,
        )
        for index in limits
    ]
    if is_matrix(value):
        return _repeated_matrix(part, value, ends)
    return (Sum if part.text == r"\sum" else Product)(value, *ends)


def _repeated_matrix(part: Part, value: Any, ends: Sequence[tuple[Symbol, Expr, Expr]]) -> Any:
    if part.text == r"\prod" and value.shape[0] != value.shape[1]:
        raise refusal(part.token, "it is taken of a square matrix", "multiply, or transpose")
    if not all(bound.is_finite is not False for _, *both in ends for bound in both):
        raise refusal(part.token, "of matrices it is finite", "write its last index")
    for limits in ends:
        value = (MatrixSum if part.text == r"\sum" else OrderedProduct)(value, limits)
    return value


def _range_of(context: Context, part: Part) -> tuple[Key, Any, Any] | None:
    """The index of a sum that says its range nowhere, where that was declared."""
    if part.sub is None or part.sup is not None or not context.names.ranges:
        return None
    below = taken_apart(part.sub.inner, part.sub.token)
    name = Formula(below.lines[:1], ()).sole
    if name is None or name.kind != "name" or key_of(name) not in context.names.ranges:
        return None
    low, high = context.names.ranges[key_of(name)]
    signs = [sign.text for sign in below.signs]
    if signs in (["<"], ["≤"]):
        # Where it begins is declared, and where it ends stands here.
        high = context.scalar(Formula(below.lines[1:], ())) - int(signs == ["<"])
    elif signs:
        return None
    return key_of(name), low, high


def _require_clear(
    context: Context, part: Part, body: Sequence[Part], keys: dict[Key, Symbol]
) -> None:
    """Refuse factors without the index behind one with it: they may stand outside the product."""
    met = False
    for at, follower in enumerate(body):
        if follower.kind in ("times", "slash"):
            continue
        big = follower.kind == "name" and follower.text in commands.BIG
        behind = body[at:] if big else [follower]
        depends = any(mentions_freely(behind, key) for key in keys)
        if met and not depends:
            raise refusal(
                follower.token,
                f"it is without the index of {part.text}, and may stand inside or outside",
                "write brackets around the product, or put it in front",
            )
        if big:
            return
        met = met or depends
    one = body[0].kind == "name" and body[0].text in commands.BIG
    factors = [
        follower
        for place, follower in enumerate(body)
        if follower.kind not in ("times", "slash")
        # The brackets behind a function are its argument.
        and not (place and is_open_function(context, body[place - 1]))
    ]
    if not met and not one and len(factors) > 1:
        raise refusal(part.token, "where it ends is not clear", "write brackets around its factor")


def _limit(context: Context, part: Part, body: Sequence[Part], run_value: RunValue) -> Expr:
    if part.sub is None:
        raise refusal(part.token, "what tends to where is missing", r"write \lim_{x \to 0}")
    key, target, direction = approach(part.sub.inner, part.sub.token)
    symbol = bound_symbol(context, key, real=True)
    value = number(run_value(context.binding({key: symbol}), body), part.token)
    point = end(context, target, part.sub.token)
    return Limit(value, symbol, point, dir=direction if point.is_finite else "-")


def approach(tokens: Sequence[Token], after: Token) -> tuple[Key, Sequence[Token], str]:
    r"""Return what tends to where in ``x \to 0^+``, and from which side.

    Args:
        tokens: of it.
        after: what they belong to.
    """
    arrows = {r"\to": "+-", r"\rightarrow": "+-", r"\downarrow": "+", r"\uparrow": "-"}
    places = [i for i, token in enumerate(tokens) if token.text in arrows]
    if len(places) != 1:
        raise refusal(after, "what tends to where is not said", r"write x \to 0")
    (place,) = places
    direction = arrows[tokens[place].text]
    target = list(tokens[place + 1 :])
    for ending in ([r"^", "+"], ["^", "-"], ["^", "{", "+", "}"], ["^", "{", "-", "}"]):
        if [t.text for t in target[-len(ending) :]] == ending:
            direction = "+" if "+" in ending else "-"
            target = target[: -len(ending)]
    if not target:
        raise refusal(tokens[place], "a value is missing behind it", "write one")
    return name_in(tokens[:place], after), target, direction


def name_in(tokens: Sequence[Token], after: Token) -> Key:
    """Return the one name that tokens spell out.

    Args:
        tokens: of a name.
        after: what they belong to.
    """
    part = taken_apart(tokens, after).sole
    if part is None or part.kind != "name":
        raise refusal(tokens[0], "a name is required here", "write a letter")
    return key_of(part)


def _integral(
    context: Context, run: Sequence[Part], at: int, run_value: RunValue
) -> tuple[Expr, int]:
    part = run[at]
    place = _differential(context, run, at)
    integrand = list(run[at + 1 : place])
    if run[place].kind == "fraction":
        fraction = run[place]
        above = fraction.children[0].lines[0][0]
        key, left = _variable(above.run[-1]), above.run[:-2]
        if left or above.negative:
            kept = replace(above, run=left) if left else None
            if kept is None:
                raise refusal(above.token, "a differential is negative", "put the sign in front")
            top = Formula(((kept,),), ())
            integrand.append(replace(fraction, children=(top, fraction.children[1])))
        else:
            integrand.append(replace(fraction, kind="reciprocal"))
        after = place + 1
    else:
        key, after = _variable(run[place + 1]), place + 2
        if not integrand and after < len(run) and run[after].kind not in ("times", "slash"):
            raise refusal(
                run[after].token,
                "it stands behind the differential, inside the integral or outside",
                "write what is integrated before the differential",
            )
    if part.sub is None or part.sup is None:
        raise refusal(part.token, "an integral has two ends", r"write \int_a^b")
    symbol = bound_symbol(context, key, real=True)
    within = context.binding({key: symbol})
    value: Expr = S.One
    if integrand and integrand[-1].kind == "reciprocal":
        value = Mul(*within.inverses(integrand.pop().children[1]))
    if integrand:
        _require_complete(integrand)
        value = within.checked(number(run_value(within, integrand), part.token) * value, part.token)
    low = end(context, part.sub.inner, part.sub.token)
    high = end(context, part.sup.inner, part.sup.token)
    return Integral(value, (symbol, low, high)), after


def _require_complete(integrand: Sequence[Part]) -> None:
    if integrand[-1].kind in ("times", "slash"):
        raise refusal(integrand[-1].token, "a value is missing behind it", "write one")


def _differential(context: Context, run: Sequence[Part], at: int) -> int:
    """The index of the differential that ends an integral, or of the fraction that has it."""
    depth = 1
    for place in range(at + 1, len(run)):
        part = run[place]
        if part.kind == "name" and part.text == r"\int":
            depth += 1
        elif _starts_differential(context, run, place) or _has_differential(context, part):
            depth -= 1
            if depth == 0:
                return place
    rule = "its differential is missing before the next plus or minus"
    if context.is_declared("d") and any(p.kind == "name" and p.text == "d" for p in run[at:]):
        raise refusal(
            run[at].token, rule + ", since d is declared as a value", r"write \mathrm{d}x"
        )
    raise refusal(run[at].token, rule, r"write dx behind it, and brackets around a sum")


def _starts_differential(context: Context, run: Sequence[Part], at: int) -> bool:
    part = run[at]
    if part.kind != "name" or part.text not in DIFFERENTIALS or not part.bare:
        return False
    if context.is_declared(part.text) or at + 1 >= len(run):
        return False
    return run[at + 1].kind == "name"


def _has_differential(context: Context, part: Part) -> bool:
    if part.kind != "fraction" or not part.bare:
        return False
    above = part.children[0]
    if above.signs or len(above.lines[0]) != 1:
        return False
    run = above.lines[0][0].run
    return len(run) >= 2 and _starts_differential(context, run, len(run) - 2)


def _variable(part: Part) -> Key:
    if part.sup or part.factorial or part.primes:
        raise refusal(part.token, "a differential is of a plain name", "leave its power out")
    return key_of(part)


__all__ = [
    "DIFFERENTIALS",
    "approach",
    "bound_symbol",
    "bound_value",
    "end",
    "is_binding",
    "name_in",
]
