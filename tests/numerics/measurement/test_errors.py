"""Errors of the expansions, whether diagonals are known or formed for them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from longlag.numerics import measure_transport
from longlag.numerics.measurement.errors import ExpansionErrors, expansion_errors, sample_anchors
from longlag.numerics.measurement.run import ran

STEPS, LAGS, PAIRS = 40, 30, 16


def module(scale: float, dtype: torch.dtype) -> tuple[nn.GRU, Tensor]:
    """A layer whose recurrent weights are scaled, and its input."""
    torch.manual_seed(0)
    gru, x = nn.GRU(2, 8), torch.randn(STEPS, 3, 2)
    with torch.no_grad():
        gru.weight_hh_l0 *= scale
    return gru.to(dtype), x.to(dtype)


def explicit(gru: nn.GRU, x: Tensor, known: Tensor | None = None) -> ExpansionErrors:
    """The errors from explicit products in float64, or from known diagonals of float64."""
    run = ran(gru, x).in_double()
    with torch.no_grad():
        local, recurrent = run.diagonals()
        pairs = sample_anchors(STEPS, x.shape[1], PAIRS, max_lag=LAGS)
        place = {"max_lag": LAGS, "new": 0, "previous": 0}
        return expansion_errors(run, local, recurrent, pairs, known=known, **place)


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-11), (torch.float32, 1e-3)], ids=str
)
@pytest.mark.parametrize("scale", [1.0, 0.1, 1e-3])
def test_those_of_a_report_are_of_explicit_products(
    scale: float, dtype: torch.dtype, tolerance: float
) -> None:
    gru, x = module(scale, dtype)
    report = measure_transport(gru, x, max_lag=LAGS, error_pairs=PAIRS)
    for found, true in zip(report.errors, explicit(gru, x), strict=True):
        # At lag 1 first order is the diagonal, and what is left is rounding.
        assert torch.allclose(found, true, rtol=tolerance, atol=1e-15)
    # A thousandth of the weights is a millionth of what first order leaves out: less than float32.
    assert (report.errors.first_order.max() < 1e-4) == (scale == 1e-3)


def test_errors_that_float32_does_not_hold_are_those_of_float64() -> None:
    gru, x = module(1e-4, torch.float32)
    narrow = measure_transport(gru, x, max_lag=LAGS, error_pairs=PAIRS).errors
    true = explicit(gru, x)
    assert true.first_order.max() < 1e-6
    assert torch.equal(narrow.first_order, true.first_order)


def test_diagonals_of_another_lag_have_other_errors() -> None:
    gru, x = module(1.0, torch.float64)
    true = explicit(gru, x)
    run = ran(gru, x)
    with torch.no_grad():
        factors = run.functions.jacobian(*run.network.arguments)
    pairs = sample_anchors(STEPS, x.shape[1], PAIRS, max_lag=LAGS)
    known = torch.zeros(LAGS + 1, len(pairs), 8, dtype=torch.float64)
    for number, (anchor, owner) in enumerate(pairs.tolist()):
        product = torch.eye(8, dtype=torch.float64)
        for lag in range(min(LAGS + 1, anchor + 1)):
            product = product @ factors[anchor - lag, owner]
            known[lag, number] = product.diagonal()
    found, shifted = (explicit(gru, x, part) for part in (known[:-1], known[1:]))
    assert torch.allclose(found.zeroth, true.zeroth, rtol=1e-12)
    assert not torch.allclose(shifted.zeroth, true.zeroth, rtol=0.1)
