"""Full-batch gradient descent on the risk, projected onto the ball or plain, step by step.

R(Φ) = (1/nT) Σ_j Σ_t (F_t(X^j; Φ) − f*_t(X^j))²; every step keeps what the theorems bound.
Source: arXiv 2402.12241.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.descent.network import DiagonalNetwork


@dataclass(frozen=True, eq=False)
class Run:
    """What a run of gradient descent met; entry s is before step s, s = 0 … τ.

    Args:
        risk: R(Φ(s)).
        distance: ‖Φ(s) − Φ̄‖², with Φ̄ the network whose linearisation is the target.
        drift: √m max_i ‖φ_i(s) − φ_i(0)‖.
        drift_w: √m max_i |W_ii(s) − W_ii(0)|.
        network: at the end.
    """

    risk: Float[np.ndarray, " steps"]
    distance: Float[np.ndarray, " steps"]
    drift: Float[np.ndarray, " steps"]
    drift_w: Float[np.ndarray, " steps"]
    network: DiagonalNetwork

    @property
    def mean_risk(self) -> Float[np.ndarray, " steps-1"]:
        """(1/τ) Σ_{s<τ} R(Φ(s)) for τ = 1, 2, …"""
        risks = self.risk[:-1]
        means: Float[np.ndarray, " steps-1"] = np.cumsum(risks) / np.arange(1, len(risks) + 1)
        return means


def gradient_descent(
    start: DiagonalNetwork,
    inputs: Float[Tensor, "n T d"],
    target: Float[Tensor, "n T"],
    *,
    step_size: float,
    iterations: int,
    witness: DiagonalNetwork,
    radius: tuple[float, float] | None = None,
) -> Run:
    """Run gradient descent from a start.

    Args:
        start: the network at Φ(0).
        inputs: X_1 … X_T of each sequence.
        target: f*_1 … f*_T of each sequence.
        step_size: η.
        iterations: τ.
        witness: the network at Φ̄.
        radius: ρ_w and ρ_u of the ball |W_ii − W_ii(0)| ≤ ρ_w/√m, ‖U_i − U_i(0)‖ ≤ ρ_u/√m onto
            which every step is projected; without it descent is plain.
    """
    at_start, at_witness = _parameters(start), _parameters(witness)
    root = start.width**0.5
    parameters = at_start.clone()
    risks, distances, drifts, drifts_w = [], [], [], []
    for _ in range(iterations + 1):
        parameters.requires_grad_()
        outputs = _network(start, parameters).outputs(inputs)
        risk = (outputs - target).square().mean()
        (gradient,) = torch.autograd.grad(risk, parameters)
        parameters = parameters.detach()
        change = parameters - at_start
        risks.append(risk.item())
        distances.append((parameters - at_witness).square().sum().item())
        drifts.append(root * torch.linalg.vector_norm(change, dim=1).max().item())
        drifts_w.append(root * change[:, 0].abs().max().item())
        last = parameters
        parameters = parameters - step_size * gradient
        if radius is not None:
            parameters = at_start + projected(
                parameters - at_start, (radius[0] / root, radius[1] / root)
            )
    return Run(
        np.array(risks),
        np.array(distances),
        np.array(drifts),
        np.array(drifts_w),
        _network(start, last),
    )


def projected(change: Float[Tensor, "m p"], radius: tuple[float, float]) -> Float[Tensor, "m p"]:
    """Return the nearest change with |δW_i| and ‖δU_i‖ at most the radii.

    Args:
        change: δW and δU of each neuron.
        radius: of δW and of δU.
    """
    by_weight = change[:, :1].clamp(-radius[0], radius[0])
    by_input = change[:, 1:]
    length = torch.linalg.vector_norm(by_input, dim=1, keepdim=True)
    return torch.cat((by_weight, by_input * (radius[1] / length).clamp(max=1.0)), 1)


def _parameters(network: DiagonalNetwork) -> Tensor:
    return torch.cat((network.weight[:, None], network.input_weight), 1)


def _network(start: DiagonalNetwork, parameters: Tensor) -> DiagonalNetwork:
    return start.with_parameters(parameters[:, 0], parameters[:, 1:])
