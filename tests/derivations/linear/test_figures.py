"""The figure of random factors: what is drawn lies on what is stated."""

from __future__ import annotations

import numpy as np

from longlag.derivations.linear.figures import selective_figure
from longlag.theory.statement import Settings


def test_drawn_products_lie_on_their_laws() -> None:
    gates, keys = selective_figure(Settings()).axes
    for axes in (gates, keys):
        laws = [line for line in axes.lines if line.get_linestyle() != "None"]
        assert len(laws) == len(axes.containers)
        for law, drawn in zip(laws, axes.containers, strict=True):
            points, _, (bars,) = drawn.lines
            stated, found = np.asarray(law.get_ydata()), np.asarray(points.get_ydata())
            half = np.array([(high - low) / 2 for (_, low), (_, high) in bars.get_segments()])
            assert (np.abs(found - stated) <= 5 / 1.96 * half + 1e-12).all()
