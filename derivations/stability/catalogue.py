"""Every cell of the catalogue in one table, and spectra with their boundaries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sympy import Expr, Rational

from longlag.derivations.stability.boundary_checks import EVERY_GAIN, of_cell
from longlag.numerics.canvas import canvas
from longlag.numerics.stability.boundary import growth_radius, spectrum_of
from longlag.numerics.stability.factors import sampled_factors
from longlag.numerics.stability.isotropy import isotropy
from longlag.theory.cells import CELLS
from longlag.theory.errors import LonglagError
from longlag.theory.stability.criticality import critical_gain, isotropy_at
from longlag.theory.stability.linearised import at_rest, linearised
from longlag.theory.statement import Settings
from longlag.theory.typeset.scalar import scalar_tex

#: Parameters at rest.
_HALF = Rational(1, 2)
_LONGEST = 24


def every_cell(settings: Settings) -> Sequence[Sequence[str]]:
    """Return the rows of the table, a line of words where a cell is not covered."""
    return [(name.replace("_", " "), *_row(name, settings.seed)) for name in CELLS]


def _row(name: str, seed: int) -> tuple[str, ...]:
    try:
        maps = linearised(CELLS[name]).maps
    except LonglagError as error:
        return (f"not covered: {error.rule.partition(',')[0]}", "–", "–", "–", "–")
    rest = _at_rest(name)
    if not maps:
        return ("no recurrent weights", rest[1], *_sampled(name, seed))
    return (*rest, *_sampled(name, seed))


def _at_rest(name: str) -> tuple[str, str]:
    cell = CELLS[name]
    values = dict.fromkeys(cell.parameters, _HALF)
    try:
        chi = _number(isotropy_at(at_rest(cell, values)))
    except LonglagError:
        return "does not rest at zero", "–"
    try:
        return _number(critical_gain(cell, values)), chi
    except LonglagError:
        return "$D$ has the eigenvalue 1", chi


def _number(value: Expr) -> str:
    tex = scalar_tex(value)
    return f"${tex}$" if len(tex) <= _LONGEST else f"{float(value):.4g}"


def _sampled(name: str, seed: int) -> tuple[str, str, str]:
    try:
        factors, radius, mean, error = of_cell(name, seed)
    except LonglagError:
        return "–", "–", "–"
    chi = isotropy(factors, np.full(len(factors.maps), EVERY_GAIN))
    drawn = f"{mean:.3f} ± {error:.3f}" if factors.maps else "–"
    return f"{chi:.3f}", f"{radius:.3f}", drawn


def spectra(settings: Settings) -> Any:
    """Return the figure of eigenvalues and boundaries of two cells."""
    figure, axes = canvas(2, size=(6.4, 3.2))
    for each, name in zip(axes, ("gru", "lstm"), strict=True):
        factors = sampled_factors(CELLS[name], settings.seed, size=256, gain=EVERY_GAIN)
        gains = np.full(len(factors.maps), EVERY_GAIN)
        found = spectrum_of(factors, gains, settings.seed)
        each.plot(found.real, found.imag, ".", ms=2, color="C0")
        far = 1.15 * np.abs(found).max()
        line = np.linspace(-far, far, 81)
        radius = [[growth_radius(factors, gains, x + 1j * y) for x in line] for y in line]
        each.contour(line, line, np.minimum(radius, 4), levels=[1.0], colors="C1")
        turn = np.linspace(0, 2 * np.pi, 200)
        each.plot(np.cos(turn), np.sin(turn), ":", lw=0.8, color="0.5")
        each.set_aspect("equal")
        each.set_title(name.upper(), fontsize=9)
        each.set_xlabel(r"$\mathrm{Re}\, \lambda$")
    axes[0].set_ylabel(r"$\mathrm{Im}\, \lambda$")
    return figure


__all__ = ["every_cell", "spectra"]
