"""Recurrent modules out of files of weights: nothing but tensors is ever read from a file."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from longlag.theory.errors import LonglagError

#: Row blocks of ``weight_hh`` for each class of module.
_GATES = {1: nn.RNN, 3: nn.GRU, 4: nn.LSTM}
_NAME = re.compile(r"(?P<prefix>.*?)weight_hh(?P<layer>_l\d+)?(?P<reverse>_reverse)?")


def load_module(path: Path, prefix: str | None = None, *, nonlinearity: str = "tanh") -> nn.RNNBase:
    """Return the recurrent module whose weights a file holds.

    The class, the number of layers, the directions and the biases follow from the names and the
    shapes. Weights of a ``…Cell`` module become a stack of one layer.

    Args:
        path: a ``state_dict`` saved by ``torch.save`` (.pt, .pth) or by safetensors.
        prefix: the name of the module inside a larger one, such as ``encoder.rnn``; needed where
            the file holds several.
        nonlinearity: ``tanh`` or ``relu`` of an ``nn.RNN``, which its weights do not tell.

    Raises:
        LonglagError: a file that cannot be read, that holds objects besides tensors, or in which
            no recurrent module, or more than one, is found.
    """
    tensors = _read(path)
    found = sorted({match["prefix"] for name in tensors if (match := _NAME.fullmatch(name))})
    if any(".original" in name for name in tensors):
        raise LonglagError(
            f"file {str(path)!r}", "its weights are parametrized, and only their parts are stored",
            "remove the parametrization before saving",
        )  # fmt: skip
    if not found:
        raise LonglagError(
            f"file {str(path)!r}", "it holds no weight_hh of a recurrent module",
            "save the state_dict of a module that contains an nn.RNN, nn.GRU or nn.LSTM",
        )  # fmt: skip
    names = [one.rstrip(".") for one in found]
    if prefix is None and len(found) > 1:
        raise LonglagError(
            f"file {str(path)!r}", f"it holds {len(found)} recurrent modules, {', '.join(names)}",
            f"choose one with --module {names[0]}",
        )  # fmt: skip
    wanted = names[0] if prefix is None else prefix.rstrip(".")
    if wanted not in names:
        raise LonglagError(
            f"module {wanted!r}", f"{path} holds {', '.join(map(repr, names))}", "name one of them"
        )
    head = f"{wanted}." if wanted else ""
    parts = {name.removeprefix(head): value for name, value in tensors.items()
             if name.startswith(head)}  # fmt: skip
    return _module(_of_a_stack(parts), nonlinearity, path)


def _of_a_stack(parts: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Keep the parameters of the recurrent module, named as those of a stack."""
    kept = {}
    for name, value in parts.items():
        if re.fullmatch(r"(weight|bias)_(ih|hh)", name):
            name += "_l0"
        if re.fullmatch(r"(weight|bias)_(ih|hh|hr)_l\d+(_reverse)?", name):
            kept[name] = value
    return kept


def _module(parts: Mapping[str, Tensor], nonlinearity: str, path: Path) -> nn.RNNBase:
    if any(name.startswith("weight_hr") for name in parts):
        raise LonglagError(
            f"file {str(path)!r}", "its module projects its state (proj_size), so that its weights "
            "are not H×H", "train with proj_size=0",
        )  # fmt: skip
    hidden, inputs = parts.get("weight_hh_l0"), parts.get("weight_ih_l0")
    if hidden is None or inputs is None or hidden.ndim != 2 or inputs.ndim != 2:
        raise LonglagError(
            f"file {str(path)!r}", "weight_hh and weight_ih of layer 0 are needed, as matrices",
            "save the whole state_dict of the module",
        )  # fmt: skip
    strange = [
        n for n, v in parts.items() if not v.is_floating_point() or v.layout != torch.strided
    ]
    if strange:
        raise LonglagError(
            f"{strange[0]} of dtype {str(parts[strange[0]].dtype).removeprefix('torch.')}",
            "weights are dense real floating-point tensors", "convert them before saving",
        )  # fmt: skip
    rows, size = hidden.shape
    kind = _GATES.get(rows // size) if size and rows % size == 0 else None
    if kind is None:
        raise LonglagError(
            f"weight_hh of shape {tuple(hidden.shape)}",
            "an RNN has H×H, a GRU 3H×H and an LSTM 4H×H weights", "save one of those",
        )  # fmt: skip
    options: dict[str, Any] = {"nonlinearity": nonlinearity} if kind is nn.RNN else {}
    layers = 1 + max(int(m[1]) for name in parts if (m := re.search(r"_l(\d+)", name)))
    module = kind(
        inputs.shape[1],
        size,
        layers,
        bias="bias_hh_l0" in parts or "bias_ih_l0" in parts,
        bidirectional="weight_hh_l0_reverse" in parts,
        dtype=torch.float64 if hidden.dtype == torch.float64 else torch.float32,
        **options,
    )
    try:
        module.load_state_dict(dict(parts))
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip().rstrip(".")
        raise LonglagError(
            f"file {str(path)!r}", f"its tensors make no {kind.__name__} ({reason})",
            "save the whole state_dict of the module",
        ) from None  # fmt: skip
    if not all(bool(torch.isfinite(value).all()) for value in module.parameters()):
        raise LonglagError(
            f"file {str(path)!r}",
            "some of its weights are not finite",
            "take an earlier checkpoint",
        )
    return module.eval()


def _read(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by dotted name."""
    try:
        if path.suffix == ".safetensors":
            return _read_safetensors(path)
        with warnings.catch_warnings():
            # What is odd about a file is told by what comes out of it.
            warnings.simplefilter("ignore")
            content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise LonglagError(
            f"file {str(path)!r}", f"it cannot be read ({error.strerror or 'no such file'})",
            "check its path",
        ) from None  # fmt: skip
    except LonglagError:
        raise
    except Exception:  # whatever PyTorch's reader trips over in a file that is not its own
        raise LonglagError(
            f"file {str(path)!r}",
            "it is no file of plain tensors; other objects are never loaded, since loading them "
            "can run code", "save module.state_dict() with torch.save or safetensors",
        ) from None  # fmt: skip
    return _flat(content)


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError:
        raise LonglagError(
            f"file {str(path)!r}", "reading it needs the package safetensors",
            "install it, or save the weights with torch.save(module.state_dict(), …)",
        ) from None  # fmt: skip
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except SafetensorError as error:
        raise LonglagError(
            f"file {str(path)!r}", f"it is no safetensors file ({error})", "check its path"
        ) from None
    return tensors


def _flat(content: object, prefix: str = "") -> dict[str, Tensor]:
    """Join the names of nested dictionaries, such as a checkpoint's."""
    if isinstance(content, Tensor):
        return {prefix.removesuffix("."): content}
    if not isinstance(content, Mapping):
        return {}
    found: dict[str, Tensor] = {}
    for name, value in content.items():
        found |= _flat(value, f"{prefix}{name}.")
    return found
