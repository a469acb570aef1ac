r"""Parts side by side: factors, quotients, and what takes all that stands behind it.

The rules are those of mathematicians where they agree, and a refusal where they do not: ``1/2x``,
``\ln x y`` and ``\prod_j a_j b`` may be read in two ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import Expr, HadamardProduct, Mul, S
from sympy.matrices.exceptions import ShapeError

from longlag.theory.errors import LonglagError
from longlag.theory.tex import commands
from longlag.theory.tex.atoms import is_open_function, value_of
from longlag.theory.tex.bindings import bound_value, is_binding
from longlag.theory.tex.calls import call, call_number, calls_number
from longlag.theory.tex.context import Context, is_matrix, number
from longlag.theory.tex.derivatives import derivative, is_derivative
from longlag.theory.tex.names import Linear, Neurons
from longlag.theory.tex.parts import Part
from longlag.theory.tex.tokens import Token, refusal

_NO_OPERANDS = frozenset({"times", "slash", "number", "fraction"})


@dataclass(frozen=True)
class _Factor:
    """A factor, what stood before it, and where."""

    value: Any
    joined: str
    token: Token


def run_value(context: Context, run: Sequence[Part]) -> Any:
    """Return the value of parts side by side.

    Args:
        context: what is known.
        run: parts, with signs of products and quotients between them.

    Raises:
        LonglagError: it has no value, or may have two.
    """
    return _product(context, _factors(context, run))


def factors_of_run(context: Context, run: Sequence[Part]) -> list[Any]:
    """Return the factors of parts side by side, or their product where that is of matrices.

    Args:
        context: what is known.
        run: parts, with signs of products and quotients between them.
    """
    factors = _factors(context, run)
    if any(is_matrix(factor.value) for factor in factors):
        return [_product(context, factors)]
    return [context.checked(factor.value, factor.token) for factor in factors]


def _factors(context: Context, run: Sequence[Part]) -> list[_Factor]:
    factors: list[_Factor] = []
    at, joined = 0, ""
    while at < len(run):
        part = run[at]
        if part.kind == "slash":
            return [*factors, _divisor(context, run, at, bool(factors) and not joined)]
        if part.kind == "times":
            if joined or not factors:
                raise refusal(part.token, "a value is missing before it", "write one")
            at, joined = at + 1, part.text
            continue
        beside = factors and not joined and run[at - 1].kind == "number"
        if beside and part.kind == "number":
            raise refusal(part.token, "two numbers stand side by side", r"write \cdot between them")
        value, after = operand(context, run, at)
        factors.append(_Factor(value, joined, part.token))
        at, joined = after, ""
    if joined:
        raise refusal(run[-1].token, "a value is missing behind it", "write one")
    return factors


def _divisor(context: Context, run: Sequence[Part], at: int, has_value: bool) -> _Factor:
    slash = run[at]
    if not has_value:
        raise refusal(slash.token, "a value is missing before it", "write one")
    if at + 1 >= len(run) or run[at + 1].kind in ("times", "slash"):
        raise refusal(slash.token, "a value is missing behind it", "write one")
    sole = run[at + 1]
    if sole.kind in ("brackets", "group") and sole.bare and len(sole.children) == 1:
        below, after = None, at + 2
    else:
        below, after = operand(context, run, at + 1)
    if after < len(run):
        raise refusal(
            run[after].token,
            "what stands behind a quotient may belong below the bar or beside it",
            r"write \frac{...}{...} or brackets",
        )
    if is_matrix(below):
        raise refusal(slash.token, "there is no quotient by a matrix", "write A^{-1}")
    if below is None:
        return _Factor(Mul(*context.inverses(sole.children[0])), "", slash.token)
    return _Factor(context.power(below, S.NegativeOne, slash.token), "", slash.token)


def operand(context: Context, run: Sequence[Part], at: int) -> tuple[Any, int]:
    """Return the value that begins at an index, and where to go on.

    Args:
        context: what is known.
        run: parts side by side.
        at: where it begins.
    """
    part = _name_with_mark(context, run[at])
    if part is not run[at]:
        return value_of(context, part, None), at + 1
    if is_binding(context, part):
        return bound_value(context, run, at, run_value)
    if is_derivative(context, part):
        return derivative(context, run, at, run_value)
    if is_open_function(context, part):
        return call(context, run, at, operand)
    if calls_number(context, run, at):
        return call_number(context, run, at)
    mapped = context.find(part)[0] if part.kind == "name" else None
    if isinstance(mapped, Linear):
        return _mapped(context, mapped, run, at)
    return value_of(context, part, run[at + 1] if at + 1 < len(run) else None), at + 1


def _name_with_mark(context: Context, part: Part) -> Part:
    """A name in braces with what stands above it, where that is declared: {U_0}^{qq}."""
    sole = part.children[0].sole if part.kind == "group" and part.sup and not part.sub else None
    if sole is None or sole.kind != "name" or sole.sup or sole.primes or sole.factorial:
        return part
    marked = replace(sole, sup=part.sup)
    entity, rest = context.find(marked)
    return marked if entity is not None and rest.sup is None else part


def _mapped(context: Context, mapped: Linear, run: Sequence[Part], at: int) -> tuple[Any, int]:
    """The value of a linear map of the one part that stands behind it."""
    part = run[at]
    behind = run[at + 1] if at + 1 < len(run) else None
    if context.find(part)[1].sup is not None or behind is None or behind.kind in _NO_OPERANDS:
        raise refusal(
            part.token, "a linear map stands before what it acts on", "write W h, or W (h + g)"
        )
    value, after = operand(context.deeper(part.token), run, at + 1)
    return mapped.function(number(value, behind.token)), after


def _product(context: Context, factors: Sequence[_Factor]) -> Any:
    matrices = [f for f in factors if is_matrix(f.value)]
    if not matrices:
        value = Mul(*[f.value for f in factors]) if len(factors) > 1 else factors[0].value
        return context.checked(value, factors[0].token)
    neurons = context.names.neurons
    if neurons is not None and any(
        neurons.vary(f.value) for f in factors if not is_matrix(f.value)
    ):
        return _over_neurons(context, neurons, factors)
    segments: list[list[_Factor]] = [[]]
    for factor in factors:
        if factor.joined in commands.ELEMENTWISE:
            segments.append([])
        segments[-1].append(factor)
    scalar = Mul(*[f.value for f in factors if not is_matrix(f.value)])
    parts = [[f for f in segment if is_matrix(f.value)] for segment in segments]
    if len(parts) == 1:
        return _times(context.checked(scalar, factors[0].token), parts[0])
    for part in parts:
        if len(part) != 1:
            raise refusal(
                (part or factors)[0].token,
                "products entry by entry and of matrices are mixed",
                "write brackets",
            )
    try:
        product = HadamardProduct(*[part[0].value for part in parts])
    except ShapeError:
        raise _misfit(matrices[1].token) from None
    return _times(context.checked(scalar, factors[0].token), [replace(matrices[0], value=product)])


def _over_neurons(context: Context, neurons: Neurons, factors: Sequence[_Factor]) -> Expr:
    r"""What each neuron has one of, with a weight before it: (1-z_t) \circ W_n h_{t-1}."""
    value: Any = S.One
    waiting: _Factor | None = None
    applied: list[_Factor] = []

    def close() -> Any:
        if waiting is None:
            return S.One
        found = None
        if applied:
            found = neurons.apply(waiting.value, Mul(*[f.value for f in applied]))
        if found is None:
            raise refusal(
                waiting.token,
                "a matrix stands beside what each neuron has one of, and the cell does not apply"
                " it so",
                r"write \mathrm{diag}(...) around that, or what the cell's update applies it to",
            )
        return found

    for factor in factors:
        if is_matrix(factor.value) or factor.joined in commands.ELEMENTWISE:
            value, waiting, applied = value * close(), None, []
        if is_matrix(factor.value):
            waiting = factor
        elif waiting is not None:
            applied.append(factor)
        else:
            value = value * factor.value
    return context.checked(value * close(), factors[0].token)


def _misfit(token: Token) -> LonglagError:
    return refusal(token, "the shapes of the factors do not fit", "transpose one of them")


def _times(scalar: Expr, factors: Sequence[_Factor]) -> Any:
    product = factors[0].value
    for factor in factors[1:]:
        if product.shape[1] != factor.value.shape[0]:
            raise _misfit(factor.token)
        product = product * factor.value
    return product if scalar == 1 else sympy.MatMul(scalar, product).doit(deep=False)


__all__ = ["factors_of_run", "operand", "run_value"]
