"""Expectations over a distribution, as expressions that are evaluated, judged and printed."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Add, Expr, I, Integral, Symbol, cos, exp, sin
from sympy.simplify.fu import TR8

from longlag.theory.errors import LonglagError
from longlag.theory.verify.distributions import Distribution


class Expectation(Expr):
    """E f(X) with X from a distribution.

    Args:
        function: f, in ``argument``.
        argument: the symbol that stands for X.
        distribution: of X.

    Raises:
        LonglagError: ``doit`` on a law without a density where f is no sum of waves.

    >>> from sympy.abc import k, x
    >>> from longlag.theory.verify.distributions import SymmetricStable
    >>> Expectation(cos(k * x), x, SymmetricStable(sympy.Rational(3, 2))).doit()
    exp(-Abs(k)**(3/2))
    """

    def __new__(cls, function: Expr, argument: Symbol, distribution: Distribution) -> Expectation:
        """Take a function, its symbol and a law."""
        if not (isinstance(argument, Symbol) and isinstance(distribution, Distribution)):
            raise LonglagError(
                f"expectation of {function} over {argument} from {distribution}",
                "it takes a function, the symbol it is a function of, and a distribution",
                "write Expectation(cos(x), x, Gaussian(0, 1))",
            )
        made: Expectation = Expr.__new__(cls, sympy.sympify(function), argument, distribution)
        return made

    @property
    def free_symbols(self) -> set[Symbol]:
        """The symbols other than the one that is averaged over."""
        inside = set(self.args[0].free_symbols) - {self.args[1]}
        return inside | set(self.args[2].free_symbols)

    def _eval_subs(self, old: Expr, new: Expr) -> Expr | None:
        function, argument, distribution = self.args
        if old != argument:
            return None
        return self.func(function, argument, distribution._subs(old, new))

    def _eval_is_extended_real(self) -> bool | None:
        return True if self.args[0].is_real else None

    def doit(self, **hints: Any) -> Expr:
        """Return a closed form by the means of waves, else the integral over the density.

        Args:
            hints: of SymPy, not used.
        """
        function, argument, distribution = self.args
        terms = [
            self._of_term(*term.as_independent(argument, as_Add=False))
            for term in Add.make_args(_in_waves(function))
        ]
        if all(term is not None for term in terms):
            return Add(*terms)
        density = distribution.density(argument)
        if density is None:
            raise LonglagError(
                f"expectation of {function}",
                f"{type(distribution).__name__} has no density in closed form here, and the "
                "function is no sum of cosines, sines and e^{ikx}",
                "average waves, or give a Density",
            )
        interval = distribution.interval
        return Integral(function * density, (argument, interval.inf, interval.sup))

    def _of_term(self, constant: Expr, wave: Expr) -> Expr | None:
        """The expectation of a multiple of 1, a cosine, a sine or an exponential."""
        _, x, distribution = self.args
        if wave == 1:
            return constant
        if not isinstance(wave, (cos, sin, exp)):
            return None
        phase, rest = wave.args[0].as_independent(x, as_Add=True)
        slope = sympy.cancel(rest / x)
        if slope.has(x):
            return None
        if isinstance(wave, exp) and not slope.has(I):
            found = distribution.exponential(slope)
            return None if found is None else constant * exp(phase) * found
        waves = distribution.waves(sympy.expand(-I * slope) if isinstance(wave, exp) else slope)
        if waves is None:
            return None
        cosine, sine = waves
        if isinstance(wave, exp):
            return constant * exp(phase) * (cosine + I * sine)
        if isinstance(wave, cos):
            return constant * (cos(phase) * cosine - sin(phase) * sine)
        return constant * (sin(phase) * cosine + cos(phase) * sine)

    def _latex(self, printer: Any) -> str:
        function, argument, law = (printer.doprint(part) for part in self.args)
        return rf"\mathbb{{E}}_{{{argument} \sim {law}}}\left[{function}\right]"

    def _sympystr(self, printer: Any) -> str:
        return f"E[{printer.doprint(self.args[0])}]"


def _in_waves(function: Expr) -> Expr:
    """A function whose products and powers of cosines and sines are sums of them."""
    function = sympy.expand(function)
    while function.has(cos, sin):
        changed = sympy.expand(TR8(function))
        if changed == function:
            break
        function = changed
    return function


def written_out(expression: Expr) -> Expr:
    """Return an expression whose expectations are closed forms or integrals.

    >>> from sympy.abc import x
    >>> from longlag.theory.verify.distributions import Exponential
    >>> written_out(Expectation(x, x, Exponential()))
    Integral(x*exp(-x), (x, 0, oo))
    """
    expression = sympy.sympify(expression)
    found = expression.atoms(Expectation)
    return expression.xreplace({e: written_out(e.doit()) for e in found}) if found else expression


__all__ = ["Expectation", "written_out"]
