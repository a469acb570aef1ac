"""Networks and inputs on the command line: files of weights, FILE.py:OBJECT, arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from longlag.cli.objects import load_object, names_a_file
from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    from torch import Tensor


def find_module(target: str, name: str | None, nonlinearity: str) -> Any:
    """Return the module or Network that is named, weights from a file as plain tensors.

    Args:
        target: a file of weights, or FILE.py:OBJECT.
        name: of the recurrent module inside a larger one.
        nonlinearity: of an ``nn.RNN`` whose weights are in a file.

    Raises:
        LonglagError: no such file, object or part, or a file of something else.
    """
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


def read_input(file: Path | None, module: Any, batch_first: bool) -> Tensor:
    """Return the input of a module from a .npy file, in its dtype and layout.

    Args:
        file: plain numbers of shape (T,), (T, D), or (T, N, D).
        module: what will take it.
        batch_first: the array is (N, T, D).

    Raises:
        LonglagError: no file, other content, values that are not finite.
    """
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
