"""Tests of this room change compilers and libraries: generated functions are made afresh."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from longlag.numerics import generate as door


@pytest.fixture(autouse=True)
def fresh_functions() -> Iterator[None]:
    generated = door.__globals__["_generated"]
    generated.cache_clear()
    yield
    generated.cache_clear()
