"""Lyapunov exponents and attractors of sampled networks: intervals over time and over networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import t as student

from longlag.numerics.anisotropy.dimension import Dimension
from longlag.numerics.anisotropy.lyapunov import Lyapunov, lyapunov_spectrum
from longlag.numerics.measurement.run import ran
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count

Reals = NDArray[np.float64]
#: A share of the steps is left out, while networks settle; fewer steps tell no error.
_SETTLING, _LEAST_STEPS, _LEVEL = 3, 48, 0.95


@dataclass(frozen=True)
class Trajectories:
    """Exponents of some networks of a cell.

    Args:
        exponents: of every network, shape (draws, k).
        over_time: half widths of the first network's, by blocks of time, shape (k,).
        blocks: how many.
        dimensions: D_KY of every network, shape (draws,); None where more exponents are needed.
        dimension: that of the first network, with its interval over time; None likewise.
        steps: that were averaged.
        drive: standard deviation of the drives.
    """

    exponents: Reals
    over_time: Reals
    blocks: int
    dimensions: Reals | None
    dimension: Dimension | None
    steps: int
    drive: float

    def over_networks(self, values: Reals) -> tuple[Reals, Reals]:
        """Return the mean over networks and half of its 95 % interval, by Student's distribution.

        Args:
            values: of every network, shape (draws, …).
        """
        draws = len(values)
        factor = float(student.ppf((1 + _LEVEL) / 2, draws - 1))
        return values.mean(0), factor * values.std(0, ddof=1) / np.sqrt(draws)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        means, widths = self.over_networks(self.exponents)
        found: dict[str, Any] = {
            "steps": self.steps,
            "drive": self.drive,
            "exponents": means.tolist(),
            "half_width_over_networks": widths.tolist(),
            "first_network": self.exponents[0].tolist(),
            "half_width_over_time": self.over_time.tolist(),
            "blocks": self.blocks,
            "dimension": None,
        }
        if self.dimensions is not None and self.dimension is not None:
            mean, width = self.over_networks(self.dimensions)
            found["dimension"] = {
                "mean": float(mean),
                "half_width_over_networks": float(width),
                "first_network": self.dimension.value,
                "half_width_over_time": self.dimension.half_width,
            }
        return found


def study_trajectories(
    cell: Cell,
    parameters: Mapping[str, float],
    *,
    gain: float,
    neurons: int,
    draws: int,
    seed: int,
    count: int,
    steps: int = 300,
    drive: float = 0.0,
) -> Trajectories:
    """Return Lyapunov exponents and dimensions of networks that are drawn and run.

    Args:
        cell: the cell.
        parameters: name ↦ number, the same for all neurons; what is left out is drawn.
        gain: g of all maps.
        neurons: H, or the size of the first axis.
        draws: how many networks.
        seed: of them.
        count: how many exponents.
        steps: T, a third of which is left out while the networks settle.
        drive: standard deviation of the drives; 0 for networks without input.

    Raises:
        LonglagError: counts that are too small, or more exponents than directions.
    """
    require_count("draws", draws, "an interval needs several", least=2)
    require_count("steps", steps, "errors over time need many", least=_LEAST_STEPS)
    found: list[Lyapunov] = []
    for each in np.random.SeedSequence(seed).generate_state(draws):
        network = sample_network(
            cell,
            torch.Generator().manual_seed(int(each)),
            size=neurons,
            batch=(1,),
            steps=steps,
            weight_scale=gain,
            drive_scale=drive,
        )
        chosen = {
            name: torch.full_like(network.parameter[name], float(value))
            for name, value in parameters.items()
        }
        network = replace(network, parameter={**network.parameter, **chosen})
        found.append(lyapunov_spectrum(ran(network), count, burn_in=steps // _SETTLING))
    dimensions, dimension = _dimensions(found)
    return Trajectories(
        np.stack([each.exponents.numpy() for each in found]),
        found[0].half_width.numpy(),
        found[0].blocks,
        dimensions,
        dimension,
        found[0].steps,
        drive,
    )


def _dimensions(found: list[Lyapunov]) -> tuple[Reals | None, Dimension | None]:
    """Dimensions of all networks and that of the first, or none where more exponents are needed."""
    try:
        every = [each.dimension() for each in found]
    except LonglagError:
        return None, None
    return np.array([each.value for each in every]), every[0]


__all__ = ["Trajectories", "study_trajectories"]
