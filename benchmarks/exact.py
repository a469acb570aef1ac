"""Exact diagonals of every product over a lag: against a product for every pair, and the floor."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.timing import Row, at_least, medians
from longlag.numerics.compiled import on_torch_alone
from longlag.numerics.lags.exact import exact_means

_NEURONS = 128
#: Length of the sequence ↦ the speed-up to reach.
_SPEED_UPS = {512: 12.0, 1024: 25.0}
_SHARE = 70.0
_SQUARE = 1024
_REPEATS = 15


def run() -> list[Row]:
    """Return the rows of this file."""
    return [row for steps, goal in _SPEED_UPS.items() for row in _rows(steps, goal)]


def _rows(steps: int, goal: float) -> list[Row]:
    factors = _factors(steps, _NEURONS)
    square = torch.randn(_SQUARE, _SQUARE)
    product = torch.empty_like(square)
    # Lags of an eighth, three, five and seven eighths: two products for every time.
    lags = [steps * part // 8 for part in (1, 3, 5, 7)]
    sampled = sum(steps - lag for lag in lags)
    every = steps * (steps - 1) // 2
    carried, following = torch.randn_like(factors) / _NEURONS**0.5, torch.empty_like(factors)

    def divided() -> object:
        return exact_means(factors, max_lag=steps, frobenius=False, direct=False)

    def batched() -> list[Tensor]:
        found = []
        for lag in lags:
            older, target = factors[: steps - lag], following[: steps - lag]
            torch.bmm(carried[lag:], older, out=target)
            found.append(target.diagonal(dim1=-2, dim2=-1).abs().mean(0))
        return found

    seconds = medians(
        {
            "here": divided,
            "batched": batched,
            "square": lambda: torch.mm(square, square, out=product),
        },
        repeats=_REPEATS,
        warmup=1,
    )
    # What is compiled is no product of BLAS, and would not be counted.
    with on_torch_alone(), FlopCounterMode(display=False) as counter:
        divided()
    share = counter.get_total_flops() / (2 * _SQUARE**3) * seconds["square"] / seconds["here"]
    size = f"(T, H) = ({steps}, {_NEURONS})"
    return [
        at_least(
            f"G1 exact ‖diag M‖₁ of all pairs, {size}, float32",
            f"batched matmul per lag, timed at {len(lags)} lags and scaled by {every}/{sampled}"
            " products",
            seconds["batched"] * every / sampled / seconds["here"],
            goal,
        ),
        Row(
            f"G2 divide and conquer, share of the floor of its own products, {size}",
            f"a product of {_SQUARE}³ in the same run",
            f"{100 * share:.0f} %",
            f"≥ {_SHARE:g} %",
            100 * share >= _SHARE,
            1 / share,
        ),
    ]


def _factors(steps: int, neurons: int) -> Tensor:
    """Return gates and recurrent weights whose products neither die nor explode."""
    generator = torch.Generator().manual_seed(0)
    gates = 0.5 + 0.5 * torch.rand(steps, neurons, generator=generator)
    weights = torch.randn(steps, neurons, neurons, generator=generator)
    factors = torch.diag_embed(gates) + 0.35 / neurons**0.5 * weights
    growth, vector = 0.0, torch.ones(neurons)
    for factor in factors:
        vector = factor @ vector
        length = float(vector.norm())
        growth, vector = growth + math.log(length), vector / length
    return factors * math.exp(-growth / steps)
