"""``longlag spectrum``: from a distribution of rates or time scales to a law and a window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longlag import __version__
from longlag.cli.reading.exponent import read_exponent
from longlag.cli.reading.expressions import read_settings
from longlag.cli.reading.spectra import read_spectrum
from longlag.cli.showing.numbers import json_text, number_text
from longlag.files import check_figure, write_figure
from longlag.theory.errors import LonglagError
from longlag.theory.typed.parse import parse_number

if TYPE_CHECKING:
    from longlag.numerics.spectra.study import SpectrumStudy


def spectrum(
    text: Annotated[
        str,
        typer.Argument(
            help="A family such as 'Beta(a,b)', or a density in nu or tau such as '2*exp(-2*nu)'."
        ),
    ],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter: name=value.")
    ] = None,
    support: Annotated[
        str | None, typer.Option(help="LOW,HIGH of a typed density; 0,inf without it.")
    ] = None,
    samples: Annotated[str | None, typer.Option(help="N: the number of sequences.")] = None,
    alpha: Annotated[str | None, typer.Option(help="Tail index of the noise, in (1, 2].")] = None,
    estimator: Annotated[str | None, typer.Option(help="Whose exponent: mean, median, …")] = None,
    kappa: Annotated[str | None, typer.Option(help="The exponent itself, above 0.")] = None,
    cost: Annotated[str, typer.Option(help="A: samples needed where f = 1.")] = "1",
    shown_format: Annotated[str, typer.Option("--format", help="text or tex.")] = "text",
    plot: Annotated[Path | None, typer.Option(help="Write a figure: .png, .pdf or .svg.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Derive the envelope, the law and the window that a spectrum of time scales makes."""
    check_figure(plot)
    if shown_format not in ("text", "tex"):
        raise LonglagError(
            f"--format {shown_format}", "it is text or tex", "longlag derive writes documents"
        )
    exponent = None
    if samples is not None:
        exponent = float(read_exponent(alpha, estimator, kappa)[0])
    elif (alpha, estimator, kappa) != (None, None, None):
        raise LonglagError(
            "--alpha, --estimator or --kappa without --samples",
            "they are for a window",
            "give --samples 1e6 too",
        )
    found, numbers = read_spectrum(text, read_settings(set_ or []), support)

    from longlag.numerics.spectra.study import study_spectrum

    study = study_spectrum(
        found,
        numbers,
        samples=None if samples is None else float(parse_number(samples, "--samples")),
        cost=float(parse_number(cost, "--cost")),
        kappa=exponent,
    )
    if plot is not None:
        write_figure(plot, study.plot())
    if as_json:
        typer.echo(json_text({**study.to_dict(), "version": __version__}))
    else:
        typer.echo(study.latex() if shown_format == "tex" else _text(study))
    if plot is not None:
        typer.echo(f"wrote {plot}", err=True)


def _text(study: SpectrumStudy) -> str:
    spectrum = study.spectrum
    low, high = spectrum.support
    variable = spectrum.symbol
    if spectrum.density is None:
        weighed = ", ".join(f"{weight} at {at}" for at, weight in spectrum.atoms.items())
        lines = {"spectrum": f"{spectrum.variable}: {weighed}"}
    else:
        lines = {"density": f"p({variable}) = {spectrum.density}, {low} < {variable} < {high}"}
    if study.parameters:
        lines["parameters"] = ", ".join(f"{k} = {v:g}" for k, v in study.parameters.items())
    lines["law"] = str(study.decay)
    lines["envelope"] = (
        f"f(ell) = {study.envelope}" if study.closed_form else "no closed form: by quadrature"
    )
    if study.asymptote is None:
        lines["asymptote"] = "no power of the lag times a slow factor"
    else:
        held = (
            "beyond every lag looked at"
            if study.asymptote_from is None
            else (f"within 10 % from lag {number_text(study.asymptote_from, 3)} on")
        )
        lines["asymptote"] = f"{study.asymptote}, {held}"
    lines["f"] = ", ".join(
        f"{number_text(value, 6)} at {number_text(lag)}"
        for lag, value in zip(study.lags, study.values, strict=True)
    )
    if study.log_horizon is not None:
        endless = study.log_horizon == float("inf")
        lines["H_N"] = "beyond e^700 steps" if endless else number_text(study.horizon, 8)
        lines["inputs"] = (
            f"N = {number_text(study.samples)}, A = {number_text(study.cost)}, "
            f"kappa = {number_text(study.kappa)}"
        )
    return "\n".join(f"{name:<12}{line}" for name, line in lines.items())
