"""A loss as a function of leaves: whatever network stands between, a trained one or a module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call

from longlag.numerics.networks.binding import AdaptedModule, Bound, bind
from longlag.numerics.networks.network import Network
from longlag.numerics.training.network import TrainedNetwork, first_states, task_loss
from longlag.numerics.training.session import tensors_of
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError

#: Named tensors that a gradient is taken of.
Leaves: TypeAlias = Mapping[str, Tensor]


@dataclass(frozen=True)
class Objective:
    """A loss of a recurrent network, as a function of its leaves and of a batch.

    Args:
        cell: of the network.
        leaves: by name, detached.
        network: maps leaves and inputs (T, N, D) to the network that runs on them.
        loss: maps leaves, the new first states (T, N, H) and targets to the loss.
        step_by_step: whether the drives of a step depend on the input of that step alone, as in
            the first layer of a stack, forward in time.
    """

    cell: Cell
    leaves: dict[str, Tensor]
    network: Callable[[Leaves, Tensor], Network]
    loss: Callable[[Leaves, Tensor, Tensor], Tensor]
    step_by_step: bool = True


def objective_of(
    network: TrainedNetwork | nn.Module | Bound,
    *,
    loss: Callable[[Float[Tensor, "T N H"], Tensor], Tensor] | None = None,
    burn_in: int = 0,
) -> Objective:
    """Return the objective of a trained network on its task, or of a module with a given loss.

    Args:
        network: a trained network, or a recurrent module, bound or not.
        loss: of a module: maps its outputs, time first, and the targets to a number.
        burn_in: of a trained network, as for ``train``.

    Raises:
        LonglagError: a module without a loss, a trained network with one, and what ``bind``
            refuses.
    """
    if isinstance(network, TrainedNetwork):
        if loss is not None:
            raise LonglagError(
                "a loss beside a trained network", "it has the loss of its task", "leave it out"
            )
        return _of_trained(network, burn_in)
    if loss is None:
        raise LonglagError(
            f"{type(network).__name__} without a loss",
            "a gradient is that of a loss",
            "give loss=, a function of outputs (T, N, H) and targets",
        )
    bound = network if isinstance(network, Bound) else bind(network)
    if getattr(bound.module, "proj_size", 0):
        raise LonglagError(
            f"{type(bound.module).__name__} with proj_size",
            "its projection acts in the recurrence and after it, so that its gradient has no lag",
            "train with proj_size=0; measure_transport takes it as it is",
        )
    called, given = _AsNetwork(bound), loss
    names = {name: tensor.detach() for name, tensor in bound.module.named_parameters()}

    def run(leaves: Leaves, inputs: Tensor) -> Network:
        held = {f"module.{name}": tensor for name, tensor in leaves.items()}
        own_layout = not isinstance(bound, AdaptedModule)
        batch_first = own_layout and getattr(bound.module, "batch_first", False)
        x = inputs.transpose(0, 1) if batch_first else inputs
        found: Network = functional_call(called, held, (x,))
        return found

    return Objective(
        bound.cell,
        names,
        run,
        lambda leaves, states, targets: given(states, targets),
        step_by_step=bound.layer == 0 and not bound.reverse,
    )


def _of_trained(trained: TrainedNetwork, burn_in: int) -> Objective:
    def group(leaves: Leaves, role: str) -> dict[str, Tensor]:
        prefix = role + "."
        return {k.removeprefix(prefix): v for k, v in leaves.items() if k.startswith(prefix)}

    def network(leaves: Leaves, inputs: Tensor) -> Network:
        filled = replace(
            trained,
            weight=group(leaves, "weight"),
            parameter=group(leaves, "parameter"),
            input_weight=group(leaves, "input_weight"),
            input_bias=group(leaves, "input_bias"),
        )
        return filled.network(inputs)

    def loss(leaves: Leaves, states: Tensor, targets: Tensor) -> Tensor:
        predicted = states @ leaves["readout_weight"].T + leaves["readout_bias"]
        return task_loss(predicted, targets, burn_in)

    leaves = {name: tensor.detach() for name, tensor in tensors_of(trained).items()}
    return Objective(trained.cell, leaves, network, loss)


class _AsNetwork(nn.Module):
    """A module that returns the network it computes, so that its parameters can be exchanged."""

    def __init__(self, bound: Bound) -> None:
        super().__init__()
        self.module = bound.module
        self._bound = bound

    def forward(self, x: Tensor) -> Network:
        """Return the network that runs on an input."""
        return self._bound.network(x)


def leaves_with_gradient(objective: Objective) -> dict[str, Tensor]:
    """Return copies of the leaves that ask for gradients."""
    return {name: tensor.clone().requires_grad_() for name, tensor in objective.leaves.items()}


def states_of(objective: Objective, leaves: Leaves, inputs: Tensor) -> Tensor:
    """Return the new first state after every step, differentiable, shape (T, N, H)."""
    return first_states(objective.network(leaves, inputs))


__all__ = ["Leaves", "Objective", "leaves_with_gradient", "objective_of", "states_of"]
