"""A network in training: its optimiser, one update after another, and where it stands."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import isfinite

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer

from longlag.numerics.precision import in_full_precision
from longlag.numerics.training.network import TrainedNetwork, task_loss
from longlag.numerics.training.step_sizes import OPTIMISERS, parameter_step_sizes
from longlag.theory.errors import LonglagError
from longlag.theory.language.symbols import Parameter

# A trained parameter stays this share of its interval away from the ends, which may be open.
_MARGIN = 1e-3


class DivergedError(LonglagError):
    """A loss that is no longer finite; the network is as it was before the update."""


@dataclass
class Session:
    """Updates of one network; what a run saves and takes up again.

    Args:
        network: its tensors are trained in place.
        optimiser: holds them.
        clip: the largest norm of the gradient, or None.
        train_parameters: whether the parameters of the cell are trained.
        losses: before every update so far, on the sequences of that update.
        seconds: that the updates took.
    """

    network: TrainedNetwork
    optimiser: Optimizer
    clip: float | None
    train_parameters: bool
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def updates(self) -> int:
        """How many updates were made."""
        return len(self.losses)

    @property
    def trained(self) -> list[Tensor]:
        """The tensors that the optimiser moves, in its order."""
        return [tensor for group in self.optimiser.param_groups for tensor in group["params"]]

    @in_full_precision
    def update(
        self,
        inputs: Float[Tensor, "T N D"],
        targets: Float[Tensor, "T N O"] | Int[Tensor, " N"],
        *,
        burn_in: int = 0,
    ) -> float:
        """Make one step of the optimiser and return the loss before it.

        Raises:
            DivergedError: a loss that is not finite; no step is made then.
        """
        started = time.perf_counter()
        loss = task_loss(self.network.predictions(inputs), targets, burn_in)
        value = loss.item()
        if not isfinite(value):
            raise DivergedError(
                f"loss {value} at step {self.updates}",
                "training goes on while the loss is finite",
                "lower learning_rate or recurrent_scale, or standardise inputs and targets",
            )
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if self.clip is not None:
            clip_grad_norm_(self.trained, self.clip)
        self.optimiser.step()
        if self.train_parameters:
            _keep_inside(self.network)
        self.losses.append(value)
        self.seconds += time.perf_counter() - started
        return value

    def detached(self) -> TrainedNetwork:
        """Return a copy of the network as it is now, detached, with losses and seconds."""

        def of(held: dict[str, Tensor]) -> dict[str, Tensor]:
            return {name: tensor.detach().clone() for name, tensor in held.items()}

        network = self.network
        return replace(
            network,
            weight=of(network.weight),
            parameter=of(network.parameter),
            input_weight=of(network.input_weight),
            input_bias=of(network.input_bias),
            readout_weight=network.readout_weight.detach().clone(),
            readout_bias=network.readout_bias.detach().clone(),
            losses=tuple(self.losses),
            seconds=self.seconds,
        )

    def finished(self) -> TrainedNetwork:
        """Return a copy of the network with the step sizes of its last update, too."""
        sizes = {
            name: parameter_step_sizes(self.optimiser, weight)
            for name, weight in self.network.weight.items()
            if weight in self.optimiser.state
        }
        return replace(self.detached(), step_sizes=sizes)


def begin(
    network: TrainedNetwork,
    *,
    optimiser: str = "Adam",
    learning_rate: float = 1e-2,
    options: dict[str, float | bool] | None = None,
    clip: float | None = 1.0,
    train_parameters: bool = False,
    train_biases: bool = True,
) -> Session:
    """Begin to train a network, whose tensors are trained in place.

    Args:
        network: as ``initial_network`` draws it.
        optimiser: a name in ``OPTIMISERS``.
        learning_rate: of the optimiser.
        options: further arguments of the optimiser, such as ``momentum``.
        clip: the largest norm of the gradient, or None.
        train_parameters: whether the parameters of the cell are trained, kept in their interval.
        train_biases: whether biases of drives and readout are trained.

    Raises:
        LonglagError: an unknown optimiser, options that it refuses.
    """
    trained: list[Tensor] = [
        *network.weight.values(),
        *network.input_weight.values(),
        *(network.input_bias.values() if train_biases else ()),
        network.readout_weight,
        *((network.readout_bias,) if train_biases else ()),
        *(network.parameter.values() if train_parameters else ()),
    ]
    for tensor in trained:
        tensor.requires_grad_()
    kind: Callable[..., Optimizer] = OPTIMISERS[optimiser].kind
    try:
        made = kind(trained, lr=learning_rate, **(options or {}))
    except (TypeError, ValueError) as error:
        raise LonglagError(
            f"{optimiser} with learning rate {learning_rate:g} and {options or {}}",
            f"PyTorch refuses it: {error}",
            "give options of this optimiser",
        ) from None
    return Session(network, made, clip, train_parameters)


def tensors_of(network: TrainedNetwork) -> dict[str, Tensor]:
    """Return every tensor of a network by name, such as ``weight.n`` or ``readout_bias``."""
    groups = {
        group: getattr(network, group)
        for group in ("weight", "parameter", "input_weight", "input_bias")
    }
    named = {f"{group}.{name}": t for group, held in groups.items() for name, t in held.items()}
    return named | {"readout_weight": network.readout_weight, "readout_bias": network.readout_bias}


def _keep_inside(network: TrainedNetwork) -> None:
    """Bring parameters back that a step took out of their interval."""
    for symbol in network.cell.symbols(Parameter):
        interval = symbol.interval  # type: ignore[attr-defined]
        low, high = float(interval.start), float(interval.end)
        margin = _MARGIN * (high - low) if isfinite(high - low) else _MARGIN
        with torch.no_grad():
            network.parameter[symbol.name].clamp_(low + margin, high - margin)


__all__ = ["DivergedError", "Session", "begin", "tensors_of"]
