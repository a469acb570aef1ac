"""The windows that are computed are those of the definition, or a refusal in one line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from flint import ctx
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from sympy import Expr, Rational, Symbol, exp

from longlag.theory import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from longlag.theory.typed.parse import parse_expression
from longlag.theory.window.horizon import Horizon, Status, solve_horizon
from tests.theory.window.oracle import REGISTERED, STARTS, TABLE, TYPED, window

NUMBERS = {"samples": 10**6, "cost": 1, "kappa": 2}
DIGITS = 40


def typed(text: str, **parameters: Any) -> Horizon:
    law = DecayLaw("typed", parse_expression(text, {"ell": ell}))
    return solve_horizon(law, parameters, **NUMBERS)


def assert_same(found: Horizon, status: str, log_horizon: Any, digits: int = DIGITS - 5) -> None:
    assert found.status == status
    if status == "finite":
        off = abs(found.log_horizon - log_horizon)
        assert off <= mp.mpf(10) ** -digits * max(1, abs(log_horizon))
        if mp.isfinite(found.horizon):
            lag = mp.exp(log_horizon)
            assert abs(found.horizon - lag) <= lag * mp.mpf(10) ** -digits * max(
                1, abs(log_horizon)
            )
    else:
        assert found.log_horizon == (None if status == "none" else mp.inf)
        assert found.horizon == (0 if status == "none" else mp.inf)


# --- the registered laws -------------------------------------------------------------------------


def decimals(low: float, high: float) -> st.SearchStrategy[Fraction]:
    return st.decimals(str(low), str(high), places=3).map(Fraction)


#: By the first letter of a parameter.
RANGES = {
    "a": decimals(0.1, 3),
    "b": decimals(0.05, 3),
    "c": decimals(0.01, 3),
    "C": decimals(0.01, 2),
    "n": decimals(0.002, 3),
    "p": decimals(0.3, 2.5),
    "s": decimals(0.2, 3),
    "t": decimals(0.1, 500),
}
SITUATIONS = st.fixed_dictionaries(
    {
        "samples": st.decimals("0.1", "12", places=2).map(lambda d: 10 ** float(d)),
        "cost": st.sampled_from([1, 2, Fraction(7, 3), 40]),
        "kappa": st.sampled_from([2, Fraction(9, 4), 3, 6, Fraction(11, 10)]),
    }
)


@st.composite
def parameters_of(draw: st.DrawFn, law: DecayLaw) -> dict[str, Fraction]:
    return {p.name: draw(RANGES[p.name[0]]) for p in law.parameters}


def in_mpmath(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: mp.mpf(str(v)) if isinstance(v, float) else mp.mpf(v.numerator) / v.denominator
        for name, v in values.items()
    }


@pytest.mark.parametrize("name", LAWS)
@given(data=st.data(), situation=SITUATIONS)
def test_every_registered_law_agrees_with_bisection(
    name: str, data: st.DataObject, situation: dict[str, Any]
) -> None:
    law = LAWS[name]
    parameters = data.draw(parameters_of(law))
    found = solve_horizon(law, parameters, **situation, digits=DIGITS)
    with mp.workdps(2 * DIGITS):
        numbers = in_mpmath(parameters)
        status, log_horizon = window(
            lambda lag: REGISTERED[name](lag, **numbers),
            STARTS.get(name, 0),
            **in_mpmath(situation),
        )
        assert_same(found, status, log_horizon, DIGITS - 12)


@pytest.mark.parametrize("name", [name for name in LAWS if name != "constant"])
@given(data=st.data(), situation=SITUATIONS)
def test_the_local_exponent_is_the_slope_of_ln_h(
    name: str, data: st.DataObject, situation: dict[str, Any]
) -> None:
    law = LAWS[name]
    parameters = data.draw(parameters_of(law))
    found = solve_horizon(law, parameters, **situation, digits=DIGITS)
    if found.status is not Status.FINITE or found.horizon <= 1.001:
        return
    step = Rational(1, 10**12)
    samples = sympy.Rational(repr(situation["samples"]))
    ahead, behind = (
        solve_horizon(
            law,
            parameters,
            samples=samples * factor,
            digits=DIGITS,
            cost=situation["cost"],
            kappa=situation["kappa"],
        ).log_horizon
        for factor in (1 + step, 1 - step)
    )
    with mp.workdps(DIGITS):
        slope = (ahead - behind) / (mp.log1p(mp.mpf("1e-12")) - mp.log1p(mp.mpf("-1e-12")))
        assert found.local_exponent == pytest.approx(slope, rel=1e-10)


@given(data=st.data(), situation=SITUATIONS)
def test_windows_grow_with_n_and_shrink_with_cost(
    data: st.DataObject, situation: dict[str, Any]
) -> None:
    law = LAWS[data.draw(st.sampled_from(list(LAWS)))]
    parameters = data.draw(parameters_of(law))
    horizon = solve_horizon(law, parameters, **situation).horizon
    more = {**situation, "samples": 2 * situation["samples"]}
    dearer = {**situation, "cost": 2 * situation["cost"]}
    assert solve_horizon(law, parameters, **more).horizon >= horizon
    assert solve_horizon(law, parameters, **dearer).horizon <= horizon


# --- the table of reference values ---------------------------------------------------------------

# From the project's shared truth/horizon.json: bisection in 50 digits, by other hands.
CASES = json.loads(Path(__file__).with_name("horizon.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["family"])
def test_the_table(case: dict[str, Any]) -> None:
    parameters = {key: Rational(value) for key, value in case["params"].items()}
    law = LAWS[TABLE[case["family"]]]
    if case["family"] == "powercut":
        parameters["p"] = Rational(1)
        if parameters["b"] < 0:
            law = LAWS["humped_power"]
            parameters["a"] = -parameters.pop("b")
    found = solve_horizon(
        law,
        parameters,
        samples=Rational(case["N"]),
        cost=Rational(case["A"]),
        kappa=Rational(case["kappa"]),
        digits=25,
    )
    assert found.status == case["status"]
    if case["status"] == "finite":
        with mp.workdps(40):
            assert mp.almosteq(found.horizon, mp.mpf(case["H"]), rel_eps=mp.mpf("1e-24"))
            assert mp.almosteq(found.log_horizon, mp.mpf(case["lnH"]), rel_eps=mp.mpf("1e-24"))
        # The table calls c₁e^{−bℓ} + c₂e^{−3bℓ} unsolvable; it is a cubic, and so is the page's.
        if "ratio 3" not in case["note"]:
            assert found.closed_form == case["closed_form"]


def test_the_rate_ratio_three_is_a_cubic() -> None:
    rates = {"c1": 0.2, "b1": 0.05, "c2": 0.8, "b2": 0.15}
    assert solve_horizon(LAWS["two_exponentials"], rates, **NUMBERS).method == "cubic"


# --- whatever a user types -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parameters", "envelope", "start"),
    TYPED,
    ids=lambda v: v if isinstance(v, str) else "",
)
@pytest.mark.parametrize(
    ("samples", "cost", "kappa"), [(10**6, 2, 3), (Fraction(3, 2), 1, 2), (10**70, 3, 2)]
)
def test_typed_laws_agree_with_bisection(
    text: str,
    parameters: dict[str, Any],
    envelope: Callable[..., Any],
    start: int,
    samples: Any,
    cost: int,
    kappa: int,
) -> None:
    law = DecayLaw("typed", parse_expression(text, {"ell": ell}))
    found = solve_horizon(law, parameters, samples=samples, cost=cost, kappa=kappa, digits=20)
    with mp.workdps(50):
        numbers = {name: mp.mpf(str(value)) for name, value in parameters.items()}
        status, log_horizon = window(
            lambda lag: envelope(lag, **numbers),
            start,
            samples=mp.mpf(samples.numerator) / samples.denominator,
            cost=cost,
            kappa=kappa,
        )
        assert_same(found, status, log_horizon, 19)


r, negative, free = Symbol("r", real=True), Symbol("b", negative=True), Symbol("z")
SAME: list[tuple[Expr, dict[str, float], str, dict[str, float]]] = [
    (ell**negative, {"b": -1.5}, "polynomial", {"b": 1.5, "c": 1}),
    (exp(negative * ell), {"b": -0.3}, "exponential", {"b": 0.3, "c": 1}),
    (2 * exp(r * ell), {"r": -0.3}, "exponential", {"b": 0.3, "c": 2}),
    (free * exp(-ell), {"z": 2}, "exponential", {"b": 1, "c": 2}),
    ((1 + ell / 3) ** r, {"r": -2}, "shifted_polynomial", {"b": 2, "c": 1, "tau": 3}),
    (exp(-((ell / r) ** 2)), {"r": -4}, "stretched_exponential", {"c": 1, "s": 2, "tau": 4}),
    (exp(-((ell / r) ** 2)), {"r": 4}, "stretched_exponential", {"c": 1, "s": 2, "tau": 4}),
    (ell**r * exp(-ell / 9), {"r": -0.5}, "tempered_power", {"b": 0.5, "c": 1, "p": 1, "tau": 9}),
    (ell**r * exp(-ell / 9), {"r": 0.5}, "humped_power", {"a": 0.5, "c": 1, "p": 1, "tau": 9}),
    (
        r * exp(-ell) + exp(-2 * ell),
        {"r": 0.5},
        "two_exponentials",
        {"c1": 0.5, "b1": 1, "c2": 1, "b2": 2},
    ),
]


@pytest.mark.parametrize(("envelope", "parameters", "name", "own"), SAME, ids=str)
def test_signs_of_symbols_do_not_matter(
    envelope: Expr, parameters: dict[str, float], name: str, own: dict[str, float]
) -> None:
    found = solve_horizon(DecayLaw("free", envelope), parameters, **NUMBERS)
    assert found.horizon == pytest.approx(solve_horizon(LAWS[name], own, **NUMBERS).horizon, 1e-15)
    assert found.growth is not None


# --- wrong versions are told apart ---------------------------------------------------------------

WRONG: dict[str, Callable[[float, float, float, float], float]] = {
    "the sign flipped": lambda n, a, k, b: (n / a) ** (-1 / (k * b)),
    "1/kappa for kappa": lambda n, a, k, b: (n / a) ** (k / b),
    "A forgotten": lambda n, a, k, b: n ** (1 / (k * b)),
    "b + 1 for b": lambda n, a, k, b: (n / a) ** (1 / (k * (b + 1))),
    "alpha for alpha/(alpha-1)": lambda n, a, k, b: (n / a) ** (1 / (k / (k - 1) * b)),
}


@pytest.mark.parametrize("mistake", WRONG)
@given(b=decimals(0.2, 2), kappa=st.sampled_from([3, Fraction(9, 4), 6]))
def test_a_wrong_power_law_is_far_off(mistake: str, b: Fraction, kappa: Fraction) -> None:
    found = solve_horizon(
        LAWS["polynomial"], {"c": 1, "b": b}, samples=10**6, cost=5, kappa=kappa
    ).horizon
    wrong = WRONG[mistake](1e6, 5, float(kappa), float(b))
    assert abs(found / wrong - 1) > 0.01


@pytest.mark.parametrize(("name", "branch"), [("tempered_power", -1), ("humped_power", 0)])
def test_the_other_branch_of_lambert_w_does_not_solve(name: str, branch: int) -> None:
    power = "a" if name == "humped_power" else "b"
    parameters = {power: 1.5, "c": 0.1, "p": 1, "tau": 10}
    horizon = solve_horizon(LAWS[name], parameters, **NUMBERS).horizon
    sign = 1 if name == "humped_power" else -1
    # c ℓ^{±b} e^{−ℓ/τ} = φ  ⇔  ℓ = ∓bτ W(∓(φ/c)^{±1/b}/(bτ))
    argument = -sign * mp.mpf(0.01) ** (sign / 1.5) / 15
    other, own = (-sign * 15 * mp.lambertw(argument, k) for k in (branch, -1 - branch))
    assert mp.almosteq(own, horizon, rel_eps=1e-10)
    assert not mp.almosteq(other, horizon, rel_eps=1e-3)


# --- near the edges ------------------------------------------------------------------------------

FIRST = {
    "b": 1,
    "b1": 1,
    "b2": 1.7,
    "c": 1,
    "c1": 0.5,
    "c2": 0.5,
    "s": 0.3,
    "tau": 7,
    "p": 1,
    "C1": 0.25,
    "C2": 0.25,
    "C3": 0.5,
    "nu1": 1,
    "nu2": 0.1,
    "nu3": 0.01,
}


@pytest.mark.parametrize(
    "name", [n for n in LAWS if n not in ("constant", "humped_power", "tempered_power")]
)
def test_with_n_equal_to_a_exactly_the_smallest_lag_is_reached(name: str) -> None:
    law = LAWS[name]
    own = {p.name: FIRST[p.name] for p in law.parameters}
    found = solve_horizon(law, own, samples=7, cost=7, kappa=3)
    assert (found.status, found.horizon) == (Status.FINITE, law.start)
    assert solve_horizon(law, own, samples=6.999999, cost=7, kappa=3).status is Status.NONE
    above = solve_horizon(law, own, samples=7 + Rational(1, 10**30), cost=7, kappa=3)
    assert above.horizon > law.start
    assert above.horizon - law.start < 1e-6


@pytest.mark.parametrize(
    ("samples", "status"),
    [
        (100, "infinite"),
        (99.999999999, "none"),
        (100 - Rational(1, 10**30), "none"),
        (100.000001, "infinite"),
    ],
)
def test_a_constant_at_its_threshold(samples: Any, status: str) -> None:
    assert solve_horizon(LAWS["constant"], {"c": 0.1}, samples=samples, cost=1, kappa=2).status == (
        status
    )


@pytest.mark.parametrize(
    ("samples", "status"), [(100, "infinite"), (99.9999, "finite"), (100.0001, "infinite")]
)
def test_a_floor_at_its_threshold(samples: Any, status: str) -> None:
    law = DecayLaw("floor", Rational(1, 10) + exp(-ell))
    found = solve_horizon(law, {}, samples=samples, cost=1, kappa=2)
    assert found.status == status


def test_a_hump_whose_peak_is_at_its_threshold() -> None:
    # ℓ²e^{−ℓ/5} is largest at ℓ = 10, where it is 100/e².
    law = DecayLaw("hump", ell**2 * exp(-ell / 5))
    exactly = solve_horizon(law, {}, samples=sympy.E**4, cost=10**4, kappa=2)
    assert exactly.status is Status.FINITE
    assert exactly.horizon == pytest.approx(10, rel=1e-9)
    assert solve_horizon(law, {}, samples=54.59, cost=10**4, kappa=2).status is Status.NONE
    after = solve_horizon(law, {}, samples=54.6, cost=10**4, kappa=2)
    assert 10 < after.horizon < 10.2
    assert after.first_failure == 0


def test_a_window_with_a_gap_before_it_says_so() -> None:
    law = LAWS["humped_power"]
    own = {"a": 1.5, "c": 0.01, "p": 1, "tau": 10}
    assert solve_horizon(law, own, samples=10**3, cost=1, kappa=2).first_failure == 1
    assert solve_horizon(law, own, samples=10**6, cost=1, kappa=2).first_failure is None


def test_equal_rates_are_one_exponential() -> None:
    rates = {"c1": 0.3, "b1": 0.5, "c2": 0.7, "b2": 0.5}
    both = solve_horizon(LAWS["two_exponentials"], rates, **NUMBERS).horizon
    one = solve_horizon(LAWS["exponential"], {"c": 1, "b": 0.5}, **NUMBERS).horizon
    assert both == pytest.approx(one, rel=1e-15)


@given(b=decimals(0.2, 3), c=decimals(0.2, 3), tau=decimals(0.1, 100))
def test_laws_contain_one_another(b: Fraction, c: Fraction, tau: Fraction) -> None:
    def horizon(name: str, **own: Any) -> Any:
        return solve_horizon(LAWS[name], own, **NUMBERS).horizon

    plain = horizon("exponential", b=1 / tau, c=c)
    assert horizon("stretched_exponential", c=c, s=1, tau=tau) == pytest.approx(plain, rel=1e-15)
    far = 10**60
    power = horizon("polynomial", b=b, c=c)
    assert horizon("tempered_power", b=b, c=c, p=1, tau=far) == pytest.approx(power, rel=1e-15)
    shifted = horizon("shifted_polynomial", b=far / tau, c=c, tau=far)
    assert shifted == pytest.approx(plain, rel=1e-12)


def test_more_digits_are_more_of_the_same_digits() -> None:
    for name in ("two_exponentials", "tempered_power", "logarithmic"):
        own = {p.name: FIRST[p.name] for p in LAWS[name].parameters}
        few = solve_horizon(LAWS[name], own, **NUMBERS, digits=1)
        many = solve_horizon(LAWS[name], own, **NUMBERS, digits=100)
        with mp.workdps(110):
            assert mp.almosteq(few.horizon, many.horizon, rel_eps=1e-10)


def test_the_callers_precision_is_left_alone() -> None:
    before = mp.dps, ctx.prec
    solve_horizon(
        LAWS["two_exponentials"],
        {n: FIRST[n] for n in ("c1", "c2", "b1", "b2")},
        **NUMBERS,
        digits=60,
    )
    with pytest.raises(LonglagError):
        typed("ell")
    assert (mp.dps, ctx.prec) == before


@pytest.mark.parametrize(
    "number",
    [
        2,
        2.0,
        Fraction(2),
        mpmath.mpf(2),
        np.float64(2),
        np.int64(2),
        sympy.Integer(2),
        sympy.Float(2),
        sympy.sqrt(4),
        sympy.log(sympy.exp(2)),
    ],
    ids=lambda n: type(n).__name__,
)
def test_numbers_of_any_kind(number: Any) -> None:
    found = solve_horizon(
        LAWS["exponential"], {"b": number, "c": number}, samples=10**6, cost=number, kappa=number
    )
    assert found.horizon == pytest.approx((np.log(2) + np.log(5e5) / 2) / 2, rel=1e-14)


def test_irrational_numbers() -> None:
    law = LAWS["two_exponentials"]
    own = {"c1": 1, "c2": 1, "b1": 1, "b2": sympy.sqrt(2)}
    assert solve_horizon(law, own, **NUMBERS).method == "bracketed root"
    found = solve_horizon(LAWS["exponential"], {"b": sympy.pi, "c": 1}, **NUMBERS)
    assert found.horizon == pytest.approx(np.log(1000) / np.pi, rel=1e-14)


# --- what is no envelope -------------------------------------------------------------------------

NO_ENVELOPE = {
    "ell": "it must decrease in the end, and it increases",
    "log(ell)": "it must decrease in the end",
    "exp(ell)": "it must decrease in the end",
    "exp(exp(ell))": "it must decrease in the end",
    "gamma(1+ell)": "it may have one maximum|must decrease in the end",
    "1.5+sin(ell)": "rises again near ell = .*: it may have one maximum",
    "exp(-ell/50)*(2+cos(ell))": "rises again near",
    "exp(-ell)+exp(-(ell-20)**2)": "rises again near",
    "exp(-ell)+0.5*exp(-1000*(ell-20)**2)": "rises again near ell = 19",
    "exp(-ell)+0.5*exp(-100000*(ell-20)**2)": "rises again near ell = 19",
    "ell**-2+ell/1000000": "rises again|increases",
    "1-ell/100": "an envelope is positive at every lag",
    "exp(-ell)-0.1": "an envelope is positive at every lag",
    "sin(ell)": "positive at every lag|rises again",
    "-exp(-ell)": "an envelope is positive at every lag",
    "0*ell": "it is zero at every lag",
    "(-1)**ell": "an envelope is real",
    "sqrt(1-ell)": "an envelope is real",
    "1/(ell-5)**2": "an envelope is finite at every lag",
    "(5.5-ell)**-2": "an envelope is finite at every lag",
}


@pytest.mark.parametrize("text", NO_ENVELOPE)
def test_what_is_no_envelope_is_refused(text: str) -> None:
    with pytest.raises(LonglagError, match=NO_ENVELOPE[text]) as refusal:
        typed(text)
    assert_readable(refusal.value)


def test_a_pole_at_the_start_is_refused_where_the_start_is_given() -> None:
    law = DecayLaw("zero", ell ** -positive("b"), smallest_lag=0)
    with pytest.raises(LonglagError, match="finite at every lag; start at a larger lag"):
        solve_horizon(law, {"b": 1}, **NUMBERS)
    from_one = solve_horizon(DecayLaw("one", law.envelope), {"b": 1}, **NUMBERS)
    assert from_one.horizon == pytest.approx(1000)


def assert_readable(error: LonglagError) -> None:
    """One line: the value, the rule, the remedy, and nothing for a programmer only."""
    text = str(error)
    assert "\n" not in text
    assert len(text) < 400
    assert all((error.value, error.rule, error.remedy))
    assert not any(word in text for word in ("Traceback", "object at 0x", "mpf(", "Error"))


# --- numbers that are none -----------------------------------------------------------------------

NOT_NUMBERS: list[Any] = [
    0,
    -1,
    float("nan"),
    float("inf"),
    -float("inf"),
    True,
    "3",
    1j,
    None,
    [1],
    sympy.nan,
    sympy.oo,
    sympy.I,
    Symbol("q"),
    mpmath.mpf("nan"),
    np.array([1.0, 2.0]),
    -(10**5000),
]


@pytest.mark.parametrize("bad", NOT_NUMBERS, ids=lambda bad: str(type(bad).__name__))
@pytest.mark.parametrize("place", ["samples", "cost", "kappa", "b"])
def test_numbers_that_are_none_are_refused(bad: Any, place: str) -> None:
    parameters = {"b": bad if place == "b" else 1, "c": 1}
    numbers = NUMBERS if place == "b" else {**NUMBERS, place: bad}
    with pytest.raises(LonglagError, match=place) as refusal:
        solve_horizon(LAWS["exponential"], parameters, **numbers)
    assert_readable(refusal.value)


@pytest.mark.parametrize("digits", [0, -1, 10**6, 1001, 2.0, True, None, "9"])
def test_digits_are_few(digits: Any) -> None:
    with pytest.raises(LonglagError, match="1 to 1000 digits") as refusal:
        solve_horizon(LAWS["exponential"], {"b": 1, "c": 1}, **NUMBERS, digits=digits)
    assert_readable(refusal.value)


# --- nothing hangs -------------------------------------------------------------------------------

TEN = sympy.Integer(10)
#: Law or text, parameters, other numbers, and ln H where it is known.
HARD: list[tuple[str, dict[str, Any], dict[str, Any], Any]] = [
    ("exp(-exp(exp(exp(ell))))", {}, {}, None),
    ("exp(-exp(100000*ell))", {}, {}, np.log(np.log(np.log(1000)) / 1e5)),
    ("ell**-b", {"b": 10**9}, {}, np.log(1000) / 1e9),
    ("exp(-ell/t)", {"t": 1e-300}, {}, np.log(np.log(1000)) - 300 * np.log(10)),
    ("exp(-ell/t)", {"t": 1e300}, {}, np.log(np.log(1000)) + 300 * np.log(10)),
    ("exp(-ell/t)+exp(-2.7*ell/t)", {"t": 1e-300}, {}, np.log(np.log(1000)) - 300 * np.log(10)),
    ("exp(-ell/t)+exp(-2.7*ell/t)", {"t": 1e300}, {}, np.log(np.log(1000)) + 300 * np.log(10)),
    ("polynomial", {"b": 1e-12, "c": 1}, {}, np.log(1000) * 1e12),
    ("polynomial", {"b": 1e-300, "c": 1}, {}, np.log(1000) * 1e300),
    ("polynomial", {"b": 1e300, "c": 1}, {}, np.log(1000) * 1e-300),
    ("logarithmic", {"b": 1e-12, "c": 1}, {}, mp.mpf(10) ** (3 * 10**12)),
    ("logarithmic", {"b": 1e300, "c": 1}, {}, np.log(1000) * 1e-300),
    ("tempered_power", {"b": 1e300, "c": 1, "p": 1, "tau": 3}, {}, 0),
    ("humped_power", {"a": 1e300, "c": 1, "p": 1, "tau": 3}, {}, None),
    ("humped_power", {"a": 1, "c": 1, "p": 1e-12, "tau": 3}, {}, None),
    ("stretched_exponential", {"c": 1, "s": 1e-300, "tau": 1}, {}, np.log(np.log(1000)) * 1e300),
    ("stretched_exponential", {"c": 1, "s": 1e300, "tau": 1}, {}, 0),
    (
        "two_exponentials",
        {"b1": 1e-300, "b2": 1e300, "c1": 1, "c2": 1},
        {},
        np.log(np.log(1000)) + 300 * np.log(10),
    ),
    ("polynomial", {"b": 1, "c": TEN**-1000}, {}, "none"),
    ("polynomial", {"b": 1, "c": TEN**1000}, {}, 1003 * np.log(10)),
    ("exponential", {"b": 1, "c": TEN**-1000}, {"samples": TEN**2002}, np.log(np.log(10))),
    ("polynomial", {"b": 1, "c": 1}, {"samples": TEN**10000}, 5000 * np.log(10)),
    (
        "two_exponentials",
        {"b1": 1, "b2": 2.5, "c1": 1, "c2": 1},
        {"samples": TEN**10000},
        np.log(5000 * np.log(10)),
    ),
    ("logarithmic", {"b": 1, "c": 1}, {"samples": TEN**10000}, mp.mpf(10) ** 5000),
    ("polynomial", {"b": 1, "c": 1}, {"kappa": 1e-9}, np.log(10) * 6e9),
    ("polynomial", {"b": 1, "c": 1}, {"kappa": 1e9}, np.log(10) * 6e-9),
    ("polynomial", {"b": 1, "c": 1}, {"kappa": 1e-300}, np.log(10) * 6e300),
    ("polynomial", {"b": 1, "c": 1}, {"kappa": TEN**-3000}, None),
    (
        "two_exponentials",
        {"b1": 1, "b2": 2.5, "c1": 1, "c2": 1},
        {"kappa": 1e-9},
        np.log(np.log(10) * 6e9),
    ),
    ("exp(1/ell)-1-1/ell", {}, {"samples": TEN**300}, np.log(10) * 75 - np.log(2) / 2),
    ("1-tanh(ell)", {}, {"samples": TEN**400}, None),
    ("1-tanh(ell)", {}, {"samples": TEN**4000}, None),
    ("besselk(2,1+ell)", {}, {}, None),
    ("besselk(0,ell/t)", {"t": 1e300}, {}, None),
    ("uppergamma(0.01,ell/t)", {"t": 1e-20}, {}, None),
    ("zeta(2+ell)-1", {}, {"samples": TEN**40}, None),
    ("erfc(ell*t)", {"t": 1e300}, {}, None),
    (
        "exponential_mixture",
        {"C1": 0.2, "C2": 0.3, "C3": 0.5, "nu1": 1, "nu2": 0.1, "nu3": 0.01},
        {"digits": 300},
        None,
    ),
]


@pytest.mark.parametrize(
    ("law", "parameters", "numbers", "expected"),
    HARD,
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_hard_numbers_take_seconds_and_give_the_truth_or_a_reason(
    law: str, parameters: dict[str, Any], numbers: dict[str, Any], expected: Any
) -> None:
    began = time.process_time()
    own = LAWS[law] if law in LAWS else DecayLaw("hard", parse_expression(law, {"ell": ell}))
    try:
        found = solve_horizon(own, parameters, **{**NUMBERS, **numbers})
    except LonglagError as error:
        assert expected is None
        assert_readable(error)
    else:
        if expected == "none":
            assert found.status is Status.NONE
        elif expected is not None:
            assert mp.almosteq(found.log_horizon, expected, rel_eps=1e-7, abs_eps=1e-299)
    assert time.process_time() - began < 5


def test_a_horizon_too_large_for_its_logarithm_to_be_formed() -> None:
    found = typed("1/(1+log(1+log(1+ell)))")
    assert found.status is Status.FINITE
    with mp.workdps(500):
        # 1 + ln(1 + ln(1 + H)) = 1000
        assert mp.almosteq(mp.log(1 + found.log_horizon), 999, rel_eps=1e-14)


def test_a_limit_that_is_not_known_is_not_called_finite() -> None:
    # ln ln ln ℓ grows, but reaches no threshold within e^(2^60).
    with pytest.raises(LonglagError, match="ends beyond every lag searched"):
        typed("1/(ell**0+log(1+log(1+log(1+log(1+ell))))+sin(1/ell))")
