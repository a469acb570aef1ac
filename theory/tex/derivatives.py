r"""Derivatives: ``\frac{d}{dx}``, ``\frac{\partial^2 f}{\partial x \partial y}`` and primes."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Derivative, Dummy, Expr, Subs, Symbol

from longlag.theory.tex.bindings import DIFFERENTIALS, RunValue
from longlag.theory.tex.commands import NAMED_FUNCTIONS
from longlag.theory.tex.context import Context, key_of, number
from longlag.theory.tex.indices import mentions
from longlag.theory.tex.names import Quantity
from longlag.theory.tex.parts import Formula, Part
from longlag.theory.tex.tokens import Token, refusal

_SIGNS = (*DIFFERENTIALS, r"\partial")
_HIGHEST = 9


def is_derivative(context: Context, part: Part) -> bool:
    """Whether a part is a fraction of differentials.

    Args:
        context: what is known.
        part: of a run.

    Raises:
        LonglagError: it may be, and d is declared as a value.
    """
    if part.kind != "fraction":
        return False
    above, below = (_head(formula) for formula in part.children)
    if above is None or below is None or above.text != below.text or above.text not in _SIGNS:
        return False
    if context.is_declared(above.text):
        raise refusal(
            part.token,
            f"{above.text} is declared as a value, and this may be a derivative",
            r"write \frac{\mathrm{d}}{\mathrm{d}x}, or cancel it",
        )
    return True


def derivative(
    context: Context, run: Sequence[Part], at: int, run_value: RunValue
) -> tuple[Expr, int]:
    """Return a derivative that is not worked out, and the index behind it.

    Args:
        context: what is known.
        run: parts side by side.
        at: where the fraction of differentials stands.
        run_value: reads parts side by side.
    """
    part = run[at]
    context = context.deeper(part.token)
    if not part.bare:
        raise refusal(part.token, "a derivative has no power", "write brackets around it")
    above = part.children[0].lines[0][0].run
    order = _order(context, above[0])
    inner = _inner_function(context, part.children[1], run_value)
    if inner is not None and order == 1:
        # d g / d u(x) is g'(x)/u'(x).
        if len(above) < 2:
            raise refusal(part.token, "what it is the derivative of is missing", "write df/d...")
        symbol, below = inner
        value = number(run_value(context, above[1:]), part.token)
        _require_dependence(value, symbol, part.token)
        return Derivative(value, symbol) / Derivative(below, symbol), at + 1
    counts, variables = _below(context, part.children[1])
    if sum(count for _, count in counts) != order:
        raise refusal(part.token, "the orders above and below differ", "write the same")
    operand: Sequence[Part] = above[1:]
    after = at + 1
    if not operand:
        operand, after = run[at + 1 :], len(run)
        moving = [p for p in operand if any(mentions(p, key_of(v)) for v in variables)]
        is_call = len(moving) == 2 and context.is_function(moving[0])
        if len(moving) > 1 and not is_call:
            raise refusal(
                moving[1].token, "how far a derivative reaches is not clear", "write brackets"
            )
    if not operand:
        raise refusal(part.token, "what it is the derivative of is missing", "write it behind it")
    value = number(run_value(context, operand), part.token)
    for symbol, _ in counts:
        _require_dependence(value, symbol, part.token)
    return Derivative(value, *reversed(counts)), after


def primed(value: Expr, argument: Symbol, order: int, at: Expr) -> Expr:
    """Return the derivative of an expression in a symbol, at a point, not worked out.

    Args:
        value: the expression.
        argument: the symbol.
        order: how often it is derived.
        at: the point.

    >>> from sympy import Function
    >>> from sympy.abc import x
    >>> primed(Function("f")(x), x, 1, x)
    Derivative(f(x), x)
    """
    if isinstance(at, Symbol):
        return Derivative(value.xreplace({argument: at}), (at, order))
    inner = Dummy(argument.name, **argument.assumptions0)
    return Subs(Derivative(value.xreplace({argument: inner}), (inner, order)), inner, at)


def order_above(context: Context, part: Part, token: Token) -> int | None:
    r"""Return n where ``^{(n)}`` stands above a function, for its n-th derivative.

    Args:
        context: what is known.
        part: the function.
        token: for messages.
    """
    if part.sup is None:
        return None
    texts = [t.text for t in part.sup.inner]
    if len(texts) == 3 and texts[0] == "(" and texts[2] == ")" and texts[1].isdecimal():
        return int(texts[1])
    raise refusal(
        part.sup.token,
        "above a function it may be a power, a derivative or an inverse",
        "write the power behind the brackets, (f(x))^2",
    )


def _inner_function(
    context: Context, formula: Formula, run_value: RunValue
) -> tuple[Symbol, Expr] | None:
    r"""The symbol and the function of it in ``d \ln x`` or ``d(1/x)`` below the bar."""
    run = formula.lines[0][0].run
    if len(run) < 2 or not run[0].bare:
        return None
    head = run[1]
    if head.kind == "name" and isinstance(context.find(head)[0], Quantity):
        return None
    if head.kind == "name" and context.find(head)[0] is None and head.text not in NAMED_FUNCTIONS:
        return None
    below = number(run_value(context, run[1:]), head.token)
    symbols = [symbol for symbol in below.free_symbols if isinstance(symbol, Symbol)]
    if len(symbols) != 1:
        raise refusal(head.token, "by which symbol it is taken is not clear", "write d/dx")
    return symbols[0], below


def _require_dependence(value: Expr, symbol: Symbol, token: Token) -> None:
    if symbol not in value.free_symbols:
        raise refusal(
            token,
            f"what is derived does not depend on {symbol} as it is declared",
            "declare it as a function, or define it by a formula",
        )


def _head(formula: Formula) -> Part | None:
    line = formula.lines[0]
    if formula.signs or len(line) != 1 or line[0].negative:
        return None
    head = line[0].run[0]
    return head if head.kind == "name" else None


def _order(context: Context, part: Part) -> int:
    if part.sub or part.primes or part.factorial:
        raise refusal(part.token, "a differential has no index", "leave it out")
    if part.sup is None:
        return 1
    value = context.read(part.sup.inner, part.sup.token)
    if not (value.is_Integer and 1 <= value <= _HIGHEST):
        raise refusal(part.sup.token, f"a derivative has an order up to {_HIGHEST}", "write one")
    return int(value)


def _below(context: Context, formula: Formula) -> tuple[list[tuple[Symbol, int]], list[Part]]:
    """The symbols below the bar with their orders, and the parts that they are."""
    run = formula.lines[0][0].run
    counts: list[tuple[Symbol, int]] = []
    variables: list[Part] = []
    sign = run[0].text
    for position in range(0, len(run), 2):
        pair = run[position : position + 2]
        if len(pair) < 2 or pair[0].text != sign or not pair[0].bare or pair[1].kind != "name":
            raise refusal(pair[0].token, "below stand differentials of letters", "write dx")
        entity, rest = context.find(pair[1])
        symbol = entity.expression if isinstance(entity, Quantity) else None
        if entity is None:
            raise context.names.unknown(key_of(pair[1])._replace(sup=""), pair[1].token)
        if not isinstance(symbol, Symbol) or rest.sub or rest.primes or rest.factorial:
            raise refusal(
                pair[1].token, "a derivative is taken by a symbol", "declare it as a number"
            )
        counts.append((symbol, _order(context, rest)))
        variables.append(pair[1])
    return counts, variables


__all__ = ["derivative", "is_derivative", "order_above", "primed"]
