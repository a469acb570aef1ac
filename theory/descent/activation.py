"""Activations: any bounded, twice differentiable SymPy function with its three constants.

The bounds of gradient descent need s₀ = sup|σ|, s₁ = sup|σ'| and s₂ = sup|σ''| over the real line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import mpmath
from sympy import (
    Abs,
    Add,
    Basic,
    Expr,
    Heaviside,
    LambertW,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    atan,
    besselk,
    cos,
    cosh,
    diff,
    erf,
    exp,
    expint,
    gamma,
    log,
    loggamma,
    pi,
    polygamma,
    preorder_traversal,
    sech,
    sign,
    simplify,
    sin,
    sqrt,
    tan,
    tanh,
    uppergamma,
    zeta,
)

from longlag.theory.errors import LonglagError
from longlag.theory.notation import SymbolTable
from longlag.theory.registry import Registry
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.functions import SMOOTH, relu, sigmoid, softplus
from longlag.theory.suprema.supremum import Supremum, supremum
from longlag.theory.typed.parse import parse_expression
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import function_tex, scalar_tex
from longlag.theory.typeset.shown import Shown

#: The pre-activation, the variable of every activation.
preactivation = SymbolTable("descent").add("a", "pre-activation of a neuron", real=True)

#: Registered activations, all bounded and twice differentiable.
ACTIVATIONS: Registry[Expr] = Registry("activation")
ACTIVATIONS.register("tanh", tanh(preactivation))
ACTIVATIONS.register("sigmoid", sigmoid(preactivation))
ACTIVATIONS.register("erf", erf(preactivation))
ACTIVATIONS.register("sin", sin(preactivation))
ACTIVATIONS.register("cos", cos(preactivation))
ACTIVATIONS.register("atan", 2 / pi * atan(pi / 2 * preactivation))
ACTIVATIONS.register("isru", preactivation / sqrt(1 + preactivation**2))
ACTIVATIONS.register("gaussian", exp(-(preactivation**2)))

#: Well-known names that the bounds do not hold for, so that they are refused for what is wrong.
_UNSUITABLE: dict[str, Expr] = {
    "softplus": softplus(preactivation),
    "relu": relu(preactivation),
    "leaky_relu": Max(preactivation, preactivation / 100),
    "identity": preactivation,
    "linear": preactivation,
    "silu": preactivation * sigmoid(preactivation),
    "swish": preactivation * sigmoid(preactivation),
    "gelu": preactivation * (1 + erf(preactivation / sqrt(2))) / 2,
    "mish": preactivation * tanh(softplus(preactivation)),
    "elu": Piecewise((preactivation, preactivation > 0), (exp(preactivation) - 1, True)),
    "softsign": preactivation / (1 + Abs(preactivation)),
    "hardtanh": Max(-1, Min(1, preactivation)),
}

#: Functions that are smooth wherever they are finite; where that is, ranges tell.
_ADMITTED = (
    *SMOOTH,
    *(log, tan),
    *(LambertW, besselk, expint, uppergamma),
    *(gamma, loggamma, polygamma, zeta),
)
#: Functions with a kink, which the language of formulas does not have.
_KINKS = re.compile(r"\b([Aa]bs|[Mm]ax|[Mm]in|[Pp]iecewise|sign|[Hh]eaviside|relu)\s*\(")
#: Characters of a formula that a message repeats.
_LONGEST = 60
_ROUGH = (Abs, Max, Min, Piecewise, relu, sign, Heaviside)

#: Where a slope is looked at before its supremum is sought, and in how many digits.
_POINTS, _DIGITS = (Rational(-7, 5), Rational(1, 3), Rational(12, 7)), 60
_REMEDY = "choose a bounded, twice differentiable function, such as tanh, sigmoid or erf"


@dataclass(frozen=True)
class Activation(Shown):
    """An activation σ with the suprema of |σ|, |σ'| and |σ''| over the real line.

    Args:
        name: for lists and documents.
        function: σ over ``preactivation``.
        value: s₀.
        slope: s₁.
        curvature: s₂.
    """

    name: str
    function: Expr
    value: Supremum
    slope: Supremum
    curvature: Supremum

    def __repr__(self) -> str:
        bounds = ", ".join(f"{float(each):.6g}" for each in self.constants)
        return described(
            f"activation {self.function}: sup of it and two derivatives {bounds}",
            "constants",
            "latex()",
        )

    @property
    def derivative(self) -> Expr:
        """σ'."""
        return diff(self.function, preactivation)

    @property
    def second(self) -> Expr:
        """σ''."""
        return diff(self.function, preactivation, 2)

    @property
    def constants(self) -> tuple[Expr, Expr, Expr]:
        """(s₀, s₁, s₂), exact where they are proved, else upper ends of their enclosures."""
        return self.value.expression, self.slope.expression, self.curvature.expression

    def _lines(self) -> list[str]:
        return [f"{function_tex('sigma', preactivation)} &= {scalar_tex(self.function)}"]


def activation(which: str | Expr, *, name: str = "") -> Activation:
    """Return an activation with its constants.

    Args:
        which: a registered name, or a SymPy expression in exactly one symbol.
        name: what to call it; by default the registered name, or the expression.

    Raises:
        LonglagError: an unknown name; a function that is constant, unbounded, not real, or not
            twice differentiable, or of which a derivative is unbounded.

    >>> activation("tanh").constants
    (1, 1, 4*sqrt(3)/9)
    """
    if isinstance(which, str):
        key = which.strip()
        function = _UNSUITABLE[key] if key in _UNSUITABLE else ACTIVATIONS[key]
        return _certified(name or key, _over_preactivation(function))
    if not isinstance(which, Expr):
        raise LonglagError(
            f"activation {which!r}",
            "it is the name of an activation or a SymPy expression",
            "write, for instance, sympy.tanh(a)",
        )
    function = _over_preactivation(which)
    return _certified(name or str(function), function)


def read_activation(text: str) -> Activation:
    """Return the activation that a text names or spells out, in the variable a or x.

    Args:
        text: a registered name, or an expression such as ``tanh(2*a) / 2``.

    Raises:
        LonglagError: what the whitelist refuses, and what ``activation`` refuses.

    >>> read_activation("tanh(2*x)/2").constants
    (1/2, 1, 8*sqrt(3)/9)
    """
    key = text.strip()
    if not key:
        raise LonglagError("activation ''", "it is empty", "write a name or a formula in a")
    if key.isidentifier() and key not in ("a", "x"):
        return activation(key)
    rough = _KINKS.search(key)
    if rough:
        raise LonglagError(
            f"activation {key[:_LONGEST]}", f"{rough[1]} is not twice differentiable", _REMEDY
        )
    return activation(
        parse_expression(text, new_symbol=lambda name: Symbol(name, real=True), what="activation")
    )


@lru_cache(maxsize=256)
def _certified(name: str, function: Expr) -> Activation:
    suprema = []
    for order, what in enumerate(("", "slope of ", "second derivative of ")):
        derivative = diff(function, preactivation, order)
        try:
            suprema.append(supremum(derivative, preactivation))
        except LonglagError as error:
            raise LonglagError(f"{what}activation {name}", error.rule, error.remedy) from None
    return Activation(name, function, *suprema)


def _over_preactivation(expression: Expr) -> Expr:
    """The expression in ``preactivation``, if it is a function of one symbol."""
    symbols = sorted(expression.free_symbols, key=str)
    if len(symbols) != 1:
        found = ", ".join(map(str, symbols)) or "none"
        raise LonglagError(
            f"activation {expression}",
            f"it is a function of one symbol, and has {found}",
            "write it in one symbol, with numbers for all others",
        )
    function = expression.xreplace({symbols[0]: preactivation}).replace(sech, lambda x: 1 / cosh(x))
    for part in preorder_traversal(function):
        reason = _obstacle(part)
        if reason:
            raise LonglagError(f"activation {expression}", reason, _REMEDY)
    if _seems_constant(function):
        raise LonglagError(f"activation {expression}", "it is constant", _REMEDY)
    return function


def _obstacle(part: Basic) -> str:
    """Why a function with such a part is not twice differentiable, if it is not."""
    if part.is_Number or part.is_NumberSymbol:
        return "" if part.is_finite else f"{part} is not a number"
    if isinstance(part, (Symbol, Add, Mul, Pow, *_ADMITTED)):
        return ""
    if part == S.ImaginaryUnit:
        return "it is not real"
    if isinstance(part, _ROUGH):
        return f"{part} is not twice differentiable"
    return f"{part} is not known to be twice differentiable"


def _seems_constant(function: Expr) -> bool:
    """Whether σ' is 0 by SymPy's word, which is asked only where a few values say so too."""
    slope = diff(function, preactivation)
    with mpmath.workdps(_DIGITS):
        values = [evaluate(slope, {preactivation: point}) for point in _POINTS]
    small = all(abs(value) < mpmath.mpf(10) ** (10 - _DIGITS) for value in values)
    return small and simplify(slope) == 0
