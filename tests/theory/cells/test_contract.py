"""Every cell keeps every promise: the registered, the made-up, and one a user registers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sympy import tanh

from longlag.theory import Cell, drive, parameter, recurrent, sigmoid, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.registry import Registry
from tests.theory.cells.contract import CONTRACT
from tests.theory.language.oracle import EVERY

h, slow = state("h"), state("s")


def toy() -> Cell:
    """A cell with a fast and a slow state, gates in both, and a map within a map."""
    f = sigmoid(recurrent("f", h) + drive("f"))
    keep = parameter("kappa", per_neuron=True)
    n = tanh(recurrent("n", f * h - slow) + drive("n"))
    return Cell("toy", {h: f * h + (1 - f) * n, slow: keep * slow + h * f})


REGISTRY: Registry[Cell] = Registry("cell")
for _cell in (*CELLS.values(), toy()):
    REGISTRY.register(_cell.name, _cell)


@pytest.mark.parametrize("promise", CONTRACT, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("name", [*EVERY, "toy"])
def test_every_cell_keeps_every_promise(name: str, promise: Callable[[Cell], None]) -> None:
    promise(REGISTRY[name] if name in REGISTRY else EVERY[name])
