"""A measured transport as a table, with what qualifies its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from longlag.cli.showing.numbers import number_text

if TYPE_CHECKING:
    from longlag.numerics.measurement import TransportReport


def show_transport(report: TransportReport, lags: list[int] | None) -> None:
    """Print a report as plain text, no number of which is ever cut.

    Args:
        report: what was measured.
        lags: those shown; powers of two by default.
    """
    from longlag.numerics.measurement.report import powers_of_two

    provenance = report.provenance
    typer.echo(provenance.describe())
    typer.echo("mean over neurons, anchors and sequences of |diagonal of the transport|")
    alone = provenance.route == "diagonal"
    exact = report.matrices is not None
    columns = _exact_columns(report) if exact else _columns(report)
    if alone and not exact:
        # Without matrices too: both orders are the product itself.
        kept = {name: column for name, column in columns.items() if name != "zeroth"}
        columns = {"exact" if name == "1st order" else name: c for name, c in kept.items()}
    columns = _with_intervals(report, columns)
    typer.echo("".join(f"{column:>10}" for column in ("lag", *columns)))
    for lag in lags or powers_of_two(len(report.lags)):
        cells = (f"{lag}", *(column[lag - 1] for column in columns.values()))
        typer.echo("".join(f"{cell:>10}" for cell in cells))
    if report.intervals is not None:
        found = report.intervals
        drawn = "" if found.seed is None else f", seed {found.seed}"
        typer.echo(
            f"+-: half of a {found.level:.0%} interval of the column before "
            f"({found.estimator}{drawn})"
        )
    if alone:
        typer.echo("no recurrent part: the diagonal is the product, first order is exact")
    for level in (0.1, 0.5) if exact and not alone else ():
        where = report.breakdown(level)
        told = f"from lag {where}" if where else f"at no lag up to {len(report.lags)}"
        typer.echo(f"first order is wrong by more than {level:.0%} {told}")
    scales = report.spectrum()
    if scales["100%"] == 0:
        typer.echo("no local path: a neuron reaches itself through recurrent weights only")
    else:
        typer.echo(
            f"time scales of the local path: median {number_text(scales['50%'], 4)}, "
            f"slowest {number_text(scales['100%'], 4)} steps"
        )
    if report.angles is not None:
        ordered = report.angles.sort().values.tolist()
        low, middle, high = ordered[0], ordered[len(ordered) // 2], ordered[-1]
        typer.echo(
            f"states that turn together, by {number_text(low, 4)} to {number_text(high, 4)} "
            f"radians a step, median {number_text(middle, 4)}: modulus is the norm of their block"
        )
    versions = provenance.versions
    origin = f"longlag {versions['longlag']}, torch {versions['torch']}, {provenance.seconds:.1f} s"
    if exact and not alone:
        origin = f"wrong: entry by entry, at {provenance.error_pairs} anchors at most; {origin}"
    typer.echo(origin)


def _with_intervals(report: TransportReport, columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return columns with the half widths of intervals behind the best reading, the first one."""
    if report.intervals is None:
        return columns
    size = report.provenance.size
    half = [value / size for value in report.intervals.half[report.readings[-1]].tolist()]
    told = ["unknown" if value != value else number_text(value, 2) for value in half]
    (name, first), *others = columns.items()
    return {name: first, "+-": told, **dict(others)}


def _columns(report: TransportReport) -> dict[str, list[str]]:
    """Return means over neurons at every lag."""
    names = {"modulus": "modulus", "exact": "exact", "first_order": "1st order", "zeroth": "zeroth"}
    return {
        names[reading]: [number_text(value, 3) for value in report.neuron_mean(reading).tolist()]
        for reading in reversed(report.readings)
    }


def _exact_columns(report: TransportReport) -> dict[str, list[str]]:
    """Return these with what whole matrices tell besides."""
    columns = _columns(report)
    size = report.provenance.size**0.5
    norms = [number_text(value / size, 3) for value in report.frobenius.tolist()]
    if report.provenance.route == "diagonal":
        # The expansions are the product, and nothing is wrong with them.
        told = {name: columns[name] for name in columns if name in ("modulus", "exact")}
        return {**told, "‖M‖/√H": norms}
    for name, errors in (
        ("1st wrong", report.errors.first_order),
        ("0th wrong", report.errors.zeroth),
    ):
        columns[name] = [f"{e:.1%}" if e < 10 else f"{number_text(e, 2)}x" for e in errors.tolist()]
    bound = [number_text(value, 2) for value in report.remainder_bound.tolist()]
    return {**columns, "‖M‖/√H": norms, "bound": bound}


__all__ = ["show_transport"]
