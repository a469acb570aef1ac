"""Units performed at once: by processes of this machine, or by a Dask cluster."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from longlag.numerics.experiments.perform import Outcome, perform
from longlag.numerics.experiments.unit import Unit
from longlag.theory.errors import LonglagError

#: How long a scheduler may take to answer.
_TIMEOUT = 10
#: How often the caller hears that units are still at work.
_PERIOD = 0.5


def perform_all(
    units: Sequence[Unit], folder: Path, *, processes: int = 1, scheduler: str | None = None
) -> Iterator[Outcome | None]:
    """Yield outcomes as units end, and None from time to time while they work.

    Args:
        units: what is performed.
        folder: of the experiment; workers of a cluster see it under the same path.
        processes: of this machine; 1 is this very process, without Dask.
        scheduler: the address of a Dask scheduler to use instead, such as ``tcp://host:8786``.

    Raises:
        LonglagError: no scheduler answers at the address, or Dask is not installed.
    """
    if scheduler is None and processes == 1:
        for unit in units:
            yield perform(unit, folder)
            yield None
        return
    distributed = _distributed()
    with _client(processes, scheduler) as client:
        # The interruption of a terminal reaches every process; only this one may act on it.
        client.register_plugin(_deaf(distributed))
        waiting = {
            client.submit(perform, unit, folder, pure=False, key=unit.identity): unit
            for unit in units
        }
        while waiting:
            try:
                distributed.wait(list(waiting), timeout=_PERIOD, return_when="FIRST_COMPLETED")
            except TimeoutError:
                yield None
                continue
            for future in [future for future in waiting if future.done()]:
                unit = waiting.pop(future)
                yield _outcome(unit, future)


def _outcome(unit: Unit, future: Any) -> Outcome:
    """What the unit returned; a worker that died says nothing, and that is a failure too."""
    if future.status == "finished":
        found: Outcome = future.result()
        return found
    error = future.exception() if future.status == "error" else future.status
    reason = f"its worker did not answer ({type(error).__name__}: {error})"
    return Outcome(unit.identity, "failed", reason, 0.0)


@contextmanager
def _client(processes: int, scheduler: str | None) -> Iterator[Any]:
    distributed = _distributed()
    if scheduler is not None:
        try:
            client = distributed.Client(scheduler, timeout=_TIMEOUT)
        except (OSError, ValueError) as error:
            raise LonglagError(
                f"scheduler {scheduler}",
                f"nobody answered there within {_TIMEOUT} s ({type(error).__name__})",
                "start one with 'dask scheduler', or leave --scheduler out",
            ) from None
        with client:
            yield client
        return
    with _quiet():
        yield from _local(distributed, processes)


def _local(distributed: Any, processes: int) -> Iterator[Any]:
    cluster = distributed.LocalCluster(
        n_workers=processes,
        threads_per_worker=1,
        processes=True,
        dashboard_address=":0",
        silence_logs=logging.ERROR,
    )
    with cluster, distributed.Client(cluster) as client:
        yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to itself what Dask says while processes that are asked to leave take their time."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.nanny")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _deaf(distributed: Any) -> Any:
    class Deaf(distributed.WorkerPlugin):  # type: ignore[misc]
        def setup(self, worker: Any) -> None:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    return Deaf()


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise LonglagError(
            "several processes", "they need Dask", "pip install 'longlag[experiments]'"
        ) from None
    return distributed


__all__ = ["perform_all"]
