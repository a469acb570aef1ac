"""Exact data give back the parameters of every law, whatever they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longlag.numerics.codegen import generate_scalar
from longlag.numerics.fitting import Curve, Question, fit_laws
from longlag.numerics.fitting.model import model_of
from longlag.theory import LAWS, DecayLaw, LonglagError, ell, learnability_window, solve_horizon
from longlag.theory.scalar.parameters import positive

LAGS = np.unique(np.round(np.geomspace(1, 256, 48)))
TRUTH = {
    "logarithmic": {"b": 2.0, "c": 0.9},
    "polynomial": {"b": 0.7, "c": 0.9},
    "shifted_polynomial": {"b": 1.5, "c": 0.9, "tau": 8.0},
    "exponential": {"b": 0.03, "c": 0.9},
    "stretched_exponential": {"c": 0.9, "s": 0.6, "tau": 12.0},
    "tempered_power": {"b": 0.5, "c": 0.9, "p": 1.2, "tau": 60.0},
    "humped_power": {"a": 0.5, "c": 0.9, "p": 0.8, "tau": 20.0},
    "two_exponentials": {"b1": 0.02, "b2": 0.3, "c1": 0.3, "c2": 0.7},
    "exponential_mixture": {
        "C1": 0.2, "C2": 0.3, "C3": 0.5, "nu1": 0.01, "nu2": 0.12, "nu3": 0.9
    },
}  # fmt: skip


def values_of(law: DecayLaw, parameters: dict[str, float], lags: np.ndarray) -> np.ndarray:
    numbers = [parameters[symbol.name] for symbol in law.parameters]
    found: np.ndarray = generate_scalar(law.envelope, (ell, *law.parameters))(lags, *numbers)
    return found


def test_every_law_that_can_be_fitted_has_a_truth_here() -> None:
    assert set(TRUTH) | {"constant"} == set(LAWS)


@pytest.mark.parametrize("name", TRUTH)
def test_exact_data_give_the_parameters_back(name: str) -> None:
    curve = Curve(LAGS, values_of(LAWS[name], TRUTH[name], LAGS))
    found = fit_laws(curve, [LAWS[name]]).best
    for parameter, value in TRUTH[name].items():
        assert found.parameters[parameter].value == pytest.approx(value, rel=1e-8)


@settings(max_examples=15, deadline=None)
@given(b=st.floats(0.1, 2), tau=st.floats(20, 90), p=st.floats(0.6, 2), c=st.floats(0.01, 100))
def test_a_tempered_power_is_recovered_wherever_it_is(
    b: float, tau: float, p: float, c: float
) -> None:
    truth = {"b": b, "c": c, "p": p, "tau": tau}
    lags = LAGS[: np.searchsorted(LAGS, 4 * tau)]
    found = fit_laws(
        Curve(lags, values_of(LAWS["tempered_power"], truth, lags)), [LAWS["tempered_power"]]
    )
    assert {k: e.value for k, e in found.best.parameters.items()} == pytest.approx(truth, rel=1e-6)


def test_a_law_of_ones_own_is_fitted_whatever_its_domains() -> None:
    from sympy import Interval, Symbol, exp, oo

    rate, share, power = positive("k"), Symbol("r", real=True), Symbol("q", real=True)
    law = DecayLaw(
        "own",
        (share + (1 - share) * exp(-rate * ell)) * exp(-power * ell / 100),
        domains={share: Interval.open(0, 1), power: Interval(-oo, oo)},
    )
    truth = {"k": 0.2, "r": 0.3, "q": 1.5}
    found = fit_laws(Curve(LAGS, values_of(law, truth, LAGS)), [law]).best
    assert {k: e.value for k, e in found.parameters.items()} == pytest.approx(truth, rel=1e-8)


def test_a_lag_of_zero_is_a_lag_like_any_other() -> None:
    lags = np.arange(0.0, 40)
    law, truth = LAWS["stretched_exponential"], TRUTH["stretched_exponential"]
    found = fit_laws(Curve(lags, values_of(law, truth, lags)), [law]).best
    assert found.parameters["s"].value == pytest.approx(truth["s"], rel=1e-8)
    with pytest.raises(LonglagError, match="begins at lag 1"):
        fit_laws(Curve(lags, values_of(law, truth, lags)), [LAWS["polynomial"]])


@pytest.mark.parametrize("name", TRUTH)
@pytest.mark.parametrize("samples", [30.0, 1e6])
def test_a_fitted_window_is_that_of_the_law(name: str, samples: float) -> None:
    law = LAWS[name]
    curve = Curve(LAGS, values_of(law, TRUTH[name], LAGS))
    question = Question(samples, kappa=2.5, cost=1.5, extrapolate=True)
    window = fit_laws(curve, [law], question=question).best.window
    expected = solve_horizon(law, TRUTH[name], samples=samples, cost=1.5, kappa=2.5)
    assert window is not None
    assert window.computed.value == pytest.approx(float(expected.horizon), rel=1e-7)


def test_a_fitted_law_is_a_law() -> None:
    curve = Curve(LAGS, values_of(LAWS["exponential"], TRUTH["exponential"], LAGS))
    fitted = fit_laws(curve, [LAWS["exponential"]]).best.fitted
    assert learnability_window(fitted).closed_form
    found = solve_horizon(fitted, {}, samples=1e6, cost=1, kappa=2)
    assert float(found.horizon) == pytest.approx((np.log(1e3) + np.log(0.9)) / 0.03, rel=1e-8)


@pytest.mark.parametrize("name", LAWS)
def test_gradients_are_those_of_the_logarithm(name: str) -> None:
    model = model_of(LAWS[name])
    u = np.random.default_rng(0).normal(size=(3, model.dimensions)) - 0.5
    _, *slopes = model.evaluate(LAGS, u)
    for k in range(model.dimensions):
        step = np.zeros(model.dimensions)
        step[k] = 1e-6
        numeric = (model.log_shape(LAGS, u + step) - model.log_shape(LAGS, u - step)) / 2e-6
        assert slopes[k] == pytest.approx(numeric, rel=1e-4, abs=1e-6)
