"""Generated bounds are their expressions, on every backend."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from longlag.numerics.descent.theorems import BOUNDS, arguments, bound_function
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import evaluate

SIZES = st.floats(0.1, 5)
#: Counts are 1 at least, or the logarithm of the union bound has no root; δ is a probability.
RANGES = {"delta": st.floats(0.01, 0.9), "n": st.floats(1, 5), "T": st.floats(1, 5)}


@pytest.mark.parametrize("name", BOUNDS)
@given(data=st.data())
def test_every_backend_gives_the_expression(name: str, data: st.DataObject) -> None:
    symbols = arguments(name)
    point = [data.draw(RANGES.get(str(s), SIZES)) for s in symbols]
    with mpmath.workdps(50):
        expected = evaluate(
            BOUNDS[name], {s: mpmath.mpf(x) for s, x in zip(symbols, point, strict=True)}
        )
        digits = bound_function(name, "mpmath")(*map(mpmath.mpf, point))
        assert abs(digits - expected) <= mpmath.mpf(10) ** -47 * abs(expected)
    found: dict[str, Any] = {
        "numpy": bound_function(name)(*point),
        "torch": bound_function(name, "torch")(
            *(torch.tensor(x, dtype=torch.float64) for x in point)
        ),
    }
    for value in found.values():
        assert float(value) == pytest.approx(float(expected), rel=1e-12)


def test_functions_broadcast_and_differentiate() -> None:
    symbols = [str(s) for s in arguments("misfit_bound")]
    numbers: dict[str, Any] = dict.fromkeys(symbols, 1.0)
    widths = np.array([16.0, 64.0, 256.0])
    found = bound_function("misfit_bound")(*[*({**numbers, "m": widths}).values()])
    assert found.shape == (3,)
    # Every part of the misfit falls as the root of the width.
    np.testing.assert_allclose(found * np.sqrt(widths), found[0] * 4, rtol=1e-14)
    width = torch.tensor(16.0, dtype=torch.float64, requires_grad=True)
    torch_numbers = {name: torch.tensor(1.0, dtype=torch.float64) for name in symbols}
    value = bound_function("misfit_bound", "torch")(*({**torch_numbers, "m": width}).values())
    value.backward()
    assert width.grad is not None
    assert float(width.grad) == pytest.approx(-float(value.detach()) / 32, rel=1e-12)


def test_an_unknown_bound_is_told() -> None:
    with pytest.raises(LonglagError, match="did you mean 'risk_bound'"):
        bound_function("risk_bounds")
