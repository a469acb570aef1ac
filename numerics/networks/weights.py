"""Recurrent modules out of files of weights, and weights for a module of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from longlag.numerics.networks.binding import unwrapped
from longlag.numerics.networks.state_dict import (
    StoredModule,
    is_part_of_weight,
    state_dicts,
    stored_modules,
)
from longlag.numerics.networks.tensor_files import check_numbers, read_file
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
            the file holds several. What stands before it, such as the ``module.`` of DataParallel
            or the ``state_dict.model.`` of Lightning, may be left out where one name ends so.
        nonlinearity: ``tanh`` or ``relu`` of an ``nn.RNN``, which its weights do not tell.

    Raises:
        LonglagError: a file that cannot be read, that holds objects besides tensors, or in which
            no recurrent module, or more than one, is found.
    """
    stored = list(state_dicts(read_file(path)))
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
    fitting = ending_with(wanted, names)
    if len(fitting) != 1:
        raise LonglagError(
            f"module {wanted!r}", f"{path} holds {_listed(map(repr, names))}", "name one of them"
        )
    return _module(found[names.index(fitting[0])], nonlinearity, path)


def ending_with(wanted: str, names: Sequence[str]) -> list[str]:
    """Return the names that are the one that is wanted, or else those that end with it.

    Args:
        wanted: a dotted name.
        names: of modules, with whatever holds them in front.

    >>> ending_with("rnn", ["module.rnn", "module.rnn.inner"]), ending_with("nn", ["module.rnn"])
    (['module.rnn'], [])
    """
    same = [name for name in names if name == wanted]
    return same or [name for name in names if name.endswith(f".{wanted}")]


def load_weights(module: nn.Module, path: Path | str) -> None:
    """Load what a checkpoint holds for a module of one's own, whatever holds it there.

    The names of DataParallel (``module.``), Lightning (``state_dict``, ``model.``) and compiled
    modules (``_orig_mod.``), and any other in front of all of the module's own, are left out.
    Nothing but tensors is read from the file.

    Args:
        module: whose weights are replaced.
        path: a checkpoint saved by ``torch.save`` or by safetensors.

    Raises:
        LonglagError: a file that cannot be read, and one that holds all tensors of the module
            nowhere, in several places, with other shapes or beside further ones of the same module.
    """
    path, inner = Path(path), unwrapped(module)
    wanted: dict[str, Tensor] = inner.state_dict()
    places = [
        (place, prefix, tensors)
        for place, tensors in state_dicts(read_file(path))
        for prefix in _prefixes(wanted, tensors)
    ]
    if len(places) != 1:
        told = _listed(repr(f"{place}.{prefix}".strip(".")) for place, prefix, _ in places)
        raise LonglagError(
            f"file {str(path)!r}",
            f"it holds the tensors of this {type(inner).__name__} at {told}"
            if places
            else f"nowhere does it hold all of {_listed(wanted)}",
            "save the state_dict of one such module",
        )
    _, prefix, tensors = places[0]
    found = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
    if further := sorted(found.keys() - wanted.keys()):
        raise LonglagError(
            f"file {str(path)!r}",
            f"what was trained has {_listed(map(repr, further))} too, and is another module",
            f"make the {type(inner).__name__} as it was trained",
        )
    for name, value in found.items():
        if value.is_floating_point() or value.is_complex():
            check_numbers(name, value)
        if value.shape != wanted[name].shape or not bool(torch.isfinite(value).all()):
            shapes = f"{tuple(value.shape)} there and {tuple(wanted[name].shape)} in the module"
            raise LonglagError(
                f"{name} of file {str(path)!r}",
                f"it is of shape {shapes}, with finite numbers",
                "make the module with the sizes that were trained, or take another checkpoint",
            )
    inner.load_state_dict(found)


def _prefixes(wanted: Mapping[str, Tensor], tensors: Mapping[str, Tensor]) -> list[str]:
    """Every text in front of all wanted names."""
    first = next(iter(wanted), None)
    ends = [] if first is None else [n for n in tensors if n == first or n.endswith(f".{first}")]
    prefixes = [name.removesuffix(str(first)) for name in ends]
    return [p for p in prefixes if all(p + name in tensors for name in wanted)]


def _listed(names: Iterable[str]) -> str:
    """The first of some names, each as long as fits in a line."""
    every = list(names)
    told = ", ".join(name if len(name) < 60 else f"{name[:50]}…" for name in every[:_SHOWN])
    return told if len(every) <= _SHOWN else f"{told} and {len(every) - _SHOWN} more"


def _module(stored: StoredModule, nonlinearity: str, path: Path) -> nn.RNNBase:
    parts = stored.parameters
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
        check_numbers(name, value)
    storages = {s.data_ptr(): s.nbytes() for s in map(Tensor.untyped_storage, parts.values())}
    if sum(storages.values()) > path.stat().st_size:
        raise LonglagError(
            f"file {str(path)!r}",
            "its tensors hold more bytes than it has",
            "save the state_dict of the module again",
        )
    rows, outputs = hidden.shape
    projection = parts.get("weight_hr_l0")
    size = outputs if projection is None or projection.ndim != 2 else projection.shape[1]
    kind = _GATES.get(rows // size) if size and rows % size == 0 else None
    if kind is None:
        raise LonglagError(
            f"weight_hh of shape {tuple(hidden.shape)}",
            "an RNN has H×H, a GRU 3H×H and an LSTM 4H×H weights",
            "save one of those",
        )
    options: dict[str, Any] = {"nonlinearity": nonlinearity} if kind is nn.RNN else {}
    if projection is not None and outputs < size:
        options["proj_size"] = outputs
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
