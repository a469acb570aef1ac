"""The figure of a law shows its envelope, the samples that lags take, and the window."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from longlag.numerics import plot_window
from longlag.theory import LAWS, LonglagError, solve_horizon

QUESTION: dict[str, Any] = {"samples": 10**4, "cost": 2, "kappa": 2}


@pytest.mark.parametrize("law", LAWS.values(), ids=list(LAWS))
def test_the_samples_cross_n_at_the_window(law: Any) -> None:
    values = {symbol.name: 0.25 if symbol.name in "bs" else 1 for symbol in law.parameters}
    found = solve_horizon(law, values, **QUESTION)
    left, right = plot_window(law, values, **QUESTION).axes
    lags, envelope = left.lines[0].get_data()
    needed = right.lines[0].get_ydata()
    known = np.isfinite(needed)
    assert np.allclose(needed[known], 2 * envelope[known] ** -2.0, rtol=1e-12)
    if found.status == "finite" and float(found.horizon) < lags[-1]:
        assert np.all(needed[known & (lags < 0.999 * float(found.horizon))] <= 10**4)
        assert np.all(needed[known & (lags > 1.001 * float(found.horizon))] > 10**4)
        assert right.lines[2].get_xdata()[0] == float(found.horizon)


def test_a_window_without_an_end_is_told() -> None:
    figure = plot_window(LAWS["constant"], {"c": 1}, **QUESTION)
    assert figure.axes[1].get_legend().texts[1].get_text() == "window infinite"


def test_what_has_no_window_is_refused() -> None:
    with pytest.raises(LonglagError, match="parameter"):
        plot_window(LAWS["polynomial"], {"c": 1}, **QUESTION)
