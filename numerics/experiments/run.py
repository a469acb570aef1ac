"""An experiment in its folder: begun, taken up again, asked how far it is."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from longlag import __version__
from longlag.files import put_in_place, require_file, staging_folder
from longlag.numerics.experiments.declared import declare, plain
from longlag.numerics.experiments.experiment import EXPERIMENTS, Choice, Experiment
from longlag.numerics.experiments.lock import alone_in, holder_of
from longlag.numerics.experiments.perform import (
    FAILURE,
    RESULT,
    STOP,
    Outcome,
    result_of,
    surroundings,
)
from longlag.numerics.experiments.scheduler import perform_all
from longlag.numerics.experiments.table import told_by, write_table
from longlag.numerics.experiments.unit import UNITS, Unit
from longlag.theory.errors import LonglagError

State: TypeAlias = Literal["waiting", "at work", "stopped", "done", "diverged", "failed"]

_ABOUT = "experiment.json"
RESULTS = "results.parquet"
FORMAT = 1


class UnitStatus(NamedTuple):
    """How far a unit is.

    Args:
        unit: which.
        state: where it stands.
        done: the steps of its work that are saved, of ``unit.length``.
        reason: why it failed, diverged or stopped.
    """

    unit: Unit
    state: State
    done: int
    reason: str


@dataclass(frozen=True)
class Run:
    """An experiment in a folder.

    Args:
        folder: where everything of it lies.
        experiment: which.
        choice: which of its designs.
        units: that are known: those of the design, and those that follow from their rows.
        about: what the folder says about itself.
    """

    folder: Path
    experiment: Experiment
    choice: Choice
    units: tuple[Unit, ...]
    about: dict[str, Any]

    def status(self) -> list[UnitStatus]:
        """Return how far every unit is, from what lies in the folder alone."""
        return [_status(self.folder / "units" / unit.identity, unit) for unit in self.units]

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of the units that ended, in the order of the units."""
        found: list[dict[str, Any]] = []
        for unit in self.units:
            own = self.folder / "units" / unit.identity
            if (own / RESULT).exists():
                found += result_of(own)[0]
        return found


def begin_run(folder: Path, experiment: Experiment, choice: Choice) -> Run:
    """Make a folder for an experiment.

    Raises:
        LonglagError: a folder that holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LonglagError(
            f"folder {str(folder)!r}",
            "it holds something already",
            "choose a new one, or go on with: longlag experiment resume",
        )
    run = Run(folder, experiment, choice, tuple(experiment.units(choice)), {})
    _write(run)
    return open_run(folder)


def open_run(folder: Path) -> Run:
    """Return the experiment in a folder.

    Raises:
        LonglagError: no such folder, one without an experiment, of a newer version, or damaged.
    """
    path = folder / _ABOUT
    if not path.exists():
        raise LonglagError(
            f"folder {str(folder)!r}",
            "it holds no experiment",
            "begin one with: longlag experiment run NAME --output FOLDER",
        )
    require_file(path, "experiment", largest=100_000_000)
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        if about["format"] > FORMAT:
            raise LonglagError(
                f"experiment {str(path)!r} of longlag {about['longlag']}",
                f"it is of format {about['format']}, and this is longlag {__version__}",
                "install that version",
            )
        name, choice, units = about["experiment"], about["choice"], about["units"]
        kinds = [(UNITS[unit["unit"]], unit["configuration"]) for unit in units]
    except (ValueError, KeyError, TypeError) as error:
        raise LonglagError(
            f"experiment {str(path)!r}",
            f"it is damaged ({error!r})",
            "begin again in another folder",
        ) from None
    return Run(
        folder,
        EXPERIMENTS[name],
        declare(Choice, choice),
        tuple(declare(kind, configuration) for kind, configuration in kinds),
        about,
    )


def go_on(
    run: Run,
    *,
    processes: int = 1,
    scheduler: str | None = None,
    tell: Callable[[Run, Outcome | None], None] = lambda run, outcome: None,
) -> Run:
    """Perform what is left of an experiment, and write its results.

    Units that ended are not performed again; those that failed are, and those that were stopped go
    on from their checkpoints.

    Args:
        run: the experiment in its folder.
        processes: of this machine; see ``perform_all``.
        scheduler: the address of a Dask scheduler.
        tell: called with every outcome, and with None from time to time.

    Returns:
        The run, with the units that followed from the first ones' rows.

    Raises:
        LonglagError: another process works on it, or no scheduler answers.
    """
    with alone_in(run.folder):
        (run.folder / STOP).unlink(missing_ok=True)
        for stage in range(2):
            left = [s.unit for s in run.status() if s.state not in ("done", "diverged")]
            for outcome in perform_all(
                left, run.folder, processes=min(processes, max(len(left), 1)), scheduler=scheduler
            ):
                tell(run, outcome)
            if stage or run.experiment.then is None or not _ended(run):
                break
            following = run.experiment.following(run.choice, run.rows())
            known = {unit.identity for unit in run.units}
            new = tuple(unit for unit in following if unit.identity not in known)
            run = Run(run.folder, run.experiment, run.choice, run.units + new, run.about)
            _write(run)
        if _ended(run):
            write_table(run.folder / RESULTS, run.rows(), {**run.about, **surroundings()})
    return run


def ask_to_stop(folder: Path) -> None:
    """Ask the runs in a folder to save where they stand and to stop."""
    (folder / STOP).touch()


def _ended(run: Run) -> bool:
    return all(status.state in ("done", "diverged", "failed") for status in run.status())


def _write(run: Run) -> None:
    about = {
        "format": FORMAT,
        "longlag": __version__,
        "experiment": run.experiment.name,
        "choice": plain(run.choice),
        "command": sys.argv[1:],
        "units": [{"unit": unit.kind, "configuration": plain(unit)} for unit in run.units],
    }
    path = run.folder / _ABOUT
    with staging_folder(path) as stage:
        (stage / path.name).write_text(json.dumps(about, indent=1), encoding="utf-8")
        put_in_place(stage / path.name, path)


def _status(own: Path, unit: Unit) -> UnitStatus:
    if (own / RESULT).exists():
        reason = str(told_by(own / RESULT)["diverged"])
        return UnitStatus(unit, "diverged" if reason else "done", unit.length, reason)
    if (own / FAILURE).exists():
        told = json.loads((own / FAILURE).read_text(encoding="utf-8"))
        return UnitStatus(unit, "failed", unit.done(own), told["reason"])
    done, holder = unit.done(own), holder_of(own)
    if holder is not None and holder.alive:
        return UnitStatus(unit, "at work", done, "")
    return UnitStatus(unit, "stopped" if done else "waiting", done, "")


__all__ = ["RESULTS", "Run", "State", "UnitStatus", "ask_to_stop", "begin_run", "go_on", "open_run"]
