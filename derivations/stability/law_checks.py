"""Every cell of the catalogue beside the law of its kind of matrices, on drawn networks."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.linalg import expm

from longlag.numerics.stability.factors import Factors
from longlag.numerics.stability.invariant import exponential, haar, invariant_radius
from longlag.numerics.stability.laws import Compared, compare
from longlag.theory.cells import CELLS
from longlag.theory.stability.kinds import Law, structure
from longlag.theory.statement import Level, Settings, Verdict, judged

#: Gain of every cell: what is kept alone does not decide there.
EVERY_GAIN = 3.0
#: Networks of each cell, of those where a law leaves single eigenvalues to chance, and large ones.
_DRAWS, _FEW = 6, 4
_CHANCES = {Law.ROW: 96, Law.MEMORY: 24, Law.ANTISYMMETRIC: 24}
_STANDARD_ERRORS = 4.0
#: Neurons of those of every cell and of the large ones, entries along an axis of an array.
_USUAL, _LARGE, _ALONG_AXES = 128, 512, 8
#: How close the radius is beyond errors, and of the large ones: an edge of H eigenvalues is soft.
_NARROW, _CLOSE = 0.06, 0.04
#: A row's outlier lies outside of the soft edge.
_NARROW_OF = {Law.ROW: 0.02}
#: Laws that do not tell of a gain.
_WITHOUT_GAIN = frozenset({Law.LOCAL, Law.RANK_ONE})
#: One cell of some laws, the large ones.
LARGE_CELLS = ("gru", "gru_layer_norm", "antisymmetric", "orthogonal")


@lru_cache(maxsize=256)
def of_cell(name: str, seed: int, large: bool = False) -> Compared:
    """Return what the law of a cell says of drawn networks, beside what they are.

    Args:
        name: of a cell of the catalogue.
        seed: of the draws.
        large: with many neurons, and fewer draws.
    """
    cell = CELLS[name]
    law = structure(cell).law
    size = _LARGE if large else _USUAL
    # States over several axes have as many entries as a product of sizes.
    size = _ALONG_AXES if law is Law.RANK_ONE or _is_array(name) else size
    # A projection to as many entries as it has would be square.
    sizes = {"P": size // 4, "N": size} if law is Law.RECTANGULAR else None
    draws = _FEW if large else _CHANCES.get(law, _DRAWS)
    return compare(cell, gain=EVERY_GAIN, size=size, draws=draws, seed=seed, sizes=sizes)


def _is_array(name: str) -> bool:
    return structure(CELLS[name]).law is Law.LOCAL and len(CELLS[name].axes or ()) > 1


def every_cell_verdict(settings: Settings, *, gain: float) -> Verdict:
    """Compare |λ|max with what the law of every cell of the catalogue says.

    Args:
        settings: the seed.
        gain: with which the laws are told; that of the weights as stated.
    """
    worst, where = 0.0, ""
    for name in CELLS:
        found = of_cell(name, settings.seed)
        stated, largest = found.stated[0], found.found[0]
        if found.law not in _WITHOUT_GAIN:
            stated *= gain / EVERY_GAIN
        # Beyond errors, a share of what the edge of a spectrum of H eigenvalues is off.
        off = abs(largest - stated) / (_STANDARD_ERRORS * found.errors[0] + _NARROW * stated)
        if off > worst:
            worst, where = off, f"{name}: {largest:.3f} ± {found.errors[0]:.3f}, law {stated:.3f}"
    return judged(
        Level.MEASURED,
        f"{len(CELLS)} cells of the catalogue, networks with weights and states of their own, gain "
        f"{EVERY_GAIN:g}, H = {_USUAL}; largest distance over {_STANDARD_ERRORS:g} standard errors "
        f"and {_NARROW:.0%}: {where}",
        worst,
        1.0,
        where,
        points=sum(of_cell(name, settings.seed).draws for name in CELLS),
        seed=settings.seed,
    )


#: Cells of each law that random matrices decide, and one whose law another one is, as is claimed.
_OF_LAWS: dict[Law, tuple[str, ...]] = {
    Law.ROW: ("shared_gate", "shared_gate_layer_norm"),
    Law.SUMS: ("gru_layer_norm", "const_gate_layer_norm", "diag_gate_layer_norm"),
    Law.RECTANGULAR: ("projected_lstm",),
    Law.ANTISYMMETRIC: ("antisymmetric", "gated_antisymmetric"),
    Law.ORTHOGONAL: ("orthogonal",),
    Law.MEMORY: ("legendre_memory",),
    Law.RANK_ONE: ("delta_net", "gated_delta_net", "rwkv7"),
}


def law_verdict(settings: Settings, *, law: Law, by: Law, squares: bool = False) -> Verdict:
    """Compare |λ|max, or ‖J‖_F², of the cells of a law with what that or another law says.

    Args:
        settings: the seed.
        law: whose cells are drawn.
        by: by which |λ|max is told; the same as stated.
        squares: compare mean squares in the place of |λ|max.
    """
    worst, where, points = 0.0, "", 0
    narrow = _NARROW_OF.get(law, _NARROW)
    for name in _OF_LAWS[law]:
        found = _by(name, settings.seed, by)
        column = int(squares)
        stated, seen = found.stated[column], found.found[column]
        points += found.draws
        off = abs(seen - stated) / (_STANDARD_ERRORS * found.errors[column] + narrow * stated)
        if off >= worst:
            worst = off
            where = f"{name}: {seen:.3f} ± {found.errors[column]:.3f}, law {stated:.3f}"
    return judged(
        Level.MEASURED,
        f"{points} networks of {', '.join(_OF_LAWS[law])}, gain {EVERY_GAIN:g}, H = {_USUAL}; "
        f"largest distance over {_STANDARD_ERRORS:g} standard errors and {narrow:.0%}: {where}",
        worst,
        1.0,
        where,
        points=points,
        seed=settings.seed,
    )


@lru_cache(maxsize=64)
def _by(name: str, seed: int, by: Law) -> Compared:
    own = structure(CELLS[name]).law
    if by is own:
        return of_cell(name, seed)
    sizes = {"P": _USUAL // 4, "N": _USUAL} if own is Law.RECTANGULAR else None
    draws = of_cell(name, seed).draws
    size = _ALONG_AXES if own is Law.RANK_ONE else _USUAL
    return compare(
        CELLS[name], gain=EVERY_GAIN, size=size, draws=draws, seed=seed, sizes=sizes, law=by
    )


def large_verdict(settings: Settings, *, gain: float) -> Verdict:
    """Compare |λ|max of large networks with the laws, one cell of each kind.

    Args:
        settings: the seed.
        gain: with which the laws are told; that of the weights as stated.
    """
    worst, where = 0.0, ""
    for name in LARGE_CELLS:
        found = of_cell(name, settings.seed, large=True)
        stated = found.stated[0] * gain / EVERY_GAIN
        off = abs(found.found[0] / stated - 1)
        if off > worst:
            worst = off
            where = f"{name}: {found.found[0]:.3f} ± {found.errors[0]:.3f}, law {stated:.3f}"
    return judged(
        Level.MEASURED,
        f"{', '.join(LARGE_CELLS)} with H = {_LARGE}, {_FEW} networks each; largest relative "
        f"distance, {where}",
        worst,
        _CLOSE,
        where,
        points=_FEW * len(LARGE_CELLS),
        seed=settings.seed,
    )


def exponential_verdict(settings: Settings, *, uniform: bool) -> Verdict:
    """Compare |λ|max of D + b exp(A − Aᵀ) at a small gain with the law, where D and b differ.

    Args:
        settings: the seed.
        uniform: by angles that are uniform on the circle, as of a Haar matrix; not so as stated.
    """
    factors, largest = _turned(settings.seed)
    stated = invariant_radius(factors, haar() if uniform else exponential(_SMALL_GAIN))
    error = largest.std(ddof=1) / np.sqrt(len(largest))
    told = f"{largest.mean():.3f} ± {error:.3f}, stated {stated:.3f}"
    return judged(
        Level.MEASURED,
        f"gain {_SMALL_GAIN:g}, H = {_TURNED}, {len(largest)} draws, mean and standard error "
        f"{told}; relative distance",
        abs(float(largest.mean()) / stated - 1),
        _CLOSE,
        told,
        points=len(largest),
        seed=settings.seed,
    )


#: Gain at which an exponential is far from a Haar matrix, and neurons.
_SMALL_GAIN, _TURNED = 0.4, 200


@lru_cache(maxsize=2)
def _turned(seed: int) -> tuple[Factors, np.ndarray]:
    generator = np.random.default_rng(seed)
    local, crossed = generator.uniform(-0.3, 1, _TURNED), generator.uniform(0.1, 1, _TURNED)
    column = crossed[:, None, None]
    factors = Factors(
        ("w",), local[:, None, None], column, np.ones_like(column), np.zeros_like(column)
    )
    found = []
    for _ in range(_DRAWS):
        normal = generator.standard_normal((_TURNED, _TURNED))
        matrix = _SMALL_GAIN * normal / np.sqrt(_TURNED)
        step = np.diag(local) + crossed[:, None] * expm(matrix - matrix.T)
        found.append(np.abs(np.linalg.eigvals(step)).max())
    return factors, np.array(found)


__all__ = [
    "EVERY_GAIN",
    "LARGE_CELLS",
    "every_cell_verdict",
    "exponential_verdict",
    "large_verdict",
    "law_verdict",
    "of_cell",
]
