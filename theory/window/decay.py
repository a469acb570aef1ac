"""What an envelope is at long lags: by its leading term, or by the slowest of its units."""

from __future__ import annotations

from sympy import Expr

from longlag.theory.notation import ell
from longlag.theory.scalar.leading import leading
from longlag.theory.scalar.signs import UndecidedError, sign_of
from longlag.theory.spectra.average import Average
from longlag.theory.spectra.rate_average import RateAverage
from longlag.theory.spectra.share_average import ShareAverage
from longlag.theory.window.tails import Decay, NoLawError, tail_of_density, tail_of_share


def decay_of(envelope: Expr) -> Decay:
    """Return what an envelope, or an average over units, is at long lags.

    Args:
        envelope: f over ``ell``.

    Raises:
        UndecidedError: where a sign is unknown, or a form is not covered.

    >>> decay_of(3 / (2 + ell)).envelope
    3/ell
    """
    if isinstance(envelope, RateAverage):
        return tail_of_density(envelope.density, envelope.rate, envelope.support[0]).decay()
    if isinstance(envelope, ShareAverage):
        return tail_of_share(envelope.share, envelope.bound).decay()
    if envelope.has(Average):
        raise UndecidedError(f"sums or products of averages: {envelope}")
    found = leading(envelope, ell)
    if sign_of(found.coefficient) <= 0:
        raise NoLawError(f"the envelope {envelope} is not positive")
    if found.exponent != 0:
        return Decay(exponent=-leading(found.exponent, ell).expression(ell))
    return Decay(found.expression(ell))


__all__ = ["decay_of"]
