"""The gradient of a loss taken apart by lag: g = Σ_ℓ g^{(ℓ)}, exactly.

g^{(ℓ)} = Σ_t δ_tᵀ M_{t,ℓ} B_{t−ℓ}, with δ_t = ∂L/∂h_t through the readout alone, M_{t,ℓ} the
transport, and B_s the *immediate* partial of the state after step s with respect to the parameters,
the state before it held fixed. Source: arXiv 2512.05790; that the lags add up to the gradient of
autograd is checked in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.generate import generate
from longlag.numerics.gradients.objective import Objective, leaves_with_gradient
from longlag.numerics.lags.products import trajectory
from longlag.numerics.networks.network import Network
from longlag.numerics.precision import in_full_precision
from longlag.theory.scalar.parameters import require_count


@dataclass(frozen=True)
class GradientByLag:
    """The gradient of a loss by lag and leaf.

    Args:
        parts: g^{(ℓ)} by leaf, shape (L + 1, *leaf) for the lags 0 … L.
        direct: the gradient of leaves that act after the recurrence, such as the readout.
        complete: whether L is the longest lag there is, so that the parts add up.
    """

    parts: dict[str, Tensor]
    direct: dict[str, Tensor]
    complete: bool

    def flat(self) -> Float[Tensor, "lags P"]:
        """Return g^{(ℓ)} as rows of one matrix, the leaves one after another."""
        return torch.cat([part.reshape(len(part), -1) for part in self.parts.values()], 1)

    def norms(self) -> dict[str, Float[Tensor, " lags"]]:
        """Return ‖g^{(ℓ)}‖ by leaf."""
        return {name: part.reshape(len(part), -1).norm(dim=1) for name, part in self.parts.items()}

    def with_total_derivative(self) -> dict[str, Tensor]:
        """Return Σ_t δ_tᵀ M_{t,ℓ} dh_{t−ℓ}/dθ by leaf, which is Σ_{k≥ℓ} g^{(k)}.

        The total derivative holds every older step already: over all lags, lag ℓ is counted
        ℓ + 1 times. Derived here: dh_s/dθ = Σ_k M_{s,k} B_{s−k}.
        """
        return {name: part.flip(0).cumsum(0).flip(0) for name, part in self.parts.items()}


@in_full_precision
def gradient_by_lag(
    objective: Objective,
    inputs: Float[Tensor, "T N D"],
    targets: Tensor,
    *,
    max_lag: int | None = None,
) -> GradientByLag:
    """Return the gradient of a loss by lag.

    The rows δ_tᵀ M_{t,ℓ} of all times and sequences go one factor further at every lag, in one
    vector–Jacobian product of the step at all times at once: L of them, and no loop over times.

    Args:
        objective: the loss as a function of its leaves.
        inputs: sequences, time first.
        targets: of them.
        max_lag: the longest lag L, from 0; all of them, T − 1, if left out.

    Raises:
        LonglagError: a lag that there is not.
    """
    steps = len(inputs)
    longest = steps - 1 if max_lag is None else max_lag
    require_count("max_lag", longest, "it counts factors", most=steps - 1)
    leaves = leaves_with_gradient(objective)
    network = objective.network(leaves, inputs)
    functions = generate(objective.cell, "torch")
    with torch.no_grad():
        states = dict(trajectory(functions, network).state)
    step = _freed(network, states)
    new = functions.step(*step.arguments)
    delta, direct = _delta(objective, leaves, new[objective.cell.states[0]], targets)

    rows = {name: torch.zeros_like(value) for name, value in new.items()}
    rows[objective.cell.states[0]] = delta
    held = _held(step)
    source = _held(network)
    reached = [name for name, tensor in source.items() if tensor.requires_grad]
    recurrent = {name: tensor for name, tensor in leaves.items() if name not in direct}
    parts: dict[str, list[Tensor]] = {name: [] for name in recurrent}
    for lag in range(longest + 1):
        found = torch.autograd.grad(
            list(new.values()),
            [*step.state.values(), *held.values()],
            list(rows.values()),
            retain_graph=lag < longest,
            allow_unused=True,
        )
        moved, immediate = found[: len(new)], dict(zip(held, found[len(new) :], strict=True))
        ends = [name for name in reached if immediate[name] is not None]
        gradient = torch.autograd.grad(
            [source[name] for name in ends],
            list(recurrent.values()),
            [immediate[name] for name in ends],
            retain_graph=lag < longest,
            allow_unused=True,
        )
        for (name, leaf), part in zip(recurrent.items(), gradient, strict=True):
            parts[name].append(torch.zeros_like(leaf) if part is None else part)
        for name, row in zip(new, moved, strict=True):
            rows[name] = torch.zeros_like(new[name])
            if row is not None:
                rows[name][:-1] = row[1:]
    stacked = {name: torch.stack(part).detach() for name, part in parts.items()}
    return GradientByLag(stacked, direct, longest == steps - 1)


def _freed(network: Network, states: dict[str, Tensor]) -> Network:
    """The steps of a trajectory side by side, none depending on another."""

    def free(held: dict[str, Tensor]) -> dict[str, Tensor]:
        return {name: tensor.detach().requires_grad_() for name, tensor in held.items()}

    return Network(
        network.cell,
        free(states),
        free(dict(network.drive)),
        free(dict(network.weight)),
        free(dict(network.parameter)),
        duration=network.duration,
    )


def _held(network: Network) -> dict[str, Tensor]:
    """Drives, weights and parameters by role and name: what leaves act through."""
    roles = ("drive", "weight", "parameter")
    return {
        f"{role} {name}": tensor
        for role in roles
        for name, tensor in getattr(network, role).items()
    }


def _delta(
    objective: Objective, leaves: dict[str, Tensor], outputs: Tensor, targets: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return ∂L/∂h_t through the readout, and the gradient of the leaves of the readout."""
    outputs = outputs.detach().requires_grad_()
    loss = objective.loss(leaves, outputs, targets)
    delta, *found = torch.autograd.grad(loss, [outputs, *leaves.values()], allow_unused=True)
    direct = {name: part for name, part in zip(leaves, found, strict=True) if part is not None}
    return delta, direct


__all__ = ["GradientByLag", "gradient_by_lag"]
