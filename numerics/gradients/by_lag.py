"""The gradient of a loss taken apart by lag: g = Σ_ℓ g^{(ℓ)}, exactly.

g^{(ℓ)} = Σ_t δ_tᵀ M_{t,ℓ} B_{t−ℓ}, with δ_t = ∂L/∂h_t through the readout alone, M_{t,ℓ} the
transport, and B_s the *immediate* partial of the state after step s with respect to the parameters,
the state before it held fixed. Source: arXiv 2512.05790; that the lags add up to the gradient of
autograd is checked in the tests.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.codegen import Generated
from longlag.numerics.generate import generate
from longlag.numerics.gradients.objective import Objective, leaves_with_gradient
from longlag.numerics.lags.products import trajectory
from longlag.numerics.measurement.footprint import check_memory
from longlag.numerics.networks.network import Network
from longlag.numerics.precision import in_full_precision
from longlag.theory.scalar.parameters import require_count


@dataclass(frozen=True)
class GradientByLag:
    """The gradient of a loss by lag and leaf.

    Args:
        parts: g^{(ℓ)} by leaf, shape (L + 1, *leaf) for the lags 0 … L, or those that were chosen.
        direct: the gradient of leaves that act after the recurrence, such as the readout.
        complete: whether all lags there are were taken, so that the parts add up.
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
    lags: Collection[int] | None = None,
    memory_limit: int | None = None,
) -> GradientByLag:
    """Return the gradient of a loss by lag.

    The rows δ_tᵀ M_{t,ℓ} of all times and sequences go one factor further at every lag, in one
    vector–Jacobian product of the step at all their times at once: L + 1 of them, and no loop over
    times. Where errors come at the last step alone, it is a backward pass.

    Args:
        objective: the loss as a function of its leaves.
        inputs: sequences, time first.
        targets: of them.
        max_lag: the longest lag L, from 0; all of them, T − 1, if left out.
        lags: of which lags up to L gradients are kept, in rising order; the others cost about half.
        memory_limit: bytes that may be used; None asks the machine.

    Raises:
        LonglagError: a lag that there is not, more memory than there is.
    """
    steps = len(inputs)
    longest = steps - 1 if max_lag is None else max_lag
    require_count("max_lag", longest, "it counts factors", most=steps - 1)
    leaves = leaves_with_gradient(objective)
    kept = longest + 1 if lags is None else len(set(lags))
    _afford(objective, leaves, inputs, kept, memory_limit)
    network = objective.network(leaves, inputs)
    functions = generate(objective.cell, "torch")
    with torch.no_grad():
        states = dict(trajectory(functions, network).state)
        new = functions.step(states, network.drive, network.weight, network.parameter)
    first = objective.cell.states[0]
    delta, direct = _delta(objective, leaves, new[first], targets)
    # Errors of the last step alone, as many tasks have them, meet one step at every lag.
    met = delta.flatten(1).abs().amax(1).nonzero()
    begin = int(met[0]) if len(met) else steps
    rows = {name: torch.zeros_like(value[begin:]) for name, value in new.items()}
    rows[first] = delta[begin:]

    recurrent = {name: leaf for name, leaf in leaves.items() if name not in direct}
    parts: dict[str, list[Tensor]] = {name: [] for name in recurrent}
    wanted = range(longest + 1) if lags is None else sorted(set(lags) & set(range(longest + 1)))
    for lag in range(longest + 1):
        low, high = max(0, begin - lag), steps - lag
        rows = {name: row[len(row) - (high - low) :] for name, row in rows.items()}
        step = _freed(network, states, low, high)
        if lag not in wanted:
            rows = _moved(step, functions, rows)
            continue
        source = (
            objective.network(leaves, inputs[low:high])
            if objective.step_by_step
            else _sliced(network, low, high)
        )
        rows, gradient = _one_factor(step, functions, rows, source, recurrent)
        for name, part in gradient.items():
            parts[name].append(part)
    stacked = {name: torch.stack(part).detach() for name, part in parts.items()}
    return GradientByLag(stacked, direct, len(wanted) == steps)


def _moved(step: Network, functions: Generated, rows: dict[str, Tensor]) -> dict[str, Tensor]:
    """Take rows through the steps that they stand behind, for the states before them alone."""
    new = functions.step(*step.arguments)
    found = torch.autograd.grad(
        list(new.values()),
        list(step.state.values()),
        [rows[name] for name in new],
        materialize_grads=True,
    )
    return dict(zip(step.state, found, strict=True))


def _one_factor(
    step: Network,
    functions: Generated,
    rows: dict[str, Tensor],
    source: Network,
    leaves: dict[str, Tensor],
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Take rows through the steps that they stand behind.

    Returns:
        The rows one factor further, and what the immediate partials of these steps make of them.
    """
    held = _held(step)
    new = functions.step(*step.arguments)
    found = torch.autograd.grad(
        list(new.values()),
        [*step.state.values(), *held.values()],
        [rows[name] for name in new],
        allow_unused=True,
    )
    moved, immediate = found[: len(new)], dict(zip(held, found[len(new) :], strict=True))
    ends = {
        name: tensor
        for name, tensor in _held(source).items()
        if tensor.requires_grad and immediate[name] is not None
    }
    gradient = torch.autograd.grad(
        list(ends.values()),
        list(leaves.values()),
        [immediate[name] for name in ends],
        retain_graph=True,
        allow_unused=True,
    )
    after = {
        name: torch.zeros_like(rows[name]) if row is None else row
        for name, row in zip(step.state, moved, strict=True)
    }
    parts = {
        name: torch.zeros_like(leaf) if part is None else part
        for (name, leaf), part in zip(leaves.items(), gradient, strict=True)
    }
    return after, parts


def _sliced(network: Network, low: int, high: int) -> Network:
    """The network of some of the steps, part of the same graph."""
    drive = {name: value[low:high] for name, value in network.drive.items()}
    return replace(network, drive=drive)


def _freed(network: Network, states: dict[str, Tensor], low: int, high: int) -> Network:
    """Some steps of a trajectory side by side, none depending on another."""

    def free(held: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {name: tensor.detach().requires_grad_() for name, tensor in held.items()}

    return Network(
        network.cell,
        free({name: value[low:high] for name, value in states.items()}),
        free({name: value[low:high] for name, value in network.drive.items()}),
        free(network.weight),
        free(network.parameter),
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


def _afford(
    objective: Objective, leaves: dict[str, Tensor], inputs: Tensor, kept: int, limit: int | None
) -> None:
    steps, sequences = inputs.shape[:2]
    size = inputs.element_size()
    values = steps * sequences * max(leaf.shape[-1] for leaf in leaves.values() if leaf.ndim)
    kinds = len(objective.cell.states) + len(objective.cell.drives)
    needed = {
        "gradients of all lags": kept * sum(leaf.numel() for leaf in leaves.values()),
        # States, drives, their cotangents, and what the graph of a step keeps.
        "a step of all times": 6 * kinds * values,
    }
    needed = {name: count * size for name, count in needed.items()}
    check_memory(needed, limit, inputs.device)


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
