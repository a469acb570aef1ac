"""``longlag noise``: tail index and concentration exponent of measured noise, with warnings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longlag import __version__
from longlag.cli.reading.arrays import read_numbers
from longlag.cli.showing.numbers import number_text

if TYPE_CHECKING:
    from longlag.numerics.tail import NoiseReport

EXAMPLES = ("longlag noise gradients.npy",)


def noise(
    file: Annotated[Path, typer.Argument(help="Numbers: .npy, or text with one on each line.")],
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 0,
    level: Annotated[float, typer.Option(help="Confidence level of the intervals.")] = 0.95,
    replicates: Annotated[int, typer.Option(help="Bootstrap samples.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Estimate the tail index alpha and measure kappa directly, and say what contradicts what."""
    data = read_numbers(file)

    from longlag.numerics.tail import noise_report

    report = noise_report(data, seed=seed, level=level, replicates=replicates)
    if as_json:
        typer.echo(json.dumps({**report.to_dict(), "version": __version__}, indent=2))
        return
    _print(report)


def _print(report: NoiseReport) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, emoji=False)
    table = Table(title=f"{report.n} samples, {report.level:.0%} intervals, seed {report.seed}")
    for column in ("estimator", "alpha", "interval", "scale", "predicted kappa of the mean"):
        table.add_column(column)
    for estimate in report.estimates:
        low, high = estimate.interval
        table.add_row(
            estimate.estimator,
            f"{estimate.alpha:.3f}",
            f"{low:.3f} to {high:.3f}",
            number_text(estimate.scale, 4),
            f"{estimate.predicted_kappa:.2f}",
        )
    console.print(table)
    console.print(report.comparison)
    for warning in report.warnings:
        console.print(f"[yellow]warning[/yellow]  {warning}")
    advice = report.advice
    for each in advice.predictions:
        console.print(
            f"{each.estimator} predicts kappa = {number_text(each.kappa, 3)} "
            f"[{number_text(each.interval[0], 3)}, {number_text(each.interval[1], 3)}], "
            f"{abs(each.apart):.1f} standard errors from the measured slope",
            markup=False,
        )
    word = "why" if advice.disagree else "beware"
    for name, sentence in advice.reasons.items():
        console.print(f"{word}  {name}: {sentence}", markup=False)
    console.print(f"advice  {advice.text}", markup=False)
