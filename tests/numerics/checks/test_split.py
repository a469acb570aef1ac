"""Both splits of every cell against autograd: parts, expansion, remainder, power of the error."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from sympy import tanh

from longlag.numerics.checks import CHECKS, Subject, jacobian_verdict, networks, reference, subject
from longlag.numerics.checks.lag import reference_parts, reference_transport
from longlag.numerics.checks.reference import autograd_jacobian
from longlag.numerics.compiled import toolchain
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import expand, ordered_product, parts, trajectory
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import Cell, LonglagError, jacobian, recurrent, state, transport
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.language.matrix import ZERO, block, blocks, is_zero
from longlag.theory.statement import Level, Settings
from longlag.theory.transport.jacobian import Split

SPLITS: tuple[Split, ...] = ("leak", "gate")
GATED = [name for name, cell in CELLS.items() if cell.graph.gates]
SETTINGS = Settings(examples=5)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize(
    "check", ["jacobian", "parts", "product", "expansion", "slope", "remainder"]
)
def test_every_cell_passes(check: str, split: Split) -> None:
    for cell in CELLS.values():
        assert CHECKS[check].run(subject(cell, split=split), SETTINGS).holds


@pytest.mark.parametrize("split", SPLITS)
def test_the_parts_are_proved(split: Split) -> None:
    for cell in CELLS.values():
        assert jacobian_verdict(jacobian(cell, split), SETTINGS).level is Level.PROVED


@pytest.mark.parametrize("name", GATED)
def test_the_leak_split_under_the_name_of_the_gate_split_is_refuted(name: str) -> None:
    wrong = Subject(replace(jacobian(CELLS[name]), split="gate"))
    assert not CHECKS["parts"].run(wrong, SETTINGS).holds
    assert not jacobian_verdict(wrong.jacobian, SETTINGS).holds


@pytest.mark.parametrize("name", GATED)
def test_a_gate_term_that_is_lost_is_refuted(name: str) -> None:
    right = jacobian(CELLS[name], "gate")
    nothing = block([[ZERO for _ in row] for row in blocks(right.local)])
    wrong = Subject(replace(right, recurrent=nothing))
    assert not CHECKS["parts"].run(wrong, SETTINGS).holds


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", CELLS)
def test_the_error_falls_with_the_power_of_epsilon_that_the_theory_tells(
    name: str, split: Split
) -> None:
    cell, lag = CELLS[name], 4
    generator = torch.Generator().manual_seed(1)
    network = sample_network(cell, generator, size=6, steps=lag, weight_scale=1.0, drive_scale=0.5)
    local, recurrent = reference_parts(trajectory(generate(cell), network), split)
    terms = expand(local, recurrent, 1)
    epsilons = (1e-2, 3e-3)

    def error(epsilon: float) -> float:
        exact = ordered_product(local + epsilon * recurrent)
        return float((exact - terms[0] - epsilon * terms[1]).norm())

    errors = [error(epsilon) for epsilon in epsilons]
    expected = transport(cell, split=split).at(lag).error_order
    if expected is None:
        assert errors == [0.0, 0.0]
        assert is_zero(jacobian(cell, split).recurrent)
        return
    slope = math.log(errors[0] / errors[1]) / math.log(epsilons[0] / epsilons[1])
    assert slope == pytest.approx(float(expected), abs=0.05)
    assert bool(terms[0].norm() == 0) == (expected == lag)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", CELLS)
def test_all_orders_together_are_the_transport_of_autograd(name: str, split: Split) -> None:
    cell = CELLS[name]
    for network in networks(cell, Settings(examples=3)):
        functions = generate(jacobian(cell, split))
        local, recurrent = parts(functions, trajectory(functions, network))
        found = expand(local, recurrent, network.steps).sum(0)
        expected = reference_transport(network)
        torch.testing.assert_close(found, expected, rtol=1e-11, atol=1e-11)


def test_the_local_matrix_belongs_to_the_gate_split() -> None:
    gru = CELLS["gru"]
    network = next(iter(networks(gru, SETTINGS)))
    step = network.at(0, network.state)
    leak, gate = generate(gru), generate(jacobian(gru, "gate"))
    assert (leak.split, gate.split) == SPLITS
    total = gate.local(*step.arguments) + gate.recurrent(*step.arguments)
    torch.testing.assert_close(total, leak.jacobian(*step.arguments))
    with pytest.raises(LonglagError, match="in the leak split it is diagonal"):
        leak.local(*step.arguments)


@pytest.mark.parametrize("backend", ["numpy", "mpmath", "compiled"])
@pytest.mark.parametrize("name", ["shared_gate", "gru", "lstm"])
def test_every_backend_gives_the_parts_of_the_gate_split(name: str, backend: str) -> None:
    if backend == "compiled" and toolchain() is None:
        pytest.skip("there is no compiler")
    found = jacobian(CELLS[name], "gate")
    network = next(iter(networks(CELLS[name], SETTINGS)))
    step = network.at(0, network.state)
    arrays: list[dict[str, Any]] = [dict(group) for group in step.arguments]
    if backend != "compiled":
        arrays = [{key: value.numpy() for key, value in group.items()} for group in arrays]
    torch_s, other = generate(found), generate(found, backend)
    assert other.split == "gate"
    for part in ("local", "recurrent", "jacobian"):
        values = np.array(getattr(other, part)(*arrays).tolist(), dtype=float)
        expected = getattr(torch_s, part)(*step.arguments)
        torch.testing.assert_close(torch.from_numpy(values), expected, rtol=1e-12, atol=1e-14)


def test_checks_of_one_network_differentiate_its_update_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    h = state("h")
    cell = Cell("once", {h: tanh(recurrent("once", h)) + h / 3})
    made: list[Network] = []

    def counted(step: Any, network: Network) -> torch.Tensor:
        made.append(network)
        return autograd_jacobian(step, network)

    monkeypatch.setattr(reference, "autograd_jacobian", counted)
    for _ in range(3):
        (network,) = networks(cell, Settings(examples=1), size=2)
        for split in ("leak", "gate"):
            found = reference_parts(trajectory(generate(cell), network), split)
            found.local.zero_()
    # The whole, with its maps and with its gates held, at three steps.
    assert len(made) == 3 * 3
    assert reference_parts(trajectory(generate(cell), network)).local.any()
