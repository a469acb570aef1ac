"""Whether a module computes the cell that its adapter says, on inputs and states of one step."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.prune import BasePruningMethod
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.nn.utils.weight_norm import WeightNorm

from longlag.numerics.generate import generate
from longlag.numerics.networks.adapter import AdaptedModule, named_states
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.errors import LonglagError, describe

#: Sequences that are compared, and steps where the module only runs.
_SEQUENCES, _STEPS = 4, 3
#: By how much parameters are moved.
_MOVED = 0.1
#: Errors that rounding may make of a step, in units of the dtype's last place.
_ROUNDING = 2**14
#: Hooks that make a weight before every call, so that between two calls it may be an old one.
_WEIGHT_HOOKS = (BasePruningMethod, SpectralNorm, WeightNorm)


def check_agreement(bound: AdaptedModule) -> None:
    """Compare steps of a cell with the module's own, entry by entry.

    One step from drawn states, and from zeros; or where the module only runs, some steps from
    zeros. The comparison runs on a copy in float64 where the module can be copied, and once more
    with all parameters of the copy moved a little, so that a bias that is still zero counts.

    Args:
        bound: the module with its adapter.

    Raises:
        LonglagError: tensors of other shapes than the cell's, a step that cannot be called, that
            differs from call to call, or that gives something else, with the entry that differs
            most.
    """
    _check_hooks(bound.module)
    twin = _in_double(bound)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        _compare(twin, generator, "")
        if twin is not bound:
            for parameter in twin.module.parameters():
                noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
                parameter.add_((_MOVED * noise).to(parameter))
            _compare(twin, generator, ", once all its parameters are moved a little")


def _compare(bound: AdaptedModule, generator: torch.Generator, when: str) -> None:
    """Refuse an adapter with which the cell and the module differ."""
    like = next(bound.module.parameters(), torch.zeros((), dtype=torch.float64))
    x = _example(bound, like, generator)
    one = x if bound.adapter.run is None else x[0]
    drives = _attempt(bound, "its drives", lambda: bound.drive(one))
    size = bound.size(drives)
    _check_shapes(bound, drives, size)
    drawn = sample_network(bound.cell, generator, size=size, batch=tuple(one.shape[:1])).state
    states = {name: value.to(like) for name, value in drawn.items()}
    zeros = {name: torch.zeros_like(value) for name, value in states.items()}
    if bound.adapter.run is None:
        start = "from states of zero"
        found, first = (_difference_of_steps(bound, x, drives, each) for each in (states, zeros))
    else:
        start = "after the first step, from zeros,"
        found, first = (_difference_of_runs(bound, x[:steps]) for steps in (len(x), 1))
    if found is not None or first is not None:
        agree, part = "agree", "the weights"
        if first is not None:
            agree, part = "differ too", "the drives and parameters"
        raise LonglagError(
            f"an adapter of {_name(bound)} to cell {bound.cell.name!r}",
            f"{found or first}, on drawn inputs{when}; {start} they {agree}",
            f"look at {part} first, or write the Cell that the module computes",
        )


def _difference_of_steps(
    bound: AdaptedModule, x: Tensor, drives: Mapping[str, Tensor], states: dict[str, Tensor]
) -> str | None:
    """Where the new states of one step differ most, in words; None where they agree."""
    given = tuple(states.values()) if len(states) > 1 else next(iter(states.values()))
    step = bound.adapter.step or (lambda module, x, h: module(x, h))

    def own() -> dict[str, Tensor]:
        made = step(bound.module, x.clone(), _copied(given))
        return named_states(made, bound.cell.states)

    cell = generate(bound.cell, "torch").step(states, drives, bound.weight, bound.parameter)
    return _difference(bound, cell, *(_attempt(bound, "its own step", own) for _ in range(2)))


def _difference_of_runs(bound: AdaptedModule, x: Tensor) -> str | None:
    """Where the first states of a run from zeros differ most, in words; None where they agree."""
    run, name = bound.adapter.run, bound.cell.states[0]
    assert run is not None
    network = bound.network(x)
    functions = generate(bound.cell, "torch")
    *_, last = functions.states(network.steps, *network.arguments)
    cell = functions.step(
        last, {k: v[-1] for k, v in network.drive.items()}, *network.arguments[2:]
    )

    def own() -> dict[str, Tensor]:
        return {name: named_states(run(bound.module, x.clone()), (name,))[name][-1]}

    theirs = (_attempt(bound, "its own run", own) for _ in range(2))
    return _difference(bound, {name: cell[name]}, *theirs)


def _difference(
    bound: AdaptedModule,
    cell: Mapping[str, Tensor],
    theirs: Mapping[str, Tensor],
    again: Mapping[str, Tensor],
) -> str | None:
    """The entry of new states that differs most, in words; None where rounding explains it."""
    worst, told = 0.0, None
    for name, ours in cell.items():
        value = theirs[name]
        if value.shape != ours.shape:
            raise LonglagError(
                f"new state {name!r} of {_name(bound)}, of shape {tuple(value.shape)}",
                f"the cell makes {tuple(ours.shape)}",
                "give step=, a function of module, inputs (N, D) and states (N, H)",
            )
        if not torch.equal(value.nan_to_num(), again[name].nan_to_num()):
            raise LonglagError(
                f"{_name(bound)}, whose step differs from call to call",
                "a network makes the same of the same input and state",
                "call .eval() on the module first, and keep nothing between calls",
            )
        scale = torch.maximum(ours.abs().amax(), value.abs().amax()).nan_to_num().clamp(min=1)
        error = ((ours - value).abs() / scale).nan_to_num(torch.inf)
        error = torch.where(ours.isnan() & value.isnan(), 0, error)
        largest = float(error.max())
        if largest > max(worst, _ROUNDING * torch.finfo(value.dtype).eps):
            sequence, neuron = divmod(int(error.argmax()), error.shape[-1])
            worst = largest
            told = (
                f"state {name!r} of neuron {neuron} becomes "
                f"{float(ours[sequence, neuron]):.6g} in the cell and "
                f"{float(value[sequence, neuron]):.6g} in the module"
            )
    return told


def _copied(states: Any) -> Any:
    """A step may write into what it is given."""
    return tuple(s.clone() for s in states) if isinstance(states, tuple) else states.clone()


def _attempt(bound: AdaptedModule, what: str, call: Any) -> Any:
    try:
        return call()
    except LonglagError:
        raise
    except Exception as error:  # whatever a user's own code raises
        raise LonglagError(
            f"{what} of {_name(bound)}: {describe(error)}",
            "one step is computed from inputs (N, D) and states (N, H)",
            "correct the adapter, or give step= and example=",
        ) from None


def _check_shapes(bound: AdaptedModule, drives: Mapping[str, Tensor], size: int) -> None:
    shapes = bound.cell.shapes(size)
    groups = {"weight": bound.weight, "parameter": bound.parameter, "drive": drives}
    for role, given in groups.items():
        for name, value in given.items():
            wanted = shapes[role][name]
            found = tuple(value.shape[-1:] if role == "drive" else value.shape)
            fits = found == wanted or (role == "parameter" and found == ())
            if not fits:
                shown = f"(..., {wanted[0]})" if role == "drive" else wanted
                raise LonglagError(
                    f"{role} {name!r} of {_name(bound)}, of shape {tuple(value.shape)}",
                    f"with {size} neurons it has {shown}",
                    "name another tensor, or reshape it in a function",
                )


def _example(bound: AdaptedModule, like: Tensor, generator: torch.Generator) -> Tensor:
    """Inputs as the module takes them: of one step, (N, D), or of a run, (T, N, D)."""
    given = bound.adapter.example
    if given is not None:
        if not isinstance(given, Tensor) or given.ndim < 1 or not len(given):
            raise LonglagError(
                f"example of type {type(given).__name__}",
                "it holds inputs of one step, a row for each sequence, or of a run",
                "give a tensor (N, D), or (T, N, D) beside run=",
            )
        return given.to(like) if given.is_floating_point() else given.to(like.device)
    features = _features(bound)
    if features is None:
        raise LonglagError(
            f"an adapter of {_name(bound)} without an example",
            "it does not tell how many numbers the module takes at a step",
            "give example=torch.randn(4, D)",
        )
    shape = (_SEQUENCES, features) if bound.adapter.run is None else (_STEPS, _SEQUENCES, features)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(like)


def _features(bound: AdaptedModule) -> int | None:
    """How many inputs the module, or one of the parts that are applied to them, says it takes."""
    given = bound.adapter.drive
    named = () if callable(given) else given.values()
    paths = [path for entry in named for path in ((entry,) if isinstance(entry, str) else entry)]
    parts = dict(bound.module.named_modules())
    for part in (bound.module, *(parts[path] for path in paths if path in parts)):
        for attribute in ("input_size", "in_features"):
            if isinstance(found := getattr(part, attribute, None), int):
                return found
    return None


def _in_double(bound: AdaptedModule) -> AdaptedModule:
    """A copy in float64, so that nothing of the module changes and less is rounded."""
    try:
        return replace(bound, module=deepcopy(bound.module).double())
    except Exception:  # tensors made of others, or locks: compared in the module's own precision
        return bound


def _check_hooks(module: nn.Module) -> None:
    for name, part in module.named_modules():
        for hook in part._forward_pre_hooks.values():
            if isinstance(hook, _WEIGHT_HOOKS):
                raise LonglagError(
                    f"{name or type(module).__name__} under {type(hook).__name__}",
                    "its weight is made anew at every call, and stands still between them",
                    "use torch.nn.utils.parametrizations, or make the weight permanent",
                )


def _name(bound: AdaptedModule) -> str:
    return type(bound.module).__name__


__all__ = ["check_agreement"]
