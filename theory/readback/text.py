"""Formulas in plain text, read back: what a terminal shows is what it came from.

The text is walked as Python's syntax tree and never run; it may name the symbols and functions of
the expression that it came from, and no others.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import sympy
from sympy import Basic, Expr, Float, Integer, Pow, Symbol, Tuple

from longlag.theory.errors import LonglagError
from longlag.theory.readback.equal import same

_NAMES: Mapping[str, Any] = {"pi": sympy.pi, "E": sympy.E, "oo": sympy.oo}
_FUNCTIONS: Mapping[str, Any] = {"sqrt": sympy.sqrt, "exp": sympy.exp, "log": sympy.log}


def text_of(expression: Expr) -> str:
    """Return an expression as plain text that was read back.

    Args:
        expression: of SymPy's, with nodes of longlag's own or without.

    Raises:
        LonglagError: what is printed is not read as what it came from.

    >>> from sympy.abc import x
    >>> text_of(sympy.exp(-(x + 1) / 2))
    'exp(-x/2 - 1/2)'
    """
    return read_text(str(expression), expression)


def read_text(text: str, expression: Expr) -> str:
    """Return a text if it is read as an expression.

    Args:
        text: in Python's notation, as SymPy prints.
        expression: what it has to say.

    Raises:
        LonglagError: it says something else.

    >>> from sympy.abc import x, y
    >>> read_text("x - y", x + y)
    Traceback (most recent call last):
    longlag.theory.errors.LonglagError: formula x - y: it reads as x - y, and it was x + y; \
report it, with the command
    """
    read = _Reader(expression).read(text)
    if not same(read, expression):
        raise LonglagError(
            f"formula {text}", f"it reads as {read}, and it was {expression}", _REMEDY
        )
    return text


_REMEDY = "report it, with the command"


class _Reader:
    """Reads what an expression may print as."""

    def __init__(self, expression: Expr) -> None:
        self.names: dict[str, Any] = dict(_NAMES)
        for symbol in sorted(expression.atoms(Symbol), key=str):
            if str(symbol) in self.names:
                raise LonglagError(
                    f"name {symbol}", "two values of a formula bear it", "rename one of them"
                )
            self.names[str(symbol)] = symbol
        heads = {type(part).__name__: part.func for part in sympy.preorder_traversal(expression)}
        self.functions = {**heads, **_FUNCTIONS}

    def read(self, text: str) -> Any:
        """Return the expression that a text spells out."""
        try:
            return self._value(ast.parse(text, mode="eval").body, text)
        except (SyntaxError, RecursionError) as error:
            raise LonglagError(f"formula {text}", f"it cannot be read: {error}", _REMEDY) from None

    def _value(self, node: ast.expr, text: str) -> Any:
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return Integer(node.value) if isinstance(node.value, int) else _decimal(node, text)
        if isinstance(node, ast.Name) and node.id in self.names:
            return self.names[node.id]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self._value(node.operand, text)
        if isinstance(node, ast.BinOp):
            return _joined(node.op, self._value(node.left, text), self._value(node.right, text))
        if isinstance(node, ast.Tuple):
            return Tuple(*(self._value(each, text) for each in node.elts))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            function = self.functions.get(node.func.id)
            if function is not None:
                return function(*(self._value(each, text) for each in node.args))
        written = ast.get_source_segment(text, node) or text
        raise LonglagError(f"formula {text}", f"{written} cannot be read", _REMEDY)


def _decimal(node: ast.Constant, text: str) -> Basic:
    digits = ast.get_source_segment(text, node) or repr(node.value)
    return Float(digits, precision=53) if len(digits) < 17 else Float(digits)


def _joined(operator: ast.operator, left: Any, right: Any) -> Any:
    if isinstance(operator, ast.Add):
        return left + right
    if isinstance(operator, ast.Sub):
        return left - right
    if isinstance(operator, ast.Mult):
        return left * right
    if isinstance(operator, ast.Div):
        return left / right
    if isinstance(operator, ast.Pow):
        return Pow(left, right)
    raise LonglagError("formula", "it has an operator that none prints", _REMEDY)


__all__ = ["read_text", "text_of"]
