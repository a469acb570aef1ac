"""Text that a person types, read into a SymPy expression through a whitelist.

Nothing is ever evaluated as code: a scan admits the characters, Python's own grammar gives the
tree, and a closed set of its nodes is rebuilt in SymPy. SymPy computes as it builds, so what an
operation may cost is bounded before it is carried out.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sympy
from sympy import Expr, Rational, S, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import positive
from longlag.theory.typed.arithmetic import FUNCTIONS, Arithmetic
from longlag.theory.typed.scan import abbreviated, exact_decimal, scan

_CONSTANTS: dict[str, Expr] = {"pi": sympy.pi, "E": sympy.E}


def parse_expression(
    text: str,
    symbols: Mapping[str, Symbol] | None = None,
    *,
    new_symbol: Callable[[str], Symbol] | None = positive,
    what: str = "formula",
) -> Expr:
    """Return the expression that ``text`` spells out; decimals are exact.

    Args:
        text: a formula in Python's notation: numbers, names, + - * / **, the functions of
            ``FUNCTIONS``, pi and E.
        symbols: the symbol for each name that is known.
        new_symbol: makes the symbol of any other name; None refuses other names.
        what: what the text is, for messages.

    Returns:
        A SymPy expression, real and finite as far as can be seen; each name became its symbol.

    Raises:
        LonglagError: for anything else, and for numbers too large to be computed.

    >>> parse_expression("c*ell**(-0.5)*exp(-ell/tau)")
    c*exp(-ell/tau)/sqrt(ell)
    >>> parse_expression("c*(1 - lambda)")
    Traceback (most recent call last):
    ...
    longlag.theory.errors.LonglagError: formula 'c*(1 - lambda)': 'lambda' is a Python keyword, \
not a name; try lam or lambda_
    """
    shown = f"{what} {abbreviated(text)}"
    known = dict(symbols or {})
    scan(text, shown, known, FUNCTIONS)
    try:
        tree = ast.parse(text.strip(" "), mode="eval")
    except SyntaxError as error:
        raise LonglagError(
            shown, f"it does not read as a formula ({error.msg})", "complete operators and calls"
        ) from None
    return _Builder(text.strip(" "), shown, known, new_symbol).build(tree.body)


def parse_number(text: str, what: str) -> Rational:
    """Return the real number that ``text`` spells out, exactly.

    Args:
        text: an integer, a decimal or a quotient of two, such as ``1e6``, ``-0.5`` or ``1/3``.
        what: what the number is, for messages.

    Raises:
        LonglagError: for anything else: nan, inf, formulas, more than 60 digits.

    >>> parse_number("0.1", "alpha"), parse_number("-1/3", "b"), parse_number("1e6", "samples")
    (1/10, -1/3, 1000000)
    """
    shown = f"{what} {abbreviated(text)}"
    stripped = text.strip(" ") if isinstance(text, str) else ""
    numerator, slash, denominator = stripped.removeprefix("-").removeprefix("+").partition("/")
    value = exact_decimal(numerator, shown)
    divisor = exact_decimal(denominator, shown) if slash else S.One
    if divisor == 0:
        raise LonglagError(shown, "it divides by zero", "write a nonzero denominator")
    return (-value if stripped.startswith("-") else value) / divisor


@dataclass
class _Builder:
    """The way from the tree of one text to its expression."""

    text: str
    shown: str
    symbols: dict[str, Symbol]
    new_symbol: Callable[[str], Symbol] | None
    created: dict[str, Symbol] = field(default_factory=dict)
    arithmetic: Arithmetic = field(init=False)

    def __post_init__(self) -> None:
        self.arithmetic = Arithmetic(self._refusal)

    def build(self, node: ast.AST) -> Expr:
        """Return the expression of a node; any node outside the closed set is refused."""
        if isinstance(node, ast.BinOp):
            # A long sum leans to the left: walked down in a loop, it costs no recursion.
            spine: list[ast.BinOp] = []
            left: ast.expr = node
            while isinstance(left, ast.BinOp):
                spine.append(left)
                left = left.left
            value = self.build(left)
            for part in reversed(spine):
                value = self.arithmetic.checked(
                    self._combine(part.op, value, self.build(part.right))
                )
            return value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            value = self.build(node.operand)
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return exact_decimal(self.text[node.col_offset : node.end_col_offset], self.shown)
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self.arithmetic.checked(
                self.arithmetic.call(node.func.id, [self.build(a) for a in node.args])
            )
        raise self._refusal(
            f"{type(node).__name__} is no part of a formula", "use + - * / ** and functions"
        )

    def _refusal(self, rule: str, remedy: str) -> LonglagError:
        return LonglagError(self.shown, rule, remedy)

    def _combine(self, operator: ast.operator, left: Expr, right: Expr) -> Expr:
        if isinstance(operator, ast.Add):
            return left + right
        if isinstance(operator, ast.Sub):
            return left - right
        if isinstance(operator, ast.Mult):
            return left * right
        if isinstance(operator, ast.Div):
            return left / right
        if isinstance(operator, ast.Pow):
            return (
                self.arithmetic.call("exp", [right])
                if left == S.Exp1
                else self.arithmetic.power(left, right)
            )
        raise self._refusal("only + - * / ** combine two values", "write one of them")

    def _name(self, name: str) -> Expr:
        if name in self.symbols:
            return self.symbols[name]
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name in FUNCTIONS and name not in ("gamma", "zeta"):  # two Greek letters
            raise self._refusal(f"{name} is a function", f"give it an argument: {name}(...)")
        if self.new_symbol is None:
            choices = [*self.symbols, *_CONSTANTS]
            close = difflib.get_close_matches(name, choices, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"use {', '.join(choices)}"
            raise self._refusal(f"it names {name!r}, which is not known here", hint)
        if name not in self.created:
            self.created[name] = self.new_symbol(name)
        return self.created[name]
