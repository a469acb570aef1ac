"""What first order leaves out in the splits of a Jacobian, as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from longlag.cli.showing.numbers import number_text
from longlag.cli.showing.progress import shares

if TYPE_CHECKING:
    from longlag.numerics.measurement.splits import SplitReport
    from longlag.theory.transport.jacobian import Split


def show_splits(
    module: object,
    given: Any,
    split: str,
    lags: Sequence[int] | None,
    place: Mapping[str, Any],
    *,
    as_json: bool,
) -> None:
    """Measure a network in one split or in both, and print what was found.

    Args:
        module: a module or a Network.
        given: its input.
        split: leak, gate or both.
        lags: those shown; powers of two by default.
        place: the other arguments of ``measure_splits``.
        as_json: print JSON.
    """
    from longlag.numerics.measurement.report import powers_of_two
    from longlag.numerics.measurement.splits import measure_splits

    splits: Any = ("leak", "gate") if split == "both" else (split,)
    told = "products in both splits" if split == "both" else "products"
    with shares(lambda share: told) as show:
        report = measure_splits(module, given, splits=splits, progress=show, **place)
    shown = list(lags or powers_of_two(len(report.exact)))
    typer.echo(json.dumps(report.to_dict(shown), indent=2) if as_json else table(report, shown))


def table(report: SplitReport, lags: Sequence[int]) -> str:
    """Return a report as lines of text: what is left out in each split, and the rates.

    Args:
        report: of one split or of both.
        lags: those shown.
    """
    pairs = report.exact.shape[1]
    lines = [
        f"{report.origin}: cell {report.cell}, block {report.block}, medians over {pairs} pairs of "
        "an anchor and a sequence",
        "left out: |M - M1|_F / |M1|_F with M1 of first order; rates: mean |diagonal|",
    ]
    columns: dict[str, list[str]] = {}
    for split, found in report.splits.items():
        columns[f"{split} left out"] = [_left_out(v) for v in report.remainder(split).tolist()]
        rates = found.first_order.nanmedian(-1).values
        columns[f"{split} rate"] = [number_text(value, 3) for value in rates.tolist()]
    exact = report.exact.nanmedian(-1).values
    columns["exact rate"] = [number_text(value, 3) for value in exact.tolist()]
    lines.append("".join(f"{name:>15}" for name in ("lag", *columns)))
    for lag in lags:
        cells = (f"{lag}", *(column[lag - 1] for column in columns.values()))
        lines.append("".join(f"{cell:>15}" for cell in cells))
    return "\n".join([*lines, *_judgement(report)])


def _left_out(value: float) -> str:
    return "exact" if value == 0 else number_text(value, 3)


def _judgement(report: SplitReport) -> list[str]:
    """Which split is the better, and until when."""
    if len(report.splits) < 2:
        return []
    longest = len(report.exact)
    until: dict[Split, int] = {
        "leak": report.better_until("leak", "gate"),
        "gate": report.better_until("gate", "leak"),
    }
    if until["leak"] == until["gate"] == longest:
        return ["both splits leave out as much at every lag"]
    ahead: Split = "leak" if until["leak"] > until["gate"] else "gate"
    told = "at every lag measured" if until[ahead] == longest else f"up to lag {until[ahead]}"
    return [f"the {ahead} split leaves out no more than the other {told}"]
