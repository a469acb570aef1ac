"""Fitted decay laws as text: parameters, windows, how they compare, what they do not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from longlag.cli.showing.numbers import number_text

if TYPE_CHECKING:
    from longlag.numerics.fitting import FitReport, LawFit


def show_fit(report: FitReport) -> None:
    """Print fitted laws as plain text, no number of which is ever cut.

    Args:
        report: what a fit returns.
    """
    curve = report.curve
    lags = curve.lags[curve.used]
    origin = "no errors"
    if curve.sequences is not None:
        origin = f"{len(curve.sequences)} sequences, {report.replicates} samples over them"
    elif curve.errors is not None:
        origin = f"given errors, {report.replicates} samples"
    typer.echo(
        f"{lags.size} lags from {number_text(lags[0])} to {number_text(lags[-1])}, ln f by least "
        f"squares; {origin}, {report.level:.0%} intervals"
    )
    beside = {each.law: each for each in report.comparisons}
    for fit in report.fits:
        typer.echo("")
        typer.echo(f"{fit.name}: f(ell) = {fit.law.envelope}")
        for name, estimate in fit.parameters.items():
            left_open = "  (left open by the data)" if name in fit.undetermined else ""
            typer.echo(f"    {name:8} {estimate}{left_open}")
        if fit.window is not None:
            typer.echo(f"    H_N      {fit.window}")
            if fit.window.cost is not None:
                typer.echo(f"    A c^-k   {fit.window.cost}")
        typer.echo(f"    {_quality(fit, report)}")
        if fit.name in beside:
            each = beside[fit.name]
            how = f" ({each.nested})" if each.nested else ""
            typer.echo(
                f"    {each.test}{how} against {each.against}: "
                f"{each.better} is better, p = {each.p_value:.2g}"
            )
    typer.echo("")
    typer.echo(report.verdict())
    typer.echo(f"as a law: longlag law '{report.best.typed()}'")
    for note in report.notes:
        typer.echo(f"note: {note}")


def _quality(fit: LawFit, report: FitReport) -> str:
    unit = "squared errors" if report.curve.errors is not None else "squares of ln f"
    told = [f"held-out lags missed by {number_text(fit.held_out, 3)} {unit}"]
    if fit.goodness is not None:
        told.append(f"goodness of fit p = {fit.goodness:.2g}")
    if fit.unsupported:
        told.append(fit.unsupported)
    return "; ".join(told)


__all__ = ["show_fit"]
