"""A line through the logarithms of a tail."""

from __future__ import annotations

import numpy as np
import pytest

from longlag.numerics.anticollapse.gate import line_fit, share_accepted
from longlag.theory.errors import LonglagError


def test_an_exact_power_is_a_straight_line() -> None:
    values = (np.arange(1, 201) / 200) ** (-1 / 1.5)
    assert line_fit(values) == pytest.approx(1.0, abs=1e-12)
    assert share_accepted(np.stack([values, values]), share=0.5, least=0.999) == 1.0


def test_one_number_for_all_is_no_power_law() -> None:
    assert line_fit(np.full(100, 3.0)) == 0.0


@pytest.mark.parametrize("values", [np.ones(5), np.zeros(50)])
def test_few_values_and_zeros_are_refused(values: np.ndarray) -> None:
    with pytest.raises(LonglagError, match="give more"):
        line_fit(values)
