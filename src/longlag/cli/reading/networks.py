"""Networks and inputs on the command line: files of weights, FILE.py:OBJECT, arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from longlag.cli.reading.arguments import refuse_typed
from longlag.cli.reading.arrays import map_array, read_array
from longlag.cli.reading.objects import errors_told, load_object, names_a_file
from longlag.files import require_file
from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


def find_module(target: str, name: str | None, nonlinearity: str) -> Any:
    """Return the module or network that is named, weights from a file as plain tensors.

    Args:
        target: a file of weights, or FILE.py:OBJECT.
        name: of the recurrent module inside a larger one.
        nonlinearity: of an ``nn.RNN`` whose weights are in a file.

    Raises:
        LonglagError: no such file, object or part, or a file of something else.
    """
    if nonlinearity not in ("tanh", "relu"):
        raise LonglagError(
            f"--nonlinearity {nonlinearity!r}", "an RNN has tanh or relu", "choose one of them"
        )
    if not names_a_file(target):
        # Before PyTorch is imported, which takes a second.
        require_file(Path(target))
        from longlag.numerics.networks.weights import load_module

        return load_module(Path(target), name, nonlinearity=nonlinearity)
    found = load_object(target)

    from torch import nn

    from longlag.numerics.networks.binding import Bound
    from longlag.numerics.networks.network import Network
    from longlag.numerics.training import TrainedNetwork

    if isinstance(found, (Bound, Network, TrainedNetwork)):
        if name is not None:
            raise LonglagError(
                f"--module {name!r}",
                f"{target} is a {type(found).__name__}, which has no parts",
                "leave it out",
            )
        return found
    if not isinstance(found, nn.Module):
        raise LonglagError(
            f"{target} of type {type(found).__name__}",
            "what is measured is a torch module, its bind(…), a Network or what train(…) returns",
            "name one in the file",
        )
    with errors_told(Path(target.rpartition(":")[0])):
        return _part(found, target, name).eval()


def refuse_nonlinearity(context: typer.Context, module: Any) -> None:
    """Refuse ``--nonlinearity`` where it was typed for what is no RNN.

    Args:
        context: of the command.
        module: what ``find_module`` returned.
    """
    from torch import nn

    if type(module) is not nn.RNN:
        refuse_typed(context, ["nonlinearity"], "only an RNN whose weights are in a file asks")


def _part(module: Any, target: str, name: str | None) -> Any:
    """Return the recurrent part of a module: itself, or the one that is named."""
    from torch import nn

    from longlag.numerics.networks.binding import unwrapped
    from longlag.numerics.networks.weights import ending_with

    module = unwrapped(module)
    inside = [key for key, part in module.named_modules() if isinstance(part, nn.RNNBase) and key]
    hint = f"choose one with --module {' or '.join(inside)}" if inside else "name another object"
    if name is None:
        if inside:
            raise LonglagError(
                f"{target} of type {type(module).__name__}",
                "it contains recurrent modules, and one of them is measured",
                hint,
            )
        return module
    # A part of what runs on several devices has a name in front.
    fitting = ending_with(name, [key for key, _ in module.named_modules()])
    if len(fitting) != 1:
        raise LonglagError(f"--module {name!r}", f"{target} has no such part", hint)
    return unwrapped(module.get_submodule(fitting[0]))


def read_values(file: Path, *, mapped: bool = False) -> np.ndarray:
    """Return the numbers of an input from a .npy file, before PyTorch is imported.

    Args:
        file: plain numbers of shape (T,), (T, D), or (T, N, D).
        mapped: leave them in the file, from which they are read where they are needed.

    Raises:
        LonglagError: no file, other content, complex numbers.
    """
    values = map_array(file, "input") if mapped else read_array(file, "input")
    if values.dtype.kind == "c":
        raise LonglagError(
            f"input {str(file)!r} of {values.dtype} numbers",
            "a module takes real ones, and the imaginary parts would be lost",
            "save the real part, or both as two components",
        )
    return values[:, None] if values.ndim == 1 else values


def as_stream(values: np.ndarray, batch_first: bool) -> np.ndarray:
    """Return an input that is mapped into memory with time first, of which nothing is read.

    Args:
        values: as ``read_values`` returns them.
        batch_first: the array is (N, T, D).
    """
    return values.swapaxes(0, 1) if values.ndim == 3 and batch_first else values


def as_input(values: np.ndarray, module: Any, batch_first: bool) -> Tensor:
    """Return the input of a module in its dtype and layout.

    Args:
        values: as ``read_values`` returns them.
        module: what will take it.
        batch_first: the array is (N, T, D).

    Raises:
        LonglagError: values that are not finite.
    """
    import numpy as np
    import torch

    from longlag.numerics.networks.binding import AdaptedModule, Bound
    from longlag.numerics.training import TrainedNetwork

    inner = module.module if isinstance(module, Bound) else module
    if isinstance(inner, TrainedNetwork):
        like = inner.readout_weight
    else:
        like = next(iter(inner.parameters()), torch.zeros(()))
    # By way of doubles: files may hold numbers in the byte order of another machine.
    x = torch.from_numpy(np.ascontiguousarray(values, dtype=np.float64)).to(like)
    if not bool(torch.isfinite(x).all()):
        dtype = str(x.dtype).removeprefix("torch.")
        raise LonglagError(
            "the input",
            f"it holds values that are not finite as {dtype}",
            "clean or scale it first",
        )
    # An adapter reads steps, and takes time first whatever its module says.
    adapted = isinstance(module, AdaptedModule)
    stored_first = not adapted and bool(getattr(inner, "batch_first", False))
    # Laid out afresh, so that both layouts of one input are rounded alike.
    return x.transpose(0, 1).contiguous() if x.ndim == 3 and batch_first != stored_first else x
