"""A network without a recurrent part: its diagonal is its product, whatever its states do."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from sympy import Interval, cos, exp, sin, tanh
from torch import Tensor

from longlag.numerics import Network, measure_transport
from longlag.numerics.measurement.local import coupled_states, local_part_reads_states
from longlag.numerics.measurement.time_scales import mean_angles
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import Cell, drive, parameter, recurrent, sigmoid, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.transport.jacobian import jacobian
from tests.numerics.measurement.test_measure import autograd_jacobians, explicit, sequence

H, U, V = state("h"), drive("u"), drive("v")
A = sigmoid(drive("a"))
RE, IM = state("re"), state("im")
DECAY = parameter("nu", Interval(0.01, 1), per_neuron=True)
ANGLE = parameter("theta", Interval(0, 3), per_neuron=True)
SLOW = state("slow")

#: A gate by the drive; by the neuron's own state; a complex mode; a chain of two states; none.
GATED = Cell("gated", {H: (1 - A) * H + A * U})
OWN_GATE = Cell("own_gate", {H: H * sigmoid(H + drive("a")) + U})
MODE = Cell(
    "mode",
    {
        RE: exp(-DECAY) * (cos(ANGLE) * RE - sin(ANGLE) * IM) + U,
        IM: exp(-DECAY) * (sin(ANGLE) * RE + cos(ANGLE) * IM) + V,
    },
)
CHAIN = Cell("chain", {SLOW: A * SLOW + (1 - A) * H, H: H / 2 + U})
MIXED = Cell("mixed", {H: A * H + tanh(recurrent("x", U))})
ALONE = {cell.name: cell for cell in (GATED, OWN_GATE, MODE, CHAIN, MIXED)}


def network(name: str, seed: int = 0, steps: int = 14, size: int = 3) -> Network:
    generator = torch.Generator().manual_seed(seed)
    return sample_network(ALONE[name], generator, size=size, batch=(2,), steps=steps)


@pytest.mark.parametrize("name", ALONE)
def test_every_reading_is_that_of_explicit_products_by_autograd(name: str) -> None:
    given = network(name)
    report = measure_transport(given, max_lag=9, per_anchor=True)
    assert report.provenance.route == "diagonal"
    old, new = report.provenance.block.split("->")
    states = given.cell.states
    truth = explicit(given, states.index(new), states.index(old))
    for reading in ("exact", "first_order", "zeroth"):
        torch.testing.assert_close(report.per_neuron[reading], truth["absolute"])
        torch.testing.assert_close(report.per_neuron_signed[reading], truth["signed"])
    torch.testing.assert_close(report.frobenius, truth["frobenius"], rtol=1e-12, atol=0)
    assert not report.remainder_bound.any()
    assert not report.errors.first_order.any()
    assert report.breakdown(0.1) is None
    anchors = report.per_anchor
    torch.testing.assert_close(anchors.exact.nanmean((1, 2)), report.exact)
    torch.testing.assert_close(anchors.frobenius.nanmean((1, 2)), report.frobenius)


@pytest.mark.parametrize("block", ["h->slow", "slow->slow", "h->h", "slow->h"])
def test_every_block_of_two_states_is_measured(block: str) -> None:
    given = network("chain")
    old, new = (given.cell.states.index(name) for name in block.split("->"))
    report = measure_transport(given, max_lag=9, block=block)
    truth = explicit(given, new, old)
    torch.testing.assert_close(report.per_neuron["exact"], truth["absolute"])
    torch.testing.assert_close(report.frobenius, truth["frobenius"])
    assert report.readings == ("zeroth", "first_order", "exact")


def test_cells_are_told_apart_by_their_derivatives() -> None:
    assert all(jacobian(cell).is_local for cell in ALONE.values())
    assert not any(jacobian(cell).is_local for cell in CELLS.values())
    reading = {name for name, cell in ALONE.items() if local_part_reads_states(cell)}
    assert reading == {"own_gate"}
    assert coupled_states(MODE, "re") == (0, 1)
    assert coupled_states(CHAIN, "slow") == (0,)


def test_a_linear_recurrence_is_measured_where_its_states_overflow() -> None:
    cell = Cell("growing", {H: 2 * H + U})
    steps = 1200
    given = Network(cell, {"h": torch.ones(1)}, {"u": torch.ones(steps, 1)}, {}, {})
    report = measure_transport(given, max_lag=8)
    torch.testing.assert_close(report.exact, 2.0 ** report.lags.double())
    # Where D reads the states they are needed, and told.
    assert report.provenance.steps == steps


def mode(size: float, angle: float, steps: int) -> Network:
    parameters = {"nu": torch.tensor([-math.log(size)]), "theta": torch.tensor([angle])}
    zeros = torch.zeros(1, dtype=torch.float64)
    drives = {name: torch.zeros(steps, 1, dtype=torch.float64) for name in "uv"}
    given = {name: value.double() for name, value in parameters.items()}
    return Network(MODE, {"re": zeros, "im": zeros}, drives, {}, given)


@pytest.mark.parametrize("steps", [399, 400])
def test_a_complex_mode_is_read_by_its_modulus_at_whatever_phase(steps: int) -> None:
    report = measure_transport(mode(0.999, 0.5, steps), max_lag=300)
    # The true time scale is −1/ln .999; an entry has read 78 at T = 399 and 357 at T = 400.
    assert float(report.time_scales) == pytest.approx(-1 / math.log(0.999), rel=1e-6)
    assert float(report.time_scales) == pytest.approx(999.5, rel=1e-4)
    assert float(report.angles) == pytest.approx(0.5, rel=1e-6)
    assert report.readings[-1] == "modulus"
    expected = 0.999 ** report.lags.double()
    torch.testing.assert_close(report.neuron_mean("modulus"), expected, rtol=1e-5, atol=0)
    entry = expected * torch.cos(0.5 * report.lags)
    torch.testing.assert_close(report.signed("exact"), entry, rtol=1e-3, atol=1e-4)
    # Windows and folding lags take the best reading, which is the modulus.
    window = report.window(samples=2.0, cost=1.0, kappa=2.0)
    assert window.first_failure is None
    assert float(report.folding_lags) == math.inf
    found = report.to_dict()
    assert found["angles"] == report.angles.tolist()
    assert found["neuron_mean"]["modulus"] == report.neuron_mean("modulus").tolist()
    assert "modulus" not in found["signed"]


def test_an_entry_that_is_asked_for_is_the_entry() -> None:
    report = measure_transport(mode(0.9, 0.5, 50), max_lag=20, block="im->re")
    lags = report.lags.double()
    assert report.readings[-1] == "exact"
    assert report.angles is None
    torch.testing.assert_close(
        report.signed("exact"), -(0.9**lags) * torch.sin(0.5 * lags), rtol=1e-5, atol=1e-7
    )


def test_a_turning_pair_beside_a_recurrent_part_has_the_time_scale_of_its_modulus() -> None:
    cell = Cell(
        "turning",
        {
            RE: 0.99 * (cos(ANGLE) * RE - sin(ANGLE) * IM) + tanh(recurrent("x", RE) + U),
            IM: 0.99 * (sin(ANGLE) * RE + cos(ANGLE) * IM),
        },
    )
    generator = torch.Generator().manual_seed(0)
    for steps in (60, 61, 62):
        given = sample_network(cell, generator, size=2, batch=(1,), steps=steps)
        report = measure_transport(given, max_lag=3)
        assert report.provenance.route == "matrices"
        expected = torch.full((2,), -1 / math.log(0.99), dtype=torch.float64)
        torch.testing.assert_close(report.time_scales, expected)


def test_angles_are_those_of_the_leading_eigenvalue() -> None:
    random = torch.Generator().manual_seed(1)
    for states in (2, 3):
        blocks = torch.randn(40, 2, states, states, 3, generator=random, dtype=torch.float64)
        modes = torch.linalg.eigvals(blocks.movedim(-1, -3))
        leading = modes.gather(-1, modes.abs().argmax(-1, keepdim=True))[..., 0]
        expected = leading.angle().abs().mean((0, 1))
        torch.testing.assert_close(mean_angles(blocks), expected, rtol=1e-6, atol=1e-7)


def test_pieces_of_a_long_run_are_its_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("gated", "mode"):
        given = network(name, steps=300)
        whole = measure_transport(given, max_lag=20)
        monkeypatch.setattr("longlag.numerics.measurement.local.PIECE_BYTES", 1)
        pieces = measure_transport(given, max_lag=20)
        for reading in whole.readings:
            torch.testing.assert_close(pieces.per_neuron[reading], whole.per_neuron[reading])
        torch.testing.assert_close(pieces.time_scales, whole.time_scales, rtol=1e-12, atol=0)
        if name == "mode":
            torch.testing.assert_close(pieces.angles, whole.angles)
        monkeypatch.undo()


def test_a_burn_in_and_single_precision_are_taken() -> None:
    given = network("gated", steps=30)
    single = Network(
        given.cell, *({k: v.float() for k, v in group.items()} for group in given.arguments)
    )
    report = measure_transport(single, max_lag=5, burn_in=10)
    later = replace(given, drive={name: value[10:] for name, value in given.drive.items()})
    expected = measure_transport(later, max_lag=5)
    torch.testing.assert_close(report.exact, expected.exact, rtol=1e-5, atol=0)
    assert (report.provenance.steps, report.provenance.dtype) == (20, "float32")


def test_the_factors_are_those_of_autograd() -> None:
    given = network("gated")
    factors: Tensor = autograd_jacobians(sequence(given, 0))
    assert torch.equal(factors, torch.diag_embed(factors.diagonal(dim1=-2, dim2=-1)))
