"""Regressions of the norm of the transport on products of gates."""

from __future__ import annotations

import math

import pytest
import torch

from longlag.numerics.anisotropy.products import draw_pairs
from longlag.numerics.anisotropy.sensitivity import (
    null_r_squared,
    per_lag,
    pooled,
    product_predictors,
    regression,
)
from longlag.theory.errors import LonglagError
from tests.numerics.anisotropy.conftest import run_of

LAGS = (1, 3, 8)


def pairs() -> torch.Tensor:
    return draw_pairs(20, 3, 40, max_lag=8, generator=torch.Generator().manual_seed(0))


def test_predictors_are_products_over_the_factors_of_the_transport() -> None:
    run = run_of("diag_gate")
    found = product_predictors(run, pairs(), LAGS)
    leak = run.in_double().diagonals().local[:, :, 0, 0]
    for row, lag in enumerate(LAGS):
        for column, (anchor, sequence) in enumerate(pairs().tolist()):
            factors = leak[anchor - lag + 1 : anchor + 1, sequence]
            for name, value in {"leak": factors, "gate": 1 - factors}.items():
                wanted = math.log(float(value.prod(0).mean()))
                assert float(found[name][row, column]) == pytest.approx(wanted, abs=1e-10)


def test_a_constant_leak_predicts_nothing_at_one_lag() -> None:
    run = run_of("leaky")
    predictor = product_predictors(run, pairs(), LAGS)["leak"]
    noise = torch.randn(3, 40, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert all(math.isnan(one.slope) for one in per_lag(noise, predictor))
    assert not math.isnan(pooled(noise, predictor).slope)


def test_pooling_makes_any_two_decaying_curves_agree() -> None:
    generator = torch.Generator().manual_seed(0)
    lags = torch.arange(1.0, 41.0, dtype=torch.float64)[:, None]
    noise = torch.randn(2, 40, 30, generator=generator, dtype=torch.float64)
    first, second = -0.1 * lags + 0.1 * noise[0], -0.4 * lags + 0.1 * noise[1]
    assert pooled(first, second).r_squared > 0.99
    assert max(one.r_squared for one in per_lag(first, second)) < 0.5


def test_the_regression_is_that_of_least_squares() -> None:
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(2, 50, generator=generator, dtype=torch.float64)
    found = regression(y, x)
    correlation = torch.corrcoef(torch.stack([x, y]))[0, 1]
    assert found.r_squared == pytest.approx(float(correlation**2), rel=1e-12)
    assert found.slope == pytest.approx(float(correlation * y.std() / x.std()), rel=1e-12)


def test_chance_gives_one_over_the_points() -> None:
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(2, 50, generator=generator, dtype=torch.float64)
    null = null_r_squared(y, x, generator=generator, permutations=2000)
    assert float(null.mean()) == pytest.approx(1 / 49, rel=0.1)


def test_several_states_have_no_numbers_for_leaks() -> None:
    with pytest.raises(LonglagError, match="2 states"):
        product_predictors(run_of("lstm"), pairs(), LAGS)
