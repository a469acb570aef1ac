"""A study gathers what the parts say, with an interval over draws."""

from __future__ import annotations

import pytest

from longlag.numerics.stability.study import study_stability
from longlag.theory.cells import CELLS


def test_the_interval_is_over_draws_and_shrinks_with_them() -> None:
    few, many = (
        study_stability(CELLS["gru"], gain=3, neurons=32, draws=draws).sampled for draws in (4, 64)
    )
    assert few.radius == many.radius
    assert few.half_width > many.half_width > 0


def test_at_the_critical_gain_the_boundary_at_rest_reaches_one() -> None:
    study = study_stability(CELLS["lstm"], gain=2, neurons=24, draws=2)
    assert study.critical_gain == 2
    assert study.rest.radius == pytest.approx(1, rel=1e-6)
    assert study.why == ""


def test_parameters_hold_at_both_states() -> None:
    study = study_stability(CELLS["leaky"], {"alpha": 0.25}, gain=0, neurons=8, draws=2)
    assert study.rest.isotropy == study.sampled.isotropy == pytest.approx(0.75**2)
