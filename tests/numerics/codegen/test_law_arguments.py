"""Unusable laws and every kind of bad argument are one LonglagError in one line."""

# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from sympy import Interval, Piecewise, Union, cos, exp, sin, zeta

from longlag.numerics import generate
from longlag.numerics.codegen import BACKENDS, get_backend
from longlag.theory import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from tests.numerics.codegen.laws import functions, is_closed


def refused(action: Callable[[], object], match: str) -> None:
    with pytest.raises(LonglagError, match=match) as error:
        action()
    message = str(error.value)
    assert "\n" not in message
    assert len(message) < 500
    assert error.value.rule
    assert error.value.remedy


b, tau = positive("b"), positive("tau")
UNUSABLE = {
    "increasing": (ell**b, "SymPy cannot show from which lag on it decreases"),
    "exponentially increasing": (exp(ell / tau), "SymPy cannot show from which lag"),
    "falls, then rises": (ell**-b * exp(ell / tau), "SymPy cannot show from which lag"),
    "oscillating": (exp(-b * ell) * (2 + cos(ell)), "SymPy cannot show from which lag"),
    "oscillating power": ((2 + sin(ell)) / ell, "SymPy cannot show from which lag"),
    "a plateau": (Piecewise((1, ell < tau), (tau / ell, True)), "it is flat somewhere"),
    "negative in the end": (exp(-ell / tau) - 0.2, "an envelope is positive at every lag"),
    "no function of any backend": (zeta(1 + ell / tau), "zeta"),
}


@pytest.mark.parametrize("case", UNUSABLE)
@pytest.mark.parametrize("backend", BACKENDS)
def test_an_unusable_law_is_refused(backend: str, case: str) -> None:
    envelope, match = UNUSABLE[case]
    refused(lambda: generate(DecayLaw("mine", envelope), backend), match)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_domain_that_is_no_interval_is_refused(backend: str) -> None:
    two_ranges = Union(Interval(1, 2), Interval(3, 4))
    law = DecayLaw("mine", ell**-b, domains={b: two_ranges})
    refused(lambda: generate(law, backend), "generated functions check intervals")


def test_a_closed_domain_holds_its_ends() -> None:
    law = DecayLaw("mine", ell**-b, domains={b: Interval.Lopen(1, 2)})
    generated = generate(law, "numpy")
    assert generated.horizon(16.0, {"b": 2}, cost=1.0, kappa=1.0) == pytest.approx(4, rel=1e-15)
    outside: tuple[Any, ...] = (1, 2.1, np.array([1.5, 0.5]))
    for value in outside:
        own = {"b": value}
        refused(
            lambda own=own: generated.horizon(16.0, own, cost=1.0, kappa=1.0),
            r"every value lies in \(1, 2\]",
        )


GOOD: dict[str, Any] = {
    "samples": 1e4,
    "parameter": {"b": 0.5, "c": 2.0},
    "cost": 2.0,
    "kappa": 3.0,
}
NUMBERS = {
    "zero": (0, "= 0 of law"),
    "negative": (-1.5, "= -1.5 of law"),
    "NaN": (float("nan"), "= nan of law"),
    "infinite": (float("inf"), "= inf of law"),
    "negatively infinite": (float("-inf"), "= -inf of law"),
    "text": ("2", "of type str"),
    "complex": (2j, "of type complex"),
    "a truth value": (True, "of type bool"),
    "nothing": (None, "of type NoneType"),
    "a dictionary": ({}, "of type dict"),
}
PARAMETERS = {
    "missing": ({"b": 0.5}, r"parameters \['b'\] of law 'exponential': the law has b, c"),
    "unknown": ({"b": 0.5, "c": 1.0, "d": 2.0}, r"parameters \['b', 'c', 'd'\]"),
    "misspelt": ({"b": 0.5, "C": 1.0}, "the law has b, c"),
    "none": ({}, r"parameters \[\] of law"),
    "not a dictionary": (None, "parameters of type NoneType"),
    "a list": ([0.5, 2.0], "parameters of type list"),
}


@pytest.mark.parametrize("case", NUMBERS)
@pytest.mark.parametrize("what", ["samples", "cost", "kappa", "b"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_bad_numbers_are_refused(backend: str, what: str, case: str) -> None:
    value, match = NUMBERS[case]
    given = dict(GOOD)
    if what == "b":
        given["parameter"] = {**GOOD["parameter"], "b": value}
    else:
        given[what] = value
    for function in ("status", "horizon", "log_horizon"):
        call = getattr(functions("exponential", backend), function)
        refused(lambda call=call: call(**given), match)


@pytest.mark.parametrize("case", PARAMETERS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_bad_parameters_are_refused(backend: str, case: str) -> None:
    parameter, match = PARAMETERS[case]
    given = {**GOOD, "parameter": parameter}
    refused(lambda: functions("exponential", backend).horizon(**given), match)


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_bad_entry_is_found_and_shown(backend: str) -> None:
    array, generated = get_backend(backend).array, functions("exponential", backend)
    refused(
        lambda: generated.horizon(**{**GOOD, "samples": array([1.0, 2.0, -3.0, 4.0])}),
        "samples = -3 of law",
    )
    refused(
        lambda: generated.horizon(**{**GOOD, "kappa": array([1.0, -2.0])[:, None]}),
        "kappa = -2 of law",
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_lags_begin_at_the_start(backend: str) -> None:
    polynomial, moving = functions("polynomial", backend), functions("starts_at_tau", backend)
    array, own = get_backend(backend).array, {"b": 1.0, "c": 1.0}
    for value, match in ((0.5, "ell = 0.5 of law 'polynomial': lags begin at 1"), (0, "ell = 0")):
        refused(lambda value=value: polynomial.envelope(value, own), match)
        refused(lambda value=value: polynomial.sample_size(value, own, cost=1, kappa=2), match)
    refused(lambda: polynomial.envelope(array([3.0, 0.25]), own), "ell = 0.25")
    for value in (float("nan"), float("inf"), -1):
        refused(lambda value=value: polynomial.envelope(value, own), "ell = ")
    assert polynomial.envelope(1, own) == 1
    assert functions("exponential", backend).envelope(0, own) == 1
    taus = array([1.5, 0.5])
    refused(lambda: moving.envelope(1.0, {"b": 1.0, "tau": taus}), "lags begin at tau")
    assert np.asarray(moving.envelope(2.0, {"b": 1.0, "tau": taus}), float).tolist() == [0.75, 0.25]


@pytest.mark.parametrize("backend", BACKENDS)
def test_local_exponents_take_finite_logarithms(backend: str) -> None:
    generated, own = functions("polynomial", backend), {"b": 0.5, "c": 1.0}
    assert float(generated.local_exponent(-3.0, own, kappa=4.0)) == 0.5
    for value in (float("-inf"), float("inf"), float("nan")):
        refused(
            lambda value=value: generated.local_exponent(value, own, kappa=2.0), "log_horizon ="
        )
    constant = functions("constant", backend)
    refused(lambda: constant.local_exponent(1.0, {"c": 1.0}, kappa=2.0), "no local exponent")


def test_arrays_of_two_kinds_are_refused() -> None:
    double, single = np.array([1e3, 1e4]), np.array([1.0, 2.0], "f4")
    cases: list[tuple[str, Any, Any, str]] = [
        ("numpy", double, single, "b of law 'exponential' has dtype float32"),
        ("torch", torch.tensor(double), torch.tensor(single), "has dtype torch.float32"),
        ("torch", torch.tensor(double), torch.tensor(double).to("meta"), "device meta"),
    ]
    for backend, samples, own, match in cases:
        given = {**GOOD, "samples": samples, "parameter": {"b": own, "c": 1.0}}
        refused(lambda given=given, b=backend: functions("exponential", b).horizon(**given), match)


@pytest.mark.parametrize("backend", BACKENDS)
def test_shapes_that_do_not_broadcast_are_refused(backend: str) -> None:
    array, generated = get_backend(backend).array, functions("exponential", backend)
    for samples, cost, slope in (((2,), (), (3,)), ((2, 1), (1, 3), (2, 2)), ((0,), (), (2,))):
        given = {
            "samples": array(np.ones(samples)),
            "cost": array(np.ones(cost)),
            "parameter": {"b": array(np.ones(slope)), "c": 1.0},
            "kappa": 2.0,
        }
        refused(lambda given=given: generated.horizon(**given), "it broadcasts with")


WRONG_ARRAYS = {
    "integers": ("numpy", np.array([3, 4]), "of dtype int64"),
    "list": ("numpy", [3.0, 4.0], "of type list"),
    "tensor": ("numpy", torch.ones(2), "of type Tensor"),
    "complex": ("numpy", np.array([1j]), "of dtype complex128"),
    "integer tensor": ("torch", torch.tensor([3, 4]), "of dtype int64"),
    "array": ("torch", np.array([3.0, 4.0]), "of type ndarray"),
    "ragged": ("mpmath", [[1.0], [1.0, 2.0]], "of type list"),
    "complex numbers": ("mpmath", [mpmath.mpc(1, 1)], "of type list"),
}


@pytest.mark.parametrize("case", WRONG_ARRAYS)
def test_wrong_arrays_are_refused(case: str) -> None:
    backend, value, match = WRONG_ARRAYS[case]
    refused(lambda: functions("exponential", backend).horizon(**{**GOOD, "samples": value}), match)


def test_numbers_beyond_the_precision_are_refused() -> None:
    huge = {**GOOD, "samples": 10**400}
    for backend in ("numpy", "torch"):
        refused(
            lambda b=backend: functions("exponential", b).horizon(**huge),
            "larger than every double",
        )
    found = functions("exponential", "mpmath").horizon(**huge)
    assert float(found) == pytest.approx((np.log(2) + (400 * np.log(10) - np.log(2)) / 3) / 0.5)
    for backend, single in (("numpy", np.ones(2, "f4")), ("torch", torch.ones(2))):
        given = {**GOOD, "samples": single, "cost": 1e300}
        refused(lambda b=backend, g=given: functions("exponential", b).horizon(**g), "cost = inf")


def test_symbols_may_serve_as_keys() -> None:
    by_symbol = {**GOOD, "parameter": {positive("c"): 2.0, positive("b"): 0.5}}
    for backend in BACKENDS:
        generated = functions("exponential", backend)
        assert generated.horizon(**by_symbol) == generated.horizon(**GOOD)


def test_representation_and_source() -> None:
    generated = functions("exponential", "torch")
    assert repr(generated).startswith("<functions of law exponential on torch; ")
    assert "f(ell) = c*exp(-b*ell)" in generated.source
    assert is_closed("tempered_power")
    assert not is_closed("two_exponentials")
