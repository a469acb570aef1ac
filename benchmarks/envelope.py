"""First-order envelopes against a PyTorch loop over lags and against one forward pass of a GRU."""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks.timing import Row, at_least, at_most, medians
from longlag.numerics.lags.first_order import envelope, first_order_means, workspace_bytes
from longlag.numerics.lags.rates import effective_rates

_STEPS, _BATCH, _SIZE = 1024, 16, 128


def gates(batch: int) -> tuple[Tensor, Tensor]:
    """Slow gates, so that no lag can be left out: D and diag R of shape (T, B, 1, 1, H)."""
    generator = torch.Generator().manual_seed(0)
    shape = (_STEPS, batch, 1, 1, _SIZE)
    local = 0.9 + 0.1 * torch.rand(shape, generator=generator)
    return local, 0.02 * torch.randn(shape, generator=generator)


def loop_over_lags(local: Tensor, recurrent: Tensor) -> Tensor:
    """The envelope as one would write it in PyTorch, for fields of shape (T, B, H)."""
    gamma, correction = torch.ones_like(local), torch.zeros_like(local)
    means = []
    for lag in range(1, len(local) + 1):
        anchors = len(local) - lag + 1
        d, rho = local[:anchors], recurrent[:anchors]
        correction = correction[-anchors:] * d + gamma[-anchors:] * rho
        gamma = gamma[-anchors:] * d
        means.append((gamma + correction).abs().sum(-1).mean())
    return torch.stack(means)


def speed() -> list[Row]:
    """G3 and G4: side by side, with inputs in the caches as they come."""
    local, recurrent = gates(4)
    fields = local[..., 0, 0, :].contiguous(), recurrent[..., 0, 0, :].contiguous()
    seconds = medians(
        {
            "here": lambda: envelope(local, recurrent, max_lag=_STEPS),
            "loop": lambda: loop_over_lags(*fields),
        },
        repeats=5,
        warmup=1,
    )
    rows = [
        at_least(
            f"G3 envelope at all lags, T={_STEPS}, B=4, H={_SIZE}",
            "PyTorch loop over lags, float32",
            seconds["loop"] / seconds["here"],
            15,
        )
    ]
    local, recurrent = gates(_BATCH)
    gru = torch.nn.GRU(_SIZE, _SIZE)
    x = torch.randn(_STEPS, _BATCH, _SIZE, generator=torch.Generator().manual_seed(1))

    def forward() -> None:
        with torch.no_grad():
            gru(x)

    seconds = medians(
        {
            "forward": forward,
            "all": lambda: envelope(local, recurrent, max_lag=_STEPS),
            "short": lambda: envelope(local, recurrent, max_lag=128),
        },
        repeats=15,
    )
    shape = f"T={_STEPS}, B={_BATCH}, H={_SIZE}"
    return [
        *rows,
        at_most(
            f"G4 envelope at all lags, {shape}",
            "forward pass of nn.GRU",
            seconds["all"] / seconds["forward"],
            1,
        ),
        at_most(
            f"G4 envelope at lags ≤ 128, {shape}",
            "forward pass of nn.GRU",
            seconds["short"] / seconds["forward"],
            0.3,
        ),
    ]


def memory() -> Row:
    """G5: what the envelope takes besides its arguments and the result."""
    size = workspace_bytes(gates(1)[0], max_lag=_STEPS) / 2**20
    return Row(
        f"G5 memory of the envelope at all lags, T={_STEPS}",
        "asked of the system",
        f"{size:.2f} MiB",
        "≤ 1 MiB",
        size <= 1,
    )


def accuracy() -> Row:
    """G8: rare closed and tiny gates between open ones, and products down to 1e−300."""
    generator = torch.Generator().manual_seed(2)
    steps, shape = 1000, (1000, 1, 1, 64)
    kinds = torch.tensor([0.0, 1e-30, 0.7])[torch.randint(0, 3, shape, generator=generator)]
    rare = torch.rand(shape, generator=generator) < 0.01
    uniform = torch.rand(shape, generator=generator)
    fields = {
        "closed, tiny and open gates": kinds.where(rare, torch.ones(())),
        "down to 1e−300": 0.4 + 0.2 * uniform,
        "one constant": torch.full(shape, 0.93),
    }
    worst = 0.0
    for local in fields.values():
        recurrent = local * torch.rand(shape, generator=generator) / 16
        means = first_order_means(local, recurrent, max_lag=steps)
        for lag in (1, 2, 8, 40, 64, 100, 300, 700, 950):
            windows = [
                torch.stack([part[i : i + lag].flip(0) for i in range(steps - lag + 1)], 1)
                for part in (local.double(), recurrent.double())
            ]
            for rates, got in zip(effective_rates(*windows), means, strict=True):
                truth = rates[-1].abs().mean(0)
                error = (got.absolute[lag - 1] - truth).abs() / truth
                worst = max(worst, float(error.where(truth > 1e-300, 0).max()))
                worst = worst if bool(got.absolute.isfinite().all()) else float("nan")
    return Row(
        "G8 first-order means in float32, gates 0, 1, 1e−30, products to 1e−300",
        "the recursion in float64, largest relative error",
        f"{worst:.1e}",
        "≤ 1e-06, no NaN",
        worst <= 1e-6,
    )


def run() -> list[Row]:
    """Return the rows of this file."""
    return [*speed(), memory(), accuracy()]
