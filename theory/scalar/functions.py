"""Named functions of a cell's language that keep their name through differentiation.

σ and tanh are never expanded to exponentials: σ' = σ(1−σ) and tanh' = 1−tanh² reuse the value
itself, which halves the generated code and stays finite at saturation.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Function, Heaviside, S, exp, log, oo
from sympy.core.function import Application, ArgumentIndexError

from longlag.theory.errors import LonglagError


def _call_latex(name: str, argument: Expr, printer: Any, exp: str | None) -> str:
    """The call of a function, a power of it written at its name."""
    power = "" if exp is None else f"^{{{exp}}}"
    return rf"{name}{power}\left({printer._print(argument)}\right)"


class _Named(Function):
    """A function whose count of values is checked in a sentence of its own."""

    _nargs: tuple[int, ...]

    def __new__(cls, *values: Any, **options: Any) -> Any:
        if len(values) not in cls._nargs:
            counts = " or ".join(map(str, cls._nargs))
            raise LonglagError(
                f"{cls.__name__} of {len(values)} values",
                f"it is a function of {counts}",
                f"write one {cls.__name__}(…) for each",
            )
        return super().__new__(cls, *values, **options)


class sigmoid(_Named):  # noqa: N801  (functions are lower case in SymPy)
    """The logistic function σ(x) = 1/(1+e^{−x}), with σ' = σ(1−σ).

    >>> from sympy.abc import x
    >>> sigmoid(x).diff(x)
    (1 - sigmoid(x))*sigmoid(x)
    >>> sigmoid(0)
    1/2
    """

    nargs = 1

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        """Evaluate at the points where the value is rational."""
        known = {S.Zero: S.Half, oo: S.One, -oo: S.Zero}
        return known.get(x)

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return σ(1−σ)."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return self * (1 - self)

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_extended_real

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_real

    def _eval_rewrite_as_exp(self, x: Expr, **_: Any) -> Expr:
        return 1 / (1 + exp(-x))

    def _eval_evalf(self, prec: int) -> Expr:
        return self.rewrite(exp)._eval_evalf(prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _call_latex(r"\sigma", self.args[0], printer, exp)


class softplus(_Named):  # noqa: N801
    """The softplus ln(1+e^x), with derivative σ(x).

    >>> from sympy.abc import x
    >>> softplus(x).diff(x)
    sigmoid(x)
    """

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return σ(x)."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return sigmoid(self.args[0])

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_extended_real

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_real

    def _eval_rewrite_as_exp(self, x: Expr, **_: Any) -> Expr:
        return log(1 + exp(x))

    def _eval_evalf(self, prec: int) -> Expr:
        return self.rewrite(exp)._eval_evalf(prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _call_latex(r"\operatorname{softplus}", self.args[0], printer, exp)


class relu(_Named):  # noqa: N801
    """The rectifier max(x, 0); its derivative at 0 is taken as 0, as PyTorch does.

    It is not differentiable at 0, so a cell must ask for it with ``allow_nondifferentiable=True``.
    """

    nargs = 1

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        """Evaluate where the sign of the argument is known."""
        if x.is_nonnegative:
            return x
        return S.Zero if x.is_nonpositive else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the unit step, 0 at 0."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return Heaviside(self.args[0], 0)

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_extended_real

    def _eval_is_nonnegative(self) -> bool | None:
        return self.args[0].is_extended_real

    def _eval_evalf(self, prec: int) -> Expr:
        return sympy.Max(self.args[0], 0)._eval_evalf(prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _call_latex(r"\operatorname{relu}", self.args[0], printer, exp)


class hold(_Named):  # noqa: N801
    """A value of which no derivative is taken, what PyTorch calls ``detach``.

    >>> from sympy.abc import x
    >>> (x * hold(x)).diff(x)
    hold(x)
    """

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return 0."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return S.Zero

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_extended_real

    def _eval_evalf(self, prec: int) -> Expr:
        return self.args[0]._eval_evalf(prec)


class surrogate(_Named):  # noqa: N801
    """A function of x whose derivative is declared: ``surrogate(f(x), slope)``.

    Spiking cells differentiate a step as if it were smooth. Inside, x stands before the two.

    >>> from sympy import Abs
    >>> from sympy.abc import x
    >>> surrogate(Heaviside(x), 1 / (1 + Abs(x)) ** 2).diff(x)
    (Abs(x) + 1)**(-2)
    """

    nargs = (2, 3)

    @classmethod
    def eval(cls, *arguments: Expr) -> Expr | None:
        """Put what the function is of before its value and its slope."""
        if len(arguments) == 3:
            return None
        value, slope = arguments
        if not isinstance(value, Application) or not value.args:
            raise LonglagError(
                f"surrogate({value}, …)",
                "a slope is declared for one function",
                "write it as surrogate(Heaviside(x), slope)",
            )
        return cls(value.args[0], value, slope)

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the declared slope for x, and 0 for the value and the slope."""
        if argindex not in (1, 2, 3):
            raise ArgumentIndexError(self, argindex)
        return self.args[2] if argindex == 1 else S.Zero

    def _eval_is_real(self) -> bool | None:
        return self.args[1].is_extended_real

    def _eval_evalf(self, prec: int) -> Expr:
        return self.args[1]._eval_evalf(prec)


#: Differentiable on the whole real line.
SMOOTH: tuple[type[Expr], ...] = (
    hold,
    sigmoid,
    softplus,
    sympy.tanh,
    sympy.exp,
    sympy.sin,
    sympy.cos,
    sympy.sinh,
    sympy.cosh,
    sympy.atan,
    sympy.asinh,
    sympy.erf,
    sympy.erfc,
)
