"""Bad input is one exception with one line: value, rule, remedy."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longlag.theory import LonglagError

WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1)


@given(value=WORDS, rule=WORDS, remedy=WORDS)
def test_the_message_holds_all_three_parts_in_order(value: str, rule: str, remedy: str) -> None:
    error = LonglagError(value, rule, remedy)
    assert (error.value, error.rule, error.remedy) == (value, rule, remedy)
    assert str(error) == f"{value}: {rule}; {remedy}"


@given(value=WORDS, rule=WORDS, remedy=WORDS)
def test_it_survives_the_way_between_processes(value: str, rule: str, remedy: str) -> None:
    error = LonglagError(value, rule, remedy)
    returned = pickle.loads(pickle.dumps(error))
    assert type(returned) is LonglagError
    assert (str(returned), returned.value) == (str(error), value)
    assert (returned.rule, returned.remedy) == (rule, remedy)


def test_it_is_a_value_error_so_callers_need_not_know_it() -> None:
    with pytest.raises(ValueError, match=r"^3: too many; take 2$"):
        raise LonglagError("3", "too many", "take 2")


def test_all_three_parts_are_required() -> None:
    with pytest.raises(TypeError):
        LonglagError("only a value")  # type: ignore[call-arg]
