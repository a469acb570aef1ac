"""What random weights make of a cell: at rest, and at a sampled state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import t as student

from longlag.numerics.frames import of_rows
from longlag.numerics.stability.boundary import boundary_radius, largest_moduli
from longlag.numerics.stability.factors import Factors, resting_factors, sampled_factors
from longlag.numerics.stability.isotropy import isotropy
from longlag.numerics.stability.laws import compare, observed
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count
from longlag.theory.stability.criticality import critical_gain
from longlag.theory.stability.kinds import Law, Structure, structure
from longlag.theory.stability.linearised import numbers_of, taken_apart
from longlag.theory.typeset.described import described

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class At:
    """Stability at one state.

    Args:
        isotropy: χ; None without a law.
        radius: of the boundary, or of D if larger; None likewise.
        largest: the mean over draws of the largest modulus of an eigenvalue; None without maps.
        half_width: of its 95 % interval, about the radius where each draw has one of its own.
        squares: the mean over draws of ‖J‖_F² over its rows; None where factors are held.
        squares_half_width: of its 95 % interval, about χ likewise.
    """

    isotropy: float | None
    radius: float | None
    largest: float | None
    half_width: float | None
    squares: float | None = None
    squares_half_width: float | None = None


@dataclass(frozen=True)
class StabilityStudy:
    """Stability of a cell with random weights.

    Args:
        cell: the cell.
        law: what bounds its spectrum, in words, or why none is known.
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
    law: str
    gain: float
    neurons: int
    draws: int
    seed: int
    maps: tuple[str, ...]
    critical_gain: Any
    rest: At | None
    why: str
    sampled: At

    def __repr__(self) -> str:
        told = f"stability of {self.cell} at gain {self.gain:g}: law {self.law}"
        return described(told, "rest", "sampled", "critical_gain", "to_dict()")

    def to_frame(self) -> DataFrame:
        """Return a frame with a row at rest, where there is one, and one at a drawn state."""
        places = {"at rest": self.rest, "at a state": self.sampled}
        rows = [{"place": name, **vars(at)} for name, at in places.items() if at is not None]
        about = {"cell": self.cell, "law": self.law, "gain": self.gain, "seed": self.seed}
        return of_rows(rows, {**about, "neurons": self.neurons, "draws": self.draws})

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "cell": self.cell,
            "law": self.law,
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
        cell: any; without a law networks alone tell.
        parameters: name ↦ number.
        gain: g of all maps, entries of variance g²/H.
        neurons: H of the drawn networks.
        draws: how many.
        seed: of them.

    Raises:
        LonglagError: wrong parameters, a gain below 0, counts below 2.
    """
    require_count("draws", draws, "an interval needs several", least=2)
    require_count("neurons", neurons, "a spectrum needs several", least=2)
    if not 0 <= gain < np.inf:
        raise LonglagError(f"gain {gain}", "it is a standard deviation", "give 0 or more")
    numbers = {s.name: value for s, value in numbers_of(cell, parameters or {}).items()}
    critical, rest, why = None, None, ""
    try:
        found: Structure | None = structure(cell)
        law = found.law.value if found else ""
    except LonglagError as error:
        found, law = None, f"no law: {error.rule}"
    held = found is not None and found.law in _HELD and len(cell.axes or ()) <= 1
    try:
        critical = critical_gain(cell, numbers) if found else None
        rest = _at(resting_factors(cell, numbers, neurons), gain, draws, seed) if held else None
    except LonglagError as error:
        why = error.rule
    if held:
        factors = sampled_factors(cell, seed, size=neurons, gain=gain, parameters=numbers)
        sampled = _at(factors, gain, draws, seed)
    else:
        sampled = _whole(cell, numbers, gain, neurons, draws, seed)
    maps = (*found.dense, *found.rows, *found.others) if found else taken_apart(cell).maps
    return StabilityStudy(
        cell.name, law, gain, neurons, draws, seed, maps, critical, rest, why, sampled
    )


#: Laws that hold with factors held, while weights are drawn anew.
_HELD = frozenset({Law.LOCAL, Law.INDEPENDENT})


def _whole(
    cell: Cell, numbers: Mapping[str, Any], gain: float, neurons: int, draws: int, seed: int
) -> At:
    """Networks with weights of their own, beside the law of their cell if there is one."""
    chosen = {name: float(value) for name, value in numbers.items()}
    try:
        found = compare(cell, gain=gain, size=neurons, draws=draws, seed=seed, parameters=chosen)
    except LonglagError:
        table = observed(cell, gain=gain, size=neurons, draws=draws, seed=seed, parameters=chosen)
        means, errors = table.mean(0), table.std(0, ddof=1) / np.sqrt(draws)
        factor = float(student.ppf(0.975, draws - 1))
        largest, squares = (float(each) for each in means)
        return At(
            None, None, largest, factor * float(errors[0]), squares, factor * float(errors[1])
        )
    (radius, isotropy_), (largest, squares) = found.stated, found.found
    width, squares_width = found.half_widths()
    return At(isotropy_, radius, largest, width, squares, squares_width)


def _at(factors: Factors, gain: float, draws: int, seed: int) -> At:
    gains = np.full(len(factors.maps), gain)
    chi, radius = isotropy(factors, gains), boundary_radius(factors, gains)
    if not factors.maps:
        return At(chi, radius, None, None)
    found = largest_moduli(factors, gains, seed, draws)
    error = found.std(ddof=1) / np.sqrt(draws)
    return At(chi, radius, float(found.mean()), float(error * student.ppf(0.975, draws - 1)))


__all__ = ["At", "StabilityStudy", "study_stability"]
