"""The figure of the chapter: eigenvalues of sampled networks inside of their boundaries."""

from __future__ import annotations

from typing import Any

import numpy as np

from longlag.derivations.stability.law_checks import EVERY_GAIN
from longlag.numerics.canvas import canvas
from longlag.numerics.stability.boundary import growth_radius
from longlag.numerics.stability.invariant import antisymmetric, exponential, invariant_boundary
from longlag.numerics.stability.whole import Drawn, draw
from longlag.theory.cells import CELLS
from longlag.theory.stability.kinds import structure
from longlag.theory.statement import Settings

_NEURONS, _FINE, _TEXT = 256, 121, 8
#: A gain at which an exponential is far from a Haar matrix.
_SMALL_GAIN = 0.4
#: Blue and vermilion, told apart by those who see fewer colours; ink differs as well as hue.
_DOTS, _LINE = "#56B4E9", "#D55E00"
_NAMES = {"gru": "GRU"}


def spectra(settings: Settings) -> Any:
    """Return the figure of eigenvalues and boundaries of three cells."""
    figure, axes = canvas(3, size=(6.5, 2.7))
    panels = (("gru", EVERY_GAIN), ("antisymmetric", EVERY_GAIN), ("orthogonal", _SMALL_GAIN))
    for panel, (name, gain) in zip(axes, panels, strict=True):
        # Beside what is kept, 1 − εγ, a large step shows most.
        chosen = {"epsilon": 0.9, "gamma": 0.5} if name == "antisymmetric" else {}
        drawn = draw(CELLS[name], settings.seed, size=_NEURONS, gain=gain, parameters=chosen)
        found = np.linalg.eigvals(drawn.jacobian())
        panel.plot(found.real, found.imag, ".", ms=2.5, color=_DOTS, rasterized=True)
        far = 1.12 * np.abs(found).max()
        _outline(panel, drawn, name, gain, far)
        turn = np.linspace(0, 2 * np.pi, 200)
        panel.plot(np.cos(turn), np.sin(turn), ":", lw=0.9, color="0.35")
        panel.set(aspect="equal", xlim=(-far, far), ylim=(-far, far))
        if name == "antisymmetric":
            # Its spectrum is a narrow strip, which one scale for both axes would hide.
            panel.set(
                aspect="auto", box_aspect=1, xlim=(found.real.min() - 0.1, found.real.max() + 0.1)
            )
        panel.set_title(
            f"{name.upper() if name == 'gru' else name}, $g$ = {gain:g}", fontsize=_TEXT
        )
        panel.set_xlabel(r"$\mathrm{Re}\, \lambda$", fontsize=_TEXT)
        panel.tick_params(labelsize=_TEXT)
    axes[0].set_ylabel(r"$\mathrm{Im}\, \lambda$", fontsize=_TEXT)
    return figure


def _outline(panel: Any, drawn: Drawn, name: str, gain: float, far: float) -> None:
    """Draw the boundary by the law of the cell."""
    found = structure(CELLS[name])
    factors = drawn.factors(found.dense or found.others)
    if name == "gru":
        gains, line = drawn.gains(found.dense), np.linspace(-far, far, _FINE)
        # At an eigenvalue of D itself G has no value.
        grown = [[growth_radius(factors, gains, x + 1j * y + 1e-9j) for x in line] for y in line]
        panel.contour(line, line, np.minimum(grown, 4), levels=[1.0], colors=_LINE)
        return
    made = antisymmetric(gain) if name == "antisymmetric" else exponential(gain)
    upright, radial = invariant_boundary(factors, made)
    upper = upright if name == "antisymmetric" else radial
    for points in (upper, upper.conj()):
        panel.plot(points.real, points.imag, "-", lw=1.4, color=_LINE)


__all__ = ["spectra"]
