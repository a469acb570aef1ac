"""Products of diagonal matrices plus rank one are those of dense matrices, read without them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from longlag.numerics.lags import rank_one
from longlag.numerics.lags.exact import exact_means
from longlag.numerics.lags.products import ordered_product
from longlag.numerics.lags.rank_one import (
    RankOneFactors,
    decayed_rule,
    delta_rule,
    rank_one_means,
    rank_one_product,
)
from longlag.theory import LonglagError

STEPS = 14


def keys(*shape: int, seed: int = 0) -> Tensor:
    """Isotropic unit keys."""
    random = torch.Generator().manual_seed(seed)
    drawn = torch.randn(shape, generator=random, dtype=torch.float64)
    return drawn / drawn.norm(dim=-1, keepdim=True)


def uniform(*shape: int, seed: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def cases(size: int, batch: tuple[int, ...] = (2,)) -> dict[str, RankOneFactors]:
    k = keys(STEPS, *batch, size)
    a, b = uniform(STEPS, *batch, seed=1), uniform(STEPS, *batch, seed=2)
    w = uniform(STEPS, *batch, size, seed=3)
    w[3, ..., 0], w[5] = 0.0, -1.0
    return {
        "delta": delta_rule(a, 2 * b, k),
        "a whole key is replaced": delta_rule(torch.ones_like(a), torch.ones_like(b), k),
        "decayed": decayed_rule(w, uniform(*k.shape, seed=4), k),
        "any": RankOneFactors(w, torch.randn_like(k), torch.randn_like(k)),
        "diagonal": RankOneFactors(w, torch.zeros_like(k), k),
        "no diagonal": RankOneFactors(0 * w, k.flip(0), k),
        "tiny": RankOneFactors(1e-30 * w, 1e-30 * k.flip(0), k),
    }


def dense(factors: RankOneFactors) -> Tensor:
    w, u, v = factors
    return torch.diag_embed(w) + u[..., :, None] * v[..., None, :]


@pytest.mark.parametrize("size", [1, 2, 5, 20])
@pytest.mark.parametrize("name", cases(1))
def test_means_are_those_of_dense_products(name: str, size: int) -> None:
    factors = cases(size)[name]
    found = rank_one_means(factors, max_lag=11, per_anchor=True)
    expected = exact_means(dense(factors), max_lag=11, direct=True, per_anchor=True)
    for key, values in found._asdict().items():
        truth = getattr(expected, key)
        # An entry is as exact as its product: what cancelled in the one has in the other.
        scale = expected.frobenius.reshape(-1, *[1] * (values.ndim - 1)) + 1e-300
        torch.testing.assert_close(
            values / scale, truth / scale, rtol=1e-12, atol=1e-12, equal_nan=True
        )


@pytest.mark.parametrize("batch", [(), (2, 3)])
def test_products_have_the_newest_factor_on_the_left(batch: tuple[int, ...]) -> None:
    for size in (3, 20):
        for factors in cases(size, batch).values():
            expected = ordered_product(dense(factors).flip(0))
            found = rank_one_product(factors)
            scale = torch.linalg.matrix_norm(expected).amax() + 1e-300
            torch.testing.assert_close(found / scale, expected / scale, rtol=1e-12, atol=1e-12)
    factors = cases(3, batch)["any"]
    oldest_first = ordered_product(dense(factors))
    assert not torch.allclose(rank_one_product(factors), oldest_first, rtol=1e-3)


def test_pieces_of_anchors_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    factors = cases(5)["any"]
    whole = rank_one_means(factors, max_lag=9, per_anchor=True)
    monkeypatch.setattr(rank_one, "_ENTRIES", 1)
    for values, expected in zip(
        rank_one_means(factors, max_lag=9, per_anchor=True), whole, strict=True
    ):
        torch.testing.assert_close(values, expected, rtol=1e-12, atol=0, equal_nan=True)


def test_a_norm_that_cancels_is_read_off_the_matrix() -> None:
    # Three orthogonal keys, replaced whole, leave nothing of a state of three entries.
    k = torch.eye(3, dtype=torch.float64)
    ones = torch.ones(3, dtype=torch.float64)
    found = rank_one_means(delta_rule(ones, ones, k), max_lag=3).frobenius
    torch.testing.assert_close(found[:2], torch.tensor([2.0, 1.0]).double().sqrt())
    assert float(found[2]) < 1e-15
    # Two nearly parallel vectors leave a small remainder, of which squares keep no digit.
    size = 1e-9
    w = torch.ones(1, 2, dtype=torch.float64)
    w[0, 1] = size
    u, v = torch.tensor([[-1.0, 0.0]]).double(), torch.tensor([[1.0, 0.0]]).double()
    norm = rank_one_means(RankOneFactors(w, u, v), max_lag=1).frobenius
    assert float(norm) == pytest.approx(size, rel=1e-12)


def test_isotropic_keys_have_the_moments_of_the_theory() -> None:
    size, steps, alpha, beta = 6, 8, 0.98, 0.7
    k = keys(steps, 8000, size, seed=9)
    ones = torch.ones(steps, 8000, dtype=torch.float64)
    means = rank_one_means(delta_rule(alpha * ones, beta * ones, k), max_lag=steps, per_anchor=True)
    lags = torch.arange(1, steps + 1, dtype=torch.float64)
    diagonal = (alpha * (1 - beta / size)) ** lags
    square = (alpha**2 * (1 - (2 * beta - beta**2) / size)) ** lags
    # Products that end at the last step, one for each sequence.
    last = means.frobenius_per_anchor[:, -1]
    found = last.square().mean(1) / size
    spread = last.square().std(1) / size / 8000**0.5
    assert bool(((found - square).abs() < 5 * spread + 1e-12).all())
    signed = means.signed.mean(1)
    assert bool(((signed - diagonal).abs() < 8e-3 * diagonal).all())
    # The square of the one is not the other.
    assert not torch.allclose(diagonal.square(), square, rtol=1e-2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rank_one_means(cases(3)["any"], max_lag=15), "max_lag 15"),
        (lambda: rank_one_means(cases(3)["any"], max_lag=0), "max_lag 0"),
        (
            lambda: rank_one_means(
                RankOneFactors(torch.ones(3, 2), torch.ones(3, 2), torch.ones(3, 4)), max_lag=1
            ),
            r"right of shape \(3, 4\): .*one shape",
        ),
        (
            lambda: rank_one_means(
                RankOneFactors(*(torch.full((3, 2), torch.nan),) * 3), max_lag=1
            ),
            "diagonal with a value that is not finite",
        ),
        (
            lambda: rank_one_means(
                RankOneFactors(*(torch.full((9, 2), 1e90, dtype=torch.float64),) * 3), max_lag=4
            ),
            "overflow float64",
        ),
    ],
)
def test_bad_input_is_told_in_one_line(call: object, message: str) -> None:
    with pytest.raises(LonglagError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
