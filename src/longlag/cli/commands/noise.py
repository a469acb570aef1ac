"""``longlag noise``: tail index and concentration exponent of measured noise, with warnings."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from longlag import __version__
from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    from longlag.numerics.tail import NoiseReport

#: Larger files are refused: they would not fit in memory with their copies.
_LARGEST = 2 * 10**9


def noise(
    file: Annotated[Path, typer.Argument(help="Numbers: .npy, or text with one on each line.")],
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 0,
    level: Annotated[float, typer.Option(help="Confidence level of the intervals.")] = 0.95,
    replicates: Annotated[int, typer.Option(help="Bootstrap samples.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Estimate the tail index alpha and measure kappa directly, and say what contradicts what."""
    from longlag.numerics.tail import noise_report

    report = noise_report(_read(file), seed=seed, level=level, replicates=replicates)
    if as_json:
        typer.echo(json.dumps({**report.to_dict(), "version": __version__}, indent=2))
        return
    _print(report)


def _read(file: Path) -> Any:
    """Read a series; text goes through NumPy's number parser, and pickles are refused."""
    import numpy as np

    try:
        if file.stat().st_size > _LARGEST:
            raise LonglagError(
                f"file {str(file)!r} of {file.stat().st_size / 1e9:.1f} GB",
                "a series has to fit in memory", "give a part of it",
            )  # fmt: skip
        if file.suffix == ".npy":
            return np.load(file, allow_pickle=False)
        with warnings.catch_warnings():
            # An empty file is told as too short a series.
            warnings.simplefilter("ignore", UserWarning)
            return np.loadtxt(file, dtype=float, ndmin=1)
    except OSError as error:
        raise LonglagError(
            f"file {str(file)!r}", f"it cannot be read ({error.strerror})", "check its path"
        ) from None
    except ValueError as error:
        reason = str(error).splitlines()[0].rstrip(".;")
        raise LonglagError(
            f"file {str(file)!r}", f"it holds no plain numbers ({reason})",
            "save a one-dimensional float array as .npy, or one number on each line as text",
        ) from None  # fmt: skip


def _print(report: NoiseReport) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(title=f"{report.n} samples, {report.level:.0%} intervals, seed {report.seed}")
    for column in ("estimator", "alpha", "interval", "scale", "predicted kappa of the mean"):
        table.add_column(column)
    for estimate in report.estimates:
        low, high = estimate.interval
        table.add_row(
            estimate.estimator, f"{estimate.alpha:.3f}", f"{low:.3f} to {high:.3f}",
            f"{estimate.scale:.4g}", f"{estimate.predicted_kappa:.2f}",
        )  # fmt: skip
    console.print(table)
    console.print(report.comparison)
    for warning in report.warnings:
        console.print(f"[yellow]warning[/yellow]  {warning}")
