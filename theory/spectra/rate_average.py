"""The average of e^{−νℓ} over a density of rates, kept unevaluated where no closed form is known.

The quadrature is chosen from the support and from how fast the density falls at its ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import mpmath
import sympy
from sympy import Expr, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.spectra.average import Average
from longlag.theory.spectra.quadrature import integrate

#: e^{−x} counts as 0 for x beyond 2^this.
_VANISHED = 64
#: Values that a density remembers.
_REMEMBERED = 2**14


class RateAverage(Average):
    """∫ p(ν) e^{−νℓ} dν over a density p of rates, unevaluated; ``evalf`` gives any digits.

    Args: the density, the rate ν, the lower and the upper limit, the lag ℓ.

    >>> from sympy import exp, oo, Integer
    >>> nu, ell = Symbol("nu", positive=True), Symbol("ell", positive=True)
    >>> average = RateAverage(exp(-nu), nu, Integer(0), oo, ell)
    >>> average.subs(ell, 3).evalf(20)
    0.25000000000000000000
    >>> average.diff(ell)
    -Integral(nu*exp(-nu)*exp(-ell*nu), (nu, 0, oo))
    """

    @property
    def density(self) -> Expr:
        """The density p(ν)."""
        return self.args[0]

    @property
    def rate(self) -> Symbol:
        """The rate ν, which is bound."""
        return self.args[1]

    @property
    def support(self) -> tuple[Expr, Expr]:
        """The limits of ν."""
        return self.args[2], self.args[3]

    @property
    def lag(self) -> Expr:
        """The lag ℓ."""
        return self.args[4]

    @property
    def bound(self) -> Symbol:
        """The rate."""
        return self.rate

    def as_integral(self) -> Expr:
        """Return it as a SymPy integral."""
        integrand = self.density * sympy.exp(-self.rate * self.lag)
        return sympy.Integral(integrand, (self.rate, *self.support))

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        if symbol in set().union(*(limit.free_symbols for limit in self.support)):
            raise LonglagError(
                f"derivative of {self} by {symbol}",
                "only the density and the lag may depend on what it is differentiated by",
                "substitute a number for the limits",
            )
        by_lag = -self.func(self.rate * self.density, *self.args[1:]) * self.lag.diff(symbol)
        slope = self.density.diff(symbol)
        return by_lag if slope == 0 else by_lag + self.func(slope, *self.args[1:])

    def value(self, values: Mapping[Symbol, Any]) -> Any:
        """Return its value at the working precision of mpmath.

        Args:
            values: a number for every free symbol.

        Raises:
            LonglagError: where the quadrature does not settle.
        """
        lag = evaluate(self.lag, values)
        low, high = (evaluate(limit, values) for limit in self.support)
        own = sorted(self.density.free_symbols - {self.rate}, key=str)
        numbers = tuple((symbol, values[symbol]) for symbol in own)
        density = _density(self.density, self.rate, numbers, mpmath.mp.prec)

        def decayed(rate: Any) -> Any:
            decay = rate * lag
            # Nothing is left of the integrand there, and mpmath would work on e^{−10^100} for ever.
            if decay and mpmath.mag(decay) > _VANISHED:
                return mpmath.mpf(0)
            return density(rate) * mpmath.exp(-decay)

        return integrate(decayed, low, high, (1 / lag,) if lag > 0 else ())


@lru_cache(maxsize=64)
def _density(
    density: Expr, rate: Symbol, numbers: tuple[tuple[Symbol, Any], ...], precision: int
) -> Callable[[Any], Any]:
    """A density as a function of the rate that remembers its values: every lag asks for the same.

    Args:
        density: over the rate and the symbols of ``numbers``.
        rate: its symbol.
        numbers: symbol and number.
        precision: at which it is asked, so that values of different precisions are not mixed.
    """
    values = dict(numbers)
    # Asked close to an end with many bits, which the Gamma functions of a norm have no need of.
    constant, varying = density.as_independent(rate, as_Add=False)
    norm = evaluate(constant, values)
    return lru_cache(maxsize=_REMEMBERED)(lambda at: norm * evaluate(varying, {**values, rate: at}))
