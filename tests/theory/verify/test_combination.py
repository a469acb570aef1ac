"""What a chain of signs says of its ends, and which chains say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longlag.theory import LonglagError
from longlag.theory.verify.combination import COMBINED, combined


@pytest.mark.parametrize(
    ("signs", "said"),
    [
        ("==", "="),
        ("≤=≤", "≤"),
        ("≤<≤", "<"),
        ("≥", "≥"),
        (">≥", ">"),
        ("=∼", "∼"),
        ("<∼", "≲"),
        ("≥∼", "≳"),
        ("=O", "O"),
        ("≤O=", "≤ O"),
        ("∼→", "→"),
        ("≤→", "lim ≤"),
        ("→≥", "lim ≥"),
    ],
)
def test_says(signs: str, said: str) -> None:
    assert combined(signs) == said
    assert said in COMBINED


@pytest.mark.parametrize("signs", ["≤≥", "<=>", "≥O", "→O", "≠", "=≤∼>"])
def test_says_nothing(signs: str) -> None:
    with pytest.raises(LonglagError):
        combined(signs)


@given(st.text("=≤<∼", min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_order_and_equalities_do_not_matter(signs: str, random: object) -> None:
    shuffled = list(signs)
    random.shuffle(shuffled)
    assert combined(signs) == combined("".join(shuffled)) == combined("=" + signs)
