"""``make bench``: one table of ratios beside their goals, and the same as JSON.

``python -m benchmarks exact envelope`` runs some of the files only, and ``--every`` all cases of
those that choose a few by themselves (``whole``: hours). G1 … G10 are the figures that
longlag sets itself; a goal that is missed is printed as such.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import numpy
import sympy
import torch
from rich.console import Console
from rich.table import Table

import longlag
from benchmarks.timing import Row
from longlag.numerics.compiled import toolchain

#: The files, in the order of the table; each has ``run() -> list[Row]``, some ``run_every`` too.
FILES = (
    "cold",
    "symbolic",
    "generated",
    "compiled",
    "exact",
    "envelope",
    "local",
    "measurement",
    "whole",
    "stable",
    "windows",
    "detection",
    "memory",
    "coupling",
    "gradients",
    "fitting",
    "checker",
)
_WIDTH = 160
_EVERY = "--every"
_OUTPUT = Path("build/benchmarks.json")


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    compiler = toolchain()
    return {
        "machine": f"{platform.machine()} {platform.system()}",
        "processor": _processor(),
        "threads": str(torch.get_num_threads()),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "sympy": sympy.__version__,
        "longlag": longlag.__version__,
        "compiler": compiler.describe() if compiler else "none",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        found = next(line for line in lines if line.startswith("model name"))
        return f"{found.partition(':')[2].strip()}, {torch.backends.cpu.get_cpu_capability()}"
    except (OSError, StopIteration):
        return platform.processor() or "unknown"


def rows(names: list[str], console: Console, *, every: bool) -> Iterator[Row]:
    """Run the named files, telling each before it starts."""
    for name in names:
        with console.status(name):
            module = import_module(f"benchmarks.{name}")
            run = getattr(module, "run_every", module.run) if every else module.run
            yield from run()


def main() -> None:
    torch.set_num_threads(1)
    # Where nobody sees a terminal the table may be as wide as it likes.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
    every = _EVERY in sys.argv[1:]
    names = [name for name in sys.argv[1:] if name != _EVERY] or list(FILES)
    if unknown := set(names) - set(FILES):
        console.print(f"no such benchmark: {', '.join(sorted(unknown))}; choose {', '.join(FILES)}")
        sys.exit(2)
    setting = machine()
    for name, value in setting.items():
        console.print(f"{name:10} {value}")
    found = list(rows(names, console, every=every))
    table = Table("what", "against", "figure", "goal", "met", box=None)
    for row in found:
        table.add_row(row.what, row.against, row.figure, row.goal, "yes" if row.met else "NO")
    console.print(table)
    _OUTPUT.parent.mkdir(exist_ok=True)
    _OUTPUT.write_text(json.dumps({**setting, "rows": [asdict(row) for row in found]}, indent=2))
    console.print(f"{sum(row.met for row in found)} of {len(found)} goals met; wrote {_OUTPUT}")


if __name__ == "__main__":
    main()
