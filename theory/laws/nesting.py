"""Which law contains which: one law is another where some of its parameters reach an end, or 1.

Between such laws the likelihood ratio follows χ²; between others it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, permutations, product

from sympy import (
    Dummy,
    Expr,
    Float,
    Integer,
    Interval,
    Limit,
    S,
    Set,
    Symbol,
    expand,
    limit,
    nan,
    oo,
    zoo,
)

from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.laws.logarithm import amplitudes
from longlag.theory.notation import ell
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.inversion import log_of

#: Parameters that are given a value at once: a mixture of three exponentials loses two terms.
_MOST_GIVEN = 2
#: Parameters of a law for which the inverse of each is tried as well, as of a time and a rate.
_MOST_INVERTED = 3
#: For one limit, and for its numbers, in seconds of processor time.
_SECONDS, _BRIEFLY = 1, 0.1
#: Numbers this near to one another are on their way to a limit.
_NEAR = 1e-2


@dataclass(frozen=True)
class Nesting:
    """Where a law with more parameters is one with fewer.

    Args:
        at: parameter of the larger law ↦ its value, 0 and ∞ as limits.
        interior: whether the values lie inside the domains, and every other parameter still
            matters. Where they do not, the likelihood ratio under the smaller law is smaller than
            χ² says, and a test by χ² is conservative.
    """

    at: dict[Symbol, Expr]
    interior: bool

    def __str__(self) -> str:
        return ", ".join(f"{s} {'=' if v == 1 else '->'} {v}" for s, v in self.at.items())


@lru_cache(maxsize=1024)
def nesting(small: DecayLaw, large: DecayLaw) -> Nesting | None:
    """Return where a law is a special case of another; None where no such place was found.

    Args:
        small: with fewer parameters.
        large: with more.

    Returns:
        The values at which f of the larger law is that of the smaller one, up to the names of
        parameters and to their inverses. Derived here, by substitution.

    >>> from longlag.theory.laws import LAWS
    >>> str(nesting(LAWS["exponential"], LAWS["stretched_exponential"]))
    's = 1'
    >>> str(nesting(LAWS["polynomial"], LAWS["tempered_power"]))
    'tau -> oo'
    >>> nesting(LAWS["polynomial"], LAWS["exponential"]) is None
    True
    """
    if len(small.parameters) >= len(large.parameters):
        return None
    for at, reduced in _special_cases(large):
        left = sorted(reduced.free_symbols - {ell}, key=str)
        if len(left) == len(small.parameters) and _is_same(reduced, left, small):
            inside = all(large.domains[s].contains(value) == True for s, value in at.items())  # noqa: E712
            lost = len(large.parameters) - len(at) - len(left)
            return Nesting(at, interior=inside and not lost)
    return _as_limit(small, large)


def _as_limit(small: DecayLaw, large: DecayLaw) -> Nesting | None:
    """Where a law is the limit of another as one or two parameters leave together.

    Amplitudes go along with them, so that both laws are taken relative to lag 1.
    """
    scale, own = amplitudes(large), amplitudes(small)
    if len(scale) != 1 or len(own) != 1 or len(large.parameters) != len(small.parameters) + 1:
        return None
    target = _relative(small.envelope.xreplace({own[0]: Integer(1)}))
    names = [s for s in small.parameters if s != own[0]]
    free = [s for s in large.parameters if s != scale[0]]
    relative = _relative(large.envelope.xreplace({scale[0]: Integer(1)}))
    for at, reduced in _limits(relative, free):
        left = sorted(reduced.free_symbols - {ell}, key=str)
        if len(left) == len(names) and _is_renamed(reduced, left, target, names):
            return Nesting(at, interior=False)
    return None


def _relative(envelope: Expr) -> Expr:
    """ln f(ℓ) − ln f(1)."""
    return log_of(envelope) - log_of(envelope.xreplace({ell: Integer(1)}))


def _limits(relative: Expr, free: list[Symbol]) -> Iterator[tuple[dict[Symbol, Expr], Expr]]:
    """Limits of ln f as one parameter goes to 0 or infinity, or two of them in proportion."""
    small, ratio = Dummy("epsilon", positive=True), Dummy("r", positive=True)
    for count in range(1, _MOST_GIVEN + 1):
        for chosen in combinations(free, count):
            for signs in product((1, -1), repeat=count):
                factors = (Integer(1), ratio)
                moved = {
                    s: factor * small**sign
                    for s, sign, factor in zip(chosen, signs, factors, strict=False)
                }
                along = relative.xreplace(moved)
                if not _settles(along, small):
                    continue
                try:
                    found = within(_SECONDS, limit, along, small, 0, "+")
                except (OutOfTimeError, NotImplementedError, ValueError, TypeError):
                    continue
                if found != 0 and not found.has(oo, -oo, zoo, nan, Limit, small):
                    ends = {
                        s: S.Zero if sign == 1 else oo
                        for s, sign in zip(chosen, signs, strict=True)
                    }
                    yield ends, found


@lru_cache(maxsize=256)
def _special_cases(law: DecayLaw) -> tuple[tuple[dict[Symbol, Expr], Expr], ...]:
    return tuple(_found_cases(law))


def _found_cases(law: DecayLaw) -> Iterator[tuple[dict[Symbol, Expr], Expr]]:
    """f with one or two parameters at an end of their domains or at 1."""
    scale = amplitudes(law)
    # One amplitude stays, or nothing would be left.
    free = [s for s in law.parameters if scale[:1] != (s,)]
    for count in range(1, _MOST_GIVEN + 1):
        for chosen in combinations(free, count):
            for values in product(*(_values(law.domains[s]) for s in chosen)):
                reduced = _put_in(law.envelope, dict(zip(chosen, values, strict=True)))
                if reduced is not None:
                    yield dict(zip(chosen, values, strict=True)), reduced


def _settles(along: Expr, small: Symbol) -> bool:
    """Whether numbers come near a limit that is not 0; the limit itself takes SymPy far longer."""
    others = sorted(along.free_symbols - {small}, key=str)
    at = {s: Float(1.5 + 0.6 * place) for place, s in enumerate(others)}
    try:
        values = [
            float(within(_BRIEFLY, evaluate, along, {**at, small: Float(10**-digits)}))
            for digits in (5, 7)
        ]
    except (ArithmeticError, OutOfTimeError, LonglagError, TypeError, ValueError):
        return False
    return abs(values[1]) > _NEAR > abs(values[0] / values[1] - 1)


def _values(domain: Set) -> list[Expr]:
    """1 and the ends of a domain, as far as they belong to its closure."""
    closure = domain.closure if isinstance(domain, Interval) else domain
    inside = [value for value in (S.One, S.Zero) if closure.contains(value) == True]  # noqa: E712
    return [*inside, oo] if domain.sup == oo else inside


def _put_in(envelope: Expr, values: dict[Symbol, Expr]) -> Expr | None:
    """f at values of its parameters; infinity as the inverse of 0. None where it is no function."""
    inverse = {s: Dummy(s.name, positive=True) for s, value in values.items() if value == oo}
    found = envelope.xreplace({s: 1 / small for s, small in inverse.items()})
    found = found.subs(
        {s: v for s, v in values.items() if v != oo} | dict.fromkeys(inverse.values(), 0)
    )
    return None if found.has(oo, -oo, zoo, nan) or found == 0 else found


def _is_same(reduced: Expr, left: list[Symbol], small: DecayLaw) -> bool:
    """Whether an expression is a law's envelope under other names of its parameters."""
    return _is_renamed(reduced, left, small.envelope, list(small.parameters))


def _is_renamed(reduced: Expr, left: list[Symbol], target: Expr, names: list[Symbol]) -> bool:
    """Whether two expressions are equal up to the names of symbols and their inverses."""
    powers = (1, -1) if len(left) <= _MOST_INVERTED else (1,)
    for order in permutations(names):
        for signs in product(powers, repeat=len(left)):
            renamed = {s: t ** Integer(p) for s, t, p in zip(left, order, signs, strict=True)}
            other = reduced.xreplace(renamed)
            if other == target or expand(other - target) == 0:
                return True
    return False


__all__ = ["Nesting", "nesting"]
