"""Scalar SymPy expressions as Python source over a backend's function names."""

# ruff: noqa: N815  (SymPy calls the methods by these names)

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Expr,
    Float,
    Heaviside,
    Integer,
    Max,
    Min,
    Mul,
    Or,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    preorder_traversal,
    sign,
)
from sympy.core.function import Application
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from longlag.numerics.codegen.backend import Backend
from longlag.theory.errors import LonglagError

#: What is printed with Python's own operators.
_OPERATORS = (
    Add,
    Mul,
    Pow,
    Symbol,
    Integer,
    Rational,
    Float,
    Piecewise,
    ExprCondPair,
    Relational,
    And,
    Or,
    BooleanAtom,
)

#: Integers up to here are exact in double precision and print as they are.
_EXACT = 2**53


class ScalarPrinter(StrPrinter):  # type: ignore[misc]
    """Prints one scalar expression over plain symbols that bear the names of variables.

    What the backend has no name for raises LonglagError.

    Args:
        backend: whose function names and literals are used.
    """

    def __init__(self, backend: Backend) -> None:
        super().__init__({"sympy_integers": False})
        self.backend = backend

    def text(self, expression: Basic) -> str:
        """Return the source of an expression."""
        for node in preorder_traversal(expression):
            self._check(node)
        return str(self._print(expression))

    def _check(self, node: Basic) -> None:
        kind = type(node)
        known = kind in self.backend.functions or node in self.backend.constants
        if known or isinstance(node, _OPERATORS):
            return
        name = kind.__name__ if isinstance(node, Application) else str(node)
        functions = sorted(function.__name__ for function in self.backend.functions)
        raise LonglagError(
            name,
            f"the {self.backend.name} backend cannot print it",
            f"write it with real numbers, + * **, Piecewise, {', '.join(functions)}",
        )

    def _as_ordered_terms(self, expr: Add, order: Any = None) -> list[Expr]:
        # A negated array costs a pass that a difference does not, so a plain term comes first.
        terms = super()._as_ordered_terms(expr, order=order)
        return sorted(terms, key=lambda term: bool(term.as_coeff_Mul()[0].is_negative))

    def _print_Rational(self, expr: Rational) -> str:
        text = self.backend.rational(abs(expr.p), expr.q)
        return f"-{text}" if expr.p < 0 else text

    def _print_Integer(self, expr: Integer) -> str:
        return str(expr.p) if abs(expr.p) <= _EXACT else self._print_Rational(expr)

    def _print_Float(self, expr: Float) -> str:
        return self.backend.number(expr)

    def _print_NumberSymbol(self, expr: Expr) -> str:
        return self.backend.constants[expr]

    _print_Pi = _print_Exp1 = _print_NumberSymbol
    _print_Infinity = _print_NegativeInfinity = _print_NumberSymbol

    def _print_Pow(self, expr: Pow, rational: bool = False) -> str:
        base, exponent = expr.base, expr.exp
        if exponent.is_Number and exponent.is_negative:
            if exponent is S.NegativeOne and isinstance(base, Integer):
                return self.backend.rational(1, base.p)
            if exponent is S.NegativeOne:
                return f"1/{self.parenthesize(base, PRECEDENCE['Pow'], strict=False)}"
            return f"1/{self._print(Pow(base, -exponent, evaluate=False))}"
        if exponent is S.Half:
            return self._call("sqrt", expr, base)
        base_text = self.parenthesize(base, PRECEDENCE["Pow"], strict=False)
        return f"{base_text}**{self.parenthesize(exponent, PRECEDENCE['Pow'], strict=False)}"

    def _print_Function(self, expr: Any) -> str:
        return self._call(self.backend.functions[type(expr)], expr, *expr.args)

    def _print_Heaviside(self, expr: Heaviside) -> str:
        return self._print_Function(expr)

    def _print_Abs(self, expr: Abs) -> str:
        return self._print_Function(expr)

    def _print_sign(self, expr: sign) -> str:
        return self._print_Function(expr)

    def _print_LatticeOp(self, expr: Any) -> str:
        # Min and Max take any number of arguments; the helpers take two.
        helper = self.backend.functions[Max if isinstance(expr, Max) else Min]
        text, *others = sorted(str(self._print(argument)) for argument in expr.args)
        for other in others:
            text = f"{helper}({text}, {other})"
        return text

    _print_Max = _print_Min = _print_LatticeOp

    def _print_Piecewise(self, expr: Piecewise) -> str:
        if expr.args[-1].cond != S.true:
            raise LonglagError(
                f"{expr}", "a piecewise function must be defined everywhere", "end it with True"
            )
        like = min(symbol.name for symbol in expr.free_symbols)
        *pieces, last = expr.args
        text = self._branch(last.expr, like)
        for value, condition in reversed(pieces):
            text = f"where({self._print(condition)}, {self._branch(value, like)}, {text})"
        return text

    # The class of that name in theory.guarded, which powers stay outside of.
    _print_Guarded = _print_Piecewise

    def _branch(self, value: Expr, like: str) -> str:
        # A bare number would choose the dtype of the result.
        text = str(self._print(value))
        return text if value.free_symbols else f"constant({text}, {like})"

    def _print_Relational(self, expr: Any) -> str:
        left, right = (self._print(side) for side in (expr.lhs, expr.rhs))
        return f"{left} {expr.rel_op} {right}"

    def _print_And(self, expr: And) -> str:
        return " & ".join(sorted(f"({self._print(condition)})" for condition in expr.args))

    def _print_Or(self, expr: Or) -> str:
        return " | ".join(sorted(f"({self._print(condition)})" for condition in expr.args))

    def _call(self, helper: str, expr: Expr, *arguments: Expr) -> str:
        if self.backend.folds_constants and not expr.free_symbols:
            return self._constant(expr)
        return f"{helper}({', '.join(str(self._print(argument)) for argument in arguments)})"

    def _constant(self, expr: Expr) -> str:
        value = expr.evalf(30)
        if not isinstance(value, Float):
            raise LonglagError(
                f"{expr}", "it is no real number", "generated functions work in real numbers"
            )
        text = self.backend.number(value)
        return f"({text})" if value < 0 else text
