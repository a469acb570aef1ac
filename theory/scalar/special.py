"""Functions that stay accurate where e^x overflows or cancels.

A horizon is written with inverse ones instead of with W(e^x) and ln(e^x − 1), so that the generated
functions are stable in double precision.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, LambertW, S, exp, log
from sympy.core.function import ArgumentIndexError


class expm1(Function):  # noqa: N801  (functions are lower case in SymPy)
    """e^x − 1, which does not cancel near 0.

    >>> from sympy.abc import x
    >>> expm1(x).diff(x), expm1(0)
    (exp(x), 0)
    """

    nargs = 1

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        """Evaluate at 0."""
        return S.Zero if x.is_zero else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return e^x."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return exp(self.args[0])

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_extended_real

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_positive

    def _eval_is_negative(self) -> bool | None:
        return self.args[0].is_negative

    def _eval_rewrite_as_exp(self, x: Expr, **_: Any) -> Expr:
        return exp(x) - 1

    def _eval_evalf(self, prec: int) -> Expr:
        # Twice the precision: e^x - 1 loses as many bits as x has leading zeros.
        return self.rewrite(exp)._eval_evalf(2 * prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inner = rf"\left(e^{{{printer._print(self.args[0])}}} - 1\right)"
        return inner if exp is None else f"{inner}^{{{exp}}}"


class log_expm1(Function):  # noqa: N801
    """ln(e^x − 1) for x > 0, which does not overflow for large x.

    >>> from sympy.abc import x
    >>> log_expm1(x).diff(x)
    -1/expm1(-x)
    """

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return 1/(1 − e^{−x})."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return -1 / expm1(-self.args[0])

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_positive

    def _eval_rewrite_as_exp(self, x: Expr, **_: Any) -> Expr:
        return log(exp(x) - 1)

    def _eval_evalf(self, prec: int) -> Expr:
        return log(expm1(self.args[0]))._eval_evalf(prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inner = rf"\ln\left(e^{{{printer._print(self.args[0])}}} - 1\right)"
        return inner if exp is None else rf"\left[{inner}\right]^{{{exp}}}"


class log1p(Function):  # noqa: N801
    """ln(1 + x), which keeps its digits near 0.

    >>> from sympy.abc import x
    >>> log1p(x).diff(x), log1p(0)
    (1/(x + 1), 0)
    """

    nargs = 1

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        """Evaluate at 0."""
        return S.Zero if x.is_zero else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return 1/(1 + x)."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return 1 / (1 + self.args[0])

    def _eval_is_real(self) -> bool | None:
        return (1 + self.args[0]).is_positive

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_positive

    def _eval_is_negative(self) -> bool | None:
        return self.args[0].is_negative and (1 + self.args[0]).is_positive

    def _eval_rewrite_as_log(self, x: Expr, **_: Any) -> Expr:
        return log(1 + x)

    def _eval_evalf(self, prec: int) -> Expr:
        # Twice the precision: 1 + x loses as many bits as x has leading zeros.
        return self.rewrite(log)._eval_evalf(2 * prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\ln{power}\left(1 + {printer._print(self.args[0])}\right)"


class log1mexp(Function):  # noqa: N801
    """ln(1 − e^{−x}) for x > 0, which keeps its digits near 0 and far out.

    Source: Mächler, Accurately computing log(1 − exp(−|a|)) (2012).

    >>> from sympy.abc import x
    >>> log1mexp(x).diff(x)
    1/expm1(x)
    """

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return 1/(e^x − 1)."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return 1 / expm1(self.args[0])

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_positive

    def _eval_is_negative(self) -> bool | None:
        return self.args[0].is_positive

    def _eval_rewrite_as_exp(self, x: Expr, **_: Any) -> Expr:
        return log(1 - exp(-x))

    def _eval_evalf(self, prec: int) -> Expr:
        return self.rewrite(exp)._eval_evalf(2 * prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inner = rf"\ln\left(1 - e^{{-\left({printer._print(self.args[0])}\right)}}\right)"
        return inner if exp is None else rf"\left[{inner}\right]^{{{exp}}}"


class wright_omega(Function):  # noqa: N801
    """ω(x) = W₀(e^x): the solution of ω + ln ω = x.

    Source: Corless and Jeffrey, The Wright ω function (2002).

    >>> from sympy.abc import x
    >>> wright_omega(x).diff(x)
    wright_omega(x)/(wright_omega(x) + 1)
    >>> wright_omega(1)
    1
    """

    nargs = 1

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        """Evaluate at 1, where ω = 1."""
        return S.One if x == 1 else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return ω/(1+ω)."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return self / (1 + self)

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_extended_real

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_real

    def _eval_rewrite_as_LambertW(self, x: Expr, **_: Any) -> Expr:
        return LambertW(exp(x))

    def _eval_evalf(self, prec: int) -> Expr:
        return self.rewrite(LambertW)._eval_evalf(prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"W_{{0}}{power}\left(e^{{{printer._print(self.args[0])}}}\right)"


class lower_omega(Function):  # noqa: N801
    """−W₋₁(−e^{−x}) for x ≥ 1: the solution w ≥ 1 of w − ln w = x.

    Source: derived here, the other real branch of the function above.

    >>> from sympy.abc import x
    >>> lower_omega(x).diff(x)
    lower_omega(x)/(lower_omega(x) - 1)
    >>> lower_omega(1)
    1
    """

    nargs = 1

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        """Evaluate at 1, where the branches meet."""
        return S.One if x == 1 else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return w/(w−1)."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return self / (self - 1)

    def _eval_is_real(self) -> bool | None:
        return (self.args[0] - 1).is_nonnegative

    def _eval_is_positive(self) -> bool | None:
        return (self.args[0] - 1).is_nonnegative

    def _eval_rewrite_as_LambertW(self, x: Expr, **_: Any) -> Expr:
        return -LambertW(-exp(-x), -1)

    def _eval_evalf(self, prec: int) -> Expr:
        # Near the branch point half of the digits are lost.
        return self.rewrite(LambertW)._eval_evalf(2 * prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inner = rf"-W_{{-1}}\left(-e^{{-\left({printer._print(self.args[0])}\right)}}\right)"
        return inner if exp is None else rf"\left[{inner}\right]^{{{exp}}}"


class vanishing_product(Function):  # noqa: N801
    """x y, and 0 where x is exactly 0 though y is infinite: x falls faster than y grows.

    Only generated code has it; to SymPy it is the product.

    >>> from sympy.abc import x, y
    >>> vanishing_product(x, y).diff(x), vanishing_product(2, y)
    (y, 2*y)
    """

    nargs = 2

    @classmethod
    def eval(cls, x: Expr, y: Expr) -> Expr | None:
        """Multiply where one of them is a number."""
        return x * y if x.is_number or y.is_number else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the other factor."""
        if argindex not in (1, 2):
            raise ArgumentIndexError(self, argindex)
        other: Expr = self.args[2 - argindex]
        return other

    def _eval_is_real(self) -> bool | None:
        return (self.args[0] * self.args[1]).is_real

    def _eval_evalf(self, prec: int) -> Expr:
        return (self.args[0] * self.args[1])._eval_evalf(prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inner = printer._print(self.args[0] * self.args[1])
        return inner if exp is None else rf"\left({inner}\right)^{{{exp}}}"
