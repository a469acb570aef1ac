"""The page of the documentation on performance: a run as Markdown, so that no figure is typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.saved import Saved
from benchmarks.timing import Row

HEADER = """\
# Performance

What longlag costs, in ratios to named alternatives that take turns with it in one process, and how
its cost grows. `python -m benchmarks --page docs/performance.md` writes this page from a run: no
figure is typed. A goal that is missed is printed as such.

| command | does |
|---|---|
| `python -m benchmarks` (`make bench`) | everything but the two below; `build/benchmarks.json` |
| `python -m benchmarks exact envelope` | some files of `benchmarks/` |
| `python -m benchmarks growth -o growth.png` | fitted exponents and a figure |
| `python -m benchmarks whole --every` | all cases of the files that choose a few |
| `python -m benchmarks device` | every call on a GPU: values, ratios |
| `python -m benchmarks --save FILE` | keeps a run |
| `python -m benchmarks --against FILE` | compares with it, names what got worse; exit code 1 |
| `python -m benchmarks --page FILE` | writes this page |

A ratio is that of medians of interleaved repeats, on one thread. Runs are compared in yardsticks:
each measures a batched product of matrices and an expansion by SymPy at its beginning and its end,
seconds are divided by them, and a line that costs over a fifth more than before is worse. Where the
yardstick itself varied by as much within a run, the comparison says so.
"""

_GROWTH = "growth of "
_DEVICE = "float64 on the processor"

_GROWTH_TEXT = """\
## Growth

Exponents p of cost ∝ size^p, by least squares in logarithms over the least times of interleaved
repeats, with intervals of 95 % by Student's t. *Counted* is the exponent of the operations that the
algorithm takes over the same sizes; the goal is their exponent in the end, and missed where the
whole interval lies above it. At small sizes fixed costs prevail, and exponents are smaller.
"""

_UNTESTED = """\
## On a GPU

**No figure here was taken on a GPU: that is untested.** Every call takes tensors of any device and
stays there, by PyTorch's own functions; nothing is compiled for a GPU. That no call mixes devices,
moves arrays off one or hands them to code of the processor is tested without a GPU, on tensors that
tell another device (`tests/card.py`). Tests marked `cuda` and `python -m benchmarks device` run
where there is one.
"""


def page(run: Saved) -> str:
    """Return a run as a page.

    Args:
        run: with any of the files; without rows of a GPU the page says that it is untested.
    """
    growth = [row for row in run.rows if row.what.startswith(_GROWTH)]
    device = [row for row in run.rows if row.against == _DEVICE]
    rest = [row for row in run.rows if row not in growth and row not in device]
    parts = [HEADER, _machine(run), f"## Ratios\n\n{_table(rest)}"]
    if growth:
        parts.append(f"{_GROWTH_TEXT}\n{_table(growth, 'grows')}")
    parts.append(f"## On a GPU\n\n{_table(device)}" if device else _UNTESTED)
    return "\n".join(parts)


def _machine(run: Saved) -> str:
    lines = [f"| {name} | {_cell(value)} |" for name, value in run.setting.items()]
    lines += [
        f"| yardstick for {kind} | {each.seconds * 1e3:.3g} ms; upper over lower quartile, or "
        f"drift within the run: {each.spread:.2f} |"
        for kind, each in run.yardstick.items()
    ]
    return "\n".join(["## The machine", "", "| what | is |", "|---|---|", *lines, ""])


def _table(rows: Sequence[Row], first: str = "what") -> str:
    head = [f"| {first} | against | figure | goal | met |", "|---|---|---|---|---|"]
    cells: Iterable[tuple[str, ...]] = (
        (
            row.what.removeprefix(_GROWTH),
            row.against,
            row.figure,
            row.goal,
            "yes" if row.met else "**no**",
        )
        for row in rows
    )
    body = [f"| {' | '.join(map(_cell, each))} |" for each in cells]
    met = sum(row.met for row in rows)
    return "\n".join([*head, *body, "", f"{met} of {len(rows)} goals met.", ""])


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


__all__ = ["HEADER", "page"]
