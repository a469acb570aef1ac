"""``longlag measure``: the transport of a trained network, exact beside its expansions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from longlag.cli.console import check_place, progress, write_figure
from longlag.cli.objects import load_object, names_a_file
from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    from torch import Tensor

    from longlag.numerics.measurement import TransportReport

_PARTS = 100


def measure(
    target: Annotated[str, typer.Argument(
        metavar="MODULE.pt|FILE.py:OBJECT",
        help="Weights saved as a state_dict (.pt, .safetensors), or a module or Network in a file.",
    )],
    max_lag: Annotated[int, typer.Option("--max-lag", help="The longest lag.")],
    input_file: Annotated[Path | None, typer.Option(
        "--input", help="The input, .npy: (T,), (T, D) or (T, N, D)."
    )] = None,
    batch_first: Annotated[bool, typer.Option(
        "--batch-first", help="The input is (N, T, D)."
    )] = False,
    name: Annotated[str | None, typer.Option(
        "--module", help="The recurrent module inside a larger one, such as encoder.rnn."
    )] = None,
    nonlinearity: Annotated[str, typer.Option(help="Of an RNN in a file: tanh or relu.")] = "tanh",
    layer: Annotated[int, typer.Option(help="The layer of a stack.")] = 0,
    reverse: Annotated[bool, typer.Option(
        "--reverse", help="The backward direction of a bidirectional module."
    )] = False,
    block: Annotated[str | None, typer.Option(
        help="Old and new state, such as c->h; the default carries its own value over time."
    )] = None,
    burn_in: Annotated[int, typer.Option("--burn-in", help="Steps left out at the start.")] = 0,
    lags: Annotated[str | None, typer.Option(
        help="Lags shown, such as 1,8,32; powers of two by default."
    )] = None,
    memory: Annotated[float | None, typer.Option(
        help="GiB that may be used; what is free by default."
    )] = None,
    plot: Annotated[Path | None, typer.Option(help="Write a figure: .png, .pdf or .svg.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:  # fmt: skip
    """Measure how much of a gradient crosses every lag: exact, zeroth and first order."""
    chosen = _read_lags(lags, max_lag)
    if plot is not None and plot.suffix not in (".png", ".pdf", ".svg"):
        raise LonglagError(
            f"plot {str(plot)!r}", "a figure is .png, .pdf or .svg", "name such a file"
        )
    if memory is not None and not memory > 0:
        raise LonglagError(f"--memory {memory:g}", "it is a number of GiB", "give more than 0")
    if plot is not None:
        check_place(plot)

    from longlag.numerics.measurement import measure_transport
    from longlag.numerics.sampling import Network

    module = _find_module(target, name, nonlinearity)
    given = None
    if not isinstance(module, Network):
        given = _read_input(input_file, module, batch_first)
    elif input_file is not None:
        raise LonglagError(
            f"--input {str(input_file)!r}", "a Network holds its own drives", "leave --input out"
        )
    with progress(_PARTS) as advance:
        done = 0

        def show(share: float) -> None:
            nonlocal done
            while done < int(share * _PARTS):
                done += 1
                advance("products over all lags" if share < 0.9 else "bounds and rates")

        report = measure_transport(
            module, given, max_lag=max_lag, layer=layer, reverse=reverse, block=block,
            burn_in=burn_in, progress=show,
            memory_limit=None if memory is None else int(memory * 2**30),
        )  # fmt: skip
    if plot is not None:
        from longlag.derivations.transport_figures import transport_figure

        write_figure(plot, transport_figure(report))
    if as_json:
        typer.echo(json.dumps(report.to_dict(chosen), indent=2))
    else:
        _print(report, chosen)
    if plot is not None:
        typer.echo(f"wrote {plot}", err=True)


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


def _find_module(target: str, name: str | None, nonlinearity: str) -> Any:
    """Return the module or Network that is named, weights from a file as plain tensors."""
    from torch import nn

    from longlag.numerics.weights import load_module

    if not names_a_file(target):
        path = Path(target)
        if not path.is_file():
            problem = "it is a folder" if path.is_dir() else "there is no such file"
            raise LonglagError(
                f"file {target!r}", problem, "name a file of weights, or FILE.py:OBJECT"
            )
        return load_module(path, name, nonlinearity=nonlinearity)
    found = load_object(target)
    if name is not None and isinstance(found, nn.Module):
        try:
            found = found.get_submodule(name)
        except AttributeError:
            inside = [key for key, part in found.named_modules() if isinstance(part, nn.RNNBase)]
            raise LonglagError(
                f"module {name!r}", f"{target} has no such part",
                f"choose from {', '.join(inside)}" if inside else "it has no recurrent part at all",
            ) from None  # fmt: skip
    return found.eval() if isinstance(found, nn.Module) else found


def _read_input(file: Path | None, module: Any, batch_first: bool) -> Tensor:
    """Read the input as the module takes it, in its dtype and layout."""
    import numpy as np
    import torch

    from longlag.numerics.binding import BoundModule

    if file is None:
        raise LonglagError(
            "no input", "a module is measured along an input", "give --input FILE.npy"
        )
    try:
        values = np.load(file, allow_pickle=False)
    except OSError as error:
        raise LonglagError(
            f"input {str(file)!r}", f"it cannot be read ({error.strerror})", "check its path"
        ) from None
    except (ValueError, EOFError):
        values = None
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiub":
        raise LonglagError(
            f"input {str(file)!r}", "it is no array of plain numbers", "save it with numpy.save"
        )
    if values.ndim == 1:
        values = values[:, None]
    if not np.isfinite(values).all():
        raise LonglagError(
            f"input {str(file)!r}", "it holds NaN or infinite values", "clean it first"
        )
    inner = module.module if isinstance(module, BoundModule) else module
    like = next(iter(inner.parameters()), torch.zeros(()))
    x = torch.from_numpy(np.ascontiguousarray(values)).to(like)
    stored_first = bool(getattr(inner, "batch_first", False))
    return x.transpose(0, 1) if x.ndim == 3 and batch_first != stored_first else x


def _print(report: TransportReport, lags: list[int] | None) -> None:
    from rich.console import Console
    from rich.table import Table

    from longlag.numerics.measurement.report import powers_of_two

    console = Console(highlight=False)
    console.print(report.provenance.describe())
    table = Table(
        title="mean over neurons, anchors and sequences of |diagonal of the transport|", box=None
    )
    for column in ("lag", "exact", "first order", "zeroth", "error 1st", "error 0th",
                   "‖M‖_F/√H", "bound"):  # fmt: skip
        table.add_column(column, justify="right")
    for lag in lags or powers_of_two(len(report.lags)):
        place = lag - 1
        means = [report.neuron_mean(r)[place] for r in ("exact", "first_order", "zeroth")]
        errors = [report.errors.first_order[place], report.errors.zeroth[place]]
        table.add_row(
            str(lag), *(f"{float(value):.4g}" for value in means),
            *(f"{float(value):.1%}" if value < 10 else f"{float(value):.2g}×" for value in errors),
            f"{float(report.frobenius[place]) / report.provenance.size**0.5:.4g}",
            f"{float(report.remainder_bound[place]):.3g}",
        )  # fmt: skip
    console.print(table)
    longest = len(report.lags)
    for level in (0.1, 0.5):
        where = report.breakdown(level)
        told = f"from lag {where}" if where else f"at no lag up to {longest}"
        console.print(f"first order is wrong by more than {level:.0%} {told}")
    scales = report.time_scales.sort().values
    middle = scales[len(scales) // 2]
    console.print(
        f"time scales of the local path: median {float(middle):.4g}, "
        f"slowest {float(scales[-1]):.4g} steps"
    )
    provenance = report.provenance
    console.print(
        f"errors entry by entry at {provenance.error_pairs} anchors; "
        f"longlag {provenance.versions['longlag']}, torch {provenance.versions['torch']}, "
        f"{provenance.seconds:.1f} s"
    )
