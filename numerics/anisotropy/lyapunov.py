"""Lyapunov exponents along trajectories, and the slopes over the lag that they predict."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from scipy.stats import t as student
from torch import Tensor

from longlag.numerics.lags.workspace import Workspace
from longlag.numerics.measurement.run import Run
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count


@dataclass(frozen=True)
class Lyapunov:
    """Exponents λ₁ ≥ λ₂ ≥ … per step, with intervals over time and sequences.

    Args:
        exponents: shape (k,); −∞ for a direction that is lost in one step.
        errors: standard errors from means over blocks of time, shape (k,).
        level: of the interval.
        blocks: over how many blocks, of all sequences together.
        steps: that were used of every sequence.
    """

    exponents: Float[Tensor, " k"]
    errors: Float[Tensor, " k"]
    level: float
    blocks: int
    steps: int

    @property
    def half_width(self) -> Float[Tensor, " k"]:
        """Half of the interval, by Student's distribution of the block means."""
        return self.errors * float(student.ppf((1 + self.level) / 2, self.blocks - 1))

    def anisotropy_slope(self, rank: int) -> float:
        """Return λ₁ − λ_r, the slope of ln AI_r over the lag.

        Source: Oseledets' theorem, σ_i of the product ~ e^{λ_i ℓ}; derived in theory page 5.6.
        """
        self._check(rank)
        return float(self.exponents[0] - self.exponents[rank - 1])

    def lost_energy_slope(self, rank: int) -> float:
        """Return −2(λ₁ − λ_{r+1}), the slope of ln(1 − CE_r) over the lag; source as above."""
        self._check(rank + 1)
        return -2 * float(self.exponents[0] - self.exponents[rank])

    def _check(self, rank: int) -> None:
        if not 1 <= rank <= len(self.exponents):
            raise LonglagError(
                f"exponent {rank}",
                f"{len(self.exponents)} were computed",
                "ask lyapunov_spectrum for more",
            )


def lyapunov_spectrum(
    run: Run, count: int | None = None, *, burn_in: int = 0, blocks: int = 8, level: float = 0.95
) -> Lyapunov:
    """Return Lyapunov exponents by orthogonal iteration: Q R = J_t Q, λ_i = E ln|R_ii|.

    One pass along the trajectory. Only ratios of lengths enter, so that no scale is too small.
    Source: Benettin et al. 1980.

    Args:
        run: the network that ran.
        count: how many exponents, the largest; all if left out.
        burn_in: first steps, while Q turns into its directions; they are not averaged.
        blocks: into how many blocks of time every sequence is cut for the errors.
        level: of the intervals.

    Raises:
        LonglagError: more exponents than directions, fewer steps than blocks.
    """
    steps, sequences, size = run.shape
    width = len(run.cell.states) * size
    count = width if count is None else count
    require_count("count", count, "exponents belong to directions", least=1, most=width)
    require_count("blocks", blocks, "errors need two blocks or more", least=2)
    kept = steps - burn_in
    if burn_in < 0 or kept < blocks:
        raise LonglagError(
            f"burn_in {burn_in} of {steps} steps",
            f"{blocks} blocks of time need a step each",
            "leave fewer steps out, or take fewer blocks",
        )
    doubled, workspace = run.in_double(), Workspace(run.device)
    every = torch.arange(sequences)
    frame = torch.eye(width, count, dtype=torch.float64).expand(sequences, -1, -1)
    logarithms = []
    for step in range(steps):
        factor = doubled.at(torch.full((sequences,), step), every, workspace)
        frame, triangle = torch.linalg.qr(factor @ frame)
        logarithms.append(triangle.diagonal(dim1=-2, dim2=-1).abs().log())
    stretched = torch.stack(logarithms[burn_in:])
    means = torch.stack([part.mean(0) for part in stretched.tensor_split(blocks)])
    means = means.reshape(-1, count)
    exponents, order = stretched.mean((0, 1)).sort(descending=True)
    errors = (means.std(0) / math.sqrt(len(means)))[order]
    return Lyapunov(exponents, errors, level, len(means), kept)


@dataclass(frozen=True)
class TwoExponents:
    """Two rates of one product of leaks, which are not one.

    Args:
        lags: ℓ.
        generalised: ln E|∏|/ℓ by lag and neuron, shape (L, H): it governs the envelope f.
        typical: E ln|d| by neuron, shape (H,): the Lyapunov exponent of the diagonal surrogate.
    """

    lags: tuple[int, ...]
    generalised: Float[Tensor, "lags H"]
    typical: Float[Tensor, " H"]


def two_exponents(leaks: Float[Tensor, "T B H"], lags: tuple[int, ...]) -> TwoExponents:
    """Return both exponents of leaks d: ln E|∏_{j<ℓ} d|/ℓ ≥ E ln|d| where the leaks are stationary.

    By prefix sums of logarithms; means of products are taken in logarithms too. Source: Jensen's
    inequality; theory page 5.6.

    Args:
        leaks: d of every step, sequence and neuron; 0 counts as ln 0 = −∞.
        lags: which, each at most T.

    Raises:
        LonglagError: a lag beyond the sequence.
    """
    steps = len(leaks)
    if not lags or min(lags) < 1 or max(lags) > steps:
        raise LonglagError(f"lags {list(lags)}", f"there are {steps} steps", f"give 1 to {steps}")
    logarithms = leaks.double().abs().log()
    # A zero in a prefix sum would make every difference NaN: zeros are counted apart.
    zeros = torch.nn.functional.pad(
        (logarithms == -torch.inf).double().cumsum(0), [0, 0] * 2 + [1, 0]
    )
    finite = torch.where(logarithms == -torch.inf, 0.0, logarithms)
    sums = torch.nn.functional.pad(finite.cumsum(0), [0, 0] * 2 + [1, 0])
    found = []
    for lag in lags:
        total = sums[lag:] - sums[:-lag]
        total = torch.where(zeros[lag:] > zeros[:-lag], -torch.inf, total).flatten(0, 1)
        mean = total.logsumexp(0) - math.log(len(total))
        found.append(mean / lag)
    return TwoExponents(lags, torch.stack(found), logarithms.mean((0, 1)))


__all__ = ["Lyapunov", "TwoExponents", "lyapunov_spectrum", "two_exponents"]
