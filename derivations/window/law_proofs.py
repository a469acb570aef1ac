"""Proofs about windows for all parameters of a law, not only at random ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise, permutations, product

import sympy
from sympy import Dummy, Expr, Interval, Max, Min, S, Symbol, exp, expand_log, log, oo

from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.leading import limit_at_infinity
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.statement import Kind, Relation
from longlag.theory.verify import prove
from longlag.theory.verify.budget import guarded
from longlag.theory.verify.normal import without_lambert, zero_method
from longlag.theory.window.growth import Growth
from longlag.theory.window.window import COST, KAPPA, SAMPLES

#: Processor time for one proof.
SECONDS = 10.0


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


def growth_is_led(law: DecayLaw, growth: Growth) -> bool:
    """Whether a window grows as its stated leading term does, for all parameters.

    At a lag ℓ the number of samples is N(ℓ), whose window is ℓ: there the quotient of the leading
    term to ℓ, or to as many logarithms of ℓ as it is of, must tend to 1. Which of several rates is
    the smallest is gone through case by case.

    Args:
        law: the decay law.
        growth: the stated leading term; infinite where memory stays.

    >>> from longlag.theory.laws import LAWS
    >>> law = LAWS["exponential"]
    >>> b, c = (next(s for s in law.parameters if s.name == name) for name in "bc")
    >>> [growth_is_led(law, Growth("", 0, k * log(SAMPLES) / (b * KAPPA))) for k in (1, 2)]
    [True, False]
    """
    if growth.leading.is_infinite:
        return _in_time(lambda: bool(limit_at_infinity(law.envelope, ell).is_positive))
    samples = COST * law.envelope**-KAPPA
    leader = growth.leading.subs(SAMPLES, samples).subs(_without_ends(law))
    window = (ell, log(ell), log(log(ell)))[growth.depth]
    return _in_time(
        lambda: all(_is_led(law, window, leader.subs(case)) for case in _orders(leader))
    )


def _without_ends(law: DecayLaw) -> dict[Symbol, Expr]:
    """Parameters between two numbers in positive ones: what is below 1 as 1 − e^{−u}."""
    return {
        symbol: domain.end - (domain.end - domain.start) * exp(-Dummy("u", positive=True))
        for symbol, domain in law.domains.items()
        if isinstance(domain, Interval) and domain.is_open and domain.measure.is_finite
    }


def _orders(leader: Expr) -> Iterator[dict[Symbol, Expr]]:
    """Every order, with and without equals, of the rates of which one is the extreme one."""
    extremes = leader.atoms(Min, Max)
    rates = sorted({rate for extreme in extremes for rate in extreme.args}, key=str)
    if not all(rate.is_Symbol for rate in rates):
        rates = []
    # From the extreme one on: the largest is followed by what it is divided by more than 1.
    beside = -1 if leader.has(Max) else 1
    for order in permutations(rates):
        for apart in product((False, True), repeat=max(0, len(order) - 1)):
            # Of equals one order is enough.
            steps = list(zip(pairwise(order), apart, strict=True))
            if any(not above and str(low) > str(high) for (low, high), above in steps):
                continue
            case: dict[Symbol, Expr] = {}
            for (low, high), above in steps:
                factor = 1 + Dummy("d", positive=True) if above else S.One
                case[high] = case.get(low, low) * factor**beside
            yield case


def _is_led(law: DecayLaw, window: Expr, leader: Expr) -> bool:
    positive = Interval.open(0, oo)
    domains = {s: law.domains.get(s, positive) for s in leader.free_symbols} | {ell: positive}
    return prove(Relation(Kind.LIMIT, leader, window, domains, ell), SECONDS)


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
        return bool(within(SECONDS, guarded, proof))
    except (OutOfTimeError, UndecidedError):
        return False
