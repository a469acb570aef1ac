"""``make bench``: one table of ratios beside their goals, and the same as JSON.

``python -m benchmarks exact envelope`` runs some of the files only; ``device`` and ``growth`` run
where they are named. ``--every`` takes all cases of files that choose a few by themselves
(``whole``: hours). ``--against FILE`` compares with a saved run. G1 … G10 are the figures that
longlag sets itself; a goal that is missed is printed as such.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import torch
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks import against, saved, yardstick
from benchmarks.page import page
from benchmarks.timing import Row
from longlag.theory.errors import LonglagError

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
    "estimates",
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
#: They run where they are named: on a GPU, and for minutes.
APART = ("device", "growth")
#: It draws a figure.
_DRAWN = "growth"
_WIDTH = 160
_OUTPUT = Path("build/benchmarks.json")


def rows(
    names: Sequence[str], console: Console, *, every: bool, figure: Path | None = None
) -> Iterator[Row]:
    """Run the named files, telling each before it starts.

    Args:
        names: of the files.
        console: where it is told.
        every: all cases of each.
        figure: where growth is drawn.
    """
    for name in names:
        with console.status(name):
            module = import_module(f"benchmarks.{name}")
            run = getattr(module, "run_every", module.run) if every else module.run
            yield from run(figure=figure) if name == _DRAWN else run()


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join((*FILES, *APART))}"
    )
    parser.add_argument(
        "--against", type=Path, metavar="FILE", help="compare with a saved run; exit 1 where worse"
    )
    parser.add_argument(
        "--save", type=Path, metavar="FILE", default=_OUTPUT, help=f"{_OUTPUT} if left out"
    )
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the run as Markdown")
    parser.add_argument("--every", action="store_true", help="all cases of the files; hours")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FIGURE", help="of growth: where its figure goes"
    )
    found = parser.parse_args(arguments)
    if found.output and _DRAWN not in found.names:
        parser.error(f"-o belongs to {_DRAWN}: name it")
    if unknown := set(found.names) - {*FILES, *APART}:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    return found


def main(arguments: Sequence[str]) -> int:
    """Run benchmarks and return the exit code: 1 where something became worse than a saved run."""
    torch.set_num_threads(1)
    # Where nobody sees a terminal the table may be as wide as it likes.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
    asked = parsed(arguments)
    # Read before minutes are spent.
    before = None if asked.against is None else saved.read(asked.against)
    setting, first = saved.setting(), yardstick.measure()
    for name, value in setting.items():
        console.print(f"{name:10} {escape(value)}")
    names = asked.names or FILES
    found = list(rows(names, console, every=asked.every, figure=asked.output))
    last = yardstick.measure()
    joined = {kind: yardstick.joined(first[kind], last[kind]) for kind in first}
    for kind, each in joined.items():
        console.print(
            f"yardstick  {kind}: {each.seconds * 1e3:.3g} ms, varied by {each.spread:.2f}×"
        )
    table = Table("what", "against", "figure", "goal", "met", box=None)
    for row in found:
        met = "yes" if row.met else "NO"
        table.add_row(*map(escape, (row.what, row.against, row.figure, row.goal, met)))
    console.print(table)
    now = saved.Saved(setting, joined, found)
    now.write(asked.save)
    console.print(f"{sum(row.met for row in found)} of {len(found)} goals met; wrote {asked.save}")
    if asked.page is not None:
        asked.page.parent.mkdir(parents=True, exist_ok=True)
        asked.page.write_text(page(now))
    if before is None:
        return 0
    for line in against.report(now, before):
        console.print(escape(line))
    return int(any(change.is_worse for change in against.changes(now, before)))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LonglagError as error:
        sys.exit(str(error))
