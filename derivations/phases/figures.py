"""The map of a family: which class of windows each pair of parameters has."""

from __future__ import annotations

from typing import Any

from longlag.numerics.canvas import canvas
from longlag.theory.phases.certified import Map
from longlag.theory.phases.diagram import PhaseDiagram
from longlag.theory.typeset.scalar import scalar_tex

#: Fills that stay apart in print and for the colour-blind.
_FILLS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#999999")


def draw_map(diagram: PhaseDiagram, found: Map) -> Any:
    """Return the figure of a certified map: one colour per phase, boundaries left white.

    Args:
        diagram: the phases.
        found: a rectangle in boxes.
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Patch, Rectangle

    figure, axes = canvas(size=(6.0, 3.6))
    places = sorted({box.phase for box in found.boxes if box.phase is not None})
    handles = []
    for order, place in enumerate(places):
        fill = _FILLS[order % len(_FILLS)]
        patches = [
            Rectangle(box.lows, box.highs[0] - box.lows[0], box.highs[1] - box.lows[1])
            for box in found.boxes
            if box.phase == place
        ]
        axes.add_collection(PatchCollection(patches, facecolor=fill, edgecolor=fill, linewidth=0.2))
        growth = diagram.phases[place].growth
        label = diagram.phases[place].kind
        if growth is not None and not growth.leading.is_infinite:
            label += f": ${' '.join(growth.sides)}$"
        handles.append(Patch(facecolor=fill, label=label))
    first, second = found.symbols
    axes.set_xlim(min(box.lows[0] for box in found.boxes), max(b.highs[0] for b in found.boxes))
    axes.set_ylim(min(box.lows[1] for box in found.boxes), max(b.highs[1] for b in found.boxes))
    axes.set_xlabel(f"${scalar_tex(first)}$")
    axes.set_ylabel(f"${scalar_tex(second)}$")
    figure.legend(handles=handles, loc="outside upper center", frameon=False, fontsize=11, ncol=1)
    return figure


__all__ = ["draw_map"]
