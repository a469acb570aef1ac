"""The catalogue against recurrences written a second time: step, Jacobian, transport, claims."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
import torch
from sympy import S
from torch import Tensor

from longlag.derivations.document.readback import require_read_back
from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.numerics.generate import generate
from longlag.numerics.networks.flat import Layout, default_sizes
from longlag.numerics.networks.network import Network
from longlag.theory.cells import CELLS, FAMILIES, PAPER_CELLS
from longlag.theory.language.flat import axes_of
from longlag.theory.language.symbols import State
from longlag.theory.statement import Settings
from tests.theory.cells.references import STEPS, Arrays

#: Those of the papers are compared with PyTorch's modules and modules by hand elsewhere.
OTHERS = [name for name in CELLS if name not in PAPER_CELLS]
LAG = 4


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def inside(value: Tensor, symbol: State) -> Tensor:
    """Numbers within the interval of a state, which is a half-line or everything."""
    return value if symbol.interval == S.Reals else value.abs() + 0.1


@lru_cache
def drawn(name: str) -> tuple[Layout, Network, list[Arrays]]:
    """A layout, a network of ``LAG`` steps, and its arrays as an author gives them."""
    cell, generator = CELLS[name], torch.Generator().manual_seed(0)
    layout = Layout(cell, default_sizes(cell, 4))

    def normal(shape: tuple[int, ...]) -> Tensor:
        return 0.5 * torch.randn(shape, generator=generator, dtype=torch.float64)

    state, drive, weight, parameter = (layout.arrays[role] for role in layout.arrays)
    given: list[Any] = [
        {s.name: inside(normal(state[s.name]), s) for s in cell.update},
        {k: normal((LAG, *s)) for k, s in drive.items()},
        {k: normal(s) for k, s in weight.items()},
        {k: normal(s).abs() + 0.1 for k, s in parameter.items()},
    ]
    return layout, layout.network(*given), given


def entries(layout: Layout, name: str) -> Tensor:
    """Where the true entries of the states lie in their vectors side by side."""
    states = list(CELLS[name].update)
    places = [
        torch.arange(layout.count(axes_of(s))) + i * layout.length for i, s in enumerate(states)
    ]
    return torch.cat(places)


def run(name: str, flat: Tensor, given: list[Arrays], layout: Layout, steps: int) -> Tensor:
    """The states after some steps by hand, as one vector, from those before."""
    states = list(CELLS[name].update)
    parts = flat.split([layout.count(axes_of(s)) for s in states])
    now: Any = {
        s.name: part.reshape(layout.shape(axes_of(s)))
        for s, part in zip(states, parts, strict=True)
    }
    for time in range(steps):
        now = STEPS[name](now, {k: v[time] for k, v in given[1].items()}, *given[2:])
    return torch.cat([now[s.name].reshape(-1) for s in states])


def test_every_cell_has_a_reference_of_its_own() -> None:
    assert sorted(STEPS) == sorted(OTHERS)
    assert len(CELLS) >= 40
    assert sum(map(len, FAMILIES.values())) == len(CELLS)


@pytest.mark.parametrize("backend", ["torch", "compiled"])
@pytest.mark.parametrize("name", OTHERS)
def test_a_step_and_its_jacobian_are_those_by_hand(name: str, backend: str) -> None:
    layout, network, given = drawn(name)
    own, step = entries(layout, name), network.at(0, network.state)
    start = torch.cat([given[0][s].reshape(-1) for s in CELLS[name].states])
    functions = generate(network.cell, backend)
    found = functions.step(*step.arguments)
    new = torch.cat([found[s] for s in CELLS[name].states])[own]
    expected = run(name, start, given, layout, 1)
    torch.testing.assert_close(new, expected, rtol=1e-12, atol=1e-13)
    slopes = torch.autograd.functional.jacobian(lambda s: run(name, s, given, layout, 1), start)
    J = functions.jacobian(*step.arguments)
    torch.testing.assert_close(J[own][:, own], slopes, rtol=1e-12, atol=1e-13)
    assert J.abs().sum() == pytest.approx(J[own][:, own].abs().sum())


@pytest.mark.parametrize("name", OTHERS)
def test_the_ordered_product_is_the_derivative_through_the_steps_by_hand(name: str) -> None:
    layout, network, given = drawn(name)
    own, functions = entries(layout, name), generate(network.cell)
    start = torch.cat([given[0][s].reshape(-1) for s in CELLS[name].states])
    product, now = torch.eye(len(own)), dict(network.state)
    for time in range(LAG):
        step = network.at(time, now)
        product = functions.jacobian(*step.arguments)[own][:, own] @ product
        now = functions.step(*step.arguments)
    slopes = torch.autograd.functional.jacobian(lambda s: run(name, s, given, layout, LAG), start)
    torch.testing.assert_close(product, slopes, rtol=1e-12, atol=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_every_claim_is_as_expected_and_its_display_says_it(name: str) -> None:
    derivation = derive_cell(CELLS[name])
    require_read_back(name, ((claim, claim.statement.tex) for claim in derivation.claims))
    for one in derivation.check(Settings(examples=1)).checked:
        assert one.as_expected, one.verdict
