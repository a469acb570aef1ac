"""Roots of functions of time are found between the times at which they are looked at."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from longlag.numerics.memory.crossings import crossings


@given(roots=st.lists(st.floats(0.01, 0.99), min_size=1, max_size=6, unique=True))
def test_every_bracketed_root_is_found_to_the_last_digits(roots: list[float]) -> None:
    exact = np.array(sorted(roots))
    edges = np.array([0.0, *(exact[1:] + exact[:-1]) / 2, 1.0])
    if np.diff(exact, prepend=0.0, append=1.0).min() < 1e-6:
        return
    found = crossings(lambda t: np.prod(t[..., None] - exact, axis=-1), edges)
    assert np.allclose(found, exact, rtol=4e-16, atol=0)


def test_without_a_change_of_sign_there_is_none() -> None:
    assert crossings(np.exp, np.array([0.0, 1.0, 2.0])).size == 0


def test_a_jump_is_a_change_of_sign() -> None:
    (found,) = crossings(lambda t: np.where(t < np.pi, -1.0, 1.0), np.array([0.0, 10.0]))
    assert abs(found - np.pi) < 1e-14


def test_a_bracket_in_which_values_are_no_numbers_is_not_lost() -> None:
    values = {0.0: -1.0, 1.0: 1.0}
    (found,) = crossings(
        lambda t: np.array([values.get(float(x), np.nan) for x in t]), np.array([0.0, 1.0])
    )
    assert 0 <= found <= 1
