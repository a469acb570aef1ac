"""A run in a file: its rows, its yardstick, and what figures depend on; no names of machines."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy
import scipy
import sympy
import torch

import longlag
from benchmarks.timing import Row, Yardstick
from benchmarks.yardstick import WORK, Measured
from longlag.numerics.compiled import toolchain
from longlag.theory.errors import LonglagError

#: Raised where a file of an older kind could be misread.
FORMAT = 1
#: Flags of a processor that decide which code runs on it.
_FLAGS = ("sse4_2", "avx", "fma", "avx2", "avx512f", "avx512_bf16", "amx_tile", "asimd", "sve")


@dataclass(frozen=True)
class Saved:
    """A run of benchmarks.

    Args:
        setting: versions and kind of machine, in words.
        yardstick: the time of fixed pieces of work in the same run.
        rows: its lines.
    """

    setting: Mapping[str, str]
    yardstick: Mapping[Yardstick, Measured]
    rows: Sequence[Row]

    def write(self, path: Path) -> None:
        """Write the run as JSON.

        Args:
            path: where; missing folders are made.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "format": FORMAT,
            "setting": dict(self.setting),
            "yardstick": {name: asdict(each) for name, each in self.yardstick.items()},
            "rows": [asdict(row) for row in self.rows],
        }
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read(path: Path) -> Saved:
    """Return a run from its file.

    Args:
        path: of the file.

    Raises:
        LonglagError: no such file, or one of another kind.
    """
    try:
        content = json.loads(path.read_text())
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}")
        yardstick = {name: Measured(**each) for name, each in content["yardstick"].items()}
        if yardstick.keys() != WORK.keys() or min(y.seconds for y in yardstick.values()) <= 0:
            raise ValueError("its yardstick is another one")
        return Saved(content["setting"], yardstick, [Row(**row) for row in content["rows"]])
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise LonglagError(
            f"{path}: {type(error).__name__}: {error}".splitlines()[0],
            f"a saved run is JSON of format {FORMAT} that python -m benchmarks has written",
            "give build/benchmarks.json of another run, or run them anew",
        ) from error


def setting() -> dict[str, str]:
    """Return what figures depend on: versions and the kind of machine, without its name."""
    compiler = toolchain()
    return {
        "machine": f"{platform.machine()} {platform.system()}",
        "processor": _processor(),
        "flags": " ".join(flag for flag in _FLAGS if flag in _cpuinfo("flags", "Features").split()),
        "threads": str(torch.get_num_threads()),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "sympy": sympy.__version__,
        "longlag": longlag.__version__,
        "compiler": compiler.describe() if compiler else "none",
    }


def _processor() -> str:
    name = _cpuinfo("model name") or platform.processor() or "unknown"
    return f"{name}, {torch.backends.cpu.get_cpu_capability()}"


def _cpuinfo(*fields: str) -> str:
    """What Linux says of the first processor under one of some names; empty elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    found: list[Any] = [line.partition(":")[2].strip() for line in lines if line.startswith(fields)]
    return str(found[0]) if found else ""


__all__ = ["FORMAT", "Saved", "read", "setting"]
