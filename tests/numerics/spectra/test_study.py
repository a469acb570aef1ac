"""A spectrum's envelope, law and window, against many digits and closed forms."""

from __future__ import annotations

import json
import math
import time

import mpmath
import numpy as np
import pytest
from scipy.special import gamma, hyp1f1
from sympy import Rational

from longlag.numerics.spectra import rule_of, study_spectrum
from longlag.theory import LonglagError
from longlag.theory.notation import ell
from longlag.theory.spectra import SPECTRA
from longlag.theory.spectra.tauberian import Decay

#: Numbers for the parameters, singular at the ends where a family may be.
NUMBERS = {
    "single_time_scale": {"tau": 5},
    "mixture_of_2": {"p1": 0.25, "p2": 0.75, "tau1": 3, "tau2": 50},
    "gamma_rates": {"b": 0.3, "theta": 2},
    "pareto_time_scales": {"b": 0.7},
    "log_uniform_rates": {"a": 0.001, "B": 2},
    "logarithmic_rates": {"b": 0.5},
    "levy_rates": {"c": 0.8},
    "inverse_gaussian_rates": {"c": 1, "m": 0.5},
    "half_normal_rates": {"s": 0.4},
    "uniform_rates": {"B": 0.5},
    "beta_rates": {"a": 0.6, "b": 0.3},
    "log_normal_rates": {"m": 0.1, "s": 1.5},
}


@pytest.mark.parametrize("name", NUMBERS)
def test_doubles_agree_with_many_digits(name: str) -> None:
    spectrum = SPECTRA[name]
    values = spectrum.values(NUMBERS[name])
    rule = rule_of(spectrum, values)
    assert rule.envelope([0])[0] == pytest.approx(1, abs=1e-12)
    if spectrum.density is None:
        return
    for lag in (0.5, 100.0):
        with mpmath.workdps(20):
            exact = spectrum.rate_average.value({**values, ell: mpmath.mpf(lag)})
        assert rule.envelope([lag])[0] == pytest.approx(float(exact), rel=1e-9)


def test_every_registered_spectrum_is_looked_at() -> None:
    assert set(NUMBERS) == set(SPECTRA)


def test_lags_up_to_the_largest_double_have_all_digits() -> None:
    slow = SPECTRA["logarithmic_rates"]
    values = slow.values({"b": 0.1})
    with mpmath.workdps(20):
        exact = slow.rate_average.value({**values, ell: mpmath.mpf(10) ** 300})
    assert rule_of(slow, values).envelope([1e300])[0] == pytest.approx(float(exact), rel=1e-9)


def test_a_log_normal_envelope_takes_milliseconds() -> None:
    rule = rule_of(SPECTRA["log_normal_rates"], {"m": 1, "s": 1})
    start = time.process_time()
    for _ in range(20):
        rule.envelope([100.0])
    assert (time.process_time() - start) / 20 < 0.005


def test_a_beta_window_is_where_kummers_function_says() -> None:
    a, b = 2.0, 0.3
    study = study_spectrum(SPECTRA["beta_rates"], {"a": 2, "b": 0.3}, samples=1e6, kappa=3)
    assert hyp1f1(a, a + b, -study.horizon) == pytest.approx(1e-2, rel=1e-10)
    assert study.decay is Decay.POWER
    assert not study.closed_form
    lag = study.asymptote_from
    ratio = [
        float(hyp1f1(a, a + b, -at)) * at**a * gamma(b) / gamma(a + b) for at in (lag / 2, lag)
    ]
    assert abs(ratio[1] - 1) <= 0.1 < abs(ratio[0] - 1)


DECAYS = {
    "single_time_scale": Decay.EXPONENTIAL,
    "log_uniform_rates": Decay.EXPONENTIAL,
    "gamma_rates": Decay.POWER,
    "logarithmic_rates": Decay.LOGARITHMIC,
    "levy_rates": Decay.BETWEEN,
    "log_normal_rates": Decay.BETWEEN,
}


@pytest.mark.parametrize("name", DECAYS)
def test_the_slowest_rates_decide_the_class(name: str) -> None:
    assert study_spectrum(SPECTRA[name], NUMBERS[name]).decay is DECAYS[name]


def test_windows_may_be_empty_or_beyond_doubles() -> None:
    law = SPECTRA["logarithmic_rates"]
    far = study_spectrum(law, {"b": 0.5}, samples=1e6, kappa=2)
    assert far.horizon == math.inf
    none = study_spectrum(law, {"b": 0.5}, samples=1, cost=2, kappa=2)
    assert none.horizon == 0
    json.dumps([far.to_dict(), none.to_dict()], allow_nan=False)


def test_what_it_tells_is_shown() -> None:
    study = study_spectrum(SPECTRA["gamma_rates"], {"b": 2, "theta": 1}, samples=1e4, kappa=2)
    assert study.horizon == pytest.approx(9, rel=1e-10)
    assert "H_N" in study.latex()
    assert study.plot().axes
    assert study.closed_form


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"samples": 10.0}, "needs both"),
        ({"samples": -1.0, "kappa": 2.0}, "positive"),
        ({"samples": 10.0, "kappa": math.inf}, "positive"),
    ],
)
def test_a_window_without_its_numbers_is_refused(arguments: dict, word: str) -> None:
    with pytest.raises(LonglagError, match=word):
        study_spectrum(SPECTRA["uniform_rates"], {"B": Rational(1)}, **arguments)


def test_an_empty_support_is_refused() -> None:
    with pytest.raises(LonglagError, match="lower limit first"):
        rule_of(SPECTRA["log_uniform_rates"], {"a": 2, "B": 1})
    with pytest.raises(LonglagError, match="lives in"):
        rule_of(SPECTRA["uniform_rates"], {"B": -1})


def test_heterogeneity_at_a_fixed_mean_rate_lengthens_every_window() -> None:
    windows = [
        study_spectrum(
            SPECTRA["gamma_rates"], {"b": b, "theta": 1 / b}, samples=1e4, kappa=2
        ).horizon
        for b in (8.0, 4.0, 2.0, 1.0, 0.5)
    ]
    assert np.all(np.diff(windows) > 0)
