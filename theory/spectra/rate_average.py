"""The average of e^{−νℓ} over a density of rates, kept unevaluated where no closed form is known.

Evaluated in s = ln ν: power laws become exponentials there, and e^{−νℓ} a step at s = −ln ℓ, so
that lags of 10^3000 cost no more than small ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import mpmath
import sympy
from sympy import Expr, Float, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import TooLargeError, evaluate

#: Where the bulk of a density is looked for, in ln ν.
_SCANNED = tuple(range(-60, 61, 2))
#: e^{−x} counts as 0 for x beyond 2^this.
_VANISHED = 64
_FINER = (1, 0.5, 0.25, 0.125, 0.0625)
#: An integral over s diverges if its integrand does not fall faster than 1/s between these.
_TAIL = (10**6, 10**9)
#: ln ν is followed to ±2^this, which leaves 10^−60 of a tail (−ln ν)^{−0.05}.
_FARTHEST = 4000
#: How far from the bulk a light tail may be cut, in ln ν.
_CUTS = (4, 8, 16, 32, 64)
#: Around −ln ℓ and around the bulk, the integral is cut into pieces.
_AROUND = (-4, 0, 4)


class RateAverage(Expr):
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

    is_commutative = True
    is_real = True

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
    def free_symbols(self) -> set[Symbol]:
        """All symbols but ν."""
        symbols: set[Symbol] = set().union(*(argument.free_symbols for argument in self.args))
        return symbols - {self.rate}

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

    def _eval_evalf(self, precision: int) -> Expr | None:
        if self.free_symbols:
            return None
        working = precision + 40  # some bits are lost in sums, some near the limits
        # Numbers of more digits than that, such as a lag of 10^3000 + 1/3, only slow it down.
        rounded = self.xreplace({f: f._eval_evalf(working) for f in self.atoms(Float)})
        with mpmath.workprec(working):
            return Float(rounded.value({}), precision=precision)

    def value(self, values: Mapping[Symbol, Any]) -> Any:
        """Return its value at the working precision of mpmath.

        Args:
            values: a number for every free symbol.

        Raises:
            LonglagError: where the quadrature does not settle.
        """
        lag = evaluate(self.lag, values)
        low, high = (_logarithm(evaluate(limit, values)) for limit in self.support)

        def decayed(rate: Any) -> Any:
            decay = rate * lag
            # Nothing is left of the integrand there, and mpmath would work on e^{−10^100} for ever.
            if decay and mpmath.mag(decay) > _VANISHED:
                return mpmath.mpf(0)
            return evaluate(self.density, {**values, self.rate: rate}) * mpmath.exp(-decay)

        near = (-mpmath.log(lag),) if lag > 0 else ()
        return integrate_logarithmically(decayed, low, high, near)

    def _sympystr(self, printer: Any) -> str:
        return str(printer._print(self.as_integral()))

    def _latex(self, printer: Any) -> str:
        return str(printer._print(self.as_integral()))


def integrate_logarithmically(
    integrand: Callable[[Any], Any], low: Any, high: Any, near: tuple[Any, ...] = ()
) -> Any:
    """Return ∫ g(ν) dν in s = ln ν, to the working precision.

    Args:
        integrand: g, from an mpf to an mpf.
        low: lower limit of s, may be −∞.
        high: upper limit of s, may be ∞.
        near: values of s around which g e^s changes.

    Raises:
        LonglagError: where the quadrature does not settle, as for a divergent integral.

    >>> mpmath.nstr(integrate_logarithmically(lambda x: mpmath.mpf(2), -mpmath.inf, mpmath.mpf(0)))
    '2.0'
    """

    def transformed(s: Any) -> Any:
        if s and mpmath.mag(s) > _FARTHEST:
            return mpmath.mpf(0)
        rate = mpmath.exp(s)
        try:
            return integrand(rate) * rate
        except TooLargeError:  # e^{−x} for a gigantic x
            return mpmath.mpf(0)

    def height(s: Any) -> Any:
        return abs(transformed(mpmath.mpf(s)))

    for end in (low, high):
        near_end, far = (height(mpmath.sign(end) * distance) * distance for distance in _TAIL)
        if mpmath.isinf(end) and far > 0 and far >= near_end:
            raise LonglagError(
                f"an integral up to ln nu = {mpmath.nstr(end)}",
                "it diverges",
                "correct its density",
            )
    scanned = _SCANNED
    if mpmath.isfinite(low) and mpmath.isfinite(high):
        scanned = mpmath.linspace(low, high, len(_SCANNED))[1:-1]
    bulk = max((s for s in (*scanned, *near) if low < s < high), key=height, default=high)
    for step in _FINER:
        bulk = max((s for s in (bulk, bulk - step, bulk + step) if low <= s <= high), key=height)
    # mpmath stops at an absolute error, so the integrand is scaled to a height of about 1.
    top = height(bulk) or mpmath.mpf(1)
    inner = sorted({centre + step for centre in (*near, bulk) for step in _AROUND})
    low = -_cut(lambda s: height(-s) / top, -min((bulk, *near)), -low)
    high = _cut(lambda s: height(s) / top, max((bulk, *near)), high)
    points = [low, *(point for point in inner if low < point < high), high]
    scaled = error = mpmath.mpf(0)
    for left, right in pairwise(points):
        piece, uncertainty = _piece(lambda s: transformed(s) / top, left, right)
        scaled, error = scaled + piece, error + uncertainty
    total = scaled * top
    if not mpmath.isfinite(total) or error > mpmath.sqrt(mpmath.eps) * abs(scaled):
        raise LonglagError(
            f"an integral near {mpmath.nstr(total, 5)}",
            "the quadrature does not settle",
            "give a density that is smooth and integrable inside its support",
        )
    return total


def _cut(height: Callable[[Any], Any], start: Any, end: Any) -> Any:
    """Return where nothing of a light tail is left, since its exponentials take long out there."""
    for distance in _CUTS:
        far = (start + distance, start + 2 * distance)
        if far[0] < end and all(height(min(s, end)) < mpmath.eps**2 for s in far):
            return far[0]
    return end


def _piece(integrand: Callable[[Any], Any], left: Any, right: Any) -> Any:
    """Return the integral over one piece and its error; algebraic tails become exponential."""
    if mpmath.isinf(left):
        return _piece(lambda s: integrand(-s), -right, mpmath.inf)
    if mpmath.isinf(right):

        def stretched(w: Any) -> Any:
            if w > _FARTHEST:
                return mpmath.mpf(0)
            return integrand(left + mpmath.expm1(w)) * mpmath.exp(w)

        return mpmath.quad(stretched, [0, 1, mpmath.inf], error=True, maxdegree=9)
    return mpmath.quad(integrand, [left, right], error=True, maxdegree=9)


def _logarithm(limit: Any) -> Any:
    return -mpmath.inf if limit == 0 else mpmath.log(limit)
