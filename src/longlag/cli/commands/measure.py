"""``longlag measure``: the transport of a trained network, exact beside its expansions."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from sympy import Rational

from longlag.cli.reading.arguments import refuse_typed
from longlag.cli.reading.exponent import AlphaOption, EstimatorOption, KappaOption, read_exponent
from longlag.cli.reading.networks import (
    as_input,
    as_stream,
    find_module,
    read_values,
    refuse_nonlinearity,
)
from longlag.cli.reading.places import PlotOption
from longlag.cli.showing.fits import show_fit
from longlag.cli.showing.numbers import number_text
from longlag.cli.showing.progress import shares, show_cost
from longlag.cli.showing.splits import show_splits
from longlag.cli.showing.status import INTERRUPTED
from longlag.cli.showing.transport import show_transport
from longlag.files import check_figure, write_figure
from longlag.theory.errors import LonglagError
from longlag.theory.linear.recall import recall_ceiling
from longlag.theory.typed.parse import parse_number

if TYPE_CHECKING:
    from longlag.numerics.fitting import FitReport
    from longlag.numerics.measurement import TransportReport


#: The share of variance that counts as recalled, beside a window.
_HALF = Rational(1, 2)
#: GiB, more than any machine has.
_MOST_MEMORY = 2**20

EXAMPLES = (
    "longlag measure gru.pt --input series.npy --max-lag 32",
    "longlag measure gru.pt --input series.npy --max-lag 32 --seconds 10 --plot transport.png",
    "longlag measure gru.pt --input series.npy --max-lag 32 --fit --samples 1e4 --kappa 2",
)


def measure(
    context: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="MODULE.pt|FILE.py:OBJECT",
            help="Weights saved as a state_dict (.pt, .safetensors), or in a file a module, a "
            "Network or what train(…) returns.",
        ),
    ],
    max_lag: Annotated[int, typer.Option("--max-lag", help="The longest lag.")],
    input_file: Annotated[
        Path | None, typer.Option("--input", help="The input, .npy: (T,), (T, D) or (T, N, D).")
    ] = None,
    batch_first: Annotated[
        bool, typer.Option("--batch-first", help="The input is (N, T, D).")
    ] = False,
    name: Annotated[
        str | None,
        typer.Option(
            "--module", help="The recurrent module inside a larger one, such as encoder.rnn."
        ),
    ] = None,
    nonlinearity: Annotated[str, typer.Option(help="Of an RNN in a file: tanh or relu.")] = "tanh",
    layer: Annotated[int, typer.Option(help="The layer of a stack.")] = 0,
    reverse: Annotated[
        bool, typer.Option("--reverse", help="The backward direction of a bidirectional module.")
    ] = False,
    block: Annotated[
        str | None,
        typer.Option(
            help="Old and new state, in quotes: 'c->h'; the default carries its own value over"
            " time."
        ),
    ] = None,
    burn_in: Annotated[int, typer.Option("--burn-in", help="Steps left out at the start.")] = 0,
    first_order: Annotated[
        bool,
        typer.Option("--first-order", help="Leave out exact products, which cost the most by far."),
    ] = False,
    split: Annotated[
        str | None,
        typer.Option(
            help="leak, gate or both: what first order leaves out in a split of the Jacobian, "
            "as a table of its own."
        ),
    ] = None,
    lags: Annotated[
        str | None, typer.Option(help="Lags shown, such as 1,8,32; powers of two by default.")
    ] = None,
    samples: Annotated[
        str | None,
        typer.Option(
            help="N: print the learnability windows of the envelopes; needs --alpha or --kappa."
        ),
    ] = None,
    alpha: AlphaOption = None,
    estimator: EstimatorOption = None,
    kappa: KappaOption = None,
    cost: Annotated[
        str | None,
        typer.Option(help="A: samples needed where f = 1. [default: 1, which is not measured]"),
    ] = None,
    fit: Annotated[
        bool,
        typer.Option(
            "--fit", help="Fit every decay law to the best envelope, with --samples its window."
        ),
    ] = False,
    seconds: Annotated[
        float | None,
        typer.Option(
            help="Draw anchors and sequences at random until so much time is used; along a "
            "stream, end there. Means carry intervals."
        ),
    ] = None,
    precision: Annotated[
        float | None,
        typer.Option(help="The same until half of every interval is below so much of its mean."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of what --seconds or --precision draws. [default: 0]")
    ] = None,
    stream: Annotated[
        bool,
        typer.Option(
            "--stream",
            help="Read the input some steps at a time: memory depends on the longest lag alone, "
            "and Ctrl-C prints what is known.",
        ),
    ] = False,
    memory: Annotated[
        float | None, typer.Option(help="GiB that may be used; what is free by default.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Threads that share the work; one for each core by default.")
    ] = None,
    plot: PlotOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Measure how much of a gradient crosses every lag: exact, zeroth and first order."""
    chosen = _read_lags(lags, max_lag)
    question = _read_question(samples, alpha, estimator, kappa, cost)
    if memory is not None and not 0 < memory <= _MOST_MEMORY:
        raise LonglagError(
            f"--memory {number_text(memory)}",
            f"it is in GiB, more than 0 and at most {_MOST_MEMORY}",
            "give such a number, or leave it out for what is free",
        )
    if split is not None and (question is not None or plot is not None or first_order or fit):
        raise LonglagError(
            f"--split {split}",
            "it compares expansions, and prints no window, no figure and nothing else",
            "leave out --samples, --plot, --fit and --first-order",
        )
    budget: dict[str, Any] = {"seconds": seconds, "precision": precision}
    drawn = not stream and (seconds is not None or precision is not None)
    _check_budget(drawn, seed, split=split, stream=stream, reverse=reverse)
    check_figure(plot)
    values = None if input_file is None else read_values(input_file, mapped=stream)
    module = find_module(target, name, nonlinearity)
    _refuse_unheeded(context, module, input_file)

    from longlag.numerics.measurement import measure_stream, measure_transport
    from longlag.numerics.networks.network import Network
    from longlag.numerics.threads import use_threads
    from longlag.numerics.training import TrainedNetwork

    if threads is not None:
        use_threads(threads)
    given: Any = None
    if not isinstance(module, Network):
        if values is None:
            raise LonglagError(
                "no input", "a module is measured along an input", "give --input FILE.npy"
            )
        given = as_stream(values, batch_first) if stream else as_input(values, module, batch_first)
        if isinstance(module, TrainedNetwork) and not stream:
            module, given = module.network(given), None
    elif values is not None:
        raise LonglagError(
            f"--input {str(input_file)!r}", "a Network holds its own drives", "leave --input out"
        )
    place: dict[str, Any] = {
        "max_lag": max_lag,
        "layer": layer,
        "block": block,
        "burn_in": burn_in,
        "memory_limit": None if memory is None else math.ceil(memory * 2**30),
    }
    if split is not None:
        show_splits(module, given, split, chosen, {**place, "reverse": reverse}, as_json=as_json)
        return
    with shares(
        lambda share: "products over all lags" if share < 0.9 else "bounds and rates"
    ) as show:
        options: dict[str, Any] = {"exact": not first_order, "progress": show, **place, **budget}
        if stream:
            report = measure_stream(module, given, begun=show_cost, **options)
        else:
            options |= {"reverse": reverse, "seed": seed or 0, "begun": show_cost}
            report = measure_transport(module, given, per_anchor=fit and not drawn, **options)
    if plot is not None:
        write_figure(plot, report.plot())
    windows = {} if question is None else _windows(report, question)
    fitted = _fitted(report, question) if fit else None
    if as_json:
        found = report.to_dict(chosen)
        if question is not None:
            found["window"] = {**asdict(question), **windows}
        if fitted is not None:
            found["fit"] = fitted.to_dict()
        typer.echo(json.dumps(found, indent=2))
    else:
        show_transport(report, chosen)
        if question is not None:
            _print_windows(question, windows, report.provenance.size)
        if fitted is not None:
            typer.echo("")
            show_fit(fitted)
    if plot is not None:
        typer.echo(f"wrote {plot}", err=True)
    if report.provenance.coverage.endswith("interrupted"):
        raise typer.Exit(INTERRUPTED)


def _refuse_unheeded(context: typer.Context, module: Any, input_file: Path | None) -> None:
    """Refuse options of files that a module is not read from."""
    refuse_nonlinearity(context, module)
    if input_file is None:
        refuse_typed(context, ["batch_first"], "a Network holds its own drives, time first")


def _check_budget(
    drawn: bool, seed: int | None, *, split: str | None, stream: bool, reverse: bool
) -> None:
    """Refuse options that would not be heeded."""
    if seed is not None and not drawn:
        raise LonglagError(
            f"--seed {seed}",
            "blocks are drawn within --seconds or --precision, and a stream is taken in order",
            "leave it out",
        )
    if split is not None and (drawn or stream):
        raise LonglagError(
            f"--split {split}",
            "it compares expansions at some anchors of a whole run",
            "leave out --seconds, --precision and --stream",
        )
    if stream and reverse:
        raise LonglagError(
            "--reverse beside --stream",
            "what runs backwards begins at the end of the stream",
            "leave one of them out",
        )


@dataclass(frozen=True)
class Question:
    """How many samples there are, and how estimates concentrate."""

    samples: float
    cost: float
    kappa: float
    kappa_from: str


def _read_question(
    samples: str | None,
    alpha: str | None,
    estimator: str | None,
    kappa: str | None,
    cost: str | None,
) -> Question | None:
    if samples is None:
        typed = {"--alpha": alpha, "--estimator": estimator, "--kappa": kappa, "--cost": cost}
        alone = [f"{name} {value}" for name, value in typed.items() if value is not None]
        if alone:
            raise LonglagError(
                ", ".join(alone),
                "without a number of samples there is no window",
                "give --samples too, or leave it out",
            )
        return None
    exponent, origin = read_exponent(alpha, estimator, kappa)
    number = parse_number(samples, "--samples")
    price = parse_number("1" if cost is None else cost, "--cost")
    return Question(float(number), float(price), float(exponent), origin)


def _windows(report: TransportReport, question: Question) -> dict[str, dict[str, Any]]:
    return {
        reading: asdict(
            report.window(
                samples=question.samples, cost=question.cost, kappa=question.kappa, reading=reading
            )
        )
        for reading in reversed(report.readings)
    }


def _fitted(report: TransportReport, question: Question | None) -> FitReport:
    from longlag.numerics.fitting import Question as OfFit

    if question is None:
        return report.fit()
    asked = OfFit(samples=question.samples, kappa=question.kappa, cost=question.cost)
    return report.fit(question=asked)


def _print_windows(question: Question, windows: dict[str, dict[str, Any]], neurons: int) -> None:
    typer.echo(
        f"window at N = {number_text(question.samples)}, A = {number_text(question.cost)}, "
        f"kappa = {number_text(question.kappa)} "
        f"({question.kappa_from}), f the mean over neurons"
    )
    for reading, window in windows.items():
        last, failure = window["last"], window["first_failure"]
        if failure is None:
            told = "every measured lag; the window may be longer"
        elif last is None:
            told = "no lag"
        else:
            gap = f", with a gap at {number_text(failure)}" if failure < last else ""
            told = f"lag {number_text(last)}{gap}"
        typer.echo(f"  {reading.replace('_', ' '):12} {told}")
    ceiling = number_text(float(recall_ceiling(neurons, _HALF)))
    typer.echo(
        f"  {'ceiling':12} lag {ceiling}: {neurons} linear units recall no lag beyond it of white "
        "input with R^2 >= 1/2"
    )


def _read_lags(text: str | None, max_lag: int) -> list[int] | None:
    if text is None:
        return None
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError:
        found = []
    if not found or not all(1 <= lag <= max_lag for lag in found):
        raise LonglagError(
            f"--lags {text!r}", f"it lists lags from 1 to {max_lag}", "write, for instance, 1,8,32"
        )
    return sorted(set(found))
