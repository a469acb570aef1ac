"""Operations on expressions of which it is known before how much they may cost.

SymPy computes as it builds: a power of numbers, a function at a number. What a reader of formulas
combines goes through here, so that nothing too large, not real or not finite is ever built.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import sympy
from sympy import Derivative, Expr, Integral, Limit, Pow, Rational, S
from sympy.concrete.expr_with_limits import ExprWithLimits

from longlag.theory.errors import LonglagError, describe
from longlag.theory.scalar.functions import sigmoid, softplus
from longlag.theory.typed.magnitude import digits, digits_of_power, rational_power, root_of_numbers

#: Digits that a number in the expression may have.
_MOST_DIGITS = 1000
#: The highest root, over the whole text, of numbers with a symbol in their exponent.
_HIGHEST_ROOT = 200_000
#: SymPy asks for the sign of a sum by way of all roots of the polynomial that it may be.
_HIGHEST_DEGREE = 40
#: SymPy compares all arguments of nested Min and Max with one another, in exponential time.
_MOST_COMPARISONS = 4

_NOT_REAL = (S.ImaginaryUnit, S.ComplexInfinity, S.NaN, S.Infinity, S.NegativeInfinity)
#: What binds a symbol.
_BINDING = (ExprWithLimits, Limit, Derivative)


@dataclass(frozen=True)
class Callee:
    """A function that may be called.

    Args:
        build: makes the expression.
        fewest: number of arguments, at least.
        most: number of arguments, at most.
        largest: bound on those arguments that are numbers, which SymPy may work out.
        smallest: bound from below on the last argument, where it is a number.
    """

    build: Callable[..., Expr]
    fewest: int = 1
    most: int = 1
    largest: float = math.inf
    smallest: float = -math.inf


#: Near 0 and below, mpmath works on these for ever.
_TINY = 1e-9


def _exponential_integral(argument: Expr) -> Expr:
    return sympy.expint(1, argument)


_SMOOTH = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "asinh", "atan", "erf", "erfc")
FUNCTIONS: dict[str, Callee] = {
    "exp": Callee(sympy.exp, largest=2000),
    "log": Callee(sympy.log),
    "ln": Callee(sympy.log),
    "sqrt": Callee(sympy.sqrt),
    **{name: Callee(getattr(sympy, name), largest=2000) for name in _SMOOTH},
    "gamma": Callee(sympy.gamma, largest=300),
    "lowergamma": Callee(sympy.lowergamma, 2, 2, largest=50, smallest=_TINY),
    "uppergamma": Callee(sympy.uppergamma, 2, 2, largest=50, smallest=_TINY),
    "E1": Callee(_exponential_integral, largest=2000, smallest=_TINY),
    "expint": Callee(sympy.expint, 2, 2, largest=50, smallest=_TINY),
    "LambertW": Callee(sympy.LambertW, 1, 2),
    "besselk": Callee(sympy.besselk, 2, 2, largest=50, smallest=_TINY),
    "zeta": Callee(sympy.zeta, 1, 2, largest=50),
    "Min": Callee(sympy.Min, 2, 4),
    "Max": Callee(sympy.Max, 2, 4),
    "sigmoid": Callee(sigmoid, largest=2000),
    "softplus": Callee(softplus, largest=2000),
}


@dataclass
class Arithmetic:
    """Powers, calls and checks of one text.

    Args:
        refusal: makes the error from what is wrong and the remedy.
    """

    refusal: Callable[[str, str], LonglagError]
    comparisons: int = 0
    root: int = 1

    def power(self, base: Expr, exponent: Expr) -> Expr:
        """Return a power.

        Raises:
            LonglagError: its numbers may get too long, or a root of them too high.
        """
        self._bound_power(base, exponent)
        return rational_power(base, exponent) if exponent.is_Rational else base**exponent

    def _bound_power(self, base: Expr, exponent: Expr) -> None:
        self.require_named(exponent, *([] if exponent.is_Integer else [base]))
        if base != S.Exp1 and exponent.has(Integral, Limit, Derivative):
            raise self.refusal(
                "an integral, a limit or a derivative stands in an exponent", "give it a name"
            )
        self._bound(digits_of_power(base, exponent))
        self.root *= root_of_numbers(base, exponent)
        if self.root > _HIGHEST_ROOT:
            raise self.refusal(
                "a number is raised to a power with too many decimals",
                "write exp(...) with a parameter in it, or fewer decimals",
            )

    def require_named(self, *arguments: Expr) -> None:
        """Refuse sums, integrals and limits of numbers alone, which SymPy would work out.

        It asks for the sign of whatever stands under a root or inside a function.

        Args:
            arguments: of an operation other than plus and times.

        Raises:
            LonglagError: one has such a part.
        """
        for argument in arguments:
            if any(not part.free_symbols for part in argument.atoms(*_BINDING)):
                raise self.refusal(
                    "a sum, an integral or a limit without symbols stands in a root or a function",
                    "give it a name, or a parameter",
                )

    def _bound(self, count: float) -> None:
        if count > _MOST_DIGITS:
            raise self.refusal(
                f"a number in it may have more than {_MOST_DIGITS} digits",
                "write smaller numbers, or a parameter",
            )

    def built(self, function: Callable[..., Expr], *arguments: Expr) -> Expr:
        """Return what a function of SymPy's builds.

        Raises:
            LonglagError: it refuses the arguments, such as a comparison of what is not real.
        """
        try:
            return function(*arguments)
        except (TypeError, ValueError) as error:
            raise self.refusal(
                f"SymPy does not build it: {describe(error)[:80]}", "give its arguments names"
            ) from None

    def call(self, name: str, arguments: list[Expr]) -> Expr:
        """Return a function of ``FUNCTIONS`` at its arguments.

        Raises:
            LonglagError: a wrong number of arguments, or numbers that are too large.
        """
        callee = FUNCTIONS[name]
        self.require_named(*arguments)
        if not callee.fewest <= len(arguments) <= callee.most:
            counts = " to ".join(str(n) for n in sorted({callee.fewest, callee.most}))
            raise self.refusal(f"{name} has {len(arguments)} arguments here", f"give it {counts}")
        values = [self._value(a) if _is_plain_number(a) else S.One for a in arguments]
        if max(map(abs, values)) > callee.largest or values[-1] < callee.smallest:
            least = f" or below {callee.smallest}" if callee.smallest > 0 else ""
            raise self.refusal(
                f"{name} is called with a number beyond {callee.largest}{least}",
                "write another number, or a parameter",
            )
        if name in ("Min", "Max") and any(argument.has(*_BINDING) for argument in arguments):
            raise self.refusal(
                f"{name} compares sums, products or integrals here", "give them a name"
            )
        self.comparisons += name in ("Min", "Max")
        if self.comparisons > _MOST_COMPARISONS:
            raise self.refusal(
                f"it calls Min and Max more than {_MOST_COMPARISONS} times", "write fewer of them"
            )
        if name == "LambertW" and arguments[1:] not in ([], [S.Zero], [S.NegativeOne]):
            raise self.refusal("LambertW has the real branches 0 and -1", "give one of them")
        if name == "sqrt":
            return self.power(arguments[0], S.Half)
        if name == "exp":
            self._bound_power(S.Exp1, arguments[0])
        return self.built(callee.build, *arguments)

    def checked(self, expression: Expr) -> Expr:
        """Return ``expression`` if it is real, finite and small as far as can be seen.

        Raises:
            LonglagError: it is not.
        """
        if _has_unreal_part(expression):
            raise self.refusal(
                "a part of it is not a real number", "look for a division by 0 or a root below 0"
            )
        if _is_plain_number(expression):
            self._value(expression)
        for number in expression.atoms(Rational):
            self._bound(digits(number))
        for power in expression.atoms(Pow):
            if power.exp.is_Integer and abs(power.exp) > _HIGHEST_DEGREE:
                raise self.refusal(
                    f"a whole power in it is higher than {_HIGHEST_DEGREE}",
                    "write a lower power, or a parameter",
                )
        return expression

    def _value(self, number: Expr) -> Expr:
        """Return a few digits of a number whose parts are bounded, and bound it too."""
        try:
            value = number.evalf(15)
        except (ArithmeticError, ValueError, TypeError):  # a pole
            value = S.NaN
        if not value.is_Float and value != 0:
            raise self.refusal(
                "a part of it is not a real number", "look for a root or a logarithm below 0"
            )
        if value and abs(sympy.log(abs(value), 10)) > _MOST_DIGITS:
            self._bound(math.inf)
        return value


def _has_unreal_part(expression: Expr) -> bool:
    """Whether a value in it is not real or not finite; the ends of sums and limits may be."""
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        if part in _NOT_REAL:
            return True
        below = part.args[:1] if isinstance(part, Limit) else part.args
        waiting.extend(argument for argument in below if isinstance(argument, Expr))
    return False


def _is_plain_number(expression: Expr) -> bool:
    """Whether it is a number that is no sum, product, integral or limit, which SymPy would take."""
    return bool(expression.is_number) and not expression.has(*_BINDING)
