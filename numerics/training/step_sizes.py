"""Step sizes of a live optimiser, weight by weight, and what they make of a neuron's rate.

An adaptive optimiser moves the weight (q, j) by λ_qj times its gradient, so that the rate of
neuron q at lag ℓ is Λ^(q) Γ^(q) in place of η Γ^(q), Λ^(q) an average of row q of λ.

A further optimiser is one ``StepRule`` registered in ``OPTIMISERS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import unwrap
from math import inf
from typing import Any, Literal, get_args

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop

from longlag.numerics.networks.binding import Bound, bind
from longlag.numerics.networks.network import Network
from longlag.theory.errors import LonglagError
from longlag.theory.registry import Registry

Reading = Literal["rayleigh", "row_mean"]


@dataclass(frozen=True)
class StepRule:
    """How an optimiser divides the learning rate η, weight by weight: λ = η / divisor.

    Args:
        kind: the class; a subclass belongs to it unless it overrides ``step``.
        divisor: maps a parameter group and the state of one of its parameters to √v̂ + ε.
        adaptive: whether the divisor is read from a state, which exists from the first step on.
    """

    kind: type[Optimizer]
    divisor: Callable[[Mapping[str, Any], Mapping[str, Any]], Tensor | float]
    adaptive: bool = True


def _adam_divisor(group: Mapping[str, Any], state: Mapping[str, Any]) -> Tensor:
    """v̂ = v/(1−β₂^step). AMSGrad keeps the largest v, and only then corrects its bias."""
    moment: Tensor = state["max_exp_avg_sq" if group["amsgrad"] else "exp_avg_sq"]
    correction = 1 - float(group["betas"][1]) ** float(state["step"])
    return moment.sqrt() / correction**0.5 + group["eps"]


def _rmsprop_divisor(group: Mapping[str, Any], state: Mapping[str, Any]) -> Tensor:
    """v̂ = v, less the square of the average gradient if centred; ε stands outside the root."""
    moment: Tensor = state["square_avg"]
    if group["centered"]:
        moment = moment.addcmul(state["grad_avg"], state["grad_avg"], value=-1)
    return moment.sqrt() + group["eps"]


OPTIMISERS: Registry[StepRule] = Registry("optimiser")
for _name, _rule in {
    "SGD": StepRule(SGD, lambda group, state: 1.0, adaptive=False),
    "Adam": StepRule(Adam, _adam_divisor),
    "AdamW": StepRule(AdamW, _adam_divisor),
    "RMSprop": StepRule(RMSprop, _rmsprop_divisor),
}.items():
    OPTIMISERS.register(_name, _rule)


def step_sizes(
    optimiser: Optimizer,
    module: nn.Module | Bound | Network,
    layer: int = 0,
    *,
    reverse: bool = False,
) -> dict[str, Float[Tensor, "*shape"]]:
    """Return the step sizes λ of the recurrent weights of one layer, from the optimiser's state.

    Args:
        optimiser: the optimiser that trains the module, after at least one step if adaptive.
        module: a recurrent module, what ``bind`` made of it, or a Network whose weights are the
            tensors that the optimiser moves, or slices of them.
        layer: the layer of a stack, as for ``bind``.
        reverse: the backward direction of a bidirectional module, as for ``bind``.

    Returns:
        By recurrent map, shape (H, H): row q, column j belong to the weight from neuron j to
        neuron q; (H,) for a row that all neurons share. Detached, in the dtype of the parameter;
        see ``parameter_step_sizes``.

    Raises:
        LonglagError: what ``bind`` and ``parameter_step_sizes`` refuse; a place in the stack
            beside a module that is bound already.

    >>> gru = nn.GRU(3, 4)
    >>> sizes = step_sizes(torch.optim.SGD(gru.parameters(), lr=0.5), gru)
    >>> {name: (tuple(size.shape), size.unique().item()) for name, size in sizes.items()}
    {'r': ((4, 4), 0.5), 'z': ((4, 4), 0.5), 'n': ((4, 4), 0.5)}
    """
    if isinstance(module, Network):
        return {
            name: _of_weight(optimiser, weight, f"weight {name!r} of the Network")
            for name, weight in module.weight.items()
        }
    if isinstance(module, Bound) and (layer or reverse):
        raise LonglagError(
            f"layer={layer!r}, reverse={reverse!r} of a bound module",
            f"it is bound to layer {module.layer}, reverse={module.reverse} already",
            "give the module itself, or leave layer and reverse out",
        )
    bound = module if isinstance(module, Bound) else bind(module, layer, reverse=reverse)
    # In inference mode a view does not know what it is a view of.
    with torch.inference_mode(False):
        weights = bound.weight
    what = f"recurrent weights of {type(bound.module).__name__}"
    return {name: _of_weight(optimiser, weight, what) for name, weight in weights.items()}


def _of_weight(optimiser: Optimizer, weight: Tensor, what: str) -> Tensor:
    """The step sizes of a parameter, or of the part of one that a weight is a view of."""
    whole = weight if weight._base is None else weight._base
    if not whole.is_leaf:
        raise LonglagError(
            what,
            "they are computed from other parameters, and an optimiser has no state for them",
            "remove the parametrization first, or give the tensors that the optimiser moves",
        )
    sizes = parameter_step_sizes(optimiser, whole)
    # Laid out as the parameter, so that the same places are taken of both.
    laid_out = torch.empty_like(whole, dtype=sizes.dtype).copy_(sizes)
    offset = weight.storage_offset() - whole.storage_offset()
    return laid_out.as_strided(weight.shape, weight.stride(), offset)


def parameter_step_sizes(
    optimiser: Optimizer, parameter: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """Return λ = η/(√v̂ + ε) of one parameter, from the live state of its optimiser.

    η is the learning rate of the parameter's group. SGD, with or without momentum: λ = η. Adam
    and AdamW: v̂ = v/(1−β₂^step), with AMSGrad v its largest value so far. RMSprop: v̂ = v, centred
    v less the square of the average gradient. Source: arXiv 2512.05790, with PyTorch's placing of ε
    and of the bias correction. These are the λ with which the last step was taken, −λ∘g, where g
    is the gradient or, with momentum, its average.

    Possible issues: a weight that never had a gradient has v = 0 and thus λ = η/ε, which is huge.
    Decoupled weight decay is no part of the gradient and is left out.

    Args:
        optimiser: SGD, Adam, AdamW or RMSprop of ``torch.optim``.
        parameter: a tensor that it optimises.

    Returns:
        Shape of the parameter, detached, in the dtype of its state.

    Raises:
        LonglagError: an optimiser without a rule, one that does not hold the parameter, maximises,
            has not taken a step, or whose step sizes are not positive and finite.
    """
    name, rule = _rule_of(optimiser)
    group = _group_of(optimiser, parameter)
    learning_rate = float(group["lr"])
    if not 0 < learning_rate < inf:
        raise LonglagError(
            f"learning rate {learning_rate:g} of {name}",
            "a step size is positive and finite",
            "read the optimiser while its schedule gives it a positive rate",
        )
    if group.get("maximize", False):
        raise LonglagError(
            f"{name} with maximize=True",
            "step sizes multiply the gradient of a loss that falls",
            "minimise the negative objective with maximize=False",
        )
    state = optimiser.state.get(parameter, {})
    if rule.adaptive and float(state.get("step", 0)) < 1:
        raise LonglagError(
            f"{name} without a step on this parameter",
            "its step sizes come from second moments, which exist from the first step on",
            "call loss.backward() and optimiser.step() at least once, the parameter unfrozen",
        )
    with torch.no_grad():
        sizes = learning_rate / torch.as_tensor(rule.divisor(group, state)).to(parameter)
        sizes = sizes.expand(parameter.shape).clone()
    if not bool(torch.isfinite(sizes).all()):
        raise LonglagError(
            f"{name} with eps {float(group.get('eps', 0)):g} has step sizes that are not finite",
            "they are η/(√v̂ + ε) with a second moment that is 0 or was never a number",
            "give the optimiser eps > 0, or look for NaN in its state",
        )
    return sizes


def effective_step_sizes(
    step_sizes: Float[Tensor, "H H"],
    states: Float[Tensor, "T *batch H"],
    reading: Reading = "rayleigh",
) -> Float[Tensor, "T *batch H"]:
    """Return Λ of every neuron at every source step: λ averaged over a row.

    Rayleigh: Λ^(q)_k = Σ_j λ_qj h_kj² / Σ_j h_kj², and the row mean where h_k = 0. Source:
    arXiv 2512.05790, later versions. Where v_qj = δ_q² h_j² is of rank one, λ falls as the weight
    h² rises, so that Rayleigh <= row mean by Chebyshev's sum inequality (for ε = 0 by
    Cauchy–Schwarz twice; derived here).

    Args:
        step_sizes: λ of one recurrent map, row q, column j.
        states: the states that the map reads, such as ``trajectory(…).state["h"]``.
        reading: ``rayleigh``, or ``row_mean`` Σ_j λ_qj / H, which does not look at the states.

    Returns:
        Shape, dtype and device of the states; detached.

    Raises:
        LonglagError: an unknown reading, shapes that do not fit, another device, values that are
            not finite.

    >>> sizes = torch.tensor([[1.0, 3.0], [2.0, 2.0]])
    >>> effective_step_sizes(sizes, torch.tensor([[0.0, 7.0], [1.0, 1.0], [0.0, 0.0]]))
    tensor([[3., 2.],
            [2., 2.],
            [2., 2.]])
    """
    _check_states(step_sizes, states, reading)
    sizes, h = step_sizes.detach().to(states.dtype), states.detach()
    mean = sizes.mean(1).expand(h.shape)
    if reading == "row_mean":
        return mean.clone()
    # Scaled to 1 first, so that the squares of small states do not vanish.
    largest = h.abs().amax(-1, keepdim=True)
    weight = (h / torch.where(largest > 0, largest, 1.0)).square()
    total = weight.sum(-1, keepdim=True)
    average = weight @ sizes.T / torch.where(total > 0, total, 1.0)
    return torch.where(total > 0, average, mean)


def _rule_of(optimiser: Optimizer) -> tuple[str, StepRule]:
    """Return the rule of the class that computes the steps; PyTorch wraps ``step`` in place."""
    for name, rule in OPTIMISERS.items():
        kind = type(optimiser)
        if isinstance(optimiser, rule.kind) and unwrap(kind.step) is unwrap(rule.kind.step):
            return name, rule
    raise LonglagError(
        f"optimiser of type {type(optimiser).__name__}",
        f"only {', '.join(OPTIMISERS)} of torch.optim with their own step have a rule",
        "train with one of them, or register its StepRule in numerics.optimisers",
    )


def _group_of(optimiser: Optimizer, parameter: Tensor) -> Mapping[str, Any]:
    for group in optimiser.param_groups:
        if any(held is parameter for held in group["params"]):
            found: Mapping[str, Any] = group
            return found
    raise LonglagError(
        f"parameter of shape {tuple(parameter.shape)}",
        f"this {type(optimiser).__name__} does not hold it",
        "give the optimiser that trains this very module, made from its parameters()",
    )


def _check_states(step_sizes: Tensor, states: Tensor, reading: str) -> None:
    if reading not in get_args(Reading):
        raise LonglagError(
            f"reading {reading!r}",
            "λ is averaged over a row by the states or evenly",
            f"choose one of {', '.join(get_args(Reading))}",
        )
    size = states.shape[-1] if states.ndim else 0
    if states.ndim < 2 or step_sizes.shape != (size, size):
        raise LonglagError(
            f"states of shape {tuple(states.shape)}, step sizes {tuple(step_sizes.shape)}",
            "they are (T, ..., H) and (H, H) with one H",
            "give the states that the map reads, time first, and λ of one map",
        )
    if states.device != step_sizes.device:
        raise LonglagError(
            f"states on {states.device}, step sizes on {step_sizes.device}",
            "they are computed together",
            "move one of them to the other's device",
        )
    for name, value in {"states": states, "step sizes": step_sizes}.items():
        if not bool(torch.isfinite(value).all()):
            raise LonglagError(
                f"{name} that are not finite",
                "an average over a row is taken of numbers",
                "look for the first step at which the network or the optimiser left them",
            )


__all__ = [
    "OPTIMISERS",
    "Reading",
    "StepRule",
    "effective_step_sizes",
    "parameter_step_sizes",
    "step_sizes",
]
