"""Exponential mixtures: one object for networks, spectra and gates."""

from __future__ import annotations

import random

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Matrix, Rational, Symbol, exp, integrate, log, oo, simplify

from longlag.theory import LonglagError, ell
from longlag.theory.memory import Mixture, linear_network, mixture_of, rate, time
from longlag.theory.spectra import SPECTRA
from longlag.theory.spectra.spectrum import envelope_of

RATIONALS = st.fractions(min_value=-3, max_value=3, max_denominator=6).map(Rational)
RATES = st.fractions(min_value=Rational(1, 6), max_value=4, max_denominator=6).map(Rational)
UNITS = st.lists(st.tuples(RATIONALS, RATES), min_size=1, max_size=3)


@given(UNITS)
def test_transform_and_energy_are_the_integrals(units: list[tuple[Rational, Rational]]) -> None:
    mixture = Mixture(*zip(*units, strict=True))
    energy = integrate(sympy.expand(mixture.rho**2), (time, 0, oo))
    assert simplify(energy - mixture.energy) == 0
    transform = integrate(sympy.expand(mixture.rho * exp(-rate * time)), (time, 0, oo))
    assert simplify(transform - mixture.laplace) == 0
    assert simplify(mixture.kernel().laplace - transform) == 0


@pytest.mark.parametrize("power", [0, 1, 2, 3])
def test_gram_integrals_at_symbolic_rates(power: int) -> None:
    w, v = sympy.symbols("w1 w2", positive=True)
    gram = Mixture((1, 1), (w, v)).gram(power)
    expected = integrate(time**power * exp(-(w + v) * time), (time, 0, oo))
    assert simplify(gram[0, 1] - expected) == 0
    assert gram == gram.T


def test_the_gram_matrix_of_coincident_rates_is_singular() -> None:
    assert Mixture((1, 1), (2, 2)).gram().det() == 0
    assert Mixture((1, 1), (2, 3)).gram().det() != 0


@given(st.integers(0, 10**6))
def test_a_linear_network_has_the_kernel_of_its_matrix_exponential(seed: int) -> None:
    generator = random.Random(seed)
    diagonal = sorted(generator.sample(range(1, 9), 3))
    lower = Matrix(3, 3, lambda i, j: generator.randint(-2, 2) if i > j else 0)
    recurrent = lower - sympy.diag(*diagonal)
    c, u = (Matrix(3, 1, lambda *_: generator.randint(-3, 3)) for _ in range(2))
    mixture = linear_network(list(c), recurrent.tolist(), list(u))
    # The kernel solves the moments' recursion: derivatives at 0 are c W^k u.
    for order in range(6):
        found = mixture.rho.diff(time, order).subs(time, 0)
        assert simplify(found - (c.T * recurrent**order * u)[0, 0]) == 0


def test_networks_that_do_not_forget_or_oscillate_are_refused() -> None:
    with pytest.raises(LonglagError, match="Hurwitz"):
        linear_network((1,), ((0,),), (1,))
    with pytest.raises(LonglagError, match="different real eigenvalues"):
        linear_network((1, 0), ((-1, 2), (-2, -1)), (1, 0))
    with pytest.raises(LonglagError, match="different real eigenvalues"):
        linear_network((1, 0), ((-1, 1), (0, -1)), (1, 0))
    with pytest.raises(LonglagError, match="matching sizes"):
        linear_network((1, 0), ((-1, 1),), (1, 0))


def test_a_network_of_symbols_is_a_mixture_of_symbols() -> None:
    k = Symbol("k", positive=True)
    assert linear_network((1,), ((-k,),), (2,)) == Mixture((2,), (k,))
    with pytest.raises(LonglagError, match="complete them"):
        linear_network((1, 1), ((-1, 0), (0,)), (1, 1))
    with pytest.raises(LonglagError, match="k >= 0"):
        Mixture((1,), (2,)).gram(0.5)


def test_a_spectrum_with_atoms_is_a_mixture_and_a_gate_its_sample() -> None:
    spectrum = SPECTRA["mixture_of_2"]
    assert simplify(mixture_of(spectrum).rho.subs(time, ell) - envelope_of(spectrum)) == 0
    with pytest.raises(LonglagError, match="continuum"):
        mixture_of(SPECTRA["gamma_rates"])
    assert Mixture((1, 1), (log(2), log(4))).gates() == (Rational(1, 2), Rational(3, 4))
    assert Mixture((1,), (log(2),)).gates(2) == (Rational(3, 4),)


@pytest.mark.parametrize(
    ("amplitudes", "rates", "told"),
    [
        ((1,), (0,), "positive"),
        ((1,), (-1,), "positive"),
        ((1, 2), (1,), "same length"),
        ((), (), "not empty"),
        ((1,), (Symbol("x", real=True),), "positive"),
    ],
)
def test_rates_are_positive(amplitudes: tuple, rates: tuple, told: str) -> None:
    with pytest.raises(LonglagError, match=told):
        Mixture(amplitudes, rates)
    with pytest.raises(LonglagError, match="k >= 0"):
        Mixture((1,), (1,)).gram(-1)
