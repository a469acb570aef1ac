"""Curves of shipped numbers: means over seeds, with bands that are their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from longlag.derivations.results.tables import Shipped
from longlag.numerics.experiments.table import Entry


def curve(
    panel: Any,
    table: Shipped,
    column: str,
    at: Sequence[int],
    style: str,
    *,
    label: str | None = None,
    floor: float | None = None,
    **labels: Entry,
) -> Any:
    """Draw a quantity with its interval over seeds.

    Args:
        panel: axes of a figure.
        table: the numbers.
        column: what runs along the axis, ``lag`` or ``update``.
        at: its values.
        style: colour and dash, as matplotlib writes them together: ``C0.-``.
        label: for the legend.
        floor: what is not above it is left to rounding, and not drawn.
        labels: of the rows.

    Returns:
        The means, NaN where nothing is drawn.
    """
    colour, dash = (style[:2], style[2:]) if style.startswith("C") else (style[:1], style[1:])
    found = [table.interval(**{column: value}, **labels) for value in at]
    means = np.asarray([one.mean for one in found])
    low, high = (np.asarray([getattr(one, end) for one in found]) for end in ("low", "high"))
    if floor is not None:
        means = np.where(means > floor, means, np.nan)
        low = np.where(np.isnan(means), np.nan, np.maximum(low, floor))
    if not np.isnan(means).all():
        panel.plot(at, means, dash, color=colour, label=label)
        panel.fill_between(at, low, high, color=colour, alpha=0.2, lw=0)
    return means


__all__ = ["curve"]
