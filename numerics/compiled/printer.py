"""Scalar SymPy expressions as C over the names that ``functions.c`` defines.

``REAL`` is the type of the arrays; numbers are cast to it, since a bare literal of C is a double
and would turn a loop over floats into one over doubles.
"""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Expr, Float, Pow, S

from longlag.numerics.codegen.backend import Backend
from longlag.numerics.codegen.backends.functions import FUNCTIONS
from longlag.numerics.codegen.backends.torch_backend import BACKEND as TORCH
from longlag.numerics.codegen.printer import ScalarPrinter
from longlag.theory.scalar.special import log_expm1, lower_omega, wright_omega

#: Functions of decay laws, which no cell needs.
_OF_LAWS = (log_expm1, wright_omega, lower_omega)

#: Powers that are products.
_PRODUCTS = {2: "square", 3: "cube"}


def _rational(p: int, q: int) -> str:
    return f"(REAL)({float(p)!r}/{float(q)!r})"


def _number(value: Float) -> str:
    return f"(REAL)({float(value)!r})"


#: Arguments are tensors, checked as those of the torch backend are.
BACKEND: Backend = replace(
    TORCH,
    name="compiled",
    prelude="",
    functions={kind: name for kind, name in FUNCTIONS.items() if kind not in _OF_LAWS},
    constants={sympy.pi: _number(sympy.pi.evalf(30)), sympy.E: _number(sympy.E.evalf(30))},
    rational=_rational,
    number=_number,
    scalars="torch",
)


class CPrinter(ScalarPrinter):
    """Prints one scalar expression as C; what C has no function for raises LonglagError."""

    def __init__(self) -> None:
        super().__init__(BACKEND)

    def _print_Pow(self, expr: Pow, rational: bool = False) -> str:
        base, exponent = expr.base, expr.exp
        if exponent.is_Number and exponent.is_negative:
            if exponent is S.NegativeOne and isinstance(base, sympy.Integer):
                return self.backend.rational(1, base.p)
            # In brackets: to C a quotient is no tighter than a product.
            return f"(1/{self._factor(Pow(base, -exponent, evaluate=False))})"
        if exponent is S.One:
            return self._factor(base)
        if exponent is S.Half:
            return self._call("sqrt", expr, base)
        if exponent in _PRODUCTS:
            return f"{_PRODUCTS[int(exponent)]}({self._print(base)})"
        return f"power({self._print(base)}, {self._print(exponent)})"

    def _factor(self, expr: Expr) -> str:
        text = str(self._print(expr))
        return text if expr.is_Symbol or expr.is_Pow else f"({text})"

    def _branch(self, value: Expr, like: str) -> str:
        return f"(REAL)({self._print(value)})"


__all__ = ["BACKEND", "CPrinter"]
