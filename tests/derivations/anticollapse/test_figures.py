"""The figure of anti-collapse: exponents end at β, and simulated events lie on the envelope."""

from __future__ import annotations

import numpy as np
import pytest

from longlag.derivations.anticollapse.figures import envelopes_figure
from longlag.theory.statement import Settings


def test_exponents_and_simulated_envelopes() -> None:
    envelopes, exponents = envelopes_figure(Settings()).axes
    ends = [float(line.get_ydata()[-1]) for line in exponents.lines]
    assert ends[:2] == pytest.approx([1.0, 0.25], abs=1e-6)
    # The tempered exponent lies below its temper, and that of stable jumps has no limit but 0.
    assert 0.8 < ends[2] < 1
    assert ends[3] == pytest.approx(1 / (2 * 12), rel=0.35)
    exact = [line for line in envelopes.lines if line.get_linestyle() != "None"]
    for law, drawn in zip(exact, envelopes.containers, strict=True):
        points, _, (bars,) = drawn.lines
        lags, stated = (np.log(np.asarray(each)) for each in law.get_data())
        expected = np.exp(np.interp(np.log(np.asarray(points.get_xdata())), lags, stated))
        half = np.array([(high - low) / 2 for (_, low), (_, high) in bars.get_segments()])
        off = np.abs(np.asarray(points.get_ydata()) - expected)
        assert (off <= 2.5 * half + 1e-3 * expected).all()
