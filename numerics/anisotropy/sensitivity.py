"""Does a product of gates tell the norm of the transport? Slopes and R², per lag and pooled."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from longlag.numerics.measurement.run import Run
from longlag.theory.errors import LonglagError


@dataclass(frozen=True)
class Regression:
    """ln S = intercept + slope · ln P by least squares.

    Args:
        slope: NaN where the predictor does not vary.
        r_squared: the share of the variance of ln S, NaN likewise.
        points: how many.
    """

    slope: float
    r_squared: float
    points: int


def regression(
    response: Float[Tensor, " points"], predictor: Float[Tensor, " points"]
) -> Regression:
    """Return the regression of logarithms on logarithms; points that are not finite are left out.

    >>> x = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    >>> regression(3 - 2 * x, x)
    Regression(slope=-2.0, r_squared=1.0, points=3)
    """
    usable = response.isfinite() & predictor.isfinite()
    y, x = response[usable].double(), predictor[usable].double()
    if len(y) < 3:
        return Regression(torch.nan, torch.nan, len(y))
    y, x = y - y.mean(), x - x.mean()
    spread = float(x.square().sum())
    # A predictor that is constant at a lag, as that of a constant leak is, varies by rounding.
    scale = float(predictor[usable].abs().max()) or 1.0
    if spread <= len(x) * (1e-12 * scale) ** 2:
        return Regression(torch.nan, torch.nan, len(y))
    slope = float((x * y).sum()) / spread
    total = float(y.square().sum())
    return Regression(slope, slope**2 * spread / total if total else torch.nan, len(y))


def per_lag(
    response: Float[Tensor, "lags points"], predictor: Float[Tensor, "lags points"]
) -> list[Regression]:
    """Return the regression at every lag by itself."""
    return [regression(y, x) for y, x in zip(response, predictor, strict=True)]


def pooled(
    response: Float[Tensor, "lags points"], predictor: Float[Tensor, "lags points"]
) -> Regression:
    """Return the regression over all lags at once, as published.

    R² is high for any two curves that decay: see the unrelated predictor beside it.
    """
    return regression(response.flatten(), predictor.flatten())


def null_r_squared(
    response: Float[Tensor, " points"],
    predictor: Float[Tensor, " points"],
    *,
    generator: torch.Generator,
    permutations: int = 200,
) -> Float[Tensor, " permutations"]:
    """Return R² of the predictor's values dealt out at random: what chance gives at this lag."""
    usable = response.isfinite() & predictor.isfinite()
    y, x = response[usable].double(), predictor[usable].double()
    y, x = y - y.mean(), x - x.mean()
    norm = float(y.square().sum() * x.square().sum())
    if norm == 0:
        return torch.full((permutations,), torch.nan, dtype=torch.float64)
    dealt = torch.stack(
        [x[torch.randperm(len(x), generator=generator)] for _ in range(permutations)]
    )
    return (dealt @ y).square() / norm


def product_predictors(
    run: Run, pairs: Int[Tensor, "pairs two"], lags: tuple[int, ...]
) -> dict[str, Float[Tensor, "lags pairs"]]:
    """Return ln of the mean over neurons of ∏ leak and of ∏ gate over the factors of M_{t,ℓ}.

    Both have ℓ factors, as M has: as published, gates had one more than the transport and leaks had
    not (defect 4 of arXiv 2508.12121). The gate of a convex update h' = (1−g)h + g n is 1 − leak.

    Args:
        run: the network that ran; of a cell with one state.
        pairs: anchors t and sequences.
        lags: which, each reached by every anchor.

    Raises:
        LonglagError: a cell with several states per neuron, whose leaks are matrices.
    """
    states = len(run.cell.states)
    if states != 1:
        raise LonglagError(
            f"cell {run.cell.name!r} with {states} states",
            "its leaks are blocks and not numbers",
            "take the transport's own zeroth order as predictor",
        )
    leak = run.in_double().diagonals().local[:, :, 0, 0]
    return {
        "leak": _log_mean_product(leak, pairs, lags),
        "gate": _log_mean_product(1 - leak, pairs, lags),
    }


def _log_mean_product(
    factors: Float[Tensor, "T B H"], pairs: Int[Tensor, "pairs two"], lags: tuple[int, ...]
) -> Float[Tensor, "lags pairs"]:
    anchors, sequences = pairs.unbind(1)
    longest, size = max(lags), factors.shape[-1]
    newest_first = torch.stack([factors[anchors - k, sequences] for k in range(longest)])
    sums = newest_first.abs().log().cumsum(0)
    mean = sums.logsumexp(-1) - math.log(size)
    return mean[[lag - 1 for lag in lags]]


__all__ = ["Regression", "null_r_squared", "per_lag", "pooled", "product_predictors", "regression"]
