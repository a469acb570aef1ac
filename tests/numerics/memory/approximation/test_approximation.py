"""Sums of exponentials beside memory kernels: every method, and what it is said to reach."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, exp

from longlag.numerics.memory.approximation import laplace as approximation_laplace
from longlag.numerics.memory.approximation.best import (
    METHODS,
    Method,
    best_sum,
    judged,
    laplace_quadrature,
    log_spaced,
    matrix_pencil,
    rational,
    refine,
    terms_needed,
)
from longlag.numerics.memory.approximation.exponential_sum import grid
from longlag.numerics.memory.integrals import l1_distance, mass
from longlag.theory.errors import LonglagError
from longlag.theory.memory import KERNELS, Kernel, time


def polynomial(omega: float, c: float = 1, tau: float = 1) -> Kernel:
    return KERNELS["polynomial"].at({"c": c, "omega": omega, "tau": tau})


#: Counts on the page of the theory, for 1 % at ω, and those that the methods here need.
COUNTS = {1.0: (8, 5), 0.5: (12, 9), 0.25: (22, 16), 0.125: (36, 29)}


@pytest.mark.parametrize("omega", COUNTS)
def test_the_quadrature_reaches_one_per_cent_with_the_known_counts(omega: float) -> None:
    found = laplace_quadrature(polynomial(omega), COUNTS[omega][0])
    assert found.l1_error < 0.01
    assert (found.amplitudes > 0).all()


@pytest.mark.parametrize("omega", COUNTS)
def test_refined_sums_reach_one_per_cent_with_fewer_terms(omega: float) -> None:
    kernel, (known, fewer) = polynomial(omega), COUNTS[omega]
    assert fewer < known
    start = laplace_quadrature(kernel, fewer)
    found = refine(kernel, start)
    assert found.l1_error < 0.01 < start.l1_error
    # The curse sits in the slow rates: the smallest falls far below the range of plain training.
    assert found.smallest_rate < 0.02 ** (1 / omega)


@settings(max_examples=10)
@given(st.floats(0.3, 3), st.floats(0.1, 10), st.floats(0.01, 100), st.integers(2, 10))
def test_errors_do_not_depend_on_the_units_of_time_and_amplitude(
    omega: float, c: float, tau: float, terms: int
) -> None:
    scaled = laplace_quadrature(polynomial(omega, c, tau), terms, span=(1e-3 / tau, 2 / tau))
    plain = laplace_quadrature(polynomial(omega), terms, span=(1e-3, 2))
    assert scaled.l1_error == pytest.approx(plain.l1_error, rel=1e-6)
    np.testing.assert_allclose(scaled.rates * tau, plain.rates, rtol=1e-12)
    np.testing.assert_allclose(scaled.amplitudes / c, plain.amplitudes, rtol=1e-10)


@pytest.mark.parametrize("omega", [0.5, 1.0, 2.5])
def test_a_fine_rule_is_the_kernel(omega: float) -> None:
    kernel = polynomial(omega)
    found = laplace_quadrature(kernel, 55, span=(1e-5 ** (1 / min(omega, 1)), 60))
    assert found.l1_error < 1e-4


def test_with_another_power_in_its_weight_the_rule_is_another_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel = polynomial(1.0)
    right = approximation_laplace.representation(kernel)
    wrong = right._replace(weight=lambda logs: right.weight(logs) * np.exp(0.1 * logs))
    monkeypatch.setattr(approximation_laplace, "representation", lambda _: wrong)
    assert laplace_quadrature(kernel, 60, span=(1e-6, 60)).l1_error > 0.02


@pytest.mark.parametrize("rho", [1 / (1 + time) ** 2, 3 / (2 + time) ** 4, (5 + 2 * time) ** -3])
def test_polynomial_memory_is_recognised_by_its_form(rho: object) -> None:
    assert laplace_quadrature(Kernel("user", rho), 10).l1_error < 0.01


@pytest.mark.parametrize("name", ["airy", "two_parts"])
def test_kernels_without_a_representation_are_declined(name: str) -> None:
    with pytest.raises(LonglagError, match="Laplace representation is known only of"):
        laplace_quadrature(KERNELS[name], 4)


@settings(max_examples=10)
@given(st.floats(0.1, 5), st.floats(0.1, 5), st.floats(2.5, 20))
def test_two_exponentials_are_found_exactly(amplitude: float, slow: float, ratio: float) -> None:
    kernel = Kernel("pair", exp(-slow * time) + amplitude * exp(-slow * ratio * time))
    for found in (refine(kernel, log_spaced(kernel, 2)), rational(kernel, 2)):
        np.testing.assert_allclose(found.rates, [slow, slow * ratio], rtol=1e-4)
        np.testing.assert_allclose(found.amplitudes, [1, amplitude], rtol=1e-3)
        assert found.l1_error < 1e-5


def test_refining_never_makes_it_worse() -> None:
    for kernel in (polynomial(0.5), KERNELS["two_parts"], KERNELS["airy"]):
        for start in (log_spaced(kernel, 5), log_spaced(kernel, 1)):
            assert refine(kernel, start).l1_error <= start.l1_error


def test_oscillations_need_conjugate_pairs() -> None:
    kernel = KERNELS["airy"]
    pairs, real = best_sum(kernel, 8, oscillating=True), best_sum(kernel, 8)
    assert pairs.oscillates
    assert pairs.l1_error < 1e-3
    assert real.l1_error > 100 * pairs.l1_error
    assert l1_distance(kernel, pairs.amplitudes, pairs.rates) / mass(kernel) == pairs.l1_error
    # Twice the real part of one of each pair is the same sum: no unit lacks its conjugate.
    upper = pairs.rates.imag > 0
    assert 2 * upper.sum() == pairs.terms
    with pytest.raises(LonglagError, match="real exponentials"):
        pairs.mixture()
    with pytest.raises(LonglagError, match="real rates"):
        refine(kernel, pairs)
    with pytest.raises(LonglagError, match="is a positive rate"):
        matrix_pencil(kernel, 8, oscillating=False)


BUMP = Kernel("bump", exp(-((time - 5) ** 2)))
DELAYED = KERNELS["delayed"].at({"a": 1, "b": 1, "c": 1, "s": 1, "omega": Rational(1, 4)})
#: Sums whose units cancel, and their errors: to two digits, whatever rounds on the way.
CANCELLING = [
    (KERNELS["airy"], 8, 0.0688),
    (KERNELS["airy"], 12, 0.00396),
    (KERNELS["airy"], 20, 0.00021),
    (BUMP, 12, 0.233),
    (DELAYED, 12, 0.0176),
    (KERNELS["two_parts"], 16, 0.360),
]


@pytest.mark.parametrize(("kernel", "terms", "error"), CANCELLING)
def test_where_units_cancel_rounding_does_not_decide(
    kernel: Kernel, terms: int, error: float
) -> None:
    # The same kernel in another unit, every value of which is rounded in another way.
    thirds = Kernel("thirds", kernel.rho / 3)
    for same in (kernel, thirds):
        found = best_sum(same, terms, methods=("refined_log_spaced",))
        assert found.largest_amplitude > 1e6
        assert found.l1_error == pytest.approx(error, rel=0.02)


_SUMS = """
from longlag.numerics.memory.approximation import best_sum
from longlag.theory.memory import KERNELS
for terms in (8, 12, 20):
    print(best_sum(KERNELS["airy"], terms, methods=("refined_log_spaced",)).l1_error)
"""


@pytest.mark.slow
def test_every_processor_finds_the_same_sums() -> None:
    found = []
    for core in ("Haswell", "Prescott", "Nehalem", "SkylakeX"):
        # OpenBLAS takes another kernel for the same products, and rounds them in another order.
        environment = {**os.environ, "OPENBLAS_CORETYPE": core}
        done = subprocess.run(
            [sys.executable, "-c", _SUMS], env=environment, capture_output=True, check=True
        )
        found.append([float(line) for line in done.stdout.split()])
    for errors in found:
        np.testing.assert_allclose(errors, found[0], rtol=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("oscillating", [False, True])
@pytest.mark.parametrize("kernel", [KERNELS["airy"], BUMP, DELAYED])
def test_a_larger_sum_contains_the_smaller_ones(kernel: Kernel, oscillating: bool) -> None:
    sums = [best_sum(kernel, m, oscillating=oscillating) for m in range(1, 13)]
    errors = [found.l1_error for found in sums]
    assert errors == sorted(errors, reverse=True)
    # No sum is worse than none.
    assert errors[0] <= 1
    assert all(found.terms <= m for m, found in enumerate(sums, 1))


@pytest.mark.parametrize("name", ["two_parts", "airy"])
def test_the_matrix_pencil_converges_with_decaying_units(name: str) -> None:
    kernel = KERNELS[name]
    errors = [matrix_pencil(kernel, m).l1_error for m in (8, 16, 24)]
    assert errors[0] > errors[1] > 1e-13
    assert errors[-1] < 1e-3
    # Without conjugates the same poles are nothing.
    found = matrix_pencil(kernel, 8)
    half = found.rates.imag > 0
    single = judged(kernel, found.amplitudes[half], found.rates[half], "one of each pair")
    assert single.l1_error > 0.1


def test_memory_too_long_for_float64_is_approximated_as_far_as_times_go() -> None:
    kernel = polynomial(0.01)
    found = best_sum(kernel, 8, methods=("refined_quadrature",))
    assert 0.3 < found.l1_error < 1
    with pytest.raises(LonglagError, match="slower"):
        judged(kernel, [1.0], [1e-70], "by hand")


def test_the_errors_of_a_sum_are_its_distances() -> None:
    kernel = KERNELS["exponential"].at({"a": 1, "b": 1})
    found = judged(kernel, [1.0], [2.0], "by hand")
    assert found.l1_error == pytest.approx(0.5, rel=1e-8)
    assert found.l2_error == pytest.approx(math.sqrt((1 / 2 - 2 / 3 + 1 / 4) * 2), rel=1e-9)
    assert found.mixture().rates == (2.0,)


def test_a_kernel_without_energy_has_an_l1_error_only() -> None:
    found = best_sum(Kernel("sharp", exp(-time) / time**0.5), 6)
    assert found.l1_error < 0.1
    assert math.isnan(found.l2_error)


def test_a_narrow_late_bump_is_on_the_grid() -> None:
    kernel = KERNELS["delayed"].at({"a": 1, "b": 1, "c": 1, "s": 0.5, "omega": 0.01})
    nodes = grid(kernel)
    assert nodes.rho @ nodes.weights == pytest.approx(mass(kernel), rel=1e-3)


def test_the_fewest_terms_are_those_whose_predecessor_fails() -> None:
    kernel, quick = polynomial(1.0), ("refined_quadrature",)
    found = terms_needed(kernel, 0.003, methods=quick)
    assert found.l1_error <= 0.003
    assert best_sum(kernel, found.terms - 1, methods=quick).l1_error > 0.003


def test_a_new_method_is_one_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = KERNELS["exponential"].at({"a": 3, "b": 2})
    exact = Method(lambda kernel, terms: judged(kernel, [3.0], [2.0], "toy"))
    monkeypatch.setattr(METHODS, "_items", {**METHODS, "toy": exact})
    assert best_sum(kernel, 1, methods=("toy",)).method == "toy"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: best_sum(polynomial(1.0), 0), "one exponential or more"),
        (lambda: best_sum(polynomial(1.0), 2, methods=()), "needs one"),
        (lambda: terms_needed(polynomial(1.0), 2.0), "between 0 and 1"),
        (lambda: terms_needed(KERNELS["two_parts"], 1e-3, 3), "allow oscillating"),
        (lambda: laplace_quadrature(polynomial(1.0), 3, span=(2.0, 1.0)), "ascend"),
        (lambda: best_sum(Kernel("slow", 1 / (1 + time)), 3), "does not converge"),
        (lambda: best_sum(KERNELS["polynomial"], 3), r"kernel\.at"),
        (lambda: best_sum(Kernel("zero", 0 * time), 3), "it is zero"),
    ],
)
def test_bad_input_is_told(wrong: object, message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        wrong()
