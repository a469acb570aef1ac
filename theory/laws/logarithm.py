"""ln f of a decay law in coordinates that range over the whole line, as a fit needs it.

The logarithm is taken term by term, so that no exponential is formed that over- or underflows; a
sum of positive terms becomes a chain of softplus. What only scales f is kept apart: it is linear
in ln f.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import combinations

from sympy import (
    Add,
    Dummy,
    Expr,
    Integer,
    Interval,
    Pow,
    Set,
    Symbol,
    exp,
    expand,
    expand_log,
    log,
    oo,
)

from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import SymbolTable, ell
from longlag.theory.scalar.cancellation import without_cancellation
from longlag.theory.scalar.derivative import differentiated
from longlag.theory.scalar.functions import sigmoid, softplus
from longlag.theory.scalar.inversion import log_of
from longlag.theory.scalar.parameters import domain_text

_symbols = SymbolTable("fit")
#: ln ℓ, an argument of its own: powers of the lag are exponentials of it.
LOG_OF_LAG = _symbols.add("x", "logarithm of the lag", real=True)
#: ln of what scales f.
LOG_SCALE = _symbols.add("a", "logarithm of the amplitude of a law", real=True)

#: Amplitudes that are looked for together, as in a sum of three exponentials.
_MOST_AMPLITUDES = 3


@dataclass(frozen=True)
class LogEnvelope:
    """ln f = a + h(ℓ; u): linear in a, with coordinates u that take every real value.

    Args:
        law: the decay law.
        shape: h over ``ell``, ``LOG_OF_LAG`` and the coordinates.
        coordinates: u, one for each parameter but the first amplitude.
        scaled: whether there is an a; without it ln f = h.
        parameters: parameter ↦ its expression over ``LOG_SCALE`` and the coordinates.
    """

    law: DecayLaw
    shape: Expr
    coordinates: tuple[Symbol, ...]
    scaled: bool
    parameters: dict[Symbol, Expr]

    @property
    def gradient(self) -> tuple[Expr, ...]:
        """The derivatives of h by the coordinates."""
        return tuple(differentiated(self.shape, u) for u in self.coordinates)

    @property
    def size(self) -> int:
        """How many numbers are fitted."""
        return len(self.coordinates) + self.scaled


@lru_cache(maxsize=256)
def log_envelope(law: DecayLaw) -> LogEnvelope:
    """Return ln f of a law in coordinates that range over the line.

    Args:
        law: whose parameters live in intervals.

    Returns:
        ln f = a + h, h over coordinates u: p = e^u for a positive parameter, the logistic
        function for one between two ends, u itself on the line. Derived here.

    Raises:
        LonglagError: no parameter, or one that lives in no interval.

    >>> from longlag.theory.laws import LAWS
    >>> log_envelope(LAWS["exponential"]).shape
    -ell*exp(u_b)
    >>> log_envelope(LAWS["polynomial"]).shape
    -x*exp(u_b)
    """
    if not law.parameters:
        raise LonglagError(
            f"law {law.name!r}", "it has no parameter to be fitted", "write one into it, such as c"
        )
    together = amplitudes(law)
    first = together[0] if together else None
    parameters = {s: _coordinate(law, s, d) for s, d in law.domains.items() if s != first}
    coordinates = tuple(next(iter(value.free_symbols)) for value in parameters.values())
    shape = _logarithm(law.envelope.xreplace({first: Integer(1)} if first else {}))
    shape = _in_coordinates(shape, parameters)
    if first is not None:
        # The other amplitudes are ratios to the first.
        parameters = {
            s: value * exp(LOG_SCALE) if s in together else value for s, value in parameters.items()
        }
        parameters = {first: exp(LOG_SCALE), **parameters}
    ordered = {symbol: parameters[symbol] for symbol in law.parameters}
    return LogEnvelope(law, shape, coordinates, first is not None, ordered)


@lru_cache(maxsize=256)
def amplitudes(law: DecayLaw) -> tuple[Symbol, ...]:
    """Return the parameters that scale f together: f(λc) = λ f(c); () where there are none.

    Args:
        law: the decay law.

    >>> from longlag.theory.laws import LAWS
    >>> amplitudes(LAWS["tempered_power"]), amplitudes(LAWS["two_exponentials"])
    ((c,), (c1, c2))
    """
    factor = Dummy("lambda", positive=True)
    positive = [s for s, domain in law.domains.items() if domain == Interval.open(0, oo)]
    for count in range(1, min(len(positive), _MOST_AMPLITUDES) + 1):
        for chosen in combinations(positive, count):
            scaled = law.envelope.xreplace({symbol: factor * symbol for symbol in chosen})
            if expand(scaled - factor * law.envelope) == 0:
                return chosen
    return ()


@lru_cache(maxsize=256)
def interchangeable(law: DecayLaw) -> tuple[tuple[Symbol, ...], ...]:
    """Return the parameters of terms that may change places, as those of two exponentials.

    Args:
        law: the decay law.

    Returns:
        For each term its parameters, amplitudes last; () where f is no sum of like terms.

    >>> from longlag.theory.laws import LAWS
    >>> interchangeable(LAWS["two_exponentials"])
    ((b1, c1), (b2, c2))
    """
    terms = Add.make_args(law.envelope)
    scale = amplitudes(law)
    groups = [
        tuple(s for s in law.parameters if s in term.free_symbols and s not in scale)
        + tuple(s for s in scale if s in term.free_symbols)
        for term in terms
    ]
    whole = {s for group in groups for s in group}
    if len(terms) < 2 or sum(map(len, groups)) != len(whole) or len({*map(len, groups)}) > 1:
        return ()
    first = terms[0]
    for term, group in zip(terms[1:], groups[1:], strict=True):
        if first.xreplace(dict(zip(groups[0], group, strict=True))) != term:
            return ()
    return tuple(sorted(groups, key=lambda group: group[0].name)) if groups[0] else ()


def is_scale_free(law: DecayLaw) -> bool:
    """Return whether a law is a power of the lag: ln f is linear in ln ℓ, and not constant.

    Args:
        law: the decay law.

    >>> from longlag.theory.laws import LAWS
    >>> [name for name in LAWS if is_scale_free(LAWS[name])]
    ['polynomial']
    """
    slope = log_envelope(law).shape.xreplace({ell: exp(LOG_OF_LAG)}).diff(LOG_OF_LAG)
    return slope != 0 and slope.diff(LOG_OF_LAG) == 0


def _coordinate(law: DecayLaw, symbol: Symbol, domain: Set) -> Expr:
    """A parameter as a function of a coordinate that takes every real value."""
    u = Symbol(f"u_{symbol.name}", real=True)
    if not isinstance(domain, Interval) or domain.measure == 0:
        raise LonglagError(
            f"parameter {symbol.name!r} of law {law.name!r} in {domain_text(domain)}",
            "what is fitted lives in an interval",
            "put a number in for it, or give it an interval as its domain",
        )
    low, high = domain.start, domain.end
    if low == -oo and high == oo:
        return u
    if high == oo:
        return low + exp(u)
    if low == -oo:
        return high - exp(u)
    return low + (high - low) * sigmoid(u)


def _logarithm(envelope: Expr) -> Expr:
    """ln f term by term; of a sum of positive terms by softplus, which does not overflow."""
    total = log_of(envelope)
    return total.replace(lambda e: isinstance(e, log), lambda e: _of_sum(e.args[0]))


def _of_sum(inside: Expr) -> Expr:
    """ln of a sum of positive terms with an exponential among them; of anything else as it is."""
    terms = Add.make_args(inside)
    if len(terms) < 2 or not (inside.has(exp) and all(term.is_positive for term in terms)):
        return log(inside)
    logarithms = [_logarithm(term) for term in terms]
    return reduce(lambda total, next_: total + softplus(next_ - total), logarithms)


def _in_coordinates(shape: Expr, parameters: dict[Symbol, Expr]) -> Expr:
    """Put coordinates in, and turn powers of them and of the lag into exponentials."""

    def exponential(power: Expr) -> Expr:
        return exp(power.exp * expand_log(log_of(power.base), force=True))

    symbolic = shape.replace(
        lambda e: isinstance(e, Pow) and not e.exp.is_number and e.base.is_positive, exponential
    )
    logarithms = {log(s): expand_log(log(value), force=True) for s, value in parameters.items()}
    written = symbolic.xreplace({log(ell): LOG_OF_LAG, **logarithms})
    return without_cancellation(written.xreplace(parameters))


__all__ = [
    "LOG_OF_LAG",
    "LOG_SCALE",
    "LogEnvelope",
    "amplitudes",
    "interchangeable",
    "is_scale_free",
    "log_envelope",
]
