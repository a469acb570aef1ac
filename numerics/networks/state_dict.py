"""State dicts in whatever a checkpoint holds, and the recurrent modules in a state dict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from longlag.theory.errors import LonglagError

#: Checkpoints of real programs are nested four deep or so.
_DEEPEST = 50

_CONTAINERS = (dict, list, tuple)

#: A parameter of a stack, or of a single step, as the modules of ``torch.nn`` name it.
_PARAMETER = re.compile(r"(weight|bias)_(ih|hh|hr)(?P<layer>_l\d+(_reverse)?)?")

#: A part of a recurrent weight, out of which something makes the weight at every call.
_PART = re.compile(r"(.*\.)?(weight_hh(_l\d+)?(_reverse)?_.+|parametrizations\.weight_hh.*)")


@dataclass(frozen=True)
class StoredModule:
    """What a state dict keeps for one recurrent module.

    Args:
        name: of the module after the place of its state dict: ``nets.0.encoder.rnn``.
        parameters: its tensors, named as those of a stack.
        prefix: what their names begin with in the state dict.
        beside: all tensors of the state dict.
    """

    name: str
    parameters: Mapping[str, Tensor]
    prefix: str
    beside: Mapping[str, Tensor]

    def leftover(self) -> list[str]:
        """Return the names of further tensors of the module, or of what wraps it.

        They say that it computes something else than a plain module with these parameters: a
        peephole, the raw weights that a mask falls on, the gain of a norm.
        """
        groups = _groups(self.beside)
        own = set(groups[self.prefix].values())
        partial = {p for p, group in groups.items() if not _has_inputs(group)} - {self.prefix}
        return [
            name
            for name, value in self.beside.items()
            if name not in own
            and (
                name.startswith(self.prefix)
                or _is_beside(name, self.prefix, partial)
                or _is_in_wrapper(name, value, self.prefix, own)
            )
        ]


def state_dicts(content: object) -> Iterator[tuple[str, dict[str, Tensor]]]:
    """Find the dictionaries that hold tensors by name inside dictionaries and lists.

    Args:
        content: of a file.

    Returns:
        The place of each, such as ``nets.0``, empty for the content itself, and its tensors. What
        stands in several places is found in the first.

    Raises:
        LonglagError: what holds itself, or is nested without an end in sight.

    >>> import torch
    >>> [place for place, _ in state_dicts({"nets": [{"weight": torch.ones(1)}], "epoch": 1})]
    ['nets.0']
    """
    seen: set[int] = set()

    def inside(value: Any, place: str, above: tuple[int, ...]) -> Iterator[Any]:
        if id(value) in above or len(above) == _DEEPEST:
            raise LonglagError(
                f"the entry {place[:60]!r}",
                f"it holds itself, or is nested {_DEEPEST} deep",
                "save module.state_dict() alone",
            )
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, dict):
            tensors = {str(key): each for key, each in value.items() if isinstance(each, Tensor)}
            if tensors:
                yield place, tensors
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in entries:
            # Asked here, since millions of numbers may stand in a list.
            if isinstance(each, _CONTAINERS):
                below = f"{place}.{key}" if place else str(key)
                yield from inside(each, below, (*above, id(value)))

    return inside(content, "", ()) if isinstance(content, _CONTAINERS) else iter(())


def stored_modules(place: str, tensors: Mapping[str, Tensor]) -> list[StoredModule]:
    """Return the recurrent modules of a state dict: all that have a ``weight_hh``.

    Args:
        place: of the state dict in its file.
        tensors: by dotted name.

    >>> import torch
    >>> tensors = {f"rnn.{name}": value for name, value in torch.nn.GRU(1, 2).state_dict().items()}
    >>> tensors |= {"rnn.gain": torch.ones(2), "head.weight": torch.ones(1, 2)}
    >>> [(each.name, each.leftover()) for each in stored_modules("", tensors)]
    [('rnn', ['rnn.gain'])]
    """
    found = []
    for prefix, group in _groups(tensors).items():
        if any(leaf.startswith("weight_hh") for leaf in group):
            name = ".".join(part for part in (place, prefix.rstrip(".")) if part)
            parameters = {leaf: tensors[full] for leaf, full in group.items()}
            found.append(StoredModule(name, parameters, prefix, tensors))
    # A weight_hh without a weight_ih is a module only where nothing else is.
    return [each for each in found if _has_inputs(each.parameters)] or found


def _groups(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, str]]:
    """The full names of recurrent parameters, by prefix and by their name in a stack."""
    groups: dict[str, dict[str, str]] = {}
    for name in tensors:
        owner, dot, leaf = name.rpartition(".")
        if match := _PARAMETER.fullmatch(leaf):
            of_a_stack = leaf if match["layer"] else f"{leaf}_l0"
            groups.setdefault(owner + dot, {}).setdefault(of_a_stack, name)
    return groups


def is_part_of_weight(name: str) -> bool:
    """Return whether a name is that of a part out of which a recurrent weight is made.

    >>> is_part_of_weight("rnn.weight_hh_l0_raw"), is_part_of_weight("rnn.weight_hh_l0")
    (True, False)
    """
    return not _PARAMETER.fullmatch(name.rpartition(".")[2]) and bool(_PART.fullmatch(name))


def _has_inputs(parameters: Iterable[str]) -> bool:
    return any(leaf.startswith("weight_ih") for leaf in parameters)


def _is_beside(name: str, prefix: str, partial: set[str]) -> bool:
    """Whether a tensor belongs to a partial copy of a module: a mask, or the raw weights."""
    owner = name[: name.rfind(".") + 1]
    return owner in partial and (prefix.startswith(owner) or _above(owner) == _above(prefix))


def _is_in_wrapper(name: str, value: Tensor, prefix: str, own: set[str]) -> bool:
    """Whether a tensor of what contains a module is a part of its weights."""
    owner, dot, leaf = name.rpartition(".")
    owner += dot
    if not prefix.startswith(owner):
        return False
    counts = value.ndim == 0 and not value.is_floating_point()
    if prefix == f"{owner}module." and not counts:
        return True
    if _PARAMETER.fullmatch(leaf):
        return False
    return any(leaf.startswith(f"{each.removeprefix(prefix)}_") for each in own)


def _above(prefix: str) -> str:
    """The prefix of what contains a module.

    >>> _above("encoder.rnn."), _above("rnn."), _above("")
    ('encoder.', '', '')
    """
    return prefix[: prefix.rstrip(".").rfind(".") + 1]
