"""Proofs about windows for all parameters of a law, not only at random ones."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Dummy, Expr, exp, expand_log, log

from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.verify.budget import guarded
from longlag.theory.verify.normal import without_lambert, zero_method
from longlag.theory.window.window import COST, KAPPA, SAMPLES

#: Processor time for one proof.
_SECONDS = 10.0


def window_is_solved(law: DecayLaw, log_window: Expr, multiple: Expr) -> bool:
    """Whether the envelope at a stated window is the threshold (A/N)^{1/κ}, for all parameters.

    The envelope falls, so that the lag at which it is the threshold is the window.

    Args:
        law: the decay law.
        log_window: ln H_N in the law's parameters, N, A and κ.
        multiple: of that window that is stated.

    >>> from longlag.theory.laws import LAWS
    >>> law = LAWS["exponential"]
    >>> b, c = (next(s for s in law.parameters if s.name == name) for name in "bc")
    >>> stated = log(log(c * (SAMPLES / COST) ** (1 / KAPPA)) / b)
    >>> [window_is_solved(law, stated, sympy.Integer(k)) for k in (1, 2)]
    [True, False]
    """
    return _in_time(lambda: _vanishes(_log_of_quotient(law, log_window, multiple)))


def exponent_is_solved(law: DecayLaw, formula: Expr) -> bool:
    """Whether d ln H/d ln N is −1/(κ d ln f/d ln ℓ) for all parameters, as N = A f^{−κ} says.

    Args:
        law: the decay law.
        formula: the stated exponent over ``ell``.
    """
    slope = ell * sympy.diff(log(law.envelope), ell)
    return _in_time(lambda: zero_method(formula * KAPPA * slope + 1) is not None)


def _log_of_quotient(law: DecayLaw, log_window: Expr, multiple: Expr) -> Expr:
    """ln of the envelope at the window over the threshold, the window's existence being given."""
    scale = next((s for s in law.parameters if s.name == "c"), None)
    level = (COST / SAMPLES) ** (1 / KAPPA)
    window = exp(log_window) * multiple
    quotient = log(law.envelope.subs(ell, window)) - log(level)
    if scale is None:
        return quotient
    # There is a window where the threshold is below the scale of the envelope.
    below = Dummy("u", positive=True)
    return quotient.subs(SAMPLES, COST * (scale * exp(-below)) ** -KAPPA)


def _vanishes(difference: Expr) -> bool:
    flat = sympy.powsimp(expand_log(sympy.simplify(difference)))
    flat = sympy.expand(expand_log(sympy.powdenest(flat)))
    return zero_method(without_lambert(flat)) is not None


def _in_time(proof: Callable[[], bool]) -> bool:
    try:
        return bool(within(_SECONDS, guarded, proof))
    except OutOfTimeError:
        return False
