"""Spectra of rates become the decay laws that quadrature and the papers give; wrong ones do not."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache
from itertools import pairwise

import mpmath
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    E,
    Expr,
    FiniteSet,
    Float,
    Integer,
    Interval,
    Rational,
    S,
    Symbol,
    exp,
    expint,
    gamma,
    log,
    lowergamma,
    oo,
    pi,
    sin,
    sqrt,
)

from longlag.theory import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.notation import ell
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra import SPECTRA, laplace
from longlag.theory.spectra.catalogue.mixture import mixture
from longlag.theory.spectra.heterogeneity import (
    crossover_equality,
    curvature,
    jensen,
    longest_lag_of_speeding_up,
    spread,
    spread_slows_decay_as_published,
    spread_speeds_decay,
    two_time_scales_envelope,
)
from longlag.theory.spectra.quadrature import integrate
from longlag.theory.spectra.rate_average import RateAverage
from longlag.theory.spectra.spectrum import (
    Spectrum,
    Variable,
    draw_parameters,
    envelope_of,
    law_of,
    mean_rate_of,
    nu,
    tau,
)
from longlag.theory.spectra.tauberian import asymptote_of, regular_index, tauberian
from longlag.theory.statement import Kind, Level, Relation, Settings
from longlag.theory.verify import verify

a, b, B, c, m, s, theta, x = (
    positive(name) for name in ("a", "b", "B", "c", "m", "s", "theta", "x")
)
HALF = Rational(1, 2)
LAGS = (Rational(1, 3), Integer(70))
DENSITIES = [name for name, spectrum in SPECTRA.items() if spectrum.density is not None]

#: The closed forms that are claimed, and versions with the slips that a paper has.
CLOSED: dict[str, tuple[Expr, list[Expr]]] = {
    "gamma_rates": (
        (1 + theta * ell) ** -b,
        [
            (1 + theta * ell) ** (-b - 1),
            (1 + ell) ** -b,
            (1 + ell / theta) ** -b,
            (theta * ell) ** -b,
            (1 + theta * ell) ** b,
        ],
    ),
    "pareto_time_scales": (
        b * ell**-b * lowergamma(b, ell),
        [
            gamma(1 + b) * ell**-b,
            ell**-b * lowergamma(b, ell),
            lowergamma(1 + b, ell) * ell**-b,
            b * ell ** (-b - 1) * lowergamma(b, ell),
            b * ell**-b * sympy.uppergamma(b, ell),
        ],
    ),
    "log_uniform_rates": (
        (expint(1, a * ell) - expint(1, B * ell)) / log(B / a),
        [
            (expint(1, B * ell) - expint(1, a * ell)) / log(B / a),
            (expint(1, a * ell) - expint(1, B * ell)) / log(a / B),
            expint(1, a * ell) - expint(1, B * ell),
            expint(1, a * ell) / log(B / a),
        ],
    ),
    "levy_rates": (exp(-sqrt(2 * c * ell)), [exp(-sqrt(c * ell)), exp(-2 * sqrt(c * ell))]),
    "inverse_gaussian_rates": (
        exp(c / m * (1 - sqrt(1 + 2 * m**2 * ell / c))),
        [exp(c / m * (1 - sqrt(1 + 2 * m * ell / c))), exp(-m * ell)],
    ),
    "half_normal_rates": (
        exp(s**2 * ell**2 / 2) * sympy.erfc(s * ell / sqrt(2)),
        [exp(s**2 * ell**2 / 2) * sympy.erfc(s * ell), exp(s**2 * ell**2 / 2)],
    ),
    "uniform_rates": ((1 - exp(-B * ell)) / (B * ell), [1 / (B * ell), exp(-B * ell / 2)]),
}


@cache
def quadrature(name: str) -> list[tuple[dict[Symbol, object], object]]:
    """Points and, to 50 digits, the average of e^{−νℓ} over the density there."""
    spectrum = SPECTRA[name]
    (values, *_) = draw_parameters(spectrum, seed=3)
    with mpmath.workdps(55):
        points = [{**values, ell: mpmath.mpf(lag.p) / lag.q} for lag in LAGS]
        return [(at, spectrum.rate_average.value(at)) for at in points]


def distance(claimed: Expr, name: str) -> float:
    """The largest relative distance of a claimed envelope from the quadrature of the density."""
    with mpmath.workdps(80):
        return max(float(abs(evaluate(claimed, at) / exact - 1)) for at, exact in quadrature(name))


@pytest.mark.parametrize("name", CLOSED)
def test_envelopes_are_the_closed_forms_and_agree_with_quadrature(name: str) -> None:
    claimed, wrong = CLOSED[name]
    envelope = envelope_of(SPECTRA[name])
    assert not envelope.has(RateAverage, sympy.Integral)
    assert distance(envelope, name) < 1e-50
    assert distance(claimed, name) < 1e-50
    for slip in wrong:
        assert distance(slip, name) > 1e-3


def test_the_registry_is_complete() -> None:
    assert set(CLOSED) | {"beta_rates", "log_normal_rates", "logarithmic_rates"} == set(DENSITIES)
    assert set(SPECTRA) - set(DENSITIES) == {"single_time_scale", "mixture_of_2"}


@pytest.mark.parametrize("name", SPECTRA)
def test_every_envelope_starts_at_1_and_decays(name: str) -> None:
    spectrum = SPECTRA[name]
    law = law_of(spectrum)
    assert (law.name, law.envelope) == (name, envelope_of(spectrum))
    with mpmath.workdps(20):
        (values, *_) = draw_parameters(spectrum)
        lags = [mpmath.mpf(10) ** power for power in (-12, -2, 0, 1, 2)]
        if law.envelope.has(RateAverage):
            heights = [law.envelope.value({**values, ell: lag}) for lag in lags]
        else:
            heights = [evaluate(law.envelope, {**values, ell: lag}) for lag in lags]
    assert heights == sorted(heights, reverse=True)
    assert all(0 < height < 1 + 1e-6 for height in heights)  # 1 − e^{−x} cancels
    assert heights[0] > 0.99


def test_the_named_laws_are_transforms_of_their_spectra() -> None:
    laws = {name: LAWS[name].envelope for name in ("exponential", "shifted_polynomial")}
    scale, rate = positive("tau"), positive("b")
    assert envelope_of(SPECTRA["single_time_scale"]) == laws["exponential"].subs(
        {c: 1, rate: 1 / scale}
    )
    gamma_law = laws["shifted_polynomial"].subs({c: 1, scale: 1 / theta})
    assert sympy.simplify(envelope_of(SPECTRA["gamma_rates"]) - gamma_law) == 0
    stretched = LAWS["stretched_exponential"].envelope.subs({s: HALF, scale: 1 / (2 * c)})
    assert sympy.simplify(
        envelope_of(SPECTRA["levy_rates"]) / stretched.subs(positive("c"), c)
    ).has(c)


def test_a_mixture_is_a_sum_of_exponentials_of_any_number() -> None:
    assert envelope_of(mixture(1)) == exp(-ell / positive("tau1"))
    three = envelope_of(mixture(3))
    assert len(three.args) == 3
    assert sympy.simplify(three.subs(ell, 0)) == 1
    with pytest.raises(LonglagError):
        mixture(0)
    whole = Spectrum("whole", atoms={2: HALF, 4: HALF}, variable=Variable.TIME_SCALE)
    assert envelope_of(whole) == exp(-ell / 2) / 2 + exp(-ell / 4) / 2
    rate_zero = Spectrum("kept", atoms={oo: HALF, Integer(2): HALF}, variable=Variable.TIME_SCALE)
    assert envelope_of(rate_zero) == HALF + exp(-ell / 2) / 2


LOMAX = 2 / (2 + nu) ** 2
#: Densities of a user: the closed form, or None where none is looked for.
USERS: dict[str, tuple[Spectrum, Expr | None]] = {
    "beta": (Spectrum("x", 6 * nu * (1 - nu), support=(0, Integer(1))), None),
    "sum": (Spectrum("x", exp(-nu) / 2 + exp(-2 * nu)), 1 / (ell + 1) / 2 + 1 / (ell + 2)),
    "shifted": (Spectrum("x", exp(1 - nu), support=(1, oo)), exp(-ell) / (1 + ell)),
    "time scales": (Spectrum("x", exp(-1 / tau) / tau**2, variable="time_scale"), 1 / (1 + ell)),
    "arcsine": (Spectrum("x", 1 / (pi * sqrt(nu * (1 - nu))), support=(0, Integer(1))), None),
    "lognormal": (Spectrum("x", exp(-(log(nu) ** 2) / 2) / (nu * sqrt(2 * pi))), None),
    "lomax": (Spectrum("x", LOMAX), None),
    "far away": (Spectrum("x", 10**9 * exp(-(10**9) * nu)), 1 / (1 + ell / 10**9)),
    "constant": (Spectrum("x", HALF, support=(1, Integer(3))), None),
}


@pytest.mark.parametrize("name", USERS)
def test_a_density_of_ones_own_takes_the_same_path_and_none_hangs(name: str) -> None:
    spectrum, closed = USERS[name]
    start = time.process_time()
    envelope = envelope_of(spectrum)
    assert time.process_time() - start < 5
    if closed is not None:
        assert sympy.simplify(envelope - closed) == 0
    at = envelope.subs(ell, Rational(5, 2)).evalf(25)
    weight = spectrum.rate_average.density * exp(-Rational(5, 2) * nu)
    low, high = (float(limit) for limit in spectrum.rate_average.support)
    plain = mpmath.quad(
        sympy.lambdify(nu, weight, "mpmath"),
        [low, *([1] if low < 1 < high else []), 2, high][:4] if high > 2 else [low, high],
    )
    assert abs(at / plain - 1) < (1e-6 if name not in ("far away", "lognormal") else 1e-1)
    if not envelope.has(RateAverage):
        assert abs(at / spectrum.rate_average.subs(ell, Rational(5, 2)).evalf(25) - 1) < 1e-23


def test_where_no_closed_form_is_found_the_law_says_so() -> None:
    assert "no closed form" in law_of(Spectrum("x", LOMAX)).description
    assert "no closed form" in law_of(SPECTRA["logarithmic_rates"]).description
    assert "no closed form" not in law_of(SPECTRA["gamma_rates"]).description


UNIT = (0, Integer(1))
#: What is no distribution, and a word of the answer.
BAD: dict[str, tuple[dict[str, object], str]] = {
    "negative": ({"density": sin(nu) * exp(-nu) * 2}, "not negative"),
    "minus": ({"density": -exp(-nu)}, "not negative"),
    "not real": ({"density": log(nu - 3) * exp(-nu)}, "not negative"),
    "half": ({"density": exp(-nu) / 2}, "integrates to 0.5"),
    "divergent at 0": ({"density": 1 / nu, "support": UNIT}, "diverges"),
    "divergent at infinity": ({"density": 1 / (1 + nu)}, "diverges"),
    "strongly divergent": ({"density": exp(nu)}, "too large"),
    "constant on the half-line": ({"density": Integer(2)}, "function of the rate"),
    "another symbol": ({"density": exp(-x)}, "function of the rate"),
    "a namesake": ({"density": exp(-Symbol("nu"))}, "function of the rate"),
    "the other variable": ({"density": exp(-tau)}, "function of the rate"),
    "negative rates": ({"density": exp(-nu), "support": (-1, oo)}, "between 0 and infinity"),
    "empty support": ({"density": exp(-nu), "support": (2, Integer(1))}, "between 0 and infinity"),
    "support over itself": ({"density": exp(-nu), "support": (0, nu)}, "function of the rate"),
    "parameter missing": ({"density": theta * exp(-nu)}, "integrates to"),
    "weights": ({"atoms": {Integer(1): HALF}}, "sum to 1"),
    "negative weight": ({"atoms": {1: Integer(2), 2: Integer(-1)}}, "not negative"),
    "negative atom": ({"atoms": {Integer(-1): S.One}}, "not negative"),
    "weight that may be negative": ({"atoms": {Integer(1): x, Integer(2): 1 - x}}, "restrict"),
    "variable": ({"density": exp(-nu), "variable": "tau"}, "'time_scale'"),
    "domain of nothing": ({"density": exp(-nu), "domains": {b: Interval(1, 2)}}, "['b']"),
    "text": ({"density": "exp(-nu)"}, "SymPy expression"),
    "neither": ({}, "exactly one"),
    "both": ({"density": exp(-nu), "atoms": {Integer(1): S.One}}, "exactly one"),
    "name": ({"name": "a b", "density": exp(-nu)}, "identifier"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_distribution_is_refused_soon(name: str) -> None:
    arguments, word = BAD[name]
    start = time.process_time()
    with pytest.raises(LonglagError) as caught:
        envelope_of(Spectrum(**{"name": "bad", **arguments}))
    assert time.process_time() - start < 3
    assert word in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_wrong_answer_of_sympy_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laplace, "_by_sympy", lambda average: 1 / (1 + 2 * average.lag))
    monkeypatch.setattr(laplace, "_mean_by_sympy", lambda _: Integer(3))
    doubted = Spectrum("doubted", exp(-nu))
    assert envelope_of(doubted).has(RateAverage)
    assert abs(mean_rate_of(doubted).evalf(20) - 1) < 1e-18


MEANS = {
    "gamma_rates": b * theta,
    "pareto_time_scales": b / (b + 1),
    "uniform_rates": B / 2,
    "log_uniform_rates": (B - a) / log(B / a),
    "inverse_gaussian_rates": m,
    "half_normal_rates": s * sqrt(2 / pi),
}


@pytest.mark.parametrize("name", MEANS)
def test_heterogeneity_slows_decay_at_a_fixed_mean_rate(name: str) -> None:
    assert sympy.simplify(mean_rate_of(SPECTRA[name]) - MEANS[name]) == 0
    relation = jensen(SPECTRA[name])
    # Few-digit parameters: SymPy takes a rational number to a long rational power for ever.
    some = FiniteSet(HALF, 1, 2)
    relation = replace(relation, domains={**dict.fromkeys(relation.domains, some), a: FiniteSet(3)})
    assert verify(relation, Settings(examples=4, digits=20)).holds
    backwards = replace(relation, lhs=relation.rhs, rhs=relation.lhs)
    assert verify(backwards, Settings(examples=4, digits=20)).level is Level.REFUTED


def test_the_mean_rate_may_be_infinite() -> None:
    with pytest.raises(LonglagError, match="infinite"):
        jensen(SPECTRA["levy_rates"])
    with pytest.raises(LonglagError, match="diverges"):
        mean_rate_of(Spectrum("lomax", LOMAX))


@given(weights=st.lists(st.integers(1, 9), min_size=2, max_size=4), data=st.data())
def test_jensen_holds_for_any_atoms(weights: list[int], data: st.DataObject) -> None:
    rates = data.draw(
        st.lists(st.integers(1, 30), min_size=len(weights), max_size=len(weights), unique=True)
    )
    shares = [Rational(weight, sum(weights)) for weight in weights]
    spectrum = Spectrum("any", atoms=dict(zip(map(Integer, rates), shares, strict=True)))
    relation = jensen(spectrum)
    for lag in (Rational(1, 100), Rational(1, 3), Integer(4)):
        assert relation.lhs.subs(ell, lag).evalf(30) < relation.rhs.subs(ell, lag).evalf(30)


def test_heterogeneity_speeds_decay_up_at_a_fixed_mean_time_scale() -> None:
    assert longest_lag_of_speeding_up() == 2 * tau
    assert verify(curvature()).level is Level.PROVED
    assert verify(replace(curvature(), rhs=-curvature().rhs)).level is Level.REFUTED
    settings = Settings(examples=40)
    assert verify(spread_speeds_decay(), settings).holds
    assert verify(spread_slows_decay_as_published(), settings).level is Level.REFUTED
    at = {tau: 1, spread: HALF, ell: 1}
    assert two_time_scales_envelope().subs(at) == (exp(-2) + exp(Rational(-2, 3))) / 2
    assert two_time_scales_envelope().subs(at).evalf() < (1 / E).evalf()
    late = {**at, ell: 2}
    assert two_time_scales_envelope().subs(late).evalf() > exp(-2).evalf()


def test_two_time_scales_cross_where_the_page_says() -> None:
    assert verify(crossover_equality()).level is Level.PROVED
    p1, p2, tau1, tau2 = (positive(name) for name in ("p1", "p2", "tau1", "tau2"))
    published = log(p1 / p2) / (1 / tau1 - 1 / tau2)
    (lag,) = sympy.solve((log(p1) - ell / tau1) - (log(p2) - ell / tau2), ell)
    assert sympy.simplify(sympy.expand_log(lag - published)) == 0
    assert sympy.simplify(sympy.expand_log(lag - published.subs(p1, 2 * p1))) != 0


TAILS: dict[str, tuple[Expr, Variable, Expr]] = {
    "power": (c * x**b, Variable.RATE, c * gamma(1 + b) * ell**-b),
    "linear": (2 * x, Variable.RATE, 2 / ell),
    "pareto": (x**-b, Variable.TIME_SCALE, gamma(1 + b) * ell**-b),
    "logarithm": (
        x**b * (1 - log(x)) ** 2,
        Variable.RATE,
        gamma(1 + b) * ell**-b * (1 + log(ell)) ** 2,
    ),
    "slow": (1 / (1 - log(x)) ** b, Variable.RATE, (1 + log(ell)) ** -b),
    "slow time scales": (1 / log(x), Variable.TIME_SCALE, 1 / log(ell)),
}


@pytest.mark.parametrize("name", TAILS)
def test_tails_become_power_laws_with_their_slow_factors(name: str) -> None:
    tail, kind, expected = TAILS[name]
    assert sympy.simplify(tauberian(tail, x, kind) / expected) == 1


@pytest.mark.parametrize("tail", [1 / x, exp(-1 / x), exp(1 / x), x ** (-b) * log(x)])
def test_what_is_no_tail_of_a_distribution_is_refused(tail: Expr) -> None:
    with pytest.raises(LonglagError):
        tauberian(tail, x)


def test_the_index_is_that_of_the_power() -> None:
    assert regular_index(x ** (b + 1) * log(x), x) == b + 1
    assert regular_index(S.One / 3 + x, x) == 0


ASYMPTOTES = {
    "gamma_rates": (theta * ell) ** -b,
    "pareto_time_scales": gamma(1 + b) * ell**-b,
    "logarithmic_rates": (1 + log(ell)) ** -b,
    "half_normal_rates": sqrt(2 / pi) / (s * ell),
    "uniform_rates": 1 / (B * ell),
    "beta_rates": gamma(a + b) / gamma(b) * ell**-a,
}


def asymptotics(spectrum: Spectrum) -> Relation:
    """f(ℓ) ~ its asymptote, f as an integral: e^{x²/2} erfc(x/√2) is lost before lag 10^3000."""
    average, asymptote = spectrum.rate_average, asymptote_of(spectrum)
    return Relation(Kind.LIMIT, average, asymptote, spectrum.domains, ell)


def far_ratio(relation: Relation, lag: Expr, values: dict[Symbol, object]) -> float:
    at = {ell: Float(lag, 40), **{symbol: Float(values[symbol], 40) for symbol in values}}
    return float(relation.lhs.subs(at).evalf(30) / relation.rhs.subs(at).evalf(30))


@pytest.mark.parametrize("name", ASYMPTOTES)
def test_slow_units_decide_the_decay_at_long_lags(name: str) -> None:
    spectrum, expected = SPECTRA[name], ASYMPTOTES[name]
    assert sympy.simplify(sympy.expand_power_base(asymptote_of(spectrum) / expected)) == 1
    values = {symbol: Rational(7, 5) for symbol in spectrum.parameters}
    relation = asymptotics(spectrum)
    errors = [abs(far_ratio(relation, 10**power, values) - 1) for power in (3, 30, 3000)]
    assert errors[-1] < 0.001
    assert all(later <= earlier for earlier, later in pairwise(errors))
    exponent = replace(relation, rhs=relation.rhs / ell ** Rational(1, 10))
    assert abs(far_ratio(exponent, 10**300, values) - 1) > 0.1


@pytest.mark.parametrize("slip", [gamma(b), b, S.One])
def test_other_constants_than_gamma_of_1_plus_b_fail(slip: Expr) -> None:
    wrong = replace(asymptotics(SPECTRA["pareto_time_scales"]), rhs=slip * ell**-b)
    assert abs(far_ratio(wrong, 10**300, {b: Rational(7, 5)}) - 1) > 0.05


def test_the_relations_can_be_verified() -> None:
    right = asymptotics(SPECTRA["uniform_rates"])
    assert verify(right, Settings(examples=1, digits=20)).holds
    assert verify(replace(right, rhs=2 * right.rhs), Settings(examples=1, digits=20)).level is (
        Level.REFUTED
    )


@pytest.mark.parametrize("name", sorted(set(SPECTRA) - set(ASYMPTOTES)))
def test_without_slow_units_no_power_law_is_claimed(name: str) -> None:
    with pytest.raises(LonglagError):
        asymptote_of(SPECTRA[name])


@pytest.mark.parametrize("exponent", [HALF, Integer(1), Integer(2)])
def test_logarithmic_decay_converges_at_the_rate_of_its_next_terms(exponent: Expr) -> None:
    """f = E (1 + ln ℓ − ln t)^{−b} over exponential t; ln t has mean −γ and variance π²/6."""
    average = SPECTRA["logarithmic_rates"].rate_average.subs(b, exponent)
    second_order = exponent * (exponent + 1) * pi**2 / 12
    for power in (3, 30, 300):
        lag = Integer(10) ** power
        envelope = average.subs(ell, lag).evalf(30)
        shifted = 1 + sympy.EulerGamma + log(lag)
        relative = (envelope * shifted**exponent - 1).evalf(30)
        assert abs(relative * shifted**2 / second_order - 1).evalf() < 6 / (power * log(10)).evalf()
        published = (envelope * log(lag) ** exponent - 1).evalf()
        assert abs(published) < (exponent * 2 / (power * log(10))).evalf()
        assert abs((envelope * log(lag) ** (2 * exponent) - 1).evalf()) > 0.5


def test_an_average_is_an_expression_like_any_other() -> None:
    average = RateAverage(theta * exp(-theta * nu), nu, S.Zero, oo, ell)
    assert average.free_symbols == {theta, ell}
    exact = theta / (theta + ell)
    at = {theta: Integer(3), ell: HALF}
    for left, right in (
        (average, exact),
        (average.diff(ell), exact.diff(ell)),
        (average.diff(ell, 2), exact.diff(ell, 2)),
        (average.diff(theta), exact.diff(theta)),
        (log(average) + 1, log(exact) + 1),
    ):
        assert abs(left.subs(at).evalf(40) / right.subs(at).evalf(45) - 1) < 1e-38
    assert average.evalf(20) == average
    assert sympy.latex(average) == sympy.latex(average.as_integral())
    assert str(average) == str(average.as_integral())
    bounded = RateAverage(1 / B, nu, S.Zero, B, ell)
    with pytest.raises(LonglagError):
        bounded.diff(B)


@pytest.mark.parametrize("power", [-3000, -30, 0, 30, 3000])
def test_lags_of_any_size_take_the_same_time(power: int) -> None:
    average = RateAverage(exp(-nu), nu, S.Zero, oo, ell)
    start = time.process_time()
    value = average.subs(ell, Integer(10) ** power).evalf(40)
    assert time.process_time() - start < 2
    assert abs(value * (1 + Integer(10) ** power) - 1) < 1e-38


def test_an_integral_that_does_not_settle_is_refused() -> None:
    with pytest.raises(LonglagError, match="diverges"):
        integrate(lambda rate: 1 / rate, mpmath.mpf(0), mpmath.mpf(1))
    with pytest.raises(LonglagError, match="settle"):
        integrate(
            lambda rate: mpmath.mpf(rate > mpmath.mpf("0.3")), mpmath.mpf("0.1"), mpmath.mpf(1)
        )


def test_domains_and_parameters_are_kept() -> None:
    spectrum = Spectrum("x", exp(-nu / theta) / theta, domains={theta: Interval(1, 2)})
    assert spectrum.parameters == (theta,)
    assert law_of(spectrum).domains == {theta: Interval(1, 2)}
    assert hash(spectrum) == hash(replace(spectrum))
