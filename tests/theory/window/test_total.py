"""The guarded windows say what windows are, for every N, and refuse what is no envelope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import pytest
from sympy import (
    Expr,
    I,
    Integer,
    Max,
    Min,
    Piecewise,
    Rational,
    S,
    Symbol,
    besselk,
    cos,
    erfc,
    exp,
    expint,
    log,
    nan,
    oo,
    sin,
    zoo,
)

from longlag.theory import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import positive
from longlag.theory.window.horizon import Status, solve_horizon
from longlag.theory.window.total import (
    FINITE,
    INFINITE,
    LOG_LAG,
    NONE,
    GuardedWindow,
    guard,
    stable_log,
)
from longlag.theory.window.window import COST, KAPPA, SAMPLES, learnability_window, local_exponent

b, tau, c0 = positive("b"), positive("tau"), positive("c0")
TYPED = {
    law.name: law
    for law in (
        DecayLaw("floor", Rational(1, 5) + Rational(4, 5) * exp(-ell / tau)),
        DecayLaw("open_floor", c0 + 1 / (1 + ell / tau)),
        DecayLaw("hump", ell * exp(-b * ell), smallest_lag=1),
        DecayLaw("two_stages", (1 + ell / tau) * exp(-ell / tau)),
        DecayLaw("exponential_integral", expint(1, ell / tau), smallest_lag=1),
        DecayLaw("error_function", erfc(ell / tau)),
        DecayLaw("product", (exp(-ell / tau) + 3 * exp(-2 * b * ell)) / (1 + ell)),
        DecayLaw("starts_at_tau", (ell / tau) ** -b, smallest_lag=tau),
        DecayLaw("real_x", ell ** -exp(Symbol("x", real=True))),
        DecayLaw("real_u", exp(-ell * exp(Symbol("u", real=True))) + exp(-b * ell)),
        DecayLaw("positive_t", exp(-ell * positive("t")) + exp(-ell * positive("u"))),
    )
}
ALL_LAWS = {**LAWS, **TYPED}
STATUS = {Status.NONE: NONE, Status.FINITE: FINITE, Status.INFINITE: INFINITE}
A, K = Rational(2), Rational(3)


@pytest.fixture(autouse=True)
def _forty_digits() -> Iterator[None]:
    with mpmath.workdps(40):
        yield


def own(law: DecayLaw) -> dict[Symbol, Expr]:
    return {symbol: Rational(3 + n, 5) for n, symbol in enumerate(law.parameters)}


def numbers(law: DecayLaw, samples: Any) -> dict[Symbol, Expr]:
    return {**own(law), SAMPLES: Rational(samples), COST: A, KAPPA: K}


def at(expression: Expr, values: dict[Symbol, Any]) -> Any:
    """The number that an expression takes; a piecewise one by its first true condition."""
    return expression.subs(values).evalf(30)


def windows(law: DecayLaw) -> list[Any]:
    """Numbers of samples from far too few to very many."""
    return [Rational(1, 10**9), Rational(3, 2), 10, 300, 10**5]


@pytest.mark.parametrize("name", ALL_LAWS)
def test_status_and_horizon_are_those_of_the_definition(name: str) -> None:
    law = ALL_LAWS[name]
    window = guard(law)
    for samples in windows(law):
        found = solve_horizon(law, own(law), samples=samples, cost=A, kappa=K, digits=25)
        assert window.status.subs(numbers(law, samples)) == STATUS[found.status]
        if window.horizon is None or window.log_horizon is None:
            continue
        horizon = at(window.horizon, numbers(law, samples))
        logarithm = at(window.log_horizon, numbers(law, samples))
        if found.status is Status.NONE:
            assert (horizon, logarithm) == (0, -oo)
        elif found.status is Status.INFINITE:
            assert (horizon, logarithm) == (oo, oo)
        else:
            assert mpmath.almosteq(mpmath.mpf(horizon), found.horizon, 1e-24)
            assert mpmath.almosteq(mpmath.mpf(logarithm), found.log_horizon, 1e-22, 1e-22)


@pytest.mark.parametrize("name", [n for n, law in ALL_LAWS.items() if guard(law).horizon is None])
def test_without_closed_form_the_excess_falls_through_the_root(name: str) -> None:
    law = ALL_LAWS[name]
    window = guard(law)
    for samples in windows(law):
        found = solve_horizon(law, own(law), samples=samples, cost=A, kappa=K, digits=30)
        if found.status is not Status.FINITE:
            continue
        given = numbers(law, samples)
        root = Rational(mpmath.nstr(found.log_horizon, 30))
        left, middle, right = (
            at(window.excess, {**given, LOG_LAG: root + Rational(step, 100)}) for step in (-1, 0, 1)
        )
        assert left > 0 > right
        assert abs(middle) < 1e-20
        # A Newton step from nearby squares the distance; the last digits are the root's.
        nearby = at(window.refined, {**given, LOG_LAG: root + Rational(1, 10**8)})
        assert abs(nearby - root) < 1e-14
        assert at(window.guarded, {**given, LOG_LAG: root}) == root.evalf(30)
        far = at(window.refined, {**given, LOG_LAG: root + 30})
        assert abs(far - (root + 30)) < 1 + 1e-9


@pytest.mark.parametrize("name", [n for n, law in ALL_LAWS.items() if law.envelope.has(ell)])
def test_empty_and_infinite_windows_are_computed_at_a_harmless_level(name: str) -> None:
    law = ALL_LAWS[name]
    window = guard(law)
    formula = window.excess if window.log_horizon is None else window.log_horizon.args[-1].expr
    for samples in (Rational(1, 10**200), 10**200):
        given = numbers(law, samples)
        value = at(formula, {**given, LOG_LAG: Integer(2)})
        assert value.is_finite
        assert value.is_real


@pytest.mark.parametrize("name", ALL_LAWS)
def test_no_auxiliary_symbol_is_left(name: str) -> None:
    law = ALL_LAWS[name]
    known = {SAMPLES, COST, KAPPA, LOG_LAG, ell, *law.parameters}
    for part in vars(guard(law)).values():
        assert part is None or part.free_symbols <= known


@pytest.mark.parametrize("name", [n for n, law in ALL_LAWS.items() if law.envelope.has(ell)])
def test_local_exponents_and_sample_sizes_are_the_derived_ones(name: str) -> None:
    law = ALL_LAWS[name]
    window, plain = guard(law), learnability_window(law)
    exponent = local_exponent(law.envelope)
    for lag in (Integer(2), Integer(17)):
        given = {**numbers(law, 1), ell: lag}
        size = at(window.sample_size / plain.sample_size, given)
        assert abs(size - 1) < 1e-25
        ratio = evaluate(exponent, given) / mpmath.mpf(
            at(window.local_exponent, {**given, LOG_LAG: log(lag)})
        )
        assert abs(ratio - 1) < 1e-12


@pytest.mark.parametrize("name", [n for n, law in ALL_LAWS.items() if guard(law).horizon is None])
def test_a_newton_step_carries_the_derivative(name: str) -> None:
    law = ALL_LAWS[name]
    if not law.envelope.has(ell):
        return
    window, lag = guard(law), Integer(2)
    samples = learnability_window(law).sample_size.subs({**numbers(law, 1), ell: lag})
    given = {**own(law), COST: A, KAPPA: K, LOG_LAG: log(lag)}
    step, size = Rational(1, 10**12), samples.evalf(60)
    ends = [
        window.refined.subs({**given, SAMPLES: Rational(str(size)) * (1 + s * step)}).evalf(60)
        for s in (-1, 1)
    ]
    slope = (ends[1] - ends[0]) / (2 * step)
    wanted = at(window.local_exponent, given)
    assert abs(slope / wanted - 1) < 1e-10


def lowest(law: DecayLaw) -> Any:
    return exp(guard(law).lowest.subs(own(law))).evalf(20)


def test_windows_begin_where_the_envelope_is_largest() -> None:
    assert guard(LAWS["polynomial"]).lowest == 0
    assert lowest(LAWS["exponential"]) < 1e-299
    assert lowest(TYPED["starts_at_tau"]) == own(TYPED["starts_at_tau"])[tau].evalf(20)
    assert abs(lowest(TYPED["hump"]) - Rational(5, 3)) < 1e-15
    humped = LAWS["humped_power"]
    values = own(humped)
    a, p, t = (values[positive(name)] for name in ("a", "p", "tau"))
    assert abs(lowest(humped) - max(1, (t * (a / p) ** (1 / p)).evalf(20))) < 1e-15


def test_a_floor_makes_windows_infinite_from_a_finite_number_of_samples() -> None:
    status = guard(TYPED["floor"]).status
    given = {tau: Integer(3), COST: Integer(2), KAPPA: Integer(3)}
    wanted = {Rational(19, 10): NONE, 3: FINITE, 249: FINITE, 251: INFINITE}
    assert {n: status.subs({**given, SAMPLES: n}) for n in wanted} == wanted
    assert guard(LAWS["exponential"]).status.has(INFINITE) is False


def test_a_window_is_derived_once() -> None:
    assert guard(LAWS["polynomial"]) is guard(LAWS["polynomial"])
    assert isinstance(guard(LAWS["constant"]), GuardedWindow)


SUMS = [
    exp(-b * ell) + 3 * exp(-ell / tau),
    (exp(-b * ell) + exp(-ell / tau)) / (1 + ell),
    3 * ell**-b * exp(-ell / tau),
    1 + exp(-ell),
]


@pytest.mark.parametrize("envelope", SUMS, ids=str)
def test_the_stable_logarithm_is_the_logarithm(envelope: Expr) -> None:
    for lag in (Rational(1, 7), Integer(4), Integer(900)):
        values = {ell: lag, b: Rational(1, 3), tau: Rational(5, 2)}
        assert abs((stable_log(envelope) - log(envelope)).subs(values).evalf(40)) < 1e-35


def test_a_sum_of_exponentials_does_not_underflow() -> None:
    values = {ell: 10.0**6, b: 1.0, tau: 2.0}
    assert float(stable_log(SUMS[0]).subs(values)) == pytest.approx(-(10.0**6) / 2, rel=1e-5)


UNDECIDED = "SymPy cannot show from which lag on it decreases"
POSITIVE = "it is positive and finite there"
r = Symbol("r", real=True)
REFUSED: dict[str, tuple[Expr, dict[str, Any], str]] = {
    "increasing": (ell**b, {}, UNDECIDED),
    "falls, then rises": (ell**-b * exp(ell / tau), {}, UNDECIDED),
    "oscillating": ((2 + sin(ell)) / ell, {}, UNDECIDED),
    "damped oscillation": (exp(-ell) * (2 + cos(ell)), {}, UNDECIDED),
    "two humps": (ell * exp(-ell) + ell**9 * exp(-ell / 9), {}, UNDECIDED),
    "a rate of unknown sign": (exp(-r * ell), {}, UNDECIDED),
    "a base of unknown size": (c0**-ell, {}, UNDECIDED),
    "a kink": (Max(Rational(1, 10), 1 / ell), {}, UNDECIDED),
    "a sign that SymPy does not know": (besselk(0, ell), {}, UNDECIDED),
    "infinite at the start": (ell**-b, {"smallest_lag": 0}, POSITIVE),
    "negative": (-exp(-ell), {}, POSITIVE),
    "zero": (S.Zero, {}, POSITIVE),
    "imaginary": (I * exp(-ell), {}, POSITIVE),
    "infinite": (oo * ell, {}, POSITIVE),
    "undefined": (zoo * ell, {}, POSITIVE),
    "negative in the end": (exp(-ell) - Rational(1, 5), {}, "positive at every lag"),
    "a plateau": (Piecewise((1, ell < 3), (3 / ell, True)), {}, "it is flat somewhere"),
    "a falling line": (1 - ell, {}, "positive at every lag"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_envelope_is_refused(case: str) -> None:
    envelope, options, match = REFUSED[case]
    with pytest.raises(LonglagError, match=match) as error:
        guard(DecayLaw("mine", envelope, **options))
    message = str(error.value)
    assert "\n" not in message
    assert len(message) < 300
    assert str(envelope) in message


def test_pieces_are_taken_where_their_slopes_are_known() -> None:
    window = guard(DecayLaw("bent", Piecewise((1 / (1 + ell), ell < 3), (9 / (4 * ell**2), True))))
    assert window.excess is not None
    given = {SAMPLES: 2 * Integer(36) ** 3, COST: Integer(2), KAPPA: Integer(3), LOG_LAG: log(9)}
    assert abs(window.excess.subs(given).evalf(30)) < 1e-25
    with pytest.raises(LonglagError, match=UNDECIDED):
        guard(DecayLaw("mine", Min(1, 5 / ell)))
    assert nan not in vars(window).values()
