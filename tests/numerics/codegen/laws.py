"""What the tests of generated laws share: typed laws, random numbers, the truth in 30 digits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import numpy as np
from hypothesis import strategies as st
from sympy import Rational, Symbol, atan, exp, log, tanh

from longlag.numerics import generate
from longlag.numerics.codegen import GeneratedLaw
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from longlag.theory.window.horizon import Horizon, Status, solve_horizon
from longlag.theory.window.total import guard

b, tau = positive("b"), positive("tau")
_window = [positive(name) for name in ("N", "A", "kappa", "u", "x", "t")]
_python = [Symbol(name, positive=True) for name in ("lambda", "exp", "np", "frame", "x0")]

#: Floors, humps, products, no closed form, names of everything, a moving start.
TYPED = {
    law.name: law
    for law in (
        DecayLaw("floor", Rational(1, 5) + Rational(4, 5) * exp(-ell / tau)),
        DecayLaw("sum_with_floor", positive("c0") + exp(-b * ell) + 1 / (1 + ell / tau)),
        DecayLaw("hump", ell * exp(-b * ell), smallest_lag=1),
        DecayLaw("product", (exp(-ell / tau) + 3 * exp(-2 * b * ell)) / (1 + ell)),
        DecayLaw("two_stages", (1 + ell / tau) * exp(-ell / tau)),
        DecayLaw("power_and_logarithm", ell**-b / (1 + log(1 + ell / tau))),
        DecayLaw("squared_sum", (exp(-b * ell) + exp(-ell / tau) / 3) ** 2),
        DecayLaw(
            "names_of_the_window",
            _window[0] * exp(-_window[1] * ell)
            + _window[2] * exp(-_window[3] * ell)
            + _window[4] * exp(-_window[5] * ell),
        ),
        DecayLaw("names_of_python", _python[0] * (1 + ell / _python[1]) ** -_python[2]),
        DecayLaw("names_of_helpers", ell ** -_python[3] * exp(-ell * _python[4])),
        DecayLaw("positive_u", ell**-b * exp(-ell * positive("u"))),
        DecayLaw("real_x", ell ** -exp(Symbol("x", real=True))),
        DecayLaw("real_u", exp(-ell * exp(Symbol("u", real=True))) + exp(-b * ell)),
        DecayLaw("starts_at_tau", (ell / tau) ** -b, smallest_lag=tau),
        # What falls by cancellation, and is finite at 0 only as a limit.
        DecayLaw("one_less", positive("c") * (1 - exp(-tau / ell))),
        DecayLaw("one_less_power", (1 - exp(-tau / ell)) ** b),
        DecayLaw("one_less_spread", b - b * exp(-1 / ell)),
        DecayLaw("one_less_tanh", 1 - tanh(ell / tau)),
        DecayLaw("log_above_one", b * log(1 + tau / ell)),
        DecayLaw("arc", positive("c") * atan(tau / ell)),
        DecayLaw("hyperbolic", b * tanh(tau / ell)),
    )
}
ALL_LAWS = {**LAWS, **TYPED}
DECAYING = [name for name, law in ALL_LAWS.items() if law.envelope.has(ell)]

STATUS = {Status.NONE: 0, Status.FINITE: 1, Status.INFINITE: 2}

#: Decimal exponents to draw positive numbers from; by default those of _MODERATE.
_RANGES = {"tau": (-2.0, 12.0), "c": (-3.0, 6.0)}
_MODERATE = (-1.3, 1.3)

#: Decimal digits of the truth.
DIGITS = 30


@cache
def functions(name: str, backend: str) -> GeneratedLaw:
    return generate(ALL_LAWS[name], backend)


def is_closed(name: str) -> bool:
    """Whether the horizon is generated from a closed form."""
    return "bisect" not in functions(name, "numpy").source


def powers_of_ten(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda exponent: 10.0**exponent)


def parameters(name: str) -> st.SearchStrategy[dict[str, float]]:
    """Numbers for every parameter of a law."""
    own = {}
    for symbol in ALL_LAWS[name].parameters:
        moderate = powers_of_ten(*_RANGES.get(symbol.name, _MODERATE))
        own[symbol.name] = moderate if symbol.is_positive else st.floats(-2, 2)
    return st.fixed_dictionaries(own)


@dataclass(frozen=True)
class Question:
    """One window to compute."""

    law: str
    own: tuple[tuple[str, float], ...]
    samples: float
    cost: float
    kappa: float

    @property
    def parameter(self) -> dict[str, float]:
        return dict(self.own)

    def ask(self, backend: str, what: str) -> Any:
        function = getattr(functions(self.law, backend), what)
        return function(self.samples, self.parameter, cost=self.cost, kappa=self.kappa)


@st.composite
def questions(draw: st.DrawFn, name: str) -> Question:
    return Question(
        name,
        tuple(draw(parameters(name)).items()),
        samples=draw(powers_of_ten(-3, 20) | powers_of_ten(-3, 300)),
        cost=draw(powers_of_ten(-2, 6)),
        kappa=draw(powers_of_ten(np.log10(0.5), np.log10(50))),
    )


@cache
def truth(question: Question) -> Horizon:
    """The window in 30 digits at exactly these doubles."""
    return solve_horizon(
        ALL_LAWS[question.law],
        {name: Rational(value) for name, value in question.own},
        samples=Rational(question.samples),
        cost=Rational(question.cost),
        kappa=Rational(question.kappa),
        digits=DIGITS,
    )


def sensitivity(question: Question) -> float:
    """How many roundings of its arguments the error of ln H may amount to.

    |d ln H/d ln φ| times the size of the logarithms that L = ln c + (ln N − ln A)/κ is made of, and
    the size of ln H itself.
    """
    found = truth(question)
    logarithms = [np.log(question.samples) / question.kappa, np.log(question.cost) / question.kappa]
    logarithms += [np.log(value) if value > 0 else value for _, value in question.own]
    # None where H itself overflows.
    conditioning = float(found.local_exponent or found.log_horizon) * question.kappa
    return float(conditioning * (1 + sum(map(abs, logarithms))) + abs(float(found.log_horizon)) + 1)


def mpf(value: Any) -> Any:
    """A number of any backend as an exact mpf."""
    value = value.item() if hasattr(value, "item") else value
    return mpmath.mpf(value)


def mismatch(generated: GeneratedLaw, question: Question) -> str:
    """What generated functions get wrong about one window; empty where all is right.

    ``question`` names the law of the truth; ``generated`` may be a wrong version of it.
    """
    found = truth(question)
    exact = generated.backend.name == "mpmath"
    quantities = {"cost": question.cost, "kappa": question.kappa}
    with mpmath.workdps(DIGITS if exact else 15):
        status, horizon, log_horizon = (
            mpf(getattr(generated, what)(question.samples, question.parameter, **quantities))
            for what in ("status", "horizon", "log_horizon")
        )
    if found.status is Status.FINITE and found.horizon == 0:
        # φ is f(0) exactly; rounding may close the window.
        return "" if horizon < 1e-12 else f"H = {horizon} instead of 0"
    if status != STATUS[found.status]:
        return f"status {status} instead of {found.status}"
    if found.status is not Status.FINITE:
        ends = {Status.NONE: (0, -mpmath.inf), Status.INFINITE: (mpmath.inf, mpmath.inf)}
        same = (horizon, log_horizon) == ends[found.status]
        return "" if same else f"{found.status}, but H = {horizon} and ln H = {log_horizon}"
    rounding = mpmath.mpf(10) ** -(DIGITS - 1) if exact else mpmath.mpf(2e-15)
    tolerance = rounding * sensitivity(question)
    with mpmath.workdps(2 * DIGITS):
        largest = mpmath.inf if exact else mpmath.mpf(1.79e308)
        if found.log_horizon > largest:
            return "" if log_horizon == mpmath.inf else f"ln H = {log_horizon}, which overflows"
        error = abs(log_horizon - found.log_horizon)
        if not error <= tolerance:
            return f"ln H = {log_horizon} instead of {found.log_horizon}, above {tolerance}"
        if found.log_horizon > mpmath.log(largest):
            return "" if horizon == mpmath.inf else f"H = {horizon}, which overflows"
        error = abs(horizon - found.horizon)
        # A logarithm with an error above 1 leaves nothing of H.
        if tolerance < 0.1 and not error <= 2 * tolerance * found.horizon:
            return f"H = {horizon} instead of {found.horizon}"
    return ""


QUANTITIES = {"cost": 2.0, "kappa": 3.0}


def moderate(name: str) -> dict[str, float]:
    """Numbers for the parameters of a law, all different; a floor in doubles needs a slow decay."""
    if name == "floor":
        return {"tau": 8.0}
    return {s.name: 0.6 + 0.2 * n for n, s in enumerate(ALL_LAWS[name].parameters)}


@cache
def start(name: str) -> float:
    """The lag from which the envelope decreases."""
    law = ALL_LAWS[name]
    lowest = guard(law).lowest.subs({s: moderate(name)[s.name] for s in law.parameters})
    return float(np.exp(float(lowest))) if lowest > -690 else 0.0


def samples_for(name: str, lag: float) -> float:
    """N(ℓ) at the moderate parameters."""
    return float(functions(name, "numpy").sample_size(lag, moderate(name), **QUANTITIES))
