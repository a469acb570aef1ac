"""``longlag spectrum``: from a distribution of rates or time scales to a law and a window."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longlag import __version__
from longlag.cli.reading.arguments import refuse_typed
from longlag.cli.reading.arrays import is_file, read_numbers
from longlag.cli.reading.completion import names_of
from longlag.cli.reading.exponent import AlphaOption, EstimatorOption, KappaOption, read_exponent
from longlag.cli.reading.expressions import read_settings
from longlag.cli.reading.places import PlotOption
from longlag.cli.reading.spectra import family_named, read_densities, read_spectrum
from longlag.cli.showing.numbers import json_text, number_text
from longlag.cli.showing.progress import progress
from longlag.files import check_figure, write_figure
from longlag.theory.errors import LonglagError
from longlag.theory.spectra import SPECTRA
from longlag.theory.typed.parse import parse_number

if TYPE_CHECKING:
    from longlag.numerics.spectra.fit import SpectrumFit
    from longlag.numerics.spectra.study import SpectrumStudy

EXAMPLES = (
    "longlag spectrum 'Beta(a,b)' --set a=2 --set b=3 --samples 1e6 --kappa 2",
    "longlag spectrum scales.npy --family gamma",
)


def spectrum(
    context: typer.Context,
    text: Annotated[
        str,
        typer.Argument(
            help="A family such as 'Beta(a,b)', a density in nu or tau such as '2*exp(-2*nu)', or "
            "a file (.npy, .txt) with the time scales of a network's neurons.",
            autocompletion=names_of("spectra"),
        ),
    ],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter: name=value.")
    ] = None,
    support: Annotated[
        str | None, typer.Option(help="LOW,HIGH of typed densities; 0,inf without it.")
    ] = None,
    samples: Annotated[str | None, typer.Option(help="N: the number of sequences.")] = None,
    alpha: AlphaOption = None,
    estimator: EstimatorOption = None,
    kappa: KappaOption = None,
    cost: Annotated[str, typer.Option(help="A: samples needed where f = 1.")] = "1",
    rates: Annotated[
        bool, typer.Option("--rates", help="The file has rates, not time scales.")
    ] = False,
    family: Annotated[
        list[str] | None, typer.Option(help="Fit this family to a file; all without it.")
    ] = None,
    density: Annotated[
        list[str] | None,
        typer.Option(help="Fit a density of your own to a file too, such as 'b*exp(-b*nu)'."),
    ] = None,
    replicates: Annotated[int, typer.Option(help="Samples drawn from every fit to a file.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of them.")] = 0,
    shown_format: Annotated[str, typer.Option("--format", help="text or tex.")] = "text",
    plot: PlotOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Derive what a spectrum of time scales makes: envelope, law, window; or fit one to neurons."""
    check_figure(plot)
    if as_json:
        refuse_typed(context, ["shown_format"], "--json prints JSON", "leave one of them out")
    if samples is None:
        refuse_typed(context, ["cost"], "it is for a window", "give --samples 1e6 too")
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
    number = None if samples is None else float(parse_number(samples, "--samples"))
    spent = float(parse_number(cost, "--cost"))
    options = read_settings(set_ or [])
    if is_file(text):
        from longlag.numerics.spectra.fit import fit_spectrum

        if options or (support is not None and not density):
            raise LonglagError(
                "--set or --support with a file", "a fit finds them", "leave them out"
            )
        own = read_densities(density or [], support)
        data = read_numbers(Path(text))
        with progress(len(family or SPECTRA) + len(own)) as advance:
            fit = fit_spectrum(
                data,
                variable="rate" if rates else "time_scale",
                among=None if family is None else [family_named(name) for name in family],
                own=own,
                replicates=replicates,
                seed=seed,
                advance=advance,
            )
        horizon = None
        if number is not None and exponent is not None:
            horizon = fit.horizon(samples=number, kappa=exponent, cost=spent)
        result: SpectrumFit | SpectrumStudy = fit
        shown, fields = _fit_text(fit, horizon), fit.to_dict()
        if horizon is not None:
            fields["horizon"] = horizon if math.isfinite(horizon) else None
    else:
        from longlag.numerics.spectra.study import study_spectrum

        if rates or family or density:
            raise LonglagError(
                "--rates, --family or --density without a file",
                "they are for a fit",
                "leave them out; a density alone is typed in place of the file",
            )
        refuse_typed(context, ["replicates", "seed"], "samples are drawn from a fit to a file")
        found, numbers = read_spectrum(text, options, support)
        study = study_spectrum(found, numbers, samples=number, cost=spent, kappa=exponent)
        result, shown, fields = study, _text(study), study.to_dict()
    if plot is not None:
        write_figure(plot, result.plot())
    if as_json:
        typer.echo(json_text({**fields, "version": __version__}))
    else:
        typer.echo(result.latex() if shown_format == "tex" else shown)
    if plot is not None:
        typer.echo(f"wrote {plot}", err=True)


def _fit_text(fit: SpectrumFit, horizon: float | None) -> str:
    scales = 1 / fit.rates
    lines = [
        f"{fit.rates.size} neurons, time scales {number_text(scales.min(), 4)} to "
        f"{number_text(scales.max(), 4)}; {fit.replicates} refitted samples of each fit, "
        f"seed {fit.seed}",
        f"{'family':<24}{'held out':>10}{'dAIC':>10}{'distance':>10}{'p':>7}  parameters, 95 %",
    ]
    least = min((each.aic for each in fit.fits), default=0.0)
    for each in fit.fits:
        numbers = ", ".join(
            f"{name} = {number_text(value, 4)} ± {number_text(each.standard_errors[name], 2)} "
            f"[{', '.join(number_text(end, 3) for end in each.intervals[name])}]"
            for name, value in each.parameters.items()
        )
        mark = "  rejected" if each.rejected else ""
        lines.append(
            f"{each.family:<24}{each.held_out:>10.4f}{each.aic - least:>10.1f}"
            f"{each.distance:>10.3f}{each.p_value:>7.3f}  {numbers}{mark}"
        )
    lines += [f"{name:<24}no likelihood: {why}" for name, why in fit.excluded.items()]
    left = [each.family for each in fit.fits if not each.rejected]
    lines.append(
        f"not rejected: {', '.join(left)}"
        if left
        else "every family is rejected: use the neurons themselves, or a density of your own"
    )
    if horizon is not None:
        lines.append(f"H_N of the neurons themselves: {number_text(horizon, 6)}")
    return "\n".join(lines)


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
