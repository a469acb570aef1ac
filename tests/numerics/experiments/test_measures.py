"""What is measured of networks in training, against direct computation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from longlag.numerics.experiments.expansion import ExpansionUnit
from longlag.numerics.experiments.measures import MEASURES
from longlag.numerics.experiments.measures.gain import coefficients
from longlag.numerics.experiments.measures.lag_signal import envelopes
from longlag.numerics.experiments.perform import perform
from longlag.numerics.experiments.table import read_table
from longlag.numerics.experiments.training import Moment
from longlag.numerics.lags.workspace import Workspace
from longlag.numerics.tasks.linear import ShortSum
from longlag.numerics.tasks.multi_lag import MultiLag
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.errors import LonglagError
from tests.numerics.experiments.conftest import unit

TASK = MultiLag(steps=30, channels=2, delays=(2, 5), coefficients=(0.6, 0.3), noise=0.1)


def moment(cell: str, **changes: object) -> Moment:
    one = unit(cell=cell, task=TASK, size=6, dtype="float64", **changes)
    return Moment(one, 0, one.session())


@pytest.mark.parametrize("measure", [name for name in MEASURES if name != "signal"])
@pytest.mark.parametrize("cell", CELLS)
def test_every_measure_gives_finite_rows_of_every_cell(cell: str, measure: str) -> None:
    several = len(CELLS[cell].states) > 1
    rows = MEASURES[measure](moment(cell))
    if several and measure in ("sensitivity", "norms_as_published"):
        assert rows == []
        return
    assert rows
    assert all({"quantity", "value"} <= set(row) for row in rows)
    keys = [tuple((k, v) for k, v in row.items() if k != "value") for row in rows]
    assert len(set(keys)) == len(keys)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """As few sequences as a tail can be fitted to."""
    monkeypatch.setattr("longlag.numerics.experiments.measures.lag_signal._SEQUENCES", 512)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("cell", ["const_gate", "lstm"])
def test_the_signal_of_a_lag_is_what_its_target_adds_and_every_envelope_is_beside(
    cell: str,
) -> None:
    rows = MEASURES["signal"](moment(cell))
    found = {(row["quantity"], row.get("leaves"), row.get("lag")): row["value"] for row in rows}
    assert len(found) == len(rows)
    for lag in TASK.delays:
        # No lag but its own reaches the input maps through the target.
        assert found["target signal", "input", lag] == pytest.approx(
            found["target signal", "all", lag], rel=0.5
        )
        assert found["deviation", "all", lag] > found["sigma", "all", lag] > 0
        # ‖M‖₂ ≥ ‖E M‖₂, and no diagonal entry is above it.
        assert found["f operator", None, lag] >= found["f of_mean", None, lag] * (1 - 1e-9)
        assert found["f frobenius", None, lag] >= found["f operator", None, lag] * 0.9
        assert found["f exact", None, lag] <= found["f operator", None, lag] * 1.1


def test_the_norm_of_a_mean_is_that_of_the_mean_product() -> None:
    one = moment("const_gate")
    run, readout = one.run, one.network.readout_weight
    found = envelopes(one, (1, 2))
    steps, sequences, _ = run.shape
    grid = torch.meshgrid(torch.arange(1, steps), torch.arange(sequences), indexing="ij")
    times, owners = (each.ravel() for each in grid)
    newest, older = (run.at(times - back, owners, Workspace(run.device)).clone() for back in (0, 1))
    mean = (newest @ older).mean(0)
    norm, seen = torch.linalg.matrix_norm(mean, 2), (readout @ mean).norm()
    assert float(found["of_mean"][1]) == pytest.approx(float(norm), rel=0.02)
    assert float(found["read_out"][1]) == pytest.approx(float(seen), rel=0.02)


def test_signal_wants_a_task_with_taught_lags() -> None:
    one = unit(task=ShortSum(steps=7, window=3))
    with pytest.raises(LonglagError, match="multi_lag"):
        MEASURES["signal"](Moment(one, 0, one.session()))


def test_a_spread_of_biases_is_around_their_middle_and_changes_no_other_draw() -> None:
    plain = unit(cell="gru", size=400, drive_bias={"z": 3.0})
    spread = replace(plain, bias_spread={"z": 1.5})
    first, second = (one.session().detached() for one in (plain, spread))
    biases = second.input_bias["z"]
    assert float(biases.mean()) == pytest.approx(3.0, abs=1e-6)
    assert float(biases.std()) == pytest.approx(1.5, rel=0.02)
    assert torch.equal(first.weight["z"], second.weight["z"])
    assert torch.equal(first.input_bias["n"], second.input_bias["n"])
    assert (
        plain.identity == unit(cell="gru", size=400, drive_bias={"z": 3.0}, bias_spread={}).identity
    )


def test_the_ideal_predictor_has_the_coefficients_of_the_task() -> None:
    inputs, targets, _ = TASK.draw(2000, torch.Generator().manual_seed(0))
    found = coefficients(targets[..., 0], inputs @ TASK.direction, 8)
    wanted = torch.zeros(9, dtype=torch.float64)
    wanted[2], wanted[5] = 0.6, 0.3
    assert float((found - wanted).abs().max()) < 5 * 0.1 / (2000 * 22) ** 0.5
    clean = MultiLag(steps=30, channels=2, delays=(2, 5), coefficients=(0.6, 0.3), noise=0)
    inputs, targets, _ = clean.draw(100, torch.Generator().manual_seed(0))
    found = coefficients(targets[..., 0], inputs @ clean.direction, 8)
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-12)


def test_gain_wants_a_task_with_taught_lags() -> None:
    one = unit(task=ShortSum(steps=7, window=3))
    with pytest.raises(LonglagError, match="multi_lag"):
        MEASURES["gain"](Moment(one, 0, one.session()))


def test_training_on_few_sequences_sees_no_others() -> None:
    one = unit(task=TASK, sequences=3, batch=2)
    drawn = one.batches()(one.stream("data"))
    whole = one.draw(one.stream("training set"), 3)
    for column in drawn.inputs.unbind(1):
        assert any(torch.equal(column, other) for other in whole.inputs.unbind(1))


def test_shuffled_targets_belong_to_other_sequences() -> None:
    plain = unit(task=TASK, sequences=50, batch=50)
    dealt = unit(task=TASK, sequences=50, batch=50, shuffled=True)
    first, second = (one.batches()(one.stream("data")) for one in (plain, dealt))
    assert torch.equal(first.inputs, second.inputs)
    assert not torch.equal(first.targets, second.targets)
    assert torch.equal(first.targets.sum(1), second.targets.sum(1)) or torch.allclose(
        first.targets.sum(1), second.targets.sum(1), atol=1e-5
    )


@pytest.mark.parametrize("cell", ["plain", "const_gate", "diag_gate", "lstm"])
def test_remainders_have_the_slope_of_what_is_left_out(cell: str, tmp_path: Path) -> None:
    one = ExpansionUnit(cell=cell, size=6, steps=20, lags=(1, 4))
    perform(one, tmp_path)
    rows = read_table(tmp_path / "units" / one.identity / "result.parquet")[0]
    slopes = {(r["split"], r["lag"]): r["value"] for r in rows if r["quantity"] == "slope"}
    first = 4.0 if cell == "plain" else 2.0
    assert slopes[("leak", 4)] == pytest.approx(first, abs=1e-2)
    assert ("leak", 1) not in slopes
    # Without gates that move there is no remainder in the gate split, and no slope of roundoff.
    assert (("gate", 4) in slopes) == (cell in ("diag_gate", "lstm"))
