r"""A formula's tokens as an expression, or as a chain of relations; nothing is worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, S

from longlag.theory.tex.context import Context, Here, is_matrix, number
from longlag.theory.tex.names import Names
from longlag.theory.tex.parts import Formula, Part, Term, taken_apart
from longlag.theory.tex.runs import factors_of_run, run_value
from longlag.theory.tex.tokens import Place, Token, refusal

_ORDERS = ("O", r"\mathcal{O}", r"\operatorname{O}", r"\mathrm{O}")
_SMALL_ORDERS = ("o", r"\mathcal{o}", r"\operatorname{o}")


@dataclass(frozen=True)
class Line:
    """One line of a chain.

    Args:
        expression: its value.
        place: where it begins.
        remainder: g, where the line is the expression + O(g).
    """

    expression: Any
    place: Place
    remainder: Expr | None = None


@dataclass(frozen=True)
class Step:
    """A sign between two lines.

    Args:
        sign: =, ≤, <, ≥, >, ∼, → or ≠.
        before: the line before it.
        after: the line behind it.
        place: of the sign.
        token: the sign as it was typed.
    """

    sign: str
    before: Line
    after: Line
    place: Place
    token: Token


@dataclass(frozen=True)
class Chain:
    """Lines with a sign between each and the next.

    Args:
        steps: one at least.
    """

    steps: tuple[Step, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines, in order."""
        return (self.steps[0].before, *(step.after for step in self.steps))

    @property
    def free_symbols(self) -> set[Any]:
        """All free symbols of all lines."""
        return set().union(*(line.expression.free_symbols for line in self.lines))


def read_tokens(tokens: Sequence[Token], names: Names, after: Token) -> Expr | Chain:
    """Return the expression that tokens spell out, or the chain.

    Args:
        tokens: with macros expanded.
        names: what is declared.
        after: what they belong to, where there are none.

    Raises:
        LonglagError: what cannot be read, with its place.
    """
    try:
        formula = taken_apart(tokens, after)
        context = context_of(names, formula.token)
        if not formula.signs:
            return context.value(formula)
        return _chain(context, formula)
    except RecursionError:
        raise refusal(after, "the formula is too deep", "write a simpler one") from None


def context_of(names: Names, token: Token) -> Context:
    """Return what is known at the head of a formula.

    Args:
        names: what is declared.
        token: where it begins.
    """
    return Context(names, formula_value, _factors, Here(token))


def formula_value(formula: Formula, context: Context) -> Any:
    """Return the value of a formula that is no relation.

    Args:
        formula: taken apart.
        context: what is known.
    """
    if formula.signs:
        raise refusal(
            formula.signs[0].token, "a relation stands inside a value", "write it as a display"
        )
    return _sum(context, formula.lines[0])


def _factors(formula: Formula, context: Context) -> list[Any]:
    line = formula.lines[0]
    if formula.signs or len(line) > 1:
        return [formula_value(formula, context)]
    factors = factors_of_run(context, line[0].run)
    return [S.NegativeOne, *factors] if line[0].negative else factors


def _chain(context: Context, formula: Formula) -> Chain:
    lines = [_line(context, line, position) for position, line in enumerate(formula.lines)]
    for sign, before, after in zip(formula.signs, lines[:-1], lines[1:], strict=True):
        ends = (before, after)
        if any(line.remainder is not None for line in ends) and sign.text not in ("=", "≤"):
            raise refusal(
                sign.token, "O stands on a side of an equation", r"write =, or \le without O"
            )
        if is_matrix(before.expression) != is_matrix(after.expression):
            raise refusal(
                sign.token, "a number stands on one side, a matrix on the other", "write a norm"
            )
    pairs = zip(formula.signs, lines[:-1], lines[1:], strict=True)
    return Chain(tuple(Step(sign.text, a, b, sign.token.place, sign.token) for sign, a, b in pairs))


def _line(context: Context, terms: Sequence[Term], position: int) -> Line:
    place = terms[0].token.place
    orders = [term for term in terms if _is_order(context, term.run, _ORDERS)]
    for term in terms:
        if any(
            _is_order(context, term.run[i : i + 2], _SMALL_ORDERS) for i in range(len(term.run))
        ):
            raise refusal(term.token, "o(...) is not read", r"write \sim between the lines")
    if not orders:
        return Line(_sum(context, terms), place)
    if len(orders) > 1 or position == 0:
        raise refusal(
            orders[-1].token, "a line has one O(...), behind a sign", "write it once, on the right"
        )
    brackets = orders[0].run[1]
    remainder = context.scalar(brackets.children[0])
    rest = [term for term in terms if term is not orders[0]]
    return Line(_sum(context, rest) if rest else Add(), place, remainder)


def _is_order(context: Context, run: Sequence[Part], letters: Sequence[str]) -> bool:
    if len(run) != 2 or run[0].kind != "name" or run[1].kind != "brackets":
        return False
    named = run[0].text in letters and run[0].bare and context.find(run[0])[0] is None
    return named and len(run[1].children) == 1 and run[1].bare


def _sum(context: Context, terms: Sequence[Term]) -> Any:
    values = [run_value(context, term.run) for term in terms]
    signed = [-value if term.negative else value for term, value in zip(terms, values, strict=True)]
    if len(signed) == 1:
        return signed[0]
    if not any(is_matrix(value) for value in values):
        numbers = [number(v, term.token) for term, v in zip(terms, signed, strict=True)]
        return context.checked(Add(*numbers), terms[0].token)
    total = signed[0]
    for term, value in zip(terms[1:], signed[1:], strict=True):
        if not (is_matrix(value) and is_matrix(total) and value.shape == total.shape):
            raise refusal(
                term.token,
                "its terms are of different shapes",
                "multiply numbers by I, or transpose",
            )
        total = total + value
    return total


__all__ = ["Chain", "Line", "Step", "context_of", "formula_value", "read_tokens"]
