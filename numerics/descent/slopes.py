"""What an activation and its first two derivatives do over intervals, for any σ with bounded σ''.

Two enclosures are intersected. The mean-value form about the middle is exact for a point and good
for short intervals. For long ones the line is cut into cells, each with its mean-value form, and
the largest over a run of cells is looked up: of any run it is the larger of two runs of 2^k cells
that cover it. Derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath
import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.descent.bounds import constants
from longlag.numerics.descent.neuron import neuron_functions
from longlag.theory.descent.activation import Activation, preactivation
from longlag.theory.descent.symbols import curvature_bound, slope_bound, value_bound
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.suprema.supremum import supremum

#: Rounding is not directed: every bound is raised by this share, which covers the few roundings of
#: its step.
SLACK = 2.0**-46
#: Cells lie in [−16, 16]; beyond, only the mean-value form and the suprema are left.
_REACH, _CELLS = 16.0, 16384


@dataclass(frozen=True, eq=False)
class Envelope:
    """Bounds on |σ'|, |σ''| and σ over intervals.

    Args:
        value: σ.
        slope: σ'.
        curvature: σ''.
        suprema: s₀ … s₃; s₃ is infinite where σ'' has no bounded derivative.
        tables: the largest |σ'|, |σ''|, σ and −σ over 2^k cells, by k and first cell.
    """

    value: Callable[..., Any]
    slope: Callable[..., Any]
    curvature: Callable[..., Any]
    suprema: tuple[float, float, float, float]
    tables: tuple[Float[Tensor, "levels cells"], ...] = ()

    def over(
        self, centre: Float[Tensor, "*n"], half: Float[Tensor, "*n"]
    ) -> tuple[Float[Tensor, "*n"], Float[Tensor, "*n"]]:
        """Return S ≥ |σ'(a)| and C ≥ |σ''(a)| for all |a − centre| ≤ half.

        |σ'| ≤ |σ'(c)| + s₂h, |σ'| ≤ |σ'(c)| + |σ''(c)|h + s₃h²/2, and |σ''| ≤ |σ''(c)| + s₃h.
        """
        _, s1, s2, s3 = self.suprema
        slope, curvature = self.slope(centre).abs(), self.curvature(centre).abs()
        bent = torch.where(half > 0, s3 * half, 0.0)
        slope = slope + torch.minimum(s2 * half, (curvature + bent / 2) * half)
        curvature = curvature + bent
        if self._is_long(half):
            slope = torch.minimum(slope, self._looked_up(0, centre, half, s1))
            curvature = torch.minimum(curvature, self._looked_up(1, centre, half, s2))
        return (slope * (1 + SLACK)).clamp(max=s1), (curvature * (1 + SLACK)).clamp(max=s2)

    def values(
        self, centre: Float[Tensor, "*n"], half: Float[Tensor, "*n"], slope: Float[Tensor, "*n"]
    ) -> tuple[Float[Tensor, "*n"], Float[Tensor, "*n"]]:
        """Return middle and half-width of an interval that holds σ(a) for |a − centre| ≤ half.

        Args:
            centre: c.
            half: h, 0 for a point.
            slope: S over the interval.
        """
        found, s0 = self.value(centre), self.suprema[0]
        high, low = found + slope * half, found - slope * half
        if self._is_long(half):
            high = torch.minimum(high, self._looked_up(2, centre, half, s0))
            low = torch.maximum(low, -self._looked_up(3, centre, half, s0))
        high, low = high.clamp(max=s0), low.clamp(min=-s0)
        wide = half > 0
        return torch.where(wide, (low + high) / 2, found), torch.where(
            wide, (high - low) / 2 + SLACK, 0.0
        )

    def _is_long(self, half: Tensor) -> bool:
        """Whether some interval is longer than a cell, so that cells tell more than its middle."""
        return bool(self.tables) and bool((half > _REACH / _CELLS).any())

    def _looked_up(self, which: int, centre: Tensor, half: Tensor, otherwise: float) -> Tensor:
        """The largest over all cells that an interval touches."""
        table = self.tables[which].to(centre.device)
        first = _cell(centre - half).floor()
        last = _cell(centre + half).floor()
        inside = (first >= 0) & (last < _CELLS)
        first, last = first.clamp(0, _CELLS - 1).long(), last.clamp(0, _CELLS - 1).long()
        _, exponent = torch.frexp((last - first + 1).double())
        level = exponent.long() - 1
        run = torch.ones_like(level) << level
        flat = table.flatten()
        found = torch.maximum(flat[level * _CELLS + first], flat[level * _CELLS + last - run + 1])
        return torch.where(inside, found, otherwise)


@lru_cache(maxsize=32)
def envelope(activation: Activation) -> Envelope:
    """Return the envelope of an activation.

    >>> from longlag.theory.descent.activation import activation
    >>> envelope(activation("tanh")).suprema
    (1.0, 1.0, 0.769800358919501, 2.0)
    """
    functions = neuron_functions(activation)
    numbers = constants(activation)
    try:
        third = supremum(activation.function.diff(preactivation, 3), preactivation)
        with mpmath.workdps(30):
            s3 = float(evaluate(third.expression, {}))
    except LonglagError:
        s3 = float("inf")
    suprema = (numbers[value_bound], numbers[slope_bound], numbers[curvature_bound], s3)
    about_middles = Envelope(functions.value, functions.slope, functions.curvature, suprema)
    width = 2 * _REACH / _CELLS
    middles = width * (torch.arange(_CELLS, dtype=torch.float64) + 0.5) - _REACH
    # Cells overlap a little, so that a rounded end falls into one that holds it.
    half = torch.full_like(middles, width / 2 * (1 + 1e-6))
    slope, curvature = about_middles.over(middles, half)
    value, spread = about_middles.values(middles, half, slope)
    cells = (slope, curvature, value + spread, spread - value)
    return Envelope(
        functions.value,
        functions.slope,
        functions.curvature,
        suprema,
        tuple(_runs(largest) for largest in cells),
    )


def _cell(a: Tensor) -> Tensor:
    """Which cell a point lies in, as a real number."""
    return (a + _REACH) * (_CELLS / (2 * _REACH))


def _runs(cells: Tensor) -> Tensor:
    """The largest over 2^k cells from each cell on, for every k; cut off at the end."""
    levels, run = [cells], 1
    while 2 * run <= _CELLS:
        ahead = torch.nn.functional.pad(levels[-1][run:], (0, run), value=-torch.inf)
        levels.append(torch.maximum(levels[-1], ahead))
        run *= 2
    return torch.stack(levels)
