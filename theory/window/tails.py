r"""From the slowest units to long lags: tails of time scales, and the decay that they make.

The tail is P(τ ≥ y) as y → ∞, which densities of rates and shares a(u) have. Where it is a power
y^{−b} times what varies slowly, f(ℓ) ~ Γ(1+b) P(τ ≥ ℓ) (Karamata; Feller II, XIII.5). Where it
falls faster, ln P says what ln f is: if −ln P ~ φ(y), then −ln f ~ min over y of ℓ/y + φ(y) (de
Bruijn's Tauberian theorem; Bingham, Goldie, Teugels, Regular Variation, 4.12).
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Dummy, Expr, S, Symbol, expand_log, gamma, log

from longlag.theory.notation import SymbolTable, ell
from longlag.theory.scalar.leading import Monomial, leading
from longlag.theory.scalar.signs import UndecidedError, sign_of, vanishes
from longlag.theory.window.growth import Growth, growth_of_exponent, window_growth

_symbols = SymbolTable("tails")
#: y: a time scale that grows.
far = _symbols.add("y", "time scale that grows", unit="steps", positive=True)


class NoLawError(UndecidedError):
    """What is given is no distribution, or no share, in some part of the parameters."""


@dataclass(frozen=True)
class Decay:
    """What an envelope is at long lags: exactly to leading order, or its logarithm alone.

    Args:
        envelope: f ~ this over ``ell``; None where only the logarithm is known.
        exponent: −ln f ~ this over ``ell``; None where the envelope is known.
    """

    envelope: Expr | None = None
    exponent: Expr | None = None

    def growth(self, level: Expr, log_level: Expr) -> Growth:
        """Return how the window of this decay grows.

        Args:
            level: 1/φ over N.
            log_level: the leading term of ln(1/φ).
        """
        if self.envelope is not None:
            return window_growth(self.envelope, ell, level, log_level)
        assert self.exponent is not None
        return growth_of_exponent(self.exponent, ell, log_level)


@dataclass(frozen=True)
class Tail:
    """P(τ ≥ y) as y → ∞, to leading order, or its logarithm alone, or an end.

    Args:
        probability: P ~ this over ``far``.
        exponent: −ln P ~ this over ``far``.
        slowest: the smallest rate, where it is positive: P is 0 beyond its time scale.
    """

    probability: Expr | None = None
    exponent: Expr | None = None
    slowest: Expr | None = None

    def decay(self) -> Decay:
        """Return what f(ℓ) = E e^{−ℓ/τ} is at long lags.

        >>> b = Symbol("b", positive=True)
        >>> Tail(far**-b).decay().envelope
        gamma(b + 1)/ell**b
        >>> Tail(exponent=far).decay().exponent
        2*sqrt(ell)
        """
        if self.slowest is not None:
            return Decay(exponent=self.slowest * ell)
        if self.probability is not None:
            index = -leading(self.probability, far).power
            return Decay(gamma(1 + index) * self.probability.subs(far, ell))
        assert self.exponent is not None
        return Decay(exponent=_conjugate(self.exponent))


def _conjugate(exponent: Expr) -> Expr:
    """min over y of ℓ/y + φ(y) to leading order."""
    head = leading(exponent, far)
    if head.exponent == 0 and vanishes(head.power):
        # φ varies slowly: the minimum is near y = ℓ.
        return head.expression(ell)
    if head.exponent != 0:
        reached = growth_of_exponent(head.exponent, far, log(ell))
        return ell / reached.leading
    power, factor = head.power, head.coefficient
    slow = (log(ell) / (power + 1)) ** head.log_power
    scale = (factor * power * slow) ** (1 / (power + 1))
    return (1 + 1 / power) * scale * ell ** (power / (power + 1))


def tail_of_density(density: Expr, rate: Symbol, slowest: Expr) -> Tail:
    """Return the tail of a density of rates.

    Args:
        density: p(ν), positive just above ``slowest``.
        rate: ν.
        slowest: where it begins.

    Raises:
        NoLawError: a density without an integral at slow rates.

    >>> nu, b = Symbol("nu", positive=True), Symbol("b", positive=True)
    >>> tail_of_density(nu**(b - 1) / gamma(b), nu, S.Zero).probability
    1/(b*y**b*gamma(b))
    """
    if sign_of(slowest) > 0:
        return Tail(slowest=slowest)
    found = leading(density.subs(rate, 1 / far), far)
    if found.exponent != 0:
        return _from_exponent(-found.exponent + (1 - found.power) * log(far))
    index = 1 - found.power
    known = sign_of(index)
    if known > 0:
        return Tail(Monomial(found.coefficient / index).times(_lowered(found)).expression(far))
    if known == 0 and sign_of(found.log_power + 1) < 0:
        order = -found.log_power - 1
        slow = Monomial(found.coefficient / order, log_power=-order)
        return Tail(slow.times(Monomial(loglog_power=found.loglog_power)).expression(far))
    raise NoLawError(f"the integral of the density {density} at slow rates is infinite")


def _lowered(density: Monomial) -> Monomial:
    """P from p(1/y), but for the coefficient: a power lower by one, as dν = dy/y²."""
    return Monomial(
        power=density.power - 1, log_power=density.log_power, loglog_power=density.loglog_power
    )


def _from_exponent(exponent: Expr) -> Tail:
    """The tail of −ln p ~ φ(y), which must grow."""
    head = leading(exponent, far)
    if sign_of(head.coefficient) < 0:
        raise NoLawError(f"the density grows like e to the {-exponent} at slow rates")
    return Tail(exponent=head.expression(far))


def tail_of_share(share: Expr, chance: Symbol) -> Tail:
    """Return the tail of the units that keep a share a(u), monotone in u uniform on (0, 1).

    The slow units lie where a(u) → 1, in a part 1/x of all; their time scale y solves
    −ln a = 1/y, and P(τ ≥ y) = 1/x(y).

    Args:
        share: a(u) in (0, 1).
        chance: u.

    Raises:
        UndecidedError: a share with slow units at both ends.

    >>> u, p = Symbol("u", positive=True), Symbol("p", positive=True)
    >>> tail_of_share(u**p, u).probability
    1/(p*y)
    >>> tail_of_share(u / 2, u).slowest
    log(2)
    """
    ends = [_rate_at(share, chance, end) for end in (S.Zero, S.One)]
    slow = [rate for rate in ends if not rate.is_constant]
    if len(slow) == 2:
        raise UndecidedError(f"units of the share {share} are slow at both ends")
    if not slow:
        first, *others = (
            rate.coefficient for rate in ends if rate.coefficient.is_finite is not False
        )
        least = first
        for other in others:
            least = first if other == first or sign_of(other - first) > 0 else other
        return Tail(slowest=least)
    return _inverted(slow[0])


def _rate_at(share: Expr, chance: Symbol, end: Expr) -> Monomial:
    """−ln a at distance 1/y from an end, what goes to zero or is a positive constant."""
    near = share.subs(chance, 1 / far if end == 0 else 1 - 1 / far)
    found = leading(-expand_log(log(near), force=True), far)
    if not found.is_constant and _grows(found):
        return Monomial(S.Infinity)
    return found


def _grows(found: Monomial) -> bool:
    """Whether a rate goes to infinity: units that forget at once."""
    if found.exponent != 0:
        return sign_of(leading(found.exponent, far).coefficient) > 0
    for power in (found.power, found.log_power, found.loglog_power):
        if not vanishes(power):
            return sign_of(power) > 0
    return False


def _inverted(rate: Monomial) -> Tail:
    """1/x(y) where the rate, as a function of x, is 1/y."""
    x = Dummy("x", positive=True)
    grown = window_growth(rate.expression(far).subs(far, x), x, far, log(far))
    if grown.depth == 0:
        return Tail(1 / grown.leading)
    if grown.depth == 1:
        return Tail(exponent=grown.leading)
    raise UndecidedError(f"the units at rate {rate.expression(far)} are too few to tell")


__all__ = ["Decay", "NoLawError", "Tail", "far", "tail_of_density", "tail_of_share"]
