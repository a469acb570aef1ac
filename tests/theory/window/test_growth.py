"""What is said of the growth of a window is what its numbers do as N goes to infinity."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from mpmath import mp
from sympy import Expr, Max, Min, Rational, S, Symbol, cosh, exp, log, sqrt, tanh

from longlag.theory import sigmoid, softplus
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.leading import Monomial, leading
from longlag.theory.scalar.parameters import positive
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.window.horizon import solve_horizon
from longlag.theory.window.window import COST, KAPPA, SAMPLES, growth_of

a, b, c, tau = (positive(name) for name in ("a", "b", "c", "tau"))
x = Symbol("x", positive=True)
TEN = sympy.Integer(10)

#: An envelope, how its window grows, in a word and as an expression.
L = log(SAMPLES) / KAPPA
POWER = SAMPLES / COST
GROWTH: list[tuple[Expr, str, str, Expr]] = [
    (c * ell**-b, "polynomial", "H", (c * POWER ** (1 / KAPPA)) ** (1 / b)),
    (c * (1 + ell / tau) ** -b, "polynomial", "H", tau * (c * POWER ** (1 / KAPPA)) ** (1 / b)),
    (c * exp(-b * ell), "logarithmic", "H", L / b),
    (c * exp(-((ell / tau) ** a)), "polylogarithmic", "H", tau * L ** (1 / a)),
    (c * ell**-b * exp(-ell / tau), "logarithmic", "H", tau * L),
    (c * ell**b * exp(-ell / tau), "logarithmic", "H", tau * L),
    (c * (1 + log(ell)) ** -b, "exponential", "log(H)", (c * POWER ** (1 / KAPPA)) ** (1 / b)),
    (1 / log(3 + log(1 + ell)), "doubly exponential", "log(log(H))", POWER ** (1 / KAPPA)),
    (exp(-(log(1 + ell) ** 2)), "subpolynomial", "log(H)", sqrt(L)),
    # Beside a power, e^{−√ln ℓ} is slow; alone it falls behind every power.
    (ell**-2 * exp(-sqrt(log(ell))), "polynomial", "log(H)", L / 2),
    (exp(-sqrt(log(1 + ell))), "quasi-polynomial", "log(H)", L**2),
    (
        (1 + log(1 + ell)) ** -b / (1 + log(1 + log(1 + ell))) ** 2,
        "exponential",
        "log(H)",
        POWER ** (1 / (b * KAPPA)) * (L / b) ** (-2 / b),
    ),
    (exp(-exp(ell)), "iterated logarithmic", "H", log(L)),
    (exp(-exp(exp(ell / 2))), "iterated logarithmic", "H", 2 * log(log(L))),
    (exp(-ell) + exp(-b * ell), "logarithmic", "H", L / Min(1, b)),
    (exp(-ell) + 1 / (1 + ell), "polynomial", "H", POWER ** (1 / KAPPA)),
    (sympy.erfc(ell / tau), "polylogarithmic", "H", tau * sqrt(L)),
    (sympy.besselk(2, 1 + ell), "logarithmic", "H", L),
    (sympy.uppergamma(a, ell / tau), "logarithmic", "H", tau * L),
    (1 / cosh(ell / tau), "logarithmic", "H", tau * L),
    (sigmoid(3 - ell / 5), "logarithmic", "H", 5 * L),
    (softplus(3 - ell / 5), "logarithmic", "H", 5 * L),
    # What is left of a limit that is taken off.
    (1 - tanh(ell), "logarithmic", "H", L / 2),
    (1 - (1 - 1 / (1 + ell)) ** b, "polynomial", "H", b * POWER ** (1 / KAPPA)),
    (tanh(1 / ell), "polynomial", "H", POWER ** (1 / KAPPA)),
    (sympy.atan(1 / ell) ** 2, "polynomial", "H", POWER ** (1 / (2 * KAPPA))),
    (log(1 + 1 / ell), "polynomial", "H", POWER ** (1 / KAPPA)),
    (Max(exp(-ell), 1 / (1 + ell) ** 2), "polynomial", "H", POWER ** (1 / (2 * KAPPA))),
    (Min(exp(-ell), 1 / (1 + ell) ** 2), "logarithmic", "H", L),
]

#: Envelopes that never reach 0, and their limits.
FLOORS: list[tuple[Expr, Expr]] = [
    (c, c),
    (Rational(1, 5) + exp(-ell), Rational(1, 5)),
    (exp(exp(-ell)), S.One),
    (tanh(1 + 1 / (1 + ell)), tanh(1)),
    (Max(1 / (1 + ell), Rational(1, 100)), Rational(1, 100)),
    (2 - tanh(ell), S.One),
    (ell ** (-1 / log(2 + ell)), exp(-1)),
    (1 + sympy.zeta(2 + ell), S(2)),
    (sigmoid(1 + exp(-ell)), sigmoid(1)),
]

#: Whose leading term is not on the scale, or cancels, or has unknown signs.
UNDECIDED: list[Expr] = [
    sqrt(1 + ell**2) - ell,
    sympy.sin(ell) + 2,
    # First departures from 1 cancel, and second ones are larger than what is left.
    (1 - 1 / ell) ** b - 1 + b / ell + ell**-3,
    (1 - 1 / ell) * (1 + 1 / ell) - 1,
    exp(1 / ell) - cosh(1 / ell),
    exp(-ell) + exp(-a * ell) - exp(-b * ell),
    Max(1 - ell / 10, 0),
    log(log(log(3 + log(1 + ell)))),
    sympy.Function("mystery")(ell),
    (1 + ell) ** Symbol("r", real=True),
]

VALUES = {a: Rational(3, 2), b: Rational(3, 4), c: S(2), tau: S(5)}


@pytest.mark.parametrize(("envelope", "kind", "quantity", "expected"), GROWTH, ids=str)
def test_the_growth_of_many_windows(
    envelope: Expr, kind: str, quantity: str, expected: Expr
) -> None:
    growth = growth_of(envelope)
    assert growth is not None
    assert (growth.kind, growth.quantity) == (kind, quantity)
    at = {**VALUES, KAPPA: Rational(9, 4), COST: S(3), SAMPLES: S(10) ** 40}
    with mp.workdps(40):
        assert mp.almosteq(evaluate(growth.leading, at), evaluate(expected, at), rel_eps=1e-30)
    assert str(growth) == f"{quantity} ~ {growth.leading}"


def quantity_of(law: DecayLaw, growth: Any, samples: Any) -> Any:
    own = {p: VALUES.get(p, Rational(1, 2)) for p in law.parameters}
    found = solve_horizon(law, own, samples=samples, cost=3, kappa=2)
    if growth.depth == 0:
        return found.horizon
    return found.log_horizon if growth.depth == 1 else mp.log(found.log_horizon)


@pytest.mark.parametrize(
    "law",
    [
        *LAWS.values(),
        *(DecayLaw("made_up", row[0]) for row in GROWTH if not row[0].has(sympy.besselk)),
    ],
    ids=lambda law: str(law.envelope),
)
def test_the_numbers_grow_as_the_leading_term_says(law: DecayLaw) -> None:
    growth = growth_of(law.envelope)
    assert growth is not None
    if law.name == "constant":
        assert growth.leading == S.Infinity
        return
    own = {p: VALUES.get(p, Rational(1, 2)) for p in law.parameters}
    off = []
    # ln ln H is as large as a power of N where memory decays that slowly.
    for digits in (1, 3, 6) if growth.depth == 2 else (30, 300, 3000):
        samples = TEN**digits
        said = evaluate(growth.leading, {**own, SAMPLES: samples, COST: S(3), KAPPA: S(2)})
        off.append(abs(quantity_of(law, growth, samples) / said - 1))
    assert off[2] <= off[1] <= off[0] or off[2] < 1e-12
    # Iterated logarithms are slow: ln ln N is 9 here.
    assert off[2] < (0.2 if growth.kind == "iterated logarithmic" else 0.02)


@pytest.mark.parametrize("factor", [2, Rational(1, 2)])
@pytest.mark.parametrize("name", ["exponential", "polynomial", "logarithmic"])
def test_a_wrong_leading_term_would_be_seen(name: str, factor: Any) -> None:
    law = LAWS[name]
    growth = growth_of(law.envelope)
    assert growth is not None
    wrong = growth.leading.subs(KAPPA, factor * KAPPA)
    own = {p: VALUES[p] for p in law.parameters}
    said = evaluate(wrong, {**own, SAMPLES: TEN**3000, COST: S(3), KAPPA: S(2)})
    assert abs(quantity_of(law, growth, TEN**3000) / said - 1) > 0.2


@pytest.mark.parametrize(("envelope", "limit"), FLOORS, ids=str)
def test_limits_above_zero_are_found(envelope: Expr, limit: Expr) -> None:
    monomial = leading(envelope, ell)
    assert monomial == Monomial(monomial.coefficient)
    with mp.workdps(30):
        assert mp.almosteq(evaluate(monomial.coefficient, VALUES), evaluate(limit, VALUES))
    growth = growth_of(envelope)
    assert growth is not None
    assert (growth.kind, growth.leading) == ("infinite", S.Infinity)


@pytest.mark.parametrize("envelope", UNDECIDED, ids=str)
def test_what_cannot_be_told_is_not_guessed(envelope: Expr) -> None:
    assert growth_of(envelope) is None


LEADING: list[tuple[Expr, Expr]] = [
    (3 * x**2 + x * log(x), 3 * x**2),
    (x**2 * exp(-x) + exp(-x / 2), exp(-x / 2)),
    ((x + sqrt(x)) ** 3, x**3),
    (log(x + x**2) * log(log(x) + 5), 2 * log(x) * log(log(x))),
    (exp(2 + 1 / x) * x, sympy.E**2 * x),
    (exp(log(x) ** 2), exp(log(x) ** 2)),
    (x ** (1 + 1 / log(x)), sympy.E * x),
    (x**x, x**x),
    (sympy.gamma(x), sqrt(2 * sympy.pi / x) * exp(x * log(x) - x)),
    (
        sympy.gamma(2 * x + 3),
        sqrt(2 * sympy.pi) * exp(2 * x * log(2 * x) - 2 * x + S(5) / 2 * log(2 * x)),
    ),
    (sympy.binomial(2 * x, x) / 4**x, 1 / sqrt(sympy.pi * x)),
    (sympy.expint(1, x), exp(-x) / x),
    (sympy.sinh(1 / x), 1 / x),
    (cosh(x), exp(x) / 2),
    (softplus(x) + sigmoid(-x), x),
    (sympy.erfc(-x), S(2)),
    (Max(x, log(x), 3), x),
    (Min(x, log(x), 3), S(3)),
    (log(1 + 1 / x), 1 / x),
]


@pytest.mark.parametrize(("expression", "expected"), LEADING, ids=str)
def test_leading_terms_lead(expression: Expr, expected: Expr) -> None:
    found = leading(expression, x).expression(x)
    far = {x: S(10) ** 400}
    with mp.workdps(60):
        ratio = mp.exp(log_ratio(found, expected, far))
        assert abs(ratio - 1) < mp.mpf("1e-20")


def log_ratio(found: Expr, expected: Expr, at: dict[Symbol, Expr]) -> Any:
    """ln found − ln expected; the numbers themselves may be gigantic."""
    with mp.workdps(1000):
        return mp.log(evaluate(found, at)) - mp.log(evaluate(expected, at))


def test_cancelling_leading_terms_are_undecided() -> None:
    with pytest.raises(UndecidedError, match="cancel"):
        leading((1 + x) ** 2 - x**2, x)


def test_growth_is_in_the_symbols_of_the_law() -> None:
    for law in LAWS.values():
        growth = growth_of(law.envelope)
        assert growth is not None
        assert growth.leading.free_symbols <= {*law.parameters, SAMPLES, COST, KAPPA}


def test_hurwitz_zeta_falls_as_a_power_of_its_second_argument() -> None:
    found = leading(sympy.zeta(3, x), x)
    assert (found.coefficient, found.power) == (Rational(1, 2), -2)
