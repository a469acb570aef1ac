"""The figure on which results and sections draw, without a window of its own."""

from __future__ import annotations

from typing import Any


def blank(size: tuple[float, float] = (6.0, 3.4)) -> Any:
    """Return a matplotlib figure without axes.

    Args:
        size: width and height in inches.
    """
    # Listing derivations needs no matplotlib.
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout="constrained")


def canvas(panels: int = 1, *, size: tuple[float, float] = (6.0, 3.4)) -> tuple[Any, Any]:
    """Return a matplotlib figure and its axes: one, or an array of panels side by side.

    Args:
        panels: how many.
        size: width and height in inches.
    """
    figure = blank(size)
    return figure, figure.subplots(1, panels)
