"""The SymPy functions that backends have helpers for, and the helper's name."""

from __future__ import annotations

import sympy
from sympy import Expr

from longlag.theory.scalar.functions import hold, relu, sigmoid, softplus, surrogate
from longlag.theory.scalar.special import (
    expm1,
    log1mexp,
    log1p,
    log_expm1,
    lower_omega,
    vanishing_product,
    wright_omega,
)

#: Every backend has these.
FUNCTIONS: dict[type[Expr], str] = {
    sigmoid: "sigmoid",
    softplus: "softplus",
    relu: "relu",
    hold: "hold",
    surrogate: "surrogate",
    sympy.tanh: "tanh",
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.tan: "tan",
    sympy.asin: "asin",
    sympy.acos: "acos",
    sympy.atan: "atan",
    sympy.sinh: "sinh",
    sympy.cosh: "cosh",
    sympy.asinh: "asinh",
    sympy.acosh: "acosh",
    expm1: "expm1",
    log_expm1: "log_expm1",
    log1p: "log1p",
    log1mexp: "log1mexp",
    wright_omega: "wright_omega",
    lower_omega: "lower_omega",
    sympy.erf: "erf",
    sympy.erfc: "erfc",
    sympy.Abs: "absolute",
    sympy.sign: "sign",
    sympy.Heaviside: "heaviside",
    sympy.Min: "minimum",
    sympy.Max: "maximum",
    vanishing_product: "vanishing_product",
}

#: Functions of spectra and waiting times, which a backend may have besides.
SPECIAL: dict[type[Expr], str] = {
    sympy.gamma: "gamma",
    sympy.loggamma: "loggamma",
    sympy.lowergamma: "lowergamma",
    sympy.uppergamma: "uppergamma",
    sympy.expint: "expint",
    sympy.besselk: "besselk",
}
