"""How a large matrix is written: chosen once on the machine itself, by a short trial.

Rows are written past the caches or through them, and a few times share each row of a weight. Which
is faster differs between processors; no number depends on it, since it decides when and where an
entry is written and not how it is computed. What changes the order of sums (blocks of lags, the
smallest blocks of divided products) is no matter of time and never chosen here.

A choice lies beside its library, whose name holds the text, compiler, flags and processor.
"""

from __future__ import annotations

import ctypes
import math
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from longlag.kept import keep_text, read_kept
from longlag.theory.errors import LonglagError

#: Names a way of writing, and nothing is tried or read.
WRITING_VARIABLE = "LONGLAG_WRITING"

#: A trial writes so many bytes, more than most caches hold; smaller matrices start none.
TRIAL_BYTES = 1 << 26

#: A trial ends after so many seconds, between two writings.
_SECONDS = 0.3
_TURNS = 3
#: Another way than the usual takes at most this share of its time: trials are noisy.
_CLEARLY = 0.9


@dataclass(frozen=True)
class Writing:
    """A way of writing a matrix.

    Args:
        past_caches: whether rows bypass the caches.
        together: how many times share a weight's row while it is in the nearest cache.
    """

    past_caches: bool
    together: int

    def __str__(self) -> str:
        return f"{'streamed' if self.past_caches else 'cached'}:{self.together}"


#: Without a trial, and where none of the others is clearly faster.
USUAL = Writing(past_caches=True, together=8)

#: All ways, by their names.
WRITINGS = {
    str(way): way
    for way in (Writing(past, count) for past, count in product((True, False), (4, 8, 16)))
}

#: What was chosen in this process, by the file of the choice.
_CHOSEN: dict[Path, Writing] = {}


def writing_for(
    library: ctypes.CDLL, function: str, write: Callable[[Writing], object] | None
) -> Writing:
    """Return how a function of a library writes large matrices.

    Args:
        library: a loaded library; choices lie beside its file.
        function: its name in the library.
        write: writes a matrix of about ``TRIAL_BYTES`` in some way; None where a trial is not due,
            and what was chosen before is returned, or else the usual way.

    Raises:
        LonglagError: the environment names no way of writing.
    """
    asked = os.environ.get(WRITING_VARIABLE)
    if asked:
        if asked not in WRITINGS:
            raise LonglagError(
                f"{WRITING_VARIABLE}={asked}",
                "it is no way of writing matrices",
                f"give one of {', '.join(WRITINGS)}, or unset it",
            )
        return WRITINGS[asked]
    built = Path(library._name)
    path = built.with_name(f"{built.stem}-{function}.writing")
    if path not in _CHOSEN:
        found = _read(path)
        if found is None:
            if write is None:
                return USUAL
            found = fastest(write)
            _keep(path, found)
        _CHOSEN[path] = found
    return _CHOSEN[path]


def fastest(
    write: Callable[[Writing], object], clock: Callable[[], float] = time.perf_counter
) -> Writing:
    """Return the way that took the least time in one of a few turns, the usual one if in doubt.

    Args:
        write: writes a matrix in some way.
        clock: returns seconds.
    """
    least = dict.fromkeys(WRITINGS.values(), math.inf)
    stop = clock() + _SECONDS
    # Pages that are written for the first time take longer than any way of writing.
    write(USUAL)
    for _ in range(_TURNS):
        for way in least:
            start = clock()
            if start >= stop:
                break
            write(way)
            least[way] = min(least[way], clock() - start)
    best = min(least, key=lambda way: least[way])
    whole = math.inf not in least.values()
    return best if whole and least[best] < _CLEARLY * least[USUAL] else USUAL


def _read(path: Path) -> Writing | None:
    """The choice that was kept; None where there is none, or one that is damaged or unknown."""
    try:
        return WRITINGS.get(read_kept(path) or "")
    except OSError:
        return None


def _keep(path: Path, chosen: Writing) -> None:
    """Keep a choice; where nothing can be written, the next process tries again."""
    with suppress(OSError):
        keep_text(path, str(chosen))


__all__ = [
    "TRIAL_BYTES",
    "USUAL",
    "WRITINGS",
    "WRITING_VARIABLE",
    "Writing",
    "fastest",
    "writing_for",
]
