"""The one gate in front of a window: is a law an envelope at all, whatever its parameters?

What is refused here is refused by every way in: the window in symbols, its numbers, the generated
functions and the command line.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import mpmath
from sympy import Expr, Interval, Rational, Set, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.evaluate import NoNumericFormError, TooLargeError, evaluate
from longlag.theory.scalar.leading import grows
from longlag.theory.scalar.parameters import draw
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.spectra.average import Average
from longlag.theory.window.shape import examine, increases, value_at

#: Parameters are drawn from the part of their domain within these bounds.
MODERATE = Interval(Rational(3, 10), 3)
_BELOW = Interval(-3, -Rational(3, 10))
#: Random parameters at which a law is examined, until it is an envelope at some.
_DRAWS = 12
_SECONDS, _BITS = 3, 120


@lru_cache(maxsize=256)
def check_law(law: DecayLaw) -> None:
    """Refuse a law that is no envelope at any parameters that were tried.

    Args:
        law: over general parameters. An average over rates decays because exponentials do, and is
            not looked at.

    Raises:
        LonglagError: an envelope that grows, oscillates, or is negative, not real or not finite.

    >>> check_law(DecayLaw("power", 1 / (1 + ell)))
    >>> check_law(DecayLaw("power", ell**2))
    Traceback (most recent call last):
    ...
    longlag.theory.errors.LonglagError: envelope ell**2: it must decrease in the end, and it \
increases; give a decaying law; a growing one has no window
    """
    if law.envelope.has(Average):
        return
    try:
        refusal = within(_SECONDS, _refusal, law)
    except OutOfTimeError:
        # Whoever asks for numbers is told then.
        return
    if refusal is not None:
        raise refusal


def _refusal(law: DecayLaw) -> LonglagError | None:
    try:
        if grows(law.envelope, ell):
            return increases(law.envelope)
    except UndecidedError:
        pass
    generator = random.Random(0)
    refusal = None
    for _ in range(_DRAWS if law.parameters else 1):
        try:
            values = {s: _draw(law.domains[s], generator) for s in law.parameters}
        except LonglagError:
            # Parameters that cannot be drawn are judged when they are given.
            return None
        try:
            with mpmath.workprec(_BITS):
                examine(law.envelope, start_of(law, values), values)
            return None
        except (TooLargeError, NoNumericFormError):
            return None
        except LonglagError as error:
            refusal = refusal or error
    return refusal


def _draw(domain: Set, generator: random.Random) -> Expr:
    """A moderate point, negative as often as positive where both are possible."""
    below = domain.intersect(_BELOW)
    if not below.is_empty and below.measure != 0 and generator.random() < 0.5:
        return draw(below, generator)
    return draw_moderate(domain, generator)


def start_of(law: DecayLaw, values: Mapping[Symbol, Expr]) -> Any:
    """Return the smallest lag; where none was given, 1 if f is not finite at 0 at these numbers.

    Args:
        law: the decay law.
        values: numbers for its parameters.
    """
    start = evaluate(law.start, values)
    if law.smallest_lag is None and start == 0:
        try:
            value_at(law.envelope, start, values)
        except (LonglagError, TooLargeError):
            return mpmath.mpf(1)
    return start


def draw_moderate(domain: Set, generator: random.Random) -> Expr:
    """Return a random point of a domain, a moderate one where there are such.

    >>> 0 < draw_moderate(Interval.open(0, 5), random.Random(0)) <= 3
    True
    """
    inside = domain.intersect(MODERATE)
    return draw(domain if inside.is_empty or inside.measure == 0 else inside, generator)
