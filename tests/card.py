"""A device that no machine has, for finding what would leave a GPU, or assume a processor.

Its arrays live on the processor, inside a tensor that tells another device. Whatever joins them
with an array of the processor, hands their address to compiled code or turns them into NumPy fails,
as it would with a GPU; copies between both are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

#: What its tensors tell; PyTorch itself is told ``meta``, which it differentiates without a driver.
CARD = torch.device("cuda:0")
_INSIDE = torch.device("meta")
#: Reads one number, which a GPU allows; it waits for it.
_ONE_NUMBER = "aten::_local_scalar_dense"
#: Moves arrays between devices.
_COPIES = ("aten::_to_copy", "aten::copy_")
#: Take whole numbers of the processor beside arrays of a GPU.
_INDEXED = ("aten::index", "aten::index_put", "aten::index_put_", "aten::_index_put_impl_")


class OnCard(Tensor):
    """A tensor that tells the card as its device.

    Args:
        held: its numbers, on the processor.
    """

    held: Tensor

    @staticmethod
    def __new__(cls, held: Tensor) -> OnCard:
        """Wrap an array; PyTorch sees its shape, dtype and another device."""
        made: OnCard = torch.Tensor._make_wrapper_subclass(
            cls,
            held.shape,
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device=_INSIDE,
        )
        made.held = held
        return made

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        return CARD

    @property
    def is_meta(self) -> bool:  # type: ignore[override]
        return False

    @property
    def is_cuda(self) -> bool:  # type: ignore[override]
        return True

    def __getitem__(self, index: Any) -> Any:
        # PyTorch would make the tensor of a list where it believes this one to be, without numbers.
        every = index if isinstance(index, tuple) else (index,)
        return super().__getitem__(
            tuple(torch.tensor(each) if isinstance(each, list) else each for each in every)
        )

    def tolist(self) -> Any:
        return self.held.tolist()

    def numpy(self, *, force: bool = False) -> Any:
        raise TypeError("can't convert a tensor of the card to NumPy; use .cpu() first")

    def data_ptr(self) -> int:
        raise RuntimeError("a compiled function of the processor is given an address of the card")

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]
        return f"OnCard({self.held!r})"

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, operation: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        return _run(operation, args, kwargs or {}, lambda count: None)


@dataclass
class Traffic:
    """What was copied between the card and the processor.

    Args:
        off: numbers in each copy off the card.
    """

    off: list[int] = field(default_factory=list)


class _Mode(TorchDispatchMode):
    """Makes arrays on the card where they are asked for, and keeps watch."""

    def __init__(self, traffic: Traffic) -> None:
        super().__init__()
        self.traffic = traffic

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        return _run(operation, args, kwargs or {}, self.traffic.off.append)


def _run(
    operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any], tell: Callable[[int], None]
) -> Any:
    """Run an operation on the arrays inside, unless a GPU would refuse it."""
    name = operation._schema.name
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    inside = [tensor for tensor in tensors if isinstance(tensor, OnCard)]
    outside = [tensor for tensor in tensors if not isinstance(tensor, OnCard)]
    assert not any(tensor.is_meta for tensor in outside), f"{name} of a tensor without numbers"
    if name in _INDEXED and isinstance(args[0], OnCard):
        outside = [tensor for tensor in outside if tensor.is_floating_point()]
    if inside and name not in _COPIES and any(tensor.ndim for tensor in outside):
        raise RuntimeError(f"{name} of arrays on the card and on the processor")
    on_card = bool(inside) and name != _ONE_NUMBER
    if kwargs.get("device") is not None:
        on_card = torch.device(kwargs["device"]) in (CARD, _INSIDE)
        kwargs = {**kwargs, "device": "cpu"}
    if on_card and kwargs.get("generator") is not None:
        raise RuntimeError(f"{name} draws on the card from a generator of the processor")
    if name in _COPIES and inside and (not on_card or not isinstance(args[0], OnCard)):
        tell(inside[-1].numel())
    args, kwargs = tree_map_only(OnCard, lambda tensor: tensor.held, (args, kwargs))
    if name == "aten::copy_":
        operation(*args, **kwargs)
        return tensors[0]
    if name == "aten::_efficientzerotensor":
        # Forward mode asks for zeros without numbers, which this side of dispatch cannot read.
        operation = torch.ops.aten.zeros.default
    found = operation(*args, **kwargs)
    return tree_map_only(Tensor, OnCard, found) if on_card else found


@contextmanager
def card(memory: int = 2**33) -> Iterator[Traffic]:
    """Return what is copied off the card while it is there; ``.to(CARD)`` and factories reach it.

    Args:
        memory: the bytes that it says are free.
    """
    traffic = Traffic()
    driver = {
        "_lazy_init": lambda: None,
        "mem_get_info": lambda device: (memory, memory),
        "memory_reserved": lambda device: 0,
        "memory_allocated": lambda device: 0,
    }
    lifted = torch._C._only_lift_cpu_tensors()
    # Else ``torch.tensor(…, device=…)`` reaches for the driver before anything else is asked.
    torch._C._set_only_lift_cpu_tensors(True)
    try:
        with patch.multiple(torch.cuda, **driver), _Mode(traffic):
            yield traffic
    finally:
        torch._C._set_only_lift_cpu_tensors(lifted)


__all__ = ["CARD", "OnCard", "Traffic", "card"]
