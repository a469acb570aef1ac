"""The average of a(u)^ℓ over units, kept unevaluated where no closed form is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import mpmath
import sympy
from sympy import Expr, S, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import TooLargeError, evaluate
from longlag.theory.spectra.average import Average
from longlag.theory.spectra.quadrature import integrate

#: e^{−x} counts as 0 for x beyond this.
_VANISHED = 2**64
_GUARD = 16
#: Bits of rates at least, and how many are remembered.
_FEWEST_BITS, _REMEMBERED = 256, 2**14
#: Lags of more bits take too long.
_MOST_BITS = 2**12
#: Places at which a share is looked at, and differences that are rounding.
_LOOKED_AT, _ROUNDING = 64, 1e-12
#: The slowest units are looked for down to this part of all, as a power of e, by halving.
_FARTHEST, _HALVINGS = 4000, 24


class ShareAverage(Average):
    """∫₀¹ a(u)^ℓ du of a share a that is monotone in u, unevaluated; ``evalf`` gives any digits.

    Args: the share, the chance u, the lag ℓ.

    >>> u, ell = Symbol("u", positive=True), Symbol("ell", positive=True)
    >>> average = ShareAverage(sympy.sqrt(u), u, ell)
    >>> average.subs(ell, 10**40).evalf(20) * 10**40
    2.0000000000000000000
    """

    @property
    def share(self) -> Expr:
        """a(u)."""
        return self.args[0]

    @property
    def bound(self) -> Symbol:
        """The chance u."""
        return self.args[1]

    @property
    def lag(self) -> Expr:
        """The lag ℓ."""
        return self.args[2]

    def as_integral(self) -> Expr:
        """Return it as a SymPy integral."""
        return sympy.Integral(self.share**self.lag, (self.bound, S.Zero, S.One))

    def value(self, values: Mapping[Symbol, Any]) -> Any:
        """Return its value at the working precision of mpmath.

        Args:
            values: a number for every free symbol.

        Raises:
            LonglagError: a share that leaves (0, 1), or one told from 1 by too many bits.
        """
        lag = evaluate(self.lag, values)
        own = sorted(self.share.free_symbols - {self.bound}, key=str)
        numbers = tuple((symbol, values[symbol]) for symbol in own)

        # A share nearer to 1 than this is 1 to the power ℓ.
        bits = mpmath.mp.prec + max(0, mpmath.mag(lag) if lag else 0) + _GUARD
        if bits > _MOST_BITS:
            raise TooLargeError(f"a lag of {bits} bits")
        # Few precisions, so that rates serve every lag.
        rate = _rates(self.share, self.bound, numbers, max(_FEWEST_BITS, 2 ** bits.bit_length()))

        def decay(part: Any) -> Any:
            return rate(part) * lag

        def decayed(part: Any) -> Any:
            lost = decay(part)
            return mpmath.mpf(0) if lost > _VANISHED else mpmath.exp(-lost)

        return integrate(decayed, mpmath.mpf(0), mpmath.mpf(1), (_turning(decay),))


def require_monotone(share: Expr, bound: Symbol, values: Mapping[Symbol, Any]) -> None:
    """Refuse a share that rises and falls: where its slowest units are is not told by its ends.

    Args:
        share: a(u).
        bound: u.
        values: numbers for its parameters, at which it is looked at.

    Raises:
        LonglagError: a share that is not monotone there.
    """
    places = [mpmath.mpf(2 * k + 1) / (2 * _LOOKED_AT) for k in range(_LOOKED_AT)]
    kept = [evaluate(share, {**values, bound: place}) for place in places]
    rises = [later > earlier + _ROUNDING for earlier, later in pairwise(kept)]
    falls = [later < earlier - _ROUNDING for earlier, later in pairwise(kept)]
    if any(rises) and any(falls):
        turn = next(k for k in range(1, len(rises)) if rises[k] != rises[k - 1])
        raise LonglagError(
            f"share {share}",
            f"it turns near {bound} = {mpmath.nstr(places[turn], 2)}, and units are taken in the "
            "order of what they keep",
            f"write it as a function of {bound} that rises or falls on (0, 1)",
        )


@lru_cache(maxsize=64)
def _rates(
    share: Expr, bound: Symbol, numbers: tuple[tuple[Symbol, Any], ...], bits: int
) -> Callable[[Any], Any]:
    """−ln a as a function of u that remembers its values: every lag asks for the same.

    The slow units are put at u = 0, where the line of the quadrature resolves any part of all.
    """
    values = dict(numbers)
    early, late = (evaluate(share, {**values, bound: mpmath.mpf(at)}) for at in (0.25, 0.75))
    turned = share.subs(bound, 1 - bound) if early < late else share

    def rate(part: Any) -> Any:
        with mpmath.workprec(bits):
            return _rate(turned, {**values, bound: part})

    return lru_cache(maxsize=_REMEMBERED)(rate)


def _rate(share: Expr, at: Mapping[Symbol, Any]) -> Any:
    """−ln a; infinite where nothing is kept."""
    kept = evaluate(share, at)
    if isinstance(kept, mpmath.mpc) or not 0 <= kept <= 1:
        raise LonglagError(
            f"share {share}, {mpmath.nstr(kept, 8)} at a part {at} of the units",
            "a unit keeps a share between 0 and 1",
            "correct it, or the numbers of its parameters",
        )
    return -mpmath.log(kept) if kept else mpmath.inf


def _turning(decay: Callable[[Any], Any]) -> Any:
    """The part of all units that still remember: where −ln a · ℓ = 1."""
    low, high = mpmath.mpf(-_FARTHEST), mpmath.mpf(0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if decay(mpmath.exp(middle)) < 1 else (low, middle)
    return mpmath.exp(high)


__all__ = ["ShareAverage", "require_monotone"]
