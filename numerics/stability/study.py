"""What random weights make of a cell: at rest, and at a sampled state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import t as student

from longlag.numerics.stability.boundary import boundary_radius, largest_moduli
from longlag.numerics.stability.factors import Factors, resting_factors, sampled_factors
from longlag.numerics.stability.isotropy import isotropy
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count
from longlag.theory.stability.criticality import critical_gain
from longlag.theory.stability.linearised import linearised, numbers_of


@dataclass(frozen=True)
class At:
    """Stability at one state.

    Args:
        isotropy: χ.
        radius: of the boundary, or of D if larger.
        largest: the mean over draws of the largest modulus of an eigenvalue; None without maps.
        half_width: of its 95 % interval.
    """

    isotropy: float
    radius: float
    largest: float | None
    half_width: float | None


@dataclass(frozen=True)
class StabilityStudy:
    """Stability of a cell with random weights.

    Args:
        cell: the cell.
        gain: of all maps.
        neurons: of the networks that are drawn.
        draws: how many.
        seed: of them.
        maps: names of the maps with random weights.
        critical_gain: exact, at rest; None where there is none.
        rest: at the state zero without drives; None where the cell does not rest there.
        why: what is missing at rest, in words.
        sampled: at a drawn state.
    """

    cell: str
    gain: float
    neurons: int
    draws: int
    seed: int
    maps: tuple[str, ...]
    critical_gain: Any
    rest: At | None
    why: str
    sampled: At

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "cell": self.cell,
            "gain": self.gain,
            "neurons": self.neurons,
            "draws": self.draws,
            "seed": self.seed,
            "maps": list(self.maps),
            "critical_gain": None if self.critical_gain is None else str(self.critical_gain),
            "rest": None if self.rest is None else vars(self.rest),
            "why": self.why,
            "sampled": vars(self.sampled),
        }


def study_stability(
    cell: Cell,
    parameters: Mapping[str, Any] | None = None,
    *,
    gain: float = 1.0,
    neurons: int = 128,
    draws: int = 6,
    seed: int = 0,
) -> StabilityStudy:
    """Return boundary, critical gain and χ of a cell, beside drawn networks.

    Args:
        cell: whose maps are square matrices of independent entries.
        parameters: name ↦ number.
        gain: g of all maps, entries of variance g²/H.
        neurons: H of the drawn networks.
        draws: how many.
        seed: of them.

    Raises:
        LonglagError: a cell that is not covered, wrong parameters, a gain below 0, counts below 2.
    """
    require_count("draws", draws, "an interval needs several", least=2)
    require_count("neurons", neurons, "a spectrum needs several", least=2)
    if not 0 <= gain < np.inf:
        raise LonglagError(f"gain {gain}", "it is a standard deviation", "give 0 or more")
    maps = linearised(cell).maps
    numbers = {s.name: value for s, value in numbers_of(cell, parameters or {}).items()}
    critical, rest, why = None, None, ""
    try:
        rest = _at(resting_factors(cell, numbers, neurons), gain, draws, seed)
        critical = critical_gain(cell, numbers)
    except LonglagError as error:
        why = error.rule
    sampled = sampled_factors(cell, seed, size=neurons, gain=gain, parameters=numbers)
    return StabilityStudy(
        cell.name,
        gain,
        neurons,
        draws,
        seed,
        maps,
        critical,
        rest,
        why,
        _at(sampled, gain, draws, seed),
    )


def _at(factors: Factors, gain: float, draws: int, seed: int) -> At:
    gains = np.full(len(factors.maps), gain)
    chi, radius = isotropy(factors, gains), boundary_radius(factors, gains)
    if not factors.maps:
        return At(chi, radius, None, None)
    found = largest_moduli(factors, gains, seed, draws)
    error = found.std(ddof=1) / np.sqrt(draws)
    return At(chi, radius, float(found.mean()), float(error * student.ppf(0.975, draws - 1)))


__all__ = ["At", "StabilityStudy", "study_stability"]
