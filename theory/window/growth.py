"""How a window grows with N: the leading term of the solution of f(ℓ) = φ as φ → 0."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S, Symbol, log

from longlag.theory.notation import horizon_letter, samples
from longlag.theory.scalar.leading import Monomial, leading, slowest
from longlag.theory.scalar.signs import UndecidedError, sign_of, vanishes
from longlag.theory.typeset.shown import Shown
from longlag.theory.window.formula import formula


@dataclass(frozen=True)
class Growth(Shown):
    """How a window grows with N: ``quantity`` ~ ``leading``.

    Args:
        kind: in a word: exponential, polynomial, polylogarithmic, logarithmic …
        depth: how many logarithms of H_N the leading term describes.
        leading: in N and the symbols of the law; infinite where memory never decays.
    """

    kind: str
    depth: int
    leading: Expr

    @property
    def quantity(self) -> str:
        """``H``, ``log(H)`` or ``log(log(H))``."""
        return ("H", "log(H)", "log(log(H))")[self.depth]

    @property
    def sides(self) -> tuple[str, str]:
        r"""What grows and how, as TeX, such as ``\ln H_N`` and ``\sim \frac{\ln N}{2}``."""
        quantity = r"\ln " * self.depth + horizon_letter()
        if self.leading.is_infinite:
            return quantity, r"= \infty"
        return quantity, rf"\sim {formula(self.leading)}"

    def _lines(self) -> list[str]:
        line = " &".join(self.sides)
        limit = rf" \quad ({formula(samples)} \to \infty)"
        return [line if self.leading.is_infinite else line + limit]

    def __str__(self) -> str:
        return f"{self.quantity} ~ {self.leading}"


def window_growth(envelope: Expr, lag: Symbol, level: Expr, log_level: Expr) -> Growth:
    """Return how the solution of f(ℓ) = φ grows as φ → 0.

    Args:
        envelope: f.
        lag: ℓ.
        level: 1/φ, as an expression in N.
        log_level: the leading term of ln(1/φ).

    Raises:
        UndecidedError: where the leading term of f cannot be told.
    """
    try:
        decay = leading(envelope, lag)
    except UndecidedError:
        # A sum of exponentials whose order is unknown still has a slowest one.
        decay = Monomial(exponent=slowest(envelope, lag).expression(lag))
    if decay.exponent != 0:
        total = -decay.exponent - decay.power * log(lag)
        return growth_of_exponent(total, lag, log_level)
    scaled = decay.coefficient * level
    if not vanishes(decay.power):
        _require_falling(decay, decay.power, lag)
        slow = (log_level / -decay.power) ** (decay.log_power / -decay.power)
        slower = log(log_level) ** (decay.loglog_power / -decay.power)
        return Growth("polynomial", 0, scaled ** (-1 / decay.power) * slow * slower)
    if not vanishes(decay.log_power):
        _require_falling(decay, decay.log_power, lag)
        slow = (log_level / -decay.log_power) ** (decay.loglog_power / -decay.log_power)
        return Growth("exponential", 1, scaled ** (-1 / decay.log_power) * slow)
    if not vanishes(decay.loglog_power):
        return Growth("doubly exponential", 2, scaled ** (-1 / decay.loglog_power))
    return Growth("infinite", 0, S.Infinity)


def growth_of_exponent(exponent: Expr, lag: Symbol, log_level: Expr) -> Growth:
    """Return how the solution of f(ℓ) = φ grows, where only −ln f ~ ``exponent`` is known.

    Args:
        exponent: what goes to infinity with the lag.
        lag: ℓ.
        log_level: the leading term of ln(1/φ).

    Raises:
        UndecidedError: where its leading term cannot be told.
    """
    return _solve_exponent(leading(exponent, lag), lag, log_level)


def _require_falling(decay: Monomial, exponent: Expr, lag: Symbol) -> None:
    """Refuse what does not fall."""
    if sign_of(exponent) > 0:
        raise UndecidedError(f"the inverse of {decay.expression(lag)}")


def _solve_exponent(head: Monomial, lag: Symbol, level: Expr) -> Growth:
    """Solve a e^{E} x^p (ln x)^q = L to leading order for large L."""
    if sign_of(head.coefficient) <= 0:
        raise UndecidedError(f"the inverse of e to the {-head.expression(lag)}")
    if head.exponent != 0:
        inner = _solve_exponent(leading(head.exponent, lag), lag, log(level))
        return Growth("iterated logarithmic", inner.depth, inner.leading)
    scaled = level / head.coefficient
    if not vanishes(head.loglog_power):
        raise UndecidedError("powers of ln ln ℓ in the exponent")
    if vanishes(head.power):
        return Growth(_beside_powers(head.log_power), 1, scaled ** (1 / head.log_power))
    slow = (log(level) / head.power) ** (-head.log_power / head.power)
    is_linear = vanishes(head.power - 1) and vanishes(head.log_power)
    kind = "logarithmic" if is_linear else "polylogarithmic"
    return Growth(kind, 0, scaled ** (1 / head.power) * slow)


def _beside_powers(log_power: Expr) -> str:
    """What a window is called where ln f ~ −c (ln ℓ)^k, as k is below 1, 1, or above."""
    if log_power == 1:
        return "polynomial"
    try:
        return "subpolynomial" if sign_of(log_power - 1) > 0 else "quasi-polynomial"
    except UndecidedError:
        return "quasi-polynomial or subpolynomial"
