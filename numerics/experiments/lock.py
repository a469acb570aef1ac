"""One process at a time in a folder, and who it is."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from longlag.theory.errors import LonglagError

_HOLDER = "holder.json"


class Holder(NamedTuple):
    """A process that works in a folder.

    Args:
        process: its number.
        host: where it runs.
        since: when it came, ISO 8601 in UTC.
    """

    process: int
    host: str
    since: str

    @property
    def alive(self) -> bool:
        """Whether it may still run: on this host one can tell, on another it is believed."""
        if self.host != socket.gethostname():
            return True
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


@contextmanager
def alone_in(folder: Path, *, seconds: float = 0.0) -> Iterator[None]:
    """Hold a folder, which the system lets go of when the process ends, however it ends.

    Args:
        folder: exists.
        seconds: how long to wait for another process to leave.

    Raises:
        LonglagError: another process works in it; the message says which.
    """
    try:
        from filelock import FileLock, Timeout
    except ImportError:
        raise LonglagError(
            "folders of runs", "they need filelock", "pip install 'longlag[experiments]'"
        ) from None
    lock = FileLock(folder / "lock", timeout=seconds, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        holder = holder_of(folder)
        who = (
            f"process {holder.process} on {holder.host} works in it since {holder.since}"
            if holder
            else "another process works in it"
        )
        raise LonglagError(
            f"folder {str(folder)!r}", who, "wait for it, stop it, or choose another folder"
        ) from None
    try:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        me = Holder(os.getpid(), socket.gethostname(), now)
        (folder / _HOLDER).write_text(json.dumps(me._asdict()), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            (folder / _HOLDER).unlink(missing_ok=True)
        lock.release()


def holder_of(folder: Path) -> Holder | None:
    """Return the process that works in a folder, as it wrote itself down."""
    try:
        return Holder(**json.loads((folder / _HOLDER).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


__all__ = ["Holder", "alone_in", "holder_of"]
