"""Generated windows against 30 digits: every law on every backend, the edges, wrong versions."""

# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sympy import erfc, expint, log, uppergamma

from longlag.numerics import generate
from longlag.numerics.codegen import BACKENDS, GeneratedLaw, get_backend, law_source
from longlag.theory import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from longlag.theory.scalar.special import lower_omega, wright_omega
from longlag.theory.window import total as guarded
from longlag.theory.window.horizon import solve_horizon
from longlag.theory.window.window import COST, KAPPA, SAMPLES
from tests.numerics.codegen.laws import (
    ALL_LAWS,
    DECAYING,
    QUANTITIES,
    TYPED,
    Question,
    functions,
    mismatch,
    moderate,
    questions,
    samples_for,
    start,
    truth,
)


@pytest.mark.parametrize("name", LAWS)
@given(data=st.data())
def test_a_window_agrees_with_thirty_digits(name: str, data: st.DataObject) -> None:
    question = data.draw(questions(name))
    found = {backend: mismatch(functions(name, backend), question) for backend in BACKENDS}
    assert found == dict.fromkeys(BACKENDS, "")


@pytest.mark.parametrize("lag", [0.01, 2.7, 9.0])
@pytest.mark.parametrize("name", TYPED)
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_typed_law_takes_the_same_path(backend: str, name: str, lag: float) -> None:
    samples = samples_for(name, start(name) + lag)
    question = Question(name, tuple(moderate(name).items()), samples, **QUANTITIES)
    assert mismatch(functions(name, backend), question) == ""


def question(law: str, samples: float, cost: float, kappa: float, **own: float) -> Question:
    return Question(law, tuple(own.items()), samples, cost, kappa)


EXTREMES = {
    "ln H alone is finite": question("logarithmic", 1e8, 1.0, 2.0, b=0.25, c=1.0),
    "ln H overflows": question("logarithmic", 1e300, 1.0, 0.5, b=1.9, c=1.0),
    "H overflows": question("polynomial", 1e300, 1e-3, 0.5, b=0.5, c=1e6),
    "long time scale": question("tempered_power", 1e9, 1.0, 2.0, b=0.5, c=1.0, p=1.0, tau=1e12),
    "sharp cutoff": question("tempered_power", 1e9, 1.0, 2.0, b=0.5, c=1.0, p=40.0, tau=1e12),
    "soft cutoff": question("tempered_power", 1e200, 1.0, 0.5, b=0.1, c=1.0, p=0.1, tau=3.0),
    "long hump": question("humped_power", 1e9, 1.0, 2.0, a=0.5, c=1.0, p=1.0, tau=1e12),
    "hump before lag 1": question("humped_power", 1e9, 1.0, 2.0, a=0.5, c=1.0, p=2.0, tau=0.1),
    "huge amplitude": question("exponential", 10.0, 1.0, 2.0, b=0.5, c=1e300),
    "tiny amplitude": question("exponential", 1e300, 1e-3, 0.5, b=0.5, c=1e-300),
    "huge cost": question("stretched_exponential", 1e300, 1e299, 6.0, c=1.0, s=0.5, tau=1e12),
    "tiny window": question("shifted_polynomial", 2.0 + 1e-9, 2.0, 3.0, b=0.5, c=1.0, tau=1e12),
    "long window": question("shifted_polynomial", 1e300, 2.0, 0.5, b=0.5, c=1.0, tau=1e12),
    "twelve decades": question("two_exponentials", 1e90, 1.0, 3.0, b1=1e-6, b2=1e6, c1=1e-9, c2=1),
    "equal rates": question("two_exponentials", 1e9, 1.0, 3.0, b1=0.5, b2=0.5, c1=0.25, c2=0.75),
    "few samples": question("two_exponentials", 1e-3, 1e-6, 50.0, b1=0.5, b2=2.0, c1=3.0, c2=0.5),
    "sixty decades": question(
        "exponential_mixture",
        1e300,
        1e-3,
        0.5,
        C1=1e-30,
        C2=1.0,
        C3=1e30,
        nu1=1e-9,
        nu2=1.0,
        nu3=1e9,
    ),
    "forever": question("constant", 1e9, 1.0, 2.0, c=1e-4),
    "never": question("constant", 1e9, 1.0, 2.0, c=1e-5),
    "above a floor": question("floor", 3.5**2, 0.5, 2.0, tau=1e12),
    "at a floor": question("floor", 5.0001**2, 1.0, 2.0, tau=1e12),
}


@pytest.mark.parametrize("case", EXTREMES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_extreme_numbers(backend: str, case: str) -> None:
    assert mismatch(functions(EXTREMES[case].law, backend), EXTREMES[case]) == ""


def test_the_logarithm_of_an_overflowing_window() -> None:
    case = EXTREMES["ln H alone is finite"]
    assert mpmath.almosteq(truth(case).log_horizon, 10**16 - 1, 1e-28)
    for backend in ("numpy", "torch"):
        assert float(case.ask(backend, "log_horizon")) == pytest.approx(1e16, rel=1e-14)
        assert float(case.ask(backend, "horizon")) == np.inf
    with mpmath.workdps(30):
        assert abs(case.ask("mpmath", "log_horizon") - (10**16 - 1)) < 1e-12


NEAR = [1e-3, 1e-6, 1e-9, 1e-12]


@pytest.mark.parametrize("gap", [*NEAR, *(-gap for gap in NEAR)])
@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_window_that_just_opens(backend: str, name: str, gap: float) -> None:
    samples = samples_for(name, start(name)) * (1 + gap)
    near = Question(name, tuple(moderate(name).items()), samples, **QUANTITIES)
    assert mismatch(functions(name, backend), near) == ""


@pytest.mark.parametrize("name", DECAYING)
@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_rounding_at_the_start_moves_a_window_by_rounding(backend: str, name: str) -> None:
    first, array = start(name), get_backend(backend).array
    ulps = samples_for(name, first) * (1 + np.arange(-20, 21) * 2.3e-16)
    generated = functions(name, backend)
    status = np.asarray(generated.status(array(ulps), moderate(name), **QUANTITIES))
    horizon = np.asarray(generated.horizon(array(ulps), moderate(name), **QUANTITIES))
    assert set(status) <= {0, 1}
    assert (horizon[status == 0] == 0).all()
    # The top of a hump is flat, so there rounding shows as its root.
    assert (np.abs(horizon[status == 1] - first) <= 1e-6 * max(1, first)).all()


def asked(name: str, samples: Any, **other: Any) -> np.ndarray:
    own = {**moderate(name), **{k: v for k, v in other.items() if k not in QUANTITIES}}
    quantities = {key: other.get(key, value) for key, value in QUANTITIES.items()}
    found: np.ndarray = functions(name, "numpy").log_horizon(samples, own, **quantities)
    return found


def rises(values: np.ndarray) -> bool:
    # An infinite window stays infinite and an empty one empty.
    before, after = values[:-1], values[1:]
    return bool(
        ((after >= before - 1e-12 * np.abs(np.nan_to_num(before))) | (after == before)).all()
    )


@pytest.mark.parametrize("name", ALL_LAWS)
@given(exponents=st.lists(st.floats(-3, 300), min_size=2, max_size=30))
def test_windows_grow_with_the_samples_and_shrink_with_their_cost(
    name: str, exponents: list[float]
) -> None:
    numbers = 10.0 ** np.sort(exponents)
    assert rises(asked(name, numbers))
    assert rises(asked(name, 1e6, cost=numbers)[::-1])


@pytest.mark.parametrize("name", ALL_LAWS)
@given(kappas=st.lists(st.floats(0.5, 50), min_size=2, max_size=30))
def test_windows_shrink_as_noise_concentrates_slower(name: str, kappas: list[float]) -> None:
    rising = np.sort(kappas)
    assert rises(asked(name, 1e6, kappa=rising)[::-1])
    # Below N = A the level lies above 1, and a larger exponent brings it nearer.
    assert rises(asked(name, 1e-2, kappa=rising))


@pytest.mark.parametrize("name", [name for name in ALL_LAWS if "c" in moderate(name)])
@given(exponents=st.lists(st.floats(-10, 10), min_size=2, max_size=30))
def test_windows_grow_with_the_amplitude(name: str, exponents: list[float]) -> None:
    assert rises(asked(name, 1e4, c=10.0 ** np.sort(exponents)))


@pytest.mark.parametrize("name", DECAYING)
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_last_lag_takes_all_the_samples(backend: str, name: str) -> None:
    generated, array = functions(name, backend), get_backend(backend).array
    lags = array([start(name) + gap for gap in (2.5, 7.0, 30.0)])
    samples = generated.sample_size(lags, moderate(name), **QUANTITIES)
    horizon = generated.horizon(samples, moderate(name), **QUANTITIES)
    assert np.asarray(horizon, float) == pytest.approx(np.asarray(lags, float), rel=1e-12)
    level = (samples / QUANTITIES["cost"]) ** (-1 / QUANTITIES["kappa"])
    envelope = generated.envelope(lags, moderate(name))
    assert np.asarray(envelope, float) == pytest.approx(np.asarray(level, float), rel=1e-13)


def test_sample_sizes_overflow_only_where_they_are_too_large() -> None:
    for backend in ("numpy", "torch"):
        sizes = functions("exponential", backend).sample_size(
            get_backend(backend).array([1e3, 1e5]), {"b": 1.0, "c": 1.0}, cost=1.0, kappa=0.5
        )
        assert float(sizes[0]) == pytest.approx(np.exp(500), rel=1e-13)
        assert float(sizes[1]) == np.inf
    tiny = functions("exponential", "numpy").sample_size(0, {"b": 1, "c": 1e300}, cost=1, kappa=2)
    assert tiny == 0


SPECIAL = {
    "exponential integral": DecayLaw("mine", expint(1, ell / positive("tau")), smallest_lag=1),
    "incomplete gamma": DecayLaw("mine", uppergamma(positive("s"), ell / positive("tau"))),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_special_functions_are_taken_where_a_backend_has_them(name: str) -> None:
    law, own = SPECIAL[name], {"s": 0.75, "tau": 4.0}
    own = {symbol.name: own[symbol.name] for symbol in law.parameters}
    samples = [1e-3, 50.0, 1e4, 1e9]
    for backend in ("numpy", "mpmath"):
        array = get_backend(backend).array(samples)
        found = generate(law, backend).horizon(array, own, **QUANTITIES)
        for place, wanted in enumerate(samples):
            exact = solve_horizon(law, own, samples=wanted, **QUANTITIES).horizon
            assert float(found[place]) == pytest.approx(float(exact), rel=1e-12)
    with pytest.raises(LonglagError, match="the torch backend cannot print it"):
        generate(law, "torch")


def test_what_a_bisection_does_not_reach_is_not_a_number() -> None:
    slow = DecayLaw("slow", 1 / (2 + log(1 + ell)) + 1 / (1 + log(1 + ell)) ** 2)
    steep = DecayLaw("steep", erfc(ell / positive("tau")))
    for law, own, reached, lost in ((slow, {}, 50.0, 1e30), (steep, {"tau": 2.0}, 1e200, 1e300)):
        for backend in ("numpy", "torch"):
            samples = get_backend(backend).array([reached, lost])
            generated = generate(law, backend)
            found = generated.log_horizon(samples, own, cost=1.0, kappa=0.7)
            assert np.isfinite(np.asarray(found)).tolist() == [True, False]
            assert np.isnan(np.asarray(found)).tolist() == [False, True]
            status = generated.status(samples, own, cost=1.0, kappa=0.7)
            assert np.asarray(status).tolist() == [1, 1]


@pytest.mark.parametrize("log_lag", [-500.0, 1.0, 800.0])
def test_local_exponents_hold_at_any_lag(log_lag: float) -> None:
    own = {"b": 0.5, "c": 1.0, "tau": 3.0}
    for backend in BACKENDS:
        found = functions("shifted_polynomial", backend).local_exponent(log_lag, own, kappa=2.0)
        exact = 1 + 3 * mpmath.exp(-log_lag)
        assert abs(mpmath.mpf(float(found)) / exact - 1) < 1e-14


def level(expression: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda monkeypatch: monkeypatch.setattr(guarded, "LOG_LEVEL", expression)


def unguarded(*pieces: Any) -> Any:
    return pieces[-1][0]


WRONG = {
    "κ dropped": level(log(SAMPLES) - log(COST)),
    "A dropped": level(log(SAMPLES) / KAPPA),
    "κ above": level((log(SAMPLES) - log(COST)) * KAPPA),
    "ratio upside down": level((log(COST) - log(SAMPLES)) / KAPPA),
    "guard forgotten": lambda monkeypatch: monkeypatch.setattr(guarded, "Piecewise", unguarded),
}


@pytest.fixture
def uncached() -> Iterator[None]:
    """Derives anew, and forgets what a wrong version derived."""
    guarded.guard.cache_clear()
    yield
    guarded.guard.cache_clear()


SOME = [
    Question(name, tuple(moderate(name).items()), samples, 2.0, 3.0)
    for name in ("exponential", "tempered_power")
    for samples in (1e-3, 40.0, 1e8)
]


def mistakes(backend: Any = None) -> list[str]:
    """The windows of SOME that fresh functions get wrong."""
    backend = backend or get_backend("numpy")
    found = []
    for asked in SOME:
        law = ALL_LAWS[asked.law]
        try:
            generated = GeneratedLaw(law, backend, law_source(law, backend))
            with np.errstate(all="ignore"):
                found.append(mismatch(generated, asked))
        except (LonglagError, NameError, TypeError) as error:
            found.append(str(error))
    return [line for line in found if line]


def test_the_right_version_has_no_mistakes() -> None:
    assert mistakes() == []


@pytest.mark.usefixtures("uncached")
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_version_is_caught(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    WRONG[wrong](monkeypatch)
    assert len(mistakes()) >= 2


def test_swapped_branches_of_lambert_are_caught() -> None:
    numpy = get_backend("numpy")
    table = dict(numpy.functions)
    table[wright_omega], table[lower_omega] = table[lower_omega], table[wright_omega]
    assert mistakes(replace(numpy, functions=table))


@pytest.mark.usefixtures("uncached")
def test_a_forgotten_floor_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "_ceiling", lambda envelope: None)
    law, numpy = ALL_LAWS["floor"], get_backend("numpy")
    generated = GeneratedLaw(law, numpy, law_source(law, numpy))
    endless = Question("floor", (("tau", 3.0),), 1e6, **QUANTITIES)
    with np.errstate(all="ignore"):
        assert "status" in mismatch(generated, endless)


def test_a_forgotten_newton_step_is_caught() -> None:
    source = functions("two_exponentials", "torch").source
    wrong = GeneratedLaw(
        ALL_LAWS["two_exponentials"],
        get_backend("torch"),
        source.replace("for _ in range(2):", "for _ in range(0):"),
    )
    samples = torch.tensor([50.0], dtype=torch.float64, requires_grad=True)
    found = wrong.log_horizon(samples, moderate("two_exponentials"), **QUANTITIES)
    right = functions("two_exponentials", "torch").log_horizon(
        samples, moderate("two_exponentials"), **QUANTITIES
    )
    assert found.item() == pytest.approx(right.item(), rel=1e-14)
    assert not found.requires_grad or torch.autograd.grad(found.sum(), samples)[0].item() == 0
    assert torch.autograd.grad(right.sum(), samples)[0].item() > 0
