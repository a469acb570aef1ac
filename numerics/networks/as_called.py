"""Modules as their next call uses them: fresh weights, and nothing that weights do not tell."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as global_hooks
from torch.nn.utils.parametrize import is_parametrized
from torch.nn.utils.prune import BasePruningMethod
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.nn.utils.weight_norm import WeightNorm

from longlag.theory.errors import LonglagError

#: Hooks of PyTorch that make a weight out of its parts before every call.
_WEIGHT_HOOKS = (BasePruningMethod, SpectralNorm, WeightNorm)

_HOOKS = {
    "a forward pre-hook": ("_forward_pre_hooks", "_global_forward_pre_hooks"),
    "a forward hook": ("_forward_hooks", "_global_forward_hooks"),
}


def as_called(module: Any) -> Any:
    """Return a module with the weights of its next call.

    A pruned weight, or one under ``weight_norm``, is made out of its parts before every call, so
    that between a step of the optimiser and the next call the old one still stands in the module.
    The parts stay the module's own, so that autograd reaches them.

    Args:
        module: a recurrent module of ``torch.nn``.

    Returns:
        The module, or a twin of it that shares all parameters.

    Raises:
        LonglagError: what its weights do not tell: a call that is overridden, hooks, dropout,
            weights that differ at every call or that something outside sets; weights of
            several types.

    >>> from torch.nn.utils import prune
    >>> gru = prune.l1_unstructured(nn.GRU(1, 2), "weight_hh_l0", amount=2)
    >>> with torch.no_grad():
    ...     _ = gru.weight_hh_l0_orig.mul_(2)
    >>> torch.equal(as_called(gru).weight_hh_l0, 2 * gru.weight_hh_l0)
    True
    """
    _check_call(module)
    _check_options(module)
    set_outside = {name for name, value in vars(module).items() if isinstance(value, Tensor)}
    makers = [h for h in module._forward_pre_hooks.values() if isinstance(h, _WEIGHT_HOOKS)]
    found = module
    if makers or set_outside:
        found = object.__new__(type(module))
        vars(found).update({k: v for k, v in vars(module).items() if k not in set_outside})
        if "_flat_weights" in vars(module):
            # A list that setting a weight changes.
            vars(found)["_flat_weights"] = list(module._flat_weights)
        for make in makers:
            make(found, ())
    left = sorted(set_outside - vars(found).keys())
    if left:
        raise LonglagError(
            f"{left[0]} of {_name(module)}",
            "it is no parameter of the module: something outside "
            "sets it, and may set it anew at every call",
            "make it a parameter first",
        )
    _check_weights(found)
    return found


def _check_call(module: Any) -> None:
    """Refuse a module whose call does more than its class says."""
    own = vars(module)
    kind = type(module)
    if "forward" in own or kind.__call__ is not nn.Module.__call__:
        raise LonglagError(
            _name(module),
            "its forward or its call was replaced, so that its weights do not tell "
            "what it computes",
            "take a plain module with the same weights",
        )
    for what, (attribute, everywhere) in _HOOKS.items():
        for hooks, where in (
            (own[attribute], ""),
            (vars(global_hooks)[everywhere], " of all modules"),
        ):
            other = [hook for hook in hooks.values() if not isinstance(hook, _WEIGHT_HOOKS)]
            if other:
                hook = getattr(other[0], "__qualname__", type(other[0]).__name__)
                raise LonglagError(
                    f"{_name(module)} with {what}{where}, {hook}",
                    "what it does at a call is not in the weights, and would be left out",
                    "remove it, and give the input that it makes of yours",
                )


def _check_options(module: Any) -> None:
    dropout = getattr(module, "dropout", 0)
    if module.training and dropout > 0 and module.num_layers > 1:
        raise LonglagError(
            f"dropout {dropout} in training mode",
            "random masks between the layers make another network at every call",
            "call .eval() on the module first",
        )
    if module.training and any(
        isinstance(hook, SpectralNorm) for hook in module._forward_pre_hooks.values()
    ):
        raise LonglagError(
            f"{_name(module)} under spectral_norm in training mode",
            "every call changes its weights",
            "call .eval() on the module first",
        )
    if isinstance(module, nn.RNN) and module.mode != f"RNN_{module.nonlinearity}".upper():
        raise LonglagError(
            f"nonlinearity {module.nonlinearity!r} of an RNN made as {module.mode}",
            "it was changed after the module was made, which goes on as it was",
            "make the module with this nonlinearity",
        )


def _check_weights(module: Any) -> None:
    """Refuse weights that differ from call to call, or in their type."""
    if is_parametrized(module) and any(part.training for part in module.modules()):
        for name in module.parametrizations:
            if not torch.equal(getattr(module, name), getattr(module, name)):
                raise LonglagError(
                    f"{name} of {_name(module)} in training mode",
                    "its parametrization makes another weight at every call",
                    "call .eval() on the module first",
                )
    kinds = {(value.dtype, value.device): name for name, value in module.named_parameters()}
    if len(kinds) > 1:
        told = (
            f"{name} {str(dtype).removeprefix('torch.')} on {device}"
            for (dtype, device), name in kinds.items()
        )
        raise LonglagError(
            f"weights of {_name(module)}, {', '.join(told)}",
            "all have one type and one device",
            "move the module with .to(…)",
        )
    for dtype, _ in kinds:
        if not dtype.is_floating_point:
            raise LonglagError(
                f"{_name(module)} of dtype {str(dtype).removeprefix('torch.')}",
                "cells are real, and the imaginary parts would be lost",
                "take a module of real numbers",
            )


def _name(module: Any) -> str:
    return type(module).__name__
