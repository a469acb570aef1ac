"""One unit in its folder: begun or taken up again, its result or its failure written down."""

from __future__ import annotations

import json
import platform
import socket
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import torch

from longlag import __version__
from longlag.files import put_in_place, staging_folder
from longlag.numerics.experiments.declared import plain
from longlag.numerics.experiments.lock import alone_in
from longlag.numerics.experiments.table import read_table, write_table
from longlag.numerics.experiments.unit import StoppedError, Unit, Workplace
from longlag.theory.errors import LonglagError

Ending: TypeAlias = Literal["done", "diverged", "stopped", "failed"]

RESULT = "result.parquet"
FAILURE = "failure.json"
#: Lies in the folder of an experiment while its runs are asked to stop.
STOP = "stop"
#: A worker that lost its scheduler may need so long to leave.
_PATIENCE = 10.0


class Outcome(NamedTuple):
    """How a unit ended.

    Args:
        identity: which unit.
        ending: in which way.
        reason: why, where it is not done.
        seconds: how long this call took.
    """

    identity: str
    ending: Ending
    reason: str
    seconds: float


def perform(unit: Unit, folder: Path) -> Outcome:
    """Perform a unit of the experiment in a folder; whatever happens to it is its outcome.

    It runs on one thread, so that its numbers do not depend on how many run beside it.

    Args:
        unit: the run.
        folder: of the experiment.
    """
    own = folder / "units" / unit.identity
    started = time.perf_counter()

    def outcome(ending: Ending, reason: str = "") -> Outcome:
        return Outcome(unit.identity, ending, reason, time.perf_counter() - started)

    try:
        own.mkdir(parents=True, exist_ok=True)
        with alone_in(own, seconds=_PATIENCE), one_thread():
            if (own / RESULT).exists():
                reason = result_of(own)[1]["diverged"]
                return outcome("diverged" if reason else "done", reason)
            (own / FAILURE).unlink(missing_ok=True)
            performed = unit.perform(Workplace(own, (folder / STOP).exists))
            rows = [unit.labels | row for row in performed.rows]
            about = {
                "unit": unit.kind,
                "configuration": plain(unit),
                "diverged": performed.diverged,
                "seconds": time.perf_counter() - started,
            }
            write_table(own / RESULT, rows, about | surroundings())
            return outcome("diverged" if performed.diverged else "done", performed.diverged)
    except StoppedError as stopped:
        return outcome("stopped", str(stopped))
    except Exception as error:
        reason = str(error) if isinstance(error, LonglagError) else repr(error)
        _write_failure(own / FAILURE, {"reason": reason, "traceback": traceback.format_exc()})
        return outcome("failed", reason)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch use one thread: sums in another order have other last bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def result_of(own: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows of a unit that ended, and what is told about it."""
    rows, about = read_table(own / RESULT)
    return rows, about


def surroundings() -> dict[str, str]:
    """Return versions and host, which numbers depend on."""
    import numpy

    return {
        "longlag": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "host": socket.gethostname(),
        "processor": platform.machine(),
        "vectors": torch.backends.cpu.get_cpu_capability(),
    }


def _write_failure(path: Path, about: Mapping[str, Any]) -> None:
    """Write it if there is a place; a full disk has been reported by then."""
    try:
        with staging_folder(path) as stage:
            (stage / path.name).write_text(json.dumps(about), encoding="utf-8")
            put_in_place(stage / path.name, path)
    except LonglagError:
        return


__all__ = [
    "FAILURE",
    "RESULT",
    "STOP",
    "Ending",
    "Outcome",
    "one_thread",
    "perform",
    "result_of",
    "surroundings",
]
