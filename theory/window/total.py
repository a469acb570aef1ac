"""H_N as functions that are defined for every N: empty and infinite windows included.

Where a window is empty or infinite, the formula is evaluated at a harmless level instead, so that
no branch of the generated code overflows or spoils a gradient.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from sympy import (
    Add,
    Dummy,
    Expr,
    Integer,
    Max,
    Min,
    Mul,
    Or,
    Piecewise,
    Pow,
    Rational,
    S,
    Wild,
    exp,
    log,
    powsimp,
    together,
)

from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import SymbolTable, ell
from longlag.theory.scalar.cancellation import without_cancellation
from longlag.theory.scalar.derivative import differentiated
from longlag.theory.scalar.inversion import Solution, log_of, solve_for
from longlag.theory.scalar.leading import leading
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.scalar.special import wright_omega
from longlag.theory.window.admission import check_law
from longlag.theory.window.window import COST, KAPPA, LOG_LEVEL, closed_form, log_slope

#: u = ln ℓ, in which roots are looked for.
LOG_LAG = SymbolTable("window").add("u", "logarithm of the lag", real=True)

#: ln of the smallest positive lag that is looked at: about 10^{−300}.
_LOWEST = Integer(-690)

#: How far above the level of an empty window the formula is evaluated there: far enough for ln H
#: to be finite, near enough for slow laws not to overflow.
_STEP_INSIDE = Rational(1, 1024)

_NO_NUMBERS = (S.Infinity, S.NegativeInfinity, S.ComplexInfinity, S.NaN)

#: What the status functions return.
NONE, FINITE, INFINITE = Integer(0), Integer(1), Integer(2)


class Guarded(Piecewise):
    """A Piecewise that powers stay outside of.

    SymPy would write (x where c, else y)^p as x^p where c, else y^p; then y^p is formed where it
    was to be avoided, and its gradient is NaN.
    """

    def _eval_power(self, exponent: Expr) -> None:
        return None


@dataclass(frozen=True)
class GuardedWindow:
    """Scalar expressions over N, A, κ and the parameters of a law.

    Args:
        sample_size: N(ℓ), by logarithms, so that only the result may overflow.
        status: 0, 1, 2 for a window that is empty, finite, infinite.
        horizon: H_N; 0 where the window is empty, ∞ where it never ends. None: no closed form.
        log_horizon: ln H_N; −∞ where the window is empty. None: no closed form.
        excess: ln f − ln φ at ``LOG_LAG``, falling through 0 at ln H_N.
        refined: one Newton step from ``LOG_LAG``, which carries the derivatives.
        guarded: ``LOG_LAG``, the solution, or ±∞ where the window is empty or infinite.
        lowest: ln of the smallest lag from which f decreases.
        local_exponent: d ln H/d ln N at ``LOG_LAG``; None for a constant envelope.
    """

    sample_size: Expr
    status: Expr
    horizon: Expr | None
    log_horizon: Expr | None
    excess: Expr | None
    refined: Expr | None
    guarded: Expr | None
    lowest: Expr
    local_exponent: Expr | None


@lru_cache(maxsize=256)
def guard(law: DecayLaw) -> GuardedWindow:
    """Return the total functions of a law's window.

    Args:
        law: decreasing from its start, or with one maximum that SymPy finds.

    Raises:
        LonglagError: where f is not positive and finite, or SymPy cannot show that it decreases
            from some lag on.

    >>> from longlag.theory.laws import LAWS
    >>> guard(LAWS["constant"]).horizon
    Piecewise((0, log(c) < -(-log(A) + log(N))/kappa), (oo, True))
    """
    summit = _summit(law)
    sample_size = exp(log(COST) - KAPPA * stable_log(law.envelope))
    needed = -_height(law.envelope, summit)
    if needed.is_real is False or needed.has(*_NO_NUMBERS):
        raise LonglagError(
            f"envelope {law.envelope} at ell = {summit}",
            "it is positive and finite there",
            "correct it, or let lags begin later",
        )
    check_law(law)
    empty = needed > LOG_LEVEL
    if not law.envelope.has(ell):
        status = Piecewise((NONE, empty), (INFINITE, True))
        horizon = Piecewise((S.Zero, empty), (S.Infinity, True))
        logarithm = Piecewise((S.NegativeInfinity, empty), (S.Infinity, True))
        return GuardedWindow(
            sample_size, status, horizon, logarithm, None, None, None, _LOWEST, None
        )
    ceiling = _ceiling(law.envelope)
    endless = None if ceiling is None else ceiling <= LOG_LEVEL
    # A level inside the range, where the window is finite and longer than its start.
    inside = needed + _STEP_INSIDE if ceiling is None else (needed + ceiling) / 2
    outside = empty if endless is None else Or(empty, endless)
    safe = Guarded((inside, outside), (LOG_LEVEL, True))
    level = Dummy("x", real=True)
    solution = closed_form(law.envelope, level)
    excess = stable_log(law.envelope).subs(ell, exp(LOG_LAG)) + level
    slope = _log_slope(law.envelope).subs(ell, exp(LOG_LAG))
    if (1 / slope).has(S.ComplexInfinity):
        raise LonglagError(
            f"envelope {law.envelope}",
            "it is flat somewhere, and its window jumps there",
            "give numbers for its parameters and call solve_horizon",
        )
    # Where the window hardly leaves its start the excess is noise, and must not be thrown far.
    step = Max(-1, Min(1, excess / slope))

    def total(value: Expr, below: Expr) -> Expr:
        pieces = [(below, empty), (value.subs(level, safe), True)]
        if endless is not None:
            pieces.insert(1, (S.Infinity, endless))
        return Piecewise(*pieces)

    middle = [(INFINITE, endless)] if endless is not None else []
    total_log = None if solution is None else total(_log_omega(solution.log), -S.Infinity)
    return _without_cancellation(
        GuardedWindow(
            sample_size=sample_size,
            status=Piecewise((NONE, empty), *middle, (FINITE, True)),
            horizon=None if solution is None else total(_representable(solution), S.Zero),
            log_horizon=total_log,
            excess=excess.subs(level, safe),
            refined=LOG_LAG - step.subs(level, safe),
            guarded=total(LOG_LAG, S.NegativeInfinity),
            lowest=log(summit) if summit != 0 else _LOWEST,
            local_exponent=-1 / (KAPPA * slope),
        )
    )


def _without_cancellation(window: GuardedWindow) -> GuardedWindow:
    """The same functions, of which the digits of a double suffice."""
    found = {
        name: None if value is None else without_cancellation(value)
        for name, value in vars(window).items()
    }
    return replace(window, **found)


def _height(envelope: Expr, summit: Expr) -> Expr:
    """ln f at the lag where it is largest; at 0 the limit, where e^{−1/ℓ} has no value."""
    logarithm = log_of(envelope).subs(ell, summit)
    if summit != 0 or not logarithm.has(*_NO_NUMBERS):
        return logarithm
    outwards = Dummy("x", positive=True)
    try:
        monomial = leading(envelope.subs(ell, 1 / outwards), outwards)
    except UndecidedError:
        return logarithm
    return log(monomial.coefficient) if monomial.is_constant else logarithm


def _log_omega(expression: Expr) -> Expr:
    """Write ln ω(x) so that below 0, where ω may underflow, it is x − ω(x)."""
    x = Wild("x")
    below = Min(x, 0) - wright_omega(Min(x, 0))
    # The sum counts ln ω(0) = −ω(0) once too often.
    return expression.replace(
        log(wright_omega(x)), log(wright_omega(Max(x, 0))) + below + wright_omega(0)
    )


def _representable(solution: Solution) -> Expr:
    """H_N, by its logarithm where its formula may underflow on the way."""
    return exp(_log_omega(solution.log)) if solution.value.has(wright_omega) else solution.value


def _summit(law: DecayLaw) -> Expr:
    """The lag at which f is largest: the start, or the zero of its slope."""
    slope = log_slope(law.envelope)
    later = law.start + Dummy("t", positive=True)
    # The sign of 1 − e^{−x} is known of the one function, not of the difference.
    signs = (slope, together(slope), differentiated(law.envelope, ell), without_cancellation(slope))
    if any(sign.subs(ell, later).is_nonpositive for sign in signs):
        return law.start
    solution = solve_for(slope, S.Zero, ell)
    if solution is None or not (solution.is_positive and differentiated(slope, ell).is_negative):
        raise LonglagError(
            f"envelope {law.envelope}",
            "SymPy cannot show from which lag on it decreases",
            "give numbers for its parameters and call solve_horizon",
        )
    return Max(law.start, solution)


def _ceiling(envelope: Expr) -> Expr | None:
    """−ln f(∞): from this level on the window never ends; None where f(∞) = 0."""
    try:
        monomial = leading(envelope, ell)
    except UndecidedError:
        return None
    if monomial.coefficient.is_negative:
        raise LonglagError(
            f"envelope {envelope}, which tends to {monomial.expression(ell)}",
            "an envelope is positive at every lag",
            "correct it",
        )
    return -log(monomial.coefficient) if monomial.is_constant else None


def stable_log(envelope: Expr) -> Expr:
    """Return ln f; a sum of positive terms as m + ln Σ e^{t − m}, whose terms cannot all vanish.

    >>> stable_log(3 / ell)
    -log(ell) + log(3)
    """
    if isinstance(envelope, Mul):
        return Add(*[stable_log(factor) for factor in envelope.args])
    terms = _logarithms(envelope)
    if len(terms) == 1:
        return log_of(envelope)
    highest = Max(*terms)
    return highest + log(Add(*[exp(term - highest) for term in terms]))


def _logarithms(envelope: Expr) -> list[Expr]:
    """ln of each term of a sum of positive terms that decay; else ln f alone."""
    terms = Add.make_args(envelope)
    decaying = all(term.is_positive and term.has(exp) for term in terms)
    return [log_of(term) for term in terms] if decaying else [log_of(envelope)]


def _log_slope(envelope: Expr) -> Expr:
    """d ln f/d ln ℓ, with the weights of a sum formed stably."""
    if isinstance(envelope, Mul):
        return Add(*[_log_slope(factor) for factor in envelope.args])
    if isinstance(envelope, Pow) and not envelope.exp.has(ell):
        return envelope.exp * _log_slope(envelope.base)
    terms = _logarithms(envelope)
    if len(terms) == 1:
        return Add(
            *[_levelled(ell * differentiated(term, ell)) for term in Add.make_args(terms[0])]
        )
    highest = Max(*terms)
    weights = [exp(term - highest) for term in terms]
    top = Add(
        *[w * ell * differentiated(term, ell) for w, term in zip(weights, terms, strict=True)]
    )
    return top / Add(*weights)


def _levelled(slope: Expr) -> Expr:
    """Write x/(a + bx) as 1/(a/x + b), in which no two infinities meet for large x."""
    slope = powsimp(slope)
    sums = [factor for factor in Mul.make_args(slope) if (1 / factor).is_Add]
    if len(sums) != 1:
        return slope
    constant, varying = (slope / sums[0]).as_independent(ell, as_Add=False)
    return constant / Add(*[powsimp(term / varying) for term in (1 / sums[0]).args])
