"""Recurrent modules out of files of weights: nothing but tensors is ever read from a file."""

from __future__ import annotations

import os
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from mmap import ACCESS_READ, mmap
from operator import attrgetter
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from longlag.files import require_file
from longlag.numerics.networks.state_dict import (
    StoredModule,
    is_part_of_weight,
    state_dicts,
    stored_modules,
)
from longlag.theory.errors import LonglagError

#: Row blocks of ``weight_hh`` for each class of module.
_GATES = {1: nn.RNN, 3: nn.GRU, 4: nn.LSTM}

#: Names that a message lists.
_SHOWN = 5


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
    stored = list(state_dicts(_read(path)))
    every = [each for place, tensors in stored for each in stored_modules(place, tensors)]
    found = sorted(every, key=attrgetter("name"))
    if not found:
        parts = [name for _, tensors in stored for name in tensors if is_part_of_weight(name)]
        if parts:
            raise LonglagError(
                f"file {str(path)!r}",
                f"its weight_hh is stored in parts ({_listed(parts)}), out "
                "of which something makes it at every call",
                "remove the parametrization, pruning, weight norm or wrapper before saving",
            )
        raise LonglagError(
            f"file {str(path)!r}",
            "it holds no weight_hh of a recurrent module",
            "save the state_dict of a module that contains an nn.RNN, nn.GRU or nn.LSTM",
        )
    names = [each.name for each in found]
    if prefix is None and len(found) > 1:
        raise LonglagError(
            f"file {str(path)!r}",
            f"it holds {len(found)} recurrent modules, {_listed(names)}",
            f"choose one with --module {names[0]}",
        )
    wanted = names[0] if prefix is None else prefix.rstrip(".")
    if names.count(wanted) != 1:
        raise LonglagError(
            f"module {wanted!r}", f"{path} holds {_listed(map(repr, names))}", "name one of them"
        )
    return _module(found[names.index(wanted)], nonlinearity, path)


def _listed(names: Iterable[str]) -> str:
    """The first of some names, each as long as fits in a line."""
    every = list(names)
    told = ", ".join(name if len(name) < 60 else f"{name[:50]}…" for name in every[:_SHOWN])
    return told if len(every) <= _SHOWN else f"{told} and {len(every) - _SHOWN} more"


def _module(stored: StoredModule, nonlinearity: str, path: Path) -> nn.RNNBase:
    parts = stored.parameters
    if any(name.startswith("weight_hr") for name in parts):
        raise LonglagError(
            f"file {str(path)!r}",
            "its module projects its state (proj_size), so that its weights are not H×H",
            "train with proj_size=0",
        )
    if leftover := stored.leftover():
        raise LonglagError(
            f"file {str(path)!r}",
            "a plain module has no use for "
            f"{_listed(map(repr, leftover))}, so that what was trained is another one",
            "save the state_dict of a plain nn.RNN, nn.GRU or nn.LSTM, or write a Cell for it",
        )
    layers = _layers(parts, path)
    hidden, inputs = parts.get("weight_hh_l0"), parts.get("weight_ih_l0")
    if hidden is None or inputs is None or hidden.ndim != 2 or inputs.ndim != 2:
        raise LonglagError(
            f"file {str(path)!r}",
            "weight_hh and weight_ih of layer 0 are needed, as matrices",
            "save the whole state_dict of the module",
        )
    for name, value in parts.items():
        _check_numbers(name, value)
    storages = {s.data_ptr(): s.nbytes() for s in map(Tensor.untyped_storage, parts.values())}
    if sum(storages.values()) > path.stat().st_size:
        raise LonglagError(
            f"file {str(path)!r}",
            "its tensors hold more bytes than it has",
            "save the state_dict of the module again",
        )
    rows, size = hidden.shape
    kind = _GATES.get(rows // size) if size and rows % size == 0 else None
    if kind is None:
        raise LonglagError(
            f"weight_hh of shape {tuple(hidden.shape)}",
            "an RNN has H×H, a GRU 3H×H and an LSTM 4H×H weights",
            "save one of those",
        )
    options: dict[str, Any] = {"nonlinearity": nonlinearity} if kind is nn.RNN else {}
    wide = any(value.dtype == torch.float64 for value in parts.values())
    # Shapes alone: numbers are taken from the file, once its tensors are known to fit.
    module = kind(
        inputs.shape[1],
        size,
        layers,
        bias="bias_hh_l0" in parts or "bias_ih_l0" in parts,
        bidirectional="weight_hh_l0_reverse" in parts,
        device=torch.device("meta"),
        **options,
    )
    try:
        module.load_state_dict(dict(parts), assign=True)
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip().rstrip(".")
        raise LonglagError(
            f"file {str(path)!r}",
            f"its tensors make no {kind.__name__} ({reason})",
            "save the whole state_dict of the module",
        ) from None
    module = module.to(torch.float64 if wide else torch.float32)
    if not all(bool(torch.isfinite(value).all()) for value in module.parameters()):
        raise LonglagError(
            f"file {str(path)!r}",
            "some of its weights are not finite",
            "take an earlier checkpoint",
        )
    return module.eval()


def _layers(parts: Mapping[str, Tensor], path: Path) -> int:
    """Return the number of layers, whose numbers count from 0 without a gap."""
    found = {name.partition("_l")[2].removesuffix("_reverse") for name in parts}
    missing = [str(layer) for layer in range(len(found)) if str(layer) not in found]
    if missing:
        raise LonglagError(
            f"file {str(path)!r}",
            f"it has layers {_listed(sorted(found))} and no layer {missing[0]}",
            "save the whole state_dict of the module",
        )
    return len(found)


def _check_numbers(name: str, value: Tensor) -> None:
    """Refuse what is no dense array of real numbers that are all there."""
    dtype = str(value.dtype).removeprefix("torch.")
    if value.device.type == "meta":
        raise LonglagError(
            f"{name} on the meta device",
            "it has a shape and no numbers",
            "load the weights onto a real device before saving",
        )
    if value.is_complex():
        raise LonglagError(
            f"{name} of dtype {dtype}",
            "weights are dense real floating-point tensors, and the imaginary parts would be lost",
            "measure a Network of a cell with real states instead",
        )
    if not value.is_floating_point() or value.layout != torch.strided:
        raise LonglagError(
            f"{name} of dtype {dtype}",
            "weights are dense real floating-point tensors",
            "convert them before saving",
        )
    if value.numel() * value.element_size() > value.untyped_storage().nbytes():
        raise LonglagError(
            f"{name} of shape {tuple(value.shape)}",
            "its file holds fewer numbers than that",
            "save it with .contiguous()",
        )


def _read(path: Path) -> object:
    """Return the content of a file: tensors in dictionaries and lists."""
    memory = None
    if hasattr(os, "sysconf"):
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    size = require_file(path, largest=memory)
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    try:
        path.open("rb").close()
    except OSError as error:
        raise LonglagError(
            f"file {str(path)!r}", f"it cannot be read ({error.strerror})", "check its path"
        ) from None
    try:
        _check_archive(path, size)
        with warnings.catch_warnings():
            # What is odd about a file is told by what comes out of it.
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except LonglagError:
        raise
    except Exception:  # whatever a reader trips over in a file that is not its own
        raise LonglagError(
            f"file {str(path)!r}",
            "it is no file of plain tensors; other objects are never loaded, since loading them "
            "can run code",
            "save module.state_dict() with torch.save or safetensors",
        ) from None


def _check_archive(path: Path, size: int) -> None:
    """Refuse what would take more memory than the file has bytes, before anything is made of it."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            _check_instructions(content, path)
        return
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if any(member.filename.endswith("/constants.pkl") for member in members):
            return  # a program of TorchScript: packed, and never read
        unpacked = sum(member.file_size for member in members)
        if unpacked > size:
            raise LonglagError(
                f"file {str(path)!r} of {size} bytes",
                f"it unpacks to {unpacked}, and PyTorch stores tensors as they are",
                "save it again with torch.save",
            )
        for member in members:
            if member.filename.endswith("/data.pkl"):
                _check_instructions(archive.read(member), path)


def _check_instructions(pickled: bytes | mmap, path: Path) -> None:
    """Refuse the one object besides tensors that takes memory by a number: so many zero bytes."""
    if pickled.find(b"bytearray") >= 0:
        raise LonglagError(
            f"file {str(path)!r}",
            "it asks for bytes that are no tensor",
            "save module.state_dict() alone",
        )


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError:
        raise LonglagError(
            f"file {str(path)!r}",
            "reading it needs the package safetensors",
            "install it, or save the weights with torch.save(module.state_dict(), …)",
        ) from None
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except Exception as error:
        reason = f"({error})" if isinstance(error, SafetensorError) else "of plain tensors"
        raise LonglagError(
            f"file {str(path)!r}", f"it is no safetensors file {reason}", "check its path"
        ) from None
    return tensors
