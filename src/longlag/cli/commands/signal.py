"""``longlag signal``: the gradient by lag as signal and noise, and the sequences it takes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from longlag.cli.reading.arguments import refuse_typed
from longlag.cli.reading.networks import find_module, refuse_nonlinearity
from longlag.cli.reading.places import PlotOption
from longlag.cli.reading.sequences import Given, draw_task, read_sequences
from longlag.cli.showing.numbers import number_text
from longlag.files import check_figure, write_figure
from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    from torch import Tensor

    from longlag.numerics.networks.binding import Bound
    from longlag.numerics.signal import Estimate, SignalReport
    from longlag.numerics.training import TrainedNetwork

EXAMPLES = ("longlag signal gru.pt --data sequences.npz --lags 2,4,8",)


def signal(
    context: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="MODULE.pt|FILE.py:OBJECT",
            help="Weights saved as a state_dict (.pt, .safetensors), or a module or what train(…) "
            "returns in a file.",
        ),
    ],
    task: Annotated[str | None, typer.Option("--task", help="Draw sequences of a task.")] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="A field of the task: --set steps=192.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Arrays inputs (T, N, D), targets (T, N, O) in a .npz file."),
    ] = None,
    batch_first: Annotated[
        bool, typer.Option("--batch-first", help="The arrays of --data are (N, T, …).")
    ] = False,
    lags: Annotated[
        str | None, typer.Option(help="Lags told apart, such as 8,16,32; those of the task.")
    ] = None,
    sequences: Annotated[int, typer.Option(help="How many are drawn of a task.")] = 512,
    name: Annotated[
        str | None, typer.Option("--module", help="The recurrent module inside a larger one.")
    ] = None,
    readout: Annotated[
        str | None,
        typer.Option(help="The linear map after it, inside the larger one; a drawn one if not."),
    ] = None,
    nonlinearity: Annotated[str, typer.Option(help="Of an RNN in a file: tanh or relu.")] = "tanh",
    alpha: Annotated[
        float | None,
        typer.Option(help="Tail index of the noise, in (1, 2]; fitted from 512 sequences on."),
    ] = None,
    false_alarm: Annotated[float, typer.Option("--false-alarm", help="Error level.")] = 0.1,
    miss: Annotated[float, typer.Option(help="Error level.")] = 0.1,
    level: Annotated[float, typer.Option(help="Confidence level of the intervals.")] = 0.95,
    groups: Annotated[int, typer.Option(help="Groups of sequences that are resampled.")] = 32,
    replicates: Annotated[int, typer.Option(help="Resamples.")] = 400,
    seed: Annotated[int, typer.Option(help="Of sequences, readout and resamples.")] = 0,
    plot: PlotOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Measure the gradient by lag: its signal, its noise, and how many sequences it takes."""
    if (task is None) == (data is None):
        raise LonglagError(
            "--task beside --data" if task else "no sequences",
            "a gradient is that of sequences from one place",
            "give --task NAME or --data FILE.npz",
        )
    if data is not None and (changes or lags is None):
        raise LonglagError(
            f"--data {str(data)!r}" + (" beside --set" if changes else " without --lags"),
            "a file is no task: it has no fields, and says not what lags are in it",
            "give --lags and leave --set out",
        )
    check_figure(plot)
    if task is not None:
        refuse_typed(context, ["batch_first"], "a task draws its own arrays")
        given = draw_task(task, changes or [], sequences, seed)
    else:
        assert data is not None
        refuse_typed(context, ["sequences"], "a file holds its sequences")
        given = read_sequences(data, batch_first=batch_first)
    chosen = _lags(lags, given)
    found = find_module(target, name, nonlinearity)

    refuse_nonlinearity(context, found)

    from longlag.numerics.training import TrainedNetwork

    network: TrainedNetwork | Bound
    burn_in, loss = 0, None
    if isinstance(found, TrainedNetwork):
        network, drawn = _trained(found, given, readout), False
        burn_in = 0 if given.task is None else given.task.burn_in
    else:
        head = None if readout is None else find_module(target, readout, nonlinearity)
        network, drawn = _bound(found), head is None
        loss = _loss(network, head, given, seed)

    from longlag.numerics.signal import measure_signal
    from longlag.numerics.tasks.multi_lag import MultiLag

    known = given.task if isinstance(given.task, MultiLag) else None
    report = measure_signal(
        network,
        given.inputs,
        given.targets,
        chosen,
        loss=loss,
        burn_in=burn_in,
        without=None if known is None else lambda x, y, lag: y - known.part(x, lag),
        groups=groups,
        alpha=alpha,
        false_alarm=false_alarm,
        miss=miss,
        level=level,
        replicates=replicates,
        seed=seed,
    )
    if plot is not None:
        write_figure(plot, report.plot())
    if as_json:
        typer.echo(json.dumps(report.to_dict(), indent=2))
    else:
        _print(report, drawn=drawn)
    if plot is not None:
        typer.echo(f"wrote {plot}", err=True)


def _lags(text: str | None, given: Given) -> list[int]:
    if text is None:
        assert given.task is not None
        return list(given.task.lags)
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise LonglagError(
            f"--lags {text!r}", "it lists lags", "write, for instance, 8,16,32"
        ) from None


def _trained(found: TrainedNetwork, given: Given, readout: str | None) -> TrainedNetwork:
    """A trained network in float64, if it fits the sequences."""
    if readout is not None:
        raise LonglagError(
            f"--readout {readout!r}", "a trained network has its own readout", "leave it out"
        )
    outputs = len(found.readout_bias)
    if given.targets.shape[-1] != outputs:
        raise LonglagError(
            f"targets of {given.targets.shape[-1]} numbers",
            f"this network was trained to predict {outputs}",
            "give sequences of the task that it was trained on",
        )
    return found.double()


def _bound(module: Any) -> Bound:
    """Bind the top of a stack, in float64; the file's own module stays as it is."""
    from copy import deepcopy
    from dataclasses import replace

    from torch import nn

    from longlag.numerics.networks.binding import AdaptedModule, BoundModule, bind

    if isinstance(module, AdaptedModule):
        return replace(module, module=deepcopy(module.module).double())
    if isinstance(module, BoundModule):
        module = module.module
    if not isinstance(module, nn.Module) or getattr(module, "bidirectional", False):
        raise LonglagError(
            f"a {type(module).__name__}" + " of both directions" * isinstance(module, nn.Module),
            "a gradient by lag runs back through a torch module, or what train(…) returns",
            "give one that runs forward in time, with its weights",
        )
    return bind(deepcopy(module).double(), getattr(module, "num_layers", 1) - 1)


def _loss(bound: Bound, head: Any, given: Given, seed: int) -> Callable[[Tensor, Tensor], Tensor]:
    """The mean square error of a linear readout."""
    import torch
    from torch import nn
    from torch.nn.functional import linear, mse_loss

    from longlag.numerics.tasks import stream

    size, outputs = _size(bound, given), given.targets.shape[-1]
    burn_in = 0 if given.task is None else given.task.burn_in
    if head is None:
        shape = (outputs, size)
        drawn = torch.randn(shape, generator=stream(seed, "readout"), dtype=torch.float64)
        weight, bias = drawn / math.sqrt(size), torch.zeros(outputs, dtype=torch.float64)
    elif isinstance(head, nn.Linear) and tuple(head.weight.shape) == (outputs, size):
        weight = head.weight.detach().double()
        bias = torch.zeros_like(weight[:, 0]) if head.bias is None else head.bias.detach().double()
    else:
        raise LonglagError(
            f"--readout of type {type(head).__name__}",
            f"it maps {size} neurons to {outputs} targets, linearly",
            f"name an nn.Linear({size}, {outputs}), or leave it out for a drawn one",
        )

    def loss(states: Tensor, targets: Tensor) -> Tensor:
        return mse_loss(linear(states, weight, bias)[burn_in:], targets[burn_in:])

    return loss


def _size(bound: Bound, given: Given) -> int:
    """The number of neurons."""
    # One step of one sequence is laid out alike whatever comes first.
    return bound.network(given.inputs[:1, :1]).size


def _print(report: SignalReport, *, drawn: bool) -> None:
    """Print the report as plain text."""
    from longlag.numerics.signal import Estimate

    about = report.provenance
    typer.echo(
        f"cell {about['cell']}, {about['steps']} steps, {about['sequences']} sequences, "
        f"{'a drawn' if drawn else 'the given'} readout; intervals {about['level']:.0%}"
    )
    typer.echo("half of the sequences choose directions, along which the others are measured")
    titles = ("lag", "s", "interval", "null up to", "deflated", "sigma", "alpha",
              "kappa measured", "N, offset known", "N, deflated", "")  # fmt: skip
    table = [titles]
    for row in report.lags:
        own, inside = row.own, row.deflated
        scaling = own.noise.scaling
        table.append(
            (
                f"{row.lag}",
                number_text(own.signal.value, 3),
                f"{number_text(own.signal.low, 3)} to {number_text(own.signal.high, 3)}",
                number_text(row.null.high, 3),
                number_text(inside.signal.value, 3),
                number_text(own.noise.scale, 3),
                _number(own.noise.alpha),
                "" if scaling is None else _range(Estimate(scaling.kappa, *scaling.interval)),
                _range(own.required),
                _range(inside.required),
                "" if row.resolved else "may be 0",
            )
        )
    widths = [max(len(line[column]) for line in table) for column in range(len(titles))]
    for line in table:
        cells = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())
    condition = report.condition
    typer.echo(
        "condition number of the mean directions: "
        + (number_text(condition, 3) if math.isfinite(condition) else "infinite within the noise")
    )
    false = [row.lag for row in report.lags if row.null_resolved]
    typer.echo(
        "shuffled targets: nothing found"
        if not false
        else f"shuffled targets: found at {false}, so that more sequences are needed"
    )


def _range(estimate: Estimate) -> str:
    low, value, high = (_number(x) for x in (estimate.low, estimate.value, estimate.high))
    return f"{value} ({low} to {high})"


def _number(value: float) -> str:
    return "none" if math.isnan(value) else number_text(value, 3)
