"""Lyapunov exponents are growth rates of lengths, and predict slopes over the lag."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from longlag.numerics.anisotropy import (
    anisotropy_index,
    lost_energy,
    lyapunov_spectrum,
    singular_values,
)
from longlag.numerics.anisotropy.lyapunov import two_exponents
from longlag.numerics.measurement.block import find_block
from longlag.numerics.measurement.run import ran
from longlag.numerics.networks.network import Network
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.errors import LonglagError
from tests.numerics.anisotropy.conftest import jacobians, run_of


@pytest.mark.parametrize("cell", CELLS)
def test_their_sum_is_the_mean_logarithm_of_the_determinant(cell: str) -> None:
    run = run_of(cell, steps=20)
    found = lyapunov_spectrum(run)
    wanted = torch.linalg.slogdet(jacobians(run)).logabsdet.mean()
    torch.testing.assert_close(found.exponents.sum(), wanted, rtol=1e-9, atol=1e-9)
    assert bool((found.exponents.diff() <= 0).all())


def constant_network(steps: int = 400, size: int = 5) -> Network:
    """A plain cell at rest at 0: J is its weight at every step."""
    generator = torch.Generator().manual_seed(0)
    basis, _ = torch.linalg.qr(torch.randn(size, size, generator=generator, dtype=torch.float64))
    rates = torch.tensor([0.9, 0.7, 0.5, 0.3, 0.2], dtype=torch.float64)
    zeros = torch.zeros(steps, 2, size, dtype=torch.float64)
    weight = basis @ rates.diag() @ torch.linalg.inv(basis + 0.3 * torch.eye(size))
    return Network(CELLS["plain"], {"h": zeros[0]}, {"n": zeros}, {"n": weight}, {})


def test_at_rest_they_are_the_logarithms_of_the_moduli_of_eigenvalues() -> None:
    network = constant_network()
    found = lyapunov_spectrum(ran(network), burn_in=200)
    moduli = torch.linalg.eigvals(network.weight["n"]).abs().log().sort(descending=True).values
    torch.testing.assert_close(found.exponents, moduli, rtol=0, atol=2e-2)


def test_the_first_exponents_are_those_of_the_whole_spectrum() -> None:
    run = run_of("diag_gate", steps=60)
    whole, three = lyapunov_spectrum(run), lyapunov_spectrum(run, 3)
    torch.testing.assert_close(three.exponents, whole.exponents[:3], rtol=1e-9, atol=1e-12)


def test_they_predict_how_anisotropy_grows_with_the_lag() -> None:
    run = run_of("diag_gate", steps=600, size=6)
    found = lyapunov_spectrum(run, burn_in=50)
    lags = (30, 60)
    pairs = torch.tensor([[t, b] for t in range(200, 600, 40) for b in range(3)])
    values = singular_values(run, pairs, lags, find_block(run.cell)).unit
    ratio = anisotropy_index(values, 3).log().mean(1)
    lost = lost_energy(values, 2).log().mean(1)
    run_length = lags[1] - lags[0]
    assert float(ratio[1] - ratio[0]) / run_length == pytest.approx(
        found.anisotropy_slope(3), abs=0.03
    )
    assert float(lost[1] - lost[0]) / run_length == pytest.approx(
        found.lost_energy_slope(2), abs=0.06
    )


def test_intervals_hold_the_exponents_of_a_longer_run() -> None:
    whole = run_of("gru", steps=2000)
    part = replace(
        whole,
        network=Network(
            whole.cell,
            {name: value[:300] for name, value in whole.network.state.items()},
            {name: value[:300] for name, value in whole.network.drive.items()},
            whole.network.weight,
            whole.network.parameter,
        ),
    )
    short = lyapunov_spectrum(part, burn_in=20)
    long = lyapunov_spectrum(whole, burn_in=20)
    far = (short.exponents - long.exponents).abs() / (short.errors**2 + long.errors**2).sqrt()
    assert float(far.max()) < 5
    assert bool((long.errors < short.errors).all())


def test_two_exponents_of_one_product_are_not_one() -> None:
    # Independent Beta(3, 1) leaks: E d = 3/4, E ln d = −1/3.
    generator = torch.Generator().manual_seed(0)
    leaks = torch.rand(400, 400, 2, generator=generator, dtype=torch.float64) ** (1 / 3)
    found = two_exponents(leaks, (1, 10))
    torch.testing.assert_close(
        found.generalised, torch.full((2, 2), math.log(0.75)).double(), rtol=0, atol=0.02
    )
    torch.testing.assert_close(found.typical, torch.full((2,), -1 / 3).double(), rtol=0, atol=0.01)
    assert float((10 * found.generalised[1]).exp().mean()) == pytest.approx(0.0563, rel=0.1)
    assert math.exp(-10 / 3) == pytest.approx(0.0357, rel=1e-2)


def test_a_gate_that_closes_for_once_loses_those_products_alone() -> None:
    leaks = torch.full((6, 1, 1), 0.5, dtype=torch.float64)
    leaks[2] = 0
    found = two_exponents(leaks, (1, 2))
    # Of six single factors five are ½; of five pairs three hold no zero.
    assert float(found.generalised[0]) == pytest.approx(math.log(5 / 6 * 0.5))
    assert float(found.generalised[1]) == pytest.approx(math.log(3 / 5 * 0.25) / 2)
    assert float(found.typical) == -math.inf


def test_bad_requests_are_refused() -> None:
    run = run_of("gru")
    for options in ({"count": 7}, {"count": 0}, {"burn_in": 15}, {"blocks": 1}):
        with pytest.raises(LonglagError):
            lyapunov_spectrum(run, **options)
    with pytest.raises(LonglagError, match="exponent 3"):
        lyapunov_spectrum(run, 2).anisotropy_slope(3)
    with pytest.raises(LonglagError, match="lags"):
        two_exponents(torch.ones(3, 1, 1), (4,))
