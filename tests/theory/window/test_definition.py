"""The last success is found in few looks, whatever the function does between the two."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from longlag.theory import LonglagError
from longlag.theory.window.definition import bisect_log_window


@given(root=st.floats(-20, 20), slope=st.floats(0.01, 100), bend=st.floats(0, 1))
def test_the_root_to_the_working_precision_in_few_looks(
    root: float, slope: float, bend: float
) -> None:
    looks = 0

    def needed(u: Any) -> Any:
        nonlocal looks
        looks += 1
        return slope * (u - root) + bend * mp.exp(u)

    with mp.workdps(50):
        samples = bend * mp.exp(mp.mpf(root))
        found = bisect_log_window(needed, samples, mp.mpf(-30), mp.mpf(30))
        assert abs(found - root) <= mp.mpf(10) ** -47 * max(1, abs(root))
    assert looks < 160


@pytest.mark.parametrize("edge", [1.5, 2.0, 0.1])
def test_a_jump_is_bisected(edge: float) -> None:
    def needed(u: Any) -> Any:
        return mp.mpf(1) if u < edge else mp.inf

    assert abs(bisect_log_window(needed, 3.0, 0, 10) - edge) < 1e-15


def test_the_last_success_counts() -> None:
    # Successes up to 1 and from 4 to 6.
    found = bisect_log_window(lambda u: 0 if u <= 1 or 4 <= u <= 6 else 1, mpmath.mpf(0), 0, 10)
    assert abs(found - 6) < 1e-15


def test_the_ends() -> None:
    assert bisect_log_window(lambda u: mp.mpf(2), 1, 0, 10) == -mp.inf
    with pytest.raises(LonglagError, match="bisection starts beyond the window"):
        bisect_log_window(lambda u: u, 11, 0, 10)
