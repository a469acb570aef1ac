"""The largest entry over an axis, and a softmax that does not overflow."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from sympy import exp, tanh
from torch import Tensor

from longlag.derivations.document.readback import require_read_back
from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.numerics.checks.symbolic import FUNCTIONS
from longlag.numerics.generate import generate
from longlag.numerics.networks.flat import Layout
from longlag.numerics.networks.network import Network
from longlag.theory import (
    Cell,
    LonglagError,
    axis,
    drive,
    hold,
    largest,
    softmax,
    state,
    total,
    weight,
)
from longlag.theory.language.explicit import largest_of
from longlag.theory.statement import Settings

N, P = axis("N"), axis("P")
S, n = state("S", N, P), state("n", N)
x, v = drive("x", N), drive("v", P)
SOFT = Cell("soft", {S: softmax(S + x, over=P) * v, n: softmax(100 * n + x, over=N)})
LARGEST = Cell(
    "largest_entries",
    {S: S * largest(S + x, over=N), n: tanh(n - largest(weight("W")(n), over=N)) + x},
    allow_nondifferentiable=True,
)
SIZES = {"N": 3, "P": 4}


def soft(s: Mapping[str, Tensor], d: Mapping[str, Tensor], _: object) -> dict[str, Tensor]:
    new = torch.softmax(s["S"] + d["x"][:, None], 1) * d["v"]
    return {"S": new, "n": torch.softmax(100 * s["n"] + d["x"], 0)}


def largest_entries(
    s: Mapping[str, Tensor], d: Mapping[str, Tensor], w: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    new = s["S"] * (s["S"] + d["x"][:, None]).amax(0)
    return {"S": new, "n": torch.tanh(s["n"] - (w["W"] @ s["n"]).amax()) + d["x"]}


def drawn(cell: Cell, dtype: torch.dtype, scale: float) -> tuple[Layout, list[dict[str, Tensor]]]:
    layout, generator = Layout(cell, SIZES), torch.Generator().manual_seed(0)
    arrays = layout.arrays
    return layout, [
        {
            name: (size * torch.randn(shape, generator=generator, dtype=torch.float64)).to(dtype)
            for name, shape in arrays[role].items()
        }
        for role, size in (("state", scale), ("drive", 1), ("weight", 1))
    ]


def arguments(network: Network, backend: str) -> list[dict[str, object]]:
    plain = backend in ("torch", "compiled")
    return [{k: v if plain else v.numpy() for k, v in g.items()} for g in network.arguments]


def as_tensor(found: object) -> Tensor:
    return torch.as_tensor(np.asarray(found).astype(float))


@pytest.mark.parametrize("backend", ["torch", "compiled", "numpy", "mpmath"])
@pytest.mark.parametrize(("cell", "step"), [(SOFT, soft), (LARGEST, largest_entries)])
def test_step_and_jacobian_are_those_written_by_hand(
    cell: Cell, step: object, backend: str
) -> None:
    layout, given = drawn(cell, torch.float64, 0.5)
    network = layout.network(*given)
    functions = generate(network.cell, backend)
    told = arguments(network, backend)
    new, expected = functions.step(*told), step(*given)  # type: ignore[operator]
    for symbol in cell.update:
        found = layout.array(as_tensor(new[symbol.name]), symbol.axes)
        torch.testing.assert_close(found, expected[symbol.name], rtol=1e-13, atol=1e-14)
    blocks = torch.func.jacrev(lambda s: step(s, *given[1:]))(given[0])  # type: ignore[operator]
    J = as_tensor(functions.jacobian(*told))
    for i, new_state in enumerate(cell.update):
        for j, old in enumerate(cell.update):
            rows, columns = layout.count(new_state.axes), layout.count(old.axes)
            block = J[i * layout.length :, j * layout.length :][:rows, :columns]
            wanted = blocks[new_state.name][old.name].reshape(rows, columns)
            torch.testing.assert_close(block, wanted, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("backend", ["torch", "compiled", "numpy"])
def test_a_softmax_of_large_numbers_is_finite_in_single_precision(backend: str) -> None:
    layout, given = drawn(SOFT, torch.float32, 300)
    network = layout.network(*given)
    functions = generate(network.cell, backend)
    new, expected = functions.step(*arguments(network, backend)), soft(*given)
    found = layout.array(torch.tensor(np.asarray(new["S"])), (N, P))
    torch.testing.assert_close(found, expected["S"], rtol=1e-5, atol=1e-6)
    J = functions.jacobian(*arguments(network, backend))
    assert np.isfinite(np.asarray(J)).all()


def test_equal_largest_entries_share_the_slope_as_in_pytorch() -> None:
    cell = Cell("peak", {n: largest(n, over=N) + 0 * x}, allow_nondifferentiable=True)
    start = torch.tensor([1.0, 2.0, 2.0], dtype=torch.float64)
    network = Layout(cell, {"N": 3}).network({"n": start}, {}, {})
    expected = torch.func.jacrev(lambda s: s.amax(-1, keepdim=True).expand(3))(start)
    for backend in ("torch", "compiled"):
        J = generate(cell, backend).jacobian(*network.arguments)
        torch.testing.assert_close(J, expected)


def test_the_functions_are_mapped_over_a_batch() -> None:
    layout, given = drawn(SOFT, torch.float64, 1)
    network = layout.network(*given)
    state, *others = network.arguments
    step = generate(network.cell, "torch").step
    several = {k: torch.stack([v, 2 * v]) for k, v in state.items()}
    mapped = torch.func.vmap(lambda s: step(s, *others)["S"])(several)
    torch.testing.assert_close(mapped, step(several, *others)["S"])


@pytest.mark.parametrize("cell", [SOFT, LARGEST])
def test_every_claim_is_as_expected_and_its_display_says_it(cell: Cell) -> None:
    derivation = derive_cell(cell)
    require_read_back(cell.name, ((claim, claim.statement.tex) for claim in derivation.claims))
    for one in derivation.check(Settings(examples=2)).checked:
        assert one.as_expected, one.verdict


def test_no_derivative_is_taken_of_what_is_held() -> None:
    stable = Cell("stable", {n: exp(n - hold(largest(n, over=N)))})
    assert not stable.allow_nondifferentiable
    start = torch.tensor([1.0, 2.0, 400.0], dtype=torch.float64)
    network = Layout(stable, {"N": 3}).network({"n": start}, {}, {})
    J = generate(stable).jacobian(*network.arguments)
    torch.testing.assert_close(J, torch.diag(torch.exp(start - 400)))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Cell("bad", {n: largest(n, over=N)}), "a kink where two are equal"),
        (lambda: largest(n, over="N"), "it sums over an axis"),
        (lambda: Cell("bad", {n: n * largest(n, over=P)}), "mixed over P has the axes N"),
        (
            lambda: Cell(
                "bad", {state("z", N, complex=True): largest(state("z", N, complex=True), over=N)}
            ),
            "complex numbers have no largest",
        ),
        (lambda: Cell("bad", {n: total(softmax(n, over=N), over=P)}), "mixed over P"),
    ],
)
def test_what_has_no_largest_is_refused(wrong: object, message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        wrong()  # type: ignore[operator]


def test_written_out_it_is_the_largest_of_the_entries_with_a_weight() -> None:
    previous, new = Cell("stable", {n: exp(n - hold(largest(n, over=N)))}).to_explicit(2)
    (first,) = [part for part in new[0].atoms(largest_of)]
    weights = [part for part in first.args if part not in previous]
    assert [part for part in first.args if part in previous] == list(previous)
    assert FUNCTIONS["largest_of"](1, 5, 0, 7, 1, 6) == 6
    assert len(weights) == 2
    assert new[0].diff(previous[1]) == 0
