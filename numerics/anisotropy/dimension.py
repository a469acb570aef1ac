"""The dimension of an attractor from its Lyapunov exponents, with an interval over time."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from scipy.stats import t as student
from torch import Tensor

from longlag.theory.errors import LonglagError


@dataclass(frozen=True)
class Dimension:
    """D_KY with its error.

    Args:
        value: 0 at rest.
        error: standard error, by leaving out one block of time at a time.
        blocks: how many.
        level: of the interval.
    """

    value: float
    error: float
    blocks: int
    level: float

    @property
    def half_width(self) -> float:
        """Half of the interval, by Student's distribution."""
        return self.error * float(student.ppf((1 + self.level) / 2, self.blocks - 1))


def kaplan_yorke(exponents: Float[Tensor, " k"], width: int) -> float:
    """Return D_KY = j + (λ₁ + … + λ_j)/|λ_{j+1}|, j the last with a sum that is not negative.

    Source: Kaplan and Yorke 1979. 0 where λ₁ < 0, and the width where no volume shrinks.

    Args:
        exponents: descending, the first k.
        width: how many there are in all.

    Raises:
        LonglagError: more exponents are needed.

    >>> kaplan_yorke(torch.tensor([0.5, -1.0]), 2)
    1.5
    """
    sums = exponents.cumsum(0)
    kept = int((sums >= 0).sum())
    if kept == width:
        return float(width)
    if kept == len(exponents):
        raise LonglagError(
            f"dimension from {kept} exponents",
            "their sum is not negative yet, so that more directions are filled",
            f"ask for more, up to {width}",
        )
    if kept == 0:
        return 0.0
    return kept + float(sums[kept - 1] / exponents[kept].abs())


def dimension(means: Float[Tensor, "blocks k"], width: int, level: float = 0.95) -> Dimension:
    """Return D_KY and its error from the exponents of blocks of time, by the jackknife.

    Exponents of one block are correlated, which adding up their errors would miss.

    Args:
        means: exponents of every block.
        width: how many exponents there are in all.
        level: of the interval.

    Raises:
        LonglagError: more exponents are needed.
    """
    count = len(means)
    whole = means.mean(0)
    without = (whole * count - means) / (count - 1)
    left = torch.tensor(
        [kaplan_yorke(each.sort(descending=True).values, width) for each in without]
    )
    error = float(((left - left.mean()).square().mean() * (count - 1)).sqrt())
    return Dimension(kaplan_yorke(whole.sort(descending=True).values, width), error, count, level)


__all__ = ["Dimension", "dimension", "kaplan_yorke"]
