"""Lyapunov exponents along trajectories, and the slopes over the lag that they predict."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from scipy.stats import t as student
from torch import Tensor

from longlag.numerics.anisotropy.dimension import Dimension, dimension
from longlag.numerics.lags.workspace import Workspace
from longlag.numerics.measurement.blocks import LEAST_BLOCKS, block_means, independent_blocks
from longlag.numerics.measurement.run import Run
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count


@dataclass(frozen=True)
class Lyapunov:
    """Exponents λ₁ ≥ λ₂ ≥ … per step, with intervals over time and sequences.

    Args:
        exponents: shape (k,); −∞ for a direction that is lost in one step.
        means: of every block of time, all sequences together, shape (blocks, k).
        level: of the interval.
        steps: that were used of every sequence.
        width: how many exponents there are in all.
    """

    exponents: Float[Tensor, " k"]
    means: Float[Tensor, "blocks k"]
    level: float
    steps: int
    width: int

    @property
    def blocks(self) -> int:
        """Over how many blocks, of all sequences together."""
        return len(self.means)

    @property
    def errors(self) -> Float[Tensor, " k"]:
        """Standard errors from means over blocks of time, shape (k,)."""
        return self.means.std(0) / math.sqrt(self.blocks)

    @property
    def half_width(self) -> Float[Tensor, " k"]:
        """Half of the interval, by Student's distribution of the block means."""
        return self.errors * float(student.ppf((1 + self.level) / 2, self.blocks - 1))

    def dimension(self) -> Dimension:
        """Return the dimension of the attractor, D_KY, with its interval over time."""
        return dimension(self.means, self.width, self.level)

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
    run: Run,
    count: int | None = None,
    *,
    burn_in: int = 0,
    blocks: int | None = None,
    level: float = 0.95,
) -> Lyapunov:
    """Return Lyapunov exponents of a network along its trajectory; see ``exponents_of``.

    Args:
        run: the network that ran.
        count: how many exponents, the largest; all if left out.
        burn_in: first steps, while Q turns into its directions; they are not averaged.
        blocks: into how many blocks of time every sequence is cut for the errors; as many as are
            not correlated if left out.
        level: of the intervals.

    Raises:
        LonglagError: more exponents than directions, fewer steps than blocks.
    """
    steps, sequences, _ = run.shape
    doubled, workspace = run.in_double(), Workspace(run.device)
    every = torch.arange(sequences)
    factors = (doubled.at(torch.full((sequences,), t), every, workspace) for t in range(steps))
    return exponents_of(factors, count, burn_in=burn_in, blocks=blocks, level=level)


def exponents_of(
    factors: Iterable[Float[Tensor, "B n n"]],
    count: int | None = None,
    *,
    burn_in: int = 0,
    blocks: int | None = None,
    level: float = 0.95,
) -> Lyapunov:
    """Return Lyapunov exponents by orthogonal iteration: Q R = J_t Q, λ_i = E ln|R_ii|.

    One pass along the trajectory. Only ratios of lengths enter, so that no scale is too small.
    Source: Benettin et al. 1980; blocks for the errors by Flyvbjerg and Petersen 1989.

    Args:
        factors: J of every step, of all sequences, time running forward.
        count, burn_in, blocks, level: as for ``lyapunov_spectrum``.

    Raises:
        LonglagError: more exponents than directions, fewer steps than blocks.
    """
    logarithms: list[Tensor] = []
    frame, width = torch.empty(0), 0
    for factor in factors:
        if not logarithms:
            width = factor.shape[-1]
            wanted = width if count is None else count
            require_count("count", wanted, "exponents belong to directions", least=1, most=width)
            eye = torch.eye(width, wanted, dtype=torch.float64, device=factor.device)
            frame = eye.expand(*factor.shape[:-2], -1, -1)
        frame, triangle = torch.linalg.qr(factor @ frame)
        logarithms.append(triangle.diagonal(dim1=-2, dim2=-1).abs().log())
    if blocks is not None:
        require_count("blocks", blocks, "errors need two blocks or more", least=2)
    kept = len(logarithms) - burn_in
    if burn_in < 0 or kept < (blocks or LEAST_BLOCKS):
        raise LonglagError(
            f"burn_in {burn_in} of {len(logarithms)} steps",
            f"{blocks or LEAST_BLOCKS} blocks of time need a step each",
            "leave fewer steps out, or take fewer blocks",
        )
    stretched = torch.stack(logarithms[burn_in:]).cpu()
    exponents, order = stretched.mean((0, 1)).sort(descending=True)
    means = block_means(stretched, blocks or independent_blocks(stretched)).flatten(0, 1)
    return Lyapunov(exponents, means[:, order], level, kept, width)


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


__all__ = ["Lyapunov", "TwoExponents", "exponents_of", "lyapunov_spectrum", "two_exponents"]
