"""A fresh interpreter: what importing costs alone, and each command beside importing SymPy.

Every process runs in turn with the others, with the code of all modules compiled before, as it is
from the second start on; the least of several is told, since a busy machine only adds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping

from benchmarks.timing import Row, absolute, at_most
from longlag.cli.answers import FRESH_VARIABLE
from longlag.kept import CACHE_VARIABLE

_REPEATS = 7
#: What is imported costs this much alone.
_ALONE = ("pass", "import sympy", "import mpmath", "import numpy", "import typer", "import torch")

#: What is typed ↦ the seconds that it should take, and what is imported for it at the least.
_COMMANDS = {
    "--help": (0.5, "import sympy"),
    "law exponential": (0.5, "import sympy"),
    "derive gru": (1.5, "import sympy, torch"),
}

#: How often as long as those imports it may take at most: from what is kept, and worked out.
_AGAIN, _ANEW = 1.0, 5.0
_ANEW_MARK = ", worked out anew"

#: Only what was imported may be there.
_THEORY = "import sys, longlag.theory.names; assert not {'torch', 'numpy'} & set(sys.modules)"


def _seconds(arguments: list[str], environment: Mapping[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def _least(processes: Mapping[str, list[str]], environment: Mapping[str, str]) -> dict[str, float]:
    """The least seconds of each process; the first turn compiles, and fills the caches."""
    seconds: dict[str, list[float]] = {name: [] for name in processes}
    for turn in range(_REPEATS + 1):
        for name, arguments in processes.items():
            fresh = {FRESH_VARIABLE: "1"} if name.endswith(_ANEW_MARK) else {}
            found = _seconds(arguments, {**environment, **fresh})
            if turn:
                seconds[name].append(found)
    return {name: min(found) for name, found in seconds.items()}


def run() -> list[Row]:
    """Return the rows of this file."""
    processes = {code: ["-c", code] for code in (*_ALONE, "import sympy, torch", _THEORY)}
    for typed in _COMMANDS:
        for when in ("", _ANEW_MARK):
            processes[f"{typed}{when}"] = ["-m", "longlag", *typed.split()]
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            CACHE_VARIABLE: f"{folder}/cache",
            "PYTHONPYCACHEPREFIX": f"{folder}/compiled",
            "PYTHONPATH": os.pathsep.join(sys.path[1:]),
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment.pop(FRESH_VARIABLE, None)
        found = _least(processes, environment)
    rows = [_told(code, found[code]) for code in _ALONE]
    rows.append(absolute("G9 import longlag.theory.names, no torch, no numpy", found[_THEORY], 1.0))
    for typed, (limit, imports) in _COMMANDS.items():
        for when, ratio in (("", _AGAIN), (_ANEW_MARK, _ANEW)):
            what, seconds = f"longlag {typed}{when}", found[f"{typed}{when}"]
            rows.append(absolute(what, seconds, limit))
            rows.append(at_most(what, imports, seconds / found[imports], ratio))
    return rows


def _told(what: str, seconds: float) -> Row:
    """A row that is told, and has no goal."""
    return Row(what, "wall clock", f"{seconds * 1e3:.3g} ms", "", True)
