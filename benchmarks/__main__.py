"""``make bench``: one table of ratios beside their goals, and the same as JSON."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from pathlib import Path

import sympy
import torch
from rich.console import Console
from rich.table import Table

import longlag
from benchmarks import detection, generated, stable, symbolic, windows

_OUTPUT = Path("build/benchmarks.json")


def main() -> None:
    torch.set_num_threads(1)
    console = Console()
    machine = {
        "machine": f"{platform.machine()} {platform.system()}",
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "sympy": sympy.__version__,
        "longlag": longlag.__version__,
    }
    console.print(", ".join(f"{name} {value}" for name, value in machine.items()), highlight=False)
    rows = [*symbolic.run(), *generated.run(), *stable.run(), *windows.run(), *detection.run()]
    table = Table("what", "against", "figure", "goal", "met", box=None)
    for row in rows:
        table.add_row(row.what, row.against, row.figure, row.goal, "yes" if row.met else "NO")
    console.print(table)
    _OUTPUT.parent.mkdir(exist_ok=True)
    _OUTPUT.write_text(json.dumps({**machine, "rows": [asdict(row) for row in rows]}, indent=2))
    console.print(f"wrote {_OUTPUT}", highlight=False)


if __name__ == "__main__":
    main()
