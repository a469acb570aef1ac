"""A trained network: weights, input maps and readout, and what they predict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy, linear, mse_loss

from longlag.numerics.codegen import Generated
from longlag.numerics.generate import generate
from longlag.numerics.networks.domains import require_inside, stated_intervals
from longlag.numerics.networks.network import Network
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.typeset.described import described


@dataclass(frozen=True, kw_only=True)
class TrainedNetwork:
    """A network of a cell that was trained on a task, everything detached.

    Args:
        cell: the cell.
        weight: the recurrent weights.
        parameter: the parameters of the cell.
        input_weight: by drive, U of shape (H, D), or (1, D) for a drive that all neurons share.
        input_bias: by drive, b of shape (H,) or (1,).
        readout_weight: V, shape (O, H).
        readout_bias: c, shape (O,).
        step_sizes: by recurrent weight, λ of the optimiser at its last step, in the shape of the
            weight; see ``numerics.optimisers``. Weights that had no gradient are left out.
        losses: the loss at every step, before the step, on the sequences drawn for it.
        seconds: how long the training took.
    """

    cell: Cell
    weight: dict[str, Tensor]
    parameter: dict[str, Tensor]
    input_weight: dict[str, Tensor]
    input_bias: dict[str, Tensor]
    readout_weight: Float[Tensor, "O H"]
    readout_bias: Float[Tensor, " O"]
    step_sizes: dict[str, Tensor]
    losses: tuple[float, ...]
    seconds: float

    def __repr__(self) -> str:
        told = (
            f"trained {self.cell.name}: {len(self.losses)} updates, last loss {self.losses[-1]:.4g}"
        )
        return described(told, "network(inputs)", "predictions(inputs)", "losses")

    def network(self, inputs: Float[Tensor, "T *batch D"]) -> Network:
        """Return the network that runs on inputs, with drives (T, ..., H) and states of zero.

        Args:
            inputs: time first, in the dtype and on the device of the weights.

        Raises:
            LonglagError: inputs of another dtype, device or number of features.
        """
        features = next(iter(self.input_weight.values()))
        if inputs.ndim < 2 or inputs.shape[-1] != features.shape[1]:
            raise LonglagError(
                f"inputs of shape {tuple(inputs.shape)}",
                f"this network was trained on (T, ..., {features.shape[1]})",
                "reshape them, time first",
            )
        if (inputs.dtype, inputs.device) != (features.dtype, features.device):
            raise LonglagError(
                f"inputs of {inputs.dtype} on {inputs.device}",
                f"the weights are {features.dtype} on {features.device}",
                "move the inputs there with .to(…)",
            )
        size = self.readout_weight.shape[1]
        states = {name: inputs.new_zeros(*inputs.shape[1:-1], size) for name in self.cell.states}
        drives = {
            name: linear(inputs, weight, self.input_bias[name])
            for name, weight in self.input_weight.items()
        }
        return Network(self.cell, states, drives, self.weight, self.parameter)

    def double(self) -> TrainedNetwork:
        """Return it in float64."""

        def doubled(group: dict[str, Tensor]) -> dict[str, Tensor]:
            return {name: tensor.double() for name, tensor in group.items()}

        return replace(
            self,
            weight=doubled(self.weight),
            parameter=doubled(self.parameter),
            input_weight=doubled(self.input_weight),
            input_bias=doubled(self.input_bias),
            readout_weight=self.readout_weight.double(),
            readout_bias=self.readout_bias.double(),
        )

    def predictions(self, inputs: Float[Tensor, "T *batch D"]) -> Float[Tensor, "T *batch O"]:
        """Return V h + c after every step; arguments and errors as for ``network``."""
        states = first_states(self.network(inputs))
        return linear(states, self.readout_weight, self.readout_bias)

    def loss(
        self,
        inputs: Float[Tensor, "T N D"],
        targets: Float[Tensor, "T N O"] | Int[Tensor, " N"],
        *,
        burn_in: int = 0,
    ) -> float:
        """Return the loss on the given sequences; arguments as for ``train``."""
        check_task(inputs, targets, burn_in)
        outputs = len(self.readout_bias)
        real = targets.is_floating_point()
        wanted = targets.shape[-1] if real else int(targets.max()) + 1
        if wanted > outputs or (real and wanted < outputs):
            raise LonglagError(
                f"targets of {wanted} {'numbers' if real else 'classes'}",
                f"this network was trained to predict {outputs}",
                "give targets of the same kind as in training",
            )
        return float(task_loss(self.predictions(inputs), targets, burn_in))


@lru_cache(maxsize=64)
def _functions(cell: Cell) -> Generated:
    return generate(cell)


def first_states(network: Network) -> Float[Tensor, "T *batch H"]:
    """Return the first state after every step, differentiable.

    Args:
        network: drives of shape (T, ..., H), states before the first step.

    Raises:
        LonglagError: a state leaves the interval that it was said to live in.
    """
    functions = _functions(network.cell)
    drives = {name: value.unbind(0) for name, value in network.drive.items()}
    bounded = [name for name, _ in stated_intervals(network.cell)]
    state, found = dict(network.state), []
    along = {name: [state[name]] for name in bounded}
    for now in range(network.steps):
        drive = {name: values[now] for name, values in drives.items()}
        state = functions.step(state, drive, network.weight, network.parameter)
        found.append(state[network.cell.states[0]])
        for name, values in along.items():
            values.append(state[name].detach())
    if bounded:
        states = {name: torch.stack(torch.broadcast_tensors(*each)) for name, each in along.items()}
        require_inside(network.cell, states)
    return torch.stack(found)


def task_loss(predictions: Tensor, targets: Tensor, burn_in: int) -> Tensor:
    """Return the mean square error of real targets, the cross-entropy of classes."""
    if targets.is_floating_point():
        return mse_loss(predictions[burn_in:], targets[burn_in:])
    return cross_entropy(predictions[-1], targets)


def check_task(inputs: Tensor, targets: Tensor, burn_in: int) -> None:
    """Refuse inputs and targets that do not fit each other."""
    if inputs.ndim != 3 or 0 in inputs.shape or not inputs.is_floating_point():
        raise LonglagError(
            f"inputs of shape {tuple(inputs.shape)} and dtype {inputs.dtype}",
            "they are real numbers of shape (T, N, D), no axis empty",
            "put time first and convert them to floats",
        )
    steps, sequences = inputs.shape[:2]
    real = targets.is_floating_point()
    fitting = (
        targets.ndim == 3 and targets.shape[:2] == (steps, sequences) and targets.shape[2] > 0
        if real
        else targets.dtype == torch.int64 and targets.shape == (sequences,)
    )
    if not fitting or (real and targets.dtype != inputs.dtype) or targets.device != inputs.device:
        raise LonglagError(
            f"targets of shape {tuple(targets.shape)}, {targets.dtype} on {targets.device}",
            f"they are ({steps}, {sequences}, O) in {inputs.dtype}, or ({sequences},) classes in"
            f" torch.int64, on {inputs.device}",
            "reshape or convert them",
        )
    if not real and (int(targets.min()) < 0):
        raise LonglagError(
            f"class {int(targets.min())}", "classes count from 0", "number them 0, 1, 2, …"
        )
    if not 0 <= burn_in < steps or (burn_in and not real):
        raise LonglagError(
            f"burn_in {burn_in}",
            f"it leaves out some of {steps} real targets of a sequence and not all",
            f"choose from 0 to {steps - 1}, and 0 for classes",
        )


__all__ = ["TrainedNetwork", "check_task", "first_states", "task_loss"]
