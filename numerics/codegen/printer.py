"""Scalar SymPy expressions as Python source over a backend's function names."""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Expr,
    Float,
    Heaviside,
    Integer,
    Max,
    Min,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    sign,
)
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from longlag.numerics.codegen.backend import Backend
from longlag.theory.errors import LonglagError
from longlag.theory.symbols import CellSymbol, Drive, MapValue, Parameter, State, Value

_PREFIX: dict[type[CellSymbol], str] = {
    State: "state_",
    Drive: "drive_",
    Parameter: "parameter_",
    MapValue: "map_",
    Value: "value_",
}


def variable(symbol: Symbol) -> str:
    """Return the Python variable of a symbol: its role and its name, so that roles never collide.

    >>> from longlag.theory import state
    >>> variable(state("h"))
    'state_h'
    """
    for role, prefix in _PREFIX.items():
        if isinstance(symbol, role):
            return prefix + symbol.name
    if isinstance(symbol, CellSymbol):
        return "weight_" + symbol.name
    return str(symbol.name)


class ScalarPrinter(StrPrinter):
    """Prints one scalar expression; what the backend has no name for raises LonglagError.

    Args:
        backend: whose function names and literals are used.
    """

    def __init__(self, backend: Backend) -> None:
        super().__init__({"sympy_integers": False})
        self.backend = backend

    def _print_Symbol(self, expr: Symbol) -> str:
        return variable(expr)

    def _print_CellSymbol(self, expr: CellSymbol) -> str:
        return variable(expr)

    def _print_Rational(self, expr: Rational) -> str:
        text = self.backend.rational(abs(expr.p), expr.q)
        return f"-{text}" if expr.p < 0 else text

    def _print_Integer(self, expr: Integer) -> str:
        return str(expr.p)

    def _print_Float(self, expr: Float) -> str:
        return self.backend.number(str(expr))

    def _print_NumberSymbol(self, expr: Expr) -> str:
        if expr not in self.backend.constants:
            self._refuse(expr)
        return self.backend.constants[expr]

    _print_Pi = _print_Exp1 = _print_NumberSymbol

    def _print_Pow(self, expr: Pow, rational: bool = False) -> str:
        if expr.base is S.Exp1:
            return self._call(type(expr), expr.exp)
        if expr.exp is S.Half:
            return f"sqrt({self._print(expr.base)})"
        if expr.exp == -S.Half:
            return f"1/sqrt({self._print(expr.base)})"
        base = self.parenthesize(expr.base, PRECEDENCE["Pow"], strict=False)
        if expr.exp is S.NegativeOne:
            return f"1/{base}"
        return f"{base}**{self.parenthesize(expr.exp, PRECEDENCE['Pow'], strict=False)}"

    def _print_Function(self, expr: Any) -> str:
        return self._call(type(expr), *expr.args)

    def _print_Heaviside(self, expr: Heaviside) -> str:
        return self._call(Heaviside, expr.args[0], expr.args[1])

    def _print_Abs(self, expr: Abs) -> str:
        return self._call(Abs, *expr.args)

    def _print_sign(self, expr: sign) -> str:
        return self._call(sign, *expr.args)

    def _print_LatticeOp(self, expr: Any) -> str:
        # Min and Max take any number of arguments; the helpers take two.
        kind = Max if isinstance(expr, Max) else Min
        first, *others = sorted(self._print(argument) for argument in expr.args)
        for other in others:
            first = f"{self._name(kind)}({first}, {other})"
        return first

    _print_Max = _print_Min = _print_LatticeOp

    def _print_Piecewise(self, expr: Piecewise) -> str:
        (value, condition), *others = expr.args
        if condition == S.true:
            return str(self._print(value))
        if not others:
            raise LonglagError(
                f"{expr}", "a piecewise function must be defined everywhere", "end it with True"
            )
        rest = self._print_Piecewise(Piecewise(*others, evaluate=False)) if others else ""
        return f"where({self._print(condition)}, {self._print(value)}, {rest})"

    def _print_Relational(self, expr: Any) -> str:
        left, right = (self._print(side) for side in (expr.lhs, expr.rhs))
        return f"({left} {expr.rel_op} {right})"

    def _call(self, kind: type[Expr], *arguments: Expr) -> str:
        return f"{self._name(kind)}({', '.join(str(self._print(a)) for a in arguments)})"

    def _name(self, kind: type[Expr]) -> str:
        if kind not in self.backend.functions:
            self._refuse(kind.__name__)
        return self.backend.functions[kind]

    def _refuse(self, what: object) -> None:
        known = sorted(kind.__name__ for kind in self.backend.functions)
        raise LonglagError(
            f"{what}",
            f"the {self.backend.name} backend cannot print it",
            f"write it with {', '.join(known)}",
        )

    def emptyPrinter(self, expr: Any) -> str:  # noqa: N802  (the name SymPy calls)
        """Refuse what no method prints."""
        self._refuse(expr)
        return ""
