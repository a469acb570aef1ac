"""Transforms of kernels are their integrals, and parameters are checked."""

from __future__ import annotations

import mpmath
import pytest
from sympy import Rational, Symbol, exp, sin

from longlag.theory import LonglagError
from longlag.theory.memory import KERNELS, Kernel, rate, time
from longlag.theory.scalar.evaluate import evaluate

#: Numbers for every parameter of the registered kernels.
VALUES = {"a": 2, "b": Rational(3, 2), "c": 1, "mu": 3, "omega": Rational(1, 2), "s": 1, "tau": 2}


def at_numbers(name: str) -> Kernel:
    kernel = KERNELS[name]
    return kernel.at({str(symbol): VALUES[str(symbol)] for symbol in kernel.parameters})


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_the_transform_and_its_derivatives_are_the_integrals(name: str, order: int) -> None:
    kernel = at_numbers(name)
    with mpmath.workdps(20):
        w = mpmath.mpf("0.7")
        found = evaluate(kernel.laplace.diff(rate, order), {rate: w})
        cuts = [*range(0, 40, 4), 60, 100, 1000, mpmath.inf]
        true = mpmath.quad(lambda t: (-t) ** order * kernel.value(t) * mpmath.exp(-w * t), cuts)
        assert abs(found - true) < mpmath.mpf(10) ** -13 * abs(true)


def test_a_wrong_closed_form_is_refused_with_the_number_that_shows_it() -> None:
    wrong = Kernel("wrong", exp(-2 * time), closed_transform=1 / (rate + 1))
    with pytest.raises(LonglagError, match=r"at w = 0\.3"):
        _ = wrong.laplace


def test_a_part_too_late_to_be_seen_does_not_refuse_a_closed_form() -> None:
    kernel = KERNELS["delayed"].at({"a": 1, "b": 1, "c": 1, "s": 1, "omega": Rational(1, 80)})
    with mpmath.workdps(30):
        found = evaluate(kernel.laplace, {rate: mpmath.mpf("0.3")})
        late = mpmath.quad(lambda t: kernel.value(t) * mpmath.exp(-t * 3 / 10), [60, 80, 100])
        assert abs(found - 1 / mpmath.mpf("1.3") - late) < mpmath.mpf(10) ** -20
    wrong = Kernel("wrong", exp(-Symbol("q", positive=True) * time), closed_transform=1 / rate)
    with pytest.raises(LonglagError, match="it is"):
        wrong.at({"q": 1})


def test_a_kernel_without_closed_form_keeps_its_integral() -> None:
    kernel = Kernel("odd", exp(-(time**2)) * sin(time) ** 2)
    with mpmath.workdps(20):
        found = evaluate(kernel.laplace, {rate: mpmath.mpf(1)})
        true = mpmath.quad(lambda t: kernel.value(t) * mpmath.exp(-t), [0, 1, 2, 4, 8, 12])
        assert abs(found - true) < 1e-15


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_is_shown_in_its_symbols_and_takes_numbers(name: str) -> None:
    kernel = at_numbers(name)
    assert kernel.parameters == ()
    assert kernel.latex().startswith(r"\rho(t) = ")
    if KERNELS[name].parameters:
        missing = str(KERNELS[name].parameters[0])
        with pytest.raises(LonglagError, match=f"such as {missing}=1"):
            KERNELS[name].at({})


def test_parameters_are_checked() -> None:
    with pytest.raises(LonglagError, match=r"omega lives in \(0, ∞\)"):
        KERNELS["polynomial"].at({"c": 1, "tau": 1, "omega": -1})
    with pytest.raises(LonglagError, match="correct its name"):
        KERNELS["airy"].at({"x": 1})
    with pytest.raises(LonglagError, match="t is the time"):
        Kernel("own", exp(-(Symbol("w", positive=True) ** 2) * Symbol("t", real=True)))
    with pytest.raises(LonglagError, match="only parameters"):
        Kernel("own", exp(-time), domains={Symbol("q"): None})
