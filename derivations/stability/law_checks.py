"""Every cell of the catalogue beside the law of its kind of matrices, on drawn networks."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.linalg import expm

from longlag.numerics.stability.factors import Factors
from longlag.numerics.stability.invariant import exponential, haar, invariant_radius
from longlag.numerics.stability.laws import Compared, compare
from longlag.numerics.stability.outliers import row_radii
from longlag.theory.cells import CELLS
from longlag.theory.stability.kinds import Law, structure
from longlag.theory.statement import Level, Settings, Verdict, judged

#: Gain of every cell: what is kept alone does not decide there.
EVERY_GAIN = 3.0
#: Networks of each cell, more where eigenvalues are left to chance or edges soft, large ones.
_DRAWS, _FEW = 6, 4
_CHANCES = dict.fromkeys((Law.ROW, Law.MEMORY, Law.ANTISYMMETRIC, Law.RECTANGULAR), 24)
_STANDARD_ERRORS = 4.0
#: Neurons of those of every cell and of the large ones, entries along an axis of an array.
_USUAL, _LARGE, _ALONG_AXES = 128, 512, 8
#: How close the radius is beyond errors, and of the large ones: an edge of H eigenvalues is soft.
#: Of every cell it is softer, where few neurons pass anything on, as those near a threshold.
_NARROW, _CLOSE, _BROAD = 0.06, 0.02, 0.12
#: Where nothing is random only rounding is left, and no error.
_ROUNDING = 1e-9
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
        off = abs(largest - stated) / (_STANDARD_ERRORS * found.errors[0] + _BROAD * stated)
        if off > worst:
            worst, where = off, f"{name}: {largest:.3f} ± {found.errors[0]:.3f}, law {stated:.3f}"
    return judged(
        Level.MEASURED,
        f"{len(CELLS)} cells of the catalogue, networks with weights and states of their own, gain "
        f"{EVERY_GAIN:g}, H = {_USUAL}; largest distance over {_STANDARD_ERRORS:g} standard errors "
        f"and {_BROAD:.0%}: {where}",
        worst,
        1.0,
        where,
        points=sum(of_cell(name, settings.seed).draws for name in CELLS),
        seed=settings.seed,
    )


#: Cells of each law that random matrices decide, and one whose law another one is, as is claimed.
_OF_LAWS: dict[Law, tuple[str, ...]] = {
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
    exact = law is Law.RANK_ONE
    errors, share = (0.0, _ROUNDING) if exact else (_STANDARD_ERRORS, _NARROW)
    for name in _OF_LAWS[law]:
        found = _by(name, settings.seed, by)
        column = int(squares)
        stated, seen = found.stated[column], found.found[column]
        points += found.draws
        # Errors are those about its own law: about another one parameters of networks add theirs.
        error = of_cell(name, settings.seed).errors[column]
        off = abs(seen - stated) / (errors * error + share * stated)
        if off >= worst:
            worst = off
            where = f"{name}: {seen:.3f} ± {error:.3f}, law {stated:.3f}"
    return judged(
        Level.MEASURED,
        f"{points} networks of {', '.join(_OF_LAWS[law])}, gain {EVERY_GAIN:g}, H = {_USUAL}; "
        f"largest distance over {errors:g} standard errors and {share:.0e} of it: {where}",
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
        error = found.errors[0]
        off = abs(found.found[0] - stated) / (_STANDARD_ERRORS * error + _CLOSE * stated)
        if off > worst:
            worst = off
            where = f"{name}: {found.found[0]:.3f} ± {found.errors[0]:.3f}, law {stated:.3f}"
    return judged(
        Level.MEASURED,
        f"{', '.join(LARGE_CELLS)} with H = {_LARGE}, {_FEW} networks each; largest distance over "
        f"{_STANDARD_ERRORS:g} standard errors and {_CLOSE:.0%}: {where}",
        worst,
        1.0,
        where,
        points=_FEW * len(LARGE_CELLS),
        seed=settings.seed,
    )


def row_verdict(settings: Settings, *, row: bool) -> Verdict:
    """Compare the mean of |λ|max of drawn networks with a row with its law, in standard errors.

    Args:
        settings: the seed.
        row: with the outlier of the row, or the bulk alone.
    """
    drawn, chances = _with_rows(settings.seed)
    bulk = _ROW_LEAVES
    stated = float(chances.mean()) if row else bulk
    error = float(
        np.hypot(drawn.std() / np.sqrt(len(drawn)), chances.std() / np.sqrt(len(chances)))
    )
    told = f"{drawn.mean():.3f} ± {error:.3f}, stated {stated:.3f}"
    return judged(
        Level.MEASURED,
        f"a matrix of radius {bulk:g} and a row that moves all neurons by 1, H = {_USUAL}, "
        f"{len(drawn)} draws, {len(chances)} of the Gaussian function: {told}; in standard errors",
        abs(float(drawn.mean()) - stated) / error,
        _STANDARD_ERRORS,
        told,
        points=len(drawn),
        seed=settings.seed,
    )


#: Radius of what the matrix leaves; draws of networks and of the function.
_ROW_LEAVES, _ROWS, _FUNCTIONS = 0.3, 60, 400


@lru_cache(maxsize=2)
def _with_rows(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """|λ|max of drawn networks, and of draws of the Gaussian function."""
    after = np.broadcast_to(np.array([_ROW_LEAVES, 1.0]), (_USUAL, 1, 2))
    none = np.zeros((_USUAL, 1, 1))
    factors = Factors(("w", "s"), none, after, np.ones((_USUAL, 2, 1)), np.zeros((_USUAL, 2, 2)))
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(_ROWS):
        matrix, row = (generator.standard_normal(n) for n in ((_USUAL, _USUAL), _USUAL))
        step = (_ROW_LEAVES * matrix + row) / np.sqrt(_USUAL)
        found.append(np.abs(np.linalg.eigvals(step)).max())
    return np.array(found), row_radii(factors, np.ones(2), seed, _FUNCTIONS)


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
        _NARROW,
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
    "row_verdict",
]
