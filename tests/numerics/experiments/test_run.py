"""A run may be killed, stopped, resumed, or spread over processes: its numbers stay the same."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from longlag.files import LonglagError
from longlag.numerics.experiments import Choice, Experiment, begin_run, go_on, open_run
from longlag.numerics.experiments.checkpoint import read_header
from longlag.numerics.experiments.lock import alone_in, holder_of
from longlag.numerics.experiments.perform import STOP, perform
from longlag.numerics.experiments.run import RESULTS
from longlag.numerics.experiments.table import read_table
from longlag.numerics.experiments.unit import Performed, Workplace
from tests.numerics.experiments.conftest import unit

CHECKPOINT = "checkpoint.safetensors"


def rows_of(folder: Path, one: object) -> list:
    return read_table(folder / "units" / one.identity / "result.parquet")[0]


@pytest.mark.parametrize("optimiser", ["SGD", "Adam", "RMSprop"])
@pytest.mark.parametrize("cell", ["diag_gate", "lstm"])
def test_a_run_cut_anywhere_gives_the_rows_of_one_that_was_not(
    tmp_path: Path, cell: str, optimiser: str
) -> None:
    options = {"momentum": 0.9} if optimiser == "SGD" else {}
    one = unit(cell=cell, optimiser=optimiser, options=options)
    assert perform(one, tmp_path / "whole").ending == "done"
    cut = tmp_path / "cut"
    for update in range(20):
        asked = iter([False] * update + [True] + [True] * 99)
        own = cut / "units" / one.identity
        own.mkdir(parents=True, exist_ok=True)
        with pytest.raises(Exception, match="updates"):
            one.perform(Workplace(own, lambda asked=asked: next(asked)))
        if update % 7:
            break
    assert perform(one, cut).ending == "done"
    assert rows_of(cut, one) == rows_of(tmp_path / "whole", one)


def test_the_same_bits_on_one_process_and_on_four(tmp_path: Path, tiny: Experiment) -> None:
    runs = []
    for processes in (1, 4):
        run = begin_run(tmp_path / str(processes), tiny, Choice())
        runs.append(go_on(run, processes=processes).rows())
    assert len(runs[0]) == 6 * (20 + 3 * 2)
    assert runs[0] == runs[1]
    assert read_table(tmp_path / "4" / RESULTS)[0] == runs[0]


def test_a_result_says_what_it_depends_on(tmp_path: Path) -> None:
    one = unit()
    perform(one, tmp_path)
    _, about = read_table(tmp_path / "units" / one.identity / "result.parquet")
    assert about["configuration"]["seed"] == 0
    assert {"longlag", "torch", "host", "seconds", "diverged"} <= set(about)


def test_seeds_change_weights_and_data_and_cells_of_one_seed_share_the_data() -> None:
    first, second = unit(), unit(seed=1)
    assert not torch.equal(
        first.session().network.readout_weight, second.session().network.readout_weight
    )
    batches = [one.draw(one.stream("data"), 5).inputs for one in (first, unit(cell="lstm"), second)]
    assert torch.equal(batches[0], batches[1])
    assert not torch.equal(batches[0], batches[2])


def test_the_published_batches_are_all_the_same(tmp_path: Path) -> None:
    one = unit(same_batch=True, learning_rate=1e-9, updates=5, measured_at=())
    perform(one, tmp_path)
    losses = [row["value"] for row in rows_of(tmp_path, one)]
    assert max(losses) - min(losses) < 1e-6
    fresh = unit(learning_rate=1e-9, updates=5, measured_at=())
    perform(fresh, tmp_path)
    losses = [row["value"] for row in rows_of(tmp_path, fresh)]
    assert max(losses) - min(losses) > 1e-3


def test_a_loss_that_is_not_finite_ends_its_run_and_keeps_the_history(tmp_path: Path) -> None:
    one = unit(cell="plain", optimiser="SGD", learning_rate=1e30)
    outcome = perform(one, tmp_path)
    assert outcome.ending == "diverged"
    assert "not finite" in outcome.reason or "loss" in outcome.reason
    assert [row["value"] for row in rows_of(tmp_path, one) if row["quantity"] == "probe loss"]


def test_a_failed_run_loses_no_other(
    tmp_path: Path, tiny: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin_run(tmp_path / "run", tiny, Choice(seeds=1))
    bad = run.units[1]
    whole = type(bad).perform

    def failing(self: object, workplace: Workplace) -> Performed:
        if self == bad:
            raise RuntimeError("a worker's disk broke")
        return whole(self, workplace)

    monkeypatch.setattr(type(bad), "perform", failing)
    go_on(run)
    states = [status.state for status in run.status()]
    assert states == ["done", "failed", "done"]
    assert "disk broke" in run.status()[1].reason
    monkeypatch.undo()
    go_on(open_run(tmp_path / "run"))
    assert [status.state for status in run.status()] == ["done"] * 3


def test_a_stopped_run_says_how_far_it_is(tmp_path: Path, tiny: Experiment) -> None:
    run = begin_run(tmp_path / "run", tiny, Choice(seeds=1))
    (run.folder / STOP).touch()
    assert perform(run.units[0], run.folder).ending == "stopped"
    assert [status.state for status in run.status()] == ["waiting"] * 3
    go_on(run)
    assert [status.state for status in run.status()] == ["done"] * 3


def test_two_processes_in_one_folder_are_refused_by_name(tmp_path: Path, tiny: Experiment) -> None:
    run = begin_run(tmp_path / "run", tiny, Choice(seeds=1))
    with alone_in(run.folder), pytest.raises(LonglagError, match=f"process {os.getpid()}"):
        go_on(run)
    assert holder_of(run.folder) is None


def test_a_folder_in_use_is_not_begun_in_again(tmp_path: Path, tiny: Experiment) -> None:
    begin_run(tmp_path / "run", tiny, Choice())
    with pytest.raises(LonglagError, match="resume"):
        begin_run(tmp_path / "run", tiny, Choice())
    with pytest.raises(LonglagError, match="holds no experiment"):
        open_run(tmp_path)


def test_a_scheduler_that_does_not_answer_is_named(
    tmp_path: Path, tiny: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longlag.numerics.experiments.scheduler._TIMEOUT", 1)
    run = begin_run(tmp_path / "run", tiny, Choice(seeds=1))
    with pytest.raises(LonglagError, match=r"tcp://127.0.0.1:1\b"):
        go_on(run, scheduler="tcp://127.0.0.1:1")


def stopped_checkpoint(tmp_path: Path) -> tuple[Path, object]:
    one = unit()
    own = tmp_path / "units" / one.identity
    own.mkdir(parents=True)
    with pytest.raises(Exception, match="updates"):
        one.perform(Workplace(own, iter([False] * 9 + [True]).__next__))
    return own / CHECKPOINT, one


def test_a_checkpoint_of_another_configuration_is_refused(tmp_path: Path) -> None:
    path, _ = stopped_checkpoint(tmp_path)
    other = unit(learning_rate=0.5)
    target = tmp_path / "units" / other.identity
    target.mkdir()
    shutil.copy(path, target / CHECKPOINT)
    outcome = perform(other, tmp_path)
    assert outcome.ending == "failed"
    assert "another configuration" in outcome.reason


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_checkpoint_is_refused(tmp_path: Path, share: float) -> None:
    path, one = stopped_checkpoint(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    outcome = perform(one, tmp_path)
    assert outcome.ending == "failed"
    assert "damaged" in outcome.reason or "empty" in outcome.reason


def test_a_checkpoint_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path, one = stopped_checkpoint(tmp_path)
    text = path.read_bytes()
    path.write_bytes(text.replace(b'\\"format\\": 1', b'\\"format\\": 7'))
    assert "format 7" in perform(one, tmp_path).reason


def test_a_full_disk_leaves_the_last_checkpoint_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, one = stopped_checkpoint(tmp_path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    outcome = perform(one, tmp_path)
    assert outcome.ending == "failed"
    assert "full" in outcome.reason
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".longlag-*"))


_KILLED = """
import sys
from pathlib import Path
from longlag.numerics.experiments.perform import perform
from longlag.numerics.experiments.declared import declare
from longlag.numerics.experiments.training import TrainingUnit
import longlag.numerics.experiments, json
unit = declare(TrainingUnit, json.loads(sys.argv[1]))
perform(unit, Path(sys.argv[2]))
"""


@pytest.mark.slow
def test_a_killed_run_loses_at_most_one_interval(tmp_path: Path) -> None:
    from longlag.numerics.experiments.declared import plain

    one = unit(updates=400, measured_at=(0, 400), save_every=10)
    killed = tmp_path / "killed"
    process = subprocess.Popen([sys.executable, "-c", _KILLED, json.dumps(plain(one)), killed])
    path = killed / "units" / one.identity / CHECKPOINT
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if path.exists() and read_header(path)["updates"] >= 30:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert read_header(path)["updates"] % 10 == 0
    assert perform(one, killed).ending == "done"
    perform(one, tmp_path / "whole")
    assert rows_of(killed, one) == rows_of(tmp_path / "whole", one)
