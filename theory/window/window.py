"""Sample sizes N(ℓ) and the learnability window H_N of a decay law, derived by SymPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from sympy import Add, Dummy, Expr, log, powsimp

from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import SymbolTable, ell, horizon_letter, of_lag, samples
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.derivative import differentiated
from longlag.theory.scalar.inversion import Solution, invert, log_of
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.spectra.average import Average
from longlag.theory.typeset.described import described
from longlag.theory.typeset.shown import Shown
from longlag.theory.window.admission import check_law
from longlag.theory.window.decay import decay_of
from longlag.theory.window.formula import formula
from longlag.theory.window.growth import Growth, window_growth

_symbols = SymbolTable("window")
#: N: the number of sequences.
SAMPLES = samples
COST = _symbols.add("A", "sequences needed where the envelope is 1", unit="samples", positive=True)
KAPPA = _symbols.add(
    "kappa", "concentration exponent of the estimator under the noise", positive=True
)

#: ln(1/φ) = (ln N − ln A)/κ. Written so, it does not overflow.
LOG_LEVEL: Expr = (log(SAMPLES) - log(COST)) / KAPPA

#: What SymPy may take for each part of a window, in seconds of processor time.
_SECONDS = 3

Result = TypeVar("Result")


@dataclass(frozen=True)
class LearnabilityWindow(Shown):
    """What follows from a decay law: N(ℓ), H_N, its growth and its local exponent.

    Args:
        law: the decay law.
        sample_size: N(ℓ) = A f(ℓ)^{−κ}.
        horizon: H_N, or None where no closed form was found (then numbers come from a bracketed
            root).
        log_horizon: ln H_N, which may be finite where H_N overflows.
        method: how H_N was found.
        growth: the leading growth with N, or None where it could not be told.
        local_exponent: d ln H / d ln N as an expression in ``ell``, to be taken at ℓ = H_N.
    """

    law: DecayLaw
    sample_size: Expr
    horizon: Expr | None
    log_horizon: Expr | None
    method: str
    growth: Growth | None
    local_exponent: Expr | None

    @property
    def closed_form(self) -> bool:
        """Whether H_N has a closed form, for general parameters."""
        return self.horizon is not None

    def __repr__(self) -> str:
        found = self.horizon if self.closed_form else "by root, see solve_horizon"
        lines = [
            f"window of {self.law.name}: f(ell) = {self.law.envelope}",
            f"N(ell) = {self.sample_size}",
            f"H_N = {found}",
        ]
        if self.growth is not None:
            lines.append(f"{self.growth} ({self.growth.kind})")
        return described("\n".join(lines), "sample_size", "horizon", "growth", "latex()")

    def _lines(self) -> list[str]:
        marks = self.law.marks
        lines = [f"{of_lag('f')} &= {formula(self.law.envelope.xreplace(marks))}"]
        lines.append(f"{of_lag('N')} &= {formula(self.sample_size.xreplace(marks))}")
        if self.horizon is not None:
            lines.append(f"{horizon_letter()} &= {formula(self.horizon.xreplace(marks))}")
        return lines


def learnability_window(law: DecayLaw) -> LearnabilityWindow:
    """Derive N(ℓ), H_N, its growth and its local exponent from a decay law.

    Args:
        law: the decay law; an expression in ``ell`` alone is refused, since a law has a name.

    Returns:
        The window: H_N = sup{ℓ : N(ℓ) ≤ N}, from f(H_N) = φ with φ = (A/N)^{1/κ}.
        Source: arXiv 2512.05790; the inversion derived here.

    Raises:
        LonglagError: no law, or one that is no envelope at any parameters that were tried.

    >>> from longlag.theory.laws import LAWS
    >>> learnability_window(LAWS["exponential"]).horizon
    (log(c) + (-log(A) + log(N))/kappa)/b
    """
    if not isinstance(law, DecayLaw):
        raise LonglagError(
            f"{law!r}", "a window is derived from a decay law", 'give DecayLaw("name", expression)'
        )
    check_law(law)
    return derived_window(law)


@lru_cache(maxsize=256)
def derived_window(law: DecayLaw) -> LearnabilityWindow:
    """Return the window of a law without asking whether it is an envelope.

    A closed form, a growth or an exponent that takes too long to find counts as not found.

    Args:
        law: the decay law.
    """
    solution = _in_time(closed_form, law.envelope)
    return LearnabilityWindow(
        law,
        sample_size=COST * law.envelope**-KAPPA,
        horizon=None if solution is None else solution.value,
        log_horizon=None if solution is None else solution.log,
        method="no closed form found: bracketed root" if solution is None else solution.method,
        growth=_in_time(growth_of, law.envelope),
        local_exponent=_in_time(local_exponent, law.envelope),
    )


def _in_time(derive: Callable[[Expr], Result | None], envelope: Expr) -> Result | None:
    try:
        return within(_SECONDS, derive, envelope)
    except OutOfTimeError:
        return None


def closed_form(envelope: Expr, log_level: Expr | None = None) -> Solution | None:
    """Return H_N and ln H_N, or None where no closed form is found.

    Args:
        envelope: f over ``ell``.
        log_level: what to write for ln(1/φ), by default (ln N − ln A)/κ.
    """
    level = Dummy("x", real=True)
    solution = invert(envelope, ell, -level)
    if solution is None:
        return None
    at = {level: LOG_LEVEL if log_level is None else log_level}
    return Solution(solution.value.subs(at), solution.log.subs(at), solution.method)


def growth_of(envelope: Expr) -> Growth | None:
    """Return the leading growth of H_N with N, or None where it cannot be told."""
    level, log_level = (SAMPLES / COST) ** (1 / KAPPA), log(SAMPLES) / KAPPA
    try:
        if isinstance(envelope, Average):
            return decay_of(envelope).growth(level, log_level)
        return window_growth(envelope, ell, level, log_level)
    except UndecidedError:
        return None


def local_exponent(envelope: Expr) -> Expr | None:
    """Return d ln H/d ln N = 1/(κ |d ln f/d ln ℓ|) at ℓ = H; None for a constant envelope.

    Source: derived here, by differentiating f(H) = φ.
    """
    if not envelope.has(ell):
        return None
    return 1 / (KAPPA * -log_slope(envelope))


def log_slope(envelope: Expr) -> Expr:
    """Return d ln f/d ln ℓ, factor by factor of f.

    >>> log_slope(ell**-2)
    -2
    """
    terms = Add.make_args(log_of(envelope))
    return Add(*[powsimp(ell * differentiated(term, ell)) for term in terms])
